// SPDX-License-Identifier: Apache-2.0

import { Refusal, type Schema, useGet } from '../lib/api';
import { useCan, useSession } from '../lib/session';
import { dayOf, endOfDay } from '../lib/time';
import { useUsers } from '../lib/users';
import { ErrorNote } from './ErrorNote';
import { Field, SelectField, TextField } from './Form';

type Review = Schema<'AccessReview'>;
/** The systems that accounts are pushed for, with those that a review has. */
function useSystems(review: Review | undefined) {
  const can = useCan();
  const summary = useGet('/v1/accounts/summary', { query: {} }, { enabled: can('read accounts') });
  const known = new Map((review?.systems ?? []).map((one) => [one.resourceId, one.resourceKind]));
  for (const { system } of summary.data?.systems ?? []) known.set(system.resourceId, system.resourceKind);
  return { error: summary.error, systems: [...known].map(([id, name]) => ({ id, name })) };
}

function Systems({ review }: { review?: Review }) {
  const { user } = useSession();
  const reviewers = useUsers();
  const { systems, error } = useSystems(review);
  const frozen = review !== undefined && review.status !== 'DRAFT';
  return (
    <fieldset className="grid gap-3">
      <legend className="mb-1 font-medium text-sm">{frozen ? 'Who decides' : 'Systems, and who decides on their accounts'}</legend>
      <ErrorNote error={error} />
      {systems.map(({ id, name }) => {
        const now = review?.systems.find((one) => one.resourceId === id);
        if (frozen && !now) return null;
        return (
          <div className="grid items-center gap-x-3 gap-y-1 rounded-md border px-3 py-2 sm:grid-cols-[minmax(0,1fr)_180px]" key={id}>
            {frozen ? (
              <span className="text-sm">
                {name}
                <input name={`system ${id}`} type="hidden" value="on" />
              </span>
            ) : (
              <label className="flex min-w-0 cursor-pointer items-center gap-2.5 text-sm">
                <input className="size-4 accent-[var(--color-accent-fill)]" defaultChecked={now !== undefined} name={`system ${id}`} type="checkbox" />
                {name}
              </label>
            )}
            <SelectField defaultValue={now?.reviewer.id ?? user.id} key={reviewers.length} label={<span className="sr-only">Who decides on {name}</span>} name={`reviewer ${id}`}>
              {reviewers.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.label}
                </option>
              ))}
            </SelectField>
          </div>
        );
      })}
    </fieldset>
  );
}

/** What a draft asks for; of a review that runs, just who decides. */
export function ReviewFields({ review }: { review?: Review }) {
  const frozen = review !== undefined && review.status !== 'DRAFT';
  return (
    <>
      <Field autoComplete="off" data-missing="A review needs a name." defaultValue={review?.name} label="Name" name="name" placeholder="Spring 2027" required />
      <Field defaultValue={dayOf(review?.dueDate)} label="Due" name="due" type="date" />
      {!frozen && <TextField defaultValue={review?.description} label="Description" name="description" />}
      <Systems review={review} />
    </>
  );
}

/** What the fields of a review say, as the API wants it. */
export function reviewOf(values: Record<string, string>): Schema<'ReviewForm'> {
  const systems = Object.keys(values)
    .filter((name) => name.startsWith('system '))
    .map((name) => name.slice('system '.length))
    .map((resourceId) => ({ resourceId, reviewerId: values[`reviewer ${resourceId}`] ?? '' }));
  if (systems.length === 0) throw new Refusal(422, 'Choose a system at least.');
  const { name, description, due } = values;
  return { description, dueDate: endOfDay(due), name, systems };
}
