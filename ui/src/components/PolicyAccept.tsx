// SPDX-License-Identifier: Apache-2.0

import { type Schema, send, useGet } from '../lib/api';
import { useRefresh } from '../lib/session';
import { ConfirmButton } from './ConfirmButton';
import { RelativeTime } from './RelativeTime';

type Own = Schema<'OwnPolicy'>;

/** What one is asked to accept oneself. */
export function useOwnPolicies(): { error: unknown; loaded: boolean; rows: Own[] } {
  const answer = useGet('/v1/account/policies', { query: { pageSize: 100 } });
  return { error: answer.error, loaded: answer.data !== undefined, rows: answer.data?.results.data ?? [] };
}

/** Says whether a policy waits for oneself, and lets one accept the version that was read. */
export function AcceptNote({ own, read }: { own: Own | undefined; read: number | undefined }) {
  const refresh = useRefresh();
  if (!own) return null;
  if (own.acceptedDate)
    return (
      <p className="rounded-md bg-pass-soft px-3 py-2 text-pass text-sm" role="status">
        You accepted it <RelativeTime at={own.acceptedDate} />.
      </p>
    );
  const late = own.status === 'OVERDUE';
  return (
    <div className={`flex flex-wrap items-center justify-between gap-3 rounded-md px-3 py-2 text-sm ${late ? 'bg-fail-soft' : 'bg-risk-soft'}`}>
      <p className={late ? 'text-fail' : 'text-risk'}>
        You are asked to accept version {own.version}
        {own.dueDate && <>: <span className="lowercase"><RelativeTime as="due" at={own.dueDate} /></span></>}
        {read !== own.version && '. Read it first'}.
      </p>
      {read === own.version && (
        <ConfirmButton
          send={async () => {
            await send('POST', '/v1/policies/{policyId}/accept', { body: { version: own.version }, path: { policyId: own.id } });
            await refresh('/v1/account/policies', '/v1/policies', '/v1/people', '/v1/my-work');
          }}
          text="You say that you have read it and go by it. The evidence ledger keeps that, with the hash of what you read."
          title={`Accept version ${String(own.version)}`}
          verb="Accept"
        >
          Accept it
        </ConfirmButton>
      )}
    </div>
  );
}
