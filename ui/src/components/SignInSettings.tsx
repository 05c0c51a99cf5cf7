// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';

import { type Schema, send, useGet } from '../lib/api';
import { useCan, useRefresh } from '../lib/session';
import { useTask } from '../lib/task';
import { Section } from './ApplicationCredentials';
import { Button } from './Button';
import { ErrorNote } from './ErrorNote';
import { Field, Form, useFormBusy } from './Form';
import { Switch } from './Switch';

type Settings = Schema<'SignInSettings'>;
type Method = keyof Settings['methods'];

const methods: [key: Method, name: string, note: string][] = [
  ['password', 'Password', 'With a second factor for who has set one up. Passwords that are known from a breach are refused.'],
  ['passkey', 'Passkey', 'Fingerprint, face, PIN or security key: needs neither password nor second factor.'],
  ['magicLink', 'Link by mail', 'A link that signs in, once, within a quarter of an hour.'],
  ['oidc', 'OpenID Connect', 'Through the identity providers under Single sign-on.'],
  ['saml', 'SAML', 'Through the identity providers under Single sign-on.'],
];

function Row({ method: [key, name, note], settings }: { method: (typeof methods)[number]; settings: Settings }) {
  const can = useCan();
  const refresh = useRefresh();
  const { busy, error, run } = useTask();
  const noMail = key === 'magicLink' && !settings.mail;
  const set = async (on: boolean) => {
    await send('PATCH', '/v1/sign-in/settings', { body: { methods: { [key]: on } } });
    await refresh('/v1/sign-in/settings');
  };
  return (
    <li className="grid grid-cols-[minmax(0,1fr)] gap-2 border-b px-4 py-3 last:border-b-0">
      <div className="flex items-start gap-4">
        <div className="min-w-0 flex-1">
          <p className="font-medium">{name}</p>
          <p className="text-soft text-sm">
            {note}
            {noMail && ' This server sends no mail yet: start it with --mail-url.'}
          </p>
        </div>
        <Switch disabled={busy || !can('manage sign-in')} label={name} on={settings.methods[key]} set={(on) => run(() => set(on))} />
      </div>
      <ErrorNote error={error} />
    </li>
  );
}

function Save() {
  return (
    <Button busy={useFormBusy()} type="submit">
      Save
    </Button>
  );
}

const units: [minutes: number, name: string][] = [
  [1440, 'day'],
  [60, 'hour'],
  [1, 'minute'],
];

/** Writes minutes in the largest unit that they are whole in: 720 → 12 hours. */
export function span(minutes: number): string {
  const [size, name] = units.find(([one]) => minutes % one === 0) ?? [1, 'minute'];
  const n = minutes / size;
  return `${n.toLocaleString('en-GB')} ${name}${n === 1 ? '' : 's'}`;
}

function Sessions({ settings }: { settings: Settings }) {
  const can = useCan();
  const refresh = useRefresh();
  const [saved, setSaved] = useState(false);
  const { idleMinutes, lifetimeMinutes } = settings.session;
  const save = async (values: Record<string, string>) => {
    setSaved(false);
    await send('PATCH', '/v1/sign-in/settings', { body: { session: { idleMinutes: Number(values['session/idleMinutes']), lifetimeMinutes: Number(values['session/lifetimeMinutes']) } } });
    await refresh('/v1/sign-in/settings');
    setSaved(true);
  };
  return (
    <Section lead={`They end after ${span(idleMinutes)} without use, and ${span(lifetimeMinutes)} after the sign-in. Shorter times hold at once, for those who are signed in too.`} title="Sessions">
      {can('manage sign-in') && (
        <Form className="grid max-w-xl gap-4" key={`${String(idleMinutes)}-${String(lifetimeMinutes)}`} send={save}>
          <div className="grid items-start gap-3 sm:grid-cols-2">
            <Field defaultValue={idleMinutes} hint="5 to 43,200" label="Minutes without use" min={5} name="session/idleMinutes" required type="number" />
            <Field defaultValue={lifetimeMinutes} hint="15 to 129,600" label="Minutes after the sign-in" min={15} name="session/lifetimeMinutes" required type="number" />
          </div>
          <div className="flex items-center gap-3">
            <Save />
            {saved && (
              <span className="text-pass text-sm" role="status">
                Saved.
              </span>
            )}
          </div>
        </Form>
      )}
    </Section>
  );
}

/** How people get in, and how long they stay. */
export function SignInSettings() {
  const answer = useGet('/v1/sign-in/settings');
  if (answer.error && !answer.data) return <ErrorNote error={answer.error} retry={() => void answer.refetch()} />;
  if (!answer.data) return null;
  const settings = answer.data;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
      <Section lead="What the sign-in page offers. The one that the last Admin needs stays on." title="Sign-in methods">
        <ul className="rounded-lg border bg-panel">
          {methods.map((method) => (
            <Row key={method[0]} method={method} settings={settings} />
          ))}
        </ul>
      </Section>
      <Sessions settings={settings} />
    </div>
  );
}
