// SPDX-License-Identifier: Apache-2.0

// What the server says has changed (GET /v1/live), and which answers on screen are
// asked again for it. One stream serves the whole application.

import type { QueryClient } from '@tanstack/react-query';

/** What an event says: nothing but what to read again. */
export type Hint = { definitionId?: string; kind: 'change' | 'everything' | 'sync' | 'test'; noun?: string; testId?: string };

// What a push may change beside its own definition: verdicts, and the lists that are made of records.
const bySync = ['/v1/access-reviews', '/v1/accounts', '/v1/applications', '/v1/controls', '/v1/exceptions', '/v1/frameworks', '/v1/home', '/v1/monitored-computers', '/v1/people', '/v1/remediations', '/v1/scopes', '/v1/tests', '/v1/vulnerabilities', '/v1/vulnerability-remediations', '/v1/vulnerable-assets', '/v1/weak-evidence'];
const byTest = ['/v1/controls', '/v1/exceptions', '/v1/frameworks', '/v1/home', '/v1/remediations', '/v1/scopes'];
// What somebody did, by the kind of what was changed.
const byChange: Record<string, string[]> = {
  access_review: ['/v1/access-reviews', '/v1/accounts', '/v1/home'],
  account: ['/v1/access-reviews', '/v1/accounts', '/v1/people'],
  application: ['/v1/applications', '/v1/definitions', '/v1/home'],
  audit: ['/v1/event-logs'],
  control: ['/v1/controls', '/v1/frameworks', '/v1/home', '/v1/tests', '/v1/weak-evidence'],
  definition: ['/v1/applications', '/v1/definitions', '/v1/home'],
  directory: ['/v1/directories'],
  directory_group: ['/v1/directories', '/v1/groups'],
  directory_user: ['/v1/directories', '/v1/people', '/v1/roles', '/v1/users'],
  document: ['/v1/controls', '/v1/documents', '/v1/frameworks', '/v1/home'],
  exception: ['/v1/controls', '/v1/exceptions', '/v1/frameworks', '/v1/home', '/v1/remediations', '/v1/tests', '/v1/weak-evidence'],
  framework: ['/v1/controls', '/v1/frameworks', '/v1/home'],
  group: ['/v1/groups', '/v1/people'],
  identity_provider: ['/v1/sso'],
  invitation: ['/v1/users'],
  notification_channel: ['/v1/notifications'],
  notification_preference: ['/v1/notifications'],
  notification_settings: ['/v1/notifications'],
  person: ['/v1/access-reviews', '/v1/accounts', '/v1/groups', '/v1/monitored-computers', '/v1/people'],
  policy: ['/v1/account/policies', '/v1/people', '/v1/policies'],
  program: ['/v1/controls', '/v1/frameworks', '/v1/home'],
  remediation: ['/v1/remediations', '/v1/vulnerability-remediations'],
  role: ['/v1/directories', '/v1/roles', '/v1/users'],
  scope: ['/v1/controls', '/v1/frameworks', '/v1/home', '/v1/scopes'],
  sign_in_settings: ['/v1/sign-in/settings'],
  sla: ['/v1/remediations', '/v1/slas', '/v1/tests'],
  stream: ['/v1/streams'],
  test: ['/v1/controls', '/v1/frameworks', '/v1/home', '/v1/remediations', '/v1/tests', '/v1/weak-evidence'],
  test_version: ['/v1/tests', '/v1/weak-evidence'],
  user: ['/v1/roles', '/v1/users'],
  vulnerability: ['/v1/vulnerabilities', '/v1/vulnerability-remediations', '/v1/vulnerable-assets'],
  webhook: ['/v1/webhooks'],
};
// What waits for the user is made of all of these.
const work = '/v1/my-work';
const outcomes = '/v1/definitions/{resourceId}/records/{recordId}/outcomes';

const below = (path: string, prefixes: string[]) => prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
const isId = /^[0-9a-f]{24}$/;

