// SPDX-License-Identifier: Apache-2.0

import { Plus, ShieldCheck, X } from 'lucide-react';
import { useState } from 'react';
import { Link, useParams } from 'wouter';

import { Button } from '../components/Button';
import { ConfirmDialog } from '../components/ConfirmButton';
import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { NotFound } from '../components/NotFound';
import { Page } from '../components/Page';
import { type Choice, Picker } from '../components/Picker';
import { PlaceLink } from '../components/PlaceLink';
import { RelativeTime } from '../components/RelativeTime';
import { useBoundScope } from '../components/ScopePicker';
import { StatusChip } from '../components/StatusChip';
import { type Schema, send, useGet, usePages } from '../lib/api';
import { findControls } from '../lib/find';
import { gapOf, urgency, useFrameworkControls, useWhole } from '../lib/program';
import { useCan, useRefresh } from '../lib/session';
import { count, wordOf } from '../lib/words';

type Requirement = Schema<'RequirementState'>;
type Control = Schema<'Control'>;
type Test = Schema<'Test'>;
type Failure = Schema<'RequirementFailure'>;

/** A test as it stands in the scope of a framework. */
type Scoped = Pick<Test, 'application' | 'id' | 'name' | 'status'> & { failing: number };

const rank = (test: Scoped) => ['NEEDS_ATTENTION', 'INVALID', 'IN_PROGRESS', 'OK'].indexOf(test.status) + 1 || 9;

/** The tests of a framework by the controls that they prove, failing ones first; of the bound scope where there is one. */
function useTestsByControl(frameworkId: string): Map<string, Scoped[]> {
  const can = useCan();
  const bound = useBoundScope(frameworkId);
  const list = useWhole(usePages('/v1/tests', { query: { frameworkFilter: frameworkId } }, { enabled: can('read tests') }));
  const scoped = useWhole(usePages('/v1/scopes/{scopeId}/tests', { path: { scopeId: bound?.id ?? '' } }, { enabled: can('read tests') && bound !== undefined && bound !== null }));
  const within = new Map(scoped.rows.map((one) => [one.id, one]));
  const tests = new Map<string, Scoped[]>();
  for (const { application, controls, counts, id, name, status } of list.rows) {
    const inScope = bound ? within.get(id) : undefined;
    const test = { application, failing: inScope?.failing ?? counts.failing, id, name, status: inScope?.status ?? status };
    for (const control of controls) tests.set(control, [...(tests.get(control) ?? []), test].toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name)));
  }
  return tests;
}

