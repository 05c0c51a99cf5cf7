// SPDX-License-Identifier: Apache-2.0

import { type ReactNode, useState } from 'react';
import { useParams } from 'wouter';

import { BulkBar } from '../components/BulkBar';
import { Button } from '../components/Button';
import { ConfirmDialog } from '../components/ConfirmButton';
import { ErrorNote } from '../components/ErrorNote';
import { Field, TextField } from '../components/Form';
import { NotFound } from '../components/NotFound';
import { Page } from '../components/Page';
import { PlaceLink } from '../components/PlaceLink';
import { Progress } from '../components/Progress';
import { RelativeTime } from '../components/RelativeTime';
import { ReviewActions } from '../components/ReviewActions';
import { StatusChip } from '../components/StatusChip';
import { type Column, Table } from '../components/Table';
import { type Tab, Tabs } from '../components/Tabs';
import { useQueryState } from '../lib/address';
import { type Schema, send, useGet, usePages } from '../lib/api';
import { inPieces } from '../lib/bulk';
import { list } from '../lib/query';
import { useRefresh, useSession } from '../lib/session';
import { endOfDay } from '../lib/time';
import { count, wordOf } from '../lib/words';

type Review = Schema<'AccessReview'>;
type Account = Schema<'AccessReviewAccount'>;
type Status = Account['status'];

const order: [key: string, status: Status][] = [
  ['undecided', 'PENDING'],
  ['kept', 'KEPT'],
  ['to-be-removed', 'TO_BE_REMOVED'],
  ['removed', 'REMOVED'],
  ['gone', 'GONE'],
];

type Asked = { accounts: Account[]; decision: 'KEEP' | 'REMOVE' };

/** Decides on accounts: keeps them, or has them removed. */
function Decide({ accounts, decision, close, reviewId }: Asked & { close: () => void; reviewId: string }) {
  const refresh = useRefresh();
  const own = accounts.filter((one) => one.isOwnAccount).length;
  const again = accounts.some((one) => one.status !== 'PENDING');
  const keeps = decision === 'KEEP';
  const needed = own > 0 || !keeps;
  const reason = own > 0 ? `${own === 1 ? 'One of them is your own' : `${String(own)} of them are your own`}: say why.` : 'Auditors read it.';
  return (
    <ConfirmDialog
      fields={
        <>
          <TextField data-missing={own > 0 ? 'Your own account takes a reason.' : 'Say why it has to go.'} hint={reason} label={needed ? 'Reason' : 'Reason (if there is something to say)'} name="reason" required={needed} />
          {!keeps && <Field hint="Without a day the SLA for the removal of access says it." label="To be removed by" name="by" type="date" />}
        </>
      }
      look={keeps ? 'primary' : 'danger'}
      open
      send={async ({ reason: why = '', by }) => {
        const removeByDate = keeps ? undefined : endOfDay(by);
        try {
          await inPieces(accounts, (piece) =>
            send('POST', '/v1/access-reviews/{reviewId}/decide', {
              body: { updates: piece.map(({ accountId, status }) => ({ accountId, again: status === 'PENDING' ? undefined : true, decision, reason: why || undefined, removeByDate })) },
              path: { reviewId },
            }),
          );
        } finally {
          await refresh('/v1/access-reviews');
        }
        close();
      }}
      setOpen={(open) => {
        if (!open) close();
      }}
      text={
        <>
          <strong className="font-medium text-text">{accounts.length === 1 ? accounts[0]?.displayName : count(accounts.length, 'account')}</strong>
          {keeps ? ' is still needed, as it is.' : ' has to go. It stays on the list until a push shows that it is gone.'}
          {again && ' This takes the place of the decision before, which stays in the audit trail.'}
        </>
      }
      title={keeps ? 'Keep' : 'Have it removed'}
      verb={keeps ? 'Keep' : 'Remove'}
    />
  );
}

