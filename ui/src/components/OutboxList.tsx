// SPDX-License-Identifier: Apache-2.0

import { X } from 'lucide-react';

import type { Outgoing, useOutbox } from '../lib/outbox';
import { size } from '../lib/words';
import { Button } from './Button';
import { ErrorNote } from './ErrorNote';

function Row({ again, drop, one }: { again: () => void; drop: () => void; one: Outgoing }) {
  const { error, file, sent } = one;
  const share = file.size === 0 ? 0 : Math.round((sent / file.size) * 100);
  return (
    <li className="grid grid-cols-[minmax(0,1fr)] gap-1.5 border-b px-4 py-2.5 last:border-b-0">
      <div className="flex items-center gap-3">
        <span className="min-w-0 flex-1 truncate font-medium">{file.name}</span>
        <span className="shrink-0 text-soft text-sm">{error ? size(file.size) : share === 100 ? 'Being kept' : `${size(sent)} of ${size(file.size)}`}</span>
        <Button aria-label={`${error ? 'Take away' : 'Stop'} ${file.name}`} look="quiet" onClick={drop} shape="square" title={error ? 'Take it away' : 'Stop'}>
          <X aria-hidden className="size-4" />
        </Button>
      </div>
      {error ? <ErrorNote error={error} retry={again} /> : <progress aria-label={`${file.name}: how much is sent`} className="h-1.5 w-full overflow-hidden rounded-full bg-sunk accent-[var(--color-accent-fill)]" max={100} value={share} />}
    </li>
  );
}

/** The files that are on their way, each with how far it is. */
export function OutboxList({ outbox }: { outbox: ReturnType<typeof useOutbox> }) {
  if (outbox.files.length === 0) return null;
  return (
    <ul aria-label="Files on their way" className="rounded-xl border bg-panel">
      {outbox.files.map((one) => (
        <Row again={() => outbox.again(one)} drop={() => outbox.drop(one.key)} key={one.key} one={one} />
      ))}
    </ul>
  );
}
