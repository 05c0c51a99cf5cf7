// SPDX-License-Identifier: Apache-2.0

import { Plus, ScrollText } from 'lucide-react';
import { Link, useLocation } from 'wouter';

import { Button } from '../components/Button';
import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { type Filter, FilterChips } from '../components/FilterChips';
import { FilterInput } from '../components/FilterInput';
import { Page } from '../components/Page';
import { useOwnPolicies } from '../components/PolicyAccept';
import { NewPolicyDrawer } from '../components/PolicyForm';
import { Progress } from '../components/Progress';
import { RelativeTime } from '../components/RelativeTime';
import { StatusChip } from '../components/StatusChip';
import { type Column, Table } from '../components/Table';
import { useQueryState } from '../lib/address';
import { type Schema, usePages } from '../lib/api';
import { useWhole } from '../lib/program';
import { matching } from '../lib/search';
import { useCan } from '../lib/session';
import { wordOf } from '../lib/words';

type Policy = Schema<'Policy'>;

// What needs somebody comes first.
const order = ['EXPIRED', 'NOT_STARTED', 'PENDING_APPROVAL', 'RENEW_SOON', 'DRAFT', 'APPROVED'];

const ownerOf = ({ owner }: Policy) => owner && (owner.displayName || owner.emailAddress);

const columns: Column<Policy>[] = [
  {
    cell: (policy) => (
      <span className="grid min-w-0" title={policy.description}>
        <span className="truncate font-medium leading-5">{policy.name}</span>
        <span className="truncate text-soft text-xs">
          <span className="@min-[480px]:hidden">{wordOf('policy', policy.latestVersion.status).text}</span>
          <span className="hidden @min-[480px]:inline">{policy.description}</span>
        </span>
      </span>
    ),
    head: 'Policy',
    key: 'name',
    width: 'minmax(0,1.4fr)',
  },
  { cell: (policy) => <StatusChip quiet word={wordOf('policy', policy.latestVersion.status)} />, from: 480, head: 'Newest version', key: 'status', width: '164px' },
  { cell: (policy) => (policy.askedCount === 0 ? <span className="text-faint">Nobody is asked</span> : <Progress done={policy.acceptedCount} label="Accepted" total={policy.askedCount} />), from: 640, head: 'Accepted', key: 'accepted', width: '150px' },
  { cell: (policy) => <RelativeTime as="due" at={policy.expiresDate} none={policy.approvedAtDate ? 'For good' : 'Not approved'} />, from: 820, head: 'Renewal', key: 'renewal', width: '132px' },
  { cell: (policy) => <span className="text-soft"><RelativeTime at={policy.approvedAtDate} /></span>, from: 1080, head: 'Approved', key: 'approved', width: '116px' },
  { cell: (policy) => ownerOf(policy) ?? <span className="text-faint">Nobody</span>, from: 940, head: 'Owner', key: 'owner', width: '150px' },
];

