// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';

import { inline, parse } from './markdown';

describe('a text in Markdown', () => {
  it('is taken apart into what it consists of', () => {
    const kinds = parse('# Access\n\nAn account has\nan owner.\n\n- one\n  and more\n- two\n\n3. three\n4. four\n\n> said\n> so\n\n---\n\n```\na  b\n```\n').map((one) => one.kind);
    expect(kinds).toEqual(['heading', 'paragraph', 'list', 'list', 'quote', 'rule', 'code']);
  });

  it('keeps the number that a list begins with, and lines that belong together', () => {
    expect(parse('3. three\n4. four')[0]).toMatchObject({ ordered: true, start: 3 });
    expect(parse('- one\n  and more')[0]).toMatchObject({ items: [[{ kind: 'text', text: 'one and more' }]] });
  });

  it('shows what it does not know as it was typed', () => {
    expect(parse('| a | b |\n<b>x</b>')).toEqual([{ kind: 'paragraph', words: [{ kind: 'text', text: '| a | b | <b>x</b>' }] }]);
    expect(parse('```\nnever closed')).toEqual([{ kind: 'code', text: 'never closed' }]);
    expect(parse('')).toEqual([]);
  });
});

describe('a line', () => {
  it('has its bold, italic, code and links', () => {
    expect(inline('a **b** *c* `d*e*` [f](https://x.example) g').map((one) => one.kind)).toEqual(['text', 'strong', 'text', 'emphasis', 'text', 'code', 'text', 'link', 'text']);
  });

  it('links to nothing that could run', () => {
    expect(inline('[x](javascript:alert(1))').every((one) => one.kind === 'text')).toBe(true);
    expect(inline('[x](data:text/html,y)')).toEqual([{ kind: 'text', text: '[x](data:text/html,y)' }]);
  });

  it('is all there, whatever is in it', () => {
    for (const line of ['2 * 3 * 4', '**', '`', '[a](', 'snake_case_word', '__x__y']) expect(inline(line).map((one) => one.text).join('').length).toBeGreaterThan(0);
    expect(inline('2 * 3 * 4')).toEqual([{ kind: 'text', text: '2 * 3 * 4' }]);
  });
});
