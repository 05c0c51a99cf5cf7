// SPDX-License-Identifier: Apache-2.0

/** What the user menu offers; system follows the machine. */
export type Theme = 'dark' | 'light' | 'system';

const key = 'muster.theme'; // public/theme.js reads it before anything is drawn

/** The choice that this browser keeps. */
export function theme(): Theme {
  const kept = recall(key);
  return kept === 'dark' || kept === 'light' ? kept : 'system';
}

/** Applies a choice, and keeps it. */
export function setTheme(choice: Theme): void {
  if (choice === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  remember(key, choice === 'system' ? '' : choice);
}

/** Reads what this browser keeps under a name, "" for nothing. */
export function recall(name: string): string {
  try {
    return localStorage.getItem(name) ?? '';
  } catch {
    return '';
  }
}

/** Keeps a value under a name; "" forgets it. A browser that keeps nothing is fine. */
export function remember(name: string, value: string): void {
  try {
    if (value === '') localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // The next visit starts with the defaults.
  }
}
