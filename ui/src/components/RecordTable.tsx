// SPDX-License-Identifier: Apache-2.0

import { Database } from 'lucide-react';
import { Link } from 'wouter';

import { useQueryState } from '../lib/address';
import { type Schema, useGet, usePages } from '../lib/api';
import { useCan } from '../lib/session';
import { wordOf } from '../lib/words';
import { CopyButton } from './CopyField';
import { Drawer } from './Drawer';
import { EmptyState } from './EmptyState';
import { ErrorNote } from './ErrorNote';
import { FilterChips } from './FilterChips';
import { FilterInput } from './FilterInput';
import { JsonView } from './JsonView';
import { SourceLink } from './OutLink';
import { RelativeTime } from './RelativeTime';
import { StatusChip } from './StatusChip';
import { FieldChanges } from './SyncDrawer';
import { type Column, Table } from './Table';

type Row = Schema<'Record'>;

/** Names of a record's own fields, the first few that hold something short. */
function gist({ document }: Row): string {
  const own = (document as { customProperties?: Record<string, unknown> }).customProperties ?? (document as Record<string, unknown>);
  const skip = new Set(['displayName', 'externalUrl', 'uniqueId', 'name', 'fullName']);
  return Object.entries(own)
    .filter(([name, value]) => !skip.has(name) && (typeof value !== 'object' || value === null))
    .slice(0, 4)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join(' · ');
}

const columns: Column<Row>[] = [
  {
    cell: (row) => (
      <span className="flex min-w-0 items-baseline gap-2">
        <span className="truncate font-medium">{row.displayName || row.uniqueId}</span>
        {row.held && <StatusChip quiet word={{ text: 'Held', tone: 'risk' }} />}
        {row.stale && <StatusChip quiet word={{ text: 'Stale', tone: 'stale' }} />}
      </span>
    ),
    head: 'Record',
    key: 'record',
    width: 'minmax(0,1fr)',
  },
  { cell: (row) => <span className="text-soft">{row.uniqueId}</span>, from: 480, head: 'Unique id', key: 'id', width: 'minmax(0,0.7fr)' },
  { cell: (row) => <span className="text-soft text-sm" title={gist(row)}>{gist(row)}</span>, from: 820, head: 'Holds', key: 'holds', width: 'minmax(0,1.6fr)' },
  { align: 'right', cell: (row) => <span className="text-soft"><RelativeTime at={row.deletedDate ?? row.updatedDate} /></span>, head: 'Changed', key: 'changed', width: '112px' },
];

const words = { created: 'First seen', restored: 'Came back', updated: 'Changed' } as const;

/** The life of a record: its versions, newest first, with what changed and by whom. */
function Versions({ definitionId, recordId }: { definitionId: string; recordId: string }) {
  const list = usePages('/v1/definitions/{resourceId}/records/{recordId}/versions', { path: { recordId, resourceId: definitionId } }, { pageSize: 50 });
  return (
    <section className="grid gap-2">
      <h3 className="font-semibold text-sm">Versions</h3>
      <ErrorNote error={list.error} />
      <ol className="grid">
        {list.rows.map((one) => (
          <li className="border-b py-2 last:border-b-0" key={one.syncId + one.fromDate}>
            {one.removed && one.toDate && (
              <div className="mb-1 font-medium text-fail text-sm">
                Gone <RelativeTime at={one.toDate} />
              </div>
            )}
            <div className="flex flex-wrap items-baseline justify-between gap-x-3 text-sm">
              <span className="font-medium">{words[one.change]}</span>
              <span className="text-soft">
                {one.actor.name}, <RelativeTime at={one.fromDate} />
              </span>
            </div>
            <FieldChanges fields={one.fields} more={one.moreFields} />
          </li>
        ))}
      </ol>
      {list.hasMore && (
        <button className="justify-self-start text-accent text-sm hover:underline" onClick={list.more} type="button">
          Show more
        </button>
      )}
    </section>
  );
}

