// SPDX-License-Identifier: Apache-2.0

import { useNow } from '../lib/now';
import { absolute, due, relative } from '../lib/time';

/** A time in words, with the absolute on hover. as="due" speaks of a deadline. */
export function RelativeTime({ at, as = 'time', none = '-' }: { as?: 'due' | 'time'; at: string | null | undefined; none?: string }) {
  const now = useNow();
  if (!at) return <span className="text-faint">{none}</span>;
  const date = new Date(at);
  const late = as === 'due' && date < now;
  return (
    <time className={`whitespace-nowrap ${late ? 'font-medium text-fail' : ''}`} dateTime={at} title={absolute(date)}>
      {as === 'due' ? due(date, now) : relative(date, now)}
    </time>
  );
}
