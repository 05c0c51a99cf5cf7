// SPDX-License-Identifier: Apache-2.0

import { Inbox, TriangleAlert } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useParams } from 'wouter';

import { Button } from '../components/Button';
import { ConfirmButton } from '../components/ConfirmButton';
import { DeliveryDrawer, NextTry } from '../components/DeliveryDrawer';
import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { type Filter, FilterChips } from '../components/FilterChips';
import { SelectField } from '../components/Form';
import { NotFound } from '../components/NotFound';
import { Page } from '../components/Page';
import { RelativeTime } from '../components/RelativeTime';
import { StatusChip } from '../components/StatusChip';
import { type Column, Table } from '../components/Table';
import { type Tab, Tabs } from '../components/Tabs';
import { WebhookForm } from '../components/WebhookForm';
import { OnOff, WebhookSetup } from '../components/WebhookSetup';
import { useQueryState } from '../lib/address';
import { send, sentence, useGet, usePages } from '../lib/api';
import { type Delivery, type Hook, beat, deliveryWord, hookWord, soon, statusWord } from '../lib/hooks';
import { useNow } from '../lib/now';
import { only } from '../lib/query';
import { useCan, useRefresh } from '../lib/session';
import { useTask } from '../lib/task';
import { readable } from '../lib/time';
import { wantedWords } from '../lib/wanted';
import { count, wordOf } from '../lib/words';

const tabs: Tab[] = [
  { key: 'log', label: 'Deliveries' },
  { key: 'setup', label: 'Set-up' },
];

const states = ['DELIVERED', 'PENDING', 'FAILED', 'SKIPPED'] as const;
const filters: Filter[] = [{ label: 'Status', name: 'state', options: states.map((value) => ({ label: wordOf('delivery', value).text, value })) }];

/** The columns of the log. What comes next, or came back, is said in one place. */
const columnsOf = (hook: Hook): Column<Delivery>[] => [
  {
    cell: (one) => (
      <span className="@max-[560px]:line-clamp-2 @max-[560px]:whitespace-normal @max-[560px]:text-sm @max-[560px]:leading-5" title={readable(one.summary)}>
        {readable(one.summary)}
      </span>
    ),
    head: 'What happened',
    key: 'what',
    width: 'minmax(0,1fr)',
  },
  { cell: (one) => <code className="font-mono text-soft text-xs">{one.type}</code>, from: 1240, head: 'Type', key: 'type', width: '210px' },
  { cell: (one) => <StatusChip quiet word={deliveryWord(one)} />, head: 'Status', key: 'state', width: '108px' },
  { cell: (one) => <span className="text-soft">{one.attempts === 0 ? '-' : statusWord(one.lastStatus)}</span>, from: 680, head: 'Answer', key: 'answer', width: '132px' },
  { align: 'right', cell: (one) => <span className="text-soft">{one.attempts}</span>, from: 1080, head: 'Attempts', key: 'attempts', width: '70px' },
  { cell: (one) => (one.state === 'PENDING' ? <NextTry delivery={one} hook={hook} /> : <span className="text-faint">-</span>), from: 560, head: 'Next try', key: 'next', width: '120px' },
  { align: 'right', cell: (one) => <span className="text-soft"><RelativeTime at={one.creationDate} /></span>, from: 440, head: 'Created', key: 'made', width: '104px' },
];

