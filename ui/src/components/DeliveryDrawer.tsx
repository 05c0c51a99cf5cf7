// SPDX-License-Identifier: Apache-2.0

import { CircleCheck, CircleX } from 'lucide-react';

import { type Schema, send, sentence, useGet } from '../lib/api';
import { type Delivery, type Hook, beat, deliveryWord, nextTry, soon, statusWord, took } from '../lib/hooks';
import { useNow } from '../lib/now';
import { useCan, useRefresh } from '../lib/session';
import { useTask } from '../lib/task';
import { absolute, readable } from '../lib/time';
import { Button } from './Button';
import { CopyButton } from './CopyField';
import { Drawer } from './Drawer';
import { ErrorNote } from './ErrorNote';
import { Facts, Part } from './Facts';
import { JsonView } from './JsonView';
import { RelativeTime } from './RelativeTime';
import { StatusChip } from './StatusChip';

type Attempt = Schema<'WebhookAttempt'>;
type Detail = Schema<'WebhookDeliveryDetail'>;

/** When a delivery is tried next, in words; null when it has come to its end. */
export function NextTry({ delivery, hook }: { delivery: Delivery; hook: Hook }) {
  const now = useNow();
  if (delivery.state !== 'PENDING') return null;
  const at = nextTry(delivery, hook);
  if (!at) return <>when it is enabled</>;
  return (
    <time dateTime={at.toISOString()} title={absolute(at)}>
      {soon(at, now)}
    </time>
  );
}

/** One request, and what came back. */
function One({ attempt }: { attempt: Attempt }) {
  const Icon = attempt.error === null ? CircleCheck : CircleX;
  const said = attempt.error !== null && attempt.error !== `the receiver answered ${String(attempt.status)}`;
  return (
    <li className="grid grid-cols-[16px_minmax(0,1fr)] gap-x-2.5 gap-y-1 border-b py-2.5 last:border-b-0">
      <Icon aria-label={attempt.error === null ? 'Arrived' : 'Failed'} className={`mt-0.5 size-4 ${attempt.error === null ? 'text-pass' : 'text-fail'}`} />
      <p className="flex flex-wrap items-baseline justify-between gap-x-3 text-sm">
        <span className="font-medium">{statusWord(attempt.status)}</span>
        <span className="text-soft">
          {took(attempt.durationMs)} · <RelativeTime at={attempt.date} />
        </span>
      </p>
      {said && <p className="col-start-2 break-words text-fail text-sm">{sentence(attempt.error ?? '')}</p>}
      {attempt.answer !== '' && (
        // A region that scrolls must be reachable by keyboard.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <pre aria-label={`How the answer of attempt ${String(attempt.number)} begins`} className="col-start-2 max-h-40 overflow-auto whitespace-pre-wrap break-words rounded-md border bg-sunk px-3 py-2 font-mono text-xs" role="region" tabIndex={0}>
          {attempt.answer}
        </pre>
      )}
    </li>
  );
}

function Replay({ delivery, hook }: { delivery: Detail; hook: Hook }) {
  const refresh = useRefresh();
  const { busy, error, run } = useTask();
  const replay = async () => {
    await send('POST', '/v1/webhooks/{webhookId}/deliveries/{deliveryId}/replay', { path: { deliveryId: delivery.id, webhookId: hook.id } });
    await refresh('/v1/webhooks');
  };
  return (
    <div className="grid justify-items-start gap-2">
      <Button busy={busy} onClick={() => run(replay)}>
        Replay
      </Button>
      <p className="text-soft text-sm">Sends the same body with the same webhook-id again, now.</p>
      <ErrorNote error={error} />
    </div>
  );
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

function Sent({ delivery }: { delivery: Detail }) {
  const headers = [
    ['content-type', 'application/json'],
    ['webhook-id', delivery.id],
    ['webhook-timestamp', 'seconds since 1970, anew with each attempt'],
    ['webhook-signature', 'v1, over id, time and body; anew with each attempt'],
  ];
  return (
    <>
      <Part title="Headers">
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 rounded-md border bg-sunk px-3 py-2 text-sm">
          {headers.map(([name, value]) => (
            <div className="contents" key={name}>
              <dt className="font-mono text-soft">{name}</dt>
              <dd className={`break-all ${name === 'webhook-id' || name === 'content-type' ? 'font-mono' : 'text-soft'}`}>{value}</dd>
            </div>
          ))}
        </dl>
      </Part>
      <Part aside={<CopyButton label="Copy the body" text={delivery.body} />} title="Body">
        <JsonView label="Body" value={parsed(delivery.body)} />
      </Part>
    </>
  );
}

function Body({ delivery, hook }: { delivery: Detail; hook: Hook }) {
  const can = useCan();
  const test = delivery.eventId === null;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      <p className="break-words text-lg">{sentence(readable(delivery.summary))}</p>
      <Facts
        rows={[
          ['Status', <span key="stands" role="status"><StatusChip word={deliveryWord(delivery)} /></span>],
          ['Next try', delivery.state === 'PENDING' ? <NextTry delivery={delivery} hook={hook} key="next" /> : null],
          ['Created', <RelativeTime at={delivery.creationDate} key="made" />],
          ['Type', <code className="font-mono text-sm" key="type">{delivery.type}</code>],
          ['Id', <span className="flex items-center" key="id"><code className="truncate font-mono text-sm">{delivery.id}</code><CopyButton label="Copy the id" text={delivery.id} /></span>],
          ['Event', test ? 'A test, of none' : <span className="flex items-center" key="event"><code className="truncate font-mono text-sm">{delivery.eventId}</code><CopyButton label="Copy the id of the event" text={delivery.eventId ?? ''} /></span>],
        ]}
      />
      {can('manage webhooks') && !test && hook.state === 'ENABLED' && <Replay delivery={delivery} hook={hook} key={delivery.id} />}
      <Part title="Attempts">
        {delivery.log.length === 0 ? (
          <p className="text-soft text-sm">None yet.</p>
        ) : (
          <ol aria-label="Attempts, the newest first" className="grid grid-cols-[minmax(0,1fr)]">
            {delivery.log.toReversed().map((one) => (
              <One attempt={one} key={one.number} />
            ))}
          </ol>
        )}
      </Part>
      <Sent delivery={delivery} />
    </div>
  );
}

/** One delivery: how it stands, every attempt, and what is sent. */
export function DeliveryDrawer({ close, hook, id }: { close: () => void; hook: Hook; id: string }) {
  const answer = useGet('/v1/webhooks/{webhookId}/deliveries/{deliveryId}', { path: { deliveryId: id, webhookId: hook.id } }, { refetchInterval: beat });
  const delivery = answer.isPlaceholderData ? undefined : answer.data;
  return (
    <Drawer close={close} subtitle={`To ${hook.name}`} title="Delivery">
      <ErrorNote error={answer.error} retry={() => void answer.refetch()} />
      {delivery && <Body delivery={delivery} hook={hook} />}
    </Drawer>
  );
}
