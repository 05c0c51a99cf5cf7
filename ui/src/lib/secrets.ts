// SPDX-License-Identifier: Apache-2.0

// Secrets that were made while this page is open, by application. They live in
// memory only: gone with a reload, and never written anywhere.

import { useSyncExternalStore } from 'react';

const known = new Map<string, string>();
const listeners = new Set<() => void>();

/** Keeps a secret for as long as the page is open; "" forgets it. */
export function keepSecret(applicationId: string, secret: string): void {
  if (secret === '') known.delete(applicationId);
  else known.set(applicationId, secret);
  for (const each of listeners) each();
}

/** Answers the secret of an application, if it was made or typed here. */
export function useSecret(applicationId: string): string | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => known.get(applicationId),
  );
}
