// SPDX-License-Identifier: Apache-2.0

// Deadlines of SLAs: a number of hours, days or business days.

import { Refusal } from './api';
import { count } from './words';

/** The units of a deadline, as the API spells them. */
export const units = ['hours', 'days', 'businessDays'] as const;

/** One of the units. */
export type Unit = (typeof units)[number];

/** What a unit is called. */
export const unitWords: Record<Unit, string> = { businessDays: 'business days', days: 'days', hours: 'hours' };

/** Reads a deadline: {"days": 14} is 14 days. */
export function readDeadline(deadline: unknown): { amount: number; unit: Unit } {
  const given = (deadline ?? {}) as Partial<Record<Unit, number>>;
  const unit = units.find((one) => given[one] !== undefined) ?? 'days';
  return { amount: given[unit] ?? 0, unit };
}

/** Says how long a deadline is: 5 business days. */
export function deadlineWords(deadline: unknown): string {
  const { amount, unit } = readDeadline(deadline);
  return count(amount, unitWords[unit].slice(0, -1), unitWords[unit]);
}

/** Problems inside of the deadline stand at its field. */
export function atDeadline(error: unknown): unknown {
  if (!(error instanceof Refusal)) return error;
  return new Refusal(error.status, error.message, error.problems.map((one) => (one.pointer.startsWith('/deadline/') ? { ...one, pointer: '/deadline' } : one)));
}
