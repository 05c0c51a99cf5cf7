// SPDX-License-Identifier: Apache-2.0

// The reader's own ids for the examples. Most parameters are the first entry of the list
// that their path goes on from; the table says what is otherwise.

import { type Operation, type Reference, mayCall } from './openapi';

/** Where a parameter comes from, when its path does not say so. list may name parameters of its own; prefer narrows it to the entries that show most, the first that finds any. */
type Source = { at?: string; list?: string; pick?: string; prefer?: string[]; rows?: string };

// By parameter; an entry with a path ("at") holds at that path and below only.
const sources: Record<string, Source[]> = {
  controlId: [{ at: '/v1/frameworks', list: '/v1/controls' }, { at: '/v1/controls/add-from-library', list: '/v1/controls/controls-library' }],
  entityId: [{ list: '/v1/tests/{testId}/entities' }],
  frameworkId: [{ at: '/v1/frameworks/add-from-library', list: '/v1/frameworks/library' }],
  integrationId: [{ pick: 'integrationId' }],
  number: [{ pick: 'number' }],
  requirementId: [{ list: '/v1/frameworks/{frameworkId}', rows: 'requirementCategories.0.requirements' }],
  resourceId: [{ at: '/v1/mappings', list: '/v1/definitions' }],
  resourceKind: [{ pick: 'resourceKind' }],
  secretId: [{ list: '/v1/directories/{directoryId}/clients', rows: 'clients.0.secrets' }],
  subscriberId: [{ list: '/v1/users' }],
  syncId: [{ list: '/v1/definitions/{resourceId}/syncs' }],
  testId: [{ at: '/v1/controls' }, { list: '/v1/tests', prefer: ['statusFilter=NEEDS_ATTENTION&categoryFilter=Custom', 'statusFilter=NEEDS_ATTENTION'] }],
  tokenId: [{ at: '/v1/directories', list: '/v1/directories/{directoryId}', rows: 'tokens' }],
  type: [{ list: '/v1/definitions', pick: 'type' }],
  userId: [{ at: '/v1/directories', list: '/v1/users' }, { at: '/v1/sso', pick: 'userId' }],
};

/** What a parameter is called, and the page on which one is made. */
const nouns: Record<string, { noun: string; page: string }> = {
  accountId: { noun: 'account', page: '/access' },
  applicationId: { noun: 'application', page: '/integrations' },
  channelId: { noun: 'channel', page: '/settings/security' },
  computerId: { noun: 'computer', page: '/computers' },
  controlId: { noun: 'control', page: '/controls' },
  directoryId: { noun: 'directory', page: '/settings/security' },
  documentId: { noun: 'document', page: '/documents' },
  entityId: { noun: 'record of a test', page: '/tests' },
  eventId: { noun: 'event', page: '/audit' },
  exceptionId: { noun: 'exception', page: '/exceptions' },
  frameworkId: { noun: 'framework', page: '/frameworks' },
  groupId: { noun: 'group', page: '/people' },
  integrationId: { noun: 'integration', page: '/integrations' },
  personId: { noun: 'person', page: '/people' },
  policyId: { noun: 'policy', page: '/policies' },
  providerId: { noun: 'identity provider', page: '/settings/security' },
  recordId: { noun: 'record', page: '/resources' },
  remediationId: { noun: 'late record', page: '/deadlines' },
  requirementId: { noun: 'requirement', page: '/frameworks' },
  resourceId: { noun: 'definition', page: '/resources' },
  resourceKind: { noun: 'kind of record', page: '/resources' },
  reviewId: { noun: 'access review', page: '/access-reviews' },
  roleId: { noun: 'role', page: '/settings/roles' },
  scopeId: { noun: 'scope', page: '/scopes' },
  slaId: { noun: 'SLA', page: '/deadlines' },
  syncId: { noun: 'push', page: '/resources' },
  testId: { noun: 'test', page: '/tests/new' },
  type: { noun: 'definition', page: '/resources' },
  userId: { noun: 'user', page: '/settings/members' },
  vulnerabilityId: { noun: 'vulnerability', page: '/vulnerabilities' },
  vulnerableAssetId: { noun: 'vulnerable asset', page: '/vulnerabilities' },
  workspaceId: { noun: 'workspace', page: '/settings/workspaces' },
};

/** Writes a parameter in words: connectionId is a connection. */
export const nounOf = (name: string): { noun: string; page?: string } => nouns[name] ?? { noun: name.replace(/Id$/, '').replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase() };

/** What is known of a parameter: an id of one's own, or why there is none. */
export type Known = { name: string; state: 'filled'; title: string; value: string } | { name: string; noun: string; page?: string; state: 'none' | 'refused' };

