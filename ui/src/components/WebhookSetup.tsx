// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';
import { useLocation } from 'wouter';

import { useQueryState } from '../lib/address';
import { send } from '../lib/api';
import type { Hook } from '../lib/hooks';
import { keepSecret, useSecret } from '../lib/secrets';
import { useCan, useRefresh } from '../lib/session';
import { verifiers } from '../lib/verify';
import { wantedWords } from '../lib/wanted';
import { count } from '../lib/words';
import { Section } from './ApplicationCredentials';
import { Button } from './Button';
import { ConfirmButton } from './ConfirmButton';
import { CopyButton, CopyField } from './CopyField';
import { EventList } from './EventList';
import { Facts } from './Facts';
import { Field, SelectField } from './Form';
import { OutLink } from './OutLink';
import { RelativeTime } from './RelativeTime';
import { Tabs } from './Tabs';

// One function for all drawings: it is called when the group appears, and not each time that something is read anew.
const takeFocus = (element: HTMLElement | null) => element?.focus({ preventScroll: true });

/** The secret: shown while the page knows it, and made anew. */
function Secret({ hook }: { hook: Hook }) {
  const can = useCan();
  const refresh = useRefresh();
  const secret = useSecret(hook.id);
  const rotate = async () => {
    const made = await send('POST', '/v1/webhooks/{webhookId}/rotate-secret', { path: { webhookId: hook.id } });
    keepSecret(hook.id, made.secret);
    await refresh('/v1/webhooks');
  };
  return (
    <Section
      actions={
        can('manage webhooks') && (
          <ConfirmButton key="rotate" send={rotate} text="A new secret is made and shown once. For 24 hours every message is signed by both, so that receivers change over in their own time." title="Rotate the secret" verb="Rotate">
            Rotate
          </ConfirmButton>
        )
      }
      lead={hook.oldSecretUntilDate ? <>The secret before signs too; that ends <RelativeTime at={hook.oldSecretUntilDate} />.</> : 'Every message is signed by it. It is kept sealed, and nobody is shown it a second time.'}
      title="Secret"
    >
      {secret && (
        <div aria-label="The new secret" className="grid grid-cols-[minmax(0,1fr)] gap-2 rounded-md border border-risk-mark bg-risk-soft p-3" ref={takeFocus} role="group" tabIndex={-1}>
          <p className="text-sm">
            <strong className="font-semibold">Copy it now.</strong> It is gone when you leave or reload this page.
          </p>
          <CopyField label="secret" text={secret} />
        </div>
      )}
    </Section>
  );
}

/** Programs with which a receiver knows that a message is from here. */
function Verify({ hook }: { hook: Hook }) {
  const [language, setLanguage] = useState('node');
  const all = verifiers(hook.url);
  const chosen = all.find(({ key }) => key === language);
  return (
    <Section
      lead={
        <>
          As <OutLink href="https://www.standardwebhooks.com">Standard Webhooks</OutLink> has it: over id, time and body, in the header webhook-signature. The secret stands in the variable WEBHOOK_SECRET.
        </>
      }
      title="Check the signature"
    >
      <Tabs change={setLanguage} tabs={all} value={language}>
        <div className="grid grid-cols-[minmax(0,1fr)] gap-2 pt-3">
          <CopyField label={`program for ${chosen?.label ?? ''}`} text={chosen?.text ?? ''} />
          <p className="text-soft text-sm">
            {language === 'shell' ? 'Your receiver must take it, and must refuse it when one letter of BODY is another after it was signed.' : 'A message may come twice, with the same webhook-id: keep the ids that you have worked on.'}
          </p>
        </div>
      </Tabs>
    </Section>
  );
}

/** Off and on, and what becomes of what happens meanwhile. */
export function OnOff({ hook }: { hook: Hook }) {
  const refresh = useRefresh();
  const path = { webhookId: hook.id };
  if (hook.state === 'DISABLED')
    return (
      <ConfirmButton
        fields={
          <SelectField hint={hook.pending + hook.behind === 0 ? 'Nothing so far.' : `${count(hook.pending, 'message waits', 'messages wait')}, and the evidence has ${count(hook.behind, 'new entry', 'new entries')}.`} label="What it has missed" name="missed">
            <option value="send">Send it, in its order</option>
            <option value="skip">Leave it out</option>
          </SelectField>
        }
        key="enable"
        send={async ({ missed }) => {
          await send('POST', '/v1/webhooks/{webhookId}/enable', { body: { missed: missed as 'send' | 'skip' }, path });
          await refresh('/v1/webhooks');
        }}
        text="Messages go out again at once."
        title={`Switch on ${hook.name}`}
        verb="Switch on"
      >
        Switch on
      </ConfirmButton>
    );
  return (
    <ConfirmButton
      fields={<Field autoComplete="off" hint="Stands here and on the audit trail. May be left empty." label="Why" name="reason" />}
      key="disable"
      send={async ({ reason }) => {
        await send('POST', '/v1/webhooks/{webhookId}/disable', { body: { reason }, path });
        await refresh('/v1/webhooks');
      }}
      text="Nothing is sent until it is switched on. What happens meanwhile is kept for it."
      title={`Switch off ${hook.name}`}
      verb="Switch off"
    >
      Switch off
    </ConfirmButton>
  );
}

function Remove({ hook }: { hook: Hook }) {
  const [, navigate] = useLocation();
  const refresh = useRefresh();
  return (
    <ConfirmButton
      key="delete"
      look="danger"
      send={async () => {
        await send('DELETE', '/v1/webhooks/{webhookId}', { path: { webhookId: hook.id } });
        navigate('/settings/webhooks');
        await refresh('/v1/webhooks');
      }}
      text={<>Nothing is sent to <strong className="font-medium text-text">{hook.name}</strong> any more, and its log goes with it. What happened stays in the evidence.</>}
      title="Delete the webhook"
      verb="Delete it"
    >
      Delete
    </ConfirmButton>
  );
}

/** Where a webhook goes and with what, its secret, and its end. */
export function WebhookSetup({ hook }: { hook: Hook }) {
  const can = useCan();
  const [, change] = useQueryState();
  const may = can('manage webhooks');
  return (
    <div className="grid max-w-3xl grid-cols-[minmax(0,1fr)] gap-8 pt-5">
      <Secret hook={hook} />
      <Verify hook={hook} />
      <Section actions={may && <Button onClick={() => change({ edit: '1' }, { push: true })}>Edit</Button>} title="What it is told">
        <Facts
          rows={[
            ['Address', <span className="break-all" key="url">{hook.url}</span>],
            ['Events', wantedWords(hook.types)],
            ['Log', `Kept for ${count(hook.keepDays, 'day')}`],
            ['Created', <RelativeTime at={hook.creationDate} key="made" />],
            ['Id', <span className="flex items-center" key="id"><code className="truncate font-mono text-sm">{hook.id}</code><CopyButton label="Copy the id" text={hook.id} /></span>],
          ]}
        />
      </Section>
      {may && (
        <Section actions={<><OnOff hook={hook} /><Remove hook={hook} /></>} lead={hook.state === 'DISABLED' ? 'It is told nothing until it is switched on.' : 'Switched off, it is told nothing, and nothing is lost: what happens is kept for it.'} title="Stop it">
          {null}
        </Section>
      )}
      <EventList targetId={hook.id} />
    </div>
  );
}
