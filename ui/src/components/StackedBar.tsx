// SPDX-License-Identifier: Apache-2.0

import type { Tone } from '../lib/words';

const fills: Record<Tone, string> = { fail: 'bg-fail-mark', none: 'hatch', pass: 'bg-pass-mark', risk: 'bg-risk-mark', stale: 'bg-stale-mark' };

/** Parts of a whole as one bar; what is nothing is hatched. */
export function StackedBar({ parts, label, size = 'wide' }: { label: string; parts: { label: string; tone: Tone; value: number }[]; size?: 'small' | 'wide' }) {
  const shown = parts.filter((part) => part.value > 0);
  return (
    <span aria-label={`${label}: ${shown.map((part) => `${part.label} ${String(part.value)}`).join(', ') || 'nothing'}`} className={`flex overflow-hidden rounded-full bg-none-soft ${size === 'wide' ? 'h-2.5 w-full gap-0.5' : 'h-1.5 w-24 shrink-0 gap-px'}`} role="img">
      {shown.map((part) => (
        <span className={`min-w-1 ${fills[part.tone]}`} key={part.label} style={{ flexGrow: part.value }} title={`${part.label}: ${String(part.value)}`} />
      ))}
    </span>
  );
}
