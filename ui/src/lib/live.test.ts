// SPDX-License-Identifier: Apache-2.0

import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { keyOf } from './api';
import { type Hint, concerns, listen } from './live';

const one = '01a224b7eef1de24d7c459b7';
const other = '01a224b7eefd9ffabd59cd44';
const sync: Hint = { definitionId: one, kind: 'sync' };
const verdict: Hint = { kind: 'test', testId: one };
const everything: Hint = { kind: 'everything' };
const ofTest = (testId: string) => keyOf('/v1/tests/{testId}', { path: { testId } });
const pagesOf = (path: string, request?: object) => [path, 'pages', request];

describe('what an event concerns', () => {
  test.each<[string, Hint, readonly unknown[], boolean]>([
    ['a push and its definition', sync, keyOf('/v1/definitions/{resourceId}', { path: { resourceId: one } }), true],
    ['a push and another definition', sync, keyOf('/v1/definitions/{resourceId}', { path: { resourceId: other } }), false],
    ['a push and its records', sync, pagesOf('/v1/definitions/{resourceId}/records', { path: { resourceId: one } }), true],
    ['a push and all definitions', sync, pagesOf('/v1/definitions', { query: {} }), true],
    ['a push and the counts of tests', sync, pagesOf('/v1/tests', { query: {} }), true],
    ['a push and the records of a test', sync, pagesOf('/v1/tests/{testId}/entities', { path: { testId: other } }), true],
    ['a push and the people', sync, pagesOf('/v1/people'), true],
    ['a push and home', sync, keyOf('/v1/home'), true],
    ['a push and a push of before', sync, keyOf('/v1/syncs/{syncId}', { path: { syncId: other } }), false],
    ['a push and the users', sync, pagesOf('/v1/users'), false],
    ['a verdict and its test', verdict, ofTest(one), true],
    ['a verdict and another test', verdict, ofTest(other), false],
    ['a verdict and a test by its slug', verdict, ofTest('servers-sized'), true],
    ['a verdict and the records of another', verdict, pagesOf('/v1/tests/{testId}/entities', { path: { testId: other } }), false],
    ['a verdict and the list of tests', verdict, pagesOf('/v1/tests', { query: { statusFilter: 'OK' } }), true],
    ['a verdict and the days of all tests', verdict, pagesOf('/v1/tests/history', { query: { days: 30 } }), true],
    ['a verdict and home', verdict, keyOf('/v1/home'), true],
    ['a verdict and a control', verdict, keyOf('/v1/controls/{controlId}', { path: { controlId: 'x' } }), true],
    ['a verdict and the life of a record', verdict, keyOf('/v1/definitions/{resourceId}/records/{recordId}/outcomes', { path: { recordId: 'r', resourceId: other } }), true],
    ['a verdict and a definition', verdict, keyOf('/v1/definitions/{resourceId}', { path: { resourceId: one } }), false],
    ['an exception and the exceptions', { kind: 'change', noun: 'exception' }, pagesOf('/v1/exceptions', { query: {} }), true],
    ['an exception and the records of a test', { kind: 'change', noun: 'exception' }, pagesOf('/v1/tests/{testId}/entities', { path: { testId: other } }), true],
    ['an exception and the people', { kind: 'change', noun: 'exception' }, pagesOf('/v1/people'), false],
    ['a decision and its review', { kind: 'change', noun: 'access_review' }, keyOf('/v1/access-reviews/{reviewId}', { path: { reviewId: one } }), true],
    ['a webhook and its log', { kind: 'change', noun: 'webhook' }, pagesOf('/v1/webhooks/{webhookId}/deliveries', { path: { webhookId: one } }), true],
    ['what pages do not know', { kind: 'change', noun: 'lamp' }, pagesOf('/v1/tests'), false],
    ['a break and anything', everything, pagesOf('/v1/users'), true],
    ['a break and who is signed in', everything, keyOf('/v1/session'), false],
    ['a break and what Ctrl-K found', everything, ['search', 'Tests', 'x'], false],
  ])('%s', (_, hint, key, want) => expect(concerns(hint, key)).toBe(want));
});

/** Stands for the browser's stream, which jsdom has not. */
class Stream extends EventTarget {
  static all: Stream[] = [];
  closed = false;

  constructor() {
    super();
    Stream.all.push(this);
  }

  close() {
    this.closed = true;
  }

  says(kind: string, data = {}) {
    this.dispatchEvent(new MessageEvent(kind, { data: JSON.stringify(data) }));
  }
}

describe('the stream', () => {
  let asked: string[];
  let end: () => void;
  const newest = () => Stream.all.at(-1) as Stream;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('EventSource', Stream);
    Stream.all = [];
    asked = [];
    const queries = new QueryClient();
    for (const path of ['/v1/home', '/v1/session', '/v1/users']) queries.setQueryData([path], {});
    queries.getQueryCache().subscribe(({ query, type }) => {
      if (type === 'updated' && query.state.isInvalidated) asked.push(String(query.queryKey[0]));
    });
    end = listen(queries);
  });
  afterEach(() => {
    end();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test('many events at once make one round', async () => {
    newest().says('hello');
    for (let i = 0; i < 300; i++) newest().says('test', { testId: one });
    await vi.advanceTimersByTimeAsync(100);
    expect(asked).toEqual(['/v1/home']);
  });

  test('after a break everything is asked again, and nothing while it goes well', async () => {
    newest().says('hello');
    await vi.advanceTimersByTimeAsync(120_000);
    expect(asked).toEqual([]);
    newest().dispatchEvent(new Event('error'));
    expect(newest().closed).toBe(true);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(Stream.all.length).toBe(2);
    newest().says('hello');
    await vi.advanceTimersByTimeAsync(100);
    expect(asked).toEqual(['/v1/home', '/v1/users']);
  });

  test('a refused stream waits longer each time, and asks who is signed in', async () => {
    for (let i = 0; i < 8; i++) {
      newest().dispatchEvent(new Event('error'));
      await vi.advanceTimersByTimeAsync(700);
      expect(Stream.all.length).toBe(i + 1);
      await vi.advanceTimersByTimeAsync(75_000);
      expect(Stream.all.length).toBe(i + 2);
    }
    expect(asked).toContain('/v1/session');
  });

  test('a page that was left holds no connection, and hears again when it is come back to', async () => {
    newest().says('hello');
    dispatchEvent(new Event('pagehide'));
    expect(newest().closed).toBe(true);
    await vi.advanceTimersByTimeAsync(50_000);
    expect(Stream.all.length).toBe(1);
    dispatchEvent(new Event('pageshow'));
    expect(Stream.all.length).toBe(2);
    newest().says('hello');
    await vi.advanceTimersByTimeAsync(100);
    expect(asked).toEqual(['/v1/home', '/v1/users']);
  });

  test('a tab in the background opens no stream before it is looked at', () => {
    end();
    const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
    end = listen(new QueryClient());
    expect(Stream.all.length).toBe(1);
    hidden.mockReturnValue(false);
    document.dispatchEvent(new Event('visibilitychange'));
    expect(Stream.all.length).toBe(2);
    hidden.mockRestore();
  });

  test('an end is an end', async () => {
    newest().dispatchEvent(new Event('error'));
    end();
    await vi.advanceTimersByTimeAsync(200_000);
    expect(Stream.all.length).toBe(1);
    expect(asked).toEqual(['/v1/session']);
  });
});
