// SPDX-License-Identifier: Apache-2.0

import { Hash, Plus } from 'lucide-react';

import { useQueryState } from '../lib/address';
import { type Schema, send, sentence, useGet, usePages } from '../lib/api';
import { useCan, useRefresh } from '../lib/session';
import { useTask } from '../lib/task';
import { count } from '../lib/words';
import { Section } from './ApplicationCredentials';
import { Button } from './Button';
import { EmptyState } from './EmptyState';
import { ErrorNote } from './ErrorNote';
import { NotificationChannel } from './NotificationChannel';
import { StatusChip } from './StatusChip';
import { Switch } from './Switch';

type Channel = Schema<'NotificationChannel'>;

/** What a channel is told, in a few words. */
function told({ choices, tests }: Channel): string {
  const on = Object.values(choices).filter((one) => one !== 'off').length;
  const said = on === 0 ? 'Told of nothing' : `Told of ${count(on, 'kind')} of events`;
  return tests.length === 0 ? said : `${said}, for ${count(tests.length, 'test')}`;
}

function Row({ channel, open }: { channel: Channel; open: () => void }) {
  const refresh = useRefresh();
  const may = useCan()('manage notifications');
  const { busy, error, run } = useTask();
  const set = async (enabled: boolean) => {
    await send('PATCH', '/v1/notifications/channels/{channelId}', { body: { enabled }, path: { channelId: channel.id } });
    await refresh('/v1/notifications');
  };
  return (
    <li className="grid grid-cols-[minmax(0,1fr)] gap-2 border-b px-4 py-3 last:border-b-0">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-48">
          <p className="flex flex-wrap items-center gap-2">
            <span className="break-all font-medium">{channel.name}</span>
            {!channel.enabled && <StatusChip quiet word={{ text: 'Switched off', tone: 'none' }} />}
          </p>
          <p className="text-soft text-sm">
            <span className="break-all">{channel.address}</span> · {told(channel)}
          </p>
          {channel.offBecause && <p className="break-words text-risk text-sm">{sentence(channel.offBecause)}</p>}
        </div>
        <Switch disabled={busy || !may} label={`Tell ${channel.name}`} on={channel.enabled} set={(on) => run(() => set(on))} />
        <Button aria-label={`${may ? 'Edit' : 'Look at'} ${channel.name}`} onClick={open}>
          {may ? 'Edit' : 'Look'}
        </Button>
      </div>
      <ErrorNote error={error} />
    </li>
  );
}

/** The Slack channels of the workspace; ?channel= whose drawer is open, "new" for another. */
export function NotificationChannels() {
  const [query, change] = useQueryState();
  const may = useCan()('manage notifications');
  const list = usePages('/v1/notifications/channels');
  const settings = useGet('/v1/notifications/settings');
  const chosen = query.get('channel');
  const one = list.rows.find(({ id }) => id === chosen);
  const none = !list.isLoading && !list.error && list.rows.length === 0;
  const add = may && (
    <Button look={none ? 'primary' : 'plain'} onClick={() => change({ channel: 'new' }, { push: true })}>
      <Plus aria-hidden className="size-3.5" />
      Add a channel
    </Button>
  );
  return (
    <Section actions={!none && add} lead="Everybody in the channel reads what it is told, whatever their role here. Nothing secret is in it: names and counts." title="Slack channels">
      <ErrorNote error={list.error} />
      {none && (
        <EmptyState action={add} command={'muster admin notification channel add "#security" < url.txt'} Icon={Hash} title="No channels yet">
          In Slack, make an app with an incoming webhook for the channel, and enter its URL here.
        </EmptyState>
      )}
      {list.rows.length > 0 && (
        <ul className="rounded-lg border bg-panel">
          {list.rows.map((channel) => (
            <Row channel={channel} key={channel.id} open={() => change({ channel: channel.id }, { push: true })} />
          ))}
        </ul>
      )}
      {settings.data && chosen && (one || (chosen === 'new' && may)) && (
        <NotificationChannel categories={settings.data.categories} channel={one} close={() => change({ channel: '' })} key={chosen} made={(id) => change({ channel: id })} />
      )}
    </Section>
  );
}
