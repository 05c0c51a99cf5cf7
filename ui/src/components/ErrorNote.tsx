// SPDX-License-Identifier: Apache-2.0

import { CircleAlert } from 'lucide-react';

import { explain } from '../lib/api';

/** Says beside what failed what is wrong; nothing without an error. retry offers to try again. */
export function ErrorNote({ error, retry }: { error: unknown; retry?: () => void }) {
  if (error === null || error === undefined || error === '') return null;
  return (
    <p className="flex items-start gap-2 rounded-md bg-fail-soft px-3 py-2 text-fail text-sm" role="alert">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <span>
        {typeof error === 'string' ? error : explain(error)}{' '}
        {retry && (
          <button className="font-medium underline" onClick={retry} type="button">
            Try again
          </button>
        )}
      </span>
    </p>
  );
}
