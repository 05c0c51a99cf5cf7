// SPDX-License-Identifier: Apache-2.0

import { Send } from 'lucide-react';
import { useState } from 'react';

import { type Schema, sentence } from '../lib/api';
import { type Delivery, follow, mediumWord } from '../lib/notifications';
import { useRefresh } from '../lib/session';
import { useTask } from '../lib/task';
import { Button } from './Button';
import { ErrorNote } from './ErrorNote';

const grounds = { fail: 'bg-fail-soft text-fail', pass: 'bg-pass-soft text-pass', wait: 'bg-sunk' };

/** What became of a message, in a sentence. */
function outcome({ lastError, recipientName, sentTo, state, tries }: Delivery): [tone: keyof typeof grounds, text: string] {
  const to = sentTo || recipientName;
  if (state === 'sent') return ['pass', `Sent. The server took the message to ${to}.`];
  if (state === 'failed' || state === 'dropped') return ['fail', sentence(lastError ?? 'it was not sent')];
  if (lastError !== null && tries > 0) return ['fail', `${sentence(lastError)} It is tried again for a day.`];
  return ['wait', `On its way to ${to}.`];
}

/** Sends a message to see whether it comes, and says what the other side answered; off says why none can be sent now. */
export function NotificationTry({ label, off, own, start }: { label: string; off?: string; own: boolean; start: () => Promise<Schema<'NotificationTest'>> }) {
  const refresh = useRefresh();
  const { busy, error, run } = useTask();
  const [sent, setSent] = useState<Delivery[]>([]);
  const test = async () => {
    setSent([]);
    const { deliveries } = await start();
    await follow(deliveries, own, setSent);
    await refresh('/v1/notifications');
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2">
      {off ? (
        <p className="text-soft text-sm">{off}</p>
      ) : (
        <div>
          <Button busy={busy} onClick={() => run(test)}>
            <Send aria-hidden className="size-3.5" />
            {label}
          </Button>
        </div>
      )}
      <ErrorNote error={error} />
      <div className="grid gap-2" role="status">
        {sent.map((one) => {
          const [tone, text] = outcome(one);
          return (
            <p className={`break-words rounded-md px-3 py-2 text-sm ${grounds[tone]}`} key={one.id}>
              {sent.length > 1 && `${mediumWord(one.medium)}: `}
              {text}
            </p>
          );
        })}
      </div>
    </div>
  );
}
