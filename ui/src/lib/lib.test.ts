// SPDX-License-Identifier: Apache-2.0

import { describe, expect, test } from 'vitest';

import { Refusal, explain, sentence } from './api';
import { returnPath } from './link';
import { matching } from './search';
import { absolute, due, readable, relative } from './time';
import { count, plain, wordOf } from './words';

const now = new Date('2026-03-10T12:00:00Z');
const later = (hours: number) => new Date(now.getTime() + hours * 3_600_000);

describe('times', () => {
  test.each([
    [0, 'just now'],
    [-2, '2 hours ago'],
    [-24, 'yesterday'],
    [-24 * 16, '2 weeks ago'],
    [24 * 5, 'in 5 days'],
  ])('%d hours', (hours, want) => expect(relative(later(hours), now)).toBe(want));

  test.each([
    [3, 'Due today'],
    [25, 'Due in 1 day'],
    [24 * 12, 'Due in 12 days'],
    [-1, 'Overdue today'],
    [-24, '1 day overdue'],
    [-24 * 3, '3 days overdue'],
  ])('due in %d hours', (hours, want) => expect(due(later(hours), now)).toBe(want));
});

describe('words', () => {
  test('what the table knows', () => expect(wordOf('test', 'NEEDS_ATTENTION')).toEqual({ text: 'Failing', tone: 'fail' }));
  test('what it does not know is small all the same', () => expect(wordOf('test', 'SOMETHING_NEW')).toEqual({ text: 'Something new', tone: 'none' }));
  test('plain', () => expect(plain('NO_EVIDENCE_MAPPED')).toBe('No evidence mapped'));
  test.each([
    [0, '0 records'],
    [1, '1 record'],
    [1204, '1,204 records'],
  ])('%d', (n, want) => expect(count(n, 'record')).toBe(want));
});

describe('errors', () => {
  test.each([
    ['must not be empty', 'Must not be empty.'],
    ['ada@example.com is taken', 'ada@example.com is taken.'],
    ['Done!', 'Done!'],
  ])('%s', (words, want) => expect(sentence(words)).toBe(want));
  test('of the API', () => expect(explain(new Refusal(409, 'it is in use'))).toBe('It is in use.'));
  test('of ours', () => expect(explain(new TypeError('x is undefined'))).not.toContain('undefined'));
});

describe('where a sign-in leads', () => {
  test.each([
    ['', '/'],
    ['?return=/tests%3Fstatus%3DOK', '/tests?status=OK'],
    ['?return=//evil.example/x', '/'],
    ['?return=https://evil.example', '/'],
    ['?return=/%5Cevil.example', '/'],
    ['?return=/.//evil.example', '/'],
    ['?return=/tests/..//evil.example', '/'],
    ['?return=/%2E//evil.example', '/'],
    ['?return=/.%5C%5Cevil.example', '/'],
    ['?return=javascript:alert(1)', '/'],
  ])('%s', (search, want) => expect(returnPath(search)).toBe(want));
});

test('finding needs every word, in any case and order', () => {
  const all = ['Servers are active', 'Servers have a team'];
  expect(matching(all, (one) => one, 'ACTIVE serv')).toEqual(['Servers are active']);
  expect(matching(all, (one) => one, ' ')).toEqual(all);
});

test('times within a reason are read, and nothing else is changed', () => {
  const time = '2026-08-14T03:12:55.000Z';
  expect(readable(`last login is ${time}, and 2026-08-14 is a day`)).toBe(`last login is ${absolute(new Date(time))}, and 2026-08-14 is a day`);
  expect(readable(null)).toBe('');
});
