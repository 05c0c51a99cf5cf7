// SPDX-License-Identifier: Apache-2.0

// Which events an address wants: names of types, or noun.* for all of a noun; none: all
// but outcome.changed.

import type { Schema } from './api';
import { kindWord, kindWords } from './events';
import { count } from './words';

/** One type of events. */
export type EventType = Schema<'EventType'>;

/** The types of one noun. */
export type EventGroup = { label: string; noun: string; types: EventType[] };

const nouns: Record<string, string> = {
  ...kindWords,
  connection: 'Connections',
  exception_settings: 'Settings of exceptions',
  invitation: 'Invitations',
  lockout: 'Lock-outs',
  mapping: 'What records are shown as',
  notification_channel: 'Channels of notifications',
  notification_preference: 'Wishes for notifications',
  notification_settings: 'Settings of notifications',
  outcome: 'Outcomes',
  passkey: 'Passkeys',
  password: 'Passwords',
  program: 'The program',
  recovery_codes: 'Recovery codes',
  remediation: 'Deadlines',
  resource: 'Records',
  sla: 'SLAs',
  sla_settings: 'Settings of SLAs',
  source: 'Sources',
  totp: 'Authenticator apps',
  workspace: 'The workspace',
};

/** The noun that a type is of: test.status_changed → test. */
export const nounOf = (type: string): string => type.split('.', 1)[0] ?? type;

/** What the events of a noun are called: access_review → Access reviews. */
export const nounWord = (noun: string): string => nouns[noun] ?? kindWord(noun);

/** Puts types together by their noun, in the order of its words. */
export function grouped(types: EventType[]): EventGroup[] {
  const groups = new Map<string, EventType[]>();
  for (const type of types) groups.set(nounOf(type.name), [...(groups.get(nounOf(type.name)) ?? []), type]);
  return [...groups].map(([noun, list]) => ({ label: nounWord(noun), noun, types: list })).toSorted((a, b) => a.label.localeCompare(b.label));
}

/** Says whether a type is wanted, by its own name or by that of its noun. */
export const wants = (wanted: string[], type: string): boolean => wanted.includes(type) || wanted.includes(`${nounOf(type)}.*`);

/** Answers what is wanted when one type of a group is, or is no more. */
export function toggled(wanted: string[], group: EventGroup, type: string): string[] {
  const whole = `${group.noun}.*`;
  const others = wanted.filter((one) => nounOf(one) !== group.noun);
  const of = group.types.map(({ name }) => name);
  const chosen = wanted.includes(whole) ? of : of.filter((name) => wanted.includes(name));
  const next = chosen.includes(type) ? chosen.filter((name) => name !== type) : [...chosen, type];
  return [...others, ...(next.length === of.length ? [whole] : next)];
}

/** Answers what is wanted when all of a group is, or is no more. */
export function toggledWhole(wanted: string[], group: EventGroup): string[] {
  const others = wanted.filter((one) => nounOf(one) !== group.noun);
  return wanted.includes(`${group.noun}.*`) ? others : [...others, `${group.noun}.*`];
}

/** Says in words what is wanted: All events; Tests, Members (2). */
export function wantedWords(wanted: string[]): string {
  if (wanted.length === 0) return 'All events';
  const byNoun = new Map<string, string[]>();
  for (const one of wanted) byNoun.set(nounOf(one), [...(byNoun.get(nounOf(one)) ?? []), one]);
  return [...byNoun].map(([noun, list]) => (list.includes(`${noun}.*`) ? nounWord(noun) : `${nounWord(noun)} (${list.length.toLocaleString('en-GB')})`)).join(', ');
}

/** Says how many types are wanted. */
export function wantedCount(wanted: string[], types: EventType[]): string {
  return count(types.filter(({ name }) => wants(wanted, name)).length, 'type of events', 'types of events');
}