/** Says whether an answer kept under a key (see keyOf and usePages) may be another after the hint. */
export function concerns({ definitionId, kind, noun = '', testId }: Hint, key: readonly unknown[]): boolean {
  const path = String(key[0]);
  const named = (key.at(-1) as { path?: Record<string, string> } | undefined)?.path ?? {};
  if (path === '/v1/session' || !path.startsWith('/v1/')) return false;
  if (kind === 'everything') return true;
  // The trail does not move under its reader, who is told how much is new.
  if (path === '/v1/event-logs' && key[1] === 'pages') return false;
  if (path === work) return kind !== 'sync';
  if (kind === 'change') return below(path, byChange[noun] ?? []);
  if (kind === 'sync') return below(path, bySync) || (below(path, ['/v1/definitions']) && (named.resourceId === undefined || named.resourceId === definitionId));
  if (path === outcomes || below(path, byTest)) return true;
  // A test may be named by its slug, which the event does not tell.
  return below(path, ['/v1/tests']) && (named.testId === undefined || named.testId === testId || !isId.test(named.testId));
}

const firstWait = 1_000; // before the stream is opened again; doubled with each failure
const longestWait = 60_000;
// After this a page that nobody sees hears no more. Short, as over HTTP/1.1 a browser has six
// connections to a server for all of its tabs, and each stream holds one.
const hiddenFor = 5_000;
const fallback = 60_000; // between looks while there is no stream

let stop: (() => void) | undefined;

/** Ends the stream for good, as at sign-out. */
export function hush(): void {
  stop?.();
}

/** Gathers hints and asks again for what they concern, one round after the other: a slow answer is never overtaken. */
function asker(queries: QueryClient): (hint: Hint) => void {
  let hints: Hint[] = [];
  let asking = false;
  const round = async () => {
    asking = true;
    while (hints.length > 0) {
      const taken = hints;
      hints = [];
      // oxlint-disable-next-line no-await-in-loop -- a round waits for the one before
      await queries.invalidateQueries({ predicate: ({ queryKey }) => taken.some((hint) => concerns(hint, queryKey)) });
    }
    asking = false;
  };
  return (hint) => {
    hints.push(hint);
    // A push makes many events at once: those that are here already go into one round.
    if (!asking) setTimeout(() => void (asking || round()), 100);
  };
}

/** Hears what changes until the answered function is called. */
export function listen(queries: QueryClient): () => void {
  const ask = asker(queries);
  let source: EventSource | undefined;
  let live = false;
  let before = false; // there was a stream: what came since is missed
  let wait = firstWait;
  let reopen: ReturnType<typeof setTimeout> | undefined;
  let hiding: ReturnType<typeof setTimeout> | undefined;

  const close = () => {
    clearTimeout(reopen);
    source?.close();
    source = undefined;
    live = false;
  };
  const open = () => {
    close();
    source = new EventSource('/v1/live');
    const greeted = () => {
      if (before) ask({ kind: 'everything' });
      before = true;
      live = true;
      wait = firstWait;
    };
    source.addEventListener('hello', greeted);
    source.addEventListener('resync', greeted);
    for (const kind of ['change', 'sync', 'test'] as const) source.addEventListener(kind, ({ data }) => ask({ ...(JSON.parse(String(data)) as object), kind }));
    source.addEventListener('error', () => {
      // A stream that never began may have been refused: perhaps nobody is signed in any more.
      if (!live) void queries.invalidateQueries({ queryKey: ['/v1/session'] });
      close();
      before = true;
      if (document.hidden) return;
      reopen = setTimeout(open, wait * (0.75 + Math.random() / 2)); // not all at once after a restart
      wait = Math.min(longestWait, wait * 2);
    });
  };
  const seen = () => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(close, hiddenFor);
    else if (!source) open();
  };
  const look = setInterval(() => {
    if (!live && !document.hidden) ask({ kind: 'everything' });
  }, fallback);

  // A browser may keep a page that was left, stream and connection with it, to come back to at once.
  const left = () => {
    clearTimeout(hiding);
    close();
  };
  document.addEventListener('visibilitychange', seen);
  addEventListener('online', seen);
  addEventListener('pagehide', left);
  addEventListener('pageshow', seen);
  // A tab opened in the background has what it loaded, and begins to hear when it is looked at.
  if (document.hidden) before = true;
  else open();
  const end = () => {
    clearTimeout(hiding);
    clearInterval(look);
    document.removeEventListener('visibilitychange', seen);
    removeEventListener('online', seen);
    removeEventListener('pagehide', left);
    removeEventListener('pageshow', seen);
    close();
  };
  stop = end;
  return end;
}
