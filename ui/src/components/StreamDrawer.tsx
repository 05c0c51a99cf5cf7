// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';

import { useQueryState } from '../lib/address';
import { send, sentence, useGet } from '../lib/api';
import { beat, soon } from '../lib/hooks';
import { useNow } from '../lib/now';
import { useCan, useRefresh } from '../lib/session';
import { type Stream, partsOf, streamWord, transports } from '../lib/streams';
import { useTask } from '../lib/task';
import { wantedWords } from '../lib/wanted';
import { count } from '../lib/words';
import { Button } from './Button';
import { ConfirmButton } from './ConfirmButton';
import { CopyButton } from './CopyField';
import { Drawer } from './Drawer';
import { ErrorNote } from './ErrorNote';
import { EventList } from './EventList';
import { Facts } from './Facts';
import { RelativeTime } from './RelativeTime';
import { StatusChip } from './StatusChip';

/** What the newest try failed with, and when there is another. */
function Failure({ stream }: { stream: Stream }) {
  const now = useNow();
  if (stream.status !== 'FAILING') return null;
  return (
    <div className="grid gap-1 rounded-md bg-fail-soft px-3 py-2 text-fail text-sm" role="status">
      <p className="break-words">{sentence(stream.lastError ?? 'it failed')}</p>
      <p>
        It first failed <RelativeTime at={stream.failingSinceDate} />, and is tried again {stream.nextTryDate ? soon(new Date(stream.nextTryDate), now) : 'soon'}. Nothing is lost: it goes on where it stands.
      </p>
    </div>
  );
}

function Actions({ stream }: { stream: Stream }) {
  const [, change] = useQueryState();
  const refresh = useRefresh();
  const { busy, error, run } = useTask();
  const [took, setTook] = useState(false);
  const path = { streamId: stream.id };
  const test = async () => {
    setTook(false);
    await send('POST', '/v1/streams/{streamId}/test', { path });
    setTook(true);
  };
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap gap-2">
        <Button busy={busy} onClick={() => run(test)}>
          Send a test
        </Button>
        <Button onClick={() => change({ edit: '1' })}>Edit</Button>
        <ConfirmButton
          look="danger"
          send={async () => {
            await send('DELETE', '/v1/streams/{streamId}', { path });
            change({ stream: '' });
            await refresh('/v1/streams');
          }}
          text={<>Nothing goes to <strong className="font-medium text-text">{stream.name}</strong> any more. What it has, it keeps.</>}
          title="Delete the stream"
          verb="Delete it"
        >
          Delete
        </ConfirmButton>
      </div>
      <ErrorNote error={error} />
      {took && !busy && (
        <p className="rounded-md bg-pass-soft px-3 py-2 text-pass text-sm" role="status">
          {partsOf(stream.url).transport === 'udp' ? 'A test was sent. Over UDP nobody says whether it arrived: look at the server.' : 'The server took the test.'}
        </p>
      )}
    </div>
  );
}

/** One stream: how it stands, where it goes, and what can be done to it. */
export function StreamDrawer({ close, id }: { close: () => void; id: string }) {
  const can = useCan();
  const answer = useGet('/v1/streams/{streamId}', { path: { streamId: id } }, { refetchInterval: beat });
  const stream = answer.isPlaceholderData ? undefined : answer.data;
  return (
    <Drawer close={close} subtitle={stream?.url} title={stream?.name ?? 'Stream'}>
      <ErrorNote error={answer.error} retry={() => void answer.refetch()} />
      {stream && (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
          <Failure stream={stream} />
          <Facts
            rows={[
              ['Status', <StatusChip key="stands" word={streamWord(stream)} />],
              ['Sent', <span key="sent">{count(stream.sentCount, 'message')}{stream.lastSentDate && <>, the last <RelativeTime at={stream.lastSentDate} /></>}</span>],
              ['Behind', stream.behind === 0 ? 'Not at all' : `${count(stream.behind, 'entry', 'entries')} of the evidence`],
              ['Over', transports[partsOf(stream.url).transport].label],
              ['Authority', partsOf(stream.url).transport === 'tls' ? (stream.hasCertificateAuthority ? 'One of your own' : 'Those of the system') : null],
              ['Events', wantedWords(stream.types)],
              ['Facility', stream.facility],
              ['Has come to', <span className="flex items-center" key="cursor"><code className="font-mono text-sm">{stream.cursor}</code><CopyButton label="Copy the id of the event" text={stream.cursor} /></span>],
              ['Created', <RelativeTime at={stream.createdDate} key="made" />],
            ]}
          />
          {can('manage sign-in') && <Actions key={stream.id} stream={stream} />}
          <EventList targetId={stream.id} />
        </div>
      )}
    </Drawer>
  );
}
