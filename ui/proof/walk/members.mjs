// SPDX-License-Identifier: Apache-2.0

// Members and roles: somebody comes, changes roles, is kept out and goes.

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
  { name: 'roles', path: '/settings/members?tab=roles', see: 'View-only Admin' },
  { name: 'role-new', path: '/settings/members?tab=roles&add=1', see: 'What it may do' },
];

export async function play(page, { problems }) {
  await page.setViewportSize({ height: 860, width: 1280 });
  await page.goto('/settings/members?tab=roles');
  await page.getByRole('button', { name: 'New role' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Reader of tests');
  await page.getByLabel('Tests and exceptions').selectOption('view');
  await page.getByRole('button', { name: 'Make the role' }).click();
  await page.getByRole('row', { name: /Reader of tests/ }).waitFor();
  await page.getByRole('tab', { name: 'Members' }).click();
  await page.getByRole('button', { name: 'New member' }).click();
  await page.getByRole('dialog').getByLabel('E-mail').fill('linus@example.com');
  await page.getByRole('dialog').getByLabel('Name').fill('Linus');
  await page.getByRole('button', { name: 'Add the member' }).click();
  await page.getByRole('button', { name: 'Make a link' }).click();
  await page.getByRole('region', { name: /link: http/ }).waitFor();
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('row', { name: /Linus/ }).press('Enter');
  await page.getByRole('dialog').getByLabel('Role').selectOption({ label: 'Reader of tests' }).catch(async () => {
    const value = await page.getByRole('dialog').getByLabel('Role').evaluate((select) => [...select.options].find((one) => one.label.startsWith('Reader of tests')).value);
    await page.getByRole('dialog').getByLabel('Role').selectOption(value);
  });
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('row', { name: /Linus.*Reader of tests/ }).waitFor({ state: 'attached' });
  await page.getByRole('button', { exact: true, name: 'Deactivate' }).click();
  await page.getByRole('dialog').getByRole('button', { exact: true, name: 'Deactivate' }).last().click();
  await page.getByRole('button', { name: 'Let them in again' }).waitFor();
  await page.getByRole('button', { exact: true, name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { exact: true, name: 'Delete' }).last().click();
  await page.getByRole('row', { name: /Linus/ }).waitFor({ state: 'detached' });
  // The last Admin cannot take the role from themself: the form says why.
  await page.getByRole('row', { name: /Ada Lovelace/ }).press('Enter');
  const role = page.getByRole('dialog').getByLabel('Role');
  await role.waitFor();
  await role.selectOption(await role.evaluate((select) => [...select.options].find((one) => one.label.startsWith('Editor')).value));
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').getByRole('alert').first().waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('tab', { name: 'Roles' }).click();
  await page.getByRole('row', { name: /Reader of tests/ }).press('Enter');
  await page.getByRole('button', { name: 'Delete the role' }).click();
  await page.getByRole('dialog').getByRole('button', { exact: true, name: 'Delete' }).click();
  await page.getByRole('row', { name: /Reader of tests/ }).waitFor({ state: 'detached' });
  if ((await page.getByRole('row').count()) !== 9) problems.push('a deleted role is still listed');
}
