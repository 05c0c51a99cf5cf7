// SPDX-License-Identifier: Apache-2.0

// Members: somebody comes, changes roles, is kept out and goes.

export const empty = [
  { name: 'members-new', path: '/settings/members?add=1', see: 'From the command line', after: async (page) => {
    await page.getByRole('dialog').getByLabel('E-mail').fill('nobody');
    await page.getByRole('button', { name: 'Add the member' }).click();
    await page.getByText('This is not an e-mail address.').waitFor();
  } },
];

export const full = [
  { name: 'members', path: '/settings/members', see: 'Ada Lovelace' },
  { name: 'members-none', path: '/settings/members?q=nobody+has+this', see: 'Nobody fits these filters' },
  { name: 'member', path: '/settings/members', see: 'Ada Lovelace', after: async (page) => {
    await page.getByRole('row', { name: /Ada Lovelace/ }).press('Enter');
    await page.getByText('By password').waitFor();
  } },
  // What a directory decides on is no button here.
  { name: 'member-directory', path: '/settings/members', see: 'Ada Lovelace', after: async (page) => {
    await page.getByRole('row', { name: /emmy/i }).press('Enter');
    const drawer = page.getByRole('dialog');
    await drawer.getByText('Whether they may sign in, the identity provider decides').waitFor();
    for (const name of ['Deactivate', 'Delete']) await drawer.getByRole('button', { exact: true, name }).waitFor({ state: 'detached' });
  } },
];

/** Chooses a role in the drawer of a member. */
async function pick(page, name) {
  const role = page.getByRole('dialog').getByLabel('Role');
  await role.waitFor();
  await role.selectOption(await role.evaluate((select, wanted) => [...select.options].find((one) => one.label.startsWith(wanted)).value, name));
}

export async function play(page, { problems }) {
  await page.setViewportSize({ height: 860, width: 1280 });
  await page.goto('/settings/members');
  await page.getByRole('button', { name: 'New member' }).click();
  await page.getByRole('dialog').getByLabel('E-mail').fill('linus@example.com');
  await page.getByRole('dialog').getByLabel('Name').fill('Linus');
  await page.getByRole('button', { name: 'Add the member' }).click();
  await page.getByRole('button', { name: 'Create a link' }).click();
  await page.getByRole('region', { name: /link: http/ }).waitFor();
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('row', { name: /Linus/ }).press('Enter');
  await pick(page, 'View-only Admin');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  await page.getByRole('button', { exact: true, name: 'Deactivate' }).click();
  await page.getByRole('dialog').getByRole('button', { exact: true, name: 'Deactivate' }).last().click();
  await page.getByRole('button', { name: 'Let them in again' }).waitFor();
  await page.getByRole('button', { exact: true, name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { exact: true, name: 'Delete' }).last().click();
  await page.getByRole('row', { name: /Linus/ }).waitFor({ state: 'detached' });
  // The last Admin cannot take the role from themself: the form says why.
  await page.getByRole('row', { name: /Ada Lovelace/ }).press('Enter');
  await pick(page, 'Editor');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').getByRole('alert').first().waitFor();
  if ((await page.getByText('Saved.').count()) > 0) problems.push('the last Admin took the role from themself');
}
