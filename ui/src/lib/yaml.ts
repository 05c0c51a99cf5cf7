// SPDX-License-Identifier: Apache-2.0

// Files as YAML. This comes with a library of some size: load it where a file is shown.

import { LineCounter, type Node, type Pair, isMap, isSeq, parseDocument, stringify } from 'yaml';

import type { PlacedProblem } from '../components/CodeEditor';

/** Writes a value; what an older reader would take for yes, no, or a day stands in quotes. */
export const write = (value: unknown): string => stringify(value, { lineWidth: 0, version: '1.1' });

/** Reads a text (JSON is YAML too), or says what is wrong and on which line. */
export function read(text: string): { problems: PlacedProblem[]; value: unknown } {
  const document = parseDocument(text);
  const problems = document.errors.map((error) => ({ line: error.linePos?.[0].line ?? 1, message: (error.message.split(' at line ')[0] ?? '').trim(), pointer: '' }));
  return { problems, value: problems.length > 0 ? undefined : (document.toJS() as unknown) };
}

const keyOf = (pair: Pair): string => String((pair.key as { value?: unknown } | null)?.value);

/** Finds the line, from 1, on which the place of a pointer begins; 1 for what is not there. */
export function lineIn(text: string, pointer: string): number {
  const lines = new LineCounter();
  let node: unknown = parseDocument(text, { lineCounter: lines }).contents;
  let at = 0;
  for (const part of pointer.split('/').slice(1).map((one) => one.replaceAll('~1', '/').replaceAll('~0', '~'))) {
    if (isMap(node)) {
      const pair = node.items.find((one) => keyOf(one) === part);
      if (!pair) return 1;
      at = (pair.key as Node).range?.[0] ?? at;
      node = pair.value;
    } else {
      const item = isSeq(node) ? (node.items[Number(part)] as Node | undefined) : undefined;
      if (!item) return 1;
      at = item.range?.[0] ?? at;
      node = item;
    }
  }
  return lines.linePos(at).line;
}
