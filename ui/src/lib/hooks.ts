// SPDX-License-Identifier: Apache-2.0

// How a webhook and what it sends stand, in words.

import type { Schema } from './api';
import { type Word, wordOf } from './words';

/** A webhook. */
export type Hook = Schema<'Webhook'>;

/** One event for one webhook. */
export type Delivery = Schema<'WebhookDelivery'>;

/** How often a page that shows what comes looks again, in milliseconds. */
export const beat = 2_000;

/** How a webhook stands. */
export function hookWord(hook: Pick<Hook, 'failingSinceDate' | 'restsUntilDate' | 'state'>): Word {
  if (hook.state === 'DISABLED') return { text: 'Switched off', tone: 'none' };
  if (hook.restsUntilDate) return { text: 'Resting', tone: 'risk' };
  if (hook.failingSinceDate) return { text: 'Failing', tone: 'fail' };
  return { text: 'Active', tone: 'pass' };
}

/** How a delivery stands. */
export function deliveryWord(delivery: Delivery): Word {
  if (delivery.state === 'PENDING' && delivery.lastError) return { text: 'Retrying', tone: 'risk' };
  return wordOf('delivery', delivery.state);
}

/** Says when something comes that is not there yet, to the minute. */
export function soon(at: Date, now: Date): string {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  if (seconds <= 0) return 'now';
  if (seconds < 90) return 'within a minute';
  if (seconds < 5_400) return `in ${String(Math.round(seconds / 60))} minutes`;
  return `in ${String(Math.round(seconds / 3600))} hours`;
}

/** When a delivery is tried next: undefined when it is not, or not before somebody switches the webhook on. */
export function nextTry(delivery: Delivery, hook: Pick<Hook, 'restsUntilDate' | 'state'>): Date | undefined {
  if (delivery.nextAttemptDate === null || hook.state === 'DISABLED') return undefined;
  return new Date(Math.max(Date.parse(delivery.nextAttemptDate), hook.restsUntilDate ? Date.parse(hook.restsUntilDate) : 0));
}

const statuses: Record<number, string> = {
  200: 'OK', 201: 'Created', 202: 'Accepted', 204: 'No content', 301: 'Moved', 302: 'Found', 307: 'Redirect', 308: 'Redirect', 400: 'Bad request', 401: 'Unauthorised', 403: 'Forbidden', 404: 'Not found',
  405: 'Method not allowed', 408: 'Timed out', 410: 'Gone', 413: 'Too large', 422: 'Not processable', 429: 'Too many requests', 500: 'Server error', 502: 'Bad gateway', 503: 'Unavailable', 504: 'Gateway timed out',
};

/** A status of HTTP with its word: 500 Server error. No status: no answer. */
export const statusWord = (status: number | null): string => (status === null ? 'No answer' : `${String(status)} ${statuses[status] ?? ''}`.trimEnd());

/** How long something took: 340 ms, 15.0 s. */
export const took = (ms: number): string => (ms < 1000 ? `${ms.toLocaleString('en-GB')} ms` : `${(ms / 1000).toFixed(1)} s`);
