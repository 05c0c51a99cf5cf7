// SPDX-License-Identifier: Apache-2.0

import { expect, it } from 'vitest';

import { fieldWord, valueWord } from './events';
import { workSentence } from './work';

it('says how much waits for somebody', () => {
  const items = (...overdue: boolean[]) => overdue.map((one) => ({ overdue: one }));
  expect(workSentence(items())).toBe('');
  expect(workSentence(items(false))).toBe('1 thing waits for you.');
  expect(workSentence(items(true))).toBe('1 thing waits for you, and it is overdue.');
  expect(workSentence(items(true, true))).toBe('2 things wait for you, all overdue.');
  expect(workSentence(items(true, false, false))).toBe('3 things wait for you, 1 of them overdue.');
});

it('shows what changed as people say it', () => {
  expect(fieldWord('employment.startDate')).toBe('Employment start date');
  expect([undefined, null, '', []].map(valueWord)).toEqual(['nothing', 'nothing', 'nothing', 'nothing']);
  expect(['P1Y', 'P6M', 'P0D', 'MOST_RECENT', 'SOC', 'P', true, 1204, ['a', 'b'], { a: 1 }].map(valueWord)).toEqual(['1 year', '6 months', 'none', 'most recent', 'SOC', 'P', 'yes', '1,204', 'a, b', '{"a":1}']);
});