/** What is wrong with a webhook, and what becomes of it, in words; nothing while all arrives. */
function Trouble({ hook }: { hook: Hook }) {
  const can = useCan();
  const now = useNow();
  const box = (text: ReactNode, action?: ReactNode) => (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 rounded-lg border border-risk-mark bg-risk-soft px-4 py-3 text-sm" role="status">
      <p className="flex min-w-0 items-start gap-2.5">
        <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-risk" />
        <span className="min-w-0 break-words">{text}</span>
      </p>
      {action}
    </div>
  );
  if (hook.disabled)
    return box(
      <>
        Switched off <RelativeTime at={hook.disabled.date} />: {sentence(readable(hook.disabled.reason))} What happens meanwhile is kept for it.
      </>,
      can('manage webhooks') && <OnOff hook={hook} />,
    );
  if (!hook.failingSinceDate) return null;
  const since = <>Nothing has arrived since the first failure, <RelativeTime at={hook.failingSinceDate} />.</>;
  if (hook.restsUntilDate) return box(<>{since} Nobody is there: one message looks whether the receiver is back, {soon(new Date(hook.restsUntilDate), now)}. Then all that waits goes out in its order.</>);
  return box(<>{since} The receiver answers, and its answer is no: each message is tried again by itself, for more than a day.</>);
}

