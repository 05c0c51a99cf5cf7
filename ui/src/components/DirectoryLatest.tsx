// SPDX-License-Identifier: Apache-2.0

import { useQueries } from '@tanstack/react-query';

import { type Schema, send, usePages } from '../lib/api';
import type { Directory } from '../lib/guide';
import { count } from '../lib/words';

const most = 5;

/** The users whom the newest requests brought or changed, each with the newest request about them. */
function latest(rows: Schema<'DirectoryRequest'>[]): [userId: string, requestId: string][] {
  const found = new Map<string, string>();
  for (const { id, method, path, resourceId, status } of rows) if (resourceId && method !== 'GET' && status < 400 && /^\/?users/i.test(path) && !found.has(resourceId)) found.set(resourceId, id);
  return [...found].slice(0, most);
}

/** What those who came last get, and whether the attribute came with them. */
export function Latest({ directory }: { directory: Directory }) {
  const { id: directoryId, provider, roleAttribute } = directory;
  const list = usePages('/v1/directories/{directoryId}/requests', { path: { directoryId }, query: {} }, { pageSize: 50 });
  const answers = useQueries({
    queries: latest(list.rows).map(([user, request]) => ({
      queryFn: () => send('POST', '/v1/directories/{directoryId}/simulate', { body: { user }, path: { directoryId } }),
      queryKey: ['simulate', directoryId, user, request, roleAttribute],
      retry: false, // who is deleted since is not there
    })),
  });
  const known = answers.flatMap(({ data }) => (data ? [data] : []));
  if (known.length === 0) return null;
  const without = known.filter(({ steps }) => steps[0] === `The attribute ${roleAttribute} is absent.`);
  return (
    <section aria-label="What those who came last get" className="grid grid-cols-[minmax(0,1fr)] gap-2 text-sm">
      <h3 className="font-medium">What those who came last get</h3>
      {without.length > 0 && (
        <p className="rounded-md bg-risk-soft px-3 py-2 text-risk">
          {without.length === known.length ? (
            <>
              None of the last {count(known.length, 'user')} brought {roleAttribute}. Look at its spelling here and there{provider === 'okta' && ', and at its external namespace in Okta’s Profile Editor'}; then send these people again.
            </>
          ) : (
            <>
              {without.length} of the last {count(known.length, 'user')} came without {roleAttribute}. See that a role is chosen in the assignment of each, and send them again.
            </>
          )}
        </p>
      )}
      <ul className="rounded-lg border">
        {known.map(({ name, role, steps, userId, userName }) => (
          <li className="flex flex-wrap items-baseline gap-x-3 border-b px-3 py-2 last:border-b-0" key={userId}>
            <span className="min-w-0 flex-1 basis-40 break-words">{name || userName}</span>
            <span className="font-medium">{role.name}</span>
            <span className="basis-full break-words text-soft">{steps.slice(0, 2).join(' ')}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
