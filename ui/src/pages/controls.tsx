// SPDX-License-Identifier: Apache-2.0

import { Library, Plus, ShieldCheck } from 'lucide-react';
import { useLocation } from 'wouter';

import { Button } from '../components/Button';
import { LibraryDrawer, NewControlDrawer, domainWord, domainsOf } from '../components/ControlDrawers';
import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { type Filter, FilterChips } from '../components/FilterChips';
import { FilterInput } from '../components/FilterInput';
import { Page } from '../components/Page';
import { StackedBar } from '../components/StackedBar';
import { StatusChip } from '../components/StatusChip';
import { type Column, Table } from '../components/Table';
import { useQueryState } from '../lib/address';
import { type Schema, useGet, usePages } from '../lib/api';
import { controlStatuses, coverage, coverageWords, gapOf, shares, urgency, useWhole } from '../lib/program';
import { matching } from '../lib/search';
import { useCan } from '../lib/session';
import { count, wordOf } from '../lib/words';

type Control = Schema<'Control'>;

const ownerName = ({ owner }: Control) => owner && (owner.displayName || owner.emailAddress);

const columns: Column<Control>[] = [
  {
    cell: (control) => (
      <span className="grid min-w-0" title={control.description}>
        <span className="truncate font-medium leading-5">{control.name}</span>
        <span className="truncate text-xs @min-[480px]:hidden">
          <span className={control.status === 'COMPLETED' ? 'text-pass' : 'text-soft'}>{control.status === 'COMPLETED' ? 'OK' : `Needs evidence: ${gapOf(control).toLowerCase()}`}</span>
        </span>
      </span>
    ),
    head: 'Control',
    key: 'name',
    width: 'minmax(0,1fr)',
  },
  { cell: (control) => <StatusChip quiet word={wordOf('control', control.status ?? '')} />, from: 480, head: 'Status', key: 'status', width: '136px' },
  { cell: (control) => <span className={control.status === 'NO_EVIDENCE_MAPPED' ? 'text-faint' : 'text-soft'}>{gapOf(control)}</span>, from: 620, head: 'Evidence', key: 'tests', width: 'minmax(136px,0.4fr)' },
  { cell: (control) => <span className={coverage(control) === 'none' ? 'text-faint' : ''}>{coverageWords[coverage(control)].text}</span>, from: 900, head: 'Coverage', key: 'coverage', width: '96px' },
  { cell: (control) => ownerName(control) ?? <span className="text-faint">Nobody</span>, from: 760, head: 'Owner', key: 'owner', width: '150px' },
  { cell: (control) => <span className="text-soft">{control.externalId}</span>, from: 1240, head: 'Id', key: 'id', width: '220px' },
  { cell: (control) => <span className="text-soft">{control.domains.map(domainWord).join(', ')}</span>, from: 1100, head: 'Domains', key: 'domains', width: '240px' },
];

/** The filters, each with what the controls at hand may be filtered by. */
function useFilters(all: Control[]): Filter[] {
  const frameworks = useGet('/v1/frameworks', { query: { pageSize: 100 } });
  const owners = new Map(all.flatMap((one) => (one.owner ? [[one.owner.id, one.owner.displayName || one.owner.emailAddress]] : [])));
  return [
    { label: 'Status', name: 'status', options: [{ label: 'At gap', value: 'gap' }, ...controlStatuses.toReversed().map((value) => ({ label: wordOf('gap', value).text, value: String(value) }))] },
    { label: 'Framework', name: 'framework', options: (frameworks.data?.results.data ?? []).map((one) => ({ label: one.displayName, value: one.id })) },
    { label: 'Owner', name: 'owner', options: [...[...owners].map(([value = '', label = '']) => ({ label, value })), { label: 'Nobody', value: 'nobody' }] },
    { label: 'Coverage', name: 'coverage', options: (['automated', 'manual', 'none'] as const).map((value) => ({ label: coverageWords[value].text, value })) },
    { label: 'Domain', name: 'domain', options: domainsOf(all).map((value) => ({ label: domainWord(value), value })) },
  ].filter((filter) => filter.options.length > 1);
}

