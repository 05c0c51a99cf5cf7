// SPDX-License-Identifier: Apache-2.0

import { Download, Pencil, Trash2, XCircle } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';

import { type Schema, send } from '../lib/api';
import { download } from '../lib/query';
import { useCan, useRefresh } from '../lib/session';
import { count } from '../lib/words';
import { Button } from './Button';
import { ConfirmButton, ConfirmDialog } from './ConfirmButton';
import { TextField } from './Form';
import { type Item, Menu, MoreMenu } from './Menu';
import { ReviewFields, reviewOf } from './ReviewForm';

type Review = Schema<'AccessReview'>;

/** The report, as a file. */
function Report({ review }: { review: Review }) {
  const save = (format: 'csv' | 'json' | 'xlsx') => download(`/v1/access-reviews/${review.id}/report`, { format }, `access-review.${format}`);
  return (
    <Menu
      items={[
        { act: () => save('xlsx'), label: 'Spreadsheet (XLSX)' },
        { act: () => save('csv'), label: 'CSV' },
        { act: () => save('json'), label: 'JSON' },
      ]}
      label="Report"
      trigger={
        <Button>
          <Download aria-hidden className="size-4" />
          Report
        </Button>
      }
    />
  );
}

/** The one step that comes next: a draft starts, a review in which all is decided completes. */
function Next({ review, done }: { done: () => Promise<void>; review: Review }) {
  const path = { reviewId: review.id };
  if (review.status === 'DRAFT')
    return (
      <ConfirmButton
        send={async () => {
          await send('POST', '/v1/access-reviews/{reviewId}/start', { path });
          await done();
        }}
        text="The list is frozen: the accounts that are active now, as they are now. What comes later is in the next review."
        title="Start the review"
        verb="Start"
      >
        Start
      </ConfirmButton>
    );
  if (review.status !== 'IN_PROGRESS') return null;
  if (review.counts.PENDING > 0) return null;
  return (
    <ConfirmButton
      send={async () => {
        await send('POST', '/v1/access-reviews/{reviewId}/complete', { path });
        await done();
      }}
      text={
        review.counts.TO_BE_REMOVED > 0
          ? `Decisions cannot be changed any more. ${count(review.counts.TO_BE_REMOVED, 'removal')} goes on by itself: each closes when a push shows that the account is gone.`
          : 'Decisions cannot be changed any more. The evidence log keeps the counts and a digest of every decision.'
      }
      title="Complete the review"
      verb="Complete"
    >
      Complete
    </ConfirmButton>
  );
}

/** What can be done to a review as a whole. */
export function ReviewActions({ review }: { review: Review }) {
  const can = useCan();
  const refresh = useRefresh();
  const [, navigate] = useLocation();
  const [asked, setAsked] = useState<'cancel' | 'delete' | 'edit' | undefined>();
  const done = () => refresh('/v1/access-reviews');
  const path = { reviewId: review.id };
  const report = review.status !== 'DRAFT' && <Report review={review} />;
  if (!can('write access reviews')) return report;
  const open = (what: typeof asked) => (is: boolean) => setAsked(is ? what : undefined);
  const running = review.status === 'IN_PROGRESS';
  const items: Item[] = [];
  if (running || review.status === 'DRAFT') items.push({ Icon: Pencil, act: () => setAsked('edit'), label: running ? 'Change who decides' : 'Edit' });
  if (running) items.push({ Icon: XCircle, act: () => setAsked('cancel'), danger: true, label: 'Cancel the review' });
  if (review.status === 'DRAFT') items.push({ Icon: Trash2, act: () => setAsked('delete'), danger: true, label: 'Delete the draft' });
  return (
    <>
      {report}
      <Next done={done} review={review} />
      {items.length > 0 && (
        <MoreMenu items={items} />
      )}
      <ConfirmDialog
        fields={<ReviewFields review={review} />}
        open={asked === 'edit'}
        send={async (values) => {
          await send('PATCH', '/v1/access-reviews/{reviewId}', { body: reviewOf(values), path });
          await done();
        }}
        setOpen={open('edit')}
        text={running ? 'The accounts stay as they were frozen; decisions that were made stay too.' : 'Nothing is frozen before the review starts.'}
        title={running ? 'Change the review' : 'Edit the draft'}
        verb="Save"
      />
      <ConfirmDialog
        fields={<TextField data-missing="Say why: auditors read it." hint="Auditors read it." label="Reason" name="reason" required />}
        look="danger"
        open={asked === 'cancel'}
        send={async ({ reason = '' }) => {
          await send('POST', '/v1/access-reviews/{reviewId}/cancel', { body: { reason }, path });
          await done();
        }}
        setOpen={open('cancel')}
        text="It ends without a result: nobody can decide any more, and what was decided is kept to be read."
        title="Cancel the review"
        verb="Cancel the review"
      />
      <ConfirmDialog
        look="danger"
        open={asked === 'delete'}
        send={async () => {
          await send('DELETE', '/v1/access-reviews/{reviewId}', { path });
          navigate('/access-reviews');
          await done();
        }}
        setOpen={open('delete')}
        text="A draft leaves nothing behind."
        title="Delete the draft"
        verb="Delete"
      />
    </>
  );
}
