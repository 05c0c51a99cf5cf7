// SPDX-License-Identifier: Apache-2.0

import { CircleSlash2, Plus, UserCheck } from 'lucide-react';
import { useState } from 'react';

import { Button } from '../components/Button';
import { ConfirmDialog } from '../components/ConfirmButton';
import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { ExceptionDrawer, subjectOf } from '../components/ExceptionDrawer';
import { type Filter, FilterChips } from '../components/FilterChips';
import { SelectField } from '../components/Form';
import { NewException } from '../components/NewException';
import { Page } from '../components/Page';
import { RelativeTime } from '../components/RelativeTime';
import { StatusChip } from '../components/StatusChip';
import { type Column, Table } from '../components/Table';
import { Tabs } from '../components/Tabs';
import { useQueryState } from '../lib/address';
import { type Schema, send, useGet, usePages } from '../lib/api';
import { useCan, useRefresh } from '../lib/session';

type Exception = Schema<'Exception'>;

const tabs = [
  { key: 'waiting', label: 'Waiting for approval', none: 'Nothing waits for approval', status: 'PENDING' },
  { key: 'in-force', label: 'In force', none: 'No exception is in force', status: 'APPROVED' },
  { key: 'declined', label: 'Declined', none: 'No exception was declined', status: 'DECLINED' },
  { key: 'ended', label: 'Ended', none: 'No exception has ended', status: 'ENDED' },
] as const;

/** When it ends or ended, in words. */
function End({ exception }: { exception: Exception }) {
  if (exception.endedDate) return <RelativeTime at={exception.endedDate} />;
  return exception.untilDate ? <RelativeTime at={exception.untilDate} /> : <span className="text-faint">Open-ended</span>;
}

const columns: Column<Exception>[] = [
  {
    cell: (exception) => (
      <span className="flex min-w-0 items-center gap-2">
        <span className="grid min-w-0">
          <span className="truncate font-medium leading-5" title={subjectOf(exception)}>
            {subjectOf(exception)}
          </span>
          <span className="truncate text-soft text-xs">{exception.test.name}</span>
        </span>
        {!exception.fits && <StatusChip word={{ text: 'No longer fits', tone: 'risk' }} />}
      </span>
    ),
    head: 'Left out, and of which test',
    key: 'subject',
    width: 'minmax(0,1fr)',
  },
  { cell: (exception) => <span title={exception.reason}>{exception.reason}</span>, from: 700, head: 'Reason', key: 'reason', width: 'minmax(0,1fr)' },
  { cell: (exception) => exception.requestedBy.name, from: 960, head: 'Asked for by', key: 'by', width: '130px' },
  { cell: (exception) => <span className="text-soft"><RelativeTime at={exception.createdDate} /></span>, from: 760, head: 'Since', key: 'since', width: '116px' },
  { cell: (exception) => <End exception={exception} />, head: 'Ends', key: 'end', width: '100px' },
];

const approvals = { anyone: 'Somebody who may write tests', none: 'Nobody: an exception counts at once', other: 'Somebody else than who asks' } as const;

/** Says who has to approve, and lets those who may change it. */
function Approval() {
  const can = useCan();
  const refresh = useRefresh();
  const [open, setOpen] = useState(false);
  const settings = useGet('/v1/exception-settings');
  if (!settings.data || !can('write tests')) return null;
  const { approval } = settings.data;
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <UserCheck aria-hidden className="size-3.5" />
        {approval === 'none' ? 'No approval needed' : 'Approval needed'}
      </Button>
      <ConfirmDialog
        fields={
          <SelectField defaultValue={approval} label="Who approves" name="approval">
            {Object.entries(approvals).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </SelectField>
        }
        open={open}
        send={async (values) => {
          await send('PATCH', '/v1/exception-settings', { body: { approval: values.approval as keyof typeof approvals } });
          await refresh('/v1/exception-settings');
        }}
        setOpen={setOpen}
        text="Until somebody has approved it, an exception leaves nothing out. What is in force already stays so."
        title="Approval of exceptions"
        verb="Save"
      />
    </>
  );
}

/** The exceptions of one tab. */
function List({ tab, test }: { tab: (typeof tabs)[number]; test: string | undefined }) {
  const [query, change] = useQueryState();
  const list = usePages('/v1/exceptions', { query: { status: tab.status, testId: test } }, { refetchInterval: 60_000 });
  const tests = new Map(list.rows.map((one) => [one.test.id, one.test.name]));
  const filters: Filter[] = tests.size > 1 || test ? [{ label: 'Test', name: 'test', options: [...tests].map(([value, label]) => ({ label, value })) }] : [];
  const none = !list.isLoading && list.rows.length === 0 && !list.error;
  return (
    <div className="grid gap-3 pt-4">
      {filters.length > 0 && <FilterChips filters={filters} />}
      <ErrorNote error={list.error} />
      {none && (
        <EmptyState Icon={CircleSlash2} command={tab.status === 'APPROVED' && !test ? 'muster admin exception create exceptions.yaml' : undefined} title={test ? `${tab.none} for this test` : tab.none}>
          An exception leaves a record, or all that a condition matches, out of a test: for a reason, and perhaps until a day.
        </EmptyState>
      )}
      {list.rows.length > 0 && <Table columns={columns} current={query.get('exception') ?? undefined} label={tab.label} more={list.more} open={(one) => change({ exception: one.id }, { push: true })} rowKey={(one) => one.id} rows={list.rows} />}
    </div>
  );
}

/** /exceptions: ?tab= the state, ?test= of one test, ?exception= whose drawer is open, ?new=1 to make one. */
export default function Exceptions() {
  const [query, change] = useQueryState();
  const can = useCan();
  const waiting = useGet('/v1/exceptions', { query: { pageSize: 100, status: 'PENDING' } }, { refetchInterval: 60_000 });
  if (!waiting.data) return waiting.error ? <Page title="Exceptions"><ErrorNote error={waiting.error} retry={() => void waiting.refetch()} /></Page> : null;
  const pending = waiting.data.results.data.length;
  const asked = tabs.find(({ key }) => key === query.get('tab'));
  const tab = asked ?? (pending > 0 ? tabs[0] : tabs[1]);
  const actions = (
    <>
      <Approval />
      {can('write tests') && (
        <Button look="primary" onClick={() => change({ exception: '', new: '1' }, { push: true })}>
          <Plus aria-hidden className="size-3.5" />
          New exception
        </Button>
      )}
    </>
  );
  return (
    <Page actions={actions} lead="What is left out of tests, why, and until when." title="Exceptions">
      <Tabs change={(key) => change({ exception: '', tab: key, test: '' })} tabs={tabs.map(({ key, label, status }) => ({ count: status === 'PENDING' && pending > 0 ? pending : undefined, key, label }))} value={tab.key}>
        <List key={tab.key} tab={tab} test={query.get('test') ?? undefined} />
      </Tabs>
      {query.get('exception') && <ExceptionDrawer close={() => change({ exception: '' })} id={query.get('exception') ?? ''} />}
      {query.get('new') && can('write tests') && <NewException close={() => change({ new: '' })} done={(id) => change({ exception: id, new: '', tab: '' })} />}
    </Page>
  );
}
