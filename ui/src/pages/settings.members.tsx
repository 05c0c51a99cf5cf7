// SPDX-License-Identifier: Apache-2.0

import { Plus, UserRound } from 'lucide-react';
import { useState } from 'react';

import { Button } from '../components/Button';
import { Drawer } from '../components/Drawer';
import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { FilterChips } from '../components/FilterChips';
import { FilterInput } from '../components/FilterInput';
import { CopyField } from '../components/CopyField';
import { Field, Form, useFormBusy } from '../components/Form';
import { Invitation, MemberDrawer, RoleField } from '../components/MemberDrawer';
import { Page } from '../components/Page';
import { RelativeTime } from '../components/RelativeTime';
import { RoleDrawer } from '../components/RoleDrawer';
import { StatusChip } from '../components/StatusChip';
import { type Column, Table } from '../components/Table';
import { Tabs } from '../components/Tabs';
import { useQueryState } from '../lib/address';
import { type Schema, send, usePages } from '../lib/api';
import { useWhole } from '../lib/program';
import { list, only } from '../lib/query';
import { useCan, useRefresh, useSession } from '../lib/session';
import { count, wordOf } from '../lib/words';

type User = Schema<'User'>;
type Role = Schema<'Role'>;

const memberColumns = (me: string): Column<User>[] => [
  {
    cell: (user) => (
      <span className="flex min-w-0 items-baseline gap-2">
        <span className="max-w-full shrink-0 truncate font-medium">{user.displayName || user.email}</span>
        {user.id === me && <span className="text-faint text-sm">you</span>}
        <span className="truncate text-faint text-sm max-sm:hidden">{user.displayName && user.email}</span>
      </span>
    ),
    head: 'Member',
    key: 'member',
    width: 'minmax(0,1.4fr)',
  },
  { cell: (user) => user.role.name, head: 'Role', key: 'role', width: 'minmax(96px,0.6fr)' },
  { cell: (user) => <StatusChip quiet word={wordOf('user', user.status)} />, from: 480, head: 'Status', key: 'status', width: '124px' },
  { cell: (user) => <span className="text-soft">{user.source === 'SCIM' ? 'Identity provider' : 'Muster'}</span>, from: 820, head: 'Comes from', key: 'source', width: '132px' },
  { cell: (user) => <span className="text-soft"><RelativeTime at={user.createdAt} /></span>, from: 700, head: 'Member since', key: 'since', width: '116px' },
];

const roleColumns: Column<Role>[] = [
  {
    cell: (role) => (
      <span className="grid min-w-0">
        <span className="truncate font-medium leading-5">{role.name}</span>
        <span className="truncate text-soft text-xs" title={role.description}>
          {role.description}
        </span>
      </span>
    ),
    head: 'Role',
    key: 'role',
    width: 'minmax(0,1fr)',
  },
  { cell: (role) => <span className="text-soft">{role.builtIn ? 'Built in' : 'Your own'}</span>, from: 480, head: 'Kind', key: 'kind', width: '100px' },
  { align: 'right', cell: (role) => role.userCount.toLocaleString('en-GB'), head: 'Members', key: 'members', width: '72px' },
];

function Submit() {
  return (
    <Button busy={useFormBusy()} look="primary" type="submit">
      Add the member
    </Button>
  );
}

/** Adds somebody, then hands out the link by which they come in. */
function NewMember({ close, roles }: { close: () => void; roles: Role[] }) {
  const refresh = useRefresh();
  const [made, setMade] = useState<User | undefined>();
  return (
    <Drawer close={close} subtitle="Somebody who signs in to this workspace" title="New member">
      {made ? (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
          <p>
            <strong className="font-medium">{made.displayName || made.email}</strong> is a member now, as {made.role.name}. With a one-time link they set a password and come in; where you sign in through an identity provider, they need none.
          </p>
          <Invitation user={made} />
        </div>
      ) : (
        <>
          <Form
            send={async ({ email = '', name = '', role = '' }) => {
              setMade(await send('POST', '/v1/users', { body: { email, name: name || undefined, role } }));
              await refresh('/v1/users', '/v1/roles');
            }}
          >
            <Field autoComplete="off" data-missing="A member is known by an e-mail." label="E-mail" name="email" required type="email" />
            <Field autoComplete="off" label="Name" name="name" />
            <RoleField defaultValue={roles.find((one) => one.slug === 'employee')?.id ?? ''} roles={roles} />
            <div>
              <Submit />
            </div>
          </Form>
          <section className="mt-6 grid grid-cols-[minmax(0,1fr)] gap-2 rounded-lg border bg-ground p-4">
            <h3 className="font-semibold text-sm">From the command line</h3>
            <CopyField label="command" text={'muster admin user create --email jane@example.com --role editor'} />
          </section>
        </>
      )}
    </Drawer>
  );
}

