// SPDX-License-Identifier: Apache-2.0

// Access reviews, from a draft to a report.

export const empty = [{ name: 'reviews-empty', path: '/access-reviews', see: 'No access reviews yet' }];

const reviewer = 'ada@example.com';

export async function fill(house) {
  const make = (name, dueDate) => house.call('POST', '/v1/access-reviews', { body: { description: 'Twice a year.', dueDate, name, systems: [{ resourceId: house.accounts, reviewerId: reviewer }] }, token: house.tokens.manage });
  house.draft = await make('Autumn 2027', '2099-12-31T00:00:00Z');
  house.review = await make('Spring 2027', '2099-06-30T00:00:00Z');
  await house.call('POST', `/v1/access-reviews/${house.review.id}/start`, { body: {}, token: house.tokens.manage });
}

const running = (house) => `/access-reviews/${house.review.id}`;

export const full = [
  { name: 'reviews', path: '/access-reviews', see: 'Spring 2027' },
  {
    name: 'reviews-new',
    path: '/access-reviews',
    see: 'Spring 2027',
    after: async (page) => {
      await page.getByRole('button', { name: 'New review' }).click();
      await page.getByLabel('Name').fill('Winter');
      await page.getByRole('button', { name: 'Draft the review' }).click();
      await page.getByText('Choose a system at least.').waitFor();
    },
  },
  { name: 'review-draft', path: (house) => `/access-reviews/${house.draft.id}`, see: 'Nothing is frozen yet' },
  { name: 'review', path: running, see: 'Grace' },
  { name: 'review-kept', path: (house) => `${running(house)}?tab=kept`, see: 'No account is kept so far' },
  {
    name: 'review-remove',
    path: running,
    see: 'Grace',
    after: async (page) => {
      await page.getByRole('row', { name: /Grace/ }).getByRole('button', { name: 'Remove' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
      await page.getByText('Say why it has to go.').waitFor();
    },
  },
];

/** Decides on all, changes one mind, completes, and saves the report; drafts one and deletes it. */
export async function play(page, { house, problems }) {
  await page.setViewportSize({ height: 860, width: 1280 });
  await page.goto(running(house));
  await page.getByRole('row', { name: /Grace/ }).getByRole('button', { name: 'Remove' }).click();
  await page.getByLabel('Reason').fill('Changed to another team.');
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('tab', { name: 'To be removed 1' }).waitFor();
  await page.getByRole('checkbox', { name: 'All rows' }).check();
  await page.getByRole('region', { name: /accounts chosen/ }).getByRole('button', { name: 'Keep' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Keep' }).click();
  await page.getByRole('tab', { name: 'To be removed 1' }).click();
  await page.getByText('Changed to another team.').first().waitFor();
  await page.getByRole('button', { exact: true, name: 'Complete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Complete' }).click();
  await page.getByText('Completed').first().waitFor();
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Report' }).click();
  await page.getByRole('menuitem', { name: 'CSV' }).click();
  if (!(await saved).suggestedFilename().endsWith('.csv')) problems.push('the report is no CSV file');
  await page.goto('/access-reviews');
  await page.getByRole('button', { name: 'New review' }).click();
  await page.getByLabel('Name').fill('Winter');
  await page.getByRole('checkbox', { name: 'Git Accounts' }).check();
  await page.getByRole('button', { name: 'Draft the review' }).click();
  await page.getByRole('heading', { level: 1, name: 'Winter' }).waitFor();
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Delete the draft' }).click();
  await page.getByRole('button', { exact: true, name: 'Delete' }).click();
  await page.getByRole('heading', { level: 1, name: 'Access reviews' }).waitFor();
}

/** A reviewer who may not read reviews sees theirs, and no more. */
export async function roles({ house, open, problems }) {
  await house.user('reviewer@example.com', 'collaborator', 'a horse in the rain');
  await house.call('PATCH', `/v1/access-reviews/${house.draft.id}`, { body: { systems: [{ resourceId: house.accounts, reviewerId: 'reviewer@example.com' }] }, token: house.tokens.manage });
  await house.call('POST', `/v1/access-reviews/${house.draft.id}/start`, { body: {}, token: house.tokens.manage });
  const page = await open();
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill('reviewer@example.com');
  await page.getByLabel('Password', { exact: true }).fill('a horse in the rain');
  await page.getByRole('button', { exact: true, name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'Access reviews' }).click();
  await page.getByRole('row', { name: /Autumn 2027/ }).waitFor();
  if ((await page.getByRole('row', { name: /Spring 2027/ }).count()) > 0) problems.push('a reviewer sees a review that is not theirs');
  if ((await page.getByRole('button', { name: 'New review' }).count()) > 0) problems.push('a reviewer is offered a new review');
  await page.getByRole('row', { name: /Autumn 2027/ }).press('Enter');
  await page.getByRole('button', { exact: true, name: 'Keep' }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: 'Keep' }).click();
  await page.getByRole('tab', { name: 'Kept 1' }).waitFor();
  await page.context().close();
}
