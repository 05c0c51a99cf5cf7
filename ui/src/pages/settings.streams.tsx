// SPDX-License-Identifier: Apache-2.0

import { Cable, Plus } from 'lucide-react';
import { useState } from 'react';

import { Section } from '../components/ApplicationCredentials';
import { Button } from '../components/Button';
import { CopyField } from '../components/CopyField';
import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { Page } from '../components/Page';
import { PlaceLink } from '../components/PlaceLink';
import { RelativeTime } from '../components/RelativeTime';
import { StatusChip } from '../components/StatusChip';
import { StreamDrawer } from '../components/StreamDrawer';
import { StreamForm } from '../components/StreamForm';
import { type Column, Table } from '../components/Table';
import { Tabs } from '../components/Tabs';
import { useQueryState } from '../lib/address';
import { sentence, useGet } from '../lib/api';
import { useCan } from '../lib/session';
import { type Stream, readers, streamWord } from '../lib/streams';
import { wantedWords } from '../lib/wanted';

const look = 5_000; // milliseconds: what is sent leaves nothing that the pages hear of

const columns: Column<Stream>[] = [
  { cell: (stream) => <span className="font-medium">{stream.name}</span>, head: 'Stream', key: 'name', width: 'minmax(80px,.7fr)' },
  { cell: (stream) => <span className="text-soft" title={stream.url}>{stream.url}</span>, from: 640, head: 'Address', key: 'url', width: 'minmax(0,1.2fr)' },
  { cell: (stream) => <span title={wantedWords(stream.types)}>{wantedWords(stream.types)}</span>, from: 900, head: 'Events', key: 'events', width: 'minmax(0,1fr)' },
  {
    cell: (stream) => (
      <span title={stream.lastError ? sentence(stream.lastError) : undefined}>
        <StatusChip quiet word={streamWord(stream)} />
      </span>
    ),
    head: 'Status',
    key: 'status',
    width: '116px',
  },
  { align: 'right', cell: (stream) => <RelativeTime at={stream.lastSentDate} none="Never" />, from: 480, head: 'Last sent', key: 'sent', width: '110px' },
  { align: 'right', cell: (stream) => (stream.behind > 0 ? stream.behind.toLocaleString('en-GB') : <span className="text-faint">-</span>), from: 380, head: 'Behind', key: 'behind', width: '56px' },
];

/** How anybody else reads the same. */
function ReadIt() {
  const [way, setWay] = useState('hear');
  const all = readers(location.origin);
  const notes: Record<string, string> = {
    cli: 'It goes on over connections that break, and behind the last event that it has printed.',
    export: 'JSON lines, up to the newest. Go on with after and the id of the last line: nothing is missed, nothing comes twice.',
    hear: 'Server-sent events. With the header Last-Event-ID, or after, it goes on behind an event.',
  };
  return (
    <Section
      lead={
        <>
          The same events as JSON, for programs that ask. A token is of an application of the kind Manage: make one under <PlaceLink href="/integrations">Integrations</PlaceLink>, and put its id and secret into MUSTER_CLIENT_ID and MUSTER_CLIENT_SECRET.
        </>
      }
      title="Read it yourself"
    >
      <Tabs change={setWay} tabs={all} value={way}>
        <div className="grid grid-cols-[minmax(0,1fr)] gap-2 pt-3">
          <CopyField label="commands" text={all.find(({ key }) => key === way)?.text ?? ''} />
          <p className="text-soft text-sm">{notes[way]}</p>
        </div>
      </Tabs>
    </Section>
  );
}

/** /settings/streams: syslog servers; ?stream= whose drawer is open, with ?edit=1 its form, ?create=1 the form for another. */
export default function Streams() {
  const [query, change] = useQueryState();
  const can = useCan();
  const answer = useGet('/v1/streams', undefined, { refetchInterval: look });
  const may = can('manage sign-in');
  const rows = answer.data?.streams ?? [];
  const empty = answer.data !== undefined && rows.length === 0;
  const id = query.get('stream');
  const editing = may && query.get('edit') ? rows.find((one) => one.id === id) : undefined;
  const creating = may && query.get('create');
  const add = (
    <Button look="primary" onClick={() => change({ create: '1', edit: '', stream: '' }, { push: true })}>
      <Plus aria-hidden className="size-3.5" />
      New stream
    </Button>
  );
  return (
    <Page actions={may && !empty && add} lead={<>Syslog servers that get what happens, each event once it has happened, in its order. To an address of the web, events go by <PlaceLink href="/settings/webhooks">Webhooks</PlaceLink>.</>} title="Streams">
      <ErrorNote error={answer.error} retry={() => void answer.refetch()} />
      {empty && (
        <EmptyState action={may && add} command={'muster admin stream create --name SIEM --to syslog+tls://logs.example.com:6514'} Icon={Cable} title="No streams yet">
          A stream forwards the audit trail, pushes and what tests came to, to your SIEM. What a server that was away has missed is sent when it is back.
        </EmptyState>
      )}
      {rows.length > 0 && <Table columns={columns} current={id ?? undefined} label="Streams" open={(stream) => change({ edit: '', stream: stream.id }, { push: true })} rowKey={(stream) => stream.id} rows={rows} />}
      {answer.data && (
        <div className="max-w-4xl">
          <ReadIt />
        </div>
      )}
      {creating && <StreamForm close={() => change({ create: '' })} />}
      {!creating && editing && <StreamForm close={() => change({ edit: '' })} key={editing.id} stream={editing} />}
      {!creating && !editing && id && <StreamDrawer close={() => change({ stream: '' })} id={id} />}
    </Page>
  );
}