/** Where the values of a parameter of a path are listed. */
export type Place = { list: string; pick: string; prefer?: string[]; rows?: string };

const parameters = (path: string) => [...path.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? '');

const lists = (reference: Reference, path: string): Operation | undefined => reference.operations.find((one) => one.method === 'GET' && one.path === path);

/** Answers where a parameter of a path comes from; undefined when nothing lists it. */
export function placeOf(reference: Reference, path: string, name: string): Place | undefined {
  const found = sources[name]?.find(({ at }) => at === undefined || path === at || path.startsWith(`${at}/`));
  const prefix = path.slice(0, Math.max(0, path.indexOf(`/{${name}}`)));
  const list = found?.list ?? (prefix === '' ? top(reference, name) : prefix);
  if (list === undefined || !lists(reference, list)) return undefined;
  return { list, pick: found?.pick ?? 'id', prefer: found?.prefer, rows: found?.rows };
}

/** Answers the list of a name that stands in no path: the one at the root whose entries are so called. */
function top(reference: Reference, name: string): string | undefined {
  const one = reference.operations.find(({ path }) => /^\/v1\/[\w-]+\/\{\w+\}$/.test(path) && path.endsWith(`/{${name}}`) && lists(reference, path.slice(0, path.lastIndexOf('/'))));
  return one?.path.slice(0, one.path.lastIndexOf('/'));
}

const member = (value: unknown, path: string): unknown => path.split('.').reduce<unknown>((at, step) => (at as Record<string, unknown> | null | undefined)?.[step], value);

/** Finds the first entry of an answer: of its page, of the list that it is, or of the one in it. */
export function firstRow(answer: unknown, rows?: string): Record<string, unknown> | undefined {
  const found = Array.isArray(answer) ? answer : rows === undefined ? (member(answer, 'results.data') ?? Object.values((answer ?? {}) as object).find(Array.isArray)) : member(answer, rows);
  return Array.isArray(found) ? (found[0] as Record<string, unknown> | undefined) : undefined;
}

/** What an entry is called on screen. */
function titleOf(row: Record<string, unknown>): string {
  for (const key of ['displayName', 'name', 'title', 'email', 'externalId', 'uniqueId', 'resourceKind']) {
    const value = row[key];
    if (typeof value === 'string' && value !== '') return value;
    if (value !== null && typeof value === 'object' && 'display' in value && typeof value.display === 'string') return value.display;
  }
  return '';
}

function valueOf(row: Record<string, unknown>, pick: string): string | undefined {
  const value = row[pick];
  return (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : undefined;
}

/** How lists are asked; what it throws leaves the placeholder. */
export type Ask = (path: string) => Promise<unknown>;

/** Fills the parameters of an operation, and further names, with what the reader has. One list is asked at a time, and once. */
export async function fill(reference: Reference, path: string, more: string[], permissions: string[], ask: Ask): Promise<Record<string, Known>> {
  const known: Record<string, Known> = {};
  const find = async (name: string, at: string): Promise<Known> => {
    const had = known[name];
    if (had) return had;
    const place = placeOf(reference, at, name);
    const list = place && lists(reference, place.list);
    const lacking = (state: 'none' | 'refused'): Known => ({ name, ...nounOf(name), state });
    if (!place || !list) return lacking('none');
    if (!mayCall(list, permissions)) return lacking('refused');
    let asked = place.list;
    for (const parent of parameters(place.list)) {
      // oxlint-disable-next-line no-await-in-loop -- each list stands below the one before
      const above = await find(parent, place.list);
      known[parent] ??= above;
      if (above.state !== 'filled') return lacking(above.state);
      asked = asked.replace(`{${parent}}`, encodeURIComponent(above.value));
    }
    const paged = list.parameters?.some((one) => one.name === 'pageSize') ? `${asked}?pageSize=1` : asked;
    let row: Record<string, unknown> | undefined;
    for (const query of [...(place.prefer ?? []).map((one) => `${paged}&${one}`), paged]) {
      // oxlint-disable-next-line no-await-in-loop -- the next is for when this one finds nothing
      row ??= firstRow(await ask(query).catch(() => undefined), place.rows);
      if (row) break;
    }
    const value = row && valueOf(row, place.pick);
    return row && value !== undefined ? { name, state: 'filled', title: titleOf(row), value } : lacking('none');
  };
  const own = parameters(path);
  for (const name of [...own, ...more]) {
    // oxlint-disable-next-line no-await-in-loop -- one may stand below another
    known[name] = await find(name, path);
  }
  return known;
}
