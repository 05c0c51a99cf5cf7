// SPDX-License-Identifier: Apache-2.0

import { afterEach, describe, expect, test, vi } from 'vitest';

import { type Shelf, changesTo, dropView, filtersOf, saveView, viewsOn } from './views';

const mine: Shelf = { list: 'tests', user: 'ada', workspace: 'one' };
const names = ['framework', 'kind', 'owner', 'q', 'status'];

afterEach(() => {
  vi.restoreAllMocks();
  localStorage.clear();
});

describe('saved views', () => {
  test('are kept by name, and one of the same name is replaced', () => {
    saveView(mine, { name: 'Mine', query: 'owner=ada' });
    saveView(mine, { name: 'Broken', query: 'status=INVALID' });
    expect(saveView(mine, { name: 'mine', query: 'owner=ada&status=OK' })).toBe(true);
    expect(viewsOn(mine)).toEqual([
      { name: 'Broken', query: 'status=INVALID' },
      { name: 'mine', query: 'owner=ada&status=OK' },
    ]);
  });

  test('are those of one user, workspace and list', () => {
    saveView(mine, { name: 'Mine', query: 'owner=ada' });
    for (const other of [{ user: 'grace' }, { workspace: 'two' }, { list: 'people' }]) expect(viewsOn({ ...mine, ...other })).toEqual([]);
  });

  test('go, and nothing of them stays', () => {
    saveView(mine, { name: 'Mine', query: 'owner=ada' });
    saveView(mine, { name: 'Broken', query: 'status=INVALID' });
    dropView(mine, 'Mine');
    expect(viewsOn(mine).map(({ name }) => name)).toEqual(['Broken']);
    dropView(mine, 'Broken');
    expect(localStorage.length).toBe(0);
  });

  test('leave out what something else has written', () => {
    saveView(mine, { name: 'Mine', query: 'owner=ada' });
    const key = localStorage.key(0) ?? '';
    localStorage.setItem(key, '[null, 7, {"name": "Half"}, {"name": "Whole", "query": "q=x"}]');
    expect(viewsOn(mine)).toEqual([{ name: 'Whole', query: 'q=x' }]);
    for (const text of ['{', '{"name": "Mine"}']) {
      localStorage.setItem(key, text);
      expect(viewsOn(mine)).toEqual([]);
    }
  });

  test('say so where the browser keeps nothing', () => {
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    expect(saveView(mine, { name: 'Mine', query: 'owner=ada' })).toBe(false);
  });
});

describe('the filters of an address', () => {
  test('are the same in any order, without what is no filter', () => {
    expect(filtersOf(new URLSearchParams('status=OK&record=7&kind=&owner=ada'), names)).toBe('owner=ada&status=OK');
  });

  test('come back whole, and take the others out', () => {
    const query = filtersOf(new URLSearchParams('q=a+%26+b&status=OK'), names);
    expect(changesTo(query, names)).toEqual({ framework: '', kind: '', owner: '', q: 'a & b', status: 'OK' });
  });
});
