// SPDX-License-Identifier: Apache-2.0

import { RefreshCw } from 'lucide-react';

import { useQueryState } from '../lib/address';
import { type Schema, usePages } from '../lib/api';
import { EmptyState } from './EmptyState';
import { ErrorNote } from './ErrorNote';
import { RelativeTime } from './RelativeTime';
import { StatusChip } from './StatusChip';
import { Delta, SyncDrawer } from './SyncDrawer';
import { type Column, Table } from './Table';

type Run = Schema<'SyncRun'>;

const number = (n: number) => n.toLocaleString('en-GB');

const columns: Column<Run>[] = [
  { cell: (sync) => <RelativeTime at={sync.committedDate} />, head: 'When', key: 'when', width: 'minmax(112px,1fr)' },
  { cell: (sync) => sync.actor.name, from: 620, head: 'By', key: 'by', width: 'minmax(0,1fr)' },
  { align: 'right', cell: (sync) => number(sync.received), from: 760, head: 'Received', key: 'received', width: '84px' },
  { align: 'right', cell: (sync) => number(sync.accepted), from: 520, head: 'Accepted', key: 'accepted', width: '84px' },
  { align: 'right', cell: (sync) => <span className={sync.rejected > 0 ? 'text-fail' : 'text-faint'}>{number(sync.rejected)}</span>, head: 'Rejected', key: 'rejected', width: '76px' },
  { cell: (sync) => (sync.failed ? <StatusChip quiet word={{ text: 'Failed', tone: 'fail' }} /> : <Delta sync={sync} />), from: 440, head: 'New, changed, gone', key: 'delta', width: '168px' },
  { align: 'right', cell: (sync) => <span className={sync.held > 0 ? 'text-risk' : 'text-faint'}>{number(sync.held)}</span>, from: 680, head: 'Held', key: 'held', width: '64px' },
];

/** The pushes of a definition; a row opens what it changed and what was rejected (?sync=). */
export function SyncTable({ command, definitionId }: { command?: string; definitionId: string }) {
  const [query, change] = useQueryState();
  const list = usePages('/v1/definitions/{resourceId}/syncs', { path: { resourceId: definitionId } });
  const open = query.get('sync') ?? undefined;
  return (
    <>
      <ErrorNote error={list.error} />
      {!list.isLoading && list.rows.length === 0 && !list.error && (
        <EmptyState Icon={RefreshCw} command={command} title="Nothing was pushed yet">
          Each push stands here with what it changed and what was rejected.
        </EmptyState>
      )}
      {list.rows.length > 0 && <Table columns={columns} current={open} label="Pushes" more={list.more} open={(sync) => change({ sync: sync.id }, { push: true })} rowKey={(sync) => sync.id} rows={list.rows} />}
      {open && <SyncDrawer close={() => change({ sync: '' })} syncId={open} />}
    </>
  );
}
