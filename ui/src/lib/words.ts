// SPDX-License-Identifier: Apache-2.0

// The one table of what enum values are called on screen. Cells never show capitals.

/** The tone of a status: a colour and an icon, always with a word. */
export type Tone = 'fail' | 'none' | 'pass' | 'risk' | 'stale';

/** A value in words. */
export type Word = { text: string; tone: Tone };

const table = {
  account: {
    ACTIVE: { text: 'Active', tone: 'pass' },
    DEACTIVATED: { text: 'Deactivated', tone: 'none' },
  },
  mfa: {
    DISABLED: { text: 'Off', tone: 'fail' },
    ENABLED: { text: 'On', tone: 'pass' },
    NOT_REQUIRED: { text: 'Single sign-on', tone: 'none' },
    UNKNOWN: { text: 'Not known', tone: 'risk' },
  },
  owner: {
    EXTERNAL: { text: 'External person', tone: 'none' },
    NONE: { text: 'Nobody', tone: 'risk' },
    PERSON: { text: 'Person', tone: 'none' },
    SERVICE: { text: 'Service account', tone: 'none' },
  },
  level: {
    ADMIN: { text: 'Admin', tone: 'none' },
    BASE: { text: 'User', tone: 'none' },
    EDITOR: { text: 'Editor', tone: 'none' },
  },
  review: {
    CANCELLED: { text: 'Cancelled', tone: 'none' },
    COMPLETED: { text: 'Completed', tone: 'pass' },
    DRAFT: { text: 'Draft', tone: 'none' },
    IN_PROGRESS: { text: 'In progress', tone: 'risk' },
  },
  decision: {
    GONE: { text: 'Gone before', tone: 'none' },
    KEPT: { text: 'Kept', tone: 'pass' },
    PENDING: { text: 'Not decided', tone: 'risk' },
    REMOVED: { text: 'Removed', tone: 'pass' },
    TO_BE_REMOVED: { text: 'To be removed', tone: 'fail' },
  },
  employment: {
    CURRENT: { text: 'Works here', tone: 'pass' },
    FORMER: { text: 'Left', tone: 'none' },
    INACTIVE: { text: 'Switched off', tone: 'none' },
    ON_LEAVE: { text: 'On leave', tone: 'stale' },
    UPCOMING: { text: 'Joins later', tone: 'stale' },
  },
  test: {
    DEACTIVATED: { text: 'Switched off', tone: 'none' },
    INVALID: { text: 'Cannot run', tone: 'risk' },
    IN_PROGRESS: { text: 'Waiting', tone: 'risk' },
    NEEDS_ATTENTION: { text: 'Failing', tone: 'fail' },
    NOT_APPLICABLE: { text: 'Nothing to test', tone: 'none' },
    OK: { text: 'Passing', tone: 'pass' },
  },
  entity: {
    DEACTIVATED: { text: 'Excepted', tone: 'none' },
    FAILING: { text: 'Failing', tone: 'fail' },
    IN_PROGRESS: { text: 'Undecided', tone: 'risk' },
    OUT_OF_SCOPE: { text: 'Out of scope', tone: 'none' },
    PASSING: { text: 'Passing', tone: 'pass' },
  },
  tasks: {
    COMPLETE: { text: 'Done', tone: 'pass' },
    DUE_SOON: { text: 'Due soon', tone: 'risk' },
    NONE: { text: 'Nothing to do', tone: 'none' },
    OFFBOARDING_COMPLETE: { text: 'Offboarded', tone: 'pass' },
    OFFBOARDING_DUE_SOON: { text: 'Offboarding due', tone: 'risk' },
    OFFBOARDING_OVERDUE: { text: 'Offboarding late', tone: 'fail' },
    OVERDUE: { text: 'Overdue', tone: 'fail' },
    PAUSED: { text: 'Paused', tone: 'stale' },
  },
  check: {
    FAIL: { text: 'Fails', tone: 'fail' },
    IN_PROGRESS: { text: 'Not known', tone: 'risk' },
    NA: { text: 'Not asked', tone: 'none' },
    PASS: { text: 'Passes', tone: 'pass' },
  },
  truth: {
    false: { text: 'Not met', tone: 'fail' },
    true: { text: 'Met', tone: 'pass' },
    unknown: { text: 'Unknown', tone: 'risk' },
  },
  control: {
    COMPLETED: { text: 'OK', tone: 'pass' },
    IN_PROGRESS: { text: 'Needs evidence', tone: 'risk' },
    NOT_STARTED: { text: 'Needs evidence', tone: 'fail' },
    NO_EVIDENCE_MAPPED: { text: 'Needs evidence', tone: 'none' },
  },
  gap: {
    COMPLETED: { text: 'All tests pass', tone: 'pass' },
    IN_PROGRESS: { text: 'Some tests pass', tone: 'risk' },
    NOT_STARTED: { text: 'No test passes', tone: 'fail' },
    NO_EVIDENCE_MAPPED: { text: 'No test', tone: 'none' },
  },
  exception: {
    APPROVED: { text: 'In force', tone: 'pass' },
    DECLINED: { text: 'Declined', tone: 'none' },
    ENDED: { text: 'Ended', tone: 'none' },
    PENDING: { text: 'Waiting for approval', tone: 'risk' },
  },
  document: {
    'Needs document': { text: 'Needs a document', tone: 'fail' },
    'Needs update': { text: 'Needs an update', tone: 'risk' },
    'Not relevant': { text: 'Not relevant', tone: 'none' },
    OK: { text: 'OK', tone: 'pass' },
  },
  acceptance: {
    COMPLETE: { text: 'Accepted', tone: 'pass' },
    DUE_SOON: { text: 'Not yet', tone: 'risk' },
    OVERDUE: { text: 'Overdue', tone: 'fail' },
    PAUSED: { text: 'On leave', tone: 'stale' },
  },
  message: {
    dropped: { text: 'Dropped', tone: 'none' },
    failed: { text: 'Failed', tone: 'fail' },
    open: { text: 'Gathering', tone: 'none' },
    ready: { text: 'Waiting', tone: 'risk' },
    sending: { text: 'On its way', tone: 'stale' },
    sent: { text: 'Sent', tone: 'pass' },
  },
  policy: {
    APPROVED: { text: 'Approved', tone: 'pass' },
    DRAFT: { text: 'Draft', tone: 'none' },
    EXPIRED: { text: 'Expired', tone: 'fail' },
    NOT_STARTED: { text: 'Not written yet', tone: 'fail' },
    PENDING_APPROVAL: { text: 'Waiting for approval', tone: 'risk' },
    RENEW_SOON: { text: 'Renew soon', tone: 'risk' },
    REPLACED: { text: 'Replaced', tone: 'none' },
  },
  user: {
    active: { text: 'Active', tone: 'pass' },
    deactivated: { text: 'Deactivated', tone: 'none' },
    invited: { text: 'Invited', tone: 'stale' },
  },
  directory: {
    deleting: { text: 'Being deleted', tone: 'none' },
    invalid_credentials: { text: 'Wrong token', tone: 'fail' },
    linked: { text: 'Active', tone: 'pass' },
    unlinked: { text: 'Switched off', tone: 'none' },
    validating: { text: 'Waiting', tone: 'risk' },
  },
  delivery: {
    DELIVERED: { text: 'Delivered', tone: 'pass' },
    FAILED: { text: 'Failed', tone: 'fail' },
    PENDING: { text: 'Waiting', tone: 'stale' },
    SKIPPED: { text: 'Skipped', tone: 'none' },
  },
  remediation: {
    EXCEPTED: { text: 'Excepted', tone: 'none' },
    MISSED: { text: 'Missed', tone: 'fail' },
    OPEN: { text: 'Due', tone: 'risk' },
    OVERDUE: { text: 'Overdue', tone: 'fail' },
    WITHIN: { text: 'In time', tone: 'pass' },
  },
} as const satisfies Record<string, Record<string, Word>>;

/** The kinds of values that the table knows. */
export type WordKind = keyof typeof table;

/** Answers what a value is called. What the table does not know is written small. */
export function wordOf(kind: WordKind, value: string): Word {
  const words: Record<string, Word> = table[kind];
  return words[value] ?? { text: plain(value), tone: 'none' };
}

/** Writes an enum value as words: NO_EVIDENCE_MAPPED → No evidence mapped. */
export function plain(value: string): string {
  const text = value.replaceAll('_', ' ').toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const sizes = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });

/** Writes how large something is: 512 bytes, 1.5 KiB, 50 MiB. */
export function size(bytes: number): string {
  if (bytes < 1024) return count(bytes, 'byte');
  const unit = [['KiB', 1024], ['MiB', 1024 ** 2], ['GiB', 1024 ** 3]].findLast(([, one]) => bytes >= Number(one)) ?? ['KiB', 1024];
  return `${sizes.format(bytes / Number(unit[1]))} ${String(unit[0])}`;
}

/** Writes a number of things: 1 record, 1,204 records. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`;
}
