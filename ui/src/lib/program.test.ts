// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';

import { Refusal } from './api';
import { atDeadline, deadlineWords, readDeadline } from './deadline';
import { coverage, gapOf, requirementPath, shares, urgency } from './program';

describe('controls', () => {
  it('counts them by status, also where there are none', () => {
    const parts = shares([{ status: 'COMPLETED' }, { status: 'COMPLETED' }, { status: 'NOT_STARTED' }]);
    expect(parts.map(({ value }) => value)).toEqual([2, 0, 1, 0]);
  });

  it('say in words what is lacking', () => {
    expect(gapOf({ numTestsPassing: 4, numTestsTotal: 6, status: 'IN_PROGRESS' })).toBe('4 of 6 tests pass');
    expect(gapOf({ numTestsPassing: 0, numTestsTotal: 1, status: 'NOT_STARTED' })).toBe('0 of 1 test passes');
    expect(gapOf({ status: 'NO_EVIDENCE_MAPPED' })).toBe('No test');
    expect(gapOf({ numTestsTotal: 0, status: 'NOT_STARTED' })).toBe('Tests are switched off');
  });

  it('are graded by what covers them', () => {
    expect(coverage({ status: 'IN_PROGRESS' })).toBe('automated');
    expect(coverage({ numDocumentsTotal: 2, status: 'NO_EVIDENCE_MAPPED' })).toBe('manual');
    expect(coverage({ status: 'NO_EVIDENCE_MAPPED' })).toBe('none');
  });

  it('stand in the order in which somebody is needed', () => {
    const all = ['COMPLETED', 'NO_EVIDENCE_MAPPED', 'NOT_STARTED', 'IN_PROGRESS'] as const;
    expect(all.toSorted((a, b) => urgency(a) - urgency(b))).toEqual(['NOT_STARTED', 'IN_PROGRESS', 'NO_EVIDENCE_MAPPED', 'COMPLETED']);
  });

  it('lead to requirements whose number is no plain word', () => {
    expect(requirementPath('hipaa', '164.308(b)(1),(b)(3)/x')).toBe('/frameworks/hipaa/requirements/164.308(b)(1)%2C(b)(3)%2Fx');
  });
});

describe('deadlines', () => {
  it('are read and said in their own unit', () => {
    expect(readDeadline({ hours: 36 })).toEqual({ amount: 36, unit: 'hours' });
    expect(deadlineWords({ businessDays: 1 })).toBe('1 business day');
    expect(deadlineWords({ days: 14 })).toBe('14 days');
  });

  it('show what is wrong inside of them at their field', () => {
    const refusal = atDeadline(new Refusal(422, 'no', [{ message: 'must be above 0', pointer: '/deadline/days' }, { message: 'x', pointer: '/name' }]));
    expect((refusal as Refusal).problems.map(({ pointer }) => pointer)).toEqual(['/deadline', '/name']);
  });
});