/** How a webhook is doing, in four numbers. */
function Standing({ hook }: { hook: Hook }) {
  const facts: [name: string, value: ReactNode, note: ReactNode][] = [
    ['Last arrived', <RelativeTime at={hook.lastArrivedDate} key="arrived" none="Never" />, null],
    ['Failed attempts', <span className={hook.failuresOfDay > 0 ? 'text-fail' : ''} key="failed">{hook.failuresOfDay.toLocaleString('en-GB')}</span>, 'in 24 hours'],
    ['Waiting', hook.pending.toLocaleString('en-GB'), hook.pendingSinceDate ? <>the oldest since <RelativeTime at={hook.pendingSinceDate} /></> : 'nothing to send'],
    ['Behind', hook.behind.toLocaleString('en-GB'), hook.behind === 0 ? 'up to date' : 'entries of the evidence'],
  ];
  return (
    <dl className="grid grid-cols-2 gap-3 lg:grid-cols-4">
      {facts.map(([name, value, note]) => (
        <div className="grid grid-cols-[minmax(0,1fr)] content-start rounded-lg border bg-panel px-3.5 py-2.5" key={name}>
          <dt className="text-soft text-sm">{name}</dt>
          <dd>
            <span className="block font-semibold text-lg">{value}</span>
            {note && <span className="block text-soft text-xs">{note}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Sends all that failed for good again, since a time. */
function ReplayFailed({ done, hook }: { done: (replayed: number) => void; hook: Hook }) {
  const refresh = useRefresh();
  const spans: [label: string, hours: number][] = [['the last hour', 1], ['the last 24 hours', 24], ['the last 7 days', 24 * 7], [`all that the log keeps, ${count(hook.keepDays, 'day')}`, 24 * 366]];
  return (
    <ConfirmButton
      fields={
        <SelectField defaultValue="24" label="Of" name="hours">
          {spans.map(([label, hours]) => (
            <option key={hours} value={hours}>
              {label}
            </option>
          ))}
        </SelectField>
      }
      send={async ({ hours }) => {
        const { replayed } = await send('POST', '/v1/webhooks/{webhookId}/replay', { body: { sinceDate: new Date(Date.now() - Number(hours) * 3_600_000).toISOString() }, path: { webhookId: hook.id } });
        done(replayed);
        await refresh('/v1/webhooks');
      }}
      text="Every message that failed for good goes out again, with its webhook-id and its body."
      title="Replay all that failed"
      verb="Replay"
    >
      Replay all that failed
    </ConfirmButton>
  );
}

function Log({ hook }: { hook: Hook }) {
  const [query, change] = useQueryState();
  const can = useCan();
  const state = only(query, 'state');
  const [replayed, setReplayed] = useState<number>();
  const list = usePages('/v1/webhooks/{webhookId}/deliveries', { path: { webhookId: hook.id }, query: { statesMatchesAny: state ? [state] : undefined } }, { pageSize: 50, refetchInterval: beat });
  const empty = !list.isLoading && !list.isStale && !list.error && list.rows.length === 0;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 pt-5">
      <Standing hook={hook} />
      <div className="flex flex-wrap items-center justify-between gap-2">
        <FilterChips filters={filters} />
        {list.rows.some((one) => one.state === 'FAILED') && can('manage webhooks') && hook.state === 'ENABLED' && <ReplayFailed done={setReplayed} hook={hook} />}
        {replayed !== undefined && (
          <p className="text-soft text-sm" role="status">
            {replayed === 0 ? 'Nothing failed in that time.' : `${count(replayed, 'message goes', 'messages go')} out again.`}
          </p>
        )}
      </div>
      <ErrorNote error={list.error} />
      {empty && (
        <EmptyState command={state ? undefined : `muster admin webhook test ${/^[\w-]+$/.test(hook.name) ? hook.name : hook.id}`} Icon={Inbox} title={state ? 'No delivery stands like this' : 'Nothing was sent yet'}>
          {state ? 'Take the filter out to see the others.' : 'It is told what happens from now on. To see that your receiver takes it, send a test:'}
        </EmptyState>
      )}
      {list.rows.length > 0 && (
        <div className="@container min-w-0">
          <Table columns={columnsOf(hook)} current={query.get('delivery') ?? undefined} label="Deliveries" more={list.more} open={(one) => change({ delivery: one.id }, { push: true })} rowKey={(one) => one.id} rows={list.rows} />
        </div>
      )}
    </div>
  );
}

/** Sends a test, and opens what came back. */
function SendTest({ hook, open }: { hook: Hook; open: (id: string) => void }) {
  const refresh = useRefresh();
  const { busy, error, run } = useTask();
  const test = async () => {
    const sent = await send('POST', '/v1/webhooks/{webhookId}/test', { path: { webhookId: hook.id } });
    open(sent.id);
    await refresh('/v1/webhooks');
  };
  return (
    <>
      <ErrorNote error={error} />
      <Button busy={busy} onClick={() => run(test)}>
        {busy ? 'Waiting for the answer…' : 'Send a test'}
      </Button>
    </>
  );
}

/** /settings/webhooks/ID: ?tab= ?state= narrows the log, ?delivery= whose drawer is open, ?edit=1 the form. */
export default function WebhookPage() {
  const { webhookId = '' } = useParams<{ webhookId: string }>();
  const [query, change] = useQueryState();
  const can = useCan();
  const answer = useGet('/v1/webhooks/{webhookId}', { path: { webhookId } }, { refetchInterval: beat });
  const up = { href: '/settings/webhooks', label: 'Webhooks' };
  if (answer.error?.status === 404) return <NotFound />;
  if (answer.error && !answer.data) return <Page title="Webhook" up={up}><ErrorNote error={answer.error} retry={() => void answer.refetch()} /></Page>;
  const hook = answer.data;
  if (!hook || answer.isPlaceholderData) return null;
  const may = can('manage webhooks');
  const tab = tabs.find(({ key }) => key === query.get('tab'))?.key ?? 'log';
  const delivery = query.get('delivery');
  const open = (id: string) => change({ delivery: id }, { push: true });
  const actions = (
    <>
      <StatusChip word={hookWord(hook)} />
      {may && <SendTest hook={hook} open={open} />}
    </>
  );
  return (
    <Page actions={actions} lead={<><span className="break-all">{hook.url}</span> · {wantedWords(hook.types)}</>} title={hook.name} up={up}>
      <ErrorNote error={answer.error} />
      <Trouble hook={hook} />
      <Tabs change={(key) => change({ delivery: '', state: '', tab: key === 'log' ? '' : key })} tabs={tabs} value={tab}>
        {tab === 'log' ? <Log hook={hook} /> : <WebhookSetup hook={hook} />}
      </Tabs>
      {delivery && <DeliveryDrawer close={() => change({ delivery: '' })} hook={hook} id={delivery} />}
      {!delivery && query.get('edit') && may && <WebhookForm close={() => change({ edit: '' })} hook={hook} />}
    </Page>
  );
}
