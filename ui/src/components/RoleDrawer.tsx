// SPDX-License-Identifier: Apache-2.0

import { type Schema, send } from '../lib/api';
import { useCan, useRefresh } from '../lib/session';
import { count } from '../lib/words';
import { Button } from './Button';
import { ConfirmButton } from './ConfirmButton';
import { Drawer } from './Drawer';
import { Part } from './Facts';
import { Field, Form, SelectField, useFormBusy } from './Form';
import { PlaceLink } from './PlaceLink';

type Role = Schema<'Role'>;

/** The areas of custom roles, as the API spells them; only: nobody but an Admin changes it. */
const areas: [key: string, label: string, only?: 'view'][] = [
  ['resources', 'Integrations and resources'],
  ['tests', 'Tests and exceptions'],
  ['controls', 'Controls and frameworks'],
  ['documents', 'Documents'],
  ['policies', 'Policies'],
  ['accounts', 'Accounts'],
  ['access-reviews', 'Access reviews'],
  ['computers', 'Computers', 'view'],
  ['vulnerabilities', 'Vulnerabilities'],
  ['people', 'People'],
  ['users', 'Members and roles', 'view'],
  ['audit-trail', 'Audit trail', 'view'],
  ['settings', 'Settings', 'view'],
];

function Save({ children }: { children: string }) {
  return (
    <Button busy={useFormBusy()} look="primary" type="submit">
      {children}
    </Button>
  );
}

function Areas({ role }: { role?: Role }) {
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1 font-medium text-sm">What it may do</legend>
      {areas.map(([key, label, only]) => (
        <div className="grid grid-cols-[minmax(0,1fr)_128px] items-center gap-3" key={key}>
          <span aria-hidden className="text-sm">
            {label}
          </span>
          <SelectField defaultValue={role?.areas?.[key] ?? 'none'} label={<span className="sr-only">{label}</span>} name={`area ${key}`} pointer={`/areas/${key}`}>
            <option value="none">Nothing</option>
            <option value="view">See</option>
            {only === undefined && <option value="edit">Change</option>}
          </SelectField>
        </div>
      ))}
    </fieldset>
  );
}

const areasOf = (values: Record<string, string>) => Object.fromEntries(Object.entries(values).filter(([name]) => name.startsWith('area ')).map(([name, value]) => [name.slice('area '.length), value]));

/** A role of one's own: made, changed, deleted. */
function Custom({ close, role }: { close: () => void; role?: Role }) {
  const refresh = useRefresh();
  const changed = () => refresh('/v1/roles', '/v1/users', '/v1/event-logs');
  return (
    <div className="grid gap-6">
      <Form
        send={async ({ name = '', ...values }) => {
          const body = { areas: areasOf(values), name };
          if (role) await send('PATCH', '/v1/roles/{roleId}', { body, path: { roleId: role.id } });
          else await send('POST', '/v1/roles', { body });
          await changed();
          close();
        }}
      >
        <Field autoComplete="off" data-missing="Give the role a name." defaultValue={role?.name} label="Name" maxLength={100} name="name" placeholder="Security engineer" required />
        <Areas role={role} />
        <div>
          <Save>{role ? 'Save' : 'Make the role'}</Save>
        </div>
      </Form>
      {role && (
        <div>
          <ConfirmButton
            look="danger"
            send={async () => {
              await send('DELETE', '/v1/roles/{roleId}', { path: { roleId: role.id } });
              await changed();
              close();
            }}
            text={role.userCount > 0 ? `${count(role.userCount, 'member')} still ${role.userCount === 1 ? 'has' : 'have'} it: give them another role first.` : 'Nobody has it.'}
            title="Delete the role"
            trigger="quiet"
            verb="Delete"
          >
            Delete the role
          </ConfirmButton>
        </div>
      )}
    </div>
  );
}

/** One role: what it may do, and who has it; a custom one can be changed by whoever manages roles. */
export function RoleDrawer({ close, shown: role }: { close: () => void; shown: Role | 'new' }) {
  const can = useCan();
  const manages = can('manage users and roles');
  if (role === 'new')
    return (
      <Drawer close={close} subtitle="Beside the built-in ones" title="New role">
        <Custom close={close} />
      </Drawer>
    );
  return (
    <Drawer close={close} subtitle={role.description || (role.builtIn ? 'Built in' : 'A role of your own')} title={role.name}>
      <div className="grid gap-6">
        <p className="text-sm">
          <PlaceLink href={`/settings/members?role=${role.id}`}>{count(role.userCount, 'member')}</PlaceLink> {role.userCount === 1 ? 'has' : 'have'} it.{role.mayOwn && ' Members may own tests, controls and documents, and work on those.'}
        </p>
        {!role.builtIn && manages ? (
          <Custom close={close} role={role} />
        ) : (
          <Part title="What it may do">
            <ul className="grid list-disc gap-1 pl-5 text-sm">
              {role.permissions.map((one) => (
                <li key={one}>{one.charAt(0).toUpperCase() + one.slice(1)}</li>
              ))}
            </ul>
          </Part>
        )}
      </div>
    </Drawer>
  );
}
