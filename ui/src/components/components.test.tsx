// SPDX-License-Identifier: Apache-2.0

import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, describe, expect, test, vi } from 'vitest';

import { Refusal } from '../lib/api';
import { Field, Form } from './Form';
import { JsonView } from './JsonView';
import { MicroBar } from './MicroBar';
import { decidingFields } from './TraceTree';

afterEach(cleanup);

describe('Form', () => {
  const show = (send: (values: Record<string, string>) => Promise<void>) =>
    render(
      <Form send={send}>
        <Field label="Name" name="name" required />
        <button type="submit">Send</button>
      </Form>,
    );

  test('asks for what is required before it sends', () => {
    const send = vi.fn();
    show(send);
    fireEvent.click(screen.getByText('Send'));
    expect(screen.getByText('This must not be empty.')).toBeDefined();
    expect(send).not.toHaveBeenCalled();
    expect(document.activeElement).toBe(screen.getByLabelText('Name'));
  });

  test('shows what the server says beside the field it names, and the rest above', async () => {
    show(() => Promise.reject(new Refusal(400, 'no', [{ message: 'is taken', pointer: '/name' }, { message: 'the day is past', pointer: '/until' }])));
    fireEvent.change(screen.getByLabelText('Name'), { target: { value: 'x' } });
    fireEvent.click(screen.getByText('Send'));
    await waitFor(() => screen.getByText('Is taken.'));
    expect(screen.getByLabelText('Name').getAttribute('aria-invalid')).toBe('true');
    expect(screen.getByText('The day is past.')).toBeDefined();
  });
});

test('JsonView marks the path, and shows markup as text', () => {
  render(<JsonView label="x" marked={['/a~1b/0']} value={{ 'a/b': ['<img src=x onerror=alert(1)>'] }} />);
  expect(screen.getByText('"<img src=x onerror=alert(1)>"').parentElement?.className).toContain('bg-risk-soft');
  expect(document.querySelector('img')).toBeNull();
});

test('MicroBar shows one failure among many', () => {
  const { container } = render(<MicroBar failing={1} passing={99_999} total={100_000} />);
  expect(container.querySelector('.fill-fail-mark')?.getAttribute('width')).toBe('3');
  expect(container.textContent).toBe('1 / 100,000');
});

test('decidingFields follows what decided only', () => {
  const leaf = (field: string, decided: boolean) => ({ decided, field, kind: 'leaf' as const, pointer: '', sentence: '', truth: 'false' as const });
  expect(decidingFields({ children: [leaf('active', false), leaf('memory', true)], decided: true, kind: 'all', pointer: '', sentence: '', truth: 'false' })).toEqual(['memory']);
});