/** What each test has said of the record, newest first; a test's name leads to it. */
function Outcomes({ definitionId, recordId }: { definitionId: string; recordId: string }) {
  const can = useCan();
  const answer = useGet('/v1/definitions/{resourceId}/records/{recordId}/outcomes', { path: { recordId, resourceId: definitionId } }, { enabled: can('read tests') });
  const tests = answer.isPlaceholderData ? [] : (answer.data ?? []);
  if (tests.length === 0 && !answer.error) return null;
  return (
    <section className="grid gap-2">
      <h3 className="font-semibold text-sm">What tests say of it</h3>
      <ErrorNote error={answer.error} />
      <ul className="grid">
        {tests.map((test) => (
          <li className="grid gap-1 border-b py-2 last:border-b-0" key={test.testId}>
            <Link className="truncate text-sm hover:underline" href={`/tests/${test.testId}?record=${recordId}`}>
              {test.testName}
            </Link>
            <ol className="grid gap-0.5">
              {test.spans.slice(0, 5).map((span) => (
                <li className="flex items-center justify-between gap-3" key={span.fromDate}>
                  <StatusChip quiet word={wordOf('entity', span.outcome)} />
                  <span className="text-soft text-sm">
                    {span.toDate ? <>until <RelativeTime at={span.toDate} /></> : <>since <RelativeTime at={span.fromDate} /></>}
                  </span>
                </li>
              ))}
            </ol>
          </li>
        ))}
      </ul>
    </section>
  );
}

function RecordDetail({ close, definitionId, recordId }: { close: () => void; definitionId: string; recordId: string }) {
  const answer = useGet('/v1/definitions/{resourceId}/records/{recordId}', { path: { recordId, resourceId: definitionId } });
  const row = answer.isPlaceholderData ? undefined : answer.data;
  return (
    <Drawer
      close={close}
      subtitle={
        row && (
          <span className="inline-flex items-center gap-1">
            {row.uniqueId}
            <CopyButton label="Copy the id" text={row.uniqueId} />
          </span>
        )
      }
      title={row ? row.displayName || row.uniqueId : 'Record'}
    >
      <ErrorNote error={answer.error} />
      {row && (
        <div className="grid gap-6">
          {row.deletedDate && <p className="text-fail text-sm">Gone <RelativeTime at={row.deletedDate} />: a push left it out. This is how it was.</p>}
          {row.held && <p className="text-risk text-sm">Left out of the newest push, and kept until somebody releases the removal.</p>}
          {row.stale && <p className="text-stale text-sm">Its newest element was rejected; this is the record before.</p>}
          <div className="grid grid-cols-[minmax(0,1fr)] gap-2">
            <SourceLink record={row.document} />
            <JsonView label="The record as JSON" value={row.document} />
          </div>
          <Outcomes definitionId={definitionId} recordId={recordId} />
          <Versions definitionId={definitionId} recordId={recordId} />
        </div>
      )}
    </Drawer>
  );
}

const states = [{ label: 'Status', name: 'state', options: [{ label: 'Gone', value: 'removed' }] }];

/** The records of a definition: ?q= and ?state= narrow them, ?record= opens one. */
export function RecordTable({ command, definitionId }: { command?: string; definitionId: string }) {
  const [query, change] = useQueryState();
  const q = query.get('q') ?? '';
  const state = query.get('state') === 'removed' ? 'removed' : undefined;
  const list = usePages('/v1/definitions/{resourceId}/records', { path: { resourceId: definitionId }, query: { q: q || undefined, state } });
  const open = query.get('record') ?? undefined;
  const none = !list.isLoading && list.rows.length === 0 && !list.error;
  const narrowed = q !== '' || state !== undefined;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3 pt-4">
      {(narrowed || !none) && (
        <div className="flex flex-wrap items-center gap-2">
          <FilterInput label="Unique id begins with" name="q" />
          <FilterChips filters={states} />
        </div>
      )}
      <ErrorNote error={list.error} />
      {none && !narrowed && (
        <EmptyState Icon={Database} command={command} title="No records yet">
          Records come with a push, and each is judged by the tests of its resource at once.
        </EmptyState>
      )}
      {none && narrowed && <p className="py-10 text-center text-soft">{state ? 'No record that is gone fits.' : 'No unique id begins with this, as it is written.'}</p>}
      {list.rows.length > 0 && <Table columns={columns} current={open} label="Records" more={list.more} open={(row) => change({ record: row.id }, { push: true })} rowKey={(row) => row.id} rows={list.rows} />}
      {open && <RecordDetail close={() => change({ record: '' })} definitionId={definitionId} recordId={open} />}
    </div>
  );
}
