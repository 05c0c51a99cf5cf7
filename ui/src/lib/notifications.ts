// SPDX-License-Identifier: Apache-2.0

// What notifications are called on screen, and how a message is followed until its end.

import { type Schema, send } from './api';
import { count } from './words';

export type Delivery = Schema<'NotificationDelivery'>;
export type Category = Schema<'NotificationCategory'>;
export type Choice = 'digest' | 'now' | 'off';

const titles: Record<string, string> = {
  directory_errors: 'Errors of directories',
  documents_due: 'Documents that are due',
  due_soon: 'Deadlines that come near',
  exceptions: 'Exceptions asked for',
  held_removals: 'Held removals',
  integrations: 'Webhooks and connections',
  new_failures: 'New failures',
  overdue: 'Deadlines that have passed',
  policies: 'Policies to accept',
  rejected_records: 'Rejected records',
  reviews: 'Access reviews',
  stale_sources: 'Quiet sources',
  test_flips: 'Tests that turn',
};

// What is told, where it is not told to whom it concerns.
const impersonal: Record<string, string> = {
  documents_due: 'A document is due, or is due soon.',
  due_soon: 'Failing records of a test come near their deadline.',
  exceptions: 'Somebody asks for an exception.',
  new_failures: 'Records begin to fail a test.',
  overdue: 'Failing records of a test are past their deadline.',
  policies: 'A policy asks to be accepted.',
  reviews: 'An access review has started, is due soon or is overdue.',
  test_flips: 'A test begins or ceases to need attention.',
};

/** The categories as a channel hears of them, which nothing concerns. */
export const ofNobody = (categories: Category[]): Category[] => categories.map((one) => ({ ...one, sentence: impersonal[one.id] ?? one.sentence }));

/** What a category is called. */
export const titleOf = (id: string): string => titles[id] ?? id.replaceAll('_', ' ');

export const choices: Choice[] = ['now', 'digest', 'off'];

/** What a choice is called. */
export const choiceWord = (choice: string): string => ({ digest: 'Daily digest', now: 'Now', off: 'Off' })[choice] ?? choice;

/** What carries a message. */
export const mediumWord = (medium: string): string => (medium === 'slack' ? 'Slack' : 'E-mail');

/** An hour of the day: 8 → 08:00. */
export const hourOf = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;

/** Writes seconds in the largest unit that they are whole in: 300 → 5 minutes. */
export function seconds(n: number): string {
  if (n > 0 && n % 3600 === 0) return count(n / 3600, 'hour');
  return n > 0 && n % 60 === 0 ? count(n / 60, 'minute') : count(n, 'second');
}

/** When a choice comes, in a sentence. */
export function timing({ digestHour, timeZone, windowSeconds }: { digestHour: number; timeZone: string; windowSeconds: number }): string {
  const now = windowSeconds === 0 ? 'Now comes at once' : `Now comes ${seconds(windowSeconds)} after the first event, with all that happened meanwhile`;
  return `${now}. The daily digest comes at ${hourOf(digestHour)} (${timeZone}).`;
}

const ended = ({ lastError, state, tries }: Delivery) => state === 'sent' || state === 'failed' || state === 'dropped' || (state === 'ready' && tries > 0 && lastError !== null);

const patience = 60;

/** Follows messages until each was taken, or refused once. see hears of each look. */
export async function follow(list: Delivery[], own: boolean, see: (list: Delivery[]) => void): Promise<void> {
  let now = list;
  see(now);
  for (let looks = 0; looks < patience && !now.every(ended); looks += 1) {
    await new Promise((resolve) => {
      setTimeout(resolve, 500);
    });
    now = await Promise.all(now.map(({ id }) => send('GET', own ? '/v1/notifications/preferences/deliveries/{deliveryId}' : '/v1/notifications/deliveries/{deliveryId}', { path: { deliveryId: id } })));
    see(now);
  }
}
