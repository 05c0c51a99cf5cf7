// SPDX-License-Identifier: Apache-2.0

import { CircleCheck, TriangleAlert } from 'lucide-react';
import { type KeyboardEvent, useState } from 'react';

import { type Schema, useGet } from '../lib/api';
import { type Tone, count, wordOf } from '../lib/words';
import { ErrorNote } from './ErrorNote';

type Day = Schema<'TestDay'>;

const fills: Record<Tone, string> = { fail: 'bg-fail-mark', none: 'bg-none-mark', pass: 'bg-pass-mark', risk: 'bg-risk-mark', stale: 'hatch-stale bg-stale-soft' };
const format = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC', weekday: 'short', year: 'numeric' });
const short = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });

const dateOf = ({ date }: Day) => new Date(`${date}T00:00:00Z`);

/** Says a day in one line: its status, what failed, what changed. */
function words(day: Day): string {
  if (!day.status) return `${format.format(dateOf(day))}: not there yet`;
  const parts = [`${format.format(dateOf(day))}: ${wordOf('test', day.status).text}`, `${day.failing.toLocaleString('en-GB')} of ${count(day.failing + day.passing + day.inProgress + day.deactivated, 'record')} failing`];
  if (day.regressions > 0) parts.push(`${day.regressions.toLocaleString('en-GB')} began to fail`);
  if (day.repairs > 0) parts.push(count(day.repairs, 'repair'));
  if (day.stale) parts.push('source was stale');
  return parts.join(', ');
}

function fill({ stale, status }: Day): string {
  if (!status) return 'border border-dashed';
  return stale ? fills.stale : fills[wordOf('test', status).tone];
}

/** What changed on a day, each with its icon and word. */
function Turns({ regressions, repairs }: { regressions: number; repairs: number }) {
  return (
    <>
      {regressions > 0 && (
        <span className="inline-flex items-center gap-1 text-fail">
          <TriangleAlert aria-hidden className="size-3.5" />
          {regressions.toLocaleString('en-GB')} began to fail
        </span>
      )}
      {repairs > 0 && (
        <span className="inline-flex items-center gap-1 text-pass">
          <CircleCheck aria-hidden className="size-3.5" />
          {count(repairs, 'repair')}
        </span>
      )}
    </>
  );
}

/** Goes along the days: arrows by one, Page by seven, Home and End to the ends. */
function moved(key: string, at: number, last: number): number | undefined {
  const steps: Record<string, number> = { ArrowDown: -1, ArrowLeft: -1, ArrowRight: 1, ArrowUp: 1, End: last, Home: -last, PageDown: -7, PageUp: 7 };
  const step = steps[key];
  return step === undefined ? undefined : Math.max(0, Math.min(last, at + step));
}

/** One day: above it a mark where something broke, below it one where something was mended. */
function Cell({ at, day, look }: { at: boolean; day: Day; look: () => void }) {
  return (
    <div className="grid min-w-0 flex-1 grid-cols-1 grid-rows-[10px_28px_10px] justify-items-center gap-0.5" onMouseEnter={look} title={words(day)}>
      {day.regressions > 0 ? <TriangleAlert aria-hidden className="size-2.5 self-end text-fail" strokeWidth={2.5} /> : <span />}
      <div className={`w-full rounded-xs ${fill(day)} ${at ? 'outline-2 outline-accent outline-offset-1' : ''}`} />
      {day.repairs > 0 && <CircleCheck aria-hidden className="size-2.5 text-pass" strokeWidth={2.5} />}
    </div>
  );
}

/** The days, and beside them the one that is pointed at; the newest before any is. */
export function HistoryDays({ days }: { days: Day[] }) {
  const last = days.length - 1;
  const [chosen, setChosen] = useState<string | undefined>();
  const found = days.findIndex(({ date }) => date === chosen);
  const at = found < 0 ? last : found;
  const [first, day] = [days[0], days[at]];
  if (!first || !day) return null;
  const pressed = (event: KeyboardEvent) => {
    const next = moved(event.key, at, last);
    if (next === undefined) return;
    event.preventDefault();
    setChosen(days[next]?.date);
  };
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
        <h2 className="font-semibold">History</h2>
        <span className="text-soft">{words({ ...day, regressions: 0, repairs: 0 })}</span>
        <Turns regressions={day.regressions} repairs={day.repairs} />
      </div>
      <div aria-label={`Day of the last ${String(days.length)}`} aria-valuemax={last} aria-valuemin={0} aria-valuenow={at} aria-valuetext={words(day)} className="flex gap-px sm:gap-0.5" onKeyDown={pressed} onMouseLeave={() => setChosen(undefined)} role="slider" tabIndex={0}>
        {days.map((one, i) => (
          <Cell at={i === at && chosen !== undefined} day={one} key={one.date} look={() => setChosen(one.date)} />
        ))}
      </div>
      <div className="flex flex-wrap justify-between gap-x-4 text-soft text-xs">
        <span>{short.format(dateOf(first))}</span>
        <span className="inline-flex gap-4">
          <span className="inline-flex items-center gap-1">
            <TriangleAlert aria-hidden className="size-3 text-fail" /> Began to fail
          </span>
          <span className="inline-flex items-center gap-1">
            <CircleCheck aria-hidden className="size-3 text-pass" /> Repairs
          </span>
        </span>
        <span>Today</span>
      </div>
    </>
  );
}

/** The days of a test as a bar: 90, or 30 where there is little room. */
export function HistoryBar({ testId }: { testId: string }) {
  const [days] = useState(() => (innerWidth < 768 ? 30 : 90));
  const answer = useGet('/v1/tests/{testId}/history', { path: { testId }, query: { days } });
  const history = answer.isPlaceholderData ? undefined : answer.data;
  // The room is kept while the days are on their way, so that nothing jumps.
  return (
    <section aria-label="History" className="grid min-h-[104px] content-start gap-2">
      <ErrorNote error={answer.error} retry={() => void answer.refetch()} />
      {history && <HistoryDays days={history.days} />}
    </section>
  );
}
