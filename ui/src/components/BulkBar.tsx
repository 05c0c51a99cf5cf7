// SPDX-License-Identifier: Apache-2.0

import type { ReactNode } from 'react';

import { Button } from './Button';

/** What can be done to all rows that are chosen: the text counts them, children are the deeds. */
export function BulkBar({ text, clear, children }: { children: ReactNode; clear: () => void; text: string }) {
  return (
    <div aria-label={text} className="sticky bottom-4 z-20 mx-auto flex max-w-full flex-wrap items-center gap-2 rounded-lg border bg-raised px-3 py-2 shadow-raised" data-no-print role="region">
      <span className="mr-1 text-sm">{text}</span>
      {children}
      <Button look="quiet" onClick={clear}>
        Clear
      </Button>
    </div>
  );
}
