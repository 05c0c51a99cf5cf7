// SPDX-License-Identifier: Apache-2.0

// The served OpenAPI document as the page of the API reads it.

import { matching } from './search';

/** A JSON Schema, as far as the document has it. */
export type JSONSchema = {
  $ref?: string;
  additionalProperties?: JSONSchema | boolean;
  anyOf?: JSONSchema[];
  const?: unknown;
  default?: unknown;
  description?: string;
  enum?: unknown[];
  format?: string;
  items?: JSONSchema;
  maxItems?: number;
  maxLength?: number;
  maximum?: number;
  minItems?: number;
  minLength?: number;
  minimum?: number;
  oneOf?: JSONSchema[];
  pattern?: string;
  properties?: Record<string, JSONSchema>;
  required?: string[];
  type?: string[] | string;
};

/** A parameter of an operation. */
export type Parameter = { description?: string; in: 'cookie' | 'header' | 'path' | 'query'; name: string; required?: boolean; schema?: JSONSchema };

type Content = Record<string, { schema?: JSONSchema }>;

/** What an operation may answer. */
export type Response = { content?: Content; description?: string; headers?: Record<string, { description?: string; schema?: JSONSchema }> };

type Spec = {
  description?: string;
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: Content; description?: string; required?: boolean };
  responses: Record<string, Response>;
  security?: Record<string, string[]>[];
  summary: string;
  tags?: string[];
  'x-owners'?: boolean;
  'x-permission'?: string;
  'x-permission-or'?: string;
};

/** The document itself. */
export type Document = {
  components: { schemas: Record<string, JSONSchema>; securitySchemes?: Record<string, { name?: string }> };
  info: { description?: string; title: string; version: string };
  paths: Record<string, Record<string, Spec>>;
};

/** One operation: a method of a path. */
export type Operation = Spec & { method: string; path: string; tag: string };

/** The document in the order in which it is read. */
export type Reference = { byId: Map<string, Operation>; document: Document; operations: Operation[]; tags: string[] };

const methods = ['get', 'post', 'put', 'patch', 'delete'];

/** Names the group of a path that has no tag: its first word. */
const tagOf = (path: string) => path.split('/').find((part) => part !== '' && part !== 'v1') ?? 'Others';

/** Says whether an operation stands below the path that its group is called after. */
const namesake = ({ path, tag }: { path: string; tag: string }) => `${path.replace(/^\/v1/, '')}/`.startsWith(`/${tag.toLowerCase().replaceAll(' ', '-')}/`);

/** Puts the operations of a document in order: by tag, its namesakes first, then as the document has them. */
export function readReference(document: Document): Reference {
  const operations = Object.entries(document.paths)
    .flatMap(([path, item]) => methods.flatMap((method) => (item[method] ? [{ ...item[method], method: method.toUpperCase(), path, tag: item[method].tags?.[0] ?? tagOf(path) }] : [])))
    .toSorted((a, b) => a.tag.localeCompare(b.tag) || Number(namesake(b)) - Number(namesake(a)));
  return { byId: new Map(operations.map((one) => [one.operationId, one])), document, operations, tags: [...new Set(operations.map(({ tag }) => tag))] };
}

/** Asks for the document. The browser keeps it, and asks whether it is still the same. */
export async function fetchReference(): Promise<Reference> {
  const answer = await fetch('/openapi.json');
  if (!answer.ok) throw new Error(`/openapi.json: ${String(answer.status)}`);
  return readReference((await answer.json()) as Document);
}

/** Who gets through to an operation. */
export type By = 'anybody' | 'manage' | 'push' | 'session';

/** Answers the scopes of which a token needs one; none for what no application may do. */
export const scopesOf = ({ security }: Pick<Spec, 'security'>): string[] => security?.find((one) => one.bearer)?.bearer ?? [];

/** Says who may call: anybody, applications that push or manage, signed-in people only. */
export function callers(operation: Pick<Spec, 'security'>): By[] {
  if ((operation.security ?? []).length === 0) return ['anybody'];
  const scopes = scopesOf(operation);
  if (scopes.length === 0) return ['session'];
  const push = scopes.some((scope) => !scope.startsWith('vanta-api.'));
  const manage = scopes.some((scope) => scope.startsWith('vanta-api.'));
  return [...(push ? ['push' as const] : []), ...(manage ? ['manage' as const] : [])];
}

/** Says whether a role with these permissions may call an operation. */
export const mayCall = (operation: Operation, permissions: string[]) => [operation['x-permission'], operation['x-permission-or']].some((one) => one !== undefined && permissions.includes(one));

/** Keeps the operations that have all words of a text, and are for a kind of caller. */
export function narrow(operations: Operation[], text: string, by: string, permissions: string[]): Operation[] {
  const fits = operations.filter((one) => by === '' || (by === 'role' ? mayCall(one, permissions) : callers(one).includes(by as By)));
  return matching(fits, (one) => `${one.method} ${one.path} ${one.summary} ${one.operationId} ${one.tag}`, text);
}

