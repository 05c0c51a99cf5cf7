// SPDX-License-Identifier: Apache-2.0

// Calendar periods as the API spells them (P1M), in words.

/** How often something is due. */
export const cadenceWords = {
  P0D: 'Once',
  P1D: 'Every day',
  P1W: 'Every week',
  P1M: 'Every month',
  P3M: 'Every three months',
  P6M: 'Every six months',
  P1Y: 'Every year',
} as const;

/** For how long an approved version of a policy counts. */
export const renewalWords = {
  P1M: 'Every month',
  P3M: 'Every three months',
  P6M: 'Every six months',
  P1Y: 'Every year',
  P2Y: 'Every two years',
  P3Y: 'Every three years',
  P0D: 'Never',
} as const;

/** How long before something is due it is said. */
export const reminderWords = {
  P0D: 'Not before it is due',
  P1D: 'A day before',
  P1W: 'A week before',
  P1M: 'A month before',
  P3M: 'Three months before',
} as const;

/** Which evidence counts for an auditor. */
export const timeWords = { DURING_AUDIT_WINDOW: 'From within the audit’s window', MOST_RECENT: 'The most recent' } as const;
