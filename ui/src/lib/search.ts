// SPDX-License-Identifier: Apache-2.0

// What Ctrl-K finds beside pages. A kind of thing is one line here.

import { send } from './api';
import type { Permission } from './session';
import { count, wordOf } from './words';

/** One thing that was found. */
export type Hit = { href: string; label: string; note?: string };

/** A kind of thing: who may look for it, and how it is found. */
export type Source = { find: (text: string) => Promise<Hit[]>; label: string; needs: Permission };

const most = 8;

/** Keeps what has every word of the text in its label, in any case. */
export function matching<T>(all: T[], label: (one: T) => string, text: string): T[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter((one) => words.every((word) => label(one).toLowerCase().includes(word)));
}

/** Reads a list to its end, up to 500 entries. */
async function whole<T>(page: (cursor: string | undefined) => Promise<{ results: { data: T[]; pageInfo: { endCursor: string | null; hasNextPage: boolean } } }>): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  do {
    // oxlint-disable-next-line no-await-in-loop -- each page names the next
    const { results } = await page(cursor);
    all.push(...results.data);
    cursor = results.pageInfo.hasNextPage ? (results.pageInfo.endCursor ?? undefined) : undefined;
  } while (cursor !== undefined && all.length < 500);
  return all;
}

/** The kinds, in the order in which they are shown. */
export const sources: Source[] = [
  {
    label: 'Tests',
    needs: 'read tests',
    find: async (text) => {
      const all = await whole((pageCursor) => send('GET', '/v1/tests', { query: { pageCursor, pageSize: 100 } }));
      return matching(all, (test) => test.name, text)
        .slice(0, most)
        .map((test) => ({ href: `/tests/${test.id}`, label: test.name, note: wordOf('test', test.status).text }));
    },
  },
  {
    label: 'Resources',
    needs: 'read applications and definitions',
    find: async (text) => {
      const all = await whole((pageCursor) => send('GET', '/v1/definitions', { query: { pageCursor, pageSize: 100 } }));
      return matching(all, (one) => one.name, text)
        .slice(0, most)
        .map((one) => ({ href: `/resources/${one.id}`, label: one.name, note: count(one.records, 'record') }));
    },
  },
  {
    label: 'Documents',
    needs: 'list documents',
    find: async (text) => {
      const all = await whole((pageCursor) => send('GET', '/v1/documents', { query: { pageCursor, pageSize: 100 } }));
      return matching(all, (one) => one.title, text)
        .slice(0, most)
        .map((one) => ({ href: `/documents/${one.id}`, label: one.title, note: wordOf('document', one.uploadStatus).text }));
    },
  },
  {
    label: 'Integrations',
    needs: 'read applications and definitions',
    find: async (text) => {
      const all = await whole((pageCursor) => send('GET', '/v1/applications', { query: { pageCursor, pageSize: 100 } }));
      return matching(all, (one) => one.name, text)
        .slice(0, most)
        .map((one) => ({ href: `/integrations/${one.id}`, label: one.name }));
    },
  },
  {
    label: 'People',
    needs: 'read people',
    find: async (text) => {
      const { results } = await send('GET', '/v1/people', { query: { pageSize: most, q: text || undefined } });
      return results.data.map((person) => ({ href: `/people?person=${person.id}`, label: person.name.display || person.emailAddress, note: person.employment.jobTitle ?? wordOf('employment', person.employment.status).text }));
    },
  },
  {
    label: 'Accounts',
    needs: 'read accounts',
    find: async (text) => {
      const { results } = await send('GET', '/v1/accounts', { query: { pageSize: most, q: text || undefined } });
      return results.data.map((account) => ({ href: `/access?account=${account.id}`, label: account.displayName || account.uniqueId, note: account.system.resourceKind }));
    },
  },
  {
    label: 'Frameworks',
    needs: 'read controls and frameworks',
    find: async (text) => {
      const { results } = await send('GET', '/v1/frameworks', { query: { pageSize: 100 } });
      return matching(results.data, (one) => `${one.displayName} ${one.shorthandName}`, text)
        .slice(0, most)
        .map((one) => ({ href: `/frameworks/${one.id}`, label: one.displayName, note: `${String(one.numControlsCompleted)} of ${count(one.numControlsTotal, 'control')} OK` }));
    },
  },
  {
    label: 'Policies',
    needs: 'read policies',
    find: async (text) => {
      const all = await whole((pageCursor) => send('GET', '/v1/policies', { query: { pageCursor, pageSize: 100 } }));
      return matching(all, (one) => one.name, text)
        .slice(0, most)
        .map((one) => ({ href: `/policies/${one.id}`, label: one.name, note: wordOf('policy', one.latestVersion.status).text }));
    },
  },
  {
    label: 'Controls',
    needs: 'read controls and frameworks',
    find: async (text) => {
      const all = await whole((pageCursor) => send('GET', '/v1/controls', { query: { pageCursor, pageSize: 100 } }));
      return matching(all, (control) => `${control.name} ${control.externalId ?? ''}`, text)
        .slice(0, most)
        .map((control) => ({ href: `/controls/${control.id}`, label: control.name, note: wordOf('control', control.status ?? '').text }));
    },
  },
];
