// SPDX-License-Identifier: Apache-2.0

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';

import { type Schema, send } from '../lib/api';
import { sampleRecord } from '../lib/fields';
import { type Operation, type Reference, callers, jsonOf, scopesOf, success } from '../lib/openapi';
import { type Known, fill } from '../lib/openapi.ids';
import { filled, namesBeside, programs } from '../lib/openapi.request';
import { placeholder, sample } from '../lib/openapi.sample';
import { signInAddress, useVisitor } from '../lib/session';
import { tokenCurl } from '../lib/snippets';
import { recall, remember } from '../lib/theme';
import { OperationLink, linkClass } from './ApiOperation';
import { CopyField } from './CopyField';
import { JsonView } from './JsonView';
import { PlaceLink } from './PlaceLink';
import { Tabs } from './Tabs';

const languageKey = 'muster.language';
const fresh = 60_000;

/** What an example is filled with. */
type Filling = { application?: Schema<'Application'>; known: Record<string, Known>; more: Record<string, unknown> };

const nothing: Filling = { known: {}, more: {} };
const mayRead = 'read applications and definitions';

type Get = (path: string) => Promise<unknown>;
type List<T> = { results: { data: T[] } };

/** A push carries a record of the definition, by a token of the application that owns it. */
async function pushing(id: string, get: Get): Promise<Partial<Filling>> {
  const definition = (await get(`/v1/definitions/${id}`)) as Schema<'Definition'>;
  const bases = (await get('/v1/base-types')) as List<Schema<'BaseType'>>;
  const base = bases.results.data.find(({ type }) => type === definition.type);
  const application = (await get(`/v1/applications/${definition.applicationId}`)) as Schema<'Application'>;
  return { application, more: base ? { resources: [sampleRecord(base, definition.schema)] } : {} };
}

/** Finds an application whose tokens may call. */
async function applicationFor(operation: Operation, get: Get): Promise<Schema<'Application'> | undefined> {
  const { results } = (await get('/v1/applications?pageSize=100')) as List<Schema<'Application'>>;
  const scopes = scopesOf(operation);
  return results.data.find((one) => one.clientId !== '' && (scopes.length === 0 || one.scopes.some((scope) => scopes.includes(scope))));
}

async function gather(reference: Reference, operation: Operation, permissions: string[], get: Get): Promise<Filling> {
  const known = await fill(reference, operation.path, namesBeside(reference.document, operation), permissions, get);
  const filling: Filling = { known, more: {} };
  const needsToken = scopesOf(operation).length > 0 || operation.operationId === 'createToken';
  if (!needsToken || !permissions.includes(mayRead)) return filling;
  const definition = known.resourceId;
  const mine = callers(operation).includes('push') && definition?.state === 'filled' ? await pushing(definition.value, get).catch(() => ({})) : {};
  const application = (mine as Partial<Filling>).application ?? (await applicationFor(operation, get).catch(() => undefined));
  if (application && operation.operationId === 'createToken') known.client_id = { name: 'client_id', state: 'filled', title: `that of ${application.name}`, value: application.clientId };
  return { ...filling, ...mine, application };
}

/** Fills an operation with what the reader has; for visitors it stays as it is. */
function useFilling(reference: Reference, operation: Operation): Filling {
  const session = useVisitor();
  const queries = useQueryClient();
  const get: Get = (path) => queries.fetchQuery({ queryFn: () => send('GET', path as '/v1/tests'), queryKey: ['/docs/api', 'asked', path], staleTime: fresh });
  const filling = useQuery({
    enabled: session !== undefined,
    queryFn: () => gather(reference, operation, session?.permissions ?? [], get),
    queryKey: ['/docs/api', operation.operationId],
    staleTime: fresh,
  });
  return filling.data ?? nothing;
}

