// SPDX-License-Identifier: Apache-2.0

import { Plus, Webhook } from 'lucide-react';
import { useLocation } from 'wouter';

import { Button } from '../components/Button';
import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { Page } from '../components/Page';
import { PlaceLink } from '../components/PlaceLink';
import { RelativeTime } from '../components/RelativeTime';
import { StatusChip } from '../components/StatusChip';
import { type Column, Table } from '../components/Table';
import { WebhookForm } from '../components/WebhookForm';
import { useQueryState } from '../lib/address';
import { usePages } from '../lib/api';
import { type Hook, hookWord } from '../lib/hooks';
import { useCan } from '../lib/session';
import { wantedWords } from '../lib/wanted';

const look = 5_000; // milliseconds: attempts leave nothing that the pages hear of

const none = <span className="text-faint">-</span>;

/** Why a webhook is told nothing, for whoever points at its state. */
const whyOf = (hook: Hook): string | undefined => hook.disabled?.reason ?? undefined;

const columns: Column<Hook>[] = [
  { cell: (hook) => <span className="font-medium">{hook.name}</span>, head: 'Webhook', key: 'name', width: 'minmax(80px,.8fr)' },
  { cell: (hook) => <span className="text-soft" title={hook.url}>{hook.url.replace(/^https:\/\//, '')}</span>, from: 640, head: 'Address', key: 'url', width: 'minmax(0,1.2fr)' },
  { cell: (hook) => <span title={wantedWords(hook.types)}>{wantedWords(hook.types)}</span>, from: 900, head: 'Events', key: 'events', width: 'minmax(0,1fr)' },
  {
    cell: (hook) => (
      <span className="flex min-w-0 items-center gap-2" title={whyOf(hook)}>
        <StatusChip quiet word={hookWord(hook)} />
      </span>
    ),
    head: 'Status',
    key: 'state',
    width: '116px',
  },
  { align: 'right', cell: (hook) => <RelativeTime at={hook.lastArrivedDate} none="Never" />, from: 480, head: 'Last arrived', key: 'arrived', width: '110px' },
  { align: 'right', cell: (hook) => (hook.failuresOfDay > 0 ? <span className="font-medium text-fail">{hook.failuresOfDay.toLocaleString('en-GB')}</span> : none), from: 760, head: 'Failed in 24 h', key: 'failed', width: '96px' },
  { align: 'right', cell: (hook) => (hook.pending > 0 ? hook.pending.toLocaleString('en-GB') : none), from: 380, head: 'Waiting', key: 'pending', width: '64px' },
];

/** /settings/webhooks: addresses that are told what happens; ?create=1 the form for another. */
export default function Webhooks() {
  const [query, change] = useQueryState();
  const [, navigate] = useLocation();
  const can = useCan();
  const list = usePages('/v1/webhooks', undefined, { refetchInterval: look });
  const may = can('manage webhooks');
  const empty = !list.isLoading && !list.error && list.rows.length === 0;
  const add = (
    <Button look="primary" onClick={() => change({ create: '1' }, { push: true })}>
      <Plus aria-hidden className="size-3.5" />
      New webhook
    </Button>
  );
  return (
    <Page actions={may && !empty && add} lead={<>Addresses that are told what happens, by signed requests. To a syslog server, events go by <PlaceLink href="/settings/streams">Streams</PlaceLink>.</>} title="Webhooks">
      <ErrorNote error={list.error} />
      {empty && (
        <EmptyState action={may && add} command={"muster admin webhook create alerts https://hooks.example.com/muster --types 'test.*'"} Icon={Webhook} title="No webhooks yet">
          A webhook hears of tests that fail, pushes that were refused, roles that were given, within seconds. Each message is signed, kept until it has arrived, and written into a log.
        </EmptyState>
      )}
      {list.rows.length > 0 && <Table columns={columns} label="Webhooks" more={list.more} open={(hook) => navigate(`/settings/webhooks/${hook.id}`)} rowKey={(hook) => hook.id} rows={list.rows} />}
      {query.get('create') && may && <WebhookForm close={() => change({ create: '' })} />}
    </Page>
  );
}
