// SPDX-License-Identifier: Apache-2.0

import { Dialog } from '@base-ui/react/dialog';

const keys: [keys: string[], what: string][] = [
  [['Ctrl', 'K'], 'Find a page or a record'],
  [['?'], 'This list'],
  [['['], 'Fold the navigation in and out'],
  [['↑', '↓'], 'Move through a table; J and K too'],
  [['Home', 'End'], 'First and last row'],
  [['Enter'], 'Open the row'],
  [['Space'], 'Choose the row, where rows can be chosen'],
  [['Esc'], 'Close what is open'],
];

/** The keys of the dashboard. */
export function KeyList({ open, setOpen }: { open: boolean; setOpen: (open: boolean) => void }) {
  return (
    <Dialog.Root onOpenChange={setOpen} open={open}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-[60] bg-black/25 dark:bg-black/50" />
        <Dialog.Popup className="fixed top-1/2 left-1/2 z-[70] w-[calc(100vw-2rem)] max-w-sm -translate-x-1/2 -translate-y-1/2 rounded-xl border bg-raised p-5 shadow-raised outline-none">
          <Dialog.Title className="mb-3 font-semibold text-lg">Keys</Dialog.Title>
          <dl className="grid gap-2">
            {keys.map(([names, what]) => (
              <div className="flex items-center justify-between gap-4" key={what}>
                <dt className="text-soft">{what}</dt>
                <dd className="flex gap-1">
                  {names.map((name) => (
                    <kbd className="min-w-6 rounded border bg-sunk px-1.5 text-center font-sans text-sm" key={name}>
                      {name}
                    </kbd>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
