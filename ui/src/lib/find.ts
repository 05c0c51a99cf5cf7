// SPDX-License-Identifier: Apache-2.0

// What pickers find by name.

import type { Choice } from '../components/Picker';
import { type Schema, send } from './api';
import { matching } from './search';
import { wordOf } from './words';

type PageOf<T> = { results: { data: T[]; pageInfo: { endCursor: string | null; hasNextPage: boolean } } };

/** Reads a list to its end, up to 1,000 entries. */
async function all<T>(page: (cursor: string | undefined) => Promise<PageOf<T>>): Promise<T[]> {
  const rows: T[] = [];
  let cursor: string | undefined;
  do {
    // oxlint-disable-next-line no-await-in-loop -- each page names the next
    const { results } = await page(cursor);
    rows.push(...results.data);
    cursor = results.pageInfo.hasNextPage ? (results.pageInfo.endCursor ?? undefined) : undefined;
  } while (cursor !== undefined && rows.length < 1000);
  return rows;
}

const most = 40;

/** Finds tests by name; without those of some ids. */
export const findTests =
  (without: Set<string> = new Set()) =>
  async (text: string): Promise<Choice[]> => {
    const tests: Schema<'Test'>[] = await all((pageCursor) => send('GET', '/v1/tests', { query: { pageCursor, pageSize: 100 } }));
    return matching(tests, (one) => `${one.name} ${one.application.name}`, text)
      .filter((one) => !without.has(one.id))
      .slice(0, most)
      .map((one) => ({ id: one.id, label: one.name, note: one.application.name }));
  };

/** Finds documents by title; without those of some ids. */
export const findDocuments =
  (without: Set<string> = new Set()) =>
  async (text: string): Promise<Choice[]> => {
    const documents: Schema<'Document'>[] = await all((pageCursor) => send('GET', '/v1/documents', { query: { pageCursor, pageSize: 100 } }));
    return matching(documents, (one) => one.title, text)
      .filter((one) => !without.has(one.id))
      .slice(0, most)
      .map((one) => ({ id: one.id, label: one.title, note: wordOf('document', one.uploadStatus).text }));
  };

/** Finds controls in use by name; without those of some ids. */
export const findControls =
  (without: Set<string> = new Set()) =>
  async (text: string): Promise<Choice[]> => {
    const controls: Schema<'Control'>[] = await all((pageCursor) => send('GET', '/v1/controls', { query: { pageCursor, pageSize: 100 } }));
    return matching(controls, (one) => `${one.name} ${one.externalId ?? ''}`, text)
      .filter((one) => !without.has(one.id))
      .slice(0, most)
      .map((one) => ({ id: one.id, label: one.name, note: one.externalId ?? undefined }));
  };
