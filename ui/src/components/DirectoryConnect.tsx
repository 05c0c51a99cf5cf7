// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';
import { useLocation } from 'wouter';

import { send } from '../lib/api';
import { firstName, providers } from '../lib/provider';
import { keepSecret } from '../lib/secrets';
import { useRefresh } from '../lib/session';
import { Button } from './Button';
import { Drawer } from './Drawer';
import { Field, Form, useFormBusy } from './Form';

function Submit() {
  return (
    <Button busy={useFormBusy()} look="primary" type="submit">
      Connect
    </Button>
  );
}

/** Connects an identity provider: which one, and its name here. Leads to its admin portal, where the first token is shown. */
export function DirectoryConnect({ close }: { close: () => void }) {
  const [, navigate] = useLocation();
  const refresh = useRefresh();
  const [provider, setProvider] = useState('okta');
  const [name, setName] = useState<string>();
  const connect = async () => {
    const made = await send('POST', '/v1/directories', { body: { name: name ?? firstName(provider), provider } });
    keepSecret(made.id, made.token);
    await refresh('/v1/directories');
    navigate(`/settings/provisioning/${made.id}`);
  };
  return (
    <Drawer close={close} subtitle="It gets an address and a token of its own. Nothing comes until you enter them there." title="Connect an identity provider">
      <Form send={connect}>
        <fieldset className="grid gap-2">
          <legend className="mb-1.5 font-medium text-sm">Provider</legend>
          {providers.map((one) => (
            <label className={`flex cursor-pointer gap-3 rounded-md border px-3 py-2 ${one.key === provider ? 'border-accent bg-accent-soft' : 'hover:bg-hover'}`} key={one.key}>
              <input aria-label={one.name} checked={one.key === provider} className="mt-1 size-4 shrink-0 accent-[var(--color-accent-fill)]" name="provider" onChange={() => setProvider(one.key)} type="radio" value={one.key} />
              <span>
                <span className="block font-medium">{one.name}</span>
                <span className="block text-soft text-sm">{one.note}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <Field hint="As it is called here: in the trail, and behind people who come from it." label="Name" name="name" onChange={(event) => setName(event.target.value)} required value={name ?? firstName(provider)} />
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Submit />
        </div>
      </Form>
    </Drawer>
  );
}
