// SPDX-License-Identifier: Apache-2.0

// A rule as the builder changes it: the same tree that files and the API hold, so
// that nothing is lost on the way between the two views.

import type { Field, FieldType } from './fields';

/** A condition: all, any, not, a leaf, a condition over a list, a relation. Members that the builder does not know are kept. */
export type Node = { [member: string]: unknown };

/** The form of a condition. */
export type Form = 'all' | 'any' | 'element' | 'leaf' | 'not' | 'relation';

export const formOf = (node: Node): Form => {
  if ('related' in node) return 'relation';
  if ('field' in node && !('op' in node) && ['all', 'any', 'none', 'atLeast'].some((name) => name in node)) return 'element';
  if ('field' in node || 'op' in node) return 'leaf';
  if ('all' in node) return 'all';
  if ('any' in node) return 'any';
  return 'not' in node ? 'not' : 'leaf';
};

const every = ['exists', 'missing', 'is_null', 'not_null'];

const operators: Record<FieldType, string[]> = {
  any: ['equals', 'not_equals', 'contains', 'in', 'not_in', 'gt', 'gte', 'lt', 'lte', 'before', 'after'],
  array: ['contains', 'contains_any', 'contains_all', 'contains_none', 'length_equals', 'length_gt', 'length_gte', 'length_lt', 'length_lte', 'is_empty', 'not_empty'],
  boolean: ['equals', 'not_equals'],
  enum: ['equals', 'not_equals', 'in', 'not_in'],
  number: ['equals', 'not_equals', 'gte', 'gt', 'lte', 'lt', 'between', 'in', 'not_in'],
  object: [],
  string: ['equals', 'not_equals', 'contains', 'not_contains', 'starts_with', 'ends_with', 'matches', 'in', 'not_in', 'is_empty', 'not_empty'],
  timestamp: ['within_last', 'older_than', 'within_next', 'further_than', 'before', 'after', 'between'],
};

/** The operators that fields of a type take. */
export const operatorsOf = (type: FieldType): string[] => [...operators[type], ...every];

/** What an operator is called. */
export const operatorWords: Record<string, string> = {
  after: 'is after',
  before: 'is before',
  between: 'is between',
  contains: 'contains',
  contains_all: 'contains all of',
  contains_any: 'contains any of',
  contains_none: 'contains none of',
  ends_with: 'ends with',
  equals: 'is',
  exists: 'is present',
  further_than: 'is further away than',
  gt: 'is above',
  gte: 'is at least',
  in: 'is one of',
  is_empty: 'is empty',
  is_null: 'is null',
  length_equals: 'has exactly so many elements:',
  length_gt: 'has more elements than',
  length_gte: 'has at least so many elements:',
  length_lt: 'has fewer elements than',
  length_lte: 'has at most so many elements:',
  lt: 'is below',
  lte: 'is at most',
  matches: 'matches the pattern',
  missing: 'is missing',
  not_contains: 'does not contain',
  not_empty: 'is not empty',
  not_equals: 'is not',
  not_in: 'is none of',
  not_null: 'has a value',
  older_than: 'is older than',
  starts_with: 'starts with',
  within_last: 'is within the last',
  within_next: 'is within the next',
};

/** What an operator wants beside it. */
export type Wanted = 'duration' | 'list' | 'none' | 'number' | 'pair' | 'value';

export function wantedBy(op: string): Wanted {
  if (every.includes(op) || op === 'is_empty' || op === 'not_empty') return 'none';
  if (['in', 'not_in', 'contains_any', 'contains_all', 'contains_none'].includes(op)) return 'list';
  if (['within_last', 'older_than', 'within_next', 'further_than'].includes(op)) return 'duration';
  if (op === 'between') return 'pair';
  return op.startsWith('length_') ? 'number' : 'value';
}

/** A first value for a field under an operator. */
export function firstValue(field: Field | undefined, op: string): unknown {
  const one = field?.type === 'boolean' ? true : field?.type === 'enum' ? (field.values?.[0] ?? '') : field?.type === 'number' ? 0 : '';
  const wanted = wantedBy(op);
  if (wanted === 'none') return undefined;
  if (wanted === 'list') return [];
  if (wanted === 'duration') return '30d';
  if (wanted === 'number') return 1;
  return wanted === 'pair' ? [one, one] : one;
}

/** A leaf on a field, with the operator that fits first. */
export function leafOn(field: Field | undefined): Node {
  const op = operatorsOf(field?.type ?? 'any')[0] ?? 'exists';
  const value = firstValue(field, op);
  return { field: field?.path ?? '', op, ...(value === undefined ? {} : { value }) };
}

/** Reads what was typed as the type of a field; what does not fit stays text, and the server says so. */
export function readAs(type: FieldType, text: string): unknown {
  if (type === 'number' || type === 'any') return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
  return text;
}

/** A value as a field of text shows it. */
export const written = (value: unknown): string => (value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean));

/** Says whether somebody is still writing a condition: an empty field or value, which needs no error yet. */
export function unfinished(node: unknown): boolean {
  if (Array.isArray(node)) return node.length === 0 || node.some(unfinished);
  if (node === null || typeof node !== 'object') return false;
  const one = node as Node;
  const form = formOf(one);
  if (form === 'all' || form === 'any') return unfinished(one[form]);
  if (form === 'not') return unfinished(one.not);
  if (form !== 'leaf') return false;
  const wanted = wantedBy(String(one.op));
  return one.field === '' || (wanted === 'list' ? Array.isArray(one.value) && one.value.length === 0 : wanted !== 'none' && one.value === '');
}
