// SPDX-License-Identifier: Apache-2.0

import { render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';

import { useNow } from './now';

const Clock = () => <p>{useNow().toISOString()}</p>;

afterEach(() => vi.useRealTimers());

test('pages that follow each other quickly do not stop the clock', () => {
  vi.useFakeTimers();
  for (const at of ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:10.000Z', '2026-01-01T00:00:20.000Z']) {
    vi.setSystemTime(at);
    const { unmount } = render(<Clock />);
    expect(screen.getByText(at)).toBeDefined();
    unmount();
  }
});
