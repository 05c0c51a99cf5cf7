// SPDX-License-Identifier: Apache-2.0

import { Search } from 'lucide-react';

import { useQueryState } from '../lib/address';

/** A text that narrows a list, kept in the URL under name. */
export function FilterInput({ label, name }: { label: string; name: string }) {
  const [query, change] = useQueryState();
  return (
    <label data-no-print={query.get(name) ? undefined : true} className="flex h-7 w-52 items-center gap-1.5 rounded-md border border-line-strong bg-panel px-2 text-sm focus-within:border-accent hover:border-faint">
      <Search aria-hidden className="size-3.5 shrink-0 text-faint" />
      <input aria-label={label} className="min-w-0 flex-1 bg-transparent outline-none placeholder:text-faint" onChange={(event) => change({ [name]: event.target.value })} placeholder={label} spellCheck={false} type="search" value={query.get(name) ?? ''} />
    </label>
  );
}
