// SPDX-License-Identifier: Apache-2.0

import { useGet } from './api';
import { useCan } from './session';

/** Answers the applications by name, where the user may read them, and a function that names one. */
export function useApplications() {
  const can = useCan();
  const answer = useGet('/v1/applications', { query: { pageSize: 100 } }, { enabled: can('read applications and definitions'), staleTime: 60_000 });
  const all = answer.data?.results.data ?? [];
  return { all, nameOf: (id: string) => all.find((one) => one.id === id)?.name };
}
