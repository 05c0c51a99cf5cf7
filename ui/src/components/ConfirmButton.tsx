// SPDX-License-Identifier: Apache-2.0

import { Dialog } from '@base-ui/react/dialog';
import { type ReactNode, useState } from 'react';

import { Button, type Look } from './Button';
import { Form, useFormBusy } from './Form';

function Submit({ verb, look }: { look: Look; verb: string }) {
  return (
    <Button busy={useFormBusy()} look={look} type="submit">
      {verb}
    </Button>
  );
}

type Props = {
  children: ReactNode;
  fields?: ReactNode; // what is asked beside yes or no
  label?: string; // of a button that shows an icon alone
  keep?: boolean; // stays open after it was sent: there is another step
  look?: Look;
  send: (values: Record<string, string>) => Promise<unknown>;
  text: ReactNode;
  title: string;
  trigger?: 'danger' | 'plain' | 'quiet';
  verb: string;
};

/** A dialog that asks before something is done, controlled from outside; see ConfirmButton. */
export function ConfirmDialog({ open, setOpen, ...rest }: Omit<Props, 'children' | 'label' | 'trigger'> & { open: boolean; setOpen: (open: boolean) => void }) {
  const { fields, keep = false, look = 'primary', send, text, title, verb } = rest;
  return (
    <Dialog.Root onOpenChange={setOpen} open={open}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-[60] bg-black/30 dark:bg-black/50" />
        <Dialog.Popup className="fixed top-1/2 left-1/2 z-[70] max-h-[90vh] w-[calc(100vw-2rem)] max-w-md -translate-x-1/2 -translate-y-1/2 overflow-y-auto rounded-xl border bg-raised p-5 shadow-raised outline-none">
          <Dialog.Title className="font-semibold text-lg">{title}</Dialog.Title>
          <Dialog.Description className="mt-1 mb-4 text-soft" render={<div />}>
            {text}
          </Dialog.Description>
          <Form
            send={async (values) => {
              await send(values);
              if (!keep) setOpen(false);
            }}
          >
            {fields}
            <div className="flex justify-end gap-2 pt-1">
              <Dialog.Close render={<Button look="plain" />}>Cancel</Dialog.Close>
              <Submit look={look} verb={verb} />
            </div>
          </Form>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** A button that asks before it does; what goes wrong is said in the dialog. */
export function ConfirmButton({ children, label, trigger = 'plain', ...rest }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button aria-label={label} look={trigger} onClick={() => setOpen(true)} shape={label === undefined ? 'text' : 'square'} title={label}>
        {children}
      </Button>
      <ConfirmDialog open={open} setOpen={setOpen} {...rest} />
    </>
  );
}
