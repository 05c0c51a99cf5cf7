// SPDX-License-Identifier: Apache-2.0

// An operation as a program: curl, Node and Python, ready to run but for the token.

import { type Known } from './openapi.ids';
import { type Document, type JSONSchema, type Operation, type Parameter, callers, jsonOf, nameOf, success } from './openapi';
import { bodies } from './openapi.bodies';
import { placeholder, sample } from './openapi.sample';
import { type Snippet, indented, python } from './snippets';

/** What goes with a request beside its address. */
type Body = { fields: [name: string, value: string][]; kind: 'form' } | { kind: 'file'; media: string } | { kind: 'json'; value: unknown };

/** A request, filled. proof: how the caller shows who they are; starts: it begins a session. */
export type Filled = { body?: Body; cookie: string; download: boolean; events: boolean; headers: [name: string, value: string][]; json: boolean; method: string; proof: 'none' | 'session' | 'token'; starts: boolean; url: string };

const special = (operation: Operation) => bodies[operation.operationId] ?? bodies[nameOf(jsonOf(operation.requestBody?.content)) ?? ''] ?? {};

/** A body: what must be there, and what else it needs to be taken. */
function jsonBody(document: Document, operation: Operation, schema: JSONSchema, own: Record<string, unknown>): unknown {
  const { has, ids } = special(operation);
  if (!has && !ids) return sample(document, schema, { all: false, own });
  const mine = Object.fromEntries(Object.entries(ids ?? {}).map(([member, parameter]) => [member, own[parameter] ?? placeholder(parameter)]));
  return { ...(sample(document, schema, { all: false, few: true, own }) as object), ...has, ...mine };
}

/** The names beside those in the path that an example fills: what must be in the query, and what the body must have. */
export function namesBeside(document: Document, operation: Operation): string[] {
  const query = (operation.parameters ?? []).filter((one) => one.in === 'query' && one.required).map(({ name }) => name);
  const schema = jsonOf(operation.requestBody?.content);
  const body = schema ? sample(document, schema, { all: false }) : undefined;
  const named = body !== null && typeof body === 'object' ? Object.keys(body).filter((name) => !(name in (special(operation).has ?? {}))) : [];
  return [...[...query, ...named].filter((name) => /^[a-z]\w+Id$/.test(name) && name !== 'externalId'), ...Object.values(special(operation).ids ?? {})];
}

// What must be in a query and is no id.
const queries: Record<string, string> = { name: 'FILE', path: 'displayName' };

const valueOf = ({ name, schema }: Parameter, known: Record<string, Known>): string => {
  const found = known[name];
  if (found?.state === 'filled') return encodeURIComponent(found.value);
  if (name in queries) return queries[name] ?? '';
  return typeof schema?.enum?.[0] === 'string' ? schema.enum[0] : placeholder(name);
};

function bodyOf(document: Document, operation: Operation, own: Record<string, unknown>): Body | undefined {
  const content = operation.requestBody?.content;
  if (!content) return undefined;
  const schema = jsonOf(content);
  if (schema) return { kind: 'json', value: jsonBody(document, operation, schema, own) };
  const [media = '', first] = Object.entries(content)[0] ?? [];
  if (media !== 'multipart/form-data') return { kind: 'file', media };
  const parts = first?.schema?.required ?? [];
  const shown = (part: JSONSchema | undefined, name: string) => (part?.format === 'binary' || part === undefined ? '@FILE' : String(sample(document, part, { all: false }, name)));
  return { fields: parts.map((name) => [name, shown(first?.schema?.properties?.[name], name)]), kind: 'form' };
}

/** Fills an operation with what is known of its parameters. */
export function filled(document: Document, operation: Operation, known: Record<string, Known>, origin: string, more: Record<string, unknown> = {}): Filled {
  const all = operation.parameters ?? [];
  const path = all.filter((one) => one.in === 'path').reduce((at, one) => at.replace(`{${one.name}}`, valueOf(one, known)), operation.path);
  const query = all.filter((one) => one.in === 'query' && one.required).map((one) => `${one.name}=${valueOf(one, known)}`);
  const own = { ...Object.fromEntries(Object.values(known).flatMap((one) => (one.state === 'filled' ? [[one.name, one.value]] : []))), ...more };
  const [by] = callers(operation);
  const kinds = Object.keys(success(operation)?.[1].content ?? {});
  return {
    body: bodyOf(document, operation, own),
    cookie: `${origin.startsWith('https:') ? '__Host-' : ''}${document.components.securitySchemes?.session?.name ?? 'muster'}`,
    download: kinds.length > 0 && !kinds.some((kind) => kind === 'application/json' || kind === 'application/x-ndjson' || kind.startsWith('text/')),
    events: kinds.includes('text/event-stream'),
    headers: all.filter((one) => one.in === 'header' && one.name.startsWith('Muster-')).map(({ name }) => [name, `PASTE_THE_${placeholder(name.replace('Muster-', ''))}`]),
    json: kinds.includes('application/json'),
    method: operation.method,
    proof: by === 'anybody' ? 'none' : by === 'session' ? 'session' : 'token',
    starts: operation.operationId === 'signIn' || operation.operationId === 'signInByLink',
    url: `${origin}${path}${query.length > 0 ? `?${query.join('&')}` : ''}`,
  };
}

/** A text within single quotes of a shell. */
const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

