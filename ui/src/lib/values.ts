// SPDX-License-Identifier: Apache-2.0

import { useGet } from './api';

/** A value and on how many records it stands. */
export type Valued = { count: number; value: unknown };

/** The values that a field has on the records as they are, most frequent first. */
export function useValues(resourceId: string | undefined, path: string | undefined, wanted: boolean): Valued[] {
  const enabled = wanted && resourceId !== undefined && path !== undefined && path !== '';
  const answer = useGet('/v1/definitions/{resourceId}/values', { path: { resourceId: resourceId ?? '' }, query: { path: path ?? '' } }, { enabled, retry: false, staleTime: 30_000 });
  return enabled && !answer.isPlaceholderData ? (answer.data?.values ?? []) : [];
}