// What Home counts: there are tests, and not all of them pass.
const isGap = (status: Control['status']) => status === 'IN_PROGRESS' || status === 'NOT_STARTED';

/** The controls that fit the query, what needs somebody first. */
function fitting(all: Control[], query: URLSearchParams): Control[] {
  const is = (name: string, value: string) => (query.get(name) ?? value) === value;
  return matching(all, (one) => `${one.name} ${one.externalId ?? ''}`, query.get('q') ?? '')
    .filter((one) => (query.get('status') === 'gap' ? isGap(one.status) : is('status', one.status ?? '')) && is('coverage', coverage(one)) && is('owner', one.owner?.id ?? 'nobody'))
    .filter((one) => one.domains.includes(query.get('domain') ?? one.domains[0] ?? '') || !query.get('domain'))
    .toSorted((a, b) => urgency(a.status) - urgency(b.status) || a.name.localeCompare(b.name));
}

/** One line over the table: how many are OK. */
function Summary({ controls }: { controls: Control[] }) {
  const parts = shares(controls);
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5">
      <span>
        <strong className="font-semibold text-text">
          {(parts[0]?.value ?? 0).toLocaleString('en-GB')} of {controls.length.toLocaleString('en-GB')}
        </strong>{' '}
        {controls.length === 1 ? 'control' : 'controls'} OK
      </span>
      <span className="w-56">
        <StackedBar label="Controls" parts={parts} />
      </span>
    </div>
  );
}

/** What can be added, for those who may. */
function Actions() {
  const [, change] = useQueryState();
  return (
    <>
      <Button onClick={() => change({ add: 'library' }, { push: true })}>
        <Library aria-hidden className="size-3.5" />
        Add from the library
      </Button>
      <Button look="primary" onClick={() => change({ add: 'new' }, { push: true })}>
        <Plus aria-hidden className="size-3.5" />
        New control
      </Button>
    </>
  );
}

const narrowing = ['coverage', 'domain', 'framework', 'owner', 'q', 'status'];

/** /controls: ?status= ?framework= ?owner= ?coverage= ?domain= ?q= narrow it; ?add=library and ?add=new open a drawer. */
export default function Controls() {
  const [query, change] = useQueryState();
  const [, navigate] = useLocation();
  const can = useCan();
  const framework = query.get('framework');
  const list = useWhole(usePages('/v1/controls', { query: { frameworkMatchesAny: framework ? [framework] : undefined } }));
  const filters = useFilters(list.rows);
  const rows = fitting(list.rows, query);
  const filtered = narrowing.some((name) => query.get(name));
  const may = can('write controls and frameworks');
  const settled = !list.isLoading && !list.error;
  const close = () => change({ add: '' });
  const bare = settled && rows.length === 0 && !filtered;
  return (
    <Page actions={!bare && may && <Actions />} lead={list.rows.length > 0 && <Summary controls={list.rows} />} title="Controls">
      <ErrorNote error={list.error} />
      {(filtered || list.rows.length > 0) && (
        <div className="flex flex-wrap items-center gap-2">
          <FilterInput label="Filter by name" name="q" />
          <FilterChips filters={filters} />
          <span className="text-soft text-sm">{filtered && settled && count(rows.length, 'control')}</span>
        </div>
      )}
      {bare && (
        <EmptyState action={may && <div className="flex flex-wrap justify-center gap-2"><Actions /></div>} Icon={ShieldCheck} command="muster admin control add access-reviews" title="No controls yet">
          A control is what you do so that requirements are met. Take some from the library, or write your own.
        </EmptyState>
      )}
      {settled && rows.length === 0 && filtered && (
        <EmptyState Icon={ShieldCheck} title="No control fits these filters">
          Take one away to see more.
        </EmptyState>
      )}
      {rows.length > 0 && (
        <div className="@container min-w-0">
          <Table columns={columns} label="Controls" open={(control) => navigate(`/controls/${control.id}`)} rowKey={(control) => control.id} rows={rows} />
        </div>
      )}
      {may && query.get('add') === 'library' && <LibraryDrawer close={close} used={list.rows} />}
      {may && query.get('add') === 'new' && <NewControlDrawer close={close} controls={list.rows} />}
    </Page>
  );
}
