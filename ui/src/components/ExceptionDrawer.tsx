// SPDX-License-Identifier: Apache-2.0

import { Download, Paperclip } from 'lucide-react';
import { type ReactNode, useRef } from 'react';

import { Refusal, type Schema, send, useGet, usePages } from '../lib/api';
import { useCan, useRefresh } from '../lib/session';
import { useTask } from '../lib/task';
import { count, plain, size, wordOf } from '../lib/words';
import { Button, buttonClass } from './Button';
import { ConfirmButton } from './ConfirmButton';
import { CopyButton } from './CopyField';
import { Drawer } from './Drawer';
import { ErrorNote } from './ErrorNote';
import { Facts, Part } from './Facts';
import { TextField } from './Form';
import { PlaceLink } from './PlaceLink';
import { RelativeTime } from './RelativeTime';
import { RuleTree } from './RuleTree';
import { StatusChip } from './StatusChip';

type Exception = Schema<'Exception'>;

const fileLimit = 10 * 1024 * 1024;

/** What an exception is about, in words. */
export const subjectOf = ({ entity, sentence }: Exception): string => (entity ? entity.displayName || entity.uniqueId : `Where ${sentence ?? 'a condition is true'}`);

/** Somebody who did something, and when. */
function Who({ by, at }: { at: string | null; by: Schema<'Author'> | null }) {
  if (!by) return null;
  return (
    <>
      {by.name || plain(by.kind)}, <RelativeTime at={at} />
    </>
  );
}

/** Approve, decline, end: what can be done to an exception, as it stands. */
function Deeds({ exception }: { exception: Exception }) {
  const refresh = useRefresh();
  const path = { exceptionId: exception.id };
  const changed = () => refresh('/v1/exceptions', '/v1/tests', '/v1/home');
  const pending = exception.status === 'PENDING';
  if (!pending && exception.status !== 'APPROVED') return null;
  return (
    <div className="flex flex-wrap gap-2">
      {pending && (
        <>
          <ConfirmButton
            fields={<TextField label="Comment" name="comment" />}
            send={async ({ comment = '' }) => {
              await send('POST', '/v1/exceptions/{exceptionId}/approve', { body: comment === '' ? {} : { comment }, path });
              await changed();
            }}
            text="It counts from now on: what it covers is neither passing nor failing."
            title="Approve the exception"
            verb="Approve"
          >
            Approve
          </ConfirmButton>
          <ConfirmButton
            fields={<TextField data-missing="Say why: auditors read it." label="Why not" name="comment" required />}
            look="danger"
            send={async ({ comment = '' }) => {
              await send('POST', '/v1/exceptions/{exceptionId}/decline', { body: { comment }, path });
              await changed();
            }}
            text="Nothing is left out. Whoever asked can ask again."
            title="Decline the exception"
            verb="Decline"
          >
            Decline
          </ConfirmButton>
        </>
      )}
      <ConfirmButton
        look={pending ? 'primary' : 'danger'}
        send={async () => {
          await send('POST', '/v1/exceptions/{exceptionId}/end', { path });
          await changed();
        }}
        text={pending ? 'Nobody has to look at it any more.' : 'What it covers is judged again at once. It stays in the history.'}
        title={pending ? 'Take the request back' : 'End the exception'}
        trigger={pending ? 'quiet' : 'plain'}
        verb={pending ? 'Take it back' : 'End it'}
      >
        {pending ? 'Take the request back' : 'End it now'}
      </ConfirmButton>
    </div>
  );
}

/** Sends a file as it is, which is no JSON. */
async function attach(exceptionId: string, file: File): Promise<void> {
  if (file.size > fileLimit) throw new Refusal(413, 'The file is larger than 10 MiB.');
  const answer = await fetch(`/v1/exceptions/${exceptionId}/file?name=${encodeURIComponent(file.name)}`, { body: file, headers: { 'Content-Type': 'application/octet-stream' }, method: 'PUT' }).catch(() => undefined);
  if (!answer) throw new Refusal(0, 'The server cannot be reached. Check your connection, and try again.');
  if (answer.ok) return;
  const { message } = (await answer.json().catch(() => ({}))) as { message?: string };
  throw new Refusal(answer.status, message ?? `the server answered ${String(answer.status)}`);
}

/** The file of an exception, or a way to attach one. */
function Attachment({ exception, may }: { exception: Exception; may: boolean }) {
  const refresh = useRefresh();
  const input = useRef<HTMLInputElement>(null);
  const { busy, error, run } = useTask();
  const { file } = exception;
  const add = (chosen: File | undefined) => {
    if (!chosen) return;
    run(async () => {
      await attach(exception.id, chosen);
      await refresh('/v1/exceptions');
    });
  };
  if (file)
    return (
      <Part title="File">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
          <a className={buttonClass()} download={file.name} href={`/v1/exceptions/${exception.id}/file`}>
            <Download aria-hidden className="size-3.5" />
            <span className="max-w-64 truncate">{file.name}</span>
          </a>
          <span className="text-soft text-sm">{size(file.size)}</span>
          <span className="flex items-center text-soft text-sm">
            SHA-256 <code className="mx-1 font-mono text-xs">{file.sha256.slice(0, 12)}…</code>
            <CopyButton label="Copy the SHA-256" text={file.sha256} />
          </span>
        </div>
      </Part>
    );
  if (!may) return null;
  return (
    <Part title="File">
      <ErrorNote error={error} />
      <p className="text-soft text-sm">A plan, a mail, a risk acceptance. It is attached once and never changes.</p>
      <div>
        <input aria-label="File to attach" className="sr-only" onChange={(event) => add(event.target.files?.[0])} ref={input} tabIndex={-1} type="file" />
        <Button busy={busy} onClick={() => input.current?.click()}>
          <Paperclip aria-hidden className="size-3.5" />
          Attach a file
        </Button>
      </div>
    </Part>
  );
}

