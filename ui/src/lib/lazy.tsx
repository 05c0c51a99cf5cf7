// SPDX-License-Identifier: Apache-2.0

import { type ComponentType, useSyncExternalStore } from 'react';

/** A page whose code is loaded when it is opened, or a little before. */
export type LazyPage = ComponentType & { preload: () => void };

/**
 * Makes a page of code that is loaded later. React's own lazy waits a third of a
 * second before it shows what has replaced a fallback; this shows it at once.
 */
export function lazy(load: () => Promise<{ default: ComponentType }>): LazyPage {
  let page: ComponentType | undefined;
  let failure: unknown;
  let loading = false;
  const listeners = new Set<() => void>();
  const ended = () => {
    for (const listener of listeners) listener();
  };
  const preload = () => {
    if (loading) return;
    loading = true;
    load()
      .then(
        (module) => {
          page = module.default;
        },
        (error: unknown) => {
          failure = error;
          loading = false; // the next visit tries again
        },
      )
      .finally(ended);
  };
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    preload();
    return () => listeners.delete(listener);
  };
  function Lazy() {
    const Page = useSyncExternalStore(subscribe, () => page ?? failure);
    if (Page === undefined) return null;
    if (page === undefined) throw failure;
    const Loaded = page;
    return <Loaded />;
  }
  return Object.assign(Lazy, { preload });
}
