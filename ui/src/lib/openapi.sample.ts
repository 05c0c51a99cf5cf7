// SPDX-License-Identifier: Apache-2.0

// Examples made of schemas: what a request may send, and what an answer looks like.

import { type Document, type JSONSchema, bare, nameOf, resolve } from './openapi';

/** How an example is made: only what must be there, or all; values of one's own by name. few: nothing where nothing must be there. */
export type How = { all: boolean; few?: boolean; own?: Record<string, unknown> };

// Words that say more than "string" would. What is no JSON of a fixed form stands here too.
const examples: Record<string, unknown> = {
  apiVersion: 'muster/v1',
  defaultRole: 'employee',
  description: 'What it is, in a sentence',
  displayName: 'Jane Doe',
  email: 'jane.doe@example.com',
  emailAddress: 'jane.doe@example.com',
  externalUrl: 'https://example.com/records/1',
  failWhen: { any: [{ field: 'displayName', op: 'equals', value: '' }] },
  message: 'What is wrong, for people.',
  name: 'An example',
  passWhen: { all: [{ field: 'displayName', op: 'exists' }] },
  password: 'PASTE_THE_PASSWORD',
  reason: 'Why it is done',
  remediation: 'What to do about it',
  role: 'view-only-admin',
  schema: { properties: { active: { type: 'boolean' } } },
  title: 'An example',
  url: 'https://example.com/',
  when: { all: [{ field: 'displayName', op: 'exists' }] },
};

const secrets = /secret|password|token$/i;

/** Writes a name of the document as a placeholder: testId is TEST_ID. */
export const placeholder = (name: string) => name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll(/[^A-Za-z0-9]+/g, '_').toUpperCase();

function textOf(schema: JSONSchema, name: string, how: How): string {
  if (schema.format === 'date-time') return /expires|until|due|end/i.test(name) ? '2030-01-15T09:30:00.000Z' : '2026-01-15T09:30:00.000Z';
  if (schema.format === 'date') return '2026-01-15';
  if (secrets.test(name)) return how.all ? '…' : `PASTE_THE_${placeholder(name)}`;
  if (/Id$|^id$/.test(name)) return how.all ? '01a2274c95ccfacb' : placeholder(name);
  if (/url$/i.test(name)) return 'https://example.com/';
  return name === '' ? 'text' : name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}

/** Answers one value of a name, "" for an entry of a list. */
function named(schema: JSONSchema, name: string, how: How): unknown {
  const own = how.own?.[name];
  if (own !== undefined && (typeof own === 'object' || schema.type === 'string' || schema.type === undefined)) return own;
  if (name in examples && (schema.type === 'string') === (typeof examples[name] === 'string') && !schema.properties && schema.type !== 'array') return examples[name];
  return undefined;
}

function objectOf(document: Document, schema: JSONSchema, how: How, seen: string[]): Record<string, unknown> {
  const properties = Object.entries(schema.properties ?? {});
  const required = properties.filter(([name]) => schema.required?.includes(name));
  // A change names what it changes: without anything that must be there, one member shows how.
  const wanted = how.all ? properties : required.length > 0 || how.few || seen.length > 1 ? required : properties.slice(0, 1);
  return Object.fromEntries(wanted.map(([name, part]) => [name, sample(document, part, how, name, seen)]));
}

/** Makes a value that fits a schema. What holds itself ends where it begins again. */
export function sample(document: Document, given: JSONSchema, how: How, name = '', seen: string[] = []): unknown {
  const inner = bare(given).schema;
  const own = nameOf(inner);
  if (own !== undefined && seen.includes(own)) return given.items ? [] : null;
  const path = own === undefined ? seen : [...seen, own];
  const { schema } = bare(resolve(document, inner));
  const chosen = named(schema, name, how);
  if (chosen !== undefined) return chosen;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants?.[0]) return sample(document, variants[0], how, name, path);
  if (schema.items) return seen.length > 7 || (own !== undefined && nameOf(schema.items) === own) ? [] : listOf(document, schema.items, how, name, path);
  if (schema.properties) return objectOf(document, schema, how, path);
  if (typeof schema.additionalProperties === 'object' && Object.keys(schema.additionalProperties).length > 0) return { name: sample(document, schema.additionalProperties, how, '', path) };
  return scalar(schema, name, how);
}

function listOf(document: Document, items: JSONSchema, how: How, name: string, seen: string[]): unknown[] {
  const held = nameOf(bare(items).schema);
  return held !== undefined && seen.includes(held) ? [] : [sample(document, items, how, name.replace(/s$/, ''), seen)];
}

function scalar(schema: JSONSchema, name: string, how: How): unknown {
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'string') return textOf(schema, name, how);
  if (type === 'boolean') return true;
  if (type === 'integer' || type === 'number') return schema.minimum ?? schema.default ?? 1;
  if (type === 'array') return [];
  return type === 'object' ? {} : null;
}
