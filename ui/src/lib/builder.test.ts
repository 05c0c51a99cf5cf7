// SPDX-License-Identifier: Apache-2.0

import { describe, expect, test } from 'vitest';

import type { Schema } from './api';
import { exportOf, tidy } from './draft';
import { lineIn, read, write } from './yaml';
import { fieldsOf, sampleRecord } from './fields';
import { lineOf, schemaProblems } from './jtd';
import { type Node, formOf, leafOn, readAs, unfinished } from './rule';
import { snippets } from './snippets';

const base = [
  { nullable: false, path: 'uniqueId', required: true, type: 'string' },
  { nullable: false, path: 'displayName', required: true, type: 'string' },
  { nullable: false, path: 'drives', required: true, type: 'array' },
  { nullable: false, path: 'drives[]', required: true, type: 'object' },
  { nullable: false, path: 'drives[].encrypted', required: true, type: 'boolean' },
];
const custom = { properties: { 'a.b': { type: 'string' }, displayName: { type: 'string' }, memory: { type: 'int32' }, tags: { elements: { type: 'string' } } }, optionalProperties: { place: { properties: { floor: { enum: ['one', 'two'] } } } } };

describe('fieldsOf', () => {
  const fields = fieldsOf(base, custom);
  const named = (path: string) => fields.find((one) => one.path === path);

  test('names custom properties by their short names, and in full where a base field has the name', () => {
    expect(named('memory')?.type).toBe('number');
    expect(named('customProperties.displayName')?.type).toBe('string');
    expect(named('displayName')?.type).toBe('string');
  });

  test('writes a name that holds a dot in brackets, and joins names inside objects', () => {
    expect(named('["a.b"]')?.type).toBe('string');
    expect(named('place.floor')?.values).toEqual(['one', 'two']);
  });

  test('knows what the elements of a list hold', () => {
    expect(named('drives')?.element).toEqual([{ element: undefined, path: 'encrypted', type: 'boolean', values: undefined }]);
    expect(named('tags')?.element?.[0]?.path).toBe('');
  });

  test('makes a sample with every required field', () => {
    const record = sampleRecord({ fields: base, name: 'Thing', type: 'thing' }, custom);
    expect(record).toMatchObject({ customProperties: { memory: 16_384 }, drives: [{ encrypted: true }] });
    expect(record.customProperties).not.toHaveProperty('place');
  });
});

describe('a schema as it is typed', () => {
  test('says where a form is none', () => {
    expect(schemaProblems('{"properties": {"memory": {"type": "text"}}}').problems.map(({ pointer }) => pointer)).toEqual(['/properties/memory/type']);
    expect(schemaProblems('{"properties": {"memory": {"typ": "int8"}}}').problems.map(({ pointer }) => pointer)).toEqual(['/properties/memory/typ']);
    expect(schemaProblems('{"properties": {"a": {}}}').problems).toEqual([]);
    expect(schemaProblems('{').problems).toHaveLength(1);
  });

  test('finds the line of a pointer', () => {
    const text = '{\n  "properties": {\n    "a/b": {"type": "string"},\n    "list": [1,\n      2]\n  }\n}';
    expect(lineOf(text, '/properties/a~1b/type')).toBe(3);
    expect(lineOf(text, '/properties/list/1')).toBe(5);
    expect(lineOf(text, '/nowhere')).toBe(1);
  });
});