/** What waits for oneself; at other times nothing. */
function Yours({ all }: { all: boolean }) {
  const { error, loaded, rows } = useOwnPolicies();
  const open = rows.filter((one) => !one.acceptedDate && one.status !== 'PAUSED');
  const shown = all ? rows : open;
  return (
    <>
      <ErrorNote error={error} />
      {all && loaded && rows.length === 0 && (
        <EmptyState Icon={ScrollText} title="Nothing to accept">
          When a policy concerns you, it stands here, with the time you have.
        </EmptyState>
      )}
      {shown.length > 0 && (
        <section aria-label="For you to accept" className="overflow-hidden rounded-xl border bg-panel">
          <h2 className="border-b px-4 py-2.5 font-semibold">{open.length > 0 ? 'For you to accept' : 'You have accepted all that concerns you'}</h2>
          <ul>
            {shown.map((one) => (
              <li className="border-b last:border-b-0" key={one.id}>
                <Link className="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-0.5 px-4 py-2 hover:bg-hover" href={`/policies/${one.id}`}>
                  <span className="min-w-0 flex-1 basis-48 truncate font-medium">{one.name}</span>
                  <StatusChip quiet word={wordOf('acceptance', one.status)} />
                  <span className="text-sm">{one.acceptedDate ? <RelativeTime at={one.acceptedDate} /> : <RelativeTime as="due" at={one.dueDate} />}</span>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function filtersOf(all: Policy[]): Filter[] {
  const owners = new Map(all.flatMap((one) => (one.owner ? [[one.owner.id, ownerOf(one) ?? '']] : [])));
  return [
    { label: 'Status', name: 'status', options: order.map((value) => ({ label: wordOf('policy', value).text, value })) },
    { label: 'Owner', name: 'owner', options: [...[...owners].map(([value = '', label = '']) => ({ label, value })), { label: 'Nobody', value: 'nobody' }] },
  ].filter((filter) => filter.options.length > 1);
}

/** All policies of the workspace, for those who may read them. */
function All({ may }: { may: boolean }) {
  const [query] = useQueryState();
  const [, navigate] = useLocation();
  const list = useWhole(usePages('/v1/policies'));
  const is = (name: string, value: string) => (query.get(name) ?? value) === value;
  const rows = matching(list.rows, (one) => `${one.name} ${one.description}`, query.get('q') ?? '')
    .filter((one) => is('status', one.latestVersion.status) && is('owner', one.owner?.id ?? 'nobody'))
    .toSorted((a, b) => order.indexOf(a.latestVersion.status) - order.indexOf(b.latestVersion.status) || a.name.localeCompare(b.name));
  const settled = !list.isLoading && !list.error;
  const filtered = ['owner', 'q', 'status'].some((name) => query.get(name));
  return (
    <>
      <ErrorNote error={list.error} />
      {list.rows.length > 0 && (
        <div className="flex flex-wrap items-center gap-2">
          <FilterInput label="Filter by name" name="q" />
          <FilterChips filters={filtersOf(list.rows)} />
          <span className="text-soft text-sm">
            {list.rows.filter((one) => one.status === 'OK').length.toLocaleString('en-GB')} of {list.rows.length.toLocaleString('en-GB')} in force
          </span>
        </div>
      )}
      {settled && list.rows.length === 0 && (
        <EmptyState Icon={ScrollText} command={may ? 'muster admin policy put policies.yaml' : undefined} title="No policies yet">
          A policy says how you work: somebody writes it, somebody approves it, and those whom it concerns accept it. Make one here, or from files.
        </EmptyState>
      )}
      {settled && rows.length === 0 && filtered && list.rows.length > 0 && (
        <EmptyState Icon={ScrollText} title="No policy fits these filters">
          Take one away to see more.
        </EmptyState>
      )}
      {rows.length > 0 && (
        <div className="@container min-w-0">
          <Table columns={columns} label="Policies" open={(policy) => navigate(`/policies/${policy.id}`)} rowKey={(policy) => policy.id} rows={rows} />
        </div>
      )}
    </>
  );
}

/** /policies: ?status= ?owner= ?q= narrow it; ?add=1 opens the drawer to make one. Who may not read them sees what they have to accept. */
export default function Policies() {
  const [query, change] = useQueryState();
  const can = useCan();
  const reads = can('read policies');
  const may = can('write policies');
  const actions = may && (
    <Button look="primary" onClick={() => change({ add: '1' }, { push: true })}>
      <Plus aria-hidden className="size-3.5" />
      New policy
    </Button>
  );
  return (
    <Page actions={actions} lead={reads && 'What is written down about how you work, who approved it, and who has accepted it.'} title="Policies">
      <Yours all={!reads} />
      {reads && <All may={may} />}
      {may && query.get('add') && <NewPolicyDrawer close={() => change({ add: '' })} />}
    </Page>
  );
}
