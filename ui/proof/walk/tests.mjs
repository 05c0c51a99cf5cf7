// SPDX-License-Identifier: Apache-2.0

// Tests and one test.

import { readFile } from 'node:fs/promises';

import { findings } from '../browser.mjs';

export const empty = [{ name: 'tests-empty', path: '/tests', see: 'No tests yet' }];

const first = (house) => `/tests/${house.tests[0].id}`;

export const full = [
  { name: 'tests', path: '/tests', see: 'Servers belong to a team' },
  { name: 'tests-weak', path: '/tests?kind=weak', see: 'Control without a test' },
  {
    name: 'tests-chosen',
    path: '/tests',
    see: 'Servers belong to a team',
    after: async (page) => {
      await page.getByRole('checkbox', { name: 'Row 2' }).check();
      await page.getByText('1 test chosen').waitFor();
    },
  },
  { name: 'tests-filtered', path: '/tests?status=INVALID', see: 'No test fits these filters' },
  {
    name: 'tests-views',
    path: '/tests?kind=custom&q=servers',
    see: 'Servers belong to a team',
    after: async (page) => {
      await page.evaluate(() => localStorage.clear());
      await page.reload();
      await page.getByRole('button', { name: 'Views' }).click();
      await page.getByRole('menuitem', { name: /Save these filters/ }).click();
      await page.getByLabel('Name', { exact: true }).fill('Ours about servers, all of them, always');
      await page.getByRole('button', { exact: true, name: 'Save' }).click();
      await page.getByRole('button', { name: 'View: Ours about servers' }).waitFor();
    },
  },
  { name: 'test', path: first, see: 'auth-prod-1' },
  { name: 'test-passing', path: (house) => `${first(house)}?tab=passing`, see: 'auth-prod-2' },
  { name: 'test-excepted', path: (house) => `${first(house)}?tab=excepted`, see: 'No record is excepted' },
  {
    name: 'test-record',
    path: first,
    see: 'auth-prod-1',
    after: async (page) => {
      await page.getByRole('row', { name: /srv_001/ }).click();
      await page.getByText('"uniqueId"').waitFor();
    },
  },
  {
    name: 'test-except',
    path: first,
    see: 'auth-prod-1',
    after: async (page) => {
      await page.getByRole('row', { name: /srv_001/ }).click();
      await page.getByRole('button', { name: 'New exception' }).click();
      await page.getByRole('button', { name: 'Create the exception' }).click();
      await page.getByText('Say why: auditors read it.').waitFor();
    },
  },
];

/** Re-run, copy, switch off, an exception: what is done to a test. */
export async function play(page, { house, problems }) {
  await page.setViewportSize({ height: 860, width: 1280 });
  await page.goto(first(house));
  await page.getByRole('button', { name: 'Re-run' }).click();
  await page.getByRole('row', { name: /srv_008/ }).press('Enter');
  await page.getByRole('button', { name: 'New exception' }).click();
  await page.getByLabel('Reason').fill('Is replaced next week');
  await page.getByRole('button', { name: 'Create the exception' }).click();
  await page.getByText('Excepted: Is replaced next week').waitFor();
  if (!page.url().includes('record=')) problems.push('the drawer is not in the address');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { exact: true, name: 'Copy' }).click();
  await page.getByRole('button', { exact: true, name: 'Copy' }).click();
  await page.getByRole('heading', { level: 1, name: /\(copy\)/ }).waitFor();
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Switch off' }).click();
  await page.getByLabel('Reason').fill('Not needed');
  await page.getByRole('button', { name: 'Switch off' }).click();
  await page.getByText('Switched off').first().waitFor();
  await exported(page, { house, problems });
  await views(page, { problems });
  await owners(page, { house, problems });
}

