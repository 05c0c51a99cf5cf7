// SPDX-License-Identifier: Apache-2.0

const steps: [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

const format = new Intl.RelativeTimeFormat('en-GB', { numeric: 'auto' });
const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

/** Says how far a time is from now: 3 hours ago, in 5 days. */
export function relative(at: Date, now: Date): string {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  const [unit, length] = steps.find(([, long]) => Math.abs(seconds) >= long) ?? ['minute', 0];
  if (length === 0) return seconds > 30 ? 'in a moment' : 'just now'; // clocks differ, and ours ticks only now and then
  return format.format(Math.trunc(seconds / length), unit);
}

/** Says when something is due: due in 5 days, 3 days overdue. */
export function due(at: Date, now: Date): string {
  const days = Math.trunc((at.getTime() - now.getTime()) / 86_400_000);
  if (at < now) return days === 0 ? 'Overdue today' : `${-days} ${days === -1 ? 'day' : 'days'} overdue`;
  return days === 0 ? 'Due today' : `Due in ${days} ${days === 1 ? 'day' : 'days'}`;
}

/** Writes a time in full, in the reader's own zone. */
export const absolute = (at: Date): string => moment.format(at);

/** Writes the times within a text as people read them, in the reader's own zone: as the API says them, they are RFC 3339. */
export const readable = (text: string | null | undefined): string => (text ?? '').replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z\b/g, (time) => absolute(new Date(time)));

/** Writes a time as the day that a date field takes, in the reader's own zone; "" for none. */
export function dayOf(at: string | null | undefined): string {
  if (!at) return '';
  const date = new Date(at);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((n) => String(n).padStart(2, '0')).join('-');
}

/** Answers the last second of a day, undefined for none. */
export const endOfDay = (day: string | undefined): string | undefined => (day ? new Date(`${day}T23:59:59`).toISOString() : undefined);
