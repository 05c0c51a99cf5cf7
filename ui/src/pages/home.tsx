// SPDX-License-Identifier: Apache-2.0

import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { ErrorNote } from '../components/ErrorNote';
import { FirstSteps } from '../components/FirstSteps';
import { Page } from '../components/Page';
import { PlaceLink } from '../components/PlaceLink';
import { RelativeTime } from '../components/RelativeTime';
import { Ring } from '../components/Ring';
import { Sparkline } from '../components/Sparkline';
import { StatusChip } from '../components/StatusChip';
import { type Schema, useGet } from '../lib/api';
import { useReach } from '../lib/places';
import { useSession } from '../lib/session';
import { workSentence } from '../lib/work';
import { count, wordOf } from '../lib/words';

type HomeData = Schema<'Home'>;
type Tile = NonNullable<HomeData['tiles']['failingTests']>;
type Source = Schema<'HomeSource'>;

/** A link to the first of the addresses that is a page for this user; where none is, plain text. */
function To({ to, className, children }: { children: ReactNode; className: string; to: string[] }) {
  const reach = useReach();
  const href = to.find(reach);
  if (href === undefined) return <div className={className}>{children}</div>;
  return (
    <Link className={`${className} hover:bg-hover`} href={href}>
      {children}
    </Link>
  );
}

/** Says in one sentence what broke. */
function sentenceOf({ newlyFailing, tiles }: HomeData): string {
  const fresh = newlyFailing?.length ?? 0;
  const failing = tiles.failingTests?.count ?? 0;
  if (fresh > 0) return `${count(fresh, 'test')} began to fail since yesterday; ${failing.toLocaleString('en-GB')} fail in all.`;
  if (failing > 0) return `Nothing new is failing. ${count(failing, 'test')} still ${failing === 1 ? 'fails' : 'fail'}.`;
  return 'Nothing is failing.';
}

/** One number with its 30 days; more of it is worse. */
function TileView({ label, tile, to }: { label: string; tile: Tile | null; to: string[] }) {
  if (!tile) return null;
  const { capped, count: n, days, delta } = tile;
  return (
    <To className="grid gap-1 rounded-xl border bg-panel p-4" to={to}>
      <span className="text-soft text-sm">{label}</span>
      <span className="flex items-end justify-between gap-3">
        <span className="flex items-baseline gap-2">
          <span className="font-semibold text-2xl tracking-tight">
            {n.toLocaleString('en-GB')}
            {capped && '+'}
          </span>
          {delta !== 0 && (
            <span className={`text-sm ${delta > 0 ? 'text-fail' : 'text-pass'}`}>
              {delta > 0 ? '+' : '−'}
              {Math.abs(delta).toLocaleString('en-GB')}
              <span className="sr-only"> since yesterday</span>
            </span>
          )}
        </span>
        <Sparkline label={`${label}, 30 days`} values={days} />
      </span>
    </To>
  );
}

function Part({ title, children }: { children: ReactNode; title: string }) {
  return (
    <section aria-label={title} className="min-w-0 overflow-hidden rounded-xl border bg-panel">
      <h2 className="border-b px-4 py-2.5 font-semibold">{title}</h2>
      {children}
    </section>
  );
}

