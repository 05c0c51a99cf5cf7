// SPDX-License-Identifier: Apache-2.0

// Saved views: the filters of a list under a name, kept by this browser for one
// user of one workspace.

import { useSyncExternalStore } from 'react';

import { recall, remember } from './theme';

/** Filters under a name. query is what stands in the address, without what says nothing of the list. */
export type View = { name: string; query: string };

/** Whose views, and of which list. */
export type Shelf = { list: string; user: string; workspace: string };

const listeners = new Set<() => void>();

const keyOf = ({ list, user, workspace }: Shelf) => `muster.views.${list}.${workspace}.${user}`;

const isView = (value: unknown): value is View => typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string' && 'query' in value && typeof value.query === 'string';

/** Reads what was kept. What is none of ours is left out, as anybody may write there. */
function parse(text: string): View[] {
  try {
    const kept: unknown = JSON.parse(text);
    return Array.isArray(kept) ? kept.filter(isView) : [];
  } catch {
    return [];
  }
}

/** Answers the views of a shelf, by name. */
export const viewsOn = (shelf: Shelf): View[] => parse(recall(keyOf(shelf)));

/** Keeps the views, and answers whether the browser did. */
function keep(shelf: Shelf, views: View[]): boolean {
  const text = views.length === 0 ? '' : JSON.stringify(views);
  remember(keyOf(shelf), text);
  for (const each of listeners) each();
  return recall(keyOf(shelf)) === text;
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** Saves a view in place of one of that name. Answers false where the browser keeps nothing. */
export function saveView(shelf: Shelf, view: View): boolean {
  const rest = viewsOn(shelf).filter(({ name }) => !same(name, view.name));
  return keep(shelf, [...rest, view].toSorted((a, b) => a.name.localeCompare(b.name)));
}

/** Takes a view away. */
export function dropView(shelf: Shelf, name: string): void {
  keep(shelf, viewsOn(shelf).filter((one) => !same(one.name, name)));
}

/** The filters of an address as a view keeps them: only those of the list, always in one order. */
export function filtersOf(query: URLSearchParams, names: string[]): string {
  const kept = new URLSearchParams();
  for (const name of names.toSorted()) {
    const value = query.get(name);
    if (value) kept.set(name, value);
  }
  return kept.toString();
}

/** What has to change in the address for it to show a view: what the view does not name is taken out. */
export function changesTo(view: string, names: string[]): Record<string, string> {
  const query = new URLSearchParams(view);
  return Object.fromEntries(names.map((name) => [name, query.get(name) ?? '']));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener('storage', listener); // of other windows
  return () => {
    listeners.delete(listener);
    removeEventListener('storage', listener);
  };
}

/** The views of a shelf, also as other windows change them. */
export function useViews(shelf: Shelf): View[] {
  return parse(useSyncExternalStore(subscribe, () => recall(keyOf(shelf))));
}
