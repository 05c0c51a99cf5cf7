// SPDX-License-Identifier: Apache-2.0

// Scopes; the one of the estate is made with the program's other things (program.mjs).

export const empty = [{ name: 'scopes-empty', path: '/scopes', see: 'No scopes yet' }];

export const full = [
  { name: 'scopes', path: '/scopes', see: 'Team one' },
  { name: 'scope', path: '/scopes/team-one', see: 'Which records are in' },
  { name: 'scope-edit', path: '/scopes/team-one?edit=1', see: 'Its records are in when' },
  {
    name: 'scope-json',
    path: '/scopes/team-one?edit=1',
    see: 'Its records are in when',
    after: async (page) => {
      await page.getByRole('button', { name: 'As JSON' }).click();
      const file = page.getByLabel('The scope as a file');
      await file.fill((await file.inputValue()).replace('"owner"', '"nothing.like.it"'));
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('dialog').getByRole('alert').first().waitFor();
    },
  },
];

/** A scope is made as a form, changed as JSON, and deleted. */
export async function play(page, { problems }) {
  await page.setViewportSize({ height: 860, width: 1280 });
  await page.goto('/scopes');
  await page.getByRole('button', { name: 'New scope' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Active ones');
  await page.getByRole('button', { name: 'Add a filter' }).click();
  await page.getByRole('button', { name: 'Resource: choose one' }).click();
  await page.getByRole('combobox', { exact: true, name: 'Resource' }).fill('internal');
  await page.getByRole('option', { name: /Internal Server Inventory/ }).click();
  await page.getByRole('button', { name: 'Create the scope' }).click();
  await page.getByRole('dialog').getByRole('alert').first().waitFor();
  await page.getByLabel('Field', { exact: true }).selectOption('active');
  await page.getByRole('button', { name: 'Create the scope' }).click();
  await page.getByRole('heading', { level: 1, name: 'Active ones' }).waitFor();
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('button', { name: 'As JSON' }).click();
  const file = page.getByLabel('The scope as a file');
  await file.fill((await file.inputValue()).replace('"Active ones"', '"Active servers"'));
  await page.getByRole('button', { name: 'As a form' }).click();
  if ((await page.getByLabel('Name', { exact: true }).inputValue()) !== 'Active servers') problems.push('the form does not show what was written as JSON');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { level: 1, name: 'Active servers' }).waitFor();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete' }).last().click();
  await page.waitForURL('**/scopes');
}
