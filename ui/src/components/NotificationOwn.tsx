// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';

import { type Schema, send, sentence, useGet } from '../lib/api';
import { timing } from '../lib/notifications';
import { useCan, useRefresh, useSession } from '../lib/session';
import { useTask } from '../lib/task';
import { Section } from './ApplicationCredentials';
import { Button } from './Button';
import { ConfirmButton } from './ConfirmButton';
import { ErrorNote } from './ErrorNote';
import { Field, Form, useFormBusy } from './Form';
import { MailMissing } from './MailMissing';
import { NotificationChoices, type Way } from './NotificationChoices';
import { NotificationTests } from './NotificationTests';
import { NotificationTry } from './NotificationTry';
import { StatusChip } from './StatusChip';
import { Switch } from './Switch';

type Preferences = Schema<'NotificationPreferences'>;

const useChanged = () => {
  const refresh = useRefresh();
  return () => refresh('/v1/notifications');
};

/** The mail of the user: on, or ended by who unsubscribed, with the way back. */
function Mail({ preferences }: { preferences: Preferences }) {
  const changed = useChanged();
  const { user } = useSession();
  const { busy, error, run } = useTask();
  const { enabled } = preferences.email;
  const set = async (on: boolean) => {
    await send('PATCH', '/v1/notifications/preferences', { body: { email: { enabled: on } } });
    await changed();
  };
  return (
    <li className="grid grid-cols-[minmax(0,1fr)] gap-2 border-b px-4 py-3 last:border-b-0">
      <div className="flex items-start gap-4">
        <div className="min-w-0 flex-1">
          <p className="font-medium">E-mail</p>
          <p className="break-words text-soft text-sm">{user.email}</p>
        </div>
        <Switch disabled={busy} label="E-mail" on={enabled} set={(on) => run(() => set(on))} />
      </div>
      {!enabled && <p className="rounded-md bg-risk-soft px-3 py-2 text-sm">You have unsubscribed: no notification is mailed to you, whatever is chosen below. Switch it on to undo that.</p>}
      {!preferences.sendsMail && <MailMissing />}
      <ErrorNote error={error} />
    </li>
  );
}

function Submit({ text }: { text: string }) {
  return (
    <Button busy={useFormBusy()} type="submit">
      {text}
    </Button>
  );
}

/** The field that takes the URL of an incoming webhook, which nobody reads again. */
export function WebhookField({ hint, label = 'URL of an incoming webhook', required = true }: { hint?: string; label?: string; required?: boolean }) {
  return (
    <Field
      autoComplete="off"
      data-missing="Enter the URL that Slack shows for the webhook."
      hint={hint ?? 'Who knows it may post to the channel. It is kept sealed, and never shown again.'}
      label={label}
      name="url"
      placeholder="https://hooks.slack.com/services/…"
      required={required}
      spellCheck={false}
    />
  );
}

/** The user's own Slack channel: set, replaced, taken away. */
function Slack({ preferences }: { preferences: Preferences }) {
  const changed = useChanged();
  const [adding, setAdding] = useState(false);
  const { slack } = preferences;
  const put = async ({ url = '' }: Record<string, string>) => {
    await send('PUT', '/v1/notifications/preferences/slack', { body: { url } });
    await changed();
    setAdding(false);
  };
  const drop = async () => {
    await send('DELETE', '/v1/notifications/preferences/slack');
    await changed();
  };
  return (
    <li className="grid grid-cols-[minmax(0,1fr)] gap-2 px-4 py-3">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-48">
          <p className="flex flex-wrap items-center gap-2">
            <span className="font-medium">Own Slack channel</span>
            {slack && !slack.enabled && <StatusChip quiet word={{ text: 'Switched off', tone: 'risk' }} />}
          </p>
          <p className={`text-soft text-sm ${slack ? 'break-all' : ''}`}>{slack ? slack.address : 'None. A webhook to a channel, or to a message to yourself, tells you alone.'}</p>
          {slack?.offBecause && <p className="text-risk text-sm">{sentence(slack.offBecause)} Enter its URL again, or another, to switch it on.</p>}
        </div>
        {slack ? (
          <span className="flex gap-2">
            <ConfirmButton fields={<WebhookField />} key="replace" send={put} text="From now on you are told there." title="Another Slack channel" verb="Replace">
              Replace
            </ConfirmButton>
            <ConfirmButton key="remove" look="danger" send={drop} text="What waits for it is dropped. Your choices for it go with it." title="Take the Slack channel away" trigger="quiet" verb="Take it away">
              Take away
            </ConfirmButton>
          </span>
        ) : (
          !adding && <Button onClick={() => setAdding(true)}>Add one</Button>
        )}
      </div>
      {adding && !slack && (
        <Form send={put}>
          <WebhookField />
          <div className="flex gap-2">
            <Submit text="Add it" />
            <Button look="quiet" onClick={() => setAdding(false)}>
              Cancel
            </Button>
          </div>
        </Form>
      )}
    </li>
  );
}

/** The choices of the user, by each way that there is. */
function Choices({ preferences }: { preferences: Preferences }) {
  const changed = useChanged();
  const can = useCan();
  const { categories, defaults, email, slack } = preferences;
  const set = (way: 'email' | 'slack') => async (category: string, choice: string) => {
    await send('PATCH', '/v1/notifications/preferences', { body: { [way]: { choices: { [category]: choice === '' ? null : choice } } } });
    await changed();
  };
  const ways: Way[] = [
    { base: defaults, chosen: email.choices, label: 'E-mail', set: set('email') },
    ...(slack ? [{ base: defaults, chosen: slack.choices, label: 'Own Slack channel', set: set('slack') }] : []),
  ];
  return (
    <Section lead={timing(preferences)} title="What you hear of">
      <NotificationChoices categories={categories} note={can('manage notifications') ? undefined : 'Admins hear of it unasked; you hear what you choose.'} title="What concerns you" ways={ways} />
    </Section>
  );
}

/** What the user hears of, by what, and of which tests. */
export function NotificationOwn() {
  const answer = useGet('/v1/notifications/preferences');
  if (answer.error && !answer.data) return <ErrorNote error={answer.error} retry={() => void answer.refetch()} />;
  if (!answer.data) return null;
  const preferences = answer.data;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
      <Section lead="A test message goes to each of them, to see whether it comes." title="Where you are told">
        <ul className="rounded-lg border bg-panel">
          <Mail preferences={preferences} />
          <Slack preferences={preferences} />
        </ul>
        {(preferences.sendsMail || preferences.slack?.enabled) && <NotificationTry label="Send me a test message" own start={() => send('POST', '/v1/notifications/preferences/test')} />}
      </Section>
      <Choices preferences={preferences} />
      <NotificationTests tests={preferences.tests} />
    </div>
  );
}
