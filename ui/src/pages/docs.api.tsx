// SPDX-License-Identifier: Apache-2.0

import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useMemo } from 'react';
import { Link, useLocation, useParams, useSearch } from 'wouter';

import { ApiExample } from '../components/ApiExample';
import { ApiList, hrefOf } from '../components/ApiList';
import { Address, ApiCallers, ApiOperation } from '../components/ApiOperation';
import { ApiOverview } from '../components/ApiOverview';
import { ErrorNote } from '../components/ErrorNote';
import { FilterChips } from '../components/FilterChips';
import { FilterInput } from '../components/FilterInput';
import { Page } from '../components/Page';
import { useQueryState } from '../lib/address';
import { type Operation, type Reference, fetchReference, narrow } from '../lib/openapi';
import { useVisitor } from '../lib/session';
import { count } from '../lib/words';

const kinds = [
  { label: 'Manage tokens', value: 'manage' },
  { label: 'Push tokens', value: 'push' },
  { label: 'People only', value: 'session' },
  { label: 'Anybody', value: 'anybody' },
];

/** The list of operations with its filters. On a narrow window it makes room for the one that is read. */
function Aside({ operation, reference }: { operation: Operation | undefined; reference: Reference }) {
  const session = useVisitor();
  const [query] = useQueryState();
  const search = useSearch();
  const [, navigate] = useLocation();
  const typed = query.get('q') ?? '';
  const text = useDeferredValue(typed);
  const by = query.get('by') ?? '';
  const mine = session?.permissions;
  const found = useMemo(() => narrow(reference.operations, text, by, mine ?? []), [by, mine, reference, text]);
  return (
    <form
      aria-label="Operations"
      className={`${operation ? 'hidden lg:flex' : 'flex'} w-full shrink-0 flex-col gap-2 px-4 pt-5 sm:px-6 lg:sticky lg:top-0 lg:h-[var(--page,100dvh)] lg:w-72 lg:border-r lg:px-3`}
      onSubmit={(event) => {
        event.preventDefault();
        const [first] = narrow(reference.operations, typed, by, mine ?? []); // what is shown may be a word behind
        if (first) navigate(hrefOf(first.operationId, search));
      }}
      role="search"
    >
      <a className="sr-only z-50 rounded-md bg-raised px-3 py-2 shadow-raised focus:not-sr-only focus:absolute" href="#begin">
        Skip the list
      </a>
      <div className="flex flex-wrap gap-2 px-1 *:max-w-full lg:[&>label]:w-full">
        <FilterInput label="Find an operation" name="q" />
        <FilterChips filters={[{ label: 'Called by', name: 'by', options: session ? [{ label: 'Your role', value: 'role' }, ...kinds] : kinds }]} />
      </div>
      <p className="flex justify-between gap-3 px-2 pb-1 text-soft text-sm">
        <span role="status">{count(found.length, 'operation')}</span>
        {!operation && (
          <a className="text-accent hover:underline lg:hidden" href="#begin">
            How to begin
          </a>
        )}
      </p>
      <div className="min-h-0 flex-1 lg:overflow-y-auto lg:pb-4">
        <ApiList chosen={operation} operations={found} search={useDeferredValue(search)} searching={text !== '' || by !== ''} tags={reference.tags} />
        {found.length === 0 && <p className="px-2 text-soft text-sm">No operation has these words in its method, path or summary.</p>}
      </div>
    </form>
  );
}

function Reading({ operation, reference }: { operation: Operation; reference: Reference }) {
  const search = useSearch();
  return (
    <Page lead={operation.description} title={operation.summary} up={{ href: search === '' ? '/docs/api' : `/docs/api?${search}`, label: 'API' }}>
      <Address operation={operation} />
      <div className="@container">
        <div className="grid grid-cols-[minmax(0,1fr)] gap-x-10 gap-y-7 @4xl:grid-cols-[minmax(0,1fr)_minmax(0,28rem)] @4xl:grid-rows-[auto_1fr] @7xl:grid-cols-[minmax(0,1fr)_minmax(0,40rem)]">
          <ApiCallers operation={operation} />
          <div className="grid grid-cols-[minmax(0,1fr)] content-start gap-5 @4xl:sticky @4xl:top-5 @4xl:col-start-2 @4xl:row-span-2 @4xl:row-start-1 @4xl:-m-1 @4xl:max-h-[calc(var(--page,100dvh)-2.5rem)] @4xl:self-start @4xl:overflow-y-auto @4xl:p-1" key={operation.operationId}>
            <ApiExample operation={operation} reference={reference} />
          </div>
          <div className="grid grid-cols-[minmax(0,1fr)] content-start gap-7">
            <ApiOperation key={operation.operationId} operation={operation} reference={reference} />
          </div>
        </div>
      </div>
    </Page>
  );
}

function Nothing({ id }: { id: string }) {
  return (
    <Page title="There is no such operation" up={{ href: '/docs/api', label: 'API' }} wide={false}>
      <p>
        This server has no operation that is called <code className="font-mono">{id}</code>. <Link className="text-accent underline" href="/docs/api">All operations</Link> are in the list.
      </p>
    </Page>
  );
}

/** The reference of the API: what the served document says, with the reader's own ids in the examples. */
export default function Api() {
  const { operation: id } = useParams<{ operation?: string }>();
  const document = useQuery({ queryFn: fetchReference, queryKey: ['/openapi.json'], staleTime: Number.POSITIVE_INFINITY });
  const reference = document.data;
  if (!reference) return document.error ? <Page title="API"><ErrorNote error="The description of the API cannot be read." retry={() => void document.refetch()} /></Page> : null;
  const operation = id === undefined ? undefined : reference.byId.get(id);
  return (
    <div className="flex flex-col lg:flex-row">
      <Aside operation={operation} reference={reference} />
      <div className="min-w-0 flex-1 outline-none" id="begin" tabIndex={-1}>
        {id === undefined ? (
          <Page lead="Everything that the dashboard does can be done by a program. Choose an operation to see who may call it, and an example with ids of your own." title="API">
            <ApiOverview reference={reference} />
          </Page>
        ) : operation ? (
          <Reading operation={operation} reference={reference} />
        ) : (
          <Nothing id={id} />
        )}
      </div>
    </div>
  );
}
