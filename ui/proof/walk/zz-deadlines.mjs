// SPDX-License-Identifier: Apache-2.0

// Deadlines: what is due, what has ended, categories.

export const empty = [
  { name: 'deadlines-empty', path: '/deadlines', see: 'Nothing is due' },
  { name: 'deadlines-ended-empty', path: '/deadlines?tab=ended', see: 'Nothing has ended yet' },
];

/** A test whose failures are due within the hour, and one with days. */
export async function fill(house) {
  const token = house.tokens.manage;
  await house.call('POST', '/v1/slas', { body: { deadline: { hours: 1 }, name: 'Production servers' }, token });
  await house.call('PATCH', `/v1/tests/${house.tests[0].id}`, { body: { sla: 'production-servers' }, token });
  await house.call('PATCH', `/v1/tests/${house.tests[3].id}`, { body: { sla: 'infrastructure' }, token });
}

export const full = [
  { name: 'deadlines', path: '/deadlines', see: 'auth-prod-1' },
  { name: 'deadlines-ended', path: '/deadlines?tab=ended&status=missed', see: 'Nothing fits these filters' },
  {
    name: 'deadline',
    path: '/deadlines',
    see: 'auth-prod-1',
    after: async (page) => {
      await page.getByRole('row', { name: /auth-prod/ }).first().click();
      await page.getByText('First detected').waitFor();
    },
  },
  { name: 'deadlines-categories', path: '/deadlines?tab=categories', see: 'Production servers' },
  {
    name: 'deadlines-category',
    path: '/deadlines?tab=categories&sla=new',
    see: 'How long something may fail',
    after: async (page) => {
      await page.getByLabel('Name', { exact: true }).fill('Web servers');
      await page.getByLabel('May fail for').fill('-1');
      await page.getByRole('button', { name: 'Create the category' }).click();
      await page.getByRole('dialog').getByRole('alert').first().waitFor();
    },
  },
  {
    name: 'deadlines-settings',
    path: '/deadlines',
    see: 'auth-prod-1',
    after: async (page) => {
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByLabel('Time zone').fill('Nowhere');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('dialog').getByRole('alert').first().waitFor();
    },
  },
];

/** A miss is acknowledged, and what was said of it stands there. */
export async function company(page) {
  await page.goto('/deadlines?tab=ended&status=missed');
  await page.getByRole('row').nth(1).click();
  await page.getByRole('button', { name: 'Acknowledge the miss' }).click();
  const dialog = page.getByRole('dialog').last();
  await dialog.getByRole('button', { name: 'Acknowledge' }).click();
  await dialog.getByText('Say why: auditors read it.').waitFor();
  await dialog.getByLabel('Comment').fill('The team was two people short that week.');
  await dialog.getByRole('button', { name: 'Acknowledge' }).click();
  await page.getByRole('button', { name: 'Say something else' }).waitFor();
  await page.reload();
  await page.getByText('The team was two people short that week.').first().waitFor();
  await page.keyboard.press('Escape'); // the drawer hides the list from those who cannot see
  await page.getByRole('row', { name: /two people short/ }).waitFor();
}

/** A category is made, switched off, changed and deleted. */
export async function play(page) {
  await page.setViewportSize({ height: 860, width: 1280 });
  await page.goto('/deadlines');
  await page.getByRole('button', { name: 'New category' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Web servers');
  await page.getByLabel('May fail for').fill('3');
  await page.getByLabel('Unit').selectOption('businessDays');
  await page.getByRole('button', { name: 'Create the category' }).click();
  const row = page.getByRole('row', { name: /Web servers/ });
  await row.getByText('3 business days').waitFor();
  await row.getByRole('switch', { checked: true }).click();
  await row.getByRole('switch', { checked: false }).waitFor();
  await row.press('Enter');
  await page.getByLabel('May fail for').fill('36');
  await page.getByLabel('Unit').selectOption('hours');
  await page.getByRole('button', { name: 'Save' }).click();
  await row.getByText('36 hours').waitFor();
  await row.press('Enter');
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete' }).last().click();
  await row.waitFor({ state: 'detached' });
}
