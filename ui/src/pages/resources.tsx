// SPDX-License-Identifier: Apache-2.0

import { Boxes } from 'lucide-react';
import { useEffect } from 'react';
import { Link, useLocation } from 'wouter';

import { buttonClass } from '../components/Button';
import { baseName } from '../components/DefinitionForm';
import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { type Filter, FilterChips } from '../components/FilterChips';
import { FilterInput } from '../components/FilterInput';
import { Page } from '../components/Page';
import { RelativeTime } from '../components/RelativeTime';
import { StatusChip } from '../components/StatusChip';
import { Delta } from '../components/SyncDrawer';
import { type Column, Table } from '../components/Table';
import { useQueryState } from '../lib/address';
import { type Schema, useGet, usePages } from '../lib/api';
import { matching } from '../lib/search';
import { useCan } from '../lib/session';

type Row = Schema<'Definition'> & { application: string };

const columns: Column<Row>[] = [
  {
    cell: (row) => (
      <span className="flex min-w-0 items-baseline gap-2">
        <span className="truncate font-medium">{row.name}</span>
        {row.held && <StatusChip quiet word={{ text: `${row.held.count.toLocaleString('en-GB')} held`, tone: 'risk' }} />}
      </span>
    ),
    head: 'Resource',
    key: 'name',
    width: 'minmax(0,1.2fr)',
  },
  { cell: (row) => row.application, from: 560, head: 'Application', key: 'application', width: 'minmax(0,1fr)' },
  { cell: (row) => <span className="text-soft">{baseName(row.type)}</span>, from: 820, head: 'Base type', key: 'base', width: 'minmax(0,1fr)' },
  { align: 'right', cell: (row) => row.records.toLocaleString('en-GB'), head: 'Records', key: 'records', width: '84px' },
  { cell: (row) => row.lastPush && <Delta sync={row.lastPush} />, from: 960, head: 'Last push changed', key: 'delta', width: '160px' },
  { align: 'right', cell: (row) => (row.lastPush && row.lastPush.rejected > 0 ? <span className="text-fail">{row.lastPush.rejected.toLocaleString('en-GB')}</span> : <span className="text-faint">0</span>), from: 1100, head: 'Rejected', key: 'rejected', width: '76px' },
  { align: 'right', cell: (row) => (row.lastPush ? <span className="text-soft"><RelativeTime at={row.lastPush.date} /></span> : <span className="text-faint">Never</span>), from: 420, head: 'Last push', key: 'last', width: '116px' },
];

const filters: Filter[] = [{ label: 'Freshness', name: 'freshness', options: [{ label: 'Stale', value: 'stale' }, { label: 'Fresh', value: 'fresh' }] }];

/** /resources: every definition of every application; ?q= narrows them by name, ?freshness= by their last push. */
export default function Resources() {
  const [query] = useQueryState();
  const [, navigate] = useLocation();
  const can = useCan();
  const applications = usePages('/v1/applications');
  const list = usePages('/v1/definitions');
  const { hasMore, more } = list;
  useEffect(() => {
    if (hasMore) more();
  });
  const names = new Map(applications.rows.map((one) => [one.id, one.name]));
  const all = list.rows.map((one): Row => ({ ...one, application: names.get(one.applicationId) ?? '' }));
  const home = useGet('/v1/home', {});
  const stale = new Set(home.data?.sources?.filter((one) => one.stale).map((one) => one.definitionId));
  const freshness = query.get('freshness');
  const rows = matching(all, (row) => `${row.name} ${row.application}`, query.get('q') ?? '')
    .filter((row) => !freshness || stale.has(row.id) === (freshness === 'stale'))
    .toSorted((a, b) => a.application.localeCompare(b.application) || a.name.localeCompare(b.name));
  const none = !list.isLoading && all.length === 0 && !list.error;
  return (
    <Page title="Resources">
      {!none && (
        <div className="flex flex-wrap items-center gap-2">
          <FilterInput label="Filter by name" name="q" />
          {home.data?.sources && <FilterChips filters={filters} />}
        </div>
      )}
      <ErrorNote error={list.error ?? applications.error} />
      {none && (
        <EmptyState
          action={
            can('write applications and definitions') && (
              <Link className={buttonClass('primary')} href="/integrations">
                Go to Integrations
              </Link>
            )
          }
          command={'muster admin resource create --app APPLICATION --name "Internal Server" --base CustomResource --schema schema.json'}
          Icon={Boxes}
          title="No resources yet"
        >
          A resource is one kind of record that an application pushes. Add one to an application in the pages, or on the command line:
        </EmptyState>
      )}
      {!none && !list.isLoading && rows.length === 0 && <p className="py-10 text-center text-soft">{freshness ? 'No resource is like this.' : 'No resource has this name.'}</p>}
      {rows.length > 0 && <Table columns={columns} label="Resources" open={(row) => navigate(`/resources/${row.id}`)} rowKey={(row) => row.id} rows={rows} />}
    </Page>
  );
}
