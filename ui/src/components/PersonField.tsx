// SPDX-License-Identifier: Apache-2.0

import { Search } from 'lucide-react';
import { useDeferredValue, useId, useState } from 'react';

import { useGet } from '../lib/api';
import { ErrorNote } from './ErrorNote';

/** Finds one person by name or e-mail, inside of a form: name carries the id. */
export function PersonField({ label, name }: { label: string; name: string }) {
  const [text, setText] = useState('');
  const asked = useDeferredValue(text.trim());
  const id = useId();
  const found = useGet('/v1/people', { query: { pageSize: 6, q: asked || undefined } });
  const people = found.data?.results.data ?? [];
  return (
    <fieldset className="grid gap-1.5">
      <legend className="mb-1.5 font-medium text-sm">{label}</legend>
      <label className="flex h-9 items-center gap-2 rounded-md border border-line-strong bg-panel px-2.5 focus-within:border-accent" htmlFor={id}>
        <Search aria-hidden className="size-4 shrink-0 text-faint" />
        <input aria-label="Find a person by name or e-mail" className="min-w-0 flex-1 bg-transparent outline-none placeholder:text-faint" id={id} onChange={(event) => setText(event.target.value)} placeholder="Name or e-mail" spellCheck={false} type="search" value={text} />
      </label>
      <ErrorNote error={found.error} />
      <div className="grid max-h-60 overflow-y-auto">
        {people.map((person) => (
          // oxlint-disable-next-line jsx-a11y/label-has-associated-control -- the name stands two levels down
          <label className="flex min-h-10 cursor-pointer items-center gap-2.5 rounded-md px-2 py-1 hover:bg-hover has-checked:bg-accent-soft" key={person.id}>
            <input className="size-4 shrink-0 accent-[var(--color-accent-fill)]" name={name} type="radio" value={person.id} />
            <span className="min-w-0">
              <span className="block truncate text-sm">{person.name.display}</span>
              <span className="block truncate text-soft text-xs">{person.emailAddress}</span>
            </span>
          </label>
        ))}
        {found.data && people.length === 0 && <p className="px-2 py-2 text-soft text-sm">Nobody has this name or e-mail.</p>}
      </div>
    </fieldset>
  );
}
