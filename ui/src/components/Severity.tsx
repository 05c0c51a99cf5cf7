// SPDX-License-Identifier: Apache-2.0

import { plain } from '../lib/words';

const bars: Record<string, [n: number, text: string, fill: string]> = {
  CRITICAL: [4, 'text-fail font-medium', 'fill-fail-mark'],
  HIGH: [3, 'text-fail', 'fill-fail-mark'],
  LOW: [1, 'text-soft', 'fill-stale-mark'],
  MEDIUM: [2, 'text-risk', 'fill-risk-mark'],
};

/** The mark of a severity alone: one to four bars. */
export function SeverityMark({ severity }: { severity: string }) {
  const [n, , fill] = bars[severity] ?? [0, '', ''];
  return (
    <svg aria-hidden className="size-3.5 shrink-0" viewBox="0 0 14 14">
      {[1, 2, 3, 4].map((i) => (
        <rect className={i <= n ? fill : 'fill-none-mark'} height={i * 3} key={i} rx="0.75" width="2.5" x={(i - 1) * 3.6} y={13 - i * 3} />
      ))}
    </svg>
  );
}

/** A severity: bars and a word. */
export function Severity({ severity }: { severity: string }) {
  return (
    <span className={`inline-flex items-center gap-1.5 align-middle whitespace-nowrap text-sm ${bars[severity]?.[1] ?? ''}`}>
      <SeverityMark severity={severity} />
      {plain(severity)}
    </span>
  );
}

/** The severities, the worst first. */
export const severities = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'];
