// SPDX-License-Identifier: Apache-2.0

// What stands around every page.

export const empty = [{ name: 'home-empty', path: '/', see: 'Create an application' }];

export const full = [
  { name: 'home', path: '/', see: 'Servers are active' },
  { name: 'nothing', path: '/no/such/page', see: 'There is nothing here' },
  {
    name: 'find',
    path: '/tests',
    see: 'Servers belong to a team',
    after: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox').fill('team belong');
      await page.getByRole('option', { name: /Servers belong to a team/ }).waitFor();
    },
  },
  {
    name: 'keys',
    path: '/tests',
    see: 'Servers belong to a team',
    after: async (page) => {
      await page.keyboard.press('?');
      await page.getByText('Find a page or a record').waitFor();
    },
  },
  {
    name: 'navigation',
    path: '/tests',
    see: 'Servers belong to a team',
    after: async (page, { narrow }) => {
      if (narrow) await page.getByRole('button', { name: 'Navigation' }).click();
      else await page.keyboard.press('[');
      await page.getByRole('link', { exact: true, name: 'Home' }).waitFor();
    },
  },
];

/** Keys, theme, sign-out: what a person does in the shell. */
export async function play(page, { problems }) {
  await page.setViewportSize({ height: 860, width: 1280 });
  await page.evaluate(() => localStorage.clear());
  await page.goto('/tests');
  await page.getByRole('row', { name: /Servers belong to a team/ }).waitFor();
  await page.getByRole('button', { name: /Ada Lovelace/ }).click();
  await page.getByRole('menuitem', { name: 'Dark' }).click();
  await page.reload();
  await page.getByRole('row', { name: /Servers belong to a team/ }).waitFor();
  if ((await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)) !== 'dark') problems.push('the theme is forgotten');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('team belong');
  await page.getByRole('option', { name: /Servers belong to a team/ }).waitFor();
  await page.getByRole('combobox').press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Servers belong to a team' }).waitFor();
  await page.getByRole('button', { name: /Ada Lovelace/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in');
}
