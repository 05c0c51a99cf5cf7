// SPDX-License-Identifier: Apache-2.0

import { type Schema, usePages } from '../lib/api';
import { Button } from './Button';
import { ErrorNote } from './ErrorNote';
import { Part } from './Facts';
import { RelativeTime } from './RelativeTime';

type Version = Schema<'RecordVersion'>;

const shown = (value: unknown) => (value === undefined || value === null ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value));

const pieceOf = (pointer: string) => pointer.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~');

const deeds: Record<string, string> = { created: 'First pushed', restored: 'Pushed again', updated: 'Changed' };

function Entry({ version }: { version: Version }) {
  return (
    <li className="relative grid gap-1 border-l pl-4">
      <span aria-hidden className="absolute top-1.5 -left-[4.5px] size-2 rounded-full border bg-panel" />
      <span className="flex flex-wrap justify-between gap-x-3">
        <span className="font-medium text-sm">
          {deeds[version.change] ?? 'Changed'}
          {version.actor.name && <span className="font-normal text-soft"> by {version.actor.name}</span>}
        </span>
        <span className="text-soft text-sm">
          <RelativeTime at={version.fromDate} />
        </span>
      </span>
      {version.removed && version.toDate && (
        <span className="text-soft text-sm">
          Left out of a push <RelativeTime at={version.toDate} />
        </span>
      )}
      {version.change === 'updated' && (
        <ul className="grid gap-0.5 text-sm">
          {version.fields.slice(0, 5).map((field) => (
            <li className="break-words text-soft" key={field.pointer}>
              <span className="text-text">{pieceOf(field.pointer)}</span>: {field.tooLong ? 'changed' : <>{shown(field.before)} → <span className="text-text">{shown(field.after)}</span></>}
            </li>
          ))}
          {version.fields.length + version.moreFields > 5 && <li className="text-faint">and {version.fields.length + version.moreFields - 5} more</li>}
        </ul>
      )}
    </li>
  );
}

/** How a record became what it is: its versions, newest first. */
export function RecordPast({ resourceId, recordId }: { recordId: string; resourceId: string }) {
  const list = usePages('/v1/definitions/{resourceId}/records/{recordId}/versions', { path: { recordId, resourceId } }, { pageSize: 5 });
  return (
    <Part title="Its life">
      <ErrorNote error={list.error} />
      <ol className="grid gap-4">
        {list.rows.map((version) => (
          <Entry key={version.fromDate + version.change} version={version} />
        ))}
      </ol>
      {list.hasMore && (
        <div>
          <Button look="quiet" onClick={list.more}>
            Show older
          </Button>
        </div>
      )}
    </Part>
  );
}
