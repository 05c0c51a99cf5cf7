// SPDX-License-Identifier: Apache-2.0

// What a rule may name on the records of a definition, and what such a record looks like.

import type { Schema } from './api';

/** A JSON Type Definition (RFC 8927), as far as forms are looked at. */
export type JTD = {
  definitions?: Record<string, JTD>;
  discriminator?: string;
  elements?: JTD;
  enum?: string[];
  mapping?: Record<string, JTD>;
  nullable?: boolean;
  optionalProperties?: Record<string, JTD>;
  properties?: Record<string, JTD>;
  ref?: string;
  type?: string;
  values?: JTD;
};

/** What a field holds, as far as operators care. */
export type FieldType = 'any' | 'array' | 'boolean' | 'enum' | 'number' | 'object' | 'string' | 'timestamp';

/** A field that a rule may name; element: the fields of one element of an array. */
export type Field = { element?: Field[]; path: string; type: FieldType; values?: string[] };

type BaseField = Schema<'BaseField'>;

const formOf = (field: BaseField): JTD => {
  const nullable = field.nullable ? { nullable: true } : {};
  if (field.type === 'array') return { elements: {}, ...nullable };
  if (field.type === 'enum') return { enum: field.values ?? [], ...nullable };
  if (field.type === 'object') return { optionalProperties: {}, properties: {}, ...nullable };
  return { type: field.type, ...nullable };
};

/** Builds the schema of a whole record from the fields of its base type, which come parents first. */
export function recordSchema(fields: BaseField[], custom: unknown): JTD {
  const root: JTD = { optionalProperties: {}, properties: {} };
  const at = new Map<string, JTD>([['', root]]);
  for (const field of fields) {
    const made = formOf(field);
    at.set(field.path, made);
    if (field.path.endsWith('[]')) {
      const array = at.get(field.path.slice(0, -2));
      if (array) array.elements = made;
      continue;
    }
    const dot = field.path.lastIndexOf('.');
    const parent = at.get(field.path.slice(0, Math.max(0, dot)));
    const into = field.required ? parent?.properties : parent?.optionalProperties;
    if (into) into[field.path.slice(dot + 1)] = made;
  }
  if (custom !== null && custom !== undefined && root.properties) root.properties.customProperties = custom as JTD;
  return root;
}

