// SPDX-License-Identifier: Apache-2.0

import type { ReactNode } from 'react';

import { type Schema, send, useGet } from '../lib/api';
import { useNow } from '../lib/now';
import { useCan, useRefresh, useSession } from '../lib/session';
import { readable } from '../lib/time';
import { count, wordOf } from '../lib/words';
import { ConfirmButton } from './ConfirmButton';
import { CopyButton } from './CopyField';
import { Drawer } from './Drawer';
import { ErrorNote } from './ErrorNote';
import { Field, TextField } from './Form';
import { JsonView } from './JsonView';
import { SourceLink } from './OutLink';
import { RelativeTime } from './RelativeTime';
import { RequirementLinks } from './RequirementLinks';
import { StatusChip } from './StatusChip';
import { TraceTree, decidingFields } from './TraceTree';

type Explanation = Schema<'TestExplanation'>;

function Part({ title, children }: { children: ReactNode; title: string }) {
  return (
    <section className="grid gap-2">
      <h3 className="font-semibold text-sm">{title}</h3>
      {children}
    </section>
  );
}

const escape = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** Where a field of a rule stands in the record: custom properties are named without their object. */
function pointerOf(record: unknown, field: string): string {
  const path = field.split('.').map((name) => `/${escape(name)}`).join('');
  const first = field.split('.')[0] ?? '';
  return record === null || typeof record !== 'object' || first in record || !('customProperties' in record) ? path : `/customProperties${path}`;
}

/** The requirements that a failing record breaks, each one click away. */
function Breaks({ recordId }: { recordId: string }) {
  const answer = useGet('/v1/entities/{entityId}/requirements', { path: { entityId: recordId } });
  const requirements = answer.isPlaceholderData ? [] : (answer.data?.requirements ?? []);
  if (requirements.length === 0) return <ErrorNote error={answer.error} />;
  return (
    <Part title={`Breaks ${count(requirements.length, 'requirement')}`}>
      <RequirementLinks requirements={requirements} />
    </Part>
  );
}

/** Leaves one record out of a test, for a reason and perhaps until a day. */
function ExceptionButton({ test, record }: { record: Explanation; test: Schema<'Test'> }) {
  const refresh = useRefresh();
  const now = useNow();
  return (
    <ConfirmButton
      fields={
        <>
          <TextField data-missing="Say why: auditors read it." hint="Auditors read it." label="Reason" name="reason" required />
          <Field hint="Without a day it holds until somebody ends it." label="Until" min={now.toISOString().slice(0, 10)} name="until" type="date" />
        </>
      }
      send={async ({ reason = '', until = '' }) => {
        await send('POST', '/v1/exceptions', { body: { reason, record: record.id, test: test.id, until: until === '' ? undefined : new Date(`${until}T23:59:59`).toISOString() } });
        await refresh('/v1/tests', '/v1/exceptions', '/v1/home');
      }}
      text={
        <>
          <strong className="font-medium text-text">{record.displayName || record.uniqueId}</strong> will not count for this test. Where exceptions need approval, it counts until somebody has given it.
        </>
      }
      title="New exception"
      verb="Create the exception"
    >
      New exception
    </ConfirmButton>
  );
}

function Body({ record, test }: { record: Explanation; test: Schema<'Test'> }) {
  const can = useCan();
  const { mayOwn, user } = useSession();
  const mine = mayOwn && test.owner?.id === user.id;
  const marked = decidingFields(record.trace).map((field) => pointerOf(record.record, field));
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      <div className="grid gap-2">
        <div className="flex flex-wrap items-center gap-3">
          <StatusChip word={wordOf('entity', record.entityStatus)} />
          {record.failingSince && (
            <span className="text-soft text-sm">
              Failing since <RelativeTime at={record.failingSince} />
            </span>
          )}
          {record.remediateByDate && <RelativeTime as="due" at={record.remediateByDate} />}
        </div>
        {record.reason && <p>{readable(record.reason)}</p>}
        {record.deactivatedReason && (
          <p>
            Excepted: {record.deactivatedReason}
            {record.deactivatedUntilDate && (
              <>
                {' '}
                (ends <RelativeTime at={record.deactivatedUntilDate} />)
              </>
            )}
          </p>
        )}
        {record.stale && <p className="text-stale text-sm">Its newest element was rejected; this is the record before.</p>}
        {record.held && <p className="text-stale text-sm">Left out of the newest push, and kept by a guard.</p>}
        {record.entityStatus === 'FAILING' && (can('write tests') || mine) && (
          <div>
            <ExceptionButton record={record} test={test} />
          </div>
        )}
      </div>
      {record.trace && (
        <Part title="Why">
          <TraceTree fails={Boolean(test.failWhen)} trace={record.trace} />
        </Part>
      )}
      {record.scope && (
        <Part title="Scope">
          <TraceTree trace={record.scope} />
        </Part>
      )}
      {record.entityStatus === 'FAILING' && can('read controls and frameworks') && <Breaks recordId={record.id} />}
      <Part title="The record">
        <SourceLink record={record.record} />
        <JsonView label="The record as JSON" marked={marked} value={record.record} />
      </Part>
    </div>
  );
}

/** One record under a test: why it has its outcome, and the record with the deciding value marked. */
export function RecordDrawer({ test, recordId, close }: { close: () => void; recordId: string; test: Schema<'Test'> }) {
  const answer = useGet('/v1/tests/{testId}/entities/{entityId}/explain', { path: { entityId: recordId, testId: test.id } });
  const record = answer.isPlaceholderData ? undefined : answer.data;
  return (
    <Drawer
      close={close}
      subtitle={
        record && (
          <span className="inline-flex items-center gap-1">
            {record.uniqueId}
            <CopyButton label="Copy the id" text={record.uniqueId} />
          </span>
        )
      }
      title={record ? record.displayName || record.uniqueId : 'Record'}
    >
      <ErrorNote error={answer.error} retry={() => void answer.refetch()} />
      {record && <Body record={record} test={test} />}
    </Drawer>
  );
}