/** Says whose id stands for a parameter, or why none does. */
function Note({ one }: { one: Known }) {
  if (one.state === 'filled')
    return (
      <li>
        <code className="font-mono">{one.name}</code> is {one.title === '' ? 'the first of yours' : <span className="font-medium text-text">{one.title}</span>}.
      </li>
    );
  const page = one.page ? (
    <>
      {' '}
      See <PlaceLink href={one.page}>where they are made</PlaceLink>.
    </>
  ) : null;
  return (
    <li>
      {one.state === 'refused' ? 'Your role may not look for a ' : 'There is no '}
      {one.noun}
      {one.state === 'refused' ? '' : ' yet'}: put its id where <code className="font-mono">{placeholder(one.name)}</code> stands.{one.state === 'none' && page}
    </li>
  );
}

/** How the token of the example is got, or the session. */
function Proof({ application, operation }: { application?: Schema<'Application'>; operation: Operation }) {
  const [by] = callers(operation);
  if (by === 'anybody') return null;
  if (by === 'session')
    return (
      <p>
        session.txt is the file in which curl keeps your session after <OperationLink id="signIn">a sign-in</OperationLink>; SESSION is the value of its cookie.
      </p>
    );
  const scopes = scopesOf(operation);
  const scope = application ? (scopes.find((one) => application.scopes.includes(one)) ?? scopes[0]) : scopes[0];
  return (
    <details>
      <summary className="cursor-pointer">How to get $TOKEN</summary>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-2 pt-2">
        <CopyField label="token program" text={tokenCurl({ clientId: application?.clientId ?? 'CLIENT_ID', origin: location.origin, scope: scope ?? '' })} />
        <p>
          {application ? (
            <>
              The id is that of <PlaceLink href={`/integrations/${application.id}`}>{application.name}</PlaceLink>; put its secret where PASTE_THE_SECRET stands.
            </>
          ) : (
            'Put id and secret of an application that holds the scope. Integrations is where one is made.'
          )}{' '}
          For Node and Python, export TOKEN. A token lives for an hour.
        </p>
      </div>
    </details>
  );
}

/** The answer of success as it could be. */
function Answer({ operation, reference }: { operation: Operation; reference: Reference }) {
  const [status, response] = success(operation) ?? [];
  const schema = jsonOf(response?.content);
  const value = useMemo(() => (schema ? sample(reference.document, schema, { all: true }) : undefined), [reference, schema]);
  if (!schema) return null;
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <h2 className="font-semibold text-sm">
        An answer <span className="font-normal text-soft">{status}, made of the schema</span>
      </h2>
      <div className="max-h-72 @4xl:max-h-[26rem] overflow-y-auto rounded-md">
        <JsonView label="An answer" value={value} />
      </div>
    </section>
  );
}

/** The request as a program, filled with the reader's own ids, and what it is answered. */
export function ApiExample({ operation, reference }: { operation: Operation; reference: Reference }) {
  const session = useVisitor();
  const [language, setLanguage] = useState(recall(languageKey) || 'curl');
  const { application, known, more } = useFilling(reference, operation);
  const all = programs(filled(reference.document, operation, known, location.origin, more));
  const chosen = all.find(({ key }) => key === language) ?? all[0];
  const change = (next: string) => {
    setLanguage(next);
    remember(languageKey, next === 'curl' ? '' : next);
  };
  return (
    <>
      <section aria-label="Example" className="grid grid-cols-[minmax(0,1fr)] gap-2">
        <Tabs change={change} tabs={all} value={chosen?.key ?? 'curl'}>
          <div className="pt-3">
            <CopyField label={`${chosen?.label ?? ''} example`} text={chosen?.text ?? ''} />
          </div>
        </Tabs>
        <div className="grid gap-2 text-soft text-sm">
          {Object.keys(known).length > 0 && (
            <ul className="grid gap-1">
              {Object.values(known).map((one) => (
                <Note key={one.name} one={one} />
              ))}
            </ul>
          )}
          {session ? (
            <Proof application={application} operation={operation} />
          ) : (
            <p>
              <a className={linkClass} href={signInAddress()}>
                Sign in
              </a>
              , and the examples hold ids of your own workspace.
            </p>
          )}
        </div>
      </section>
      <Answer operation={operation} reference={reference} />
    </>
  );
}
