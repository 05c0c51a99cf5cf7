// SPDX-License-Identifier: Apache-2.0

import { Crosshair, Plus } from 'lucide-react';
import { useLocation } from 'wouter';

import { Button } from '../components/Button';
import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { Page } from '../components/Page';
import { RelativeTime } from '../components/RelativeTime';
import { ScopeDrawer, useResourceNames } from '../components/ScopeDrawer';
import { type Column, Table } from '../components/Table';
import { useQueryState } from '../lib/address';
import { type Schema, usePages } from '../lib/api';
import { useWhole } from '../lib/program';
import { useCan } from '../lib/session';

type Scope = Schema<'Scope'>;

const columnsOf = (resource: (id: string) => string): Column<Scope>[] => [
  { cell: (scope) => <span className="font-medium">{scope.name}</span>, head: 'Scope', key: 'name', width: 'minmax(0,1fr)' },
  { cell: (scope) => <span className="text-soft">{scope.filters.map((one) => resource(one.resource)).join(', ') || 'No filter'}</span>, head: 'Filters', key: 'filters', width: 'minmax(0,1.2fr)' },
  { cell: (scope) => (scope.others === 'in' ? 'All in' : 'All out'), from: 700, head: 'Other resources', key: 'others', width: '120px' },
  { cell: (scope) => <span className="text-soft">{scope.description}</span>, from: 960, head: 'Description', key: 'description', width: 'minmax(0,1fr)' },
  { cell: (scope) => <span className="text-soft"><RelativeTime at={scope.updatedDate} /></span>, from: 560, head: 'Changed', key: 'changed', width: '110px' },
];

/** /scopes: parts of the records that frameworks are about; ?new=1 to make one. */
export default function Scopes() {
  const [query, change] = useQueryState();
  const [, navigate] = useLocation();
  const can = useCan();
  const list = useWhole(usePages('/v1/scopes'));
  const { nameOf } = useResourceNames();
  const may = can('write controls and frameworks');
  const create = may && (
    <Button look="primary" onClick={() => change({ new: '1' }, { push: true })}>
      <Plus aria-hidden className="size-3.5" />
      New scope
    </Button>
  );
  const bare = !list.isLoading && list.rows.length === 0 && !list.error;
  return (
    <Page actions={!bare && create} lead="The part of your records that a framework is about." title="Scopes">
      <ErrorNote error={list.error} />
      {bare && (
        <EmptyState action={create} Icon={Crosshair} command="muster admin scope put scope.json" title="No scopes yet">
          Production, one product, one subsidiary: bind a framework to it, and only its records count there.
        </EmptyState>
      )}
      {list.rows.length > 0 && <Table columns={columnsOf(nameOf)} label="Scopes" open={(scope) => navigate(`/scopes/${scope.slug}`)} rowKey={(scope) => scope.id} rows={list.rows} />}
      {may && query.get('new') && <ScopeDrawer close={() => change({ new: '' })} done={(slug) => navigate(`/scopes/${slug}`)} />}
    </Page>
  );
}