const account: Column<Account> = {
  cell: (one) => (
    <span className="flex min-w-0 items-baseline gap-2">
      <span className="max-w-full shrink-0 truncate font-medium">{one.displayName || one.uniqueId}</span>
      <span className="truncate text-faint text-sm max-sm:hidden">{one.emailAddress || one.accountName}</span>
    </span>
  ),
  head: 'Account',
  key: 'account',
  width: 'minmax(0,1.3fr)',
};
const owner: Column<Account> = {
  cell: (one) =>
    one.owner ? (
      <span className="flex min-w-0 items-center gap-2">
        <span className="truncate">{one.owner.displayName}</span>
        {one.isOwnAccount && <span className="text-faint text-sm">you</span>}
        {one.owner.employmentStatus && one.owner.employmentStatus !== 'CURRENT' && <StatusChip quiet word={wordOf('employment', one.owner.employmentStatus)} />}
      </span>
    ) : (
      <StatusChip quiet word={{ text: 'Nobody', tone: 'risk' }} />
    ),
  from: 640,
  head: 'Person',
  key: 'owner',
  width: 'minmax(0,1fr)',
};
const inSystem: Column<Account> = { cell: (one) => <span className="text-soft">{one.resourceKind}</span>, from: 980, head: 'System', key: 'system', width: '140px' };
const permission: Column<Account> = { cell: (one) => <span className={one.permissionLevel === 'ADMIN' ? 'font-medium' : 'text-soft'}>{wordOf('level', one.permissionLevel).text}</span>, from: 560, head: 'Permission', key: 'permission', width: '76px' };
const login: Column<Account> = { cell: (one) => <span className="text-soft"><RelativeTime at={one.lastLoginDate} none="Not known" /></span>, from: 760, head: 'Last login', key: 'login', width: '108px' };
const why: Column<Account> = { cell: (one) => <span className="text-soft" title={one.reason ?? ''}>{one.reason ?? <span className="text-faint">-</span>}</span>, from: 700, head: 'Reason', key: 'why', width: 'minmax(0,1fr)' };
const by: Column<Account> = { cell: (one) => <span className="text-soft">{one.decidedBy?.name ?? '-'}</span>, from: 860, head: 'Decided by', key: 'by', width: '130px' };
const when: Column<Account> = { cell: (one) => <span className="text-soft"><RelativeTime at={one.decisionDate} /></span>, from: 980, head: 'Decided', key: 'when', width: '100px' };
const due: Column<Account> = { cell: (one) => <RelativeTime as="due" at={one.removeByDate} />, from: 440, head: 'Due', key: 'due', width: '124px' };
const gone: Column<Account> = { cell: (one) => <RelativeTime at={one.goneDate} />, from: 440, head: 'Gone', key: 'gone', width: '110px' };

const columnsOf: Record<Status, Column<Account>[]> = {
  GONE: [account, owner, inSystem, permission, gone],
  KEPT: [account, owner, permission, why, by, when],
  PENDING: [account, owner, inSystem, permission, login],
  REMOVED: [account, owner, why, by, gone],
  TO_BE_REMOVED: [account, owner, why, by, due],
};

const nothing: Record<Status, string> = {
  GONE: 'No account was gone before anybody decided.',
  KEPT: 'No account is kept so far.',
  PENDING: 'Every account is decided on.',
  REMOVED: 'No removal has been seen so far: each closes by itself when a push shows that the account is gone.',
  TO_BE_REMOVED: 'No account waits for its removal.',
};

/** The buttons of a row, for the rows that are the user's to decide on. */
const decision = (status: Status, mine: (one: Account) => boolean, ask: (asked: Asked) => void): Column<Account> => ({
  align: 'right',
  cell: (one) =>
    mine(one) && (
      <span className="inline-flex gap-1.5">
        {status !== 'KEPT' && <Button onClick={() => ask({ accounts: [one], decision: 'KEEP' })}>Keep</Button>}
        {status !== 'TO_BE_REMOVED' && <Button onClick={() => ask({ accounts: [one], decision: 'REMOVE' })}>Remove</Button>}
      </span>
    ),
  head: 'Decision',
  key: 'decision',
  width: status === 'PENDING' ? '148px' : '88px',
});

