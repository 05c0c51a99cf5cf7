// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';

import { type Category, choiceWord, choices, titleOf } from '../lib/notifications';
import { useTask } from '../lib/task';
import { ErrorNote } from './ErrorNote';

type Chosen = Record<string, string>;

/** One way by which is told: base says what holds where nothing was chosen, set changes a choice ("" takes it back). */
export type Way = { base?: Chosen; chosen: Chosen; label: string; set?: (category: string, choice: string) => Promise<unknown> };

/** A choice of one category and way, changed at once. */
function Cell({ category, way }: { category: string; way: Way }) {
  const { busy, error, run } = useTask();
  const [wanted, setWanted] = useState('');
  const { base, label, set } = way;
  const chosen = way.chosen[category] ?? (base ? '' : 'off');
  const standing = base?.[category] ?? 'off';
  if (!set) return <span className="text-sm">{choiceWord(chosen || standing)}</span>;
  return (
    <div className="grid gap-1">
      <select
        aria-label={`${titleOf(category)}: ${label}`}
        className="h-8 w-full rounded-md border border-line-strong bg-panel px-2 text-sm hover:border-faint"
        onChange={({ target }) => {
          setWanted(target.value);
          run(() => set(category, target.value));
        }}
        value={busy ? wanted : chosen}
      >
        {base && <option value="">{`Default: ${standing}`}</option>}
        {choices.map((one) => (
          <option key={one} value={one}>
            {choiceWord(one)}
          </option>
        ))}
      </select>
      <ErrorNote error={error} />
    </div>
  );
}

function Rows({ categories, ways }: { categories: Category[]; ways: Way[] }) {
  return categories.map(({ id, sentence }) => (
    <li className="grid items-center gap-x-4 gap-y-2 border-b px-4 py-2.5 last:border-b-0 sm:flex" key={id}>
      <div className="min-w-0 sm:flex-1">
        <p className="font-medium">{titleOf(id)}</p>
        <p className="text-soft text-sm">{sentence}</p>
      </div>
      <div className="flex gap-3">
        {ways.map((way) => (
          <div className="min-w-0 flex-1 sm:w-40 sm:flex-none" key={way.label}>
            {ways.length > 1 && <p className="text-faint text-xs sm:hidden">{way.label}</p>}
            <Cell category={id} way={way} />
          </div>
        ))}
      </div>
    </li>
  ));
}

function Group({ categories, note, title, ways }: { categories: Category[]; note?: string; title: string; ways: Way[] }) {
  if (categories.length === 0) return null;
  return (
    <section className="rounded-lg border bg-panel">
      <div className="flex items-end gap-4 border-b px-4 py-2">
        <div className="min-w-0 flex-1">
          <h3 className="font-semibold text-sm">{title}</h3>
          {note && <p className="text-soft text-sm">{note}</p>}
        </div>
        <div aria-hidden className="hidden gap-3 sm:flex">
          {ways.map(({ label }) => (
            <span className="w-40 text-faint text-xs" key={label}>
              {label}
            </span>
          ))}
        </div>
      </div>
      <ul>
        <Rows categories={categories} ways={ways} />
      </ul>
    </section>
  );
}

/** Each category in words with what is chosen by each way, those of the whole workspace apart. */
export function NotificationChoices({ categories, note, title, ways }: { categories: Category[]; note?: string; title: string; ways: Way[] }) {
  const of = (audience: Category['audience']) => categories.filter((one) => one.audience === audience);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <Group categories={of('concerned')} title={title} ways={ways} />
      <Group categories={of('admins')} note={note} title="What concerns the whole workspace" ways={ways} />
    </div>
  );
}
