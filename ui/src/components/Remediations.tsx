// SPDX-License-Identifier: Apache-2.0

import { CalendarCheck } from 'lucide-react';
import type { ReactNode } from 'react';

import { useQueryState } from '../lib/address';
import { type Schema, send, useGet, usePages } from '../lib/api';
import { useCan, useRefresh } from '../lib/session';
import { plain, wordOf } from '../lib/words';
import { ConfirmButton } from './ConfirmButton';
import { Drawer } from './Drawer';
import { EmptyState } from './EmptyState';
import { ErrorNote } from './ErrorNote';
import { Facts } from './Facts';
import { type Filter, FilterChips } from './FilterChips';
import { TextField } from './Form';
import { PlaceLink } from './PlaceLink';
import { RelativeTime } from './RelativeTime';
import { useSLAs } from './SLACategories';
import { StatusChip } from './StatusChip';
import { type Column, Table } from './Table';

type Remediation = Schema<'Remediation'>;

const nameOf = ({ entity }: Remediation) => entity.displayName || entity.uniqueId;

const endings = { fixed: 'Fixed', gone: 'The record is gone', out_of_scope: 'No longer in scope' } as const;

const subject: Column<Remediation>[] = [
  {
    cell: (one) => (
      <span className="grid min-w-0">
        <span className="truncate font-medium leading-5">{nameOf(one)}</span>
        <span className="truncate text-soft text-xs">{one.test.name}</span>
      </span>
    ),
    head: 'Record and test',
    key: 'record',
    width: 'minmax(0,1fr)',
  },
  { cell: (one) => <StatusChip quiet word={wordOf('remediation', one.status)} />, from: 480, head: 'Status', key: 'status', width: '108px' },
];

/** Whether somebody has said something about a miss. */
const word: Column<Remediation> = {
  cell: (one) => (one.acknowledgement ? <span title={one.acknowledgement.comment}>{one.acknowledgement.comment}</span> : <span className="text-faint">-</span>),
  from: 900,
  head: 'What was said',
  key: 'word',
  width: 'minmax(0,0.7fr)',
};

/** Columns of the list: what is open by its due time, what has ended by when. */
function columnsOf(ended: boolean, said: boolean, sla: (slug: string | null) => string): Column<Remediation>[] {
  const last = said ? [word] : [];
  const category: Column<Remediation> = { cell: (one) => <span className="text-soft">{sla(one.sla)}</span>, from: 760, head: 'Category', key: 'sla', width: '190px' };
  const due: Column<Remediation> = { cell: (one) => <RelativeTime as="due" at={one.slaDeadlineDate} />, head: 'Due', key: 'due', width: '132px' };
  const end: Column<Remediation> = { cell: (one) => <span className="text-soft"><RelativeTime at={one.remediationDate} /></span>, head: 'Ended', key: 'ended', width: '108px' };
  const how: Column<Remediation> = { cell: (one) => (one.ended ? endings[one.ended] : ''), from: 620, head: 'How', key: 'how', width: '160px' };
  return ended ? [...subject, how, end, category, ...last] : [...subject, due, category, ...last];
}

/** Says something about a deadline that was missed. */
function Acknowledge({ one }: { one: Remediation }) {
  const refresh = useRefresh();
  return (
    <ConfirmButton
      fields={<TextField data-missing="Say why: auditors read it." defaultValue={one.acknowledgement?.comment} hint="Auditors read it. It changes no status." label="Comment" name="comment" required />}
      send={async ({ comment = '' }) => {
        await send('POST', '/v1/remediations/{remediationId}/acknowledge', { body: { comment }, path: { remediationId: one.id } });
        await refresh('/v1/remediations');
      }}
      text={
        <>
          Why <strong className="font-medium text-text">{nameOf(one)}</strong> was not mended in time.
        </>
      }
      title="Acknowledge the miss"
      verb="Acknowledge"
    >
      {one.acknowledgement ? 'Say something else' : 'Acknowledge the miss'}
    </ConfirmButton>
  );
}

