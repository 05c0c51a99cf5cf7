// SPDX-License-Identifier: Apache-2.0

import { CircleCheck, CircleX } from 'lucide-react';
import { useState } from 'react';

import { type Schema, send, useGet } from '../lib/api';
import type { Directory } from '../lib/guide';
import { providerOf } from '../lib/provider';
import { useCan, useRefresh } from '../lib/session';
import { useTask } from '../lib/task';
import { Button } from './Button';
import { Drawer } from './Drawer';
import { ErrorNote } from './ErrorNote';
import { Facts, Part } from './Facts';
import { JsonView } from './JsonView';
import { RelativeTime } from './RelativeTime';

type Logged = Schema<'DirectoryRequest'>;

/** The sentence of a request: who, and what. */
export function said(directory: Pick<Directory, 'provider'>, words: string): string {
  const { short } = providerOf(directory.provider);
  return `${short.charAt(0).toUpperCase()}${short.slice(1)} ${words}`;
}

/** Requests in words, the newest first; one opens by its sentence. */
export function DirectoryLog({ directory, open, rows }: { directory: Pick<Directory, 'provider'>; open: (request: Logged) => void; rows: Logged[] }) {
  return (
    <ol aria-label="Requests, the newest first" className="grid grid-cols-[minmax(0,1fr)]">
      {rows.map((one) => {
        const bad = one.status >= 400;
        const Icon = bad ? CircleX : CircleCheck;
        return (
          <li className="flex items-start gap-2.5 border-b py-2.5 last:border-b-0" key={one.id}>
            <Icon aria-label={bad ? 'Refused' : 'Done'} className={`mt-0.5 size-4 shrink-0 ${bad ? 'text-fail' : 'text-pass'}`} />
            <div className="min-w-0 flex-1">
              <button className="block max-w-full break-words text-left text-sm hover:underline" onClick={() => open(one)} type="button">
                {said(directory, one.words)}
              </button>
              {bad && one.whatToDo && <p className="break-words text-fail text-sm">{one.whatToDo}</p>}
              <p className="truncate text-faint text-xs" title={`${one.method} ${one.path}`}>
                <RelativeTime at={one.at} /> · {one.status} · <span className="font-mono">{one.method} {one.path}</span>
              </p>
            </div>
          </li>
        );
      })}
    </ol>
  );
}

/** Reads JSON; undefined for a text that was cut, or is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A body as JSON, or as it came. */
function Body({ label, text }: { label: string; text: string }) {
  const value = parsed(text);
  if (value !== undefined) return <JsonView label={label} value={value} />;
  return <pre className="whitespace-pre-wrap break-words rounded-md border bg-sunk px-3 py-2 font-mono text-sm">{text}</pre>;
}

/** Repeats a change that was refused, once its cause is gone. */
function Replay({ directory, open, request }: { directory: Directory; open: (id: string) => void; request: Logged }) {
  const refresh = useRefresh();
  const { busy, error, run } = useTask();
  const [result, setResult] = useState<Schema<'DirectoryReplay'>>();
  const replay = async () => {
    setResult(await send('POST', '/v1/directories/{directoryId}/requests/{requestId}/replay', { path: { directoryId: directory.id, requestId: request.id } }));
    await refresh('/v1/directories');
  };
  return (
    <Part title="Repeat it">
      <p className="text-soft text-sm">When the cause is gone, it can be done as it was sent, without waiting for the provider.</p>
      <div>
        <Button busy={busy} onClick={() => run(replay)}>
          Repeat the request
        </Button>
      </div>
      <ErrorNote error={error} />
      {result && (
        <p className={`rounded-md px-3 py-2 text-sm ${result.succeeded ? 'bg-pass-soft text-pass' : 'bg-fail-soft text-fail'}`} role="status">
          {result.succeeded ? 'Done: ' : 'Refused again: '}
          {said(directory, result.words)} ({result.status}). {result.whatToDo}{' '}
          {result.requestId !== request.id && (
            <button className="font-medium underline" onClick={() => open(result.requestId)} type="button">
              Look at it
            </button>
          )}
        </p>
      )}
    </Part>
  );
}

/** One request: what happened, what to do, both bodies without secrets. */
export function RequestDrawer({ close, directory, open, requestId, user }: { close: () => void; directory: Directory; open: (id: string) => void; requestId: string; user: (id: string) => void }) {
  const can = useCan();
  const answer = useGet('/v1/directories/{directoryId}/requests/{requestId}', { path: { directoryId: directory.id, requestId } });
  const request = answer.isPlaceholderData ? undefined : answer.data;
  return (
    <Drawer close={close} subtitle={request && <RelativeTime at={request.at} />} title={request ? said(directory, request.words) : 'Request'}>
      <ErrorNote error={answer.error} retry={() => void answer.refetch()} />
      {request && (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
          {request.status >= 400 && (
            <div className="grid gap-1 rounded-md bg-fail-soft px-3 py-2 text-fail text-sm">
              <p>{request.problem}</p>
              {request.whatToDo && (
                <p>
                  <strong className="font-semibold">What to do:</strong> {request.whatToDo}
                </p>
              )}
            </div>
          )}
          <Facts
            rows={[
              ['Request', <code className="break-all font-mono text-sm" key="request">{request.method} {request.path}</code>],
              ['Answer', `${String(request.status)}, after ${request.tookMs.toFixed(1)} ms`],
              ['From', `${request.address}${request.userAgent ? `, ${request.userAgent}` : ''}`],
              ['About', request.subject || null],
              ['Repeats', request.replayOf ? 'a request that was refused' : null],
            ]}
          />
          {request.resourceId && /^\/?users/i.test(request.path) && (
            <div>
              <Button onClick={() => user(request.resourceId)}>Everything that happened to {request.subject || 'this user'}</Button>
            </div>
          )}
          {request.status >= 400 && request.method !== 'GET' && can('manage provisioning') && <Replay directory={directory} key={request.id} open={open} request={request} />}
          {request.sent && (
            <Part title="What was sent">
              <Body label="What was sent" text={request.sent} />
            </Part>
          )}
          {request.answered && (
            <Part title="What was answered">
              <Body label="What was answered" text={request.answered} />
            </Part>
          )}
        </div>
      )}
    </Drawer>
  );
}

/** What happened to one user, the newest first. */
export function TimelineDrawer({ close, directory, open, userId }: { close: () => void; directory: Directory; open: (id: string) => void; userId: string }) {
  const answer = useGet('/v1/directories/{directoryId}/users/{userId}/timeline', { path: { directoryId: directory.id, userId } });
  const story = answer.isPlaceholderData ? undefined : answer.data;
  return (
    <Drawer close={close} subtitle={`A user of ${directory.name}`} title={story?.userName || 'User'}>
      <ErrorNote error={answer.error} retry={() => void answer.refetch()} />
      {story && (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
          <Facts
            rows={[
              ['Status', story.deleted ? 'Deleted' : story.active ? 'Active' : 'Deactivated'],
              ['Role', story.role?.name ?? 'None yet'],
              ['Account', story.accountId === '' ? 'None' : 'Can sign in'],
              ['Person', story.personId === '' ? 'None' : <a className="text-accent hover:underline" href={`/people?person=${story.personId}`} key="person">Open</a>],
            ]}
          />
          <Part title="Requests">
            <DirectoryLog directory={directory} open={(one) => open(one.id)} rows={story.requests} />
          </Part>
        </div>
      )}
    </Drawer>
  );
}
