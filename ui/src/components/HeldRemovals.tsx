// SPDX-License-Identifier: Apache-2.0

import { type Schema, send, usePages } from '../lib/api';
import { useCan, useRefresh } from '../lib/session';
import { count } from '../lib/words';
import { ConfirmButton } from './ConfirmButton';
import { ErrorNote } from './ErrorNote';
import { RelativeTime } from './RelativeTime';

/** The removals that the guard holds: which records, and the choice to let them go. Nothing without any. */
export function HeldRemovals({ definition }: { definition: Schema<'Definition'> }) {
  const can = useCan();
  const refresh = useRefresh();
  const { held } = definition;
  const list = usePages('/v1/definitions/{resourceId}/held', { path: { resourceId: definition.id } }, { enabled: held !== null, pageSize: 20 });
  if (held === null) return null;
  const release = async () => {
    await send('POST', '/v1/definitions/{resourceId}/held/release', { body: { confirmToken: held.confirmToken ?? '' }, path: { resourceId: definition.id } });
    await refresh('/v1/definitions', '/v1/tests', '/v1/home');
  };
  return (
    <section aria-label="Held removals" className="grid gap-2 rounded-md border border-risk-mark bg-risk-soft px-4 py-3">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <h2 className="font-semibold">{count(held.count, 'removal')} held</h2>
          <p className="max-w-prose text-sm">
            The newest push left out more than the guard lets go{held.sinceDate && <>, <RelativeTime at={held.sinceDate} /></>}. They count as before. A record that is pushed again stays of itself; to keep them all, push them.
          </p>
        </div>
        {can('write applications and definitions') && held.confirmToken !== null && (
          <ConfirmButton look="danger" send={release} text={`${count(held.count, 'record')} will be gone, with what tests say of ${held.count === 1 ? 'it' : 'them'}. The past keeps ${held.count === 1 ? 'it' : 'them'}.`} title="Release the removals" verb="Let them go">
            Release
          </ConfirmButton>
        )}
      </div>
      <ErrorNote error={list.error} />
      <ul className="flex flex-wrap gap-1.5 text-sm">
        {list.rows.slice(0, 12).map((one) => (
          <li className="max-w-60 truncate rounded-md border bg-panel px-1.5" key={one.id} title={one.uniqueId}>
            {one.displayName || one.uniqueId}
          </li>
        ))}
        {held.count > 12 && <li className="text-soft">and {(held.count - 12).toLocaleString('en-GB') + ' more'}</li>}
      </ul>
    </section>
  );
}