/** A control with its owner and its tests. */
function ControlPart({ control, tests, remove }: { control: Control; remove?: () => void; tests: Scoped[] }) {
  const owner = control.owner && (control.owner.displayName || control.owner.emailAddress);
  return (
    <li className="border-b last:border-b-0">
      <div className="flex items-start gap-x-3 px-4 pt-3 pb-2">
        <div className="min-w-0 flex-1">
          <Link className="font-medium hover:text-accent hover:underline" href={`/controls/${control.id}`}>
            {control.name}
          </Link>
          <p className="mt-0.5 flex flex-wrap items-center gap-x-3 text-soft text-sm">
            <StatusChip quiet word={wordOf('control', control.status ?? '')} />
            <span>{gapOf(control)}</span>
            <span>{owner ? `Owned by ${owner}` : 'Nobody owns it'}</span>
          </p>
        </div>
        {remove && (
          <Button aria-label={`Take ${control.name} from the requirement`} look="quiet" onClick={remove} shape="square" title="Take it from the requirement">
            <X aria-hidden className="size-4" />
          </Button>
        )}
      </div>
      {tests.length > 0 && (
        <ul className="grid gap-1.5 px-4 pb-3">
          {tests.map((test) => (
            <li className="flex min-w-0 gap-x-3" key={test.id}>
              <span className="w-28 shrink-0 sm:w-32">
                <StatusChip quiet word={wordOf('test', test.status)} />
              </span>
              <span className="min-w-0 flex-1 text-sm">
                <PlaceLink href={`/tests/${test.id}`}>{test.name}</PlaceLink>
                <span className="block text-soft text-xs">
                  {test.application.name}
                  {test.failing > 0 && `, ${count(test.failing, 'record')} failing`}
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

/** The controls that help to meet the requirement, and for those who may, a way to map others. */
function Controls({ requirement, path }: { path: { frameworkId: string; requirementId: string }; requirement: Requirement }) {
  const can = useCan();
  const refresh = useRefresh();
  const known = useFrameworkControls(path.frameworkId);
  const tests = useTestsByControl(path.frameworkId);
  const [leaving, setLeaving] = useState<Control | undefined>();
  const ids = new Set(requirement.controls.map((one) => one.id));
  const controls = known.rows.filter((one) => ids.has(one.id)).toSorted((a, b) => urgency(a.status) - urgency(b.status) || a.name.localeCompare(b.name));
  const may = can('write controls and frameworks');
  const changed = () => refresh('/v1/frameworks', '/v1/controls', '/v1/home');
  const add = async (choice: Choice | null) => {
    if (!choice) return;
    await send('POST', '/v1/frameworks/{frameworkId}/requirements/{requirementId}/controls', { body: { controlId: choice.id }, path });
    await changed();
  };
  const map = may && (
    <Picker
      find={findControls(ids)}
      label="Control"
      name={`controls-for-${path.frameworkId}-${path.requirementId}-${String(ids.size)}`}
      pick={add}
      trigger={
        <Button>
          <Plus aria-hidden className="size-3.5" />
          Map a control
        </Button>
      }
    />
  );
  return (
    <section aria-labelledby="controls" className="min-w-0 rounded-xl border bg-panel">
      <header className="flex min-h-14 items-center justify-between gap-3 border-b px-4 py-2">
        <h2 className="font-semibold" id="controls">
          {count(ids.size, 'control')}
        </h2>
        {map}
      </header>
      <ErrorNote error={known.error} />
      {ids.size === 0 && (
        <EmptyState Icon={ShieldCheck} command={`curl -X POST ${location.origin}/v1/frameworks/${path.frameworkId}/requirements/${encodeURIComponent(path.requirementId)}/controls \\\n  -H "Authorization: Bearer $TOKEN" \\\n  -H 'Content-Type: application/json' \\\n  -d '{"controlId": "ID"}'`} title="No control serves it yet">
          A control is what you do so that the requirement is met.
        </EmptyState>
      )}
      <ul>
        {controls.map((control) => (
          <ControlPart control={control} key={control.id} remove={may ? () => setLeaving(control) : undefined} tests={tests.get(control.externalId ?? control.id) ?? []} />
        ))}
      </ul>
      <ConfirmDialog
        open={leaving !== undefined}
        send={async () => {
          await send('DELETE', '/v1/frameworks/{frameworkId}/requirements/{requirementId}/controls/{controlId}', { path: { ...path, controlId: leaving?.id ?? '' } });
          await changed();
        }}
        setOpen={(open) => {
          if (!open) setLeaving(undefined);
        }}
        text={
          <>
            <strong className="font-medium text-text">{leaving?.name}</strong> will no longer count for {requirement.id}. The control itself stays.
          </>
        }
        title="Take the control from the requirement"
        verb="Take it away"
      />
    </section>
  );
}

/** Failing records under the test that they fail. */
function Group({ failures }: { failures: Failure[] }) {
  const test = failures[0]?.test;
  if (!test) return null;
  return (
    <li className="border-b last:border-b-0">
      <h3 className="px-4 pt-3 pb-1 font-medium text-sm">
        <PlaceLink href={`/tests/${test.id}`}>{test.name}</PlaceLink>
      </h3>
      <ul className="pb-2">
        {failures.map(({ entity }) => (
          <li key={entity.id}>
            <Link className="grid min-h-9 content-center px-4 py-1 hover:bg-hover" href={`/tests/${test.id}?record=${entity.id}`}>
              <span className="flex items-baseline justify-between gap-3">
                <span className="truncate">{entity.displayName || entity.uniqueId}</span>
                <span className="shrink-0 text-soft text-sm">
                  <RelativeTime as="due" at={entity.remediateByDate} none="" />
                </span>
              </span>
              {entity.reason && <span className="truncate text-soft text-sm" title={entity.reason}>{entity.reason}</span>}
            </Link>
          </li>
        ))}
      </ul>
    </li>
  );
}

/** The records that break the requirement, by test. */
function Failures({ path }: { path: { frameworkId: string; requirementId: string } }) {
  const list = usePages('/v1/frameworks/{frameworkId}/requirements/{requirementId}/failures', { path }, { pageSize: 50 });
  const groups = new Map<string, Failure[]>();
  for (const one of list.rows) groups.set(one.test.id, [...(groups.get(one.test.id) ?? []), one]);
  if (list.isLoading) return null;
  return (
    <section aria-labelledby="failing" className="min-w-0 self-start overflow-hidden rounded-xl border bg-panel">
      <header className="flex min-h-14 items-center border-b px-4 py-2">
        <h2 className="font-semibold" id="failing">
          {list.rows.length === 0 ? 'No record breaks it' : `${list.hasMore ? 'More than ' : ''}${count(list.rows.length, 'record')} ${list.rows.length === 1 ? 'breaks' : 'break'} it`}
        </h2>
      </header>
      <ErrorNote error={list.error} />
      {list.rows.length === 0 && !list.error && <p className="px-4 py-4 text-soft text-sm">Records that fail a test of its controls would stand here.</p>}
      <ul>
        {[...groups].map(([id, failures]) => (
          <Group failures={failures} key={id} />
        ))}
      </ul>
      {list.hasMore && (
        <div className="border-t p-2 text-center">
          <Button look="quiet" onClick={list.more}>
            Show more
          </Button>
        </div>
      )}
    </section>
  );
}

/** One line of facts under the title. */
function Facts({ requirement }: { requirement: Requirement }) {
  const bound = useBoundScope(requirement.framework.id);
  const { numTestsPassing: passing, numTestsTotal: tests } = requirement;
  return (
    <div className="grid gap-2">
      {requirement.description && <p className="max-w-prose text-text">{requirement.description}</p>}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm">
        <span>{requirement.category.name}</span>
        {requirement.obligation && <span>{requirement.obligation === 'required' ? 'Required' : 'Addressable'}</span>}
        <span>{tests === 0 ? 'No test is evidence for it' : `${passing.toLocaleString('en-GB')} of ${count(tests, 'test')} passing`}</span>
        {bound && <span>Scope: {bound.name}</span>}
      </div>
    </div>
  );
}

/** /frameworks/ID/requirements/REF: what is done about a requirement, and the records that break it. */
export default function RequirementPage() {
  const { frameworkId = '', requirementId = '' } = useParams<{ frameworkId: string; requirementId: string }>();
  const can = useCan();
  const path = { frameworkId, requirementId };
  const answer = useGet('/v1/frameworks/{frameworkId}/requirements/{requirementId}', { path });
  const up = { href: `/frameworks/${encodeURIComponent(frameworkId)}`, label: answer.data?.framework.name ?? 'Framework' };
  if (answer.error?.status === 404) return <NotFound />;
  if (answer.error && !answer.data) return <Page title="Requirement" up={up}><ErrorNote error={answer.error} retry={() => void answer.refetch()} /></Page>;
  const requirement = answer.data;
  if (!requirement || answer.isPlaceholderData) return null;
  return (
    <Page lead={<Facts requirement={requirement} />} title={`${requirement.id} ${requirement.name}`} up={up}>
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_minmax(0,420px)]">
        <Controls path={path} requirement={requirement} />
        {can('read tests') && <Failures path={path} />}
      </div>
    </Page>
  );
}
