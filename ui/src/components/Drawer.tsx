// SPDX-License-Identifier: Apache-2.0

import { Dialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { type ReactNode, useRef } from 'react';

// What takes the keyboard by itself.
const taker = 'a[href], button, input:not([type=hidden]), select, textarea, [tabindex="0"]';

/** Detail at the right edge. What is open stands in the URL: close takes it out again. Wide: 560 px. */
export function Drawer({ title, subtitle, close, children, actions }: { actions?: ReactNode; children: ReactNode; close: () => void; subtitle?: ReactNode; title: ReactNode }) {
  const body = useRef<HTMLDivElement>(null);
  // What is opened to be filled in begins in its first field; what is opened to be read, at Close.
  const begin = () => {
    const first = body.current?.querySelector<HTMLElement>(taker);
    return first?.matches('form :is(input, select, textarea)') ? first : true;
  };
  return (
    <Dialog.Root
      onOpenChange={(open) => {
        if (!open) close();
      }}
      open
    >
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/25 transition-opacity duration-150 data-starting-style:opacity-0 dark:bg-black/50" />
        <Dialog.Popup className="fixed inset-y-0 right-0 z-50 flex w-full max-w-[560px] flex-col border-l bg-panel shadow-raised outline-none transition-transform duration-200 data-starting-style:translate-x-8" initialFocus={begin}>
          <header className="flex items-start gap-3 border-b px-5 py-4">
            <div className="min-w-0 flex-1">
              <Dialog.Title className="truncate font-semibold text-lg">{title}</Dialog.Title>
              {subtitle && <Dialog.Description className="text-soft text-sm" render={<div />}>{subtitle}</Dialog.Description>}
            </div>
            {actions}
            <Dialog.Close aria-label="Close" className="-m-1 rounded-md p-1.5 text-soft hover:bg-hover hover:text-text">
              <X aria-hidden className="size-4" />
            </Dialog.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4" ref={body} tabIndex={-1}>
            {children}
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