const statuses = ['active', 'invited', 'deactivated'] as const;

function Members({ roles }: { roles: Role[] }) {
  const [query, change] = useQueryState();
  const { user: me } = useSession();
  const users = usePages('/v1/users', { query: { q: only(query, 'q'), roleMatchesAny: list(query, 'role'), status: only(query, 'status') as User['status'] | undefined } });
  const none = !users.isLoading && !users.error && users.rows.length === 0;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3 pt-4">
      <div className="flex flex-wrap items-center gap-2">
        <FilterInput label="Name or e-mail" name="q" />
        <FilterChips
          filters={[
            { label: 'Role', name: 'role', options: roles.map((one) => ({ label: one.name, value: one.id })) },
            { label: 'Status', name: 'status', options: statuses.map((value) => ({ label: wordOf('user', value).text, value })) },
          ]}
        />
      </div>
      <ErrorNote error={users.error} />
      {none && (
        <EmptyState Icon={UserRound} title="Nobody fits these filters">
          Take one away to see more.
        </EmptyState>
      )}
      {users.rows.length > 0 && <Table columns={memberColumns(me.id)} current={query.get('user') ?? undefined} label="Members" more={users.more} open={(user) => change({ user: user.id }, { push: true })} rowKey={(user) => user.id} rows={users.rows} />}
    </div>
  );
}

function Roles({ roles }: { roles: Role[] }) {
  const [query, change] = useQueryState();
  const own = roles.filter((one) => !one.builtIn).length;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3 pt-4">
      <p className="text-soft text-sm">
        {own === 0 ? 'The eight that every workspace has. Where none fits, make one of your own.' : `The built-in ones, and ${count(own, 'role')} of your own.`}
      </p>
      {roles.length > 0 && <Table columns={roleColumns} current={query.get('show') ?? undefined} label="Roles" open={(role) => change({ show: role.id }, { push: true })} rowKey={(role) => role.id} rows={roles} />}
    </div>
  );
}

const tabs = [
  { key: 'members', label: 'Members' },
  { key: 'roles', label: 'Roles' },
];

/** /settings/members: ?tab= members or roles; ?q= ?role= ?status= narrow; ?user= opens a member, ?show= a role, ?add=1 a new one. */
export default function MembersPage() {
  const [query, change] = useQueryState();
  const can = useCan();
  const answer = useWhole(usePages('/v1/roles'));
  const roles = answer.rows;
  const manages = can('manage users and roles');
  const tab = query.get('tab') === 'roles' ? 'roles' : 'members';
  const user = query.get('user');
  const shown = roles.find((one) => one.id === query.get('show'));
  const adds = manages && query.get('add') !== null;
  const actions = manages && (
    <Button look="primary" onClick={() => change({ add: '1', show: '', user: '' }, { push: true })}>
      <Plus aria-hidden className="size-3.5" />
      {tab === 'roles' ? 'New role' : 'New member'}
    </Button>
  );
  return (
    <Page actions={actions} lead="Who signs in, and what they may do." title="Members">
      <ErrorNote error={answer.error} />
      <div className="min-w-0">
        <Tabs change={(key) => change({ q: '', role: '', status: '', tab: key === 'members' ? '' : key })} tabs={tabs} value={tab}>
          {tab === 'roles' ? <Roles roles={roles} /> : <Members roles={roles} />}
        </Tabs>
      </div>
      {adds && tab === 'members' && roles.length > 0 && <NewMember close={() => change({ add: '' })} roles={roles} />}
      {adds && tab === 'roles' && <RoleDrawer close={() => change({ add: '' })} shown="new" />}
      {!adds && user && <MemberDrawer close={() => change({ user: '' })} id={user} roles={roles} />}
      {!adds && !user && shown && <RoleDrawer close={() => change({ show: '' })} shown={shown} />}
    </Page>
  );
}