/** Takes the file of a test along, and makes another test of it by the API. */
async function exported(page, { house, problems }) {
  await page.goto(first(house));
  await page.getByRole('button', { name: 'More actions' }).click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Export' }).click()]);
  const form = JSON.parse(await readFile(await file.path(), 'utf8'));
  if (file.suggestedFilename() !== `${form.slug}.json` || form.kind !== 'Test') problems.push(`the file of the test is ${file.suggestedFilename()} with kind ${form.kind}`);
  const made = await house.call('POST', '/v1/tests', { body: { ...form, name: 'Servers from a file', slug: 'servers-from-a-file' }, token: house.tokens.manage });
  const { passWhen } = await house.call('GET', `/v1/tests/${house.tests[0].id}`, { token: house.tokens.manage });
  if (JSON.stringify(made.passWhen) !== JSON.stringify(passWhen)) problems.push('the test made of the file has another rule');
}

/** Saves the filters as a view by keyboard, comes back to it, and deletes it. */
async function views(page, { problems }) {
  await page.goto('/tests?status=NEEDS_ATTENTION&q=team');
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await page.getByRole('button', { name: 'Views' }).press('Enter');
  await page.getByRole('menuitem', { name: /Save these filters/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { exact: true, name: 'Save' }).click();
  await page.getByText('Give the view a name.').waitFor();
  await page.getByLabel('Name', { exact: true }).fill('Team');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'View: Team' }).waitFor();
  await page.goto('/tests?kind=custom');
  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByRole('menuitem', { name: 'Team' }).click();
  await page.waitForURL((url) => url.search === '?q=team&status=NEEDS_ATTENTION');
  await page.getByRole('button', { name: 'View: Team' }).click();
  await page.getByRole('menuitem', { name: 'Delete this view' }).click();
  await page.getByRole('button', { name: 'Delete it' }).click();
  await page.getByRole('button', { name: 'Views' }).waitFor();
  const left = await page.evaluate(() => Object.values(localStorage).filter((text) => text.includes('"Team"')).length);
  if (left > 0) problems.push('a view that was deleted is kept');
}

/** Narrows the list, chooses two tests and gives them an owner; then takes it from one on its page. */
async function owners(page, { house, problems }) {
  await page.goto('/tests');
  await page.getByRole('searchbox', { name: 'Filter by name' }).fill('servers have');
  await page.waitForURL('**/tests?q=servers+have');
  await page.getByRole('row', { name: /Servers belong/ }).waitFor({ state: 'detached' });
  await page.getByRole('searchbox', { name: 'Filter by name' }).fill('');
  const row = page.getByRole('row', { name: /Servers belong to a team/ });
  await row.focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('j');
  await page.keyboard.press('Space');
  await page.getByText('2 tests chosen').waitFor();
  await page.getByRole('button', { name: 'Assign an owner' }).click();
  await page.getByRole('combobox', { name: 'Owner' }).fill('ada');
  await page.getByRole('option', { name: /Ada Lovelace/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('2 tests chosen').waitFor({ state: 'detached' });
  if ((await page.getByRole('gridcell', { name: 'Ada Lovelace' }).count()) !== 2) problems.push('two tests do not have the owner whom they were given');
  await page.goto(`/tests/${house.tests[1].id}`);
  await page.getByRole('button', { name: 'Owner: Ada Lovelace' }).click();
  await page.getByRole('option', { name: 'Nobody' }).click();
  await page.getByRole('button', { name: 'Owner: Nobody' }).waitFor();
}

/** The days of a built-in test, which follow an SLA, become the test's own, and follow again. */
export async function company(page, { problems }) {
  await page.goto('/tests/package-vulnerabilities-critical');
  const settings = page.getByRole('complementary', { name: 'About the test' });
  await settings.getByText('by the SLA').waitFor();
  const change = settings.getByRole('button', { name: 'Change the settings' });
  await change.click();
  const dialog = page.getByRole('dialog');
  const days = dialog.getByLabel('How long such a vulnerability may be open');
  await days.fill('0');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText(/from 1 to 3650/).waitFor();
  problems.push(...(await findings(page)).map((one) => `settings of a test: ${one}`));
  await days.fill('14');
  await dialog.getByLabel('Why').fill('The vendor asks for two weeks');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await settings.getByText('14 days', { exact: true }).waitFor();
  await settings.getByText(/The vendor asks for two weeks/).waitFor();
  await change.click();
  await days.fill('');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await settings.getByText('7 days', { exact: true }).waitFor();
}
