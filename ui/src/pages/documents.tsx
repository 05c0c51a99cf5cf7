// SPDX-License-Identifier: Apache-2.0

import { FileText, Lock, Plus } from 'lucide-react';
import { useLocation } from 'wouter';

import { Button } from '../components/Button';
import { NewDocumentDrawer } from '../components/DocumentForm';
import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { type Filter, FilterChips } from '../components/FilterChips';
import { FilterInput } from '../components/FilterInput';
import { Page } from '../components/Page';
import { RelativeTime } from '../components/RelativeTime';
import { StatusChip } from '../components/StatusChip';
import { type Column, Table } from '../components/Table';
import { useQueryState } from '../lib/address';
import { type Schema, useGet, usePages } from '../lib/api';
import { useWhole } from '../lib/program';
import { matching } from '../lib/search';
import { useCan } from '../lib/session';
import { count, wordOf } from '../lib/words';

type Document = Schema<'Document'>;

// What needs somebody comes first.
const order = ['Needs document', 'Needs update', 'OK', 'Not relevant'] as const;

const ownerOf = ({ owner }: Document) => owner && (owner.displayName || owner.emailAddress);

/** When new evidence is due. */
function Due({ document }: { document: Document }) {
  if (document.uploadStatus === 'Not relevant') return <span className="text-faint">-</span>;
  return <RelativeTime as="due" at={document.nextRenewalDate} none={document.uploadStatus === 'Needs document' ? 'Nothing there yet' : 'Once is enough'} />;
}

const columns: Column<Document>[] = [
  {
    cell: (document) => (
      <span className="grid min-w-0" title={document.description}>
        <span className="flex min-w-0 items-center gap-1.5 leading-5">
          <span className="truncate font-medium">{document.title}</span>
          {document.isSensitive && <Lock aria-label="Sensitive" className="size-3.5 shrink-0 text-soft" />}
        </span>
        <span className="truncate text-soft text-xs">
          <span className="@min-[480px]:hidden">{wordOf('document', document.uploadStatus).text}</span>
          <span className="hidden @min-[480px]:inline">{document.description}</span>
        </span>
      </span>
    ),
    head: 'Document',
    key: 'title',
    width: 'minmax(0,1.4fr)',
  },
  { cell: (document) => <StatusChip quiet word={wordOf('document', document.uploadStatus)} />, from: 480, head: 'Status', key: 'status', width: '144px' },
  { cell: (document) => <Due document={document} />, from: 560, head: 'Due', key: 'due', width: '132px' },
  { cell: (document) => ownerOf(document) ?? <span className="text-faint">Nobody</span>, from: 760, head: 'Owner', key: 'owner', width: '150px' },
  {
    cell: ({ controls }) => (
      <span className="text-soft" title={controls.map((one) => one.name).join('\n')}>
        {controls.length === 0 ? <span className="text-faint">None</span> : controls.length === 1 ? controls[0]?.name : `${controls[0]?.name ?? ''} and ${String(controls.length - 1)} more`}
      </span>
    ),
    from: 960,
    head: 'Evidence for',
    key: 'controls',
    width: 'minmax(0,1fr)',
  },
];

/** The filters, each with what the documents at hand may be filtered by. */
function useFilters(all: Document[]): Filter[] {
  const can = useCan();
  const frameworks = useGet('/v1/frameworks', { query: { pageSize: 100 } }, { enabled: can('read controls and frameworks') });
  const owners = new Map(all.flatMap((one) => (one.owner ? [[one.owner.id, ownerOf(one) ?? '']] : [])));
  return [
    { label: 'Status', name: 'status', options: order.map((value) => ({ label: wordOf('document', value).text, value: String(value) })) },
    { label: 'Framework', name: 'framework', options: (frameworks.data?.results.data ?? []).map((one) => ({ label: one.displayName, value: one.id })) },
    { label: 'Owner', name: 'owner', options: [...[...owners].map(([value = '', label = '']) => ({ label, value })), { label: 'Nobody', value: 'nobody' }] },
  ].filter((filter) => filter.options.length > 1);
}

