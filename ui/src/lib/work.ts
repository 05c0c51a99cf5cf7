// SPDX-License-Identifier: Apache-2.0

import type { Schema } from './api';
import { count } from './words';

/** Says in one sentence how much waits for somebody; "" for nothing. */
export function workSentence(items: Pick<Schema<'WorkItem'>, 'overdue'>[]): string {
  if (items.length === 0) return '';
  const late = items.filter((one) => one.overdue).length;
  const all = late === 1 ? 'and it is overdue' : 'all overdue';
  const some = late === items.length ? all : `${late.toLocaleString('en-GB')} of them overdue`;
  return `${count(items.length, 'thing')} ${items.length === 1 ? 'waits' : 'wait'} for you${late > 0 ? `, ${some}` : ''}.`;
}
