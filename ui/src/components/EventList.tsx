// SPDX-License-Identifier: Apache-2.0

import { useGet } from '../lib/api';
import { useCan } from '../lib/session';
import { readable } from '../lib/time';
import { ErrorNote } from './ErrorNote';
import { PlaceLink } from './PlaceLink';
import { RelativeTime } from './RelativeTime';

const shown = 10;

/** What was last done to one thing, from the audit trail, for those who may read it. */
export function EventList({ targetId }: { targetId: string }) {
  const can = useCan();
  const may = can('read the audit trail');
  const answer = useGet('/v1/event-logs', { query: { pageSize: shown, targetId } }, { enabled: may });
  if (!may) return null;
  const { data = [], pageInfo } = answer.data?.results ?? {};
  return (
    <section aria-labelledby="history" className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <h2 className="font-semibold" id="history">
        History
      </h2>
      <ErrorNote error={answer.error} />
      <ol className="grid grid-cols-[minmax(0,1fr)]">
        {data.map((event) => (
          <li className="flex items-baseline justify-between gap-4 border-b py-2 text-sm last:border-b-0" key={event.id}>
            <span className="min-w-0 break-words">{readable(event.summary)}</span>
            <span className="shrink-0 text-soft">
              <RelativeTime at={event.date} />
            </span>
          </li>
        ))}
      </ol>
      {pageInfo?.hasNextPage && (
        <p className="text-sm">
          <PlaceLink href={`/audit?target=${targetId}`}>All that was done to it</PlaceLink>
        </p>
      )}
    </section>
  );
}
