// SPDX-License-Identifier: Apache-2.0

import { ChevronRight, Search } from 'lucide-react';
import { useState } from 'react';

import { sentence, useGet } from '../lib/api';
import { matching } from '../lib/search';
import { type EventGroup, type EventType, grouped, nounOf, toggled, toggledWhole, wantedCount, wants } from '../lib/wanted';
import { ErrorNote } from './ErrorNote';
import { useWrong } from './Form';

const tick = 'mt-0.5 size-4 shrink-0 cursor-pointer accent-[var(--color-accent-fill)]';

type Chosen = { set: (wanted: string[]) => void; wanted: string[] };

function Type({ group, set, type, wanted }: Chosen & { group: EventGroup; type: EventType }) {
  return (
    <label className="flex cursor-pointer items-start gap-2.5 rounded-md py-1.5 pr-2 pl-8 hover:bg-hover">
      <input aria-label={type.name} checked={wants(wanted, type.name)} className={tick} onChange={() => set(toggled(wanted, group, type.name))} type="checkbox" />
      <span className="min-w-0">
        <span className="block break-words text-sm">{sentence(type.sentence)}</span>
        <code className="block break-all font-mono text-soft text-xs">{type.name}</code>
      </span>
    </label>
  );
}

/** The types of one noun, which may be wanted as a whole: what is added to them later comes too. */
function Group({ group, open, set, shown, toggle, wanted }: Chosen & { group: EventGroup; open: boolean; shown: EventType[]; toggle: () => void }) {
  const whole = wanted.includes(`${group.noun}.*`);
  const some = group.types.filter(({ name }) => wants(wanted, name)).length;
  return (
    <li>
      <div className="flex items-center gap-1 px-1.5">
        <button aria-expanded={open} aria-label={`${group.label}: each one`} className="grid size-6 shrink-0 place-items-center rounded-md text-soft hover:bg-hover hover:text-text" onClick={toggle} type="button">
          <ChevronRight aria-hidden className={`size-3.5 transition-transform ${open ? 'rotate-90' : ''}`} />
        </button>
        <label className="flex min-h-8 min-w-0 flex-1 cursor-pointer items-center gap-2.5">
          <input
            aria-label={`All of ${group.label}`}
            checked={whole}
            className="size-4 shrink-0 cursor-pointer accent-[var(--color-accent-fill)]"
            onChange={() => set(toggledWhole(wanted, group))}
            ref={(box) => {
              if (box) box.indeterminate = !whole && some > 0;
            }}
            type="checkbox"
          />
          <span className="min-w-0 flex-1 truncate font-medium text-sm">{group.label}</span>
          <span className="pr-1 text-soft text-xs">{some > 0 ? `${String(some)} of ${String(group.types.length)}` : group.types.length}</span>
        </label>
      </div>
      {open && (
        <div className="pb-1.5 pl-1.5">
          {shown.map((type) => (
            <Type group={group} key={type.name} set={set} type={type} wanted={wanted} />
          ))}
        </div>
      )}
    </li>
  );
}

/** The list of what there is: groups that unfold, narrowed by a text. */
function Choice({ set, types, wanted }: Chosen & { types: EventType[] }) {
  const [text, setText] = useState('');
  const [unfolded, setUnfolded] = useState<string[]>([]);
  // What is chosen when the form opens stands first, and stays where it is.
  const [first] = useState(wanted.map(nounOf));
  const all = grouped(types).toSorted((a, b) => Number(first.includes(b.noun)) - Number(first.includes(a.noun)));
  const found = all
    .map((group) => ({ ...group, shown: text === '' ? group.types : matching(group.types, (type) => `${group.label} ${type.name} ${type.sentence}`, text) }))
    .filter(({ shown }) => shown.length > 0);
  return (
    <div className="overflow-hidden rounded-md border border-line-strong">
      <label className="flex h-9 items-center gap-2 border-b px-2.5 focus-within:bg-hover">
        <Search aria-hidden className="size-3.5 shrink-0 text-faint" />
        <input aria-label="Find types of events" className="min-w-0 flex-1 bg-transparent text-sm outline-none placeholder:text-faint" onChange={(event) => setText(event.target.value)} onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()} placeholder="Find: failures, role, sign-in …" spellCheck={false} type="search" value={text} />
        <span className="shrink-0 text-soft text-xs">{wantedCount(wanted, types)}</span>
      </label>
      <ul aria-label="Types of events" className="max-h-72 overflow-y-auto py-1">
        {found.map(({ shown, ...group }) => (
          <Group
            group={group}
            key={group.noun}
            open={text !== '' || unfolded.includes(group.noun)}
            set={set}
            shown={shown}
            toggle={() => setUnfolded(unfolded.includes(group.noun) ? unfolded.filter((one) => one !== group.noun) : [...unfolded, group.noun])}
            wanted={wanted}
          />
        ))}
        {found.length === 0 && <li className="px-3 py-2 text-soft text-sm">No type of events has this in it.</li>}
      </ul>
    </div>
  );
}

/** Which events are wanted: all, or those that are chosen. undefined: none yet. */
export function EventTypes({ set, wanted }: { set: (wanted: string[] | undefined) => void; wanted: string[] | undefined }) {
  const answer = useGet('/v1/events/types', undefined, { staleTime: Number.POSITIVE_INFINITY });
  const [some, setSome] = useState(wanted === undefined || wanted.length > 0);
  const wrong = useWrong('/types');
  const ways = [
    { label: 'All events', note: 'What comes in later versions too. But for the outcome of each single record, which is many.', some: false },
    { label: 'Only some', note: 'By what they are about, or one by one.', some: true },
  ];
  return (
    <fieldset className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <legend className="mb-1.5 font-medium text-sm">Events</legend>
      {ways.map((way) => (
        <label className="flex cursor-pointer items-start gap-2.5" key={way.label}>
          <input
            aria-label={way.label}
            checked={some === way.some}
            className={tick}
            name="which"
            onChange={() => {
              setSome(way.some);
              set(way.some ? undefined : []);
            }}
            type="radio"
            value={way.label}
          />
          <span>
            <span className="block font-medium text-sm">{way.label}</span>
            <span className="block text-soft text-sm">{way.note}</span>
          </span>
        </label>
      ))}
      <ErrorNote error={answer.error} retry={() => void answer.refetch()} />
      {some && answer.data && <Choice set={(next) => set(next.length === 0 ? undefined : next)} types={answer.data.types} wanted={wanted ?? []} />}
      <input name="types" type="hidden" value="" />
      {wrong && (
        <p className="text-fail text-sm" role="alert">
          {wrong}
        </p>
      )}
    </fieldset>
  );
}