/** What began to fail, by test, with whose it is and when it is due. */
function NewlyFailing({ tests }: { tests: Schema<'Test'>[] }) {
  if (tests.length === 0) return null;
  return (
    <Part title="Newly failing">
      <ul>
        {tests.slice(0, 10).map((test) => (
          <li className="border-b last:border-b-0" key={test.id}>
            <Link className="grid min-h-11 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 px-4 py-2 hover:bg-hover md:grid-cols-[96px_minmax(0,1fr)_110px_140px_120px] print:grid-cols-[84px_minmax(0,1fr)_90px_110px_100px]" href={`/tests/${test.id}`}>
              <span className="hidden md:block">
                <StatusChip quiet word={wordOf('test', test.status)} />
              </span>
              <span className="truncate font-medium">{test.name}</span>
              <span className="text-right text-soft text-sm md:text-left">{count(test.counts.failing, 'record')}</span>
              <span className="hidden truncate text-soft text-sm md:block">{test.owner ? test.owner.displayName || test.owner.emailAddress : 'Nobody'}</span>
              <span className="hidden text-sm md:block">
                <RelativeTime as="due" at={test.remediationStatusInfo.soonestRemediateByDate} none="No deadline" />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Part>
  );
}

/** How far each framework is met. */
function Frameworks({ frameworks }: { frameworks: Schema<'HomeFramework'>[] }) {
  if (frameworks.length === 0) return null;
  return (
    <Part title="Frameworks">
      <ul className="grid sm:grid-cols-2 xl:grid-cols-1 2xl:grid-cols-2">
        {frameworks.map((one) => (
          <li key={one.id}>
            <To className="flex items-center gap-4 px-4 py-3" to={[`/frameworks/${one.id}`, '/frameworks']}>
              <Ring
                parts={[
                  { label: 'Controls OK', tone: 'pass', value: one.controlsCompleted },
                  { label: 'Not yet', tone: 'none', value: one.controlsTotal - one.controlsCompleted },
                ]}
                size={56}
              >
                <span className="text-xs">{one.controlsTotal === 0 ? '-' : `${String(Math.floor((100 * one.controlsCompleted) / one.controlsTotal))}%`}</span>
              </Ring>
              <span className="min-w-0">
                <span className="block truncate font-medium">{one.name}</span>
                <span className="block text-soft text-sm">
                  {one.controlsCompleted} of {one.controlsTotal} controls OK
                </span>
                <span className="block text-soft text-sm">
                  {one.testsPassing} of {one.testsTotal} tests passing
                </span>
              </span>
            </To>
          </li>
        ))}
      </ul>
    </Part>
  );
}

/** The state of a source in a word. */
function stateOf({ lastPush, stale }: Source) {
  if (!lastPush) return { text: 'No push yet', tone: 'none' } as const;
  return stale ? ({ text: 'Stale', tone: 'stale' } as const) : ({ text: 'Fresh', tone: 'pass' } as const);
}

/** Whether what the systems know still arrives: last push, records, what changed. */
function Sources({ sources }: { sources: Source[] }) {
  if (sources.length === 0) return null;
  // What no longer arrives comes first.
  const shown = sources.toSorted((a, b) => Number(b.stale) - Number(a.stale)).slice(0, 12);
  return (
    <Part title="Sources">
      <ul>
        {shown.map((source) => (
          <li className="border-b last:border-b-0" key={source.definitionId}>
            <To className="grid min-h-11 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 px-4 py-2" to={[`/resources/${source.definitionId}`, `/integrations/${source.applicationId}`]}>
              <span className="min-w-0">
                <span className="block truncate font-medium">{source.name}</span>
                <span className="block truncate text-soft text-sm">
                  {count(source.records, 'record')}
                  {source.lastPush && ` · +${source.lastPush.created.toLocaleString('en-GB')} ~${source.lastPush.updated.toLocaleString('en-GB')} −${source.lastPush.removed.toLocaleString('en-GB')}`}
                </span>
              </span>
              <span className="grid justify-items-end gap-0.5">
                <StatusChip quiet word={stateOf(source)} />
                <span className="text-soft text-sm">
                  <RelativeTime at={source.lastPush?.date} none="" />
                </span>
              </span>
            </To>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Overview({ home }: { home: HomeData }) {
  const { tiles } = home;
  return (
    <>
      <div className="grid gap-3 sm:grid-cols-2 xl:grid-cols-4">
        <TileView label="Failing tests" tile={tiles.failingTests} to={['/tests?status=NEEDS_ATTENTION']} />
        <TileView label="Overdue records" tile={tiles.overdueRecords} to={['/deadlines?status=overdue', '/tests?status=NEEDS_ATTENTION']} />
        <TileView label="Stale sources" tile={tiles.staleSources} to={['/resources?freshness=stale', '/integrations']} />
        <TileView label="Controls at gap" tile={tiles.controlsAtGap} to={['/controls?status=gap']} />
      </div>
      <NewlyFailing tests={home.newlyFailing ?? []} />
      <div className="grid items-start gap-5 xl:grid-cols-2">
        <Frameworks frameworks={home.frameworks ?? []} />
        <Sources sources={home.sources ?? []} />
      </div>
    </>
  );
}

/** How much waits for the user, and the way to it. */
function Waiting() {
  const items = useGet('/v1/my-work').data?.items ?? [];
  return items.length > 0 && <PlaceLink href="/my-work">{workSentence(items)}</PlaceLink>;
}

/** / answers what broke since yesterday; in a new installation, what to do first. */
export default function Home() {
  const { user } = useSession();
  const answer = useGet('/v1/home');
  const home = answer.data;
  const name = user.displayName.split(' ')[0];
  if (answer.error?.status === 403)
    return (
      <Page title="Home" wide={false}>
        <p className="max-w-prose text-soft">
          As {user.role.name} you see what stands in the navigation. Your password, passkeys and sessions are in{' '}
          <a className="text-accent underline" href="/account">
            your account
          </a>
          .
        </p>
      </Page>
    );
  if (answer.error && !home) return <Page title="Home"><ErrorNote error={answer.error} retry={() => void answer.refetch()} /></Page>;
  if (!home) return null;
  if (home.tiles.failingTests && !home.steps.test)
    return (
      <Page lead="Three steps from here to the first verdict." title={name ? `Welcome, ${name}` : 'Welcome'} wide={false}>
        <FirstSteps steps={home.steps} />
      </Page>
    );
  return (
    <Page lead={<>{home.tiles.failingTests ? sentenceOf(home) : `You are signed in as ${user.role.name}.`} <Waiting /></>} title="Home">
      <Overview home={home} />
    </Page>
  );
}
