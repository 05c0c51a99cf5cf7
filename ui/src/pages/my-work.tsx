// SPDX-License-Identifier: Apache-2.0

import { CircleCheck, CircleSlash2, ClipboardCheck, FileText, FlaskConical, type LucideIcon, PenLine, ScrollText, UserMinus } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { Page } from '../components/Page';
import { PlaceLink } from '../components/PlaceLink';
import { RelativeTime } from '../components/RelativeTime';
import { type Schema, useGet } from '../lib/api';
import { useReach } from '../lib/places';
import { workSentence } from '../lib/work';
import { count, wordOf } from '../lib/words';

type Item = Schema<'WorkItem'>;

/** How each kind is told: what is to be done, and where. */
const kinds: Record<Item['kind'], { Icon: LucideIcon; href: (item: Item) => string; text: (item: Item) => string }> = {
  document: { Icon: FileText, href: ({ id }) => `/documents/${id}`, text: ({ status }) => (status === 'OK' ? 'Your document is to be renewed soon' : `Your document: ${wordOf('document', status).text.toLowerCase()}`) },
  exception: { Icon: CircleSlash2, href: ({ id }) => `/exceptions?exception=${id}`, text: ({ system }) => `An exception waits for approval${system ? `, of the test ${system.name}` : ''}` },
  policy: { Icon: ScrollText, href: ({ id }) => `/policies/${id}`, text: () => 'A policy for you to read and accept' },
  policy_approval: { Icon: PenLine, href: ({ id }) => `/policies/${id}`, text: () => 'A version of a policy waits for your approval' },
  policy_renewal: { Icon: ScrollText, href: ({ id }) => `/policies/${id}`, text: ({ status }) => `Your policy: ${wordOf('policy', status).text.toLowerCase()}` },
  removal: { Icon: UserMinus, href: ({ id, system }) => `/access-reviews/${id}?tab=to-be-removed&system=${system?.id ?? ''}`, text: ({ count: n, system }) => `${count(n, 'account')} to have removed${system ? ` from ${system.name}` : ''}` },
  review: { Icon: ClipboardCheck, href: ({ id, system }) => `/access-reviews/${id}?tab=undecided&system=${system?.id ?? ''}`, text: ({ count: n, system }) => `${count(n, 'account')} to decide on${system ? ` in ${system.name}` : ''}` },
  test: { Icon: FlaskConical, href: ({ id }) => `/tests/${id}`, text: ({ count: n }) => `Your test fails for ${count(n, 'record')}` },
};

/** A link to a page, where the user has it. */
function To({ children, className, href }: { children: ReactNode; className: string; href: string }) {
  const reach = useReach();
  if (!reach(href)) return <div className={className}>{children}</div>;
  return (
    <Link className={`${className} hover:bg-hover`} href={href}>
      {children}
    </Link>
  );
}

function Row({ item }: { item: Item }) {
  const { Icon, href, text } = kinds[item.kind];
  return (
    <li className="border-b last:border-b-0">
      <To className="grid min-h-14 grid-cols-[16px_minmax(0,1fr)] items-center gap-x-3 gap-y-0.5 px-4 py-2 sm:grid-cols-[16px_minmax(0,1fr)_auto]" href={href(item)}>
        <Icon aria-hidden className="size-4 text-soft" />
        <span className="min-w-0">
          <span className="block truncate font-medium">{item.name}</span>
          <span className="block text-soft text-sm">{text(item)}</span>
        </span>
        <span className="text-sm max-sm:col-start-2">{item.dueDate && <RelativeTime as="due" at={item.dueDate} />}</span>
      </To>
    </li>
  );
}

function Part({ items, title }: { items: Item[]; title: string }) {
  if (items.length === 0) return null;
  return (
    <section aria-label={title} className="overflow-hidden rounded-xl border bg-panel">
      <h2 className="flex items-center gap-2 border-b px-4 py-2.5 font-semibold">
        {title}
        <span className="rounded bg-sunk px-1.5 font-medium text-soft text-xs">{items.length}</span>
      </h2>
      <ul>
        {items.map((item) => (
          <Row item={item} key={`${item.kind} ${item.id} ${item.system?.id ?? ''}`} />
        ))}
      </ul>
    </section>
  );
}

const soon = 14 * 86_400_000;

/** /my-work: what waits for the user, the most urgent first. */
export default function MyWork() {
  const answer = useGet('/v1/my-work', undefined, { refetchInterval: 60_000 });
  if (!answer.data) return answer.error ? <Page title="My work"><ErrorNote error={answer.error} retry={() => void answer.refetch()} /></Page> : null;
  const { capped, date, items } = answer.data;
  const until = Date.parse(date) + soon;
  const isSoon = (one: Item) => one.dueDate !== null && Date.parse(one.dueDate) <= until;
  const rest = items.filter((one) => !one.overdue);
  return (
    <Page lead={workSentence(items)} title="My work" wide={false}>
      <ErrorNote error={answer.error} />
      {items.length === 0 && (
        <EmptyState Icon={CircleCheck} title="Nothing waits for you">
          Tests and documents that you own, accounts that you review, policies that you have to accept and what you have to approve stand here when there is something to do. See <PlaceLink href="/tests">all tests</PlaceLink>.
        </EmptyState>
      )}
      <Part items={items.filter((one) => one.overdue)} title="Overdue" />
      <Part items={rest.filter(isSoon)} title="Due within two weeks" />
      <Part items={rest.filter((one) => one.dueDate !== null && !isSoon(one))} title="Due later" />
      <Part items={rest.filter((one) => one.dueDate === null)} title="Whenever you can" />
      {capped && <p className="text-soft text-sm">There is more than is listed here: the pages of each kind show all of it.</p>}
    </Page>
  );
}
