// SPDX-License-Identifier: Apache-2.0

/** How far something is: a bar, and how many of how many in numbers. */
export function Progress({ done, total, label }: { done: number; label: string; total: number }) {
  const share = total === 0 ? 0 : (done / total) * 100;
  return (
    <span className="inline-flex items-center gap-2 align-middle" title={`${label}: ${done.toLocaleString('en-GB')} of ${total.toLocaleString('en-GB')}`}>
      <svg aria-hidden className="h-1.5 w-20 shrink-0 overflow-hidden rounded-full" preserveAspectRatio="none" viewBox="0 0 100 6">
        <rect className="fill-none-mark" height="6" width="100" />
        <rect className="fill-pass-mark" height="6" width={share} />
      </svg>
      <span className="whitespace-nowrap text-sm">
        {done.toLocaleString('en-GB')}
        <span className="text-faint"> / {total.toLocaleString('en-GB')}</span>
      </span>
    </span>
  );
}
