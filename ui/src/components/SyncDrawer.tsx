// SPDX-License-Identifier: Apache-2.0

import { useQuery } from '@tanstack/react-query';

import { Refusal, type Schema, sentence, useGet, usePages } from '../lib/api';
import { count } from '../lib/words';
import { Drawer } from './Drawer';
import { ErrorNote } from './ErrorNote';
import { RelativeTime } from './RelativeTime';

type Run = Schema<'SyncRun'>;
type Change = Schema<'RecordChange'>;
type Rejection = Schema<'Rejection'>;

/** The counts of a push with their signs, each with its word for who hears it. */
export function Delta({ sync }: { sync: Pick<Run, 'created' | 'removed' | 'updated'> & { held?: number } }) {
  const parts = [
    ['+', sync.created, 'new', 'text-pass'],
    ['~', sync.updated, 'changed', 'text-risk'],
    ['−', sync.removed, 'gone', 'text-fail'],
  ] as const;
  return (
    <span className="inline-flex gap-2.5">
      {parts.map(([sign, n, word, tone]) => (
        <span className={n > 0 ? tone : 'text-faint'} key={word} title={`${n.toLocaleString('en-GB')} ${word}`}>
          <span aria-hidden>{sign}</span>
          {n.toLocaleString('en-GB')}
          <span className="sr-only"> {word}</span>
        </span>
      ))}
    </span>
  );
}

/** A value as it stands in JSON; nothing for what is not there. */
function Value({ value }: { value: unknown }) {
  if (value === undefined) return <span className="text-faint">nothing</span>;
  return <code className="break-all font-mono">{JSON.stringify(value)}</code>;
}

/** What changed in one record, field by field. */
export function FieldChanges({ fields, more }: { fields: Schema<'FieldChange'>[]; more: number }) {
  if (fields.length === 0) return null;
  return (
    <dl className="mt-1 grid gap-1 text-sm">
      {fields.map((field) => (
        <div className="flex flex-wrap items-baseline gap-x-2" key={field.pointer}>
          <dt className="font-mono text-soft text-xs">{field.pointer}</dt>
          <dd>
            {field.tooLong ? (
              <span className="text-soft">too long to show</span>
            ) : (
              <>
                <Value value={field.before} /> <span className="text-soft">became</span> <Value value={field.after} />
              </>
            )}
          </dd>
        </div>
      ))}
      {more > 0 && <div className="text-soft">and {count(more, 'more field')}</div>}
    </dl>
  );
}

const kinds = { created: ['New', 'text-pass'], removed: ['Gone', 'text-fail'], updated: ['Changed', 'text-risk'] } as const;

function Changes({ syncId }: { syncId: string }) {
  const list = usePages('/v1/syncs/{syncId}/changes', { path: { syncId } }, { pageSize: 50 });
  return (
    <section className="grid gap-2">
      <h3 className="font-semibold text-sm">The difference</h3>
      <ErrorNote error={list.error} />
      {!list.isLoading && list.rows.length === 0 && !list.error && <p className="text-soft text-sm">Nothing changed: every record was as before.</p>}
      <ul className="grid">
        {list.rows.map((one: Change) => (
          <li className="border-b py-2 last:border-b-0" key={`${one.change}-${one.recordId}`}>
            <span className="flex items-baseline gap-2">
              <span className={`w-16 shrink-0 font-medium text-sm ${kinds[one.change][1]}`}>{kinds[one.change][0]}</span>
              <span className="min-w-0 truncate">{one.displayName || one.uniqueId}</span>
              <span className="truncate text-faint text-sm">{one.uniqueId}</span>
            </span>
            <FieldChanges fields={one.fields} more={one.moreFields} />
          </li>
        ))}
      </ul>
      {list.hasMore && (
        <button className="justify-self-start text-accent text-sm hover:underline" onClick={list.more} type="button">
          Show more
        </button>
      )}
    </section>
  );
}

/** Reads the rejections, which come a line each. */
async function readRejections(url: string): Promise<Rejection[]> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Refusal(answer.status, 'the rejections cannot be read');
  const text = await answer.text();
  return text.split('\n').filter(Boolean).slice(0, 200).map((line) => JSON.parse(line) as Rejection);
}

/** What was refused of a push, by record and place. */
export function RejectionList({ rejections }: { rejections: Rejection[] }) {
  return (
    <ul className="grid">
      {rejections.map((one) => (
        <li className="border-b py-2 text-sm last:border-b-0" key={`${String(one.index)}${one.pointer}${one.code}`}>
          <span className="font-medium">{one.uniqueId || `Element ${String(one.index)}`}</span> <code className="break-all font-mono text-soft text-xs">{one.pointer}</code>
          <div>{sentence(one.message.replace(/^\/\S*: /, ''))}</div>
          {one.actual && (
            <div className="text-soft">
              It was <code className="break-all font-mono">{one.actual}</code>
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

function Rejections({ sync }: { sync: Run }) {
  const answer = useQuery({ enabled: sync.rejectionsUrl !== null, queryFn: () => readRejections(`/v1/resources/syncs/${sync.id}/rejections`), queryKey: ['/v1/resources/syncs', sync.id] });
  if (sync.rejectionsUrl === null) return null;
  return (
    <section className="grid gap-2">
      <h3 className="font-semibold text-sm">Rejected</h3>
      <ErrorNote error={answer.error} />
      <RejectionList rejections={answer.data ?? []} />
      {sync.rejected > 200 && <p className="text-soft text-sm">The first 200 are shown; the API answers all of them.</p>}
    </section>
  );
}

/** One push: its counts, what was rejected, what it changed. */
export function SyncDrawer({ close, syncId }: { close: () => void; syncId: string }) {
  const answer = useGet('/v1/syncs/{syncId}', { path: { syncId } });
  const sync = answer.isPlaceholderData ? undefined : answer.data;
  return (
    <Drawer close={close} subtitle={sync && <>{sync.actor.name}, <RelativeTime at={sync.committedDate} /></>} title={sync ? `Push of ${sync.definitionName}` : 'Push'}>
      <ErrorNote error={answer.error} />
      {sync && (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
          <dl className="grid grid-cols-3 gap-3 sm:grid-cols-4">
            {([['Received', sync.received], ['Accepted', sync.accepted], ['Rejected', sync.rejected], ['New', sync.created], ['Changed', sync.updated], ['Unchanged', sync.unchanged], ['Gone', sync.removed], ['Held', sync.held]] as const).map(([term, n]) => (
              <div key={term}>
                <dt className="text-soft text-sm">{term}</dt>
                <dd className={`font-semibold text-lg ${term === 'Rejected' && n > 0 ? 'text-fail' : ''}`}>{n.toLocaleString('en-GB')}</dd>
              </div>
            ))}
          </dl>
          {sync.failed && <ErrorNote error={`Nothing was taken: ${sync.failure ?? 'the push failed'}.`} />}
          <Rejections sync={sync} />
          {!sync.failed && <Changes syncId={sync.id} />}
        </div>
      )}
    </Drawer>
  );
}
