// SPDX-License-Identifier: Apache-2.0

import { FlaskConical, Plus, X } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';

import { type Schema, send, usePages } from '../lib/api';
import { findTests } from '../lib/find';
import { useWhole } from '../lib/program';
import { useCan, useRefresh } from '../lib/session';
import { count, wordOf } from '../lib/words';
import { Button } from './Button';
import { ConfirmDialog } from './ConfirmButton';
import { EmptyState } from './EmptyState';
import { ErrorNote } from './ErrorNote';
import { MicroBar } from './MicroBar';
import { type Choice, Picker } from './Picker';
import { PlaceLink } from './PlaceLink';
import { RelativeTime } from './RelativeTime';
import { StatusChip } from './StatusChip';
import { type Column, Table } from './Table';

type Test = Schema<'Test'>;

const rank = ['NEEDS_ATTENTION', 'INVALID', 'IN_PROGRESS', 'OK', 'NOT_APPLICABLE', 'DEACTIVATED'];

const columns: Column<Test>[] = [
  {
    cell: (test) => (
      <span className="grid min-w-0">
        <span className="truncate font-medium leading-5">{test.name}</span>
        <span className="truncate text-soft text-xs">{test.application.name}</span>
      </span>
    ),
    head: 'Test',
    key: 'name',
    width: 'minmax(0,1fr)',
  },
  { cell: (test) => <StatusChip quiet word={wordOf('test', test.status)} />, head: 'Status', key: 'status', width: '124px' },
  { cell: ({ counts }) => <MicroBar failing={counts.failing} passing={counts.passing} total={counts.failing + counts.passing + counts.inProgress + counts.deactivated} />, from: 620, head: 'Failing', key: 'failing', width: '130px' },
  { cell: (test) => <RelativeTime as="due" at={test.status === 'NEEDS_ATTENTION' ? test.remediationStatusInfo.soonestRemediateByDate : null} />, from: 760, head: 'Due', key: 'due', width: '116px' },
];

/** A column with a button that takes a test away. */
const removal = (ask: (test: Test) => void): Column<Test> => ({
  align: 'right',
  cell: (test) => (
    <Button aria-label={`Take ${test.name} (${test.application.name}) from the control`} look="quiet" onClick={() => ask(test)} shape="square" title="Take it from the control">
      <X aria-hidden className="size-4" />
    </Button>
  ),
  from: 420,
  head: 'Map',
  key: 'remove',
  width: '32px',
});

/** The tests that prove a control, those that fail first; to map others and take them away, for those who may. */
export function ControlTests({ control, may }: { control: Schema<'ControlDetail'>; may: boolean }) {
  const refresh = useRefresh();
  const [, navigate] = useLocation();
  const [leaving, setLeaving] = useState<Test | undefined>();
  const path = { controlId: control.id };
  const list = useWhole(usePages('/v1/controls/{controlId}/tests', { path }));
  const rows = list.rows.toSorted((a, b) => rank.indexOf(a.status) - rank.indexOf(b.status) || a.name.localeCompare(b.name));
  const changed = () => refresh('/v1/controls', '/v1/frameworks', '/v1/tests', '/v1/home');
  const add = async (choice: Choice | null) => {
    if (!choice) return;
    await send('POST', '/v1/controls/{controlId}/add-test-to-control', { body: { testId: choice.id }, path });
    await changed();
  };
  return (
    <section aria-labelledby="tests" className="grid min-w-0 content-start gap-2">
      <header className="flex min-h-8 items-center justify-between gap-3">
        <h2 className="font-semibold" id="tests">
          {list.isLoading ? 'Tests' : count(rows.length, 'test')}
        </h2>
        {may && (
          <Picker
            find={findTests(new Set(rows.map((one) => one.id)))}
            label="Test"
            name={`tests-for-${control.id}-${String(rows.length)}`}
            pick={add}
            trigger={
              <Button>
                <Plus aria-hidden className="size-3.5" />
                Map a test
              </Button>
            }
          />
        )}
      </header>
      <ErrorNote error={list.error} />
      {!list.isLoading && rows.length === 0 && !list.error && (control.numDocumentsTotal ?? 0) > 0 && <p className="text-soft text-sm">No test proves it. What stands for its documents does, below.</p>}
      {!list.isLoading && rows.length === 0 && !list.error && !control.numDocumentsTotal && (
        <EmptyState
          Icon={FlaskConical}
          command={`curl -X POST ${location.origin}/v1/controls/${control.externalId ?? control.id}/add-test-to-control \\\n  -H "Authorization: Bearer $TOKEN" \\\n  -H 'Content-Type: application/json' \\\n  -d '{"testId": "ID"}'`}
          title="No test proves it yet"
        >
          Map a test, and it is evidence for this control all day long. Or name the control in the test's own file.
        </EmptyState>
      )}
      {rows.length > 0 && <Table columns={may ? [...columns, removal(setLeaving)] : columns} label="Tests" open={(test) => navigate(`/tests/${test.id}`)} rowKey={(test) => test.id} rows={rows} />}
      <ConfirmDialog
        open={leaving !== undefined}
        send={async () => {
          await send('DELETE', '/v1/controls/{controlId}/tests/{testId}', { path: { ...path, testId: leaving?.id ?? '' } });
          await changed();
        }}
        setOpen={(open) => {
          if (!open) setLeaving(undefined);
        }}
        text={
          <>
            <strong className="font-medium text-text">{leaving?.name}</strong> will no longer be evidence for this control. The test itself stays.
          </>
        }
        title="Take the test from the control"
        verb="Take it away"
      />
      <Exceptions tests={new Set(rows.map((one) => one.id))} />
    </section>
  );
}

/** The exceptions in force under these tests: what is left out of the evidence, and why. */
function Exceptions({ tests }: { tests: Set<string> }) {
  const can = useCan();
  const list = useWhole(usePages('/v1/exceptions', { query: { status: 'APPROVED' } }, { enabled: can('read tests') && tests.size > 0 }));
  const rows = list.rows.filter((one) => tests.has(one.test.id));
  if (rows.length === 0) return null;
  return (
    <section aria-labelledby="exceptions" className="mt-5 grid gap-2">
      <h2 className="font-semibold" id="exceptions">
        {count(rows.length, 'exception')} in force
      </h2>
      <ul className="rounded-xl border bg-panel">
        {rows.map((one) => (
          <li className="grid gap-0.5 border-b px-4 py-2.5 last:border-b-0" key={one.id}>
            <span className="flex flex-wrap items-baseline justify-between gap-x-4">
              <span className="min-w-0 font-medium">
                <PlaceLink href={`/exceptions?exception=${one.id}`}>{one.entity ? one.entity.displayName || one.entity.uniqueId : `Where ${one.sentence ?? ''}`}</PlaceLink>
              </span>
              <span className="text-soft text-sm">{one.untilDate ? <>Ends <RelativeTime at={one.untilDate} /></> : 'Until somebody ends it'}</span>
            </span>
            <span className="text-sm">{one.reason}</span>
            <span className="truncate text-soft text-sm">{one.test.name}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
