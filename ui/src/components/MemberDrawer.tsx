// SPDX-License-Identifier: Apache-2.0

import { type ReactNode, useState } from 'react';

import { type Schema, send, useGet } from '../lib/api';
import { useCan, useRefresh, useSession } from '../lib/session';
import { useTask } from '../lib/task';
import { dayOf, endOfDay } from '../lib/time';
import { wordOf } from '../lib/words';
import { Button } from './Button';
import { ConfirmButton } from './ConfirmButton';
import { CopyButton, CopyField } from './CopyField';
import { Drawer } from './Drawer';
import { ErrorNote } from './ErrorNote';
import { EventList } from './EventList';
import { Facts, Part } from './Facts';
import { Field, Form, SelectField, useFormBusy } from './Form';
import { PlaceLink } from './PlaceLink';
import { RelativeTime } from './RelativeTime';
import { StatusChip } from './StatusChip';

type User = Schema<'User'>;

const useChanged = () => {
  const refresh = useRefresh();
  return () => refresh('/v1/users', '/v1/roles', '/v1/event-logs');
};

/** The roles as a choice, by name. */
export function RoleField({ defaultValue, roles }: { defaultValue: string; roles: Schema<'Role'>[] }) {
  return (
    <SelectField defaultValue={defaultValue} key={roles.length} label="Role" name="role">
      {roles.map((one) => (
        <option key={one.id} value={one.id}>
          {one.name}
          {one.description && `: ${one.description}`}
        </option>
      ))}
    </SelectField>
  );
}

function Save() {
  return (
    <Button busy={useFormBusy()} look="primary" type="submit">
      Save
    </Button>
  );
}

/** Whom a role comes from that cannot be changed here. */
function DecidedRole({ user }: { user: User }) {
  return (
    <div className="grid gap-1 text-sm">
      <p className="font-medium">Role: {user.role.name}</p>
      <p className="text-soft">
        {user.roleSource === 'attribute' ? 'The identity provider says it in an attribute: change it there.' : 'A group of theirs gives it: change the mapping under '}
        {user.roleSource === 'mapping' && (
          <>
            <PlaceLink href="/settings/security">Login and security, User provisioning</PlaceLink>
            , or their groups at the identity provider.
          </>
        )}
      </p>
    </div>
  );
}

/** What can be changed of a member; an identity provider's members are theirs but for a role that nobody else decides on, and the window. */
function Edit({ roles, user }: { roles: Schema<'Role'>[]; user: User }) {
  const changed = useChanged();
  const [saved, setSaved] = useState(false);
  const [role, setRole] = useState(user.role.id);
  const elsewhere = user.source === 'SCIM';
  const decided = user.roleSource === 'attribute' || user.roleSource === 'mapping';
  const isAuditor = roles.find((one) => one.id === role)?.slug === 'auditor';
  return (
    <Form
      onChange={({ target }) => {
        setSaved(false);
        const { name, value } = target as unknown as HTMLSelectElement;
        if (name === 'role') setRole(value);
      }}
      send={async ({ email, endDate = '', name, role: chosen = user.role.id, startDate = '' }) => {
        const body: Schema<'UserChange'> = {};
        if (chosen !== user.role.id) body.role = chosen;
        if (!elsewhere && name !== undefined && name !== user.displayName) body.name = name;
        if (!elsewhere && email !== undefined && email !== user.email) body.email = email;
        if (isAuditor) body.auditWindow = startDate && endDate ? { endDate: endOfDay(endDate) ?? '', startDate: new Date(`${startDate}T00:00:00`).toISOString() } : null;
        await send('PATCH', '/v1/users/{userId}', { body, path: { userId: user.id } });
        await changed();
        setSaved(true);
      }}
    >
      {decided ? <DecidedRole user={user} /> : <RoleField defaultValue={user.role.id} roles={roles} />}
      {isAuditor && (
        <fieldset className="grid gap-1.5">
          <legend className="mb-1.5 font-medium text-sm">What the auditor sees</legend>
          <div className="grid items-start gap-4 sm:grid-cols-2">
            <Field defaultValue={dayOf(user.auditWindow?.startDate)} label="From" name="startDate" pointer="/auditWindow" type="date" />
            <Field defaultValue={dayOf(user.auditWindow?.endDate)} label="To" name="endDate" type="date" />
          </div>
          <p className="text-soft text-sm">Both days count. Without a window an auditor sees no evidence.</p>
        </fieldset>
      )}
      <Field autoComplete="off" defaultValue={user.displayName} disabled={elsewhere} hint={elsewhere ? 'Comes from the identity provider: change it there.' : undefined} label="Name" name="name" />
      <Field autoComplete="off" data-missing="A member is known by an e-mail." defaultValue={user.email} disabled={elsewhere} label="E-mail" name="email" required={!elsewhere} type="email" />
      {(!decided || !elsewhere || isAuditor) && (
        <div className="flex items-center gap-3">
          <Save />
          <span className="text-pass text-sm" role="status">
            {saved && 'Saved.'}
          </span>
        </div>
      )}
    </Form>
  );
}

