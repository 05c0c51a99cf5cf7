// SPDX-License-Identifier: Apache-2.0

import { useLocation, useSearch } from 'wouter';

/** Reads and changes the query of the address, which holds every filter. A value of "" takes the name out. */
export function useQueryState(): [query: URLSearchParams, change: (values: Record<string, string>, how?: { push?: boolean }) => void] {
  const [path, navigate] = useLocation();
  const query = new URLSearchParams(useSearch());
  return [
    query,
    (values, how) => {
      const next = new URLSearchParams(location.search);
      for (const [name, value] of Object.entries(values)) {
        if (value === '') next.delete(name);
        else next.set(name, value);
      }
      const text = next.toString();
      navigate(text === '' ? path : `${path}?${text}`, { replace: !how?.push });
    },
  ];
}
