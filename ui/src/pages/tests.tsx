// SPDX-License-Identifier: Apache-2.0

import { FlaskConical, Plus } from 'lucide-react';
import { type ReactNode, createContext, useContext, useEffect, useState } from 'react';
import { Link, useLocation } from 'wouter';

import { Button, buttonClass } from '../components/Button';
import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { type Filter, FilterChips } from '../components/FilterChips';
import { FilterInput } from '../components/FilterInput';
import { HistoryStrip } from '../components/HistoryStrip';
import { MicroBar } from '../components/MicroBar';
import { OwnerPicker } from '../components/OwnerPicker';
import { Page } from '../components/Page';
import { RelativeTime } from '../components/RelativeTime';
import { SavedViews } from '../components/SavedViews';
import { StatusChip } from '../components/StatusChip';
import { type Column, Table } from '../components/Table';
import { type Tab, Tabs } from '../components/Tabs';
import { WeakEvidence } from '../components/WeakEvidence';
import { useQueryState } from '../lib/address';
import { type Schema, send, useGet, usePages } from '../lib/api';
import { matching } from '../lib/search';
import { useCan, useRefresh } from '../lib/session';
import { count, wordOf } from '../lib/words';

type Test = Schema<'Test'>;

const statuses = ['NEEDS_ATTENTION', 'INVALID', 'IN_PROGRESS', 'OK', 'NOT_APPLICABLE', 'DEACTIVATED'] as const;

/** The records that a test judges: those out of scope are none of its business. */
const judged = ({ counts }: Test) => counts.failing + counts.passing + counts.inProgress + counts.deactivated;

const Strips = createContext(new Map<string, Schema<'TestStrip'>>());

function StripOf({ testId }: { testId: string }) {
  const history = useContext(Strips).get(testId);
  return history ? <HistoryStrip history={history} /> : null;
}

/** The 30 days of every test, read to the end. */
function useStrips() {
  const { hasMore, more, rows } = usePages('/v1/tests/history', { query: { days: 30 } });
  useEffect(() => {
    if (hasMore) more();
  });
  return new Map(rows.map((one) => [one.testId, one]));
}

const columns: Column<Test>[] = [
  {
    cell: (test) => (
      <span className="flex min-w-0 items-center gap-2">
        <span className="line-clamp-2 whitespace-normal font-medium leading-[18px]" title={test.name}>{test.name}</span>
        {test.stale && <StatusChip word={{ text: 'Stale', tone: 'stale' }} />}
      </span>
    ),
    head: 'Test',
    key: 'name',
    width: 'minmax(0,1fr)',
  },
  { cell: (test) => <StatusChip quiet word={wordOf('test', test.status)} />, head: 'Status', key: 'status', width: '124px' },
  { cell: (test) => <MicroBar failing={test.counts.failing} passing={test.counts.passing} total={judged(test)} />, from: 620, head: 'Failing', key: 'failing', width: '142px' },
  { cell: (test) => <StripOf testId={test.id} />, from: 940, head: '30 days', key: 'strip', width: '150px' },
  { cell: (test) => <RelativeTime as="due" at={test.status === 'NEEDS_ATTENTION' ? test.remediationStatusInfo.soonestRemediateByDate : null} />, from: 760, head: 'Due', key: 'due', width: '124px' },
  { cell: (test) => <span className="text-soft">{test.resource.name}</span>, from: 1280, head: 'Resource', key: 'resource', width: '150px' },
  { cell: (test) => (test.owner ? test.owner.displayName || test.owner.emailAddress : <span className="text-faint">Nobody</span>), from: 880, head: 'Owner', key: 'owner', width: '124px' },
  { cell: (test) => <span className="text-soft">{test.controls.slice(0, 3).join(', ') || '-'}</span>, from: 1620, head: 'Controls', key: 'controls', width: '130px' },
  { align: 'right', cell: (test) => <span className="text-soft"><RelativeTime at={test.lastTestRunDate} /></span>, from: 1480, head: 'Last run', key: 'run', width: '110px' },
];

/** The filters that the user can use: each asks the API for its options. */
function useFilters(): Filter[] {
  const can = useCan();
  const frameworks = useGet('/v1/frameworks', { query: { pageSize: 100 } }, { enabled: can('read controls and frameworks') });
  const users = useGet('/v1/users', { query: { pageSize: 100 } }, { enabled: can('read users and roles') });
  const filters: Filter[] = [{ label: 'Status', name: 'status', options: statuses.map((value) => ({ label: wordOf('test', value).text, value })) }];
  const used = frameworks.data?.results.data ?? [];
  if (used.length > 0) filters.push({ label: 'Framework', name: 'framework', options: used.map((one) => ({ label: one.displayName, value: one.id })) });
  const people = users.data?.results.data ?? [];
  if (people.length > 0) filters.push({ label: 'Owner', name: 'owner', options: people.map((one) => ({ label: one.displayName || one.email, value: one.id })) });
  return filters;
}

