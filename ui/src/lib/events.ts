// SPDX-License-Identifier: Apache-2.0

// What the audit trail calls things: kinds of what was changed, who changes, fields.

import { readable } from './time';
import { count, plain } from './words';

/** The kinds of what the trail can be narrowed to, by the first part of an action. */
export const kindWords: Record<string, string> = {
  access_review: 'Access reviews',
  account: 'Accounts',
  application: 'Applications',
  control: 'Controls',
  definition: 'Resources',
  directory: 'Provisioning',
  document: 'Documents',
  exception: 'Exceptions',
  framework: 'Frameworks',
  group: 'Groups of people',
  person: 'People',
  policy: 'Policies',
  role: 'Roles',
  scope: 'Scopes',
  session: 'Sign-ins',
  sign_in_settings: 'Sign-in settings',
  stream: 'Streams',
  sync: 'Pushes',
  test: 'Tests',
  test_version: 'Versions of tests',
  user: 'Members',
  vulnerability: 'Vulnerabilities',
  webhook: 'Webhooks',
};

/** Who acts. */
export const actorWords: Record<string, string> = {
  application: 'Applications',
  'command-line': 'The command line',
  directory: 'Identity providers',
  system: 'Muster itself',
  user: 'People who signed in',
  visitor: 'Visitors',
};

const places: Record<string, (id: string) => string> = {
  access_review: (id) => `/access-reviews/${id}`,
  account: (id) => `/access?account=${id}`,
  application: (id) => `/integrations/${id}`,
  control: (id) => `/controls/${id}`,
  definition: (id) => `/resources/${id}`,
  document: (id) => `/documents/${id}`,
  exception: (id) => `/exceptions?exception=${id}`,
  framework: (id) => `/frameworks/${id}`,
  group: (id) => `/people?tab=groups&group=${id}`,
  person: (id) => `/people?person=${id}`,
  policy: (id) => `/policies/${id}`,
  scope: (id) => `/scopes/${id}`,
  stream: (id) => `/settings/streams?stream=${id}`,
  test: (id) => `/tests/${id}`,
  user: (id) => `/settings/members?user=${id}`,
  webhook: (id) => `/settings/webhooks/${id}`,
};

/** Where something that the trail names can be looked at; undefined where there is no page. */
export const placeOf = ({ id, type }: { id: string; type: string }): string | undefined => places[type]?.(encodeURIComponent(id));

/** What kind of thing something is, in words: access_review → Access review. */
export const kindWord = (type: string): string => plain(type.replaceAll('-', ' '));

/** A field's name as words: employment.startDate → Employment start date. */
export const fieldWord = (field: string): string => plain(field.replaceAll(/([a-z])([A-Z])/g, '$1 $2').replaceAll(/[./]/g, ' '));

const units: Record<string, string> = { D: 'day', M: 'month', W: 'week', Y: 'year' };

/** Writes a period or a word of the code as people do: P6M is 6 months, MOST_RECENT most recent. */
function codeWord(value: string): string {
  const [, amount, unit = ''] = /^P(\d{1,3})([DWMY])$/.exec(value) ?? [];
  if (amount !== undefined) return amount === '0' ? 'none' : count(Number(amount), units[unit] ?? '');
  return /^[A-Z]+(_[A-Z]+)+$/.test(value) ? plain(value).toLowerCase() : value;
}

/** A value of a field, as people read it; undefined is what was not there. */
export function valueWord(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'nothing';
  if (typeof value === 'string') return readable(codeWord(value));
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return value.toLocaleString('en-GB');
  if (Array.isArray(value)) return value.length === 0 ? 'nothing' : value.map(valueWord).join(', ');
  return JSON.stringify(value);
}
