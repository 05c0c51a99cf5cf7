// SPDX-License-Identifier: Apache-2.0

import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';

import { type Schema, send } from '../lib/api';
import { useNow } from '../lib/now';
import { count } from '../lib/words';
import { ApplicationConnections } from './ApplicationConnections';
import { Section } from './ApplicationCredentials';
import { ErrorNote } from './ErrorNote';
import { NextSteps } from './NextSteps';
import { RelativeTime } from './RelativeTime';
import { StatusChip } from './StatusChip';
import { Delta } from './SyncDrawer';

type Definition = Schema<'Definition'>;
type Run = Schema<'SyncRun'>;

const days = 14;
const dayLength = 86_400_000;
const most = 5; // pages of 100 pushes: a push each hour for 14 days is 336

/** Reads the pushes of a definition since an instant. */
async function pushesSince(resourceId: string, since: string): Promise<Run[]> {
  const all: Run[] = [];
  let pageCursor: string | undefined;
  for (let page = 0; page < most; page++) {
    // oxlint-disable-next-line no-await-in-loop -- each page names the next
    const { results } = await send('GET', '/v1/definitions/{resourceId}/syncs', { path: { resourceId }, query: { pageCursor, pageSize: 100 } });
    all.push(...results.data.filter((one) => one.committedDate >= since));
    const { endCursor, hasNextPage } = results.pageInfo;
    if (!hasNextPage || endCursor === null || (results.data.at(-1)?.committedDate ?? '') < since) break;
    pageCursor = endCursor;
  }
  return all;
}

function usePushes(definitions: Definition[]) {
  const now = useNow();
  const today = Math.floor(now.getTime() / dayLength);
  const since = new Date((today - days + 1) * dayLength).toISOString();
  const query = useQuery({
    enabled: definitions.length > 0,
    queryFn: async () => (await Promise.all(definitions.map((one) => pushesSince(one.id, since)))).flat(),
    queryKey: ['/v1/definitions/pushes', since, definitions.map((one) => [one.id, one.lastPush?.syncId])],
  });
  return { error: query.error, pushes: query.data, today };
}

/** Records received a day, as bars; rejected ones stand on top in red. */
function Volume({ pushes, today }: { pushes: Run[]; today: number }) {
  const bars = Array.from({ length: days }, (_, i) => {
    const day = today - days + 1 + i;
    const those = pushes.filter((one) => Math.floor(new Date(one.committedDate).getTime() / dayLength) === day);
    return { accepted: those.reduce((sum, one) => sum + one.accepted, 0), date: new Date(day * dayLength), pushes: those.length, rejected: those.reduce((sum, one) => sum + one.rejected, 0) };
  });
  const top = Math.max(1, ...bars.map((bar) => bar.accepted + bar.rejected));
  const label = (date: Date) => date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
  return (
    <figure className="grid gap-1">
      <svg aria-label={`Records received on the last ${String(days)} days: ${bars.map((bar) => bar.accepted + bar.rejected).join(', ')}`} className="h-28 w-full" preserveAspectRatio="none" role="img" viewBox={`0 0 ${String(days * 20)} 100`}>
        {bars.map((bar, i) => {
          const accepted = (bar.accepted / top) * 92;
          const rejected = (bar.rejected / top) * 92;
          return (
            <g key={bar.date.getTime()}>
              <title>{`${label(bar.date)}: ${count(bar.pushes, 'push', 'pushes')}, ${count(bar.accepted, 'record')} accepted, ${String(bar.rejected)} rejected`}</title>
              <rect className="fill-transparent" height="100" width="20" x={i * 20} />
              <rect className="fill-none-mark" height="1" width="14" x={i * 20 + 3} y="99" />
              <rect className="fill-accent" height={accepted} width="14" x={i * 20 + 3} y={99 - accepted} />
              <rect className="fill-fail-mark" height={rejected} width="14" x={i * 20 + 3} y={99 - accepted - rejected} />
            </g>
          );
        })}
      </svg>
      <figcaption className="flex justify-between text-faint text-xs">
        <span>{bars[0] && label(bars[0].date)}</span>
        <span>Today</span>
      </figcaption>
    </figure>
  );
}

function Fact({ children, term }: { children: React.ReactNode; term: string }) {
  return (
    <div className="rounded-lg border bg-panel px-4 py-3">
      <dt className="text-soft text-sm">{term}</dt>
      <dd className="mt-0.5 font-semibold text-lg">{children}</dd>
    </div>
  );
}

