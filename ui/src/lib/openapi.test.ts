// SPDX-License-Identifier: Apache-2.0

import { describe, expect, test } from 'vitest';

import text from '../../../docs/reference/openapi.json?raw';
import { type Document, below, callers, jsonOf, kindOf, limitsOf, narrow, readReference, success } from './openapi';
import { fill, firstRow, placeOf } from './openapi.ids';
import { filled, namesBeside, programs } from './openapi.request';
import { sample } from './openapi.sample';

const reference = readReference(JSON.parse(text) as Document);
const { document, operations } = reference;
const named = (id: string) => {
  const found = reference.byId.get(id);
  if (!found) throw new Error(`no ${id}`);
  return found;
};

describe('the document', () => {
  test('is read whole: every operation has a group, a summary and callers', () => {
    expect(operations.length).toBe(Object.values(document.paths).flatMap((item) => Object.keys(item)).length);
    for (const one of operations) {
      expect(one.summary, one.operationId).not.toBe('');
      expect(reference.tags).toContain(one.tag);
      if (!callers(one).includes('anybody')) expect(one['x-permission'], one.operationId).toBeTruthy();
    }
  });

  test('is found by method, path and words', () => {
    expect(narrow(operations, 'get /v1/tests/{testid} get test by id', '', []).map(({ operationId }) => operationId)[0]).toBe('getTest');
    expect(narrow(operations, '', 'push', []).every(({ security }) => JSON.stringify(security).includes('self:'))).toBe(true);
    expect(narrow(operations, '', 'role', ['read tests']).map(({ operationId }) => operationId)).toContain('listTests');
    expect(narrow(operations, '', 'role', ['read tests']).map(({ operationId }) => operationId)).not.toContain('createTest');
  });

  test('says in words what is taken', () => {
    expect(kindOf({ anyOf: [{ $ref: '#/components/schemas/Test' }, { type: 'null' }] })).toBe('Test or null');
    expect(kindOf({ items: { type: 'string' }, type: 'array' })).toBe('list of string');
    expect(kindOf({ format: 'date-time', type: ['string', 'null'] })).toBe('time or null');
    expect(kindOf({ additionalProperties: { type: 'string' }, type: 'object' })).toBe('map of string');
    expect(kindOf({})).toBe('any JSON');
    expect(limitsOf({ maximum: 100, minimum: 1, type: 'integer' })).toEqual(['1 to 100']);
    expect(limitsOf({ maxLength: 10_000, type: 'string' })).toEqual(['at most 10,000 characters']);
  });

  test('unfolds what holds itself a level at a time', () => {
    const field = below(document, { $ref: '#/components/schemas/RuleField' });
    const inner = field.members?.find(({ name }) => name === 'elements');
    expect(inner && below(document, inner.schema).members?.length).toBe(field.members?.length);
  });
});

describe('examples', () => {
  test('of what holds itself end', () => {
    expect(sample(document, { $ref: '#/components/schemas/RuleField' }, { all: true })).toHaveProperty('elements', []);
  });

  test('are made of every request and answer, and as valid JSON', () => {
    for (const one of operations) {
      const request = filled(document, one, {}, 'https://muster.example');
      for (const { key, text: program } of programs(request)) expect(program, `${one.operationId} ${key}`).toContain('https://muster.example/');
      const schema = jsonOf(success(one)?.[1].content);
      if (schema) expect(() => JSON.stringify(sample(document, schema, { all: true })), one.operationId).not.toThrow();
    }
  });

  test('have every required member', () => {
    const lacking = operations.flatMap((one) => {
      const { body } = filled(document, one, {}, '');
      const schema = jsonOf(one.requestBody?.content);
      if (body?.kind !== 'json' || !schema) return [];
      const members = below(document, schema).members?.filter(({ required }) => required) ?? [];
      return members.filter(({ name }) => !(name in (body.value as object))).map(({ name }) => `${one.operationId} ${name}`);
    });
    expect(lacking).toEqual([]);
  });

  test('of a read are one command', () => {
    const known = { testId: { name: 'testId', state: 'filled' as const, title: '', value: 'abc' } };
    expect(programs(filled(document, named('getTest'), known, 'http://127.0.0.1:8080'))[0]?.text).toBe('curl -sS http://127.0.0.1:8080/v1/tests/abc \\\n  -H "Authorization: Bearer $TOKEN"');
  });

  test('of a session, a file, a form and a stream fit their kind', () => {
    const curl = (id: string) => programs(filled(document, named(id), {}, 'https://a.example'))[0]?.text ?? '';
    expect(curl('listWebhooks')).toContain('-b session.txt');
    expect(curl('signIn')).toContain('-c session.txt');
    expect(curl('attachToException')).toContain('--data-binary @FILE');
    expect(curl('uploadDocumentFile')).toContain("-F 'file=@FILE'");
    expect(curl('streamEvents')).toContain('curl -sSN');
    expect(curl('downloadDocumentFile')).toContain('-o FILE');
    expect(curl('getLinkedDirectory')).toContain("-H 'Muster-Link: PASTE_THE_LINK'");
  });
});

describe('ids', () => {
  test('come from a list for every parameter of a path', () => {
    const without = operations.flatMap((one) => (one.parameters ?? []).filter(({ in: place, name }) => place === 'path' && !placeOf(reference, one.path, name)).map(({ name }) => `${one.operationId} ${name}`));
    expect(without).toEqual([]);
  });

  test('are asked for in order, and only where the role may', async () => {
    const asked: string[] = [];
    const ask = (path: string) => {
      asked.push(path);
      return Promise.resolve({ results: { data: [{ displayName: 'First', id: `id ${String(asked.length)}` }] } });
    };
    const operation = named('explainTestEntity');
    const known = await fill(reference, operation.path, namesBeside(document, operation), ['read tests'], ask);
    expect(asked).toEqual(['/v1/tests?pageSize=1&statusFilter=NEEDS_ATTENTION&categoryFilter=Custom', '/v1/tests/id%201/entities?pageSize=1']);
    expect(known.entityId).toMatchObject({ state: 'filled', title: 'First', value: 'id 2' });
    expect(await fill(reference, operation.path, [], [], ask)).toMatchObject({ entityId: { state: 'refused' }, testId: { state: 'refused' } });
    expect(await fill(reference, operation.path, [], ['read tests'], () => Promise.resolve({ results: { data: [] } }))).toMatchObject({ testId: { noun: 'test', page: '/tests/new', state: 'none' } });
  });

  test('are found in pages, in lists of their own, and deep', () => {
    expect(firstRow({ streams: [{ id: 'a' }] })).toEqual({ id: 'a' });
    expect(firstRow({ requirementCategories: [{ requirements: [{ id: 'b' }] }] }, 'requirementCategories.0.requirements')).toEqual({ id: 'b' });
    expect(firstRow({ results: { data: [] } })).toBeUndefined();
  });
});
