// SPDX-License-Identifier: Apache-2.0

import { useSyncExternalStore } from 'react';

let printing = false;
const listeners = new Set<() => void>();

for (const [event, value] of [['beforeprint', true], ['afterprint', false]] as const)
  addEventListener(event, () => {
    printing = value;
    for (const listener of listeners) listener();
  });

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Says whether the page is on its way to paper, where there is no scrolling. */
export function usePrinting(): boolean {
  return useSyncExternalStore(subscribe, () => printing);
}
