// SPDX-License-Identifier: Apache-2.0

import { Download, Link as LinkIcon, ScrollText } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useParams } from 'wouter';

import { Section } from '../components/ApplicationCredentials';
import { Button } from '../components/Button';
import { Arrived, Card, LastError, Warnings } from '../components/DirectoryAside';
import { AttributeForm, DefaultRole } from '../components/DirectoryAttribute';
import { DirectoryLog, RequestDrawer, TimelineDrawer } from '../components/DirectoryLog';
import { DirectoryMapping } from '../components/DirectoryMapping';
import { DirectorySettings } from '../components/DirectorySettings';
import { DirectorySimulator } from '../components/DirectorySimulator';
import { DirectorySteps } from '../components/DirectorySteps';
import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { FilterInput } from '../components/FilterInput';
import { NotFound } from '../components/NotFound';
import { Page } from '../components/Page';
import { RoleTable } from '../components/RoleTable';
import { StatusChip } from '../components/StatusChip';
import { type Tab, Tabs } from '../components/Tabs';
import { useQueryState } from '../lib/address';
import { type Schema, useGet, usePages } from '../lib/api';
import type { Directory } from '../lib/guide';
import { useNow } from '../lib/now';
import { providerOf } from '../lib/provider';
import { download, only } from '../lib/query';
import { useCan, useRefresh } from '../lib/session';
import { wordOf } from '../lib/words';

const beat = 2_000; // milliseconds between two looks while the page is seen

const tabs: Tab[] = [
  { key: 'setup', label: 'Set-up' },
  { key: 'requests', label: 'Requests' },
  { key: 'roles', label: 'Roles' },
  { key: 'settings', label: 'Settings' },
];

/** Reads the requests, again whenever one more has come. */
function useRequests(directory: Directory, query: { status?: string; subject?: string }) {
  const list = usePages('/v1/directories/{directoryId}/requests', { path: { directoryId: directory.id }, query: query as { status?: string } }, { pageSize: 50 });
  const refresh = useRefresh();
  const total = directory.requestsByDay.reduce((sum, day) => sum + day.requests, 0);
  const known = useRef(total);
  useEffect(() => {
    if (total === known.current) return;
    known.current = total;
    void refresh('/v1/directories/{directoryId}/requests', '/v1/directories/{directoryId}/mapping', '/v1/directories/{directoryId}/users');
  }, [total, refresh]);
  return list;
}

/** The user names that requests asked for, for whom the simulator may be asked; it does not go by the name of a person. */
const namesIn = (rows: Schema<'DirectoryRequest'>[]): string[] => [...new Set(rows.flatMap(({ path, subject }) => /^\/?users/i.test(path) ? (/userName eq "([^"\\]+)"/.exec(path)?.[1] ?? (subject.includes('@') ? subject : [])) : []))].slice(0, 20);

type Open = { request: (id: string) => void };

function SetUp({ directory, open }: { directory: Directory; open: Open }) {
  const [, change] = useQueryState();
  const now = useNow();
  const list = useRequests(directory, {});
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 pt-5 lg:grid-cols-[minmax(0,1fr)_340px]">
      <DirectorySteps directory={directory} />
      <aside aria-label="What comes" className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:sticky lg:top-4">
        <LastError directory={directory} now={now} open={open.request} rows={list.rows} />
        <Warnings directory={directory} />
        <Card actions={list.rows.length > 0 && <Button look="quiet" onClick={() => change({ tab: 'requests' }, { push: true })}>All requests</Button>} title="Requests">
          <ErrorNote error={list.error} />
          {list.rows.length > 0 ? (
            <div aria-live="polite">
              <DirectoryLog directory={directory} open={(one) => open.request(one.id)} rows={list.rows.slice(0, 6)} />
            </div>
          ) : (
            !list.isLoading && <p className="text-soft text-sm">Nothing has come yet. What {providerOf(directory.provider).short} sends shows here within seconds.</p>
          )}
        </Card>
        <Arrived directory={directory} last={list.rows[0]?.at} />
        <Card title="Role simulator">
          <DirectorySimulator directory={directory} known={namesIn(list.rows)} />
        </Card>
      </aside>
    </div>
  );
}

function Requests({ directory, open }: { directory: Directory; open: Open }) {
  const [query, change] = useQueryState();
  const status = only(query, 'status');
  const subject = only(query, 'q');
  const list = useRequests(directory, { status, subject });
  const filtered = status !== undefined || subject !== undefined;
  return (
    <div className="grid max-w-4xl grid-cols-[minmax(0,1fr)] gap-4 pt-5">
      <div className="flex flex-wrap items-center gap-2">
        <FilterInput label="User or group" name="q" />
        <Button aria-pressed={status === 'failed'} className={status === 'failed' ? 'border-accent! bg-accent-soft! text-accent!' : ''} onClick={() => change({ status: status === 'failed' ? '' : 'failed' })}>
          Refused only
        </Button>
        <Button className="ml-auto" onClick={() => download(`/v1/directories/${directory.id}/requests/export`, { status, subject }, `${directory.name}-requests.jsonl`)}>
          <Download aria-hidden className="size-3.5" />
          Export
        </Button>
      </div>
      <ErrorNote error={list.error} />
      {!list.isLoading && list.rows.length === 0 && !list.error && (
        <EmptyState command={filtered ? undefined : `curl -H "Authorization: Bearer $TOKEN" "${directory.baseUrl}/Users?count=1"`} Icon={ScrollText} title={filtered ? 'No request is like this' : 'Nothing has come yet'}>
          {filtered ? 'Take the filter out to see the others.' : 'Each request of the provider stands here as a sentence, with what to do where one was refused. Try it with a token:'}
        </EmptyState>
      )}
      {list.rows.length > 0 && (
        <div className="rounded-xl border bg-panel px-4">
          <DirectoryLog directory={directory} open={(one) => open.request(one.id)} rows={list.rows} />
        </div>
      )}
      {list.hasMore && (
        <div>
          <Button onClick={list.more}>Show older</Button>
        </div>
      )}
    </div>
  );
}

function Roles({ directory }: { directory: Directory }) {
  const list = useRequests(directory, {});
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-x-8 gap-y-8 pt-5 lg:grid-cols-[minmax(0,1fr)_340px]">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
        <p className="max-w-prose text-soft">The first of these that says a role decides: the attribute on the user, then the first group in the order below that they are in, then the default role.</p>
        <Section title="1. The attribute">
          <AttributeForm directory={directory} />
        </Section>
        <Section lead="Drag the groups, or move them by the arrow keys: the most privileged first." title="2. Groups">
          <DirectoryMapping directory={directory} />
        </Section>
        <Section title="3. The default role">
          <DefaultRole directory={directory} />
        </Section>
        <Section lead="What attribute values may be: id, slug and name all do." title="Roles and their ids">
          <RoleTable roles={directory.roles} />
        </Section>
      </div>
      <Card title="Role simulator">
        <DirectorySimulator directory={directory} known={namesIn(list.rows)} />
      </Card>
    </div>
  );
}

