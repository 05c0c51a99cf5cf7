// SPDX-License-Identifier: Apache-2.0

import { ArrowRight, Crosshair, Library, Scale } from 'lucide-react';
import { Link } from 'wouter';

import { Button } from '../components/Button';
import { CopyField } from '../components/CopyField';
import { Drawer } from '../components/Drawer';
import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { Page } from '../components/Page';
import { Ring } from '../components/Ring';
import { useBoundScope } from '../components/ScopePicker';
import { useQueryState } from '../lib/address';
import { type Schema, send, useGet, usePages } from '../lib/api';
import { useWhole } from '../lib/program';
import { useCan, useRefresh } from '../lib/session';
import { useTask } from '../lib/task';
import { count } from '../lib/words';

type Framework = Schema<'Framework'>;
type Entry = Schema<'FrameworkEntry'>;

/** Which records count for a framework. */
function Bound({ frameworkId }: { frameworkId: string }) {
  const bound = useBoundScope(frameworkId);
  if (bound === undefined) return <span>&nbsp;</span>;
  return (
    <span className="inline-flex min-w-0 items-center gap-1.5 text-soft text-sm">
      <Crosshair aria-hidden className="size-3.5 shrink-0" />
      <span className="truncate">{bound === null ? 'All records' : bound.name}</span>
    </span>
  );
}

/** One framework in use: how far it is met, and by what. */
function Card({ framework }: { framework: Framework }) {
  const { numControlsCompleted: ok, numControlsTotal: all, numTestsPassing: passing, numTestsTotal: tests } = framework;
  const lacking = all - ok;
  return (
    <Link className="group grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-5 gap-y-3 rounded-xl border bg-panel p-5 hover:border-line-strong hover:bg-hover" href={`/frameworks/${framework.id}`}>
      <Ring parts={[{ label: 'Controls OK', tone: 'pass', value: ok }, { label: 'Controls that need evidence', tone: 'none', value: lacking }]} size={84}>
        <span className="text-lg">{all === 0 ? '-' : `${String(Math.floor((ok / all) * 100))}%`}</span>
      </Ring>
      <span className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-1">
        <span className="flex items-center gap-2">
          <h2 className="min-w-0 font-semibold text-lg">{framework.displayName}</h2>
          <ArrowRight aria-hidden className="size-4 shrink-0 text-faint opacity-0 transition-opacity group-hover:opacity-100 group-focus-visible:opacity-100" />
        </span>
        <span>
          <strong className="font-semibold">
            {ok.toLocaleString('en-GB')} of {all.toLocaleString('en-GB')}
          </strong>{' '}
          controls OK
        </span>
        <span className="text-soft text-sm">
          {tests === 0 ? 'No test is evidence for it yet' : `${passing.toLocaleString('en-GB')} of ${count(tests, 'test')} passing`}
        </span>
        <Bound frameworkId={framework.id} />
      </span>
    </Link>
  );
}

/** One framework of the library, and a way to use it. */
function LibraryEntry({ entry }: { entry: Entry }) {
  const can = useCan();
  const refresh = useRefresh();
  const { busy, error, run } = useTask();
  const add = async () => {
    await send('POST', '/v1/frameworks/add-from-library', { body: { frameworkId: entry.id } });
    await refresh('/v1/frameworks', '/v1/controls', '/v1/home');
  };
  return (
    <li className="grid gap-2 border-b py-4 first:pt-0 last:border-b-0">
      <div className="flex items-start justify-between gap-3">
        <div className="min-w-0">
          <h3 className="font-semibold">{entry.displayName}</h3>
          <p className="text-soft text-sm">
            {count(entry.numRequirements, 'requirement')}
            {entry.version && `, version ${entry.version}`}
          </p>
        </div>
        {entry.inUse ? <span className="shrink-0 pt-1 text-soft text-sm">In use</span> : can('write controls and frameworks') && <Button aria-label={`Use it: ${entry.displayName}`} busy={busy} onClick={() => run(add)}>Use it</Button>}
      </div>
      <p className="text-sm">{entry.description}</p>
      <ErrorNote error={error} />
    </li>
  );
}

/** What Muster brings along, and how to bring one of one's own. */
function LibraryDrawer({ close }: { close: () => void }) {
  const answer = useGet('/v1/frameworks/library');
  return (
    <Drawer close={close} subtitle="What Muster brings along" title="Library of frameworks">
      <ErrorNote error={answer.error} retry={() => void answer.refetch()} />
      <ul>
        {(answer.data ?? []).map((entry) => (
          <LibraryEntry entry={entry} key={entry.id} />
        ))}
      </ul>
      <section className="mt-4 grid grid-cols-[minmax(0,1fr)] gap-2 rounded-lg border bg-ground p-4">
        <h3 className="font-semibold text-sm">One of your own</h3>
        <p className="text-soft text-sm">Write it in a file, or export one that is in use, give it another name, and import it.</p>
        <CopyField label="command" text={'muster admin framework export soc2 > mine.json\nmuster admin framework import mine.json'} />
      </section>
    </Drawer>
  );
}

/** /frameworks: what is in use, each with how far it is met; ?add=library opens the library. */
export default function Frameworks() {
  const [query, change] = useQueryState();
  const can = useCan();
  const list = useWhole(usePages('/v1/frameworks'));
  const library = (
    <Button onClick={() => change({ add: 'library' }, { push: true })}>
      <Library aria-hidden className="size-3.5" />
      {can('write controls and frameworks') ? 'Add from the library' : 'See the library'}
    </Button>
  );
  const none = !list.isLoading && list.rows.length === 0 && !list.error;
  return (
    <Page actions={!none && library} lead={list.rows.length > 0 && 'What asks for controls, and how far each is met.'} title="Frameworks">
      <ErrorNote error={list.error} />
      {none && (
        <EmptyState Icon={Scale} action={library} command="muster admin framework add soc2" title="No framework is in use">
          A framework asks for things: its requirements. Take one from the library, or import one of your own.
        </EmptyState>
      )}
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4 md:grid-cols-2 2xl:grid-cols-3">
        {list.rows.map((framework) => (
          <Card framework={framework} key={framework.id} />
        ))}
      </div>
      {query.get('add') === 'library' && <LibraryDrawer close={() => change({ add: '' })} />}
    </Page>
  );
}
