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
import { Field, Form } from '../components/Form';
import { FormFoot } from '../components/FormFoot';
import { Invitation, MemberDrawer, RoleField } from '../components/MemberDrawer';
import { Page } from '../components/Page';
import { PlaceLink } from '../components/PlaceLink';
import { RelativeTime } from '../components/RelativeTime';
import { StatusChip } from '../components/StatusChip';
import { type Column, Table } from '../components/Table';
import { useQueryState } from '../lib/address';
import { type Schema, send, usePages } from '../lib/api';
import { useWhole } from '../lib/program';
import { list, only } from '../lib/query';
import { useCan, useRefresh, useSession } from '../lib/session';
import { wordOf } from '../lib/words';

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
  { cell: (user) => user.role.name, head: 'Role', key: 'role', width: 'minmax(116px,0.6fr)' },
  { cell: (user) => <StatusChip quiet word={wordOf('user', user.status)} />, from: 480, head: 'Status', key: 'status', width: '124px' },
  { cell: (user) => <span className="text-soft">{user.source === 'SCIM' ? 'Identity provider' : 'Muster'}</span>, from: 820, head: 'Comes from', key: 'source', width: '132px' },
  { cell: (user) => <span className="text-soft"><RelativeTime at={user.createdAt} /></span>, from: 700, head: 'Member since', key: 'since', width: '116px' },
];

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
            <FormFoot close={close} text="Add the member" />
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
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
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

/** /settings/members: ?q= ?role= ?status= narrow; ?user= opens a member, ?add=1 a new one. */
export default function MembersPage() {
  const [query, change] = useQueryState();
  const can = useCan();
  const answer = useWhole(usePages('/v1/roles'));
  const roles = answer.rows;
  const manages = can('manage users and roles');
  const user = query.get('user');
  const adds = manages && query.get('add') !== null;
  const actions = manages && (
    <Button look="primary" onClick={() => change({ add: '1', user: '' }, { push: true })}>
      <Plus aria-hidden className="size-3.5" />
      New member
    </Button>
  );
  return (
    <Page actions={actions} lead={<>Who signs in, and as what. What each role may do stands under <PlaceLink href="/settings/roles">Roles</PlaceLink>.</>} title="Members">
      <ErrorNote error={answer.error} />
      <Members roles={roles} />
      {adds && roles.length > 0 && <NewMember close={() => change({ add: '' })} roles={roles} />}
      {!adds && user && <MemberDrawer close={() => change({ user: '' })} id={user} roles={roles} />}
    </Page>
  );
}
