// SPDX-License-Identifier: Apache-2.0

let taken: string | undefined;

/** Answers the token of a link, which stands in the fragment, "" for none; and takes it out of the address bar, once. */
export function takeToken(): string {
  if (taken === undefined) {
    taken = location.hash.slice(1);
    if (taken !== '') history.replaceState(null, '', location.pathname + location.search);
    // Another link to the same page starts over.
    addEventListener('hashchange', () => location.reload());
  }
  return taken;
}

/** Answers where ?return= leads: a path of this server, or home. */
export function returnPath(search: string): string {
  const path = new URLSearchParams(search).get('return') ?? '';
  if (!path.startsWith('/') || !URL.canParse(path, location.origin)) return '/';
  const url = new URL(path, location.origin);
  // Of /.//evil.example the parser leaves //evil.example: by itself an address of another server.
  return url.origin === location.origin && !url.pathname.startsWith('//') ? url.pathname + url.search + url.hash : '/';
}
