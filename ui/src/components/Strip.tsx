// SPDX-License-Identifier: Apache-2.0

import type { Tone } from '../lib/words';

/** One day of a strip; null is a day of which nothing is known. */
export type Day = { date: string; title: string; tone: Tone | null };

const fills: Record<Tone, string> = { fail: 'fill-fail-mark', none: 'fill-none-mark', pass: 'fill-pass-mark', risk: 'fill-risk-mark', stale: 'fill-[url(#hatch-stale)]' };

const cell = 4;
const gap = 1;

/** A row of daily cells, oldest first. Stale days are hatched, unknown ones only outlined. */
export function Strip({ days, label, height = 16 }: { days: Day[]; height?: number; label: string }) {
  const width = days.length * (cell + gap) - gap;
  return (
    <svg aria-label={label} height={height} role="img" viewBox={`0 0 ${width} ${height}`} width={width}>
      <defs>
        <pattern height="4" id="hatch-stale" patternTransform="rotate(45)" patternUnits="userSpaceOnUse" width="4">
          <rect className="fill-stale-soft" height="4" width="4" />
          <rect className="fill-stale-mark" height="4" width="1.6" />
        </pattern>
      </defs>
      {days.map((day, i) => (
        <rect
          className={day.tone === null ? 'fill-transparent stroke-line' : fills[day.tone]}
          height={day.tone === null ? height - 1 : height}
          key={day.date}
          rx="1"
          width={day.tone === null ? cell - 1 : cell}
          x={i * (cell + gap) + (day.tone === null ? 0.5 : 0)}
          y={day.tone === null ? 0.5 : 0}
        >
          <title>{day.title}</title>
        </rect>
      ))}
    </svg>
  );
}