/** Writes one name as a step of a path: a name that holds a dot stands in brackets. */
const step = (name: string) => (/[.[\]"]/.test(name) || name === '' ? `[${JSON.stringify(name)}]` : name);

const joined = (prefix: string, name: string) => (prefix === '' ? step(name) : step(name).startsWith('[') ? prefix + step(name) : `${prefix}.${step(name)}`);

/** Names the type of a form, for operators. */
function typeOf(schema: JTD): FieldType {
  if (schema.enum) return 'enum';
  if (schema.elements) return 'array';
  if (schema.properties || schema.optionalProperties || schema.values || schema.discriminator !== undefined) return 'object';
  if (schema.type === undefined) return 'any';
  if (schema.type === 'boolean' || schema.type === 'string' || schema.type === 'timestamp') return schema.type;
  return 'number';
}

function resolved(schema: JTD, definitions: Record<string, JTD>, depth: number): JTD {
  const named = schema.ref === undefined ? undefined : definitions[schema.ref];
  return named && depth < 6 ? resolved(named, definitions, depth + 1) : schema;
}

/** Every name below a schema, deepest last; an object is named by what it holds. */
function below(given: JTD, prefix: string, definitions: Record<string, JTD>, depth: number): Field[] {
  const schema = resolved(given, definitions, 0);
  const type = typeOf(schema);
  if (type === 'array') return [{ element: depth > 6 ? [] : below(schema.elements ?? {}, '', definitions, depth + 1), path: prefix, type }];
  if (type !== 'object' || depth > 6) return [{ path: prefix, type, values: schema.enum }];
  const parts = [schema, ...Object.values(schema.mapping ?? {})].flatMap((part) => [...Object.entries(part.properties ?? {}), ...Object.entries(part.optionalProperties ?? {})]);
  const fields = parts.flatMap(([name, part]) => below(part, joined(prefix, name), definitions, depth + 1));
  if (schema.discriminator !== undefined) fields.unshift({ path: joined(prefix, schema.discriminator), type: 'string' });
  return fields.length > 0 ? fields : [{ path: prefix, type }];
}

/** Answers the fields that rules over a definition may name; custom ones by their short names where no base field has them. */
export function fieldsOf(base: BaseField[], custom: unknown): Field[] {
  const record = recordSchema(base, null);
  const fields = below(record, '', {}, 0);
  const taken = new Set([...Object.keys(record.properties ?? {}), ...Object.keys(record.optionalProperties ?? {})]);
  const first = (path: string) => path.split('.')[0] ?? '';
  const schema = custom as JTD | null;
  const own = schema ? below(schema, '', schema.definitions ?? {}, 0).filter(({ path }) => path !== '') : [];
  const named = own.map((field) => (taken.has(first(field.path)) ? { ...field, path: `customProperties.${field.path}` } : field));
  const since: Field = { path: 'presentSince', type: 'timestamp' };
  return [...named, ...fields, ...(named.some(({ path }) => path === 'presentSince') ? [] : [since])];
}

/** What the records of people have (docs/guide/tests.md). */
export const peopleFields: Field[] = [
  ...['uniqueId', 'displayName', 'email', 'name', 'firstName', 'lastName', 'jobTitle'].map((path): Field => ({ path, type: 'string' })),
  { path: 'status', type: 'enum', values: ['UPCOMING', 'CURRENT', 'ON_LEAVE', 'INACTIVE', 'FORMER'] },
  ...['startDate', 'endDate', 'leftAt', 'offboardedAt'].map((path): Field => ({ path, type: 'timestamp' })),
  { element: [{ path: '', type: 'string' }], path: 'groups', type: 'array' },
  { path: 'isPerson', type: 'boolean' },
  { path: 'source', type: 'enum', values: ['VANTA', 'SCIM', 'INTEGRATION'] },
];

const examples: Record<string, unknown> = {
  accountName: 'jane.doe',
  authMethod: 'SSO',
  cveId: 'CVE-2025-12345',
  description: 'What it is, in a sentence',
  displayName: 'Jane Doe',
  email: 'jane.doe@example.com',
  externalUrl: 'https://example.com/records/1',
  frameworksFulfilled: ['SOC2'],
  fullName: 'Jane Doe',
  httpMethod: 'GET',
  mfaEnabled: true,
  mfaMethods: ['OTP'],
  name: 'auth-prod-1',
  owner: 'platform',
  permissionLevel: 'BASE',
  remediationInstructions: 'Update to the newest version',
  status: undefined,
  taskState: 'OPEN',
  traineeEmail: 'jane.doe@example.com',
  traineeFullName: 'Jane Doe',
  uniqueId: 'record_001',
};

const numbers: Record<string, unknown> = { boolean: true, float32: 1.5, float64: 7.5, int8: 16, int16: 16, int32: 16_384, timestamp: '2026-01-15T09:30:00Z', uint8: 16, uint16: 16, uint32: 16_384 };

function sampleOf(given: JTD, name: string, definitions: Record<string, JTD>, depth: number): unknown {
  const schema = resolved(given, definitions, 0);
  if (name in examples && examples[name] !== undefined && !schema.properties) return examples[name];
  if (schema.enum) return schema.enum.find((value) => value === 'ACTIVE' || value === 'COMPLETE') ?? schema.enum[0];
  if (schema.elements) return depth > 5 ? [] : [sampleOf(schema.elements, name, definitions, depth + 1)];
  if (schema.discriminator !== undefined) {
    const [tag, form] = Object.entries(schema.mapping ?? {})[0] ?? ['', {}];
    return { [schema.discriminator]: tag, ...(sampleOf(form, '', definitions, depth + 1) as object) };
  }
  if (schema.properties || schema.optionalProperties) return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([key, part]) => [key, sampleOf(part, key, definitions, depth + 1)]));
  if (schema.values) return { key: sampleOf(schema.values, 'value', definitions, depth + 1) };
  if (schema.type === 'string') return name === '' ? 'text' : name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return schema.type === undefined ? null : numbers[schema.type];
}

/** Answers a record of a definition as it could be pushed: every required field, and the custom properties. */
export function sampleRecord(base: Schema<'BaseType'>, custom: unknown): Record<string, unknown> {
  const record = sampleOf(recordSchema(base.fields, null), '', {}, 0) as Record<string, unknown>;
  if (base.type === 'user_account') Object.assign(record, { externalUrl: 'https://example.com/users/user_123', uniqueId: 'user_123', permissionLevel: 'ADMIN' });
  else if (!('fullName' in record)) Object.assign(record, { displayName: 'auth-prod-1' });
  if (custom !== null && custom !== undefined) record.customProperties = sampleOf(custom as JTD, '', (custom as JTD).definitions ?? {}, 0);
  return record;
}
