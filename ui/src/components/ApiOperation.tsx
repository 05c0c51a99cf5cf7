// SPDX-License-Identifier: Apache-2.0

import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { type Operation, type Parameter, type Reference, type Response, callers, jsonOf, kindOf, mayCall, nameOf, scopesOf, success } from '../lib/openapi';
import { useVisitor } from '../lib/session';
import { Section } from './ApplicationCredentials';
import { Method } from './ApiList';
import { SchemaLine, SchemaTree } from './ApiSchema';
import { CopyButton } from './CopyField';
import { StatusChip } from './StatusChip';

/** Words that link within the text. */
export const linkClass = 'text-accent underline decoration-line-strong underline-offset-2 hover:decoration-current';

/** Method and path in one line, the parameters of the path marked. */
export function Address({ operation }: { operation: Operation }) {
  const parts = operation.path.split(/(\{\w+\})/);
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-x-2 rounded-md border bg-sunk py-1 pr-1 pl-3">
      <Method method={operation.method} />
      <code className="min-w-0 flex-1 break-all font-mono text-sm">{parts.map((part, i) => (part.startsWith('{') ? <span className="text-accent" key={`${part} ${String(i)}`}>{part}</span> : part))}</code>
      <CopyButton label="Copy path" text={operation.path} />
    </div>
  );
}

/** Who may call an operation. */
export function ApiCallers({ operation }: { operation: Operation }) {
  return (
    <Section title="Who may call it">
      <Callers operation={operation} />
    </Section>
  );
}

function Scopes({ scopes }: { scopes: string[] }) {
  return scopes.map((scope, i) => (
    <span key={scope}>
      {i > 0 && ' or '}
      <code className="break-words rounded bg-sunk px-1 font-mono text-[0.9em]">{scope}</code>
    </span>
  ));
}

/** What a role must give, and whether that of the reader does. */
function RoleLine({ operation }: { operation: Operation }) {
  const session = useVisitor();
  const needs = [operation['x-permission'], operation['x-permission-or']].filter((one) => one !== undefined);
  const may = session && mayCall(operation, session.permissions);
  return (
    <li>
      A signed-in person whose role may {needs.join(', or ')}
      {operation['x-owners'] ? ', or who owns the object in question' : ''}.{' '}
      {session && <StatusChip word={may ? { text: `Your role, ${session.user.role.name}, may`, tone: 'pass' } : { text: `Your role, ${session.user.role.name}, may not`, tone: 'none' }} />}
    </li>
  );
}

/** Who may call an operation: tokens by scope, people by role. */
function Callers({ operation }: { operation: Operation }) {
  const by = callers(operation);
  const scopes = scopesOf(operation);
  const link = operation.parameters?.some(({ name }) => name === 'Muster-Link');
  if (by.includes('anybody')) return <p>{link ? 'Whoever has the one-time link of a directory: its token goes along as Muster-Link.' : `Anybody: the request needs no token.${operation.requestBody ? ' What its body holds says who calls.' : ''}`}</p>;
  return (
    <ul className="grid list-disc gap-1 pl-5">
      {scopes.length > 0 ? (
        <li>
          An application {by.length === 2 ? '' : by[0] === 'push' ? 'that pushes ' : 'that manages '}with a token of the scope <Scopes scopes={scopes} />.
        </li>
      ) : (
        <li>No application: only people who are signed in.</li>
      )}
      <RoleLine operation={operation} />
    </ul>
  );
}

const places: [Parameter['in'], string][] = [
  ['path', 'In the path'],
  ['query', 'In the query'],
  ['header', 'As headers'],
  ['cookie', 'As cookies'],
];

function Parameters({ operation, reference }: { operation: Operation; reference: Reference }) {
  return places.map(([place, title]) => {
    const mine = (operation.parameters ?? []).filter((one) => one.in === place);
    if (mine.length === 0) return null;
    return (
      <Section key={place} title={title}>
        <ul className="divide-y border-y">
          {mine.map(({ description, name, required, schema = {} }) => (
            <SchemaLine document={reference.document} key={name} name={name} required={required ?? false} schema={{ ...schema, description: description ?? schema.description }} />
          ))}
        </ul>
      </Section>
    );
  });
}

