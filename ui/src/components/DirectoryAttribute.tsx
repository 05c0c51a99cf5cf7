// SPDX-License-Identifier: Apache-2.0

import { useId, useState } from 'react';

import { send } from '../lib/api';
import { type Directory, learned } from '../lib/guide';
import { useCan, useRefresh } from '../lib/session';
import { useTask } from '../lib/task';
import { Button } from './Button';
import { Latest } from './DirectoryLatest';
import { ErrorNote } from './ErrorNote';
import { Field, Form, useFormBusy } from './Form';

function Save() {
  return (
    <Button busy={useFormBusy()} type="submit">
      Save
    </Button>
  );
}

/** Names the attribute that carries the role, and shows what comes of it. */
export function AttributeForm({ directory }: { directory: Directory }) {
  return (
    <div className="grid max-w-md grid-cols-[minmax(0,1fr)] gap-5">
      <Name directory={directory} />
      <Latest directory={directory} />
    </div>
  );
}

/** Takes a name, of those that arrived or any other. */
function Name({ directory }: { directory: Directory }) {
  const can = useCan();
  const refresh = useRefresh();
  const [saved, setSaved] = useState(false);
  const { error, run } = useTask();
  const offered = useId();
  if (!can('manage provisioning')) return <p className="text-sm">{directory.roleAttribute ? <>The attribute <code className="font-mono">{directory.roleAttribute}</code> carries the role.</> : 'No attribute carries the role.'}</p>;
  const save = async ({ roleAttribute = '' }: Record<string, string>) => {
    setSaved(false);
    await send('PATCH', '/v1/directories/{directoryId}', { body: { roleAttribute: roleAttribute.trim() }, path: { directoryId: directory.id } });
    await refresh('/v1/directories');
    setSaved(true);
  };
  const others = learned(directory);
  return (
    <>
      <Form className="grid gap-3" key={directory.roleAttribute} send={save}>
        <Field
          autoCapitalize="none"
          autoComplete="off"
          defaultValue={directory.roleAttribute}
          hint="The name of the attribute of users, as it arrives. Empty: groups and the default role decide."
          label="Directory Provider Value"
          list={offered}
          name="roleAttribute"
          onChange={() => setSaved(false)}
          placeholder={directory.provider === 'entra' ? 'roles' : 'muster_roles'}
          spellCheck={false}
        />
        <datalist id={offered}>
          {directory.offeredAttributes.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </datalist>
        <div className="flex items-center gap-3">
          <Save />
          {saved && (
            <span className="text-pass text-sm" role="status">
              Saved.
            </span>
          )}
          {directory.rolesAreBeingGiven && <span className="text-soft text-sm">The roles are being given to those who are here.</span>}
        </div>
      </Form>
      {others.length > 0 && (
        <div className="flex flex-wrap items-center gap-2 text-sm">
          <span className="text-soft">Other names known here:</span>
          {others.map((name) => (
            <Button key={name} onClick={() => run(() => save({ roleAttribute: name }))}>
              Use <code className="font-mono">{name}</code>
            </Button>
          ))}
        </div>
      )}
      <ErrorNote error={error} />
    </>
  );
}

/** The role of whom neither attribute nor group gives one. It cannot be Admin. */
export function DefaultRole({ directory }: { directory: Directory }) {
  const can = useCan();
  const refresh = useRefresh();
  const { error, run } = useTask();
  const id = useId();
  const choose = async (defaultRole: string) => {
    await send('PATCH', '/v1/directories/{directoryId}', { body: { defaultRole }, path: { directoryId: directory.id } });
    await refresh('/v1/directories');
  };
  return (
    <div className="grid max-w-md gap-1.5">
      <label className="font-medium text-sm" htmlFor={id}>
        Default role
      </label>
      <select className="h-9 w-full rounded-md border border-line-strong bg-panel px-2 text-base disabled:bg-sunk disabled:text-soft" disabled={!can('manage provisioning')} id={id} onChange={(event) => run(() => choose(event.target.value))} value={directory.defaultRole.id}>
        {directory.roles
          .filter((role) => role.name !== 'Admin')
          .map((role) => (
            <option key={role.id} value={role.id}>
              {role.name}
            </option>
          ))}
      </select>
      <p className="text-soft text-sm">Of whom neither the attribute nor a group gives one. Nobody rises by a loss: who loses attribute or group keeps the last role where this one may do more.</p>
      <ErrorNote error={error} />
    </div>
  );
}
