// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';

import { type Schema, send, useGet } from '../lib/api';
import { hourOf, timing } from '../lib/notifications';
import { useCan, useRefresh } from '../lib/session';
import { Section } from './ApplicationCredentials';
import { Button } from './Button';
import { ErrorNote } from './ErrorNote';
import { Field, Form, SelectField, useFormBusy } from './Form';
import { MailMissing } from './MailMissing';
import { NotificationChoices } from './NotificationChoices';
import { PlaceLink } from './PlaceLink';

type Settings = Schema<'NotificationSettings'>;

function Save() {
  return (
    <Button busy={useFormBusy()} look="primary" type="submit">
      Save
    </Button>
  );
}

/** When messages come: the window, and the hour of digests. */
function Times({ settings }: { settings: Settings }) {
  const refresh = useRefresh();
  const [saved, setSaved] = useState(false);
  const save = async ({ digestHour = '', windowSeconds = '' }: Record<string, string>) => {
    setSaved(false);
    await send('PATCH', '/v1/notifications/settings', { body: { digestHour: Number(digestHour), windowSeconds: Number(windowSeconds) } });
    await refresh('/v1/notifications');
    setSaved(true);
  };
  return (
    <Form className="grid max-w-xl gap-4" onChange={() => setSaved(false)} send={save}>
      <div className="grid items-start gap-3 sm:grid-cols-2">
        <Field defaultValue={settings.windowSeconds} hint="Seconds, up to 86,400. 0 sends at once." inputMode="numeric" label="Window" min={0} name="windowSeconds" required type="number" />
        <SelectField defaultValue={String(settings.digestHour)} hint={<>In {settings.timeZone}, the zone of <PlaceLink href="/deadlines">deadlines</PlaceLink>.</>} label="Hour of the daily digest" name="digestHour">
          {Array.from({ length: 24 }, (_, hour) => (
            <option key={hour} value={String(hour)}>
              {hourOf(hour)}
            </option>
          ))}
        </SelectField>
      </div>
      <div className="flex items-center gap-3">
        <Save />
        <span className="text-pass text-sm" role="status">
          {saved && 'Saved.'}
        </span>
      </div>
    </Form>
  );
}

/** What notifications of the workspace go by. */
export function NotificationWorkspace() {
  const can = useCan();
  const refresh = useRefresh();
  const answer = useGet('/v1/notifications/settings');
  if (answer.error && !answer.data) return <ErrorNote error={answer.error} retry={() => void answer.refetch()} />;
  if (!answer.data) return null;
  const settings = answer.data;
  const may = can('manage notifications');
  const set = async (category: string, choice: string) => {
    await send('PATCH', '/v1/notifications/settings', { body: { choices: { [category]: choice === '' ? null : choice } } });
    await refresh('/v1/notifications');
  };
  const base = Object.fromEntries(settings.categories.map((one) => [one.id, one.default]));
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
      {!settings.sendsMail && <MailMissing />}
      <Section lead={`${timing(settings)} Nobody gets two messages within a window. What is open already keeps its time.`} title="When messages come">
        {may && <Times key={`${String(settings.windowSeconds)}-${String(settings.digestHour)}`} settings={settings} />}
      </Section>
      <Section lead="For everybody who made no choice of their own." title="Defaults">
        <NotificationChoices categories={settings.categories} note="Admins hear of it by these; others hear only what they choose." title="What concerns people" ways={[{ base, chosen: settings.choices, label: 'Who made no choice', set: may ? set : undefined }]} />
      </Section>
    </div>
  );
}
