// SPDX-License-Identifier: Apache-2.0

import { CircleCheck, CircleDashed, CircleX, Clock3, type LucideIcon, TriangleAlert } from 'lucide-react';

import type { Tone, Word } from '../lib/words';

const looks: Record<Tone, { Icon: LucideIcon; soft: string; text: string }> = {
  fail: { Icon: CircleX, soft: 'bg-fail-soft', text: 'text-fail' },
  none: { Icon: CircleDashed, soft: 'bg-none-soft', text: 'text-none' },
  pass: { Icon: CircleCheck, soft: 'bg-pass-soft', text: 'text-pass' },
  risk: { Icon: TriangleAlert, soft: 'bg-risk-soft', text: 'text-risk' },
  stale: { Icon: Clock3, soft: 'bg-stale-soft', text: 'text-stale' },
};

/** A status: icon and word in one of the tones. quiet leaves the ground away, for dense rows. */
export function StatusChip({ word, quiet = false }: { word: Word; quiet?: boolean }) {
  const { Icon, soft, text } = looks[word.tone];
  return (
    <span className={`inline-flex items-center gap-1.5 align-middle whitespace-nowrap font-medium text-sm ${text} ${quiet ? '' : `rounded-md px-1.5 py-0.5 ${soft}`}`}>
      <Icon aria-hidden className="size-3.5 shrink-0" strokeWidth={2.25} />
      {word.text}
    </span>
  );
}