/** The name at the end of a $ref. */
export const nameOf = (schema: JSONSchema | undefined) => schema?.$ref?.split('/').at(-1);

/** Follows a $ref; a description beside it stays. */
export function resolve(document: Document, schema: JSONSchema): JSONSchema {
  const named = nameOf(schema);
  const found = named === undefined ? undefined : document.components.schemas[named];
  return found ? { ...resolve(document, found), ...(schema.description ? { description: schema.description } : {}) } : schema;
}

/** Takes "or null" off a schema, and says that it was there. */
export function bare(schema: JSONSchema): { nullable: boolean; schema: JSONSchema } {
  const { anyOf, ...rest } = schema;
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter((one) => one !== 'null');
    return { nullable: types.length < schema.type.length, schema: { ...schema, enum: schema.enum?.filter((one) => one !== null), type: types.length === 1 ? types[0] : types } };
  }
  const others = anyOf?.filter((one) => one.type !== 'null');
  if (!anyOf || others?.length === anyOf.length) return { nullable: false, schema };
  return { nullable: true, schema: others?.length === 1 ? { ...rest, ...others[0] } : { ...rest, anyOf: others } };
}

const formats: Record<string, string> = { 'date-time': 'time', binary: 'file', date: 'day', double: 'number', int32: 'integer', int64: 'integer' };

/** Says in words what a schema takes: "list of Test", "time or null". */
export function kindOf(given: JSONSchema): string {
  const { nullable, schema } = bare(given);
  const or = nullable ? ' or null' : '';
  if (schema.$ref) return `${nameOf(schema) ?? ''}${or}`;
  if (schema.const !== undefined) return `always ${JSON.stringify(schema.const)}${or}`;
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants) return `${[...new Set(variants.map(kindOf))].join(' or ')}${or}`;
  if (schema.items) return `list of ${kindOf(schema.items)}${or}`;
  if (schema.type === 'array') return `list${or}`;
  if (!schema.properties && typeof schema.additionalProperties === 'object' && Object.keys(schema.additionalProperties).length > 0) return `map of ${kindOf(schema.additionalProperties)}${or}`;
  if (schema.type === undefined && !schema.properties) return 'any JSON';
  const types = Array.isArray(schema.type) ? schema.type.join(' or ') : (schema.type ?? 'object');
  return `${formats[schema.format ?? ''] ?? types}${or}`;
}

const span = (low: number | undefined, high: number | undefined, unit: string) => {
  if (low !== undefined && high !== undefined) return `${low.toLocaleString('en-GB')} to ${high.toLocaleString('en-GB')}${unit}`;
  if (low !== undefined) return `at least ${low.toLocaleString('en-GB')}${unit}`;
  return high === undefined ? '' : `at most ${high.toLocaleString('en-GB')}${unit}`;
};

/** Says within what a value must lie, a sentence part each. */
export function limitsOf(given: JSONSchema): string[] {
  const { schema } = bare(given);
  return [
    span(schema.minimum, schema.maximum, ''),
    span(schema.minLength, schema.maxLength, ' characters'),
    span(schema.minItems, schema.maxItems, ' entries'),
    schema.pattern === undefined ? '' : `matches ${schema.pattern}`,
    schema.default === undefined ? '' : `${JSON.stringify(schema.default)} when absent`,
  ].filter((one) => one !== '');
}

/** What stands below a schema: its members, or the ways in which it can be. */
export type Below = { members?: { name: string; required: boolean; schema: JSONSchema }[]; variants?: JSONSchema[] };

/** Answers what unfolds below a schema; lists and maps unfold to what they hold. */
export function below(document: Document, given: JSONSchema): Below {
  const { schema } = bare(resolve(document, bare(given).schema));
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants) return variants.some((one) => below(document, one).members) ? { variants } : {};
  if (schema.items) return below(document, schema.items);
  const required = new Set(schema.required);
  if (schema.properties) {
    const members = Object.entries(schema.properties).map(([name, part]) => ({ name, required: required.has(name), schema: part }));
    return members.length === 0 ? {} : { members: members.toSorted((a, b) => Number(b.required) - Number(a.required)) };
  }
  return typeof schema.additionalProperties === 'object' ? below(document, schema.additionalProperties) : {};
}

/** Answers the schema of the JSON that content has, undefined for none. */
export const jsonOf = (content: Content | undefined) => content?.['application/json']?.schema;

/** Answers the answer of success with its status. */
export function success(operation: Operation): [status: string, response: Response] | undefined {
  return Object.entries(operation.responses).find(([status]) => status.startsWith('2'));
}
