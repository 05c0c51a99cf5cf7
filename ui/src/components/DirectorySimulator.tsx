// SPDX-License-Identifier: Apache-2.0

import { useId, useState } from 'react';

import { type Schema, send } from '../lib/api';
import type { Directory } from '../lib/guide';
import { useCan, useRefresh } from '../lib/session';
import { Button } from './Button';
import { ConfirmButton } from './ConfirmButton';
import { Field, Form, useFormBusy } from './Form';

function Ask() {
  return (
    <Button busy={useFormBusy()} type="submit">
      Say it
    </Button>
  );
}

/** What somebody would get, and why, without anything being changed. known: names to offer. */
export function DirectorySimulator({ directory, known }: { directory: Directory; known: string[] }) {
  const can = useCan();
  const refresh = useRefresh();
  const offered = useId();
  const [result, setResult] = useState<Schema<'DirectorySimulation'>>();
  const ask = async ({ user = '' }: Record<string, string>) => {
    setResult(undefined);
    setResult(await send('POST', '/v1/directories/{directoryId}/simulate', { body: { user: user.trim() }, path: { directoryId: directory.id } }));
  };
  const adopt = async () => {
    await send('POST', '/v1/directories/{directoryId}/users/{userId}/adopt', { path: { directoryId: directory.id, userId: result?.userId ?? '' } });
    setResult(undefined);
    await refresh('/v1/directories', '/v1/users');
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <Form className="grid gap-3" send={ask}>
        <Field autoCapitalize="none" autoComplete="off" hint="User name or e-mail of somebody who has arrived." label="What would they get?" list={offered} name="user" placeholder="jane@example.com" required spellCheck={false} />
        <datalist id={offered}>
          {known.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </datalist>
        <div>
          <Ask />
        </div>
      </Form>
      {result && (
        <div className="grid gap-2 rounded-lg border bg-sunk p-3" role="status">
          <p>
            <span className="text-soft">{result.name || result.userName} gets</span> <strong className="font-semibold">{result.role.name}</strong>
            {result.lastRole && result.lastRole !== result.role.name && <span className="text-soft"> (so far {result.lastRole})</span>}
          </p>
          <ol className="grid gap-1 text-soft text-sm">
            {result.steps.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ol>
          {result.accountId === '' && (
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
