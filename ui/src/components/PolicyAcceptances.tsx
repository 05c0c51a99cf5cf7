// SPDX-License-Identifier: Apache-2.0

import { UsersRound } from 'lucide-react';
import { useState } from 'react';

import { type Schema, send, usePages } from '../lib/api';
import { useWhole } from '../lib/program';
import { useCan, useRefresh } from '../lib/session';
import { count, wordOf } from '../lib/words';
import { Button } from './Button';
import { ConfirmDialog } from './ConfirmButton';
import { EmptyState } from './EmptyState';
import { ErrorNote } from './ErrorNote';
import { TextField } from './Form';
import { PlaceLink } from './PlaceLink';
import { RelativeTime } from './RelativeTime';
import { StatusChip } from './StatusChip';
import { type Column, Table } from './Table';

type Acceptance = Schema<'PolicyAcceptance'>;

const order = ['OVERDUE', 'DUE_SOON', 'PAUSED', 'COMPLETE'];

const columns: Column<Acceptance>[] = [
  {
    cell: (one) => (
      <span className="grid min-w-0">
        <span className="truncate font-medium leading-5">
          <PlaceLink href={`/people?person=${one.personId}`}>{one.name || one.emailAddress}</PlaceLink>
        </span>
        <span className="truncate text-soft text-xs">{one.emailAddress}</span>
      </span>
    ),
    head: 'Person',
    key: 'person',
    width: 'minmax(0,1.2fr)',
  },
  { cell: (one) => <StatusChip quiet word={wordOf('acceptance', one.status)} />, head: 'Status', key: 'status', width: '100px' },
  { cell: (one) => (one.acceptedDate ? <RelativeTime at={one.acceptedDate} /> : <RelativeTime as="due" at={one.dueDate} />), from: 460, head: 'When', key: 'when', width: '132px' },
  { cell: (one) => <span className="text-soft">{one.version ? `Version ${String(one.version)}` : '-'}</span>, from: 700, head: 'Accepted', key: 'version', width: '92px' },
  { cell: (one) => <span className="text-soft" title={one.reason ?? ''}>{one.recordedBy ? `${one.recordedBy}: ${one.reason ?? ''}` : one.acceptedDate ? 'By themself' : '-'}</span>, from: 860, head: 'How', key: 'how', width: 'minmax(0,1fr)' },
];

/** A column with the button that records an acceptance. */
const record = (ask: (one: Acceptance) => void): Column<Acceptance> => ({
  align: 'right',
  cell: (one) => one.status !== 'COMPLETE' && <Button onClick={() => ask(one)}>Record</Button>,
  from: 560,
  head: 'Record',
  key: 'record',
  width: '80px',
});

/** Who is asked to accept a policy, those who are late first. */
export function PolicyAcceptances({ policy, settings }: { policy: Schema<'Policy'>; settings: Schema<'PolicySettings'> }) {
  const can = useCan();
  const refresh = useRefresh();
  const [asked, setAsked] = useState<Acceptance | undefined>();
  const path = { policyId: policy.id };
  const list = useWhole(usePages('/v1/policies/{policyId}/acceptances', { path }));
  const rows = list.rows.toSorted((a, b) => order.indexOf(a.status) - order.indexOf(b.status) || a.name.localeCompare(b.name));
  const late = rows.filter((one) => one.status === 'OVERDUE').length;
  const done = rows.filter((one) => one.status === 'COMPLETE').length;
  const settled = !list.isLoading && !list.error;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3 pt-4">
      <ErrorNote error={list.error} />
      {settled && rows.length === 0 && (
        <EmptyState Icon={UsersRound} title="Nobody is asked to accept it">
          {settings.groups.length === 0 ? 'Choose groups of people under Edit: from the approval on, everybody in them has a task.' : 'From the approval of a version on, everybody in its groups has a task.'}
        </EmptyState>
      )}
      {rows.length > 0 && (
        <>
          <p className="text-soft text-sm">
            {done.toLocaleString('en-GB')} of {count(rows.length, 'person', 'people')} accepted{late > 0 && `, ${late.toLocaleString('en-GB')} ${late === 1 ? 'is' : 'are'} late`}. From {settings.groups.map((one) => one.name).join(', ')}.
          </p>
          <Table columns={can('write policies') ? [...columns, record(setAsked)] : columns} label="Acceptances" rowKey={(one) => one.personId} rows={rows} />
        </>
      )}
      <ConfirmDialog
        fields={<TextField data-missing="Say how it is known: auditors read it." hint="Signed on paper, accepted elsewhere." label="How it is known" name="reason" required />}
        open={asked !== undefined}
        send={async ({ reason = '' }) => {
          await send('POST', '/v1/policies/{policyId}/acceptances', { body: { personId: asked?.personId ?? '', reason }, path });
          await refresh('/v1/policies', '/v1/people', '/v1/account/policies');
        }}
        setOpen={(open) => {
          if (!open) setAsked(undefined);
        }}
        text={
          <>
            You say that <strong className="font-medium text-text">{asked?.name}</strong> has accepted the version that counts.
          </>
        }
        title="Record an acceptance"
        verb="Record it"
      />
    </div>
  );
}
