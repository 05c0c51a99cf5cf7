// SPDX-License-Identifier: Apache-2.0

import { ChevronDown, X } from 'lucide-react';

import { useQueryState } from '../lib/address';
import { Menu } from './Menu';

/** A filter: name is its parameter in the URL, options what it may be. */
export type Filter = { label: string; name: string; options: { label: string; value: string }[] };

/** Chips for filters that live in the URL. Choosing the chosen one again takes it away. */
export function FilterChips({ filters }: { filters: Filter[] }) {
  const [query, change] = useQueryState();
  const set = filters.filter((filter) => query.get(filter.name));
  return (
    <div className="flex flex-wrap items-center gap-2">
      {filters.map((filter) => {
        const value = query.get(filter.name) ?? '';
        const chosen = filter.options.find((option) => option.value === value);
        return (
          <span className="inline-flex" data-no-print={chosen ? undefined : true} key={filter.name}>
            <Menu
              items={filter.options.map((option) => ({
                act: () => change({ [filter.name]: option.value === value ? '' : option.value }),
                chosen: option.value === value,
                label: option.label,
              }))}
              label={filter.label}
              trigger={
                <button
                  className={`inline-flex h-7 items-center gap-1 rounded-md border px-2 text-sm hover:bg-hover ${chosen ? 'border-accent bg-accent-soft font-medium text-accent' : 'border-line-strong border-dashed text-soft'}`}
                  type="button"
                >
                  {filter.label}
                  {value && `: ${chosen?.label ?? value}`}
                  <ChevronDown aria-hidden className="size-3.5 print:hidden" />
                </button>
              }
            />
          </span>
        );
      })}
      {set.length > 0 && (
        <button className="inline-flex h-7 items-center gap-1 rounded-md px-1.5 text-soft text-sm hover:bg-hover hover:text-text" data-no-print onClick={() => change(Object.fromEntries(filters.map((filter) => [filter.name, ''])))} type="button">
          <X aria-hidden className="size-3.5" />
          Clear
        </button>
      )}
    </div>
  );
}