/** A one-time link, by which a member sets a password and comes in. */
export function Invitation({ user }: { user: Pick<User, 'email' | 'id'> }) {
  const { busy, error, run } = useTask();
  const [link, setLink] = useState<Schema<'InvitationLink'> | undefined>();
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <ErrorNote error={error} />
      {link ? (
        <>
          <p className="text-sm">
            {link.mailed ? `It is on its way to ${user.email}.` : `Give it to ${user.email}: it is shown only now.`} It works once, until <RelativeTime at={link.expiresAt} />.
          </p>
          <CopyField label="link" text={link.url} />
        </>
      ) : (
        <div>
          <Button busy={busy} onClick={() => run(async () => setLink(await send('POST', '/v1/users/{userId}/invitation', { path: { userId: user.id } })))}>
            Create a link
          </Button>
        </div>
      )}
    </div>
  );
}

/** Deactivate, reactivate, second factor, delete. */
function Deeds({ close, credentials, user }: { close: () => void; credentials: Schema<'Account'> | undefined; user: User }) {
  const changed = useChanged();
  const { busy, error, run } = useTask();
  const me = useSession().user.id === user.id;
  const path = { userId: user.id };
  const name = user.displayName || user.email;
  const elsewhere = user.source === 'SCIM';
  return (
    <>
      <ErrorNote error={error} />
      {elsewhere && <p className="text-soft text-sm">Whether they may sign in, the identity provider decides: deactivate or delete them there.</p>}
      <div className="flex flex-wrap gap-2">
        {elsewhere ? null : user.status === 'deactivated' ? (
          <Button
            busy={busy}
            onClick={() =>
              run(async () => {
                await send('POST', '/v1/users/{userId}/reactivate', { path });
                await changed();
              })
            }
          >
            Let them in again
          </Button>
        ) : (
          !me && (
            <ConfirmButton
              look="danger"
              send={async () => {
                await send('POST', '/v1/users/{userId}/deactivate', { path });
                await changed();
              }}
              text={`${name} is signed out at once and cannot sign in any more. What they own stays theirs.`}
              title="Deactivate"
              verb="Deactivate"
            >
              Deactivate
            </ConfirmButton>
          )
        )}
        {credentials?.totp && (
          <ConfirmButton
            look="danger"
            send={async () => {
              await send('DELETE', '/v1/users/{userId}/totp', { path });
              await changed();
            }}
            text={`For when ${name} has lost the device: until they set up another one, the password alone lets them in.`}
            title="Take the second factor away"
            verb="Take it away"
          >
            Reset the second factor
          </ConfirmButton>
        )}
        {!me && !elsewhere && (
          <ConfirmButton
            look="danger"
            send={async () => {
              await send('DELETE', '/v1/users/{userId}', { path });
              close();
              await changed();
            }}
            text={`${name} goes for good, with their credentials. The audit trail keeps what they did.`}
            title="Delete the member"
            trigger="quiet"
            verb="Delete"
          >
            Delete
          </ConfirmButton>
        )}
      </div>
    </>
  );
}

function Body({ close, roles, user }: { close: () => void; roles: Schema<'Role'>[]; user: User }) {
  const can = useCan();
  const manages = can('manage users and roles');
  const credentials = useGet('/v1/users/{userId}/credentials', { path: { userId: user.id } }, { enabled: manages });
  const { passwordSet, totp } = credentials.data ?? {};
  const rows: [string, ReactNode][] = [
    ['Status', <StatusChip key="status" quiet word={wordOf('user', user.status)} />],
    ['Role', manages ? null : user.role.name],
    ['Comes from', user.source === 'SCIM' ? 'The identity provider' : 'Muster'],
    ['Signs in', credentials.data ? [passwordSet ? 'By password' : 'Without a password', totp ? 'with a second factor' : ''].filter(Boolean).join(', ') : null],
    ['Member since', <RelativeTime at={user.createdAt} key="since" />],
    [
      'Id',
      <span className="flex min-w-0 items-center gap-1" key="id">
        <code className="truncate font-mono text-xs">{user.id}</code>
        <CopyButton label="Copy the id" text={user.id} />
      </span>,
    ],
  ];
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      <Facts rows={rows} />
      {manages && (
        <>
          <Edit key={user.id} roles={roles} user={user} />
          {user.status === 'invited' && user.source !== 'SCIM' && (
            <Part title="Invitation link">
              <Invitation user={user} />
            </Part>
          )}
          <Deeds close={close} credentials={credentials.data} user={user} />
        </>
      )}
      <EventList targetId={user.id} />
    </div>
  );
}

/** One member: role, window, how they sign in, and what can be done. */
export function MemberDrawer({ close, id, roles }: { close: () => void; id: string; roles: Schema<'Role'>[] }) {
  const answer = useGet('/v1/users/{userId}', { path: { userId: id } });
  const user = answer.isPlaceholderData ? undefined : answer.data;
  return (
    <Drawer close={close} subtitle={user && (user.displayName ? user.email : user.role.name)} title={user ? user.displayName || user.email : 'Member'}>
      <ErrorNote error={answer.error} retry={() => void answer.refetch()} />
      {user && <Body close={close} roles={roles} user={user} />}
    </Drawer>
  );
}