/** What is done to all chosen tests at once. */
function Bulk({ chosen, done }: { chosen: Set<string>; done: () => void }) {
  const refresh = useRefresh();
  const assign = async (userId: string | null) => {
    for (const testId of chosen) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, so that a refusal stops the rest
      await send('POST', '/v1/tests/{testId}/set-owner', { body: { userId }, path: { testId } });
    }
    await refresh('/v1/tests', '/v1/home');
    done();
  };
  return (
    <div className="sticky bottom-4 z-20 mx-auto flex items-center gap-3 rounded-lg border bg-raised px-3 py-2 shadow-raised" data-no-print role="region" aria-label="Chosen tests">
      <span className="text-sm">{count(chosen.size, 'test')} chosen</span>
      <OwnerPicker set={assign} trigger={<Button>Assign an owner</Button>} />
      <Button look="quiet" onClick={done}>
        Clear
      </Button>
    </div>
  );
}

const rank = new Map<string, number>(statuses.map((status, i) => [status, i]));

/** What needs somebody comes first: by status, then by what is due soonest, then by name. */
function order(a: Test, b: Test): number {
  const due = (test: Test) => test.remediationStatusInfo.soonestRemediateByDate ?? '9';
  return (rank.get(a.status) ?? 9) - (rank.get(b.status) ?? 9) || due(a).localeCompare(due(b)) || a.name.localeCompare(b.name);
}

/** The parameters of the address that narrow the list. */
const narrowing = ['framework', 'kind', 'owner', 'q', 'status'];

const kinds: Tab[] = [
  { key: 'all', label: 'All' },
  { key: 'custom', label: 'Custom' },
  { key: 'built-in', label: 'Built-in' },
  { key: 'weak', label: 'Weak evidence' },
];

/** The tests of the filters in the URL, all of them: a workspace has hundreds, not thousands. */
function useTests(query: URLSearchParams) {
  const get = (name: string) => query.get(name) ?? undefined;
  const list = usePages('/v1/tests', { query: { frameworkFilter: get('framework'), ownerFilter: get('owner'), statusFilter: get('status') as Test['status'] | undefined } });
  const { hasMore, more } = list;
  useEffect(() => {
    if (hasMore) more();
  });
  const kind = get('kind');
  const rows = matching(list.rows, (test) => test.name, query.get('q') ?? '')
    .filter((test) => kind === undefined || (kind === 'custom') === (test.builtIn === null))
    .toSorted(order);
  return { ...list, all: list.rows.length, rows };
}

/** The rows, and what can be done to those chosen. */
function List({ rows }: { rows: Test[] }) {
  const [, navigate] = useLocation();
  const can = useCan();
  const strips = useStrips();
  const [chosen, setChosen] = useState(new Set<string>());
  const assigns = can('write tests') && can('read users and roles');
  return (
    <>
      <Strips value={strips}>
      <Table columns={columns} label="Tests" open={(test) => navigate(`/tests/${test.id}`)} rowKey={(test) => test.id} rows={rows} selection={assigns ? { change: setChosen, chosen } : undefined} />
      </Strips>
      {chosen.size > 0 && <Bulk chosen={chosen} done={() => setChosen(new Set())} />}
    </>
  );
}

/** The list under its filters, or what to do about an empty one. */
function Found({ create, filtered, none, tests }: { create: ReactNode; filtered: boolean; none: boolean; tests: ReturnType<typeof useTests> }) {
  const filters = useFilters();
  return (
    <>
      {(filtered || !none) && (
        <div className="flex flex-wrap items-center gap-2">
          <FilterInput label="Filter by name" name="q" />
          <FilterChips filters={filters} />
          <SavedViews list="tests" names={narrowing} />
        </div>
      )}
      <ErrorNote error={tests.error} />
      {none && !filtered && (
        <EmptyState action={create} Icon={FlaskConical} command={`curl -X POST ${location.origin}/v1/tests \\\n  -H "Authorization: Bearer $TOKEN" \\\n  -H 'Content-Type: application/json' \\\n  -d @test.json`} title="No tests yet">
          A test says what must be true of every record of a resource, and is judged again with each push.
        </EmptyState>
      )}
      {none && filtered && (
        <EmptyState Icon={FlaskConical} title="No test fits these filters">
          Take one away to see more.
        </EmptyState>
      )}
      {tests.rows.length > 0 && <List rows={tests.rows} />}
    </>
  );
}

/** /tests: every test, dense, or what evidence is weak; ?kind= ?status= ?framework= ?owner= ?q= narrow it, and can be saved as a view. */
export default function Tests() {
  const can = useCan();
  const [query, change] = useQueryState();
  const tests = useTests(query);
  const kind = query.get('kind') ?? 'all';
  const filtered = narrowing.some((name) => query.get(name));
  const none = !tests.isLoading && tests.rows.length === 0 && !tests.error;
  const create = can('write tests') && (
    <Link className={buttonClass('primary')} href="/tests/new">
      <Plus aria-hidden className="size-3.5" />
      New test
    </Link>
  );
  return (
    <Page actions={(filtered || !none) && create} title="Tests">
      <Tabs change={(key) => change({ kind: key === 'all' ? '' : key, why: '' })} tabs={kinds} value={kind}>
        <div className="grid grid-cols-[minmax(0,1fr)] gap-3 pt-4">
          {kind === 'weak' ? <WeakEvidence /> : <Found create={create} filtered={filtered} none={none} tests={tests} />}
        </div>
      </Tabs>
    </Page>
  );
}
