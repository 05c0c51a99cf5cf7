// SPDX-License-Identifier: Apache-2.0

import { type KeyboardEvent, useId, useState } from 'react';

import type { Field } from '../lib/fields';
import { type Valued, useValues } from '../lib/values';
import { written } from '../lib/rule';
import { control } from './ValueInput';

type Props = {
  definitionId?: string;
  done?: (text: string) => void; // Enter, or a value chosen: for lists
  field?: Field;
  invalid?: boolean;
  label: string;
  placeholder?: string;
  set: (text: string) => void;
  value: string;
};

function Choices({ active, id, pick, values }: { active: number; id: string; pick: (text: string) => void; values: Valued[] }) {
  return (
    <div aria-label="Values that the records hold" className="absolute top-full left-0 z-30 mt-1 max-h-60 w-64 overflow-y-auto rounded-lg border bg-raised p-1 shadow-raised" id={id} role="listbox">
      {values.map((one, i) => (
        // The keyboard is with the field above, which names the chosen option.
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
        <div
          aria-selected={i === active}
          className={`flex min-h-7 cursor-pointer items-center justify-between gap-3 rounded-md px-2 text-sm ${i === active ? 'bg-hover' : 'hover:bg-hover'}`}
          id={`${id}-${String(i)}`}
          key={written(one.value)}
          // Before the field loses the focus.
          onMouseDown={(event) => {
            event.preventDefault();
            pick(written(one.value));
          }}
          role="option"
          tabIndex={-1}
        >
          <span className="truncate">{written(one.value)}</span>
          <span className="text-soft text-xs">{one.count.toLocaleString('en-GB')}</span>
        </div>
      ))}
    </div>
  );
}

/** A field of text that knows what the records hold, with how many each. */
export function Suggest({ definitionId, done, field, invalid, label, placeholder, set, value }: Props) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const all = useValues(definitionId, field?.path, open);
  const values = all.filter((one) => written(one.value).toLowerCase().includes(value.toLowerCase()) || all.some((each) => written(each.value) === value)).slice(0, 12);
  const shown = open && values.length > 0;
  const pick = (text: string) => {
    if (done) done(text);
    else set(text);
    setOpen(false);
    setActive(-1);
  };
  const pressed = (event: KeyboardEvent) => {
    const chosen = values[active];
    if (event.key === 'ArrowDown' && shown) setActive(Math.min(values.length - 1, active + 1));
    else if (event.key === 'ArrowUp' && shown) setActive(Math.max(-1, active - 1));
    else if (event.key === 'ArrowDown') setOpen(true);
    else if (event.key === 'Escape' && shown) setOpen(false);
    else if (event.key === 'Enter' && shown && chosen) pick(written(chosen.value));
    else if (event.key === 'Enter' && done) done(value);
    else return;
    event.preventDefault();
  };
  return (
    <span className="relative inline-block">
      <input
        aria-activedescendant={shown && active >= 0 ? `${id}-${String(active)}` : undefined}
        aria-autocomplete="list"
        aria-controls={shown ? id : undefined}
        aria-expanded={shown}
        aria-invalid={invalid || undefined}
        aria-label={label}
        autoComplete="off"
        className={`${control} w-44`}
        inputMode={field?.type === 'number' ? 'decimal' : undefined}
        onBlur={() => setOpen(false)}
        onChange={(event) => {
          set(event.target.value);
          setActive(-1);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onKeyDown={pressed}
        placeholder={placeholder}
        role="combobox"
        spellCheck={false}
        value={value}
      />
      {shown && <Choices active={active} id={id} pick={pick} values={values} />}
    </span>
  );
}
