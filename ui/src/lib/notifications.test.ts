// SPDX-License-Identifier: Apache-2.0

import { describe, expect, test } from 'vitest';

import { seconds, timing } from './notifications';

describe('when notifications come', () => {
  test.each([
    [0, '0 seconds'],
    [1, '1 second'],
    [90, '90 seconds'],
    [300, '5 minutes'],
    [7200, '2 hours'],
  ])('%i', (n, want) => expect(seconds(n)).toBe(want));
  test('within a window', () =>
    expect(timing({ digestHour: 8, timeZone: 'Europe/Berlin', windowSeconds: 300 })).toBe('Now comes 5 minutes after the first event, with all that happened meanwhile. The daily digest comes at 08:00 (Europe/Berlin).'));
  test('at once', () => expect(timing({ digestHour: 23, timeZone: 'UTC', windowSeconds: 0 })).toBe('Now comes at once. The daily digest comes at 23:00 (UTC).'));
});
