// SPDX-License-Identifier: Apache-2.0

// A test that is being written: the file form itself, so that the builder and the
// file view show one thing, and members that the builder does not know stay.

import type { Schema } from './api';
import type { Node } from './rule';

/** The file form of a test, as far as it is written. */
export type Draft = {
  [member: string]: unknown;
  application?: string;
  controls?: string[];
  description?: string;
  failWhen?: Node;
  freshness?: string;
  name?: string;
  onEmpty?: string;
  onUnknown?: string;
  owner?: string;
  passWhen?: Node;
  reason?: string;
  reducer?: unknown;
  remediation?: string;
  resource?: string;
  scope?: Node;
  sla?: string;
};

/** A test as one would write it to make it again. */
export function draftOf(test: Schema<'Test'>): Draft {
  const draft: Draft = {
    name: test.name,
    description: test.description,
    remediation: test.remediationDescription,
    failureDescription: test.failureDescription,
    application: test.application.name,
    resource: test.resource.name,
    scope: (test.scope as Node | null) ?? undefined,
    passWhen: (test.passWhen as Node | null) ?? undefined,
    failWhen: (test.failWhen as Node | null) ?? undefined,
    reducer: test.reducer,
    onUnknown: test.onUnknown,
    onEmpty: test.onEmpty,
    freshness: test.freshness,
    cases: test.cases,
  };
  return tidy(draft);
}

/** A test as a file: what one would write to have it elsewhere as it is here, controls and people included. */
export const exportOf = (test: Schema<'Test'>): Draft =>
  fileOf({
    slug: test.slug,
    ...draftOf(test),
    category: test.category,
    controls: test.controls,
    owner: test.owner?.emailAddress || test.owner?.id,
    sla: test.sla ?? undefined,
    subscribers: test.subscribers,
  });

/** Leaves out what says nothing: empty texts and lists, and what is as it would be anyway. */
export function tidy(draft: Draft): Draft {
  const plain: Record<string, unknown> = { onEmpty: 'not_applicable', onUnknown: 'fail', reducer: 'all' };
  return Object.fromEntries(Object.entries(draft).filter(([name, value]) => value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0) && value !== plain[name])) as Draft;
}

/** The file of a draft, as muster admin test version takes it. */
export const fileOf = (draft: Draft): Draft => ({ apiVersion: 'muster/v1', kind: 'Test', ...tidy(draft) });
