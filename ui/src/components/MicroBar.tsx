// SPDX-License-Identifier: Apache-2.0

import { count } from '../lib/words';

/** How many of how many, as a bar with the number beside it. What is neither is left empty. */
export function MicroBar({ failing, passing, total }: { failing: number; passing: number; total: number }) {
  const share = (n: number) => (total === 0 ? 0 : Math.max(n > 0 ? 3 : 0, (n / total) * 100));
  const fail = share(failing);
  return (
    <span className="flex items-center gap-2">
      <svg aria-hidden className="h-1.5 w-14 shrink-0 overflow-hidden rounded-full" preserveAspectRatio="none" viewBox="0 0 100 6">
        <rect className="fill-none-mark" height="6" width="100" />
        <rect className="fill-pass-mark" height="6" width={Math.min(100 - fail, share(passing))} x={fail} />
        <rect className="fill-fail-mark" height="6" width={fail} />
      </svg>
      <span className="whitespace-nowrap text-sm" title={`${count(failing, 'record')} of ${total.toLocaleString('en-GB')} failing`}>
        <span className={failing > 0 ? 'text-text' : 'text-faint'}>{failing.toLocaleString('en-GB')}</span>
        <span className="text-faint"> / {total.toLocaleString('en-GB')}</span>
      </span>
    </span>
  );
}
