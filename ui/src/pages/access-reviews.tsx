// SPDX-License-Identifier: Apache-2.0

import { ClipboardCheck, Plus } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';

import { Button } from '../components/Button';
import { ConfirmDialog } from '../components/ConfirmButton';
import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { FilterChips } from '../components/FilterChips';
import { Page } from '../components/Page';
import { Progress } from '../components/Progress';
import { RelativeTime } from '../components/RelativeTime';
import { ReviewFields, reviewOf } from '../components/ReviewForm';
import { StatusChip } from '../components/StatusChip';
import { type Column, Table } from '../components/Table';
import { useQueryState } from '../lib/address';
import { type Schema, send, usePages } from '../lib/api';
import { list } from '../lib/query';
import { useCan, useRefresh } from '../lib/session';
import { wordOf } from '../lib/words';

type Review = Schema<'AccessReview'>;

const columns: Column<Review>[] = [
  { cell: (review) => <span className="font-medium">{review.name}</span>, head: 'Review', key: 'name', width: 'minmax(0,1.2fr)' },
  { cell: (review) => <StatusChip quiet word={wordOf('review', review.status)} />, head: 'Status', key: 'status', width: '112px' },
  { cell: ({ counts, status }) => (status === 'DRAFT' ? <span className="text-faint">Not started</span> : <Progress done={counts.total - counts.PENDING} label="Decided" total={counts.total} />), from: 520, head: 'Decided', key: 'decided', width: '160px' },
  { cell: ({ counts }) => (counts.TO_BE_REMOVED > 0 ? counts.TO_BE_REMOVED : <span className="text-faint">0</span>), align: 'right', from: 760, head: 'To be removed', key: 'removals', width: '96px' },
  { cell: (review) => (review.endedDate ? <span className="text-soft">Ended <RelativeTime at={review.endedDate} /></span> : <RelativeTime as="due" at={review.dueDate} none="No date" />), from: 640, head: 'Due', key: 'due', width: '150px' },
  { cell: ({ systems }) => <span className="text-soft">{systems.map((one) => one.resourceKind).join(', ')}</span>, from: 900, head: 'Systems', key: 'systems', width: 'minmax(0,1fr)' },
  { cell: ({ systems }) => <span className="text-soft">{[...new Set(systems.map((one) => one.reviewer.displayName || one.reviewer.emailAddress || 'Nobody'))].join(', ')}</span>, from: 1000, head: 'Decided by', key: 'reviewers', width: 'minmax(0,0.8fr)' },
];

/** Drafts a review and opens it. */
function Draft({ open, setOpen }: { open: boolean; setOpen: (open: boolean) => void }) {
  const refresh = useRefresh();
  const [, navigate] = useLocation();
  return (
    <ConfirmDialog
      fields={<ReviewFields />}
      open={open}
      send={async (values) => {
        const made = await send('POST', '/v1/access-reviews', { body: reviewOf(values) });
        await refresh('/v1/access-reviews');
        navigate(`/access-reviews/${made.id}`);
      }}
      setOpen={setOpen}
      text="A draft changes nothing yet: starting it freezes the list of accounts."
      title="New access review"
      verb="Draft the review"
    />
  );
}

const command = () => `curl -X POST ${location.origin}/v1/access-reviews \\
  -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' \\
  -d '{"name": "Spring 2027", "dueDate": "2027-06-30T00:00:00Z",
       "systems": [{"resourceId": "'$RESOURCE_ID'", "reviewerId": "ada@example.com"}]}'`;

/** /access-reviews: every review that the user may see; ?status= narrows it. */
export default function AccessReviews() {
  const [query] = useQueryState();
  const [, navigate] = useLocation();
  const can = useCan();
  const [drafting, setDrafting] = useState(false);
  const reviews = usePages('/v1/access-reviews', { query: { statusMatchesAny: list(query, 'status') } }, { refetchInterval: 30_000 });
  const rows = reviews.rows.toSorted((a, b) => b.creationDate.localeCompare(a.creationDate));
  const none = !reviews.isLoading && !reviews.error && rows.length === 0;
  const filtered = query.get('status') !== null;
  const make = can('write access reviews') && (
    <Button look="primary" onClick={() => setDrafting(true)}>
      <Plus aria-hidden className="size-3.5" />
      New review
    </Button>
  );
  return (
    <Page actions={none && !filtered ? undefined : make} lead="Does everybody still need the accounts that they have?" title="Access reviews">
      <ErrorNote error={reviews.error} />
      {(filtered || !none) && !reviews.isLoading && (
        <FilterChips filters={[{ label: 'Status', name: 'status', options: ['DRAFT', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED'].map((value) => ({ label: wordOf('review', value).text, value })) }]} />
      )}
      {none && filtered && (
        <EmptyState Icon={ClipboardCheck} title="No review fits this filter">
          Take it away to see more.
        </EmptyState>
      )}
      {none && !filtered && (can('write access reviews') ? (
        <EmptyState action={make} command={command()} Icon={ClipboardCheck} title="No access reviews yet">
          A review has somebody decide on every active account of some systems, and follows the removals until a push shows that they were made.
        </EmptyState>
      ) : (
        <EmptyState Icon={ClipboardCheck} title="No review waits for you">
          When somebody asks you to decide on accounts, the review is here.
        </EmptyState>
      ))}
      {rows.length > 0 && <Table columns={columns} label="Access reviews" more={reviews.more} open={(review) => navigate(`/access-reviews/${review.id}`)} rowKey={(review) => review.id} rows={rows} />}
      <Draft open={drafting} setOpen={setDrafting} />
    </Page>
  );
}
