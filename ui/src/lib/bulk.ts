// SPDX-License-Identifier: Apache-2.0

// Deeds on many things at once, of which each has a result of its own.

import { Refusal, type Schema, sentence } from './api';

/** Splits a list into pieces that one request may carry. */
export function pieces<T>(all: T[], size = 50): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}

/** Throws what went wrong with some of many, in words; nothing when all went well. */
export function settle(results: Schema<'BulkResult'>[]): void {
  const wrong = results.filter((one) => one.status !== 'SUCCESS');
  if (wrong.length === 0) return;
  const reasons = [...new Set(wrong.map((one) => sentence(one.message ?? (one.status === 'NOT_FOUND' ? 'it is not there any more' : 'it was refused'))))];
  const words = reasons.slice(0, 3).join(' ');
  throw new Refusal(422, results.length === 1 ? words : `${String(wrong.length)} of ${String(results.length)} were refused: ${words}`);
}

/** Sends a list piece by piece, and throws what went wrong at the end, so that the rest is done. */
export async function inPieces<T>(all: T[], deed: (piece: T[]) => Promise<{ results: Schema<'BulkResult'>[] }>): Promise<void> {
  const results: Schema<'BulkResult'>[] = [];
  for (const piece of pieces(all)) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, in the order of the rows
    results.push(...(await deed(piece)).results);
  }
  settle(results);
}
