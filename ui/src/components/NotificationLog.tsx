// SPDX-License-Identifier: Apache-2.0

import { MailQuestion } from 'lucide-react';
import type { ReactNode } from 'react';

import { useQueryState } from '../lib/address';
import { type Schema, sentence, useGet, usePages } from '../lib/api';
import { type Delivery, mediumWord } from '../lib/notifications';
import { list as listOf, only } from '../lib/query';
import { useCan } from '../lib/session';
import { count, wordOf } from '../lib/words';
import { CopyButton } from './CopyField';
import { Drawer } from './Drawer';
import { EmptyState } from './EmptyState';
import { ErrorNote } from './ErrorNote';
import { Facts, Part } from './Facts';
import { FilterChips } from './FilterChips';
import { PlaceLink } from './PlaceLink';
import { RelativeTime } from './RelativeTime';
import { StatusChip } from './StatusChip';
import { type Column, Table } from './Table';

const states: Delivery['state'][] = ['sent', 'failed', 'dropped', 'ready', 'sending', 'open'];
const nobody = 'Somebody who is gone';
const who = (one: Delivery) => one.recipientName || one.sentTo || nobody;
const what = (one: Delivery) => one.subject.replace(/^\[Muster [^\]]*\] /, '') || `${count(one.lines, 'thing')}, not written yet`;

const columns: Column<Delivery>[] = [
  { cell: (one) => <span title={one.subject}>{what(one)}</span>, head: 'Message', key: 'subject', width: 'minmax(0,2fr)' },
  { cell: who, from: 480, head: 'To', key: 'to', width: 'minmax(0,1fr)' },
  { cell: (one) => <span className="text-soft">{mediumWord(one.medium)}</span>, from: 760, head: 'By', key: 'by', width: '72px' },
  { cell: (one) => <StatusChip quiet word={wordOf('message', one.state)} />, head: 'Status', key: 'state', width: '112px' },
  { cell: (one) => <span className="text-soft" title={one.lastError ?? ''}>{one.lastError && sentence(one.lastError)}</span>, from: 900, head: 'Why', key: 'why', width: 'minmax(0,1.2fr)' },
  { cell: (one) => <span className="text-soft"><RelativeTime at={one.endedDate ?? one.openedDate} /></span>, from: 620, head: 'When', key: 'when', width: '112px' },
];

function Said({ sections }: { sections: Schema<'NotificationSection'>[] }) {
  return sections.map(({ more, things, title }) => (
    <Part key={title} title={title}>
      <ul className="grid gap-2.5">
        {things.map((thing, i) => (
          <li className="break-words" key={thing.path + String(i)}>
            {thing.name && <p className="font-medium">{thing.path ? <PlaceLink href={thing.path}>{thing.name}</PlaceLink> : thing.name}</p>}
            {thing.sentences.map((line) => (
              <p key={line}>{line}</p>
            ))}
          </li>
        ))}
      </ul>
      {more && <p className="text-soft">{more}</p>}
    </Part>
  ));
}

/** What comes next for a message that waits. */
function next({ nextDate, state, tries }: Delivery): [name: string, value: ReactNode] {
  if (state !== 'open' && state !== 'ready') return ['', null];
  return [tries > 0 ? 'Tried again' : 'Is sent', <RelativeTime at={nextDate} key="next" />];
}

function Body({ one }: { one: Delivery }) {
  const rows: [string, ReactNode][] = [
    ['Status', <StatusChip key="state" quiet word={wordOf('message', one.state)} />],
    ['Why', one.lastError && sentence(one.lastError)],
    ['To', who(one)],
    ['Address', one.sentTo && one.sentTo !== who(one) ? one.sentTo : null],
    ['By', mediumWord(one.medium)],
    ['Kind', { digest: 'Daily digest', now: 'At the end of the window', test: 'Test message' }[one.timing]],
    ['Began', <RelativeTime at={one.openedDate} key="began" />],
    next(one),
    ['Ended', one.endedDate && <RelativeTime at={one.endedDate} key="ended" />],
    ['Tries', one.tries.toLocaleString('en-GB')],
    [
      'Id',
      <span className="flex min-w-0 items-center gap-1" key="id">
        <code className="truncate font-mono text-xs">{one.id}</code>
        <CopyButton label="Copy the id" text={one.id} />
      </span>,
    ],
  ];
  const sections = one.sections ?? [];
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      <Facts rows={rows} />
      {sections.length > 0 ? <Said sections={sections} /> : <p className="text-soft text-sm">It ended before it was written, so there is nothing to read.</p>}
    </div>
  );
}

/** One message: what became of it, and its lines. */
function Message({ close, id, own }: { close: () => void; id: string; own: boolean }) {
  const answer = useGet(own ? '/v1/notifications/preferences/deliveries/{deliveryId}' : '/v1/notifications/deliveries/{deliveryId}', { path: { deliveryId: id } });
  const one = answer.isPlaceholderData ? undefined : answer.data;
  return (
    <Drawer close={close} subtitle={one?.subject ? `To ${who(one)}` : undefined} title={one ? what(one) : 'Message'}>
      <ErrorNote error={answer.error} retry={() => void answer.refetch()} />
      {one && <Body one={one} />}
    </Drawer>
  );
}

/** What was sent, and what became of it: of everybody to Admins, one's own to others. ?message= whose drawer is open, ?to= of one recipient. */
export function NotificationLog() {
  const [query, change] = useQueryState();
  const own = !useCan()('manage notifications');
  const to = only(query, 'to');
  const list = usePages(
    own ? '/v1/notifications/preferences/deliveries' : '/v1/notifications/deliveries',
    { query: { medium: only(query, 'by') as Delivery['medium'] | undefined, recipientId: to, stateMatchesAny: listOf(query, 'state') as Delivery['state'][] | undefined } },
    { refetchInterval: 10_000 },
  );
  const filtered = ['by', 'state', 'to'].some((name) => query.get(name));
  const none = !list.isLoading && !list.error && list.rows.length === 0;
  const filters = [
    { label: 'By', name: 'by', options: (['email', 'slack'] as const).map((value) => ({ label: mediumWord(value), value })) },
    { label: 'Status', name: 'state', options: states.map((value) => ({ label: wordOf('message', value).text, value })) },
    ...(to ? [{ label: 'To', name: 'to', options: [{ label: list.rows[0] ? who(list.rows[0]) : 'one recipient', value: to }] }] : []),
  ];
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <p className="text-soft text-sm">{own ? 'What was sent to you in the last 90 days.' : 'What was sent in the last 90 days, and what waits.'}</p>
      <FilterChips filters={filters} />
      <ErrorNote error={list.error} />
      {none && (
        <EmptyState command={own || filtered ? undefined : 'muster admin notification channel add "#security" < url.txt'} Icon={MailQuestion} title={filtered ? 'No message fits these filters' : 'Nothing was sent yet'}>
          {filtered ? 'Take one away to see more.' : 'Messages come once something happens that somebody hears of, and there is a way to send: a mail server, or a Slack channel.'}
        </EmptyState>
      )}
      {list.rows.length > 0 && <Table columns={columns} current={query.get('message') ?? undefined} label="Messages" more={list.more} open={(one) => change({ message: one.id }, { push: true })} rowKey={(one) => one.id} rows={list.rows} />}
      {query.get('message') && <Message close={() => change({ message: '' })} id={query.get('message') ?? ''} own={own} />}
    </div>
  );
}
