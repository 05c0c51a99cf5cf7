// SPDX-License-Identifier: Apache-2.0

import { CircleCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { type Schema, useGet } from '../lib/api';
import { gapOf, requirementPath } from '../lib/program';
import { wordOf } from '../lib/words';
import { EmptyState } from './EmptyState';
import { ErrorNote } from './ErrorNote';
import { PlaceLink } from './PlaceLink';
import { StatusChip } from './StatusChip';

/** One kind of gap with how many there are; nothing where there is none. */
function Part({ title, lead, children, size }: { children: ReactNode; lead: string; size: number; title: string }) {
  if (size === 0) return null;
  return (
    <section className="overflow-hidden rounded-xl border bg-panel">
      <header className="border-b px-4 py-3">
        <h2 className="font-semibold">
          {title} <span className="ml-1 rounded bg-sunk px-1.5 font-normal text-soft text-sm">{size.toLocaleString('en-GB')}</span>
        </h2>
        <p className="text-soft text-sm">{lead}</p>
      </header>
      <ul>{children}</ul>
    </section>
  );
}

const line = 'flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 hover:bg-hover';

/** A control of which not every test passes, with the tests that do not. */
function Unmet({ control }: { control: Schema<'UnmetControl'> }) {
  return (
    <li className="grid gap-x-6 gap-y-2 border-b px-4 py-3 last:border-b-0 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.2fr)]">
      <div className="min-w-0">
        <Link className="font-medium hover:text-accent hover:underline" href={`/controls/${control.id}`}>
          {control.name}
        </Link>
        <p className="text-soft text-sm">{gapOf(control)}</p>
      </div>
      <ul className="grid min-w-0 content-start gap-1.5">
        {control.tests.map((test) => (
          <li className="flex min-w-0 items-center gap-3" key={test.id}>
            <span className="w-28 shrink-0">
              <StatusChip quiet word={wordOf('test', test.status)} />
            </span>
            <span className="min-w-0 truncate text-sm">
              <PlaceLink href={`/tests/${test.id}`}>{test.name}</PlaceLink>
            </span>
          </li>
        ))}
      </ul>
    </li>
  );
}

/** What is missing until a framework is met, the worst first. */
export function FrameworkGaps({ frameworkId }: { frameworkId: string }) {
  const answer = useGet('/v1/frameworks/{frameworkId}/gaps', { path: { frameworkId } });
  const gaps = answer.isPlaceholderData ? undefined : answer.data;
  if (!gaps) return <ErrorNote error={answer.error} retry={() => void answer.refetch()} />;
  const failing = gaps.controlsNotPassing.toSorted((a, b) => b.status.localeCompare(a.status) || a.name.localeCompare(b.name));
  if (gaps.requirementsWithoutControl.length + gaps.controlsWithoutTest.length + failing.length === 0)
    return (
      <EmptyState Icon={CircleCheck} title="Nothing is missing">
        Every requirement has a control, every control a test, and every test passes.
      </EmptyState>
    );
  return (
    <div className="grid gap-5">
      <Part lead="Mended by mending the records that these tests name." size={failing.length} title="Controls whose tests do not all pass">
        {failing.map((control) => (
          <Unmet control={control} key={control.id} />
        ))}
      </Part>
      <Part lead="Mended by mapping a control to each." size={gaps.requirementsWithoutControl.length} title="Requirements without a control">
        {gaps.requirementsWithoutControl.map((one) => (
          <li className="border-b last:border-b-0" key={one.id}>
            <Link className={line} href={requirementPath(frameworkId, one.id)}>
              <span className="min-w-0 flex-1">
                <span className="font-medium">{one.id}</span> {one.name}
              </span>
              {one.obligation && <span className="text-soft text-sm">{one.obligation}</span>}
              <span className="text-soft text-sm">{one.category}</span>
            </Link>
          </li>
        ))}
      </Part>
      <Part lead="Mended by mapping a test to each, so that it is proved all day long." size={gaps.controlsWithoutTest.length} title="Controls without a test">
        {gaps.controlsWithoutTest.map((one) => (
          <li className="border-b last:border-b-0" key={one.id}>
            <Link className={line} href={`/controls/${one.id}`}>
              <span className="min-w-0 flex-1 font-medium">{one.name}</span>
              {one.externalId && <span className="min-w-0 truncate text-soft text-sm">{one.externalId}</span>}
            </Link>
          </li>
        ))}
      </Part>
    </div>
  );
}
