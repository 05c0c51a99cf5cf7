// SPDX-License-Identifier: Apache-2.0

import { Popover } from '@base-ui/react/popover';
import { useQuery } from '@tanstack/react-query';
import { Check } from 'lucide-react';
import { type KeyboardEvent, type ReactElement, useDeferredValue, useId, useState } from 'react';

import { ErrorNote } from './ErrorNote';

/** What can be picked. */
export type Choice = { id: string; label: string; note?: string };

type Props = {
  chosen?: string;
  find: (text: string) => Promise<Choice[]>; // the few best for a text
  label: string;
  name: string; // of what is looked up, for the cache
  none?: string; // offers to pick nothing, in these words
  pick: (choice: Choice | null) => Promise<void>;
};

function List({ chosen, close, find, label, name, none, pick }: Props & { close: () => void }) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const [error, setError] = useState<unknown>(null);
  const id = useId();
  const asked = useDeferredValue(text.trim());
  const answer = useQuery({ queryFn: () => find(asked), queryKey: ['pick', name, asked], staleTime: 30_000 });
  const found = answer.data ?? [];
  const choices: (Choice | null)[] = none !== undefined && text === '' ? [null, ...found] : found;
  const active = Math.min(at, choices.length - 1);
  const take = (choice: Choice | null | undefined) => {
    if (choice === undefined) return;
    setError(null);
    pick(choice).then(close, setError);
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setAt(Math.min(choices.length - 1, active + 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(0, active - 1));
    else if (event.key === 'Enter') take(choices[active]);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <input
        aria-activedescendant={choices.length > 0 ? `${id}-${String(active)}` : undefined}
        aria-autocomplete="list"
        aria-controls={`${id}-list`}
        aria-expanded
        aria-label={label}
        className="h-9 w-full border-b bg-transparent px-3 outline-none placeholder:text-faint"
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={pressed}
        placeholder="Type a name"
        role="combobox"
        spellCheck={false}
        value={text}
      />
      <div aria-label={label} className="max-h-64 overflow-y-auto p-1" id={`${id}-list`} role="listbox">
        {choices.map((choice, i) => (
          // The keyboard is with the field above, which names the chosen option.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            aria-selected={i === active}
            className={`flex min-h-8 cursor-pointer items-center gap-2 rounded-md px-2 py-1 text-sm ${i === active ? 'bg-hover' : ''}`}
            id={`${id}-${String(i)}`}
            key={choice?.id ?? ''}
            onClick={() => take(choice)}
            onMouseMove={() => setAt(i)}
            role="option"
            tabIndex={-1}
          >
            <span className="min-w-0 flex-1">
              <span className="block truncate">{choice?.label ?? none}</span>
              {choice?.note && <span className="block truncate text-soft text-xs">{choice.note}</span>}
            </span>
            {(choice?.id ?? '') === (chosen ?? '') && <Check aria-label="chosen" className="size-4 text-accent" />}
          </div>
        ))}
      </div>
      {answer.data && choices.length === 0 && <p className="px-3 pb-3 text-soft text-sm">Nothing has this name.</p>}
      <ErrorNote error={error ?? answer.error} />
    </>
  );
}

/** Picks one of many by name, below a trigger (a button). What goes wrong is said in it. */
export function Picker({ trigger, ...rest }: Props & { trigger: ReactElement }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover.Root onOpenChange={setOpen} open={open}>
      <Popover.Trigger render={trigger} />
      <Popover.Portal>
        <Popover.Positioner align="start" className="z-50" sideOffset={6}>
          <Popover.Popup aria-label={rest.label} className="w-72 overflow-hidden rounded-lg border bg-raised shadow-raised outline-none">
            <List {...rest} close={() => setOpen(false)} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
