// SPDX-License-Identifier: Apache-2.0

import { Plus } from 'lucide-react';

import { Button } from '../components/Button';
import { ErrorNote } from '../components/ErrorNote';
import { Page } from '../components/Page';
import { RoleDrawer } from '../components/RoleDrawer';
import { type Column, Table } from '../components/Table';
import { useQueryState } from '../lib/address';
import { type Schema, usePages } from '../lib/api';
import { useCan } from '../lib/session';
import { plain } from '../lib/words';

type Role = Schema<'Role'>;

/** What a custom role may do, in a line. */
function summary({ areas, description }: Role): string {
  if (!areas) return plain(description);
  const of = (level: string) => Object.keys(areas).filter((key) => areas[key] === level).map((key) => key.replaceAll('-', ' '));
  const parts = [['Changes', of('edit')], ['sees', of('view')]] as const;
  const text = parts.filter(([, names]) => names.length > 0).map(([verb, names]) => `${verb} ${names.join(', ')}`).join('; ');
  return text === '' ? 'Own tasks only' : plain(text);
}

const columns: Column<Role>[] = [
  { cell: (role) => <span className="truncate font-medium">{role.name}</span>, head: 'Role', key: 'name', width: 'minmax(0,1fr)' },
  { cell: (role) => <span className="text-soft" title={summary(role)}>{summary(role)}</span>, from: 620, head: 'What it may do', key: 'what', width: 'minmax(0,2fr)' },
  { cell: (role) => <span className="text-soft">{role.builtIn ? 'Built in' : 'Custom'}</span>, from: 420, head: 'Kind', key: 'kind', width: '84px' },
  { align: 'right', cell: (role) => role.userCount.toLocaleString('en-GB'), head: 'Users', key: 'users', width: '64px' },
];

/** /settings/roles: the roles of the workspace; ?role= whose drawer is open, ?create=1 the form for another. */
export default function Roles() {
  const [query, change] = useQueryState();
  const can = useCan();
  const list = usePages('/v1/roles');
  const may = can('manage users and roles');
  const role = list.rows.find(({ id }) => id === query.get('role'));
  const close = () => change({ create: '', role: '' });
  const make = (
    <Button look="primary" onClick={() => change({ create: '1', role: '' }, { push: true })}>
      <Plus aria-hidden className="size-3.5" />
      New role
    </Button>
  );
  return (
    <Page actions={may && make} lead="Everybody has one. Those that are built in stay as they are; make your own for what they do not fit." title="Roles">
      <ErrorNote error={list.error} />
      {list.rows.length > 0 && <Table columns={columns} current={role?.id} label="Roles" more={list.more} open={(one) => change({ create: '', role: one.id }, { push: true })} rowKey={(one) => one.id} rows={list.rows} />}
      {query.get('create') && may && <RoleDrawer close={close} />}
      {role && <RoleDrawer close={close} role={role} />}
    </Page>
  );
}