/** /settings/provisioning/ID: ?tab=, ?request= ?user= whose drawer is open, ?status= ?q= the filters of the log. */
export default function Portal() {
  const { directoryId = '' } = useParams<{ directoryId: string }>();
  const [query, change] = useQueryState();
  const can = useCan();
  const answer = useGet('/v1/directories/{directoryId}', { path: { directoryId } }, { refetchInterval: beat });
  const up = { href: '/settings/security?tab=provisioning', label: 'Login and security' };
  if (answer.error?.status === 404) return <NotFound />;
  if (answer.error && !answer.data) return <Page title="Admin portal" up={up}><ErrorNote error={answer.error} retry={() => void answer.refetch()} /></Page>;
  const directory = answer.data;
  if (!directory || answer.isPlaceholderData) return null;
  const tab = tabs.find(({ key }) => key === query.get('tab'))?.key ?? 'setup';
  const open: Open = { request: (request) => change({ request, user: '' }, { push: true }) };
  const [request, user] = [query.get('request'), query.get('user')];
  const close = () => change({ request: '', user: '' });
  const hand = can('manage provisioning') && tab !== 'settings' && (
    <Button onClick={() => {
      change({ tab: 'settings' }, { push: true });
      requestAnimationFrame(() => document.querySelector('#hand-over')?.scrollIntoView());
    }}>
      <LinkIcon aria-hidden className="size-3.5" />
      Hand over by link
    </Button>
  );
  return (
    <Page
      actions={
        <>
          <StatusChip word={wordOf('directory', directory.state)} />
          {hand}
        </>
      }
      lead={`Admin portal · ${providerOf(directory.provider).name}. The steps tick themselves off by what arrives.`}
      title={directory.name}
      up={up}
    >
      <ErrorNote error={answer.error} />
      <Tabs change={(key) => change({ q: '', request: '', status: '', tab: key === 'setup' ? '' : key, user: '' })} tabs={tabs} value={tab}>
        {tab === 'setup' && <SetUp directory={directory} open={open} />}
        {tab === 'requests' && <Requests directory={directory} open={open} />}
        {tab === 'roles' && <Roles directory={directory} />}
        {tab === 'settings' && <div className="pt-5"><DirectorySettings directory={directory} /></div>}
      </Tabs>
      {request && <RequestDrawer close={close} directory={directory} open={open.request} requestId={request} user={(id) => change({ request: '', user: id }, { push: true })} />}
      {!request && user && <TimelineDrawer close={close} directory={directory} open={open.request} userId={user} />}
    </Page>
  );
}