/** The accounts of one status, and what the user may decide on them. */
function Accounts({ review, status, systems }: { review: Review; status: Status; systems?: string[] }) {
  const { user } = useSession();
  const accounts = usePages('/v1/access-reviews/{reviewId}/accounts', { path: { reviewId: review.id }, query: { resourceId: systems, statusMatchesAny: [status] } }, { refetchInterval: 15_000 });
  const [chosen, setChosen] = useState(new Set<string>());
  const [asked, setAsked] = useState<Asked | undefined>();
  const decidable = review.status === 'IN_PROGRESS' && status !== 'REMOVED' && status !== 'GONE';
  const mine = (one: Account) => decidable && one.reviewer.id === user.id;
  const picked = accounts.rows.filter((one) => chosen.has(one.accountId) && mine(one));
  const some = accounts.rows.some(mine);
  return (
    <>
      <ErrorNote error={accounts.error} />
      {!accounts.isLoading && !accounts.error && accounts.rows.length === 0 && <p className="py-10 text-center text-soft">{nothing[status]}</p>}
      {accounts.rows.length > 0 && (
        <Table
          columns={some ? [...columnsOf[status], decision(status, mine, setAsked)] : columnsOf[status]}
          label={`${wordOf('decision', status).text}: accounts`}
          more={accounts.more}
          rowKey={(one) => one.accountId}
          rows={accounts.rows}
          selection={some ? { change: setChosen, chosen } : undefined}
        />
      )}
      {picked.length > 0 && (
        <BulkBar clear={() => setChosen(new Set())} text={`${count(picked.length, 'account')} chosen`}>
          {status !== 'KEPT' && <Button onClick={() => setAsked({ accounts: picked, decision: 'KEEP' })}>Keep</Button>}
          {status !== 'TO_BE_REMOVED' && <Button onClick={() => setAsked({ accounts: picked, decision: 'REMOVE' })}>Remove</Button>}
        </BulkBar>
      )}
      {asked && (
        <Decide
          {...asked}
          reviewId={review.id}
          close={() => {
            setAsked(undefined);
            setChosen(new Set());
          }}
        />
      )}
    </>
  );
}