function Body({ operation, reference }: { operation: Operation; reference: Reference }) {
  const { requestBody } = operation;
  if (!requestBody) return null;
  const schema = jsonOf(requestBody.content);
  const [media = '', first] = Object.entries(requestBody.content)[0] ?? [];
  const shown = schema ?? first?.schema;
  return (
    <Section lead={[requestBody.description, schema ? '' : `As ${media}.`].filter(Boolean).join(' ') || undefined} title={shown?.$ref ? `Body: ${nameOf(shown) ?? ''}` : 'Body'}>
      {shown && (
        <div className="border-y">
          <SchemaTree document={reference.document} schema={shown} />
        </div>
      )}
    </Section>
  );
}

// What the guard and the table of failures say to everybody (internal/web).
const meanings: Record<string, string> = {
  400: 'The request is wrong. problems names each place of the body, errors each place of the request.',
  401: 'There is no token, or none that lives.',
  403: 'The token lacks the scope, or the role the permission.',
  429: 'Too many requests. Retry-After says when to come back.',
  default: 'Any other error, such as 404 for what is not there and 422 for what cannot be.',
};

function ErrorLine({ children, status, text }: { children?: ReactNode; status: string; text: string }) {
  return (
    <li className="grid grid-cols-[4rem_minmax(0,1fr)] gap-x-3 py-2">
      <code className="font-mono font-semibold text-sm">{status === 'default' ? 'others' : status}</code>
      <div className="grid min-w-0 gap-1">
        <p className="text-sm">{text}</p>
        {children}
      </div>
    </li>
  );
}

const says = (status: string, { content, description = '' }: Response) => (nameOf(jsonOf(content)) === 'ErrorBody' ? (meanings[status] ?? description) : description.endsWith('.') ? description : (meanings[status] ?? description));

function Errors({ operation, reference }: { operation: Operation; reference: Reference }) {
  const errors = Object.entries(operation.responses).filter(([status]) => !status.startsWith('2'));
  const common = errors.find(([, { content }]) => nameOf(jsonOf(content)) === 'ErrorBody');
  return (
    <Section title="Errors">
      <ul className="divide-y border-y">
        {errors.map(([status, response]) => {
          const schema = jsonOf(response.content);
          return (
            <ErrorLine key={status} status={status} text={says(status, response)}>
              {schema && nameOf(schema) !== 'ErrorBody' && <SchemaTree answer document={reference.document} schema={schema} />}
            </ErrorLine>
          );
        })}
      </ul>
      {common && (
        <details className="text-sm">
          <summary className="cursor-pointer text-soft">The body of an error</summary>
          <div className="mt-2 rounded-md border px-3">
            <SchemaTree answer document={reference.document} schema={jsonOf(common[1].content) ?? {}} />
          </div>
        </details>
      )}
    </Section>
  );
}

function Success({ operation, reference }: { operation: Operation; reference: Reference }) {
  const found = success(operation);
  if (!found) return null;
  const [status, { content, description, headers }] = found;
  const schema = jsonOf(content);
  const others = Object.keys(content ?? {}).filter((media) => media !== 'application/json');
  const lead = [description === 'OK' || description === 'Created' || !description ? '' : description, others.length > 0 ? `${schema ? 'Also as' : 'As'} ${others.join(', ')}.` : '', content ? '' : 'Without a body.'].filter(Boolean).join(' ');
  return (
    <Section lead={lead || undefined} title={`Answer ${status}${schema?.$ref ? `: ${kindOf(schema)}` : ''}`}>
      {schema && (
        <div className="border-y">
          <SchemaTree answer document={reference.document} schema={schema} />
        </div>
      )}
      {headers && (
        <p className="text-soft text-sm">
          With the headers <Scopes scopes={Object.keys(headers)} />.
        </p>
      )}
    </Section>
  );
}

/** Everything that the document says of one operation. */
export function ApiOperation({ operation, reference }: { operation: Operation; reference: Reference }) {
  return (
    <>
      <Parameters operation={operation} reference={reference} />
      <Body operation={operation} reference={reference} />
      <Success operation={operation} reference={reference} />
      <Errors operation={operation} reference={reference} />
    </>
  );
}

/** A link to an operation by its id; its id alone where the document has none such. */
export function OperationLink({ children, id }: { children: ReactNode; id: string }) {
  return (
    <Link className={linkClass} href={`/docs/api/${id}`}>
      {children}
    </Link>
  );
}