/** One failure with its deadline. */
function Item({ id, close, sla }: { close: () => void; id: string; sla: (slug: string | null) => string }) {
  const can = useCan();
  const answer = useGet('/v1/remediations/{remediationId}', { path: { remediationId: id } });
  const one = answer.isPlaceholderData ? undefined : answer.data;
  const late = one && (one.status === 'OVERDUE' || one.status === 'MISSED' || one.status === 'EXCEPTED');
  const rows: [string, ReactNode][] = one
    ? [
        ['Test', <PlaceLink href={`/tests/${one.test.id}`} key="test">{one.test.name}</PlaceLink>],
        ['Record', <PlaceLink href={`/tests/${one.test.id}?record=${one.entity.id}`} key="record">{nameOf(one)}</PlaceLink>],
        ['Category', sla(one.sla)],
        ['First detected', <RelativeTime at={one.detectedDate} key="detected" />],
        [one.remediationDate ? 'Was due' : 'Due', <RelativeTime as={one.remediationDate ? 'time' : 'due'} at={one.slaDeadlineDate} key="due" />],
        ['Ended', one.remediationDate && <RelativeTime at={one.remediationDate} key="ended" />],
        ['How', one.ended && endings[one.ended]],
      ]
    : [];
  return (
    <Drawer close={close} subtitle={one?.test.name} title={one ? nameOf(one) : 'Deadline'}>
      <ErrorNote error={answer.error} retry={() => void answer.refetch()} />
      {one && (
        <div className="grid gap-5">
          <div>
            <StatusChip word={wordOf('remediation', one.status)} />
          </div>
          <Facts rows={rows} />
          {one.acknowledgement && (
            <blockquote className="border-l-2 border-line-strong pl-3">
              <p className="whitespace-pre-line break-words">{one.acknowledgement.comment}</p>
              <p className="text-soft text-sm">
                {one.acknowledgement.by.name || plain(one.acknowledgement.by.kind)}, <RelativeTime at={one.acknowledgement.date} />
              </p>
            </blockquote>
          )}
          {late && can('write tests') && (
            <div>
              <Acknowledge one={one} />
            </div>
          )}
        </div>
      )}
    </Drawer>
  );
}

const statuses = {
  ended: [
    { label: 'In time', value: 'within' },
    { label: 'Missed', value: 'missed' },
    { label: 'Excepted', value: 'excepted' },
  ],
  open: [{ label: 'Overdue', value: 'overdue' }],
} as const;

/** Failures with a deadline: open ones, the soonest due first, or those that have ended; ?status= ?test= narrow, ?item= opens one. */
export function Remediations({ kind }: { kind: 'ended' | 'open' }) {
  const [query, change] = useQueryState();
  const slas = useSLAs();
  const asked = statuses[kind].find(({ value }) => value === query.get('status'))?.value;
  const test = query.get('test') ?? undefined;
  const list = usePages('/v1/remediations', { query: { status: asked ?? kind, testId: test } });
  const tests = new Map(list.rows.map((one) => [one.test.id, one.test.name]));
  const filters: Filter[] = [{ label: 'Status', name: 'status', options: [...statuses[kind]] }];
  if (tests.size > 1 || test) filters.push({ label: 'Test', name: 'test', options: [...tests].map(([value, label]) => ({ label, value })) });
  const item = query.get('item');
  const none = !list.isLoading && list.rows.length === 0 && !list.error;
  const filtered = asked !== undefined || test !== undefined;
  return (
    <div className="grid gap-3 pt-4">
      {(!none || filtered) && <FilterChips filters={filters} />}
      <ErrorNote error={list.error} />
      {none && !filtered && (
        <EmptyState Icon={CalendarCheck} command={kind === 'open' ? `curl -X PATCH ${location.origin}/v1/tests/TEST \\\n  -H "Authorization: Bearer $TOKEN" \\\n  -H 'Content-Type: application/json' \\\n  -d '{"sla": "infrastructure"}'` : undefined} title={kind === 'open' ? 'Nothing is due' : 'Nothing has ended yet'}>
          Point a test to a category: each record that fails is then due by a time, counted from when it was first detected.
        </EmptyState>
      )}
      {none && filtered && (
        <EmptyState Icon={CalendarCheck} title="Nothing fits these filters">
          Take one away to see more.
        </EmptyState>
      )}
      {list.rows.length > 0 && <Table columns={columnsOf(kind === 'ended', list.rows.some((one) => one.acknowledgement), slas.nameOf)} current={item ?? undefined} label={kind === 'open' ? 'Due and overdue' : 'Ended'} more={list.more} open={(one) => change({ item: one.id }, { push: true })} rowKey={(one) => one.id} rows={list.rows} />}
      {item && <Item close={() => change({ item: '' })} id={item} sla={slas.nameOf} />}
    </div>
  );
}
