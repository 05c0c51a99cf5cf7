// SPDX-License-Identifier: Apache-2.0

import type { Tone } from '../lib/words';

/** A part of a ring. */
export type Part = { label: string; tone: Tone; value: number };

const strokes: Record<Tone, string> = { fail: 'stroke-fail-mark', none: 'stroke-none-mark', pass: 'stroke-pass-mark', risk: 'stroke-risk-mark', stale: 'stroke-stale-mark' };

/** Parts of a whole as a ring; children stand in the middle. An empty whole is a thin grey ring. */
export function Ring({ parts, size = 72, children }: { children?: React.ReactNode; parts: Part[]; size?: number }) {
  const width = Math.max(4, size / 9);
  const radius = (size - width) / 2;
  const round = 2 * Math.PI * radius;
  const shown = parts.filter((part) => part.value > 0);
  const total = shown.reduce((sum, part) => sum + part.value, 0);
  const space = shown.length > 1 ? 2 : 0;
  return (
    <span className="relative inline-grid place-items-center">
      <svg aria-label={parts.map((part) => `${part.label}: ${part.value}`).join(', ')} className="-rotate-90" height={size} role="img" width={size}>
        <circle className="stroke-none-soft" cx={size / 2} cy={size / 2} fill="none" r={radius} strokeWidth={width} />
        {shown.map((part, i) => {
          const length = (part.value / total) * round;
          const start = (shown.slice(0, i).reduce((sum, before) => sum + before.value, 0) / total) * round;
          return (
            <circle
              className={strokes[part.tone]}
              cx={size / 2}
              cy={size / 2}
              fill="none"
              key={part.label}
              r={radius}
              strokeDasharray={`${Math.max(1, length - space)} ${round}`}
              strokeDashoffset={-start}
              strokeWidth={width}
            >
              <title>{`${part.label}: ${part.value}`}</title>
            </circle>
          );
        })}
      </svg>
      {children !== undefined && <span className="absolute text-center font-semibold">{children}</span>}
    </span>
  );
}
