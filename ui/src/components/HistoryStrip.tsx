// SPDX-License-Identifier: Apache-2.0

import type { Schema } from '../lib/api';
import { type Tone, count, wordOf } from '../lib/words';
import { type Day, Strip } from './Strip';

/** The days of a test as cells: its status, hatched while its source was stale, outlined before it was there. */
export function HistoryStrip({ history }: { history: Schema<'TestStrip'> }) {
  const first = Date.parse(`${history.startDate}T00:00:00Z`);
  const days = history.status.map((status, i): Day => {
    const date = new Date(first + i * 86_400_000).toISOString().slice(0, 10);
    if (!status) return { date, title: `${date}: not there yet`, tone: null };
    const word = wordOf('test', status);
    const stale = history.stale[i] ?? false;
    const tone: Tone = stale ? 'stale' : word.tone;
    return { date, title: `${date}: ${word.text}, ${count(history.failing[i] ?? 0, 'record')} failing${stale ? ', stale' : ''}`, tone };
  });
  const bad = days.filter((day) => day.tone === 'fail').length;
  return <Strip days={days} label={`${String(bad)} of the last ${String(days.length)} days failing`} />;
}
