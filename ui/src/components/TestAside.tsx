// SPDX-License-Identifier: Apache-2.0

import { type ReactNode, useState } from 'react';

import { type Schema, send, useGet } from '../lib/api';
import { matching } from '../lib/search';
import { useCan, useRefresh } from '../lib/session';
import { plain } from '../lib/words';
import { Changeable } from './Changeable';
import { CopyButton } from './CopyField';
import { OwnerPicker } from './OwnerPicker';
import { type Choice, Picker } from './Picker';
import { PlaceLink } from './PlaceLink';
import { RelativeTime } from './RelativeTime';
import { RequirementLinks } from './RequirementLinks';
import { RuleTree } from './RuleTree';
import { TestNotice } from './TestNotice';
import { TestSettings } from './TestSettings';

type Test = Schema<'Test'>;

function Part({ title, children }: { children: ReactNode; title: string }) {
  return (
    <section className="grid gap-2 border-b pb-4 last:border-b-0">
      <h2 className="font-semibold text-sm">{title}</h2>
      {children}
    </section>
  );
}

/** The rule: its sentence first, the tree on demand. */
function Rule({ test }: { test: Test }) {
  const [open, setOpen] = useState(false);
  const rule = test.passWhen ?? test.failWhen;
  return (
    <Part title="Rule">
      <p className="text-soft text-sm">{test.failWhen ? 'A record fails when' : 'A record passes when'}</p>
      <p className="break-words">{test.sentence}</p>
      {rule !== undefined && rule !== null && (
        <button aria-expanded={open} className="justify-self-start text-accent text-sm hover:underline" data-no-print onClick={() => setOpen(!open)} type="button">
          {open ? 'Hide the tree' : 'Show the tree'}
        </button>
      )}
      {open && <RuleTree rule={rule} />}
      {open && test.scope !== undefined && test.scope !== null && (
        <>
          <div className="text-soft text-sm">Only records of which this is true:</div>
          <RuleTree rule={test.scope} />
        </>
      )}
    </Part>
  );
}

/** Controls and, where the user may read them, the requirements behind them. */
function Controls({ test }: { test: Test }) {
  const can = useCan();
  const behind = useGet('/v1/tests/{testId}/requirements', { path: { testId: test.id } }, { enabled: can('read controls and frameworks') && test.controls.length > 0 });
  const requirements = behind.data?.requirements ?? [];
  const names = new Map(requirements.flatMap((one) => one.controls.map((control) => [control.externalId ?? control.id, control.name])));
  return (
    <Part title="Controls">
      {test.controls.length === 0 && <p className="text-soft">Evidence for no control yet.</p>}
      <ul className="flex flex-wrap gap-1.5">
        {test.controls.map((control) => (
          <li className="rounded-md border bg-sunk px-1.5 text-sm" key={control}>
            <PlaceLink href={`/controls/${encodeURIComponent(control)}`}>{names.get(control) ?? control}</PlaceLink>
          </li>
        ))}
      </ul>
      {requirements.length > 0 && <RequirementLinks requirements={requirements} />}
    </Part>
  );
}

function Versions({ test }: { test: Test }) {
  const list = useGet('/v1/tests/{testId}/versions', { path: { testId: test.id }, query: { pageSize: 10 } });
  return (
    <Part title="Versions">
      <ol className="grid gap-2 text-sm">
        {(list.data?.results.data ?? []).map((one) => (
          <li className="grid" key={`${String(one.version.major)}.${String(one.version.minor)}`}>
            <span className="flex justify-between gap-2">
              <span className="font-medium">
                {one.version.major}.{one.version.minor}
              </span>
              <span className="text-soft">
                <RelativeTime at={one.createdDate} />
              </span>
            </span>
            <span className="text-soft">
              {one.author.name || plain(one.author.kind)}
              {one.reason && `: ${one.reason}`}
            </span>
          </li>
        ))}
      </ol>
    </Part>
  );
}

/** Who owns the test; for those who may, with a way to say so. */
function Owner({ test }: { test: Test }) {
  const can = useCan();
  const refresh = useRefresh();
  const name = test.owner ? test.owner.displayName || test.owner.emailAddress : 'Nobody';
  if (!can('write tests') || !can('read users and roles')) return name;
  const set = async (userId: string | null) => {
    await send('POST', '/v1/tests/{testId}/set-owner', { body: { userId }, path: { testId: test.id } });
    await refresh('/v1/tests', '/v1/home');
  };
  return <OwnerPicker owner={test.owner?.id} set={set} trigger={<Changeable label="Owner">{name}</Changeable>} />;
}

async function findSLAs(text: string): Promise<Choice[]> {
  const { results } = await send('GET', '/v1/slas', { query: { pageSize: 100 } });
  return matching(results.data, (one) => one.name, text).map((one) => ({ id: one.slug, label: one.name }));
}

/** The SLA that deadlines go by. Open failures are due by a new one at once. */
function Deadlines({ test }: { test: Test }) {
  const can = useCan();
  const refresh = useRefresh();
  if (!can('write tests')) return test.sla ?? 'None';
  const set = async (choice: Choice | null) => {
    await send('PATCH', '/v1/tests/{testId}', { body: { sla: choice?.id ?? null }, path: { testId: test.id } });
    await refresh('/v1/tests', '/v1/home');
  };
  return <Picker chosen={test.sla ?? undefined} find={findSLAs} label="SLA" name="slas" none="None" pick={set} trigger={<Changeable label="SLA">{test.sla ?? 'None'}</Changeable>} />;
}

function Facts({ test }: { test: Test }) {
  const facts: [string, ReactNode][] = [
    ['Owner', <Owner key="owner" test={test} />],
    ['Resource', test.resource.name],
    ['Application', test.application.name],
    ['SLA', <Deadlines key="sla" test={test} />],
    ['Category', plain(test.category) || 'None'],
    ['Notifications', <TestNotice key="notice" test={test} />],
    [
      'Id',
      <span className="flex items-center gap-1" key="id">
        <code className="truncate font-mono text-xs">{test.slug || test.id}</code>
        <CopyButton label="Copy the id" text={test.id} />
      </span>,
    ],
  ];
  return (
    <Part title="Details">
      <dl className="grid grid-cols-[96px_minmax(0,1fr)] gap-x-3 gap-y-1.5 text-sm">
        {facts.map(([term, fact]) => (
          <div className="contents" key={term}>
            <dt className="text-soft">{term}</dt>
            <dd className="min-w-0 truncate">{fact}</dd>
          </div>
        ))}
      </dl>
    </Part>
  );
}

/** What stands beside the records of a test: rule, remediation, controls, details, versions. */
export function TestAside({ test }: { test: Test }) {
  return (
    <aside aria-label="About the test" className="grid content-start gap-4">
      <Rule test={test} />
      {test.remediationDescription && (
        <Part title="How to fix">
          <p className="whitespace-pre-line break-words text-soft">{test.remediationDescription}</p>
        </Part>
      )}
      {test.builtIn && test.builtIn.settings.length > 0 && (
        <Part title="Settings">
          <TestSettings settings={test.builtIn.settings} test={test} />
        </Part>
      )}
      {test.builtIn?.due && (
        <Part title="Due">
          <p className="break-words text-soft">{test.builtIn.due}</p>
        </Part>
      )}
      <Controls test={test} />
      <Facts test={test} />
      <Versions test={test} />
    </aside>
  );
}
