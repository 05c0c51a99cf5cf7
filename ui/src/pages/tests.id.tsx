// SPDX-License-Identifier: Apache-2.0

import { Ban, Copy, Download, GitBranch, Play, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { useLocation, useParams } from 'wouter';

import { Button } from '../components/Button';
import { ConfirmDialog } from '../components/ConfirmButton';
import { ErrorNote } from '../components/ErrorNote';
import { Field, TextField } from '../components/Form';
import { HistoryBar } from '../components/HistoryBar';
import { type Item, MoreMenu } from '../components/Menu';
import { NotFound } from '../components/NotFound';
import { Page } from '../components/Page';
import { RecordDrawer } from '../components/RecordDrawer';
import { RelativeTime } from '../components/RelativeTime';
import { StatusChip } from '../components/StatusChip';
import { type Column, Table } from '../components/Table';
import { type Tab, Tabs } from '../components/Tabs';
import { TestAside } from '../components/TestAside';
import { useQueryState } from '../lib/address';
import { type Schema, send, useGet, usePages } from '../lib/api';
import { exportOf } from '../lib/draft';
import { saveJSON } from '../lib/query';
import { useCan, useRefresh } from '../lib/session';
import { useTask } from '../lib/task';
import { readable } from '../lib/time';
import { count, wordOf } from '../lib/words';

type Test = Schema<'Test'>;
type Record = Schema<'Entity'>;

const tabs = [
  { key: 'failing', status: 'FAILING' },
  { key: 'undecided', status: 'IN_PROGRESS' },
  { key: 'passing', status: 'PASSING' },
  { key: 'excepted', status: 'DEACTIVATED' },
  { key: 'out-of-scope', status: 'OUT_OF_SCOPE' },
] as const;

/** The tabs of a test, with counts; undecided records have one only where there are some. */
function tabsOf({ counts }: Test): Tab[] {
  const sizes = { DEACTIVATED: counts.deactivated, FAILING: counts.failing, IN_PROGRESS: counts.inProgress, OUT_OF_SCOPE: counts.outOfScope, PASSING: counts.passing };
  return tabs.filter(({ status }) => status !== 'IN_PROGRESS' || counts.inProgress > 0).map(({ key, status }) => ({ count: sizes[status], key, label: wordOf('entity', status).text }));
}

const name: Column<Record> = {
  cell: (record) => (
    <span className="flex min-w-0 items-baseline gap-2">
      <span className="max-w-full shrink-0 truncate font-medium">{record.displayName || record.uniqueId}</span>
      {record.displayName && record.displayName !== record.uniqueId && <span className="truncate text-faint text-sm">{record.uniqueId}</span>}
    </span>
  ),
  head: 'Record',
  key: 'record',
  width: 'minmax(0,1fr)',
};
const reason: Column<Record> = { cell: (record) => <span title={readable(record.reason)}>{readable(record.reason)}</span>, from: 520, head: 'Reason', key: 'reason', width: 'minmax(0,2.2fr)' };
const since = (head: string, at: (record: Record) => string | null): Column<Record> => ({ cell: (record) => <span className="text-soft"><RelativeTime at={at(record)} /></span>, from: 640, head, key: 'since', width: '112px' });
const due: Column<Record> = { cell: (record) => <RelativeTime as="due" at={record.remediateByDate} />, head: 'Due', key: 'due', width: '124px' };

const columnsOf: { [Key in Record['entityStatus']]: Column<Record>[] } = {
  DEACTIVATED: [name, { cell: (record) => <span title={record.deactivatedReason ?? ''}>{record.deactivatedReason}</span>, from: 520, head: 'Reason', key: 'why', width: 'minmax(0,1.6fr)' }, { ...since('Until', (record) => record.deactivatedUntilDate), from: 0 }],
  FAILING: [name, reason, since('Failing since', (record) => record.failingSince), due],
  IN_PROGRESS: [name, reason, since('Since', (record) => record.lastUpdatedDate)],
  OUT_OF_SCOPE: [name, reason, since('Since', (record) => record.lastUpdatedDate)],
  PASSING: [name, { ...since('Passing since', (record) => record.lastUpdatedDate), from: 0 }],
};

function Records({ test, status }: { status: Record['entityStatus']; test: Test }) {
  const [query, change] = useQueryState();
  const list = usePages('/v1/tests/{testId}/entities', { path: { testId: test.id }, query: { entityStatus: status } });
  const open = query.get('record') ?? undefined;
  return (
    <>
      <ErrorNote error={list.error} />
      {!list.isLoading && list.rows.length === 0 && <p className="py-10 text-center text-soft">{status === 'FAILING' ? 'No record is failing.' : `No record is ${wordOf('entity', status).text.toLowerCase()}.`}</p>}
      {list.rows.length > 0 && <Table columns={columnsOf[status]} current={open} label={`${wordOf('entity', status).text} records`} more={list.more} open={(record) => change({ record: record.id }, { push: true })} rowKey={(record) => record.id} rows={list.rows} />}
    </>
  );
}

type Asking = 'copy' | 'off' | undefined;

/** The questions that some deeds ask first: a name for the copy, a reason for switching off. */
function Questions({ asking, set, test }: { asking: Asking; set: (asking: Asking) => void; test: Test }) {
  const refresh = useRefresh();
  const [, navigate] = useLocation();
  const path = { testId: test.id };
  return (
    <>
      <ConfirmDialog
        fields={<Field data-missing="Give the copy a name." defaultValue={`${test.name} (copy)`} label="Name" name="name" required />}
        open={asking === 'copy'}
        send={async ({ name: called = '' }) => {
          const made = await send('POST', '/v1/tests/{testId}/copy', { body: { name: called } as Schema<'TestInput'>, path });
          await refresh('/v1/tests');
          navigate(`/tests/${made.id}`);
        }}
        setOpen={(open) => set(open ? 'copy' : undefined)}
        text="The copy starts with the same data, rule and settings, and a life of its own."
        title="Copy the test"
        verb="Copy"
      />
      <ConfirmDialog
        fields={<TextField data-missing="Say why: auditors read it." hint="Auditors read it." label="Reason" name="deactivateReason" required />}
        look="danger"
        open={asking === 'off'}
        send={async ({ deactivateReason = '' }) => {
          await send('POST', '/v1/tests/{testId}/deactivate', { body: { deactivateReason }, path });
          await refresh('/v1/tests', '/v1/home');
        }}
        setOpen={(open) => set(open ? 'off' : undefined)}
        text="It is not run while it is off, and no evidence for its controls. What it has said so far is kept."
        title="Switch the test off"
        verb="Switch off"
      />
    </>
  );
}

/** What can be done to a test as a whole: who may only read it can take its file along. */
function Actions({ test }: { test: Test }) {
  const can = useCan();
  const refresh = useRefresh();
  const [, navigate] = useLocation();
  const { busy, error, run } = useTask();
  const [asking, setAsking] = useState<Asking>();
  const path = { testId: test.id };
  const act = (doing: () => Promise<unknown>) =>
    run(async () => {
      await doing();
      await refresh('/v1/tests', '/v1/home');
    });
  const writes = can('write tests');
  const written = test.builtIn === null;
  const items: Item[] = [
    ...(writes && written ? [{ Icon: GitBranch, act: () => navigate(`/tests/${test.id}/version`), label: 'New version' }] : []),
    ...(writes ? [{ Icon: Copy, act: () => setAsking('copy'), label: 'Copy' }] : []),
    ...(writes && written ? [{ Icon: Copy, act: () => navigate(`/tests/new?from=${test.id}`), label: 'Copy and change' }] : []),
    ...(written ? [{ Icon: Download, act: () => saveJSON(exportOf(test), `${test.slug}.json`), label: 'Export' }] : []),
  ];
  if (writes)
    items.push(
      test.deactivatedStatusInfo.isDeactivated
        ? { Icon: RotateCcw, act: () => act(() => send('POST', '/v1/tests/{testId}/reactivate', { path })), label: 'Switch on' }
        : { Icon: Ban, act: () => setAsking('off'), danger: true, label: 'Switch off' },
    );
  return (
    <>
      <ErrorNote error={error} />
      {writes && (
        <Button busy={busy} onClick={() => act(() => send('POST', '/v1/tests/{testId}/run', { path }))}>
          <Play aria-hidden className="size-3.5" />
          {busy ? 'Running' : 'Re-run'}
        </Button>
      )}
      {items.length > 0 && (
        <MoreMenu items={items} />
      )}
      <Questions asking={asking} set={setAsking} test={test} />
    </>
  );
}

/** One line of facts under the title. */
function Facts({ test }: { test: Test }) {
  const judged = test.counts.failing + test.counts.passing + test.counts.inProgress + test.counts.deactivated;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5 text-sm">
      <StatusChip word={wordOf('test', test.status)} />
      {test.stale && <StatusChip word={{ text: 'Stale source', tone: 'stale' }} />}
      <span>
        {test.counts.failing.toLocaleString('en-GB')} of {count(judged, 'record')} failing
      </span>
      {test.remediationStatusInfo.soonestRemediateByDate && test.counts.failing > 0 && <RelativeTime as="due" at={test.remediationStatusInfo.soonestRemediateByDate} />}
      <span className="text-soft">
        Run <RelativeTime at={test.lastTestRunDate} />
      </span>
      <span className="text-soft">Version {test.version.major}.{test.version.minor}</span>
    </div>
  );
}