function curl({ body, download, events, headers, method, proof, starts, url }: Filled): string {
  const lines = [`curl -sS${events ? 'N' : ''} ${method === 'GET' || (method === 'POST' && body) ? '' : `-X ${method} `}${/^[\w:/.~%-]+$/.test(url) ? url : quoted(url)}`];
  if (proof === 'token') lines.push('-H "Authorization: Bearer $TOKEN"');
  if (proof === 'session') lines.push('-b session.txt');
  if (starts) lines.push('-c session.txt');
  lines.push(...headers.map(([name, value]) => `-H '${name}: ${value}'`));
  if (body?.kind === 'json') lines.push("-H 'Content-Type: application/json'", "-d @- <<'JSON'");
  if (body?.kind === 'file') lines.push(`-H 'Content-Type: ${body.media}'`, '--data-binary @FILE');
  if (body?.kind === 'form') lines.push(...body.fields.map(([name, value]) => `-F ${quoted(`${name}=${value}`)}`));
  if (download) lines.push('-o FILE');
  const text = lines.join(' \\\n  ');
  return body?.kind === 'json' ? `${text}\n${JSON.stringify(body.value, null, 2)}\nJSON` : text;
}

function node({ body, cookie, download, events, headers: more, json, method, proof, url }: Filled): string {
  const headers = [
    ...more.map(([name, value]) => `'${name}': '${value}'`),
    ...(proof === 'token' ? ['Authorization: `Bearer ${process.env.TOKEN}`'] : []),
    ...(proof === 'session' ? [`Cookie: \`${cookie}=\${process.env.SESSION}\``] : []),
    ...(body?.kind === 'json' ? ["'Content-Type': 'application/json'"] : []),
    ...(body?.kind === 'file' ? [`'Content-Type': '${body.media}'`] : []),
  ];
  const init = [
    ...(method === 'GET' ? [] : [`  method: '${method}',`]),
    ...(headers.length > 0 ? [`  headers: { ${headers.join(', ')} },`] : []),
    ...(body?.kind === 'json' ? [`  body: JSON.stringify(${indented(body.value, 2)}),`] : []),
    ...(body?.kind === 'file' ? ["  body: await readFile('FILE'),"] : []),
    ...(body?.kind === 'form' ? ['  body: form,'] : []),
  ];
  const first = [
    ...(download ? ["import { readFile, writeFile } from 'node:fs/promises';"] : body && body.kind !== 'json' ? ["import { readFile } from 'node:fs/promises';"] : []),
    ...(body?.kind === 'form' ? ['const form = new FormData();', ...body.fields.map(([name, value]) => (value === '@FILE' ? `form.set('${name}', new Blob([await readFile('FILE')]), 'FILE');` : `form.set('${name}', '${value}');`))] : []),
  ];
  const call = init.length > 0 ? `const answer = await fetch('${url}', {\n${init.join('\n')}\n});` : `const answer = await fetch('${url}');`;
  const read = download ? "await writeFile('FILE', Buffer.from(await answer.arrayBuffer()));" : events ? 'for await (const part of answer.body) process.stdout.write(part);' : `console.log(answer.status, await answer.${json ? 'json' : 'text'}());`;
  return [...(first.length > 0 ? [first.join('\n').replace('readFile, writeFile', body ? 'readFile, writeFile' : 'writeFile'), ''] : []), call, read].join('\n');
}

function pythonProgram({ body, cookie, download, events, headers: more, json, method, proof, url }: Filled): string {
  const headers = [
    ...more.map(([name, value]) => `"${name}": "${value}"`),
    ...(proof === 'token' ? ['"Authorization": "Bearer " + os.environ["TOKEN"]'] : []),
    ...(proof === 'session' ? [`"Cookie": "${cookie}=" + os.environ["SESSION"]`] : []),
    ...(body?.kind === 'json' ? ['"Content-Type": "application/json"'] : []),
    ...(body?.kind === 'file' ? [`"Content-Type": "${body.media}"`] : []),
  ];
  const isJSON = json && !download && !events;
  const modules = [...(isJSON || body?.kind === 'json' ? ['json'] : []), ...(proof === 'none' ? [] : ['os']), 'urllib.request'];
  const data = body?.kind === 'json' ? `data=json.dumps(${python(body.value, 4)}).encode(),` : body?.kind === 'file' ? 'data=open("FILE", "rb").read(),' : '';
  const read = download ? '    open("FILE", "wb").write(answer.read())' : events ? '    for line in answer:\n        print(line.decode(), end="")' : isJSON ? '    print(answer.status, json.load(answer))' : '    print(answer.status, answer.read().decode())';
  return `import ${modules.join(', ')}

request = urllib.request.Request(
    "${url}",
    method="${method}",${headers.length > 0 ? `\n    headers={${headers.join(', ')}},` : ''}${data === '' ? '' : `\n    ${data}`}
)
with urllib.request.urlopen(request) as answer:
${read}`;
}

/** Answers the programs of a request. What a form of files is in Python's own library is no example to anybody. */
export function programs(request: Filled): Snippet[] {
  return [
    { key: 'curl', label: 'curl', text: curl(request) },
    { key: 'node', label: 'Node', text: node(request) },
    ...(request.body?.kind === 'form' ? [] : [{ key: 'python', label: 'Python', text: pythonProgram(request) }]),
  ];
}