/** The documents that fit the query, what needs somebody first. */
function fitting(all: Document[], query: URLSearchParams): Document[] {
  const is = (name: string, value: string) => (query.get(name) ?? value) === value;
  const due = ({ nextRenewalDate }: Document) => (nextRenewalDate ? Date.parse(nextRenewalDate) : Infinity);
  return matching(all, (one) => `${one.title} ${one.controls.map(({ name }) => name).join(' ')}`, query.get('q') ?? '')
    .filter((one) => is('status', one.uploadStatus) && is('owner', one.owner?.id ?? 'nobody'))
    .toSorted((a, b) => order.indexOf(a.uploadStatus) - order.indexOf(b.uploadStatus) || (due(a) === due(b) ? 0 : due(a) - due(b)) || a.title.localeCompare(b.title));
}

/** One line over the table: how many are OK, and how many need somebody. */
function Summary({ documents }: { documents: Document[] }) {
  const asked = documents.filter((one) => one.uploadStatus !== 'Not relevant');
  const ok = asked.filter((one) => one.uploadStatus === 'OK').length;
  return (
    <span>
      <strong className="font-semibold text-text">
        {ok.toLocaleString('en-GB')} of {asked.length.toLocaleString('en-GB')}
      </strong>{' '}
      {asked.length === 1 ? 'document' : 'documents'} OK
    </span>
  );
}

const narrowing = ['framework', 'owner', 'q', 'status'];

/** /documents: ?status= ?framework= ?owner= ?q= narrow it; ?add=1 opens the drawer to ask for one. */
export default function Documents() {
  const [query, change] = useQueryState();
  const [, navigate] = useLocation();
  const can = useCan();
  const may = can('write documents');
  const framework = query.get('framework');
  const list = useWhole(usePages('/v1/documents', { query: { frameworkMatchesAny: framework ? [framework] : undefined } }));
  const filters = useFilters(list.rows);
  const rows = fitting(list.rows, query);
  const filtered = narrowing.some((name) => query.get(name));
  const settled = !list.isLoading && !list.error;
  const actions = may && (
    <Button look="primary" onClick={() => change({ add: '1' }, { push: true })}>
      <Plus aria-hidden className="size-3.5" />
      New document
    </Button>
  );
  const bare = settled && rows.length === 0 && !filtered;
  return (
    <Page actions={!bare && actions} lead={list.rows.length > 0 && <Summary documents={list.rows} />} title="Documents">
      <ErrorNote error={list.error} />
      {(filtered || list.rows.length > 0) && (
        <div className="flex flex-wrap items-center gap-2">
          <FilterInput label="Filter by title" name="q" />
          <FilterChips filters={filters} />
          <span className="text-soft text-sm">{filtered && settled && count(rows.length, 'document')}</span>
        </div>
      )}
      {bare && (
        <EmptyState action={actions} Icon={FileText} command={may ? 'muster admin document create "Penetration test"' : undefined} title={may || can('list documents') ? 'No documents yet' : 'No document is yours'}>
          {may || can('list documents')
            ? 'A document is evidence that no system pushes: a report, a contract, minutes. Say what is wanted and how often; files and links stand for it.'
            : 'When somebody gives you a document to look after, it stands here.'}
        </EmptyState>
      )}
      {settled && rows.length === 0 && filtered && (
        <EmptyState Icon={FileText} title="No document fits these filters">
          Take one away to see more.
        </EmptyState>
      )}
      {rows.length > 0 && (
        <div className="@container min-w-0">
          <Table columns={columns} label="Documents" open={(document) => navigate(`/documents/${document.id}`)} rowKey={(document) => document.id} rows={rows} />
        </div>
      )}
      {may && query.get('add') && <NewDocumentDrawer close={() => change({ add: '' })} />}
    </Page>
  );
}