/** How far each system is; choosing one narrows the list to it. */
function Systems({ review, chosen, choose }: { choose: (system: string) => void; chosen: string; review: Review }) {
  const draft = review.status === 'DRAFT';
  return (
    <ul aria-label="Systems" className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
      {review.systems.map((one) => {
        const face = (
          <>
            <span className="block truncate font-medium">{one.resourceKind}</span>
            <span className="block truncate text-soft text-sm">{one.reviewer.displayName || one.reviewer.emailAddress || 'Nobody: give it to somebody'} decides</span>
            {!draft && (
              <span className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1">
                <Progress done={one.counts.total - one.counts.PENDING} label="Decided" total={one.counts.total} />
                {one.counts.TO_BE_REMOVED > 0 && <StatusChip quiet word={{ text: `${one.counts.TO_BE_REMOVED.toLocaleString('en-GB')} to be removed`, tone: 'fail' }} />}
              </span>
            )}
          </>
        );
        return (
          <li key={one.resourceId}>
            {draft ? (
              <div className="rounded-lg border bg-panel p-3">{face}</div>
            ) : (
              <button aria-pressed={chosen === one.resourceId} className={`block w-full rounded-lg border bg-panel p-3 text-left hover:bg-hover ${chosen === one.resourceId ? 'border-accent' : ''}`} onClick={() => choose(chosen === one.resourceId ? '' : one.resourceId)} type="button">
                {face}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function Lead({ review }: { review: Review }) {
  const parts: ReactNode[] = [<StatusChip key="status" word={wordOf('review', review.status)} />];
  if (review.status === 'IN_PROGRESS') parts.push(<RelativeTime as="due" at={review.dueDate} key="due" none="No due date" />);
  if (review.startedDate) parts.push(<span key="started">Started <RelativeTime at={review.startedDate} />{review.startedBy?.name && ` by ${review.startedBy.name}`}</span>);
  if (review.endedDate) parts.push(<span key="ended">Ended <RelativeTime at={review.endedDate} />{review.endedBy?.name && ` by ${review.endedBy.name}`}</span>);
  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5 text-sm">{parts}</div>
      {review.description && <p>{review.description}</p>}
    </div>
  );
}

/** Says what a reader can do next, where it is not to be seen from the buttons. */
function Hint({ review }: { review: Review }) {
  const { user } = useSession();
  if (review.status !== 'IN_PROGRESS' || review.counts.PENDING === 0) return null;
  const others = review.systems.filter((one) => one.counts.PENDING > 0 && one.reviewer.id !== user.id).map((one) => one.reviewer.displayName || one.reviewer.emailAddress);
  const mine = review.systems.filter((one) => one.reviewer.id === user.id).reduce((sum, one) => sum + one.counts.PENDING, 0);
  const names = [...new Set(others)].join(', ');
  return (
    <p className="rounded-md bg-sunk px-3 py-2 text-sm">
      {mine > 0 && `${count(mine, 'account')} wait${mine === 1 ? 's' : ''} for your decision. `}
      {names !== '' && `Waiting for ${names}. `}
      The review can be completed when every account is decided on.
    </p>
  );
}

/** /access-reviews/ID: ?tab= which accounts, ?system= of which system. */
export default function AccessReviewPage() {
  const { reviewId = '' } = useParams<{ reviewId: string }>();
  const [query, change] = useQueryState();
  const answer = useGet('/v1/access-reviews/{reviewId}', { path: { reviewId } }, { refetchInterval: 15_000 });
  const up = { href: '/access-reviews', label: 'Access reviews' };
  if (answer.error?.status === 404) return <NotFound />;
  if (answer.error && !answer.data) return <Page title="Access review" up={up}><ErrorNote error={answer.error} retry={() => void answer.refetch()} /></Page>;
  const review = answer.data;
  if (!review || answer.isPlaceholderData) return null;
  const chosen = query.get('system') ?? '';
  const counts = review.systems.find((one) => one.resourceId === chosen)?.counts ?? review.counts;
  const tabs: Tab[] = order.filter(([, status]) => status !== 'GONE' || counts.GONE > 0).map(([key, status]) => ({ count: counts[status], key, label: wordOf('decision', status).text }));
  const asked = query.get('tab');
  const fallback = counts.PENDING > 0 ? order[0] : order.find(([, status]) => status === 'TO_BE_REMOVED' && counts[status] > 0) ?? order[1];
  const [tab, status] = order.find(([key]) => key === asked) ?? fallback ?? ['undecided', 'PENDING'];
  return (
    <Page actions={<ReviewActions review={review} />} lead={<Lead review={review} />} title={review.name} up={up}>
      <Hint review={review} />
      <Systems choose={(id) => change({ system: id })} chosen={chosen} review={review} />
      {review.status === 'DRAFT' ? (
        <p className="py-10 text-center text-soft">
          Nothing is frozen yet. See which <PlaceLink href="/access">accounts</PlaceLink> there are, then start the review.
        </p>
      ) : (
        <div className="min-w-0">
          <Tabs change={(key) => change({ tab: key })} tabs={tabs} value={tab}>
            <Accounts key={status + chosen} review={review} status={status} systems={list(query, 'system')} />
          </Tabs>
        </div>
      )}
    </Page>
  );
}