/** /tests/ID: ?tab= which records, ?record= whose drawer is open. */
export default function TestPage() {
  const { testId = '' } = useParams<{ testId: string }>();
  const [query, change] = useQueryState();
  const answer = useGet('/v1/tests/{testId}', { path: { testId } });
  const up = { href: '/tests', label: 'Tests' };
  if (answer.error?.status === 404) return <NotFound />;
  if (answer.error && !answer.data) return <Page title="Test" up={up}><ErrorNote error={answer.error} retry={() => void answer.refetch()} /></Page>;
  const test = answer.data;
  if (!test || answer.isPlaceholderData) return null;
  const asked = query.get('tab');
  const tab = tabs.find(({ key }) => key === asked) ?? tabs.find(({ status }) => status === (test.counts.failing > 0 || test.counts.passing === 0 ? 'FAILING' : 'PASSING')) ?? tabs[0];
  return (
    <Page actions={<Actions test={test} />} lead={<Facts test={test} />} title={test.name} up={up}>
      {test.weakEvidence.length > 0 && (
        <ul className="grid gap-1 rounded-md bg-risk-soft px-3 py-2 text-sm">
          {test.weakEvidence.map((weak) => (
            <li key={weak.kind + (weak.part ?? '')}>{weak.sentence}</li>
          ))}
        </ul>
      )}
      <HistoryBar testId={test.id} />
      <div className="grid gap-6 lg:grid-cols-[minmax(0,1fr)_340px]">
        <div className="min-w-0">
          <Tabs change={(key) => change({ record: '', tab: key })} tabs={tabsOf(test)} value={tab.key}>
            <Records key={tab.status} status={tab.status} test={test} />
          </Tabs>
        </div>
        <TestAside test={test} />
      </div>
      {query.get('record') && <RecordDrawer close={() => change({ record: '' })} recordId={query.get('record') ?? ''} test={test} />}
    </Page>
  );
}
