// SPDX-License-Identifier: Apache-2.0

import { useQueryClient } from '@tanstack/react-query';
import { Download, ScrollText, X } from 'lucide-react';

import { Button } from '../components/Button';
import { DayFilter } from '../components/DayFilter';
import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { EventDrawer } from '../components/EventDrawer';
import { type Filter, FilterChips } from '../components/FilterChips';
import { FilterInput } from '../components/FilterInput';
import { Page } from '../components/Page';
import { RelativeTime } from '../components/RelativeTime';
import { type Column, Table } from '../components/Table';
import { useQueryState } from '../lib/address';
import { type Schema, useGet, usePages } from '../lib/api';
import { actorWords, kindWords } from '../lib/events';
import { download, only } from '../lib/query';
import { useSession } from '../lib/session';
import { absolute, readable } from '../lib/time';
import { count } from '../lib/words';

type Event = Schema<'EventLog'>;

const columns: Column<Event>[] = [
  { cell: (event) => <span className="text-soft text-sm"><RelativeTime at={event.date} /></span>, head: 'When', key: 'when', width: '104px' },
  { cell: (event) => <span className="@max-[480px]:line-clamp-2 @max-[480px]:whitespace-normal @max-[480px]:text-sm @max-[480px]:leading-5" title={readable(event.summary)}>{readable(event.summary)}</span>, head: 'What happened', key: 'what', width: 'minmax(0,1fr)' },
  { cell: (event) => <span className="text-soft">{event.address || '-'}</span>, from: 820, head: 'From', key: 'from', width: '140px' },
  { align: 'right', cell: (event) => <span className="text-soft">{event.position === null ? 'Soon' : event.position.toLocaleString('en-GB')}</span>, from: 640, head: 'Entry', key: 'entry', width: '72px' },
];

const filters: Filter[] = [
  { label: 'What', name: 'kind', options: Object.entries(kindWords).map(([value, label]) => ({ label, value })) },
  { label: 'By', name: 'by', options: Object.entries(actorWords).map(([value, label]) => ({ label, value })) },
  { label: 'Pushes', name: 'syncs', options: [{ label: 'With pushes and re-evaluations', value: 'true' }] },
];

const narrowing = ['actor', 'by', 'from', 'kind', 'q', 'syncs', 'target', 'to'];

/** What the address asks of the trail, as the API spells it. */
const askedOf = (query: URLSearchParams) => {
  const kind = only(query, 'kind');
  return {
    action: kind && `${kind}.`,
    actorId: only(query, 'actor'),
    actorType: only(query, 'by') as Event['actor']['type'] | undefined,
    endDate: only(query, 'to'),
    includeSyncs: query.get('syncs') === 'true' ? ('true' as const) : undefined,
    q: only(query, 'q'),
    startDate: only(query, 'from'),
    targetId: only(query, 'target'),
  };
};

/** A filter that was set from an event: by whom, or to what. */
function Picked({ name, text }: { name: 'actor' | 'target'; text: string }) {
  const [, change] = useQueryState();
  return (
    <button aria-label={`${text}: take this filter away`} className="inline-flex h-7 max-w-64 items-center gap-1 rounded-md border border-accent bg-accent-soft px-2 font-medium text-accent text-sm" onClick={() => change({ [name]: '' })} type="button">
      <span className="truncate">{text}</span>
      <X aria-hidden className="size-3.5 shrink-0" />
    </button>
  );
}

/** How many events there are that the list does not have yet; at most 100. */
function useNewer(rows: Event[], asked: ReturnType<typeof askedOf>, loaded: boolean): number {
  const top = rows[0]?.date;
  const newest = useGet('/v1/event-logs', { query: { ...asked, pageSize: 100, startDate: top ?? asked.startDate } }, { enabled: loaded });
  if (!loaded || newest.isPlaceholderData) return 0;
  const known = new Set(rows.slice(0, 200).map((one) => one.id));
  return (newest.data?.results.data ?? []).filter((one) => !known.has(one.id)).length;
}

/** The span that an auditor sees. */
function Window() {
  const { auditWindow } = useSession();
  if (!auditWindow) return 'Who did what, when and from where. Each entry stands in the evidence, where nobody can change it unseen.';
  return (
    <>
      You see what happened from <strong className="font-medium text-text">{absolute(new Date(auditWindow.startDate))}</strong> to <strong className="font-medium text-text">{absolute(new Date(auditWindow.endDate))}</strong>, the window of your audit.
    </>
  );
}

function List() {
  const [query, change] = useQueryState();
  const queries = useQueryClient();
  const asked = askedOf(query);
  const list = usePages('/v1/event-logs', { query: asked });
  const loaded = !list.isLoading && !list.error && !list.isStale;
  const newer = useNewer(list.rows, asked, loaded);
  const filtered = narrowing.some((name) => query.get(name));
  const nameOfTarget = list.rows.flatMap((one) => one.targets).find((one) => one.id === asked.targetId)?.name;
  const nameOfActor = list.rows.find((one) => one.actor.id === asked.actorId)?.actor.name;
  return (
    <>
      <div className="flex flex-wrap items-center gap-2">
        <FilterInput label="A name or an id" name="q" />
        <FilterChips filters={filters} />
        <DayFilter label="From" name="from" />
        <DayFilter label="To" name="to" />
        {asked.actorId && <Picked name="actor" text={`By ${nameOfActor || asked.actorId}`} />}
        {asked.targetId && <Picked name="target" text={`To ${nameOfTarget || asked.targetId}`} />}
        {/* In the row of the filters, so that the list does not jump when something comes. */}
        <span aria-live="polite" className="ml-auto min-h-7" data-no-print>
          {newer > 0 && (
            <Button className="h-7" onClick={() => void queries.resetQueries({ queryKey: ['/v1/event-logs', 'pages'] })}>
              {newer >= 100 ? '100 or more new events' : count(newer, 'new event')}: show {newer === 1 ? 'it' : 'them'}
            </Button>
          )}
        </span>
      </div>
      <ErrorNote error={list.error} />
      {loaded && list.rows.length === 0 && (
        <EmptyState Icon={ScrollText} title={filtered ? 'Nothing fits these filters' : 'Nothing happened in this time'}>
          {filtered ? 'Take one away to see more.' : 'Whatever somebody does in this workspace stands here within a second.'}
        </EmptyState>
      )}
      {list.rows.length > 0 && (
        <div className="@container min-w-0">
          <Table columns={columns} current={query.get('event') ?? undefined} label="Events" more={list.more} open={(event) => change({ event: event.id }, { push: true })} rowKey={(event) => event.id} rows={list.rows} />
        </div>
      )}
    </>
  );
}

/** /audit: ?q= ?kind= ?by= ?actor= ?target= ?from= ?to= ?syncs= narrow it; ?event= whose drawer is open. */
export default function Audit() {
  const [query, change] = useQueryState();
  const open = query.get('event');
  const save = (
    <Button onClick={() => download('/v1/event-logs/export', askedOf(query), 'audit-trail.ndjson')} title="As JSON lines, with these filters">
      <Download aria-hidden className="size-3.5" />
      Export
    </Button>
  );
  return (
    <Page actions={save} lead={<Window />} title="Audit trail">
      <List />
      {open && <EventDrawer close={() => change({ event: '' })} id={open} />}
    </Page>
  );
}
