// SPDX-License-Identifier: Apache-2.0

import { describe, expect, test } from 'vitest';

import { soon } from './hooks';
import { addressOf, partsOf } from './streams';
import { grouped, toggled, toggledWhole, wantedWords, wants } from './wanted';

const type = (name: string) => ({ name, permission: '', sentence: '' });
const groups = grouped([type('user.created'), type('test.assigned'), type('test.status_changed'), type('user.updated'), type('lamp.lit')]);
const tests = groups.find(({ noun }) => noun === 'test');

describe('what is wanted', () => {
  test('groups stand by their words', () => expect(groups.map(({ label }) => label)).toEqual(['Lamp', 'Members', 'Tests']));
  test.each<[string[], string]>([
    [[], 'All events'],
    [['test.*'], 'Tests'],
    [['test.assigned', 'user.created', 'user.updated'], 'Tests (1), Members (2)'],
    [['test.*', 'test.assigned'], 'Tests'],
  ])('%s', (wanted, words) => expect(wantedWords(wanted)).toBe(words));
  test('a noun wants its types', () => expect([wants(['test.*'], 'test.assigned'), wants(['test.*'], 'test_version.created'), wants([], 'test.assigned')]).toEqual([true, false, false]));
  test('one more', () => expect(tests && toggled(['user.*'], tests, 'test.assigned')).toEqual(['user.*', 'test.assigned']));
  test('the last one makes it whole', () => expect(tests && toggled(['test.assigned'], tests, 'test.status_changed')).toEqual(['test.*']));
  test('one less of a whole', () => expect(tests && toggled(['test.*'], tests, 'test.assigned')).toEqual(['test.status_changed']));
  test('a whole on and off', () => expect(tests && [toggledWhole(['test.assigned'], tests), toggledWhole(['test.*', 'user.*'], tests)]).toEqual([['test.*'], ['user.*']]));
});

describe('when something is tried next', () => {
  const now = new Date('2026-03-10T12:00:00Z');
  test.each([[-5, 'now'], [20, 'within a minute'], [125, 'in 2 minutes'], [3_600 * 7, 'in 7 hours']])('%d s', (seconds, words) => expect(soon(new Date(now.getTime() + seconds * 1000), now)).toBe(words));
});

describe('the address of a stream', () => {
  test.each([
    ['syslog+tls://logs.example.com:6514', { host: 'logs.example.com', port: '6514', transport: 'tls' }],
    ['syslog+udp://[2001:db8::1]:514', { host: '2001:db8::1', port: '514', transport: 'udp' }],
  ])('%s', (url, parts) => {
    expect(partsOf(url)).toEqual(parts);
    expect(addressOf(parts)).toBe(url);
  });
  test('without a port', () => expect(addressOf({ host: 'logs', port: '', transport: 'tcp' })).toBe('syslog+tcp://logs'));
});
