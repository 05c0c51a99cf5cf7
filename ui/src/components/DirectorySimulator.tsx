// SPDX-License-Identifier: Apache-2.0

import { useId, useState } from 'react';

import { type Schema, send } from '../lib/api';
import type { Directory } from '../lib/guide';
import { useCan, useRefresh } from '../lib/session';
import { Button } from './Button';
import { ConfirmButton } from './ConfirmButton';
import { Field, Form, SelectField, useFormBusy } from './Form';

function Ask({ children }: { children: string }) {
  return (
    <Button busy={useFormBusy()} type="submit">
      {children}
    </Button>
  );
}

const listOf = (text = '') =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);

/** Somebody who has not arrived, as the provider might send them. */
function Suppose({ directory, send: suppose }: { directory: Directory; send: (body: Schema<'DirectorySupposed'>) => Promise<void> }) {
  const [had, setHad] = useState('');
  return (
    <details>
      <summary className="cursor-pointer text-sm">Somebody who has not arrived</summary>
      <Form
        className="mt-3 grid gap-3"
        send={({ currentRole = '', email = '', groups, nothingNew, values }) =>
          suppose({
            ...(email.trim() && { email: email.trim() }),
            ...(currentRole && { currentRole }),
            groups: listOf(groups),
            nothingNew: nothingNew === 'on',
            values: listOf(values),
          })
        }
      >
        <Field
          autoCapitalize="none"
          autoComplete="off"
          disabled={!directory.roleAttribute}
          hint={directory.roleAttribute ? 'An id, slug or name of a role; several with commas between.' : 'The directory names no attribute for roles yet.'}
          label={directory.roleAttribute ? `Value of ${directory.roleAttribute}` : 'Value of the attribute'}
          name="values"
          placeholder="editor"
          spellCheck={false}
        />
        <Field autoComplete="off" hint="Names of groups that were pushed, with commas between." label="In the groups" name="groups" spellCheck={false} />
        <SelectField label="Role so far" name="currentRole" onChange={({ target }) => setHad(target.value)} value={had}>
          <option value="">None: they are new</option>
          {directory.roles.map((role) => (
            <option key={role.id} value={role.id}>
              {role.name}
            </option>
          ))}
        </SelectField>
        {had !== '' && (
          <label className="flex items-start gap-2 text-sm">
            <input className="mt-0.5 size-4 accent-[var(--color-accent-fill)]" name="nothingNew" type="checkbox" />
            They had all of this before, and something else was taken away
          </label>
        )}
        <Field autoCapitalize="none" autoComplete="off" hint="Optional: says also what there is already under it." label="Their e-mail" name="email" spellCheck={false} type="email" />
        <div>
          <Ask>Suppose it</Ask>
        </div>
      </Form>
    </details>
  );
}

/** What somebody would get, and why, without anything being changed. known: names to offer. */
export function DirectorySimulator({ directory, known }: { directory: Directory; known: string[] }) {
  const can = useCan();
  const refresh = useRefresh();
  const offered = useId();
  const [result, setResult] = useState<Schema<'DirectorySimulation'>>();
  const ask = async (body: Schema<'DirectorySimulateInput'>) => {
    setResult(undefined);
    setResult(await send('POST', '/v1/directories/{directoryId}/simulate', { body, path: { directoryId: directory.id } }));
  };
  const adopt = async () => {
    await send('POST', '/v1/directories/{directoryId}/users/{userId}/adopt', { path: { directoryId: directory.id, userId: result?.userId ?? '' } });
    setResult(undefined);
    await refresh('/v1/directories', '/v1/users');
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <Form className="grid gap-3" send={({ user = '' }) => ask({ user: user.trim() })}>
        <Field autoCapitalize="none" autoComplete="off" hint="User name or e-mail of somebody who has arrived." label="What would they get?" list={offered} name="user" placeholder="jane@example.com" required spellCheck={false} />
        <datalist id={offered}>
          {known.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </datalist>
        <div>
          <Ask>Say it</Ask>
        </div>
      </Form>
      <Suppose directory={directory} send={(suppose) => ask({ suppose })} />
      {result && (
        <div className="grid gap-2 rounded-lg border bg-sunk p-3" role="status">
          <p>
            <span className="text-soft">{result.name || result.userName || result.email || 'Somebody like this'} gets</span> <strong className="font-semibold">{result.role.name}</strong>
            {result.lastRole && result.lastRole !== result.role.name && <span className="text-soft"> (so far {result.lastRole})</span>}
          </p>
          <ol className="grid gap-1 text-soft text-sm">
            {result.steps.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ol>
          {result.userId !== '' && result.accountId === '' && (
            <div className="grid gap-2 text-sm">
              <p className="text-risk">The directory manages no account of theirs. Where one was made here by hand, it can be handed over.</p>
              {can('manage provisioning') && (
                <div>
                  <ConfirmButton send={adopt} text={`From then on ${directory.name} decides on the name, the role and the status of this account.`} title={`Hand the account of ${result.name || result.userName} over`} verb="Hand it over">
                    Hand the account over
                  </ConfirmButton>
                </div>
              )}
            </div>
          )}
        </div>
      )}
    </div>
  );
}
