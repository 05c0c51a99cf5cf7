// SPDX-License-Identifier: Apache-2.0

// Controls and frameworks as several pages need them.

import { useEffect } from 'react';

import { type Schema, usePages } from './api';
import { type Tone, count, wordOf } from './words';

/** The status of a control. */
export type ControlStatus = NonNullable<Schema<'Control'>['status']>;

/** Every status of a control, from the best to what lacks most. */
export const controlStatuses: ControlStatus[] = ['COMPLETED', 'IN_PROGRESS', 'NOT_STARTED', 'NO_EVIDENCE_MAPPED'];

/** Where a control stands when what needs somebody comes first: failing, then bare, then OK. */
export const urgency = (status: ControlStatus | undefined) => ['NOT_STARTED', 'IN_PROGRESS', 'NO_EVIDENCE_MAPPED', 'COMPLETED'].indexOf(status ?? 'NO_EVIDENCE_MAPPED');

/** A part of a whole: how many controls have a status. */
export type Share = { label: string; status: ControlStatus; tone: Tone; value: number };

/** Counts controls by status. */
export function shares(controls: { status?: ControlStatus }[]): Share[] {
  return controlStatuses.map((status) => ({ label: wordOf('gap', status).text, status, tone: wordOf('gap', status).tone, value: controls.filter((one) => one.status === status).length }));
}

/** What counts for a control, as the API answers it. */
type Evidence = { numDocumentsPassing?: number; numDocumentsTotal?: number; numTestsPassing?: number; numTestsTotal?: number; status?: ControlStatus };

/** What a control lacks, in a few words: 4 of 6 tests pass, 1 of 2 documents OK. */
export function gapOf({ status, numDocumentsPassing = 0, numDocumentsTotal: documents = 0, numTestsPassing: passing = 0, numTestsTotal: total = 0 }: Evidence): string {
  if (status === 'NO_EVIDENCE_MAPPED') return 'No test';
  const parts = total > 0 ? [`${String(passing)} of ${String(total)} ${total === 1 ? 'test passes' : 'tests pass'}`] : [];
  if (documents > 0) parts.push(`${String(numDocumentsPassing)} of ${count(documents, 'document')} OK`);
  return parts.length === 0 ? 'Tests are switched off' : parts.join(', ');
}

/** What proves a control: tests, documents that somebody uploads, or nothing. */
export function coverage({ numDocumentsTotal = 0, numTestsTotal = 0, status }: Evidence): 'automated' | 'manual' | 'none' {
  if (numTestsTotal === 0 && numDocumentsTotal > 0) return 'manual';
  return status !== undefined && status !== 'NO_EVIDENCE_MAPPED' ? 'automated' : 'none';
}

/** What a grade of coverage is called. */
export const coverageWords = {
  automated: { text: 'Automated', tone: 'pass' },
  manual: { text: 'Manual', tone: 'stale' },
  none: { text: 'None', tone: 'none' },
} as const;

/** Where a requirement stands. */
export const requirementPath = (frameworkId: string, requirementId: string) => `/frameworks/${encodeURIComponent(frameworkId)}/requirements/${encodeURIComponent(requirementId)}`;

/** Loads a list to its end, for what is hundreds and not thousands. */
export function useWhole<T extends { hasMore: boolean; more: () => void }>(list: T): T {
  const { hasMore, more } = list;
  useEffect(() => {
    if (hasMore) more();
  });
  return list;
}

/** The controls of a framework, all of them, with what they come to in its scope. */
export const useFrameworkControls = (frameworkId: string) => useWhole(usePages('/v1/frameworks/{frameworkId}/controls', { path: { frameworkId } }));
