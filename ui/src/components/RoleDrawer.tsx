// SPDX-License-Identifier: Apache-2.0

import { Check } from 'lucide-react';

import { type Schema, send } from '../lib/api';
import { useCan, useRefresh } from '../lib/session';
import { count, plain } from '../lib/words';
import { ConfirmButton } from './ConfirmButton';
import { CopyField } from './CopyField';
import { Drawer } from './Drawer';
import { Part } from './Facts';
import { Field, Form } from './Form';
import { FormFoot } from './FormFoot';

type Role = Schema<'Role'>;

/** The areas of custom roles, in order; those that can only be seen have no edit. */
const areas: { edit: boolean; key: string; label: string }[] = [
  { edit: true, key: 'tests', label: 'Tests' },
  { edit: true, key: 'resources', label: 'Applications and resources' },
  { edit: true, key: 'documents', label: 'Documents' },
  { edit: true, key: 'controls', label: 'Controls and frameworks' },
  { edit: true, key: 'policies', label: 'Policies' },
  { edit: true, key: 'accounts', label: 'Access' },
  { edit: true, key: 'access-reviews', label: 'Access reviews' },
  { edit: true, key: 'people', label: 'People' },
  { edit: false, key: 'computers', label: 'Computers' },
  { edit: true, key: 'vulnerabilities', label: 'Vulnerabilities' },
  { edit: false, key: 'users', label: 'Users and roles' },
  { edit: false, key: 'settings', label: 'Settings' },
  { edit: false, key: 'audit-trail', label: 'Audit trail' },
];

/** One choice a line: none, view or edit. */
function Areas({ of }: { of: Record<string, string> }) {
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 font-medium text-sm">What it may do</legend>
      <ul className="rounded-lg border">
        {areas.map(({ edit, key, label }) => (
          <li className="flex items-center justify-between gap-3 border-b px-3 py-1.5 last:border-b-0" key={key}>
            <span className="text-sm">{label}</span>
            <select aria-label={label} className="h-8 w-40 shrink-0 rounded-md border border-line-strong bg-panel px-2 text-sm" defaultValue={of[key] ?? 'none'} name={key}>
              <option value="none">Nothing</option>
              <option value="view">See</option>
              {edit && <option value="edit">See and change</option>}
            </select>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

function RoleForm({ close, role }: { close: () => void; role?: Role }) {
  const refresh = useRefresh();
  const save = async ({ name = '', ...chosen }: Record<string, string>) => {
    const body = { areas: chosen, name };
    if (role) await send('PATCH', '/v1/roles/{roleId}', { body, path: { roleId: role.id } });
    else await send('POST', '/v1/roles', { body });
    await refresh('/v1/roles', '/v1/session');
    close();
  };
  return (
    <Form send={save}>
      <Field defaultValue={role?.name} label="Name" name="name" required />
      <Areas of={role?.areas ?? {}} />
      <FormFoot close={close} text={role ? 'Save' : 'Create the role'} />
    </Form>
  );
}

/** A role: what it may do, its ids, and for a custom one its form. */
export function RoleDrawer({ close, role }: { close: () => void; role?: Role }) {
  const can = useCan();
  const refresh = useRefresh();
  const custom = role && !role.builtIn && can('manage users and roles');
  const end = async () => {
    await send('DELETE', '/v1/roles/{roleId}', { path: { roleId: role?.id ?? '' } });
    close();
    await refresh('/v1/roles');
  };
  return (
    <Drawer close={close} subtitle={role ? `${role.builtIn ? 'Built in, so it stays as it is' : 'Custom'} · ${count(role.userCount, 'user')}` : 'Somebody has one role. What no area is given for, it may not do.'} title={role?.name ?? 'New role'}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
        {(!role || custom) && <RoleForm close={close} key={role?.id} role={role} />}
        {role && !custom && (
          <Part title="What it may do">
            <p className="text-soft">{plain(role.description)}.</p>
            <ul className="grid gap-1 text-sm">
              {role.permissions.map((permission) => (
                <li className="flex items-center gap-2" key={permission}>
                  <Check aria-hidden className="size-3.5 shrink-0 text-pass" />
                  {permission.charAt(0).toUpperCase() + permission.slice(1)}
                </li>
              ))}
            </ul>
          </Part>
        )}
        {role && (
          <Part title="What an identity provider sends">
            <CopyField label="id" text={role.id} />
            <CopyField label="slug" text={role.slug} />
          </Part>
        )}
        {custom && (
          <Part title="Delete it">
            <p className="text-soft text-sm">Only a role that nobody has can go.</p>
            <div>
              <ConfirmButton look="danger" send={end} text="Directories that send it raise a warning from then on." title={`Delete ${role.name}`} verb="Delete it">
                Delete
              </ConfirmButton>
            </div>
          </Part>
        )}
      </div>
    </Drawer>
  );
}