/** The records that are left out by it at this moment. */
function LeftOut({ exception }: { exception: Exception }) {
  const list = usePages('/v1/tests/{testId}/entities', { path: { testId: exception.test.id }, query: { entityStatus: 'DEACTIVATED' } }, { enabled: exception.status === 'APPROVED' });
  if (exception.status !== 'APPROVED') return null;
  const rows = list.rows.filter((one) => one.exceptionId === exception.id);
  return (
    <Part title={list.isLoading || (rows.length === 0 && list.hasMore) ? 'Left out' : rows.length === 0 ? 'It leaves nothing out now' : `Leaves out ${list.hasMore ? 'at least ' : ''}${count(rows.length, 'record')}`}>
      <ErrorNote error={list.error} />
      {rows.length > 0 && (
        <ul className="rounded-lg border">
          {rows.slice(0, 20).map((one) => (
            <li className="flex min-h-9 items-center justify-between gap-3 border-b px-3 py-1.5 text-sm last:border-b-0" key={one.id}>
              <PlaceLink href={`/tests/${exception.test.id}?tab=excepted&record=${one.id}`}>{one.displayName || one.uniqueId}</PlaceLink>
              {one.displayName && one.displayName !== one.uniqueId && <span className="truncate text-faint">{one.uniqueId}</span>}
            </li>
          ))}
        </ul>
      )}
      {(rows.length > 20 || list.hasMore) && (
        <p className="text-sm">
          <PlaceLink href={`/tests/${exception.test.id}?tab=excepted`}>All that is excepted under the test</PlaceLink>
        </p>
      )}
    </Part>
  );
}

function Body({ exception, may }: { exception: Exception; may: boolean }) {
  const { condition, entity, fits, reason, sentence } = exception;
  const rows: [string, ReactNode][] = [
    ['Test', <PlaceLink href={`/tests/${exception.test.id}`} key="test">{exception.test.name}</PlaceLink>],
    ['Record', entity && <PlaceLink href={`/tests/${exception.test.id}?tab=excepted&record=${entity.id}`} key="record">{entity.displayName || entity.uniqueId}</PlaceLink>],
    ['Until', exception.untilDate ? <RelativeTime at={exception.untilDate} key="until" /> : 'Somebody ends it'],
    ['Asked for by', <Who at={exception.createdDate} by={exception.requestedBy} key="asked" />],
    [exception.status === 'DECLINED' ? 'Declined by' : 'Approved by', exception.decidedBy && <Who at={exception.decidedDate} by={exception.decidedBy} key="decided" />],
    ['Comment', exception.decision || null],
    ['Ended by', exception.endedBy && <Who at={exception.endedDate} by={exception.endedBy} key="ended" />],
    ['Ended', exception.endedBy ? null : exception.endedDate && <RelativeTime at={exception.endedDate} key="at" />],
  ];
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      <div className="grid gap-3">
        <div>
          <StatusChip word={wordOf('exception', exception.status)} />
        </div>
        <p className="whitespace-pre-line break-words">{reason}</p>
        {may && <Deeds exception={exception} />}
      </div>
      <Facts rows={rows} />
      {condition !== undefined && condition !== null && (
        <Part title="All records of which this is true">
          <p className="break-words font-medium">{sentence}</p>
          {!fits && <p className="rounded-md bg-risk-soft px-3 py-2 text-risk text-sm">The schema has changed since, and the condition no longer fits: it leaves nothing out.</p>}
          {!('field' in (condition as object)) && <RuleTree rule={condition} />}
        </Part>
      )}
      <Attachment exception={exception} may={may} />
      <LeftOut exception={exception} />
    </div>
  );
}

/** One exception: what it leaves out, why, who said so, and what can be done about it. */
export function ExceptionDrawer({ id, close }: { close: () => void; id: string }) {
  const can = useCan();
  const answer = useGet('/v1/exceptions/{exceptionId}', { path: { exceptionId: id } });
  const exception = answer.isPlaceholderData ? undefined : answer.data;
  return (
    <Drawer close={close} subtitle={exception?.test.name} title={exception ? subjectOf(exception) : 'Exception'}>
      <ErrorNote error={answer.error} retry={() => void answer.refetch()} />
      {exception && <Body exception={exception} may={can('write tests')} />}
    </Drawer>
  );
}
