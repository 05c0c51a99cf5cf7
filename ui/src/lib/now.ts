// SPDX-License-Identifier: Apache-2.0

import { useSyncExternalStore } from 'react';

// One clock for everything on screen that says how long ago something was.
let now = new Date();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  // Between two pages nobody listens, and the clock stands: it is set before it goes on.
  if (timer === undefined) now = new Date();
  timer ??= setInterval(() => {
    now = new Date();
    for (const each of listeners) each();
  }, 15_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time, to a quarter of a minute; what uses it is drawn again as it goes on. */
export function useNow(): Date {
  return useSyncExternalStore(subscribe, () => now);
}
