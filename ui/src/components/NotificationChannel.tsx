// SPDX-License-Identifier: Apache-2.0

import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';

import { type Schema, send, useGet } from '../lib/api';
import { findTests } from '../lib/find';
import { type Category, ofNobody } from '../lib/notifications';
import { useCan, useRefresh } from '../lib/session';
import { Button } from './Button';
import { ConfirmButton } from './ConfirmButton';
import { CopyButton } from './CopyField';
import { Drawer } from './Drawer';
import { Facts, Part } from './Facts';
import { Field, Form, useFormBusy } from './Form';
import { NotificationChoices } from './NotificationChoices';
import { WebhookField } from './NotificationOwn';
import { NotificationTry } from './NotificationTry';
import { Picker } from './Picker';
import { PlaceLink } from './PlaceLink';
import { RelativeTime } from './RelativeTime';

type Channel = Schema<'NotificationChannel'>;

/** A test by its name; a test that is gone by its id. */
function TestName({ testId }: { testId: string }) {
  const can = useCan();
  const answer = useGet('/v1/tests/{testId}', { path: { testId } }, { enabled: can('read tests'), retry: false });
  return <PlaceLink href={`/tests/${testId}`}>{answer.data?.name ?? testId}</PlaceLink>;
}

/** The tests that a channel is told of. */
function Tests({ set, tests }: { set?: (tests: string[]) => void; tests: string[] }) {
  const add =
    set &&
    tests.length < 500 && (
      <Picker
        find={findTests(new Set(tests))}
        label="Test"
        name={`tests beside ${tests.join()}`}
        pick={(choice) => {
          if (choice) set([...tests, choice.id]);
          return Promise.resolve();
        }}
        trigger={
          <Button>
            <Plus aria-hidden className="size-3.5" />
            Add a test
          </Button>
        }
      />
    );
  return (
    <Part aside={add} title="Tests">
      {tests.length === 0 && <p className="text-soft text-sm">Of all tests. Add some to be told of these alone.</p>}
      <ul className="grid gap-1">
        {tests.map((testId) => (
          <li className="flex items-center gap-2 rounded-md border bg-sunk px-2 py-1 text-sm" key={testId}>
            <span className="min-w-0 flex-1 truncate">
              <TestName testId={testId} />
            </span>
            {set && (
              <button aria-label="Take the test out" className="rounded-md p-1 text-soft hover:bg-hover hover:text-text" onClick={() => set(tests.filter((one) => one !== testId))} type="button">
                <X aria-hidden className="size-3.5" />
              </button>
            )}
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Submit({ text }: { text: string }) {
  return (
    <Button busy={useFormBusy()} look="primary" type="submit">
      {text}
    </Button>
  );
}

/** What a new channel is told: everything by its default but policies, which ask each person for something. */
const usual = (categories: Category[]): Record<string, string> => Object.fromEntries(categories.map((one) => [one.id, one.id === 'policies' ? 'off' : one.default]));

type Props = { categories: Category[]; channel?: Channel; close: () => void; made: (id: string) => void };

/** The form of a channel; who may not change it reads what it says. */
function Edit({ categories, channel, made }: Props) {
  const may = useCan()('manage notifications');
  const refresh = useRefresh();
  const [choices, setChoices] = useState<Record<string, string>>(channel?.choices ?? usual(categories));
  const [tests, setTests] = useState(channel?.tests ?? []);
  const [saved, setSaved] = useState(0); // how often
  const save = async ({ name = '', url = '' }: Record<string, string>) => {
    const said = { choices, name, tests };
    if (!channel) {
      const one = await send('POST', '/v1/notifications/channels', { body: { ...said, url } });
      await refresh('/v1/notifications');
      made(one.id);
      return;
    }
    await send('PATCH', '/v1/notifications/channels/{channelId}', { body: { ...said, url: url || undefined }, path: { channelId: channel.id } });
    await refresh('/v1/notifications');
    setSaved((n) => n + 1);
  };
  const set = (category: string, choice: string) => {
    setChoices((before) => ({ ...before, [category]: choice }));
    return Promise.resolve();
  };
  const told = <NotificationChoices categories={ofNobody(categories)} title="Evidence and program" ways={[{ chosen: choices, label: 'This channel', set: may ? set : undefined }]} />;
  if (!may)
    return (
      <>
        {told}
        <Tests tests={tests} />
      </>
    );
  return (
    <Form key={saved} send={save}>
      <Field autoComplete="off" data-missing="Give the channel a name." defaultValue={channel?.name} hint="As it is called in Slack, such as #security." label="Name" name="name" required />
      <WebhookField hint={channel ? `Now ${channel.address}. It stays unless you enter another.` : undefined} required={!channel} />
      {told}
      <Tests set={setTests} tests={tests} />
      <div className="flex items-center gap-3">
        <Submit text={channel ? 'Save' : 'Add the channel'} />
        <span className="text-pass text-sm" role="status">
          {saved > 0 && 'Saved.'}
        </span>
      </div>
    </Form>
  );
}

function Known({ channel }: { channel: Channel }) {
  return (
    <Facts
      rows={[
        ['Address', <span className="break-all" key="address">{channel.address}</span>],
        ['Added', <RelativeTime at={channel.createdDate} key="added" />],
        ['Switched off', channel.offDate ? <RelativeTime at={channel.offDate} key="off" /> : null],
        ['Why', channel.offBecause || null],
        [
          'Id',
          <span className="flex min-w-0 items-center gap-1" key="id">
            <code className="truncate font-mono text-xs">{channel.id}</code>
            <CopyButton label="Copy the id" text={channel.id} />
          </span>,
        ],
      ]}
    />
  );
}

/** A Slack channel: made, tried, changed, deleted. */
export function NotificationChannel(props: Props) {
  const { channel, close } = props;
  const may = useCan()('manage notifications');
  const refresh = useRefresh();
  const path = { channelId: channel?.id ?? '' };
  const end = async () => {
    await send('DELETE', '/v1/notifications/channels/{channelId}', { path });
    close();
    await refresh('/v1/notifications');
  };
  return (
    <Drawer close={close} subtitle={channel ? undefined : 'By an incoming webhook'} title={channel?.name ?? 'Add a Slack channel'}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
        {channel && <Known channel={channel} />}
        {channel && may && (
          <Part aside={<Link className="text-accent text-sm hover:underline" href={`/settings/notifications?tab=log&to=${channel.id}`}>What it was sent</Link>} title="Try it">
            <NotificationTry label="Send a test message" off={channel.enabled ? undefined : 'It is switched off. Switch it on to try it.'} own={false} start={() => send('POST', '/v1/notifications/channels/{channelId}/test', { path })} />
          </Part>
        )}
        <Edit {...props} />
        {channel && may && (
          <Part title="Delete it">
            <p className="text-soft text-sm">What waits for it is dropped. To be told again, its URL must be entered again.</p>
            <div>
              <ConfirmButton look="danger" send={end} text="The webhook in Slack stays: take it away there as well." title={`Delete ${channel.name}`} verb="Delete it">
                Delete
              </ConfirmButton>
            </div>
          </Part>
        )}
      </div>
    </Drawer>
  );
}
