// SPDX-License-Identifier: Apache-2.0

import { Dialog } from '@base-ui/react/dialog';
import { useQueries } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import { type KeyboardEvent, useDeferredValue, useEffect, useId, useState } from 'react';
import { useLocation } from 'wouter';

import { useReach } from '../lib/places';
import { type Hit, matching, sources } from '../lib/search';
import { useCan, useSees } from '../lib/session';
import { pages } from '../pages';

type Section = { hits: Hit[]; label: string };

/** Asks every source that the user may look into; searching until each has answered. */
function useSections(text: string): { searching: boolean; sections: Section[] } {
  const can = useCan();
  const sees = useSees();
  const reach = useReach();
  const mine = sources.filter((source) => can(source.needs));
  const answers = useQueries({ queries: mine.map((source) => ({ queryFn: () => source.find(text), queryKey: ['search', source.label, text], staleTime: 30_000 })) });
  const places = pages.flatMap((page) => (page.nav && sees(page) ? [{ href: page.path, label: page.nav.label, words: '' }, ...(page.also ?? [])] : []));
  const sections = [{ hits: matching(places, (place) => `${place.label} ${place.words}`, text), label: 'Pages' }, ...mine.map((source, i) => ({ hits: (answers[i]?.data ?? []).filter((hit) => reach(hit.href)), label: source.label }))].filter((section) => section.hits.length > 0);
  return { searching: answers.some((answer) => answer.isLoading), sections };
}

function Finder({ close }: { close: () => void }) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const [, navigate] = useLocation();
  const id = useId();
  const asked = useDeferredValue(text.trim());
  const { searching, sections } = useSections(asked);
  const hits = sections.flatMap((section) => section.hits);
  const early = asked !== text.trim() || (hits.length === 0 && searching); // what is shown is not yet what is asked
  const [entered, setEntered] = useState(false);
  const active = Math.min(at, hits.length - 1);
  const choose = (hit: Hit | undefined) => {
    if (!hit) return;
    close();
    navigate(hit.href);
  };
  const chosen = entered && !early ? hits[active] : undefined;
  useEffect(() => {
    choose(chosen);
    // oxlint-disable-next-line react/exhaustive-deps -- once, when there is one
  }, [chosen?.href]);
  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setAt(Math.min(hits.length - 1, active + 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(0, active - 1));
    else if (event.key === 'Enter') setEntered(true); // acts on what was asked, as soon as that is found
    else return;
    event.preventDefault();
  };
  return (
    <>
      <div className="flex items-center gap-2 border-b px-4">
        <Search aria-hidden className="size-4 text-soft" />
        <input
          aria-activedescendant={hits.length > 0 ? `${id}-${String(active)}` : undefined}
          aria-autocomplete="list"
          aria-controls={`${id}-list`}
          aria-expanded={hits.length > 0}
          aria-label="Find pages and records"
          className="h-12 flex-1 bg-transparent text-lg outline-none placeholder:text-faint"
          onChange={(event) => {
            setText(event.target.value);
            setEntered(false);
            setAt(0);
          }}
          onKeyDown={pressed}
          placeholder="Find…"
          role="combobox"
          spellCheck={false}
          value={text}
        />
        <kbd className="rounded border px-1.5 text-faint text-xs">esc</kbd>
      </div>
      <div aria-label="Found" className="max-h-[50vh] overflow-y-auto p-2" id={`${id}-list`} role="listbox">
        {sections.map((section) => (
          <div aria-label={section.label} key={section.label} role="group">
            <div aria-hidden className="px-2 pt-2 pb-1 text-faint text-xs">
              {section.label}
            </div>
            {section.hits.map((hit) => {
              const index = hits.indexOf(hit);
              return (
                // The keyboard is with the field above, which names the chosen option.
                // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
                <div
                  aria-selected={index === active}
                  className={`flex h-9 cursor-pointer items-center justify-between gap-3 rounded-md px-2 ${index === active ? 'bg-accent-soft text-accent' : ''}`}
                  id={`${id}-${String(index)}`}
                  key={hit.href}
                  onClick={() => choose(hit)}
                  onMouseMove={() => setAt(index)}
                  ref={index === active ? (element) => element?.scrollIntoView({ block: 'nearest' }) : undefined}
                  role="option"
                  tabIndex={-1}
                >
                  <span className="truncate">{hit.label}</span>
                  {hit.note && <span className="shrink-0 text-soft text-sm">{hit.note}</span>}
                </div>
              );
            })}
          </div>
        ))}
      </div>
      {hits.length === 0 && !early && <p className="px-4 pb-4 text-soft">Nothing has these words in its name.</p>}
    </>
  );
}

/** Finds pages and records by their names; Ctrl-K opens it. */
export function CommandPalette({ open, setOpen }: { open: boolean; setOpen: (open: boolean) => void }) {
  return (
    <Dialog.Root onOpenChange={setOpen} open={open}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-[60] bg-black/25 dark:bg-black/50" />
        <Dialog.Popup aria-label="Find" className="fixed top-[12vh] left-1/2 z-[70] w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 overflow-hidden rounded-xl border bg-raised shadow-raised outline-none">
          <Finder close={() => setOpen(false)} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
