// SPDX-License-Identifier: Apache-2.0

import type { ReactNode } from 'react';

/** A number that narrows the list below to what it counts. */
export type Figure = { bad?: boolean; choose: () => void; chosen: boolean; label: string; mark?: ReactNode; note?: string; value: number };

/** A row of numbers above a list. Choosing one narrows the list, choosing it again takes that back. */
export function Figures({ figures, label }: { figures: Figure[]; label: string }) {
  return (
    <ul aria-label={label} className="grid grid-cols-2 gap-3 sm:grid-cols-3 lg:grid-cols-[repeat(auto-fit,minmax(148px,1fr))]">
      {figures.map((one) => (
        <li key={one.label}>
          <button aria-pressed={one.chosen} className={`flex h-full w-full flex-col items-start justify-start rounded-lg border bg-panel px-3.5 py-2.5 text-left hover:bg-hover ${one.chosen ? 'border-accent' : ''}`} onClick={one.choose} type="button">
            <span className="flex max-w-full items-center gap-1.5 text-soft text-sm">
              {one.mark}
              <span className="truncate">{one.label}</span>
            </span>
            <span className={`block font-semibold text-xl ${one.bad && one.value > 0 ? 'text-fail' : one.value === 0 ? 'text-faint' : ''}`}>{one.value.toLocaleString('en-GB')}</span>
            {one.note && <span className="block max-w-full truncate text-faint text-xs" title={one.note}>{one.note}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}
