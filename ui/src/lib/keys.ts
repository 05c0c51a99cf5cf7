// SPDX-License-Identifier: Apache-2.0

import { useEffect } from 'react';

/** Says whether keys go into a field now. */
function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName));
}

/** Calls act when a key is pressed outside of fields; ctrl: with Ctrl or Cmd, in fields too. */
export function useKey(key: string, act: () => void, how?: { ctrl?: boolean }): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const ctrl = event.ctrlKey || event.metaKey;
      if (event.key !== key || ctrl !== (how?.ctrl ?? false) || event.altKey) return;
      if (!how?.ctrl && typing(event.target)) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  });
}
