// SPDX-License-Identifier: Apache-2.0

import { useQueryState } from '../lib/address';

/** A day that a list begins or ends with, kept in the URL under name. */
export function DayFilter({ label, name }: { label: string; name: string }) {
  const [query, change] = useQueryState();
  const value = query.get(name) ?? '';
  return (
    <label className={`inline-flex h-7 items-center gap-1.5 rounded-md border px-2 text-sm ${value ? 'border-accent bg-accent-soft font-medium text-accent' : 'border-line-strong border-dashed text-soft'}`} data-no-print={value ? undefined : true}>
      {label}
      <input className="bg-transparent outline-none" onChange={({ target }) => change({ [name]: target.value })} type="date" value={value} />
    </label>
  );
}