describe('a rule', () => {
  test('tells its forms apart', () => {
    const forms: [Node, string][] = [[{ all: [] }, 'all'], [{ field: 'drives', all: {} }, 'element'], [{ field: 'a', op: 'exists' }, 'leaf'], [{ related: 'people', on: {}, any: {} }, 'relation'], [{ not: {} }, 'not']];
    for (const [node, form] of forms) expect(formOf(node)).toBe(form);
  });

  test('begins a leaf with what fits the field', () => {
    expect(leafOn({ path: 'active', type: 'boolean' })).toEqual({ field: 'active', op: 'equals', value: true });
    expect(leafOn({ path: 'at', type: 'timestamp' })).toEqual({ field: 'at', op: 'within_last', value: '30d' });
  });

  test('knows what is still being written', () => {
    expect(unfinished({ all: [{ field: 'host', op: 'equals', value: '' }] })).toBe(true);
    expect(unfinished({ all: [{ field: 'host', op: 'is_empty' }] })).toBe(false);
    expect(unfinished({ not: { field: 'host', op: 'in', value: [] } })).toBe(true);
  });

  test('keeps what is no number as it was typed', () => {
    expect(readAs('number', '8192')).toBe(8192);
    expect(readAs('number', 'lots')).toBe('lots');
    expect(readAs('string', '8192')).toBe('8192');
  });
});

test('a draft loses what says nothing', () => {
  expect(tidy({ controls: [], name: 'Servers: sized', onUnknown: 'fail', reducer: { atLeast: 2 } })).toEqual({ name: 'Servers: sized', reducer: { atLeast: 2 } });
});

describe('a file', () => {
  const value = { name: 'Servers: sized', passWhen: { all: [{ field: 'a', op: 'in', value: ['yes', 'no one', '2026-01-31', '08', ' ', 'a\nb'] }] }, reducer: { atLeast: 2 } };

  test('says in YAML what it says in JSON', () => {
    expect(read(write(value))).toEqual({ problems: [], value });
    expect(read(JSON.stringify(value))).toEqual({ problems: [], value });
    expect(write({ value: ['yes', '2026-01-31'] })).toBe('value:\n  - "yes"\n  - "2026-01-31"\n');
  });

  test('names the line of a place', () => {
    expect(lineIn(write(value), '/passWhen/all/0/op')).toBe(5);
    expect(lineIn(write(value), '/passWhen/all/0/value/1')).toBe(8);
    expect(lineIn(write(value), '/nowhere/0')).toBe(1);
  });

  test('names the line of what is no YAML, and reads nothing of it', () => {
    expect(read('a: 1\nb: [1\nc: 2\n')).toMatchObject({ problems: [{ line: 3, pointer: '' }], value: undefined });
    expect(read('a: 1\na: 2\n').problems).toEqual([{ line: 2, message: 'Map keys must be unique', pointer: '' }]);
  });
});

test('the file of a test has what makes it again, and nothing of what it came to', () => {
  const passWhen = { field: 'active', op: 'isTrue' };
  const rest = { cases: [], counts: { failing: 3 }, description: '', failWhen: null, failureDescription: '', freshness: '36h', id: '01a2', onEmpty: 'pass', onUnknown: 'fail', reducer: 'all', scope: null, status: 'NEEDS_ATTENTION' };
  const about = { application: { id: 'a', name: 'Inventory' }, category: 'Custom', controls: ['AST-01'], owner: { displayName: 'Ada', emailAddress: 'ada@example.com', id: 'u' }, resource: { id: 'r', name: 'Server' }, sla: 'high', subscribers: [] };
  const file = exportOf({ ...rest, ...about, name: 'Servers are active', passWhen, remediationDescription: 'Start it.', slug: 'servers-active' } as unknown as Schema<'Test'>);
  expect(file).toEqual({
    apiVersion: 'muster/v1',
    application: 'Inventory',
    category: 'Custom',
    controls: ['AST-01'],
    freshness: '36h',
    kind: 'Test',
    name: 'Servers are active',
    onEmpty: 'pass',
    owner: 'ada@example.com',
    passWhen,
    remediation: 'Start it.',
    resource: 'Server',
    sla: 'high',
    slug: 'servers-active',
  });
});

test('a program in Python has the words of Python, but not inside of texts', () => {
  const [, , python] = snippets({ clientId: 'c', origin: 'https://m.example.com', record: { a: true, b: null, c: 'true' }, resourceId: 'r', type: 'custom_resource' });
  expect(python?.text).toContain('"a": True');
  expect(python?.text).toContain('"b": None');
  expect(python?.text).toContain('"c": "true"');
});
