// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';
import { useLocation } from 'wouter';

import { Refusal, send } from '../lib/api';
import type { Hook } from '../lib/hooks';
import { keepSecret } from '../lib/secrets';
import { useRefresh } from '../lib/session';
import { CopyField } from './CopyField';
import { Drawer } from './Drawer';
import { EventTypes } from './EventTypes';
import { Field, Form } from './Form';
import { FormFoot } from './FormFoot';

/** Refuses a choice of no types, which for the server is all of them. */
export function chosen(wanted: string[] | undefined): string[] {
  if (wanted === undefined) throw new Refusal(0, 'Choose some types of events', [{ message: 'Choose one at least, or all events', pointer: '/types' }]);
  return wanted;
}

/** The form of a webhook, new or there already. */
export function WebhookForm({ close, hook }: { close: () => void; hook?: Hook }) {
  const [, navigate] = useLocation();
  const refresh = useRefresh();
  const [wanted, setWanted] = useState<string[] | undefined>(hook?.types ?? ['test.*']);
  const save = async ({ keepDays = '', name = '', url = '' }: Record<string, string>) => {
    const body = { keepDays: keepDays === '' ? undefined : Number(keepDays), name: name.trim(), types: chosen(wanted), url: url.trim() };
    if (hook) {
      await send('PATCH', '/v1/webhooks/{webhookId}', { body, path: { webhookId: hook.id } });
      close();
    } else {
      const made = await send('POST', '/v1/webhooks', { body });
      keepSecret(made.id, made.secret);
      navigate(`/settings/webhooks/${made.id}?tab=setup`);
    }
    await refresh('/v1/webhooks');
  };
  return (
    <Drawer close={close} subtitle={hook ? 'What waits already is sent as it was made.' : 'It is told what happens from now on.'} title={hook ? `Edit ${hook.name}` : 'New webhook'}>
      <Form send={save}>
        <Field autoComplete="off" data-missing="Give it a name, such as Alerts." defaultValue={hook?.name} hint={hook ? undefined : 'As it stands in lists and on the audit trail: Alerts, Ticket system.'} label="Name" name="name" required />
        <Field autoCapitalize="none" autoComplete="off" data-missing="Say where messages go." defaultValue={hook?.url} hint="Gets a POST with JSON for each event, and answers 2xx within 15 seconds." inputMode="url" label="Address" name="url" placeholder="https://hooks.example.com/muster" required spellCheck={false} />
        <EventTypes set={setWanted} wanted={wanted} />
        <Field defaultValue={String(hook?.keepDays ?? 30)} hint="Days for which the log keeps what has come to an end." label="Keep the log" max={365} min={1} name="keepDays" type="number" />
        <FormFoot close={close} text={hook ? 'Save' : 'Create the webhook'} />
      </Form>
      {!hook && (
        <section className="mt-6 grid grid-cols-[minmax(0,1fr)] gap-2 rounded-lg border bg-ground p-4">
          <h3 className="font-semibold text-sm">From the command line</h3>
          <CopyField label="command" text={"muster admin webhook create alerts https://hooks.example.com/muster --types 'test.*,sync.refused'"} />
        </section>
      )}
    </Drawer>
  );
}
