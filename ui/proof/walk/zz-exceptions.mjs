// SPDX-License-Identifier: Apache-2.0

// Exceptions, whose play comes after those of the tests that they change.

export const empty = [
  { name: 'exceptions-empty', path: '/exceptions', see: 'No exception is in force' },
  { name: 'exceptions-declined-none', path: '/exceptions?tab=declined', see: 'No exception was declined' },
];

/** One by record, one by condition. */
export async function fill(house) {
  const token = house.tokens.manage;
  const test = house.tests[2].id;
  house.exception = await house.call('POST', '/v1/exceptions', { body: { reason: 'Is taken out of use on Friday', record: 'srv_043', test, until: '2099-01-01T00:00:00Z' }, token });
  house.condition = await house.call('POST', '/v1/exceptions', { body: { condition: { all: [{ field: 'owner', op: 'equals', value: 'team-3' }, { field: 'active', op: 'equals', value: false }] }, reason: 'Team three moves to the cloud by spring', test: house.tests[3].id }, token });
}

export const full = [
  { name: 'exceptions', path: '/exceptions', see: 'auth-prod-43' },
  { name: 'exception', path: (house) => `/exceptions?exception=${house.exception.id}`, see: 'Leaves out 1 record' },
  { name: 'exception-condition', path: (house) => `/exceptions?exception=${house.condition.id}`, see: 'All records of which this is true' },
  {
    name: 'exception-new',
    path: '/exceptions?new=1',
    see: 'From a file',
    after: async (page) => {
      await page.getByText('All that a condition matches').click();
      await page.getByRole('button', { name: 'Create the exception' }).click();
      await page.getByText('Say why: auditors read it.').waitFor();
    },
  },
];

async function approvals(page, chosen) {
  await page.getByRole('button', { name: /approval needed/i }).click();
  await page.getByLabel('Who approves').selectOption(chosen);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByLabel('Who approves').waitFor({ state: 'detached' });
}

async function newByRecord(page, test, record, reason) {
  await page.getByRole('button', { name: 'New exception' }).click();
  await page.getByRole('button', { name: 'Test: choose one' }).click();
  await page.getByRole('combobox', { name: 'Test' }).fill(test);
  await page.getByRole('option', { name: new RegExp(test) }).first().click();
  await page.getByRole('button', { name: 'Record: choose one' }).click();
  await page.getByRole('combobox', { name: 'Record' }).fill(record);
  await page.getByRole('option').first().click();
  await page.getByLabel('Reason').fill(reason);
  await page.getByRole('button', { name: 'Create the exception' }).click();
  await page.getByRole('dialog').getByText(reason).waitFor();
}

/** Ends one, attaches a file, asks for approval, approves, declines. */
export async function play(page, { house }) {
  await page.setViewportSize({ height: 860, width: 1280 });
  await page.goto(`/exceptions?exception=${house.exception.id}`);
  await page.getByLabel('File to attach').setInputFiles({ buffer: Buffer.from('the plan'), mimeType: 'application/pdf', name: 'plan.pdf' });
  await page.getByRole('link', { name: 'plan.pdf' }).waitFor();
  await page.getByRole('button', { name: 'End it now' }).click();
  await page.getByRole('button', { exact: true, name: 'End it' }).click();
  await page.getByRole('dialog').getByText('Ended', { exact: true }).first().waitFor();
  await page.goto('/exceptions');
  await approvals(page, 'anyone');
  await newByRecord(page, 'Servers belong to a team', 'srv_005', 'Waits for a part');
  await page.getByRole('button', { exact: true, name: 'Approve' }).click();
  await page.getByLabel('Comment').fill('Until the part is here');
  await page.getByRole('button', { exact: true, name: 'Approve' }).last().click();
  await page.getByText('Until the part is here').waitFor();
  await page.goto('/exceptions');
  await newByRecord(page, 'Servers belong to a team', 'srv_006', 'Waits for another part');
  await page.getByRole('button', { exact: true, name: 'Decline' }).click();
  await page.getByRole('button', { exact: true, name: 'Decline' }).last().click();
  await page.getByText('Say why: auditors read it.').waitFor();
  await page.getByLabel('Why not').fill('There is a spare one');
  await page.getByRole('button', { exact: true, name: 'Decline' }).last().click();
  await page.getByText('There is a spare one').waitFor();
  await page.goto('/exceptions');
  await approvals(page, 'none');
}