/** Each source with its age, so that the one that stopped stands out. */
function Sources({ definitions }: { definitions: Definition[] }) {
  return (
    <ul className="overflow-hidden rounded-lg border bg-panel">
      {definitions.map((one) => (
        <li className="border-b last:border-b-0" key={one.id}>
          <Link className="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-0.5 px-4 py-2 hover:bg-hover" href={`/resources/${one.id}`}>
            <span className="min-w-0 flex-1 truncate font-medium">{one.name}</span>
            {one.held && <StatusChip quiet word={{ text: `${one.held.count.toLocaleString('en-GB')} held`, tone: 'risk' }} />}
            {one.lastPush && <span className="text-sm"><Delta sync={one.lastPush} /></span>}
            <span className="w-28 text-right text-sm">{count(one.records, 'record')}</span>
            <span className="w-32 text-right text-soft text-sm">{one.lastPush ? <RelativeTime at={one.lastPush.date} /> : 'Never pushed'}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** Pushes with something wrong, newest first. */
function Errors({ applicationId, pushes }: { applicationId: string; pushes: Run[] }) {
  const wrong = pushes.filter((one) => one.failed || one.rejected > 0).toSorted((a, b) => b.committedDate.localeCompare(a.committedDate));
  if (wrong.length === 0) return <p className="text-soft text-sm">No push failed, and no record was rejected.</p>;
  return (
    <ul className="overflow-hidden rounded-lg border bg-panel">
      {wrong.slice(0, 6).map((one) => (
        <li className="border-b last:border-b-0" key={one.id}>
          <Link className="flex min-h-11 flex-wrap items-center gap-x-4 px-4 py-2 hover:bg-hover" href={`/integrations/${applicationId}?tab=syncs&resource=${one.definitionId}&sync=${one.id}`}>
            <StatusChip quiet word={one.failed ? { text: 'Failed', tone: 'fail' } : { text: `${one.rejected.toLocaleString('en-GB')} rejected`, tone: 'fail' }} />
            <span className="min-w-0 flex-1 truncate">{one.definitionName}</span>
            <span className="text-soft text-sm"><RelativeTime at={one.committedDate} /></span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** What is left to do before a first push, ticked off by what is there. */
function Start({ application, definitions }: { application: Schema<'Application'>; definitions: Definition[] }) {
  const at = (tab: string) => `/integrations/${application.id}?tab=${tab}`;
  const link = (tab: string, words: string) => (
    <Link className="text-accent hover:underline" href={at(tab)}>
      {words}
    </Link>
  );
  return (
    <NextSteps
      steps={[
        { children: link('credentials', 'Under Credentials'), done: application.secretDate !== null, title: 'Make the client secret' },
        { children: link('resources', 'Under Resources'), done: definitions.length > 0, title: 'Create a resource: what it pushes' },
        { children: <>Copy a program from {link('resources', 'Resources')}, or {link('try', 'try it in the page')}.</>, done: definitions.some((one) => one.lastPush !== null), title: 'Push the first records' },
      ]}
    />
  );
}

/** An application at a glance: last push, volume of the last 14 days, freshness by resource, errors. */
export function ApplicationOverview({ application, definitions }: { application: Schema<'Application'>; definitions: Definition[] }) {
  const { error, pushes, today } = usePushes(definitions);
  const last = definitions.map((one) => one.lastPush?.date ?? '').toSorted().at(-1);
  if (!last && application.publisher !== null) return <div className="pt-5"><ApplicationConnections application={application} /></div>;
  if (!last) return <div className="max-w-2xl pt-5"><Start application={application} definitions={definitions} /></div>;
  const sum = (of: (run: Run) => number) => (pushes ?? []).reduce((total, one) => total + of(one), 0);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6 pt-5">
      <dl className="grid grid-cols-2 gap-3 lg:grid-cols-4">
        <Fact term="Last push"><RelativeTime at={last} /></Fact>
        <Fact term="Records now">{definitions.reduce((total, one) => total + one.records, 0).toLocaleString('en-GB')}</Fact>
        <Fact term="Pushes in 14 days">{(pushes?.length ?? 0).toLocaleString('en-GB')}</Fact>
        <Fact term="Rejected in 14 days"><span className={sum((one) => one.rejected) > 0 ? 'text-fail' : ''}>{sum((one) => one.rejected).toLocaleString('en-GB')}</span></Fact>
      </dl>
      <ErrorNote error={error} />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-6 lg:grid-cols-2">
        <Section title="Records received a day">
          <div className="rounded-lg border bg-panel p-4">{pushes && <Volume pushes={pushes} today={today} />}</div>
        </Section>
        <Section title="Errors of the last 14 days">{pushes && <Errors applicationId={application.id} pushes={pushes} />}</Section>
      </div>
      <Section title="Freshness by resource">
        <Sources definitions={definitions} />
      </Section>
    </div>
  );
}
