// SPDX-License-Identifier: Apache-2.0

// How people get in, where one is signed in, and roles of one's own.

export const full = [
  { name: 'security-sign-in', path: '/settings/security', see: 'Sign-in methods' },
  {
    after: async (page) => {
      await page.getByLabel('Name').fill('Okta sign-in');
      await page.getByLabel('Issuer').fill('not an address');
      await page.getByRole('button', { name: 'Add the provider' }).click();
      await page.getByRole('alert').first().waitFor();
    },
    name: 'security-sso', path: '/settings/security?tab=sso&sso=new', see: 'Add an identity provider',
  },
  { name: 'security-sessions', path: '/settings/security?tab=sessions', see: 'This one' },
  { name: 'system', path: '/settings/system', see: 'account-feed' },
  { name: 'workspaces', path: '/settings/workspaces', see: 'This workspace' },
  { name: 'roles-create', path: '/settings/roles?create=1', see: 'Create the role' },
];

/** Changes how people get in, makes a role, and ends a session of one's own. */
export async function play(page, { house, problems }) {
  await page.setViewportSize({ height: 860, width: 1280 });
  await page.goto('/settings/security');
  const passkey = page.getByRole('switch', { name: 'Passkey' });
  const was = await passkey.getAttribute('aria-checked');
  await passkey.click();
  await page.locator(`[role=switch][aria-label=Passkey][aria-checked=${was === 'true' ? 'false' : 'true'}]`).waitFor();
  await page.getByRole('switch', { exact: true, name: 'Password' }).click();
  await page.getByRole('alert').waitFor(); // the last Admin needs it
  await page.getByLabel('Minutes without use').fill('4');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText(/5 minutes to 30 days/).waitFor();
  if ((await page.getByLabel('Minutes without use').getAttribute('aria-invalid')) !== 'true') problems.push('the refusal does not stand beside the minutes');
  await page.goto('/settings/security?tab=sso&sso=new');
  await page.getByLabel('Kind').selectOption('saml');
  await page.getByLabel('Name').fill('Company login');
  await page.getByRole('button', { name: 'Add the provider' }).click();
  await page.getByText('Assertion consumer service (ACS) URL').waitFor();
  await page.goto('/settings/roles?create=1');
  await page.getByLabel('Name').fill('Security engineer');
  await page.getByRole('combobox', { exact: true, name: 'Tests' }).selectOption('edit');
  await page.getByRole('combobox', { exact: true, name: 'People' }).selectOption('view');
  await page.getByRole('button', { name: 'Create the role' }).click();
  await page.getByRole('row', { name: /Security engineer/ }).waitFor();
  await page.getByRole('row', { name: /Security engineer/ }).press('Enter');
  await page.getByRole('button', { exact: true, name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete it' }).click();
  await page.getByRole('row', { name: /Security engineer/ }).waitFor({ state: 'detached' });
  await page.goto('/settings/workspaces?create=1');
  await page.getByLabel('Name', { exact: true }).last().fill('Other house');
  await page.getByRole('button', { name: 'Create the workspace' }).click();
  await page.getByRole('button', { name: 'Go to Other house' }).click();
  await page.getByRole('button', { name: /Workspace Other house/ }).click();
  await page.getByRole('menuitem', { name: 'Default' }).click();
  await page.getByRole('button', { name: /Workspace Default/ }).waitFor();
  const answer = await fetch(`${house.url}/v1/session`, { body: JSON.stringify({ email: 'ada@example.com', password: 'a horse in the rain' }), headers: { 'Content-Type': 'application/json' }, method: 'POST' });
  if (!answer.ok) problems.push(`another sign-in: ${answer.status}`);
  await page.goto('/settings/security?tab=sessions');
  await page.getByRole('button', { exact: true, name: 'End' }).first().click();
  await page.getByRole('button', { name: 'End it' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}
