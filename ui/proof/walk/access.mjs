// SPDX-License-Identifier: Apache-2.0

// Accounts: whose they are, and what can be said about it.

export const empty = [{ name: 'access-empty', path: '/access', see: 'No accounts yet' }];

const account = (i, more = {}) => ({
  accountName: `user${i}`,
  authMethod: i % 3 === 0 ? 'SSO' : 'PASSWORD',
  createdTimestamp: '2026-01-10T08:00:00Z',
  displayName: `User ${i}`,
  email: `user${i}@example.com`,
  externalUrl: `https://git.example.com/u/${i}`,
  fullName: `User ${i}`,
  mfaEnabled: i % 4 !== 0,
  mfaMethods: i % 4 === 0 ? [] : ['OTP'],
  permissionLevel: i % 9 === 0 ? 'ADMIN' : 'BASE',
  status: i % 10 === 0 ? 'DEACTIVATED' : 'ACTIVE',
  uniqueId: `u${String(i).padStart(3, '0')}`,
  ...more,
});

export async function fill(house) {
  const { app, token } = await house.token('Source Control', 'build');
  const definition = await house.admin('resource', 'create', '--app', app.id, '--name', 'Git Accounts', '--base', 'UserAccount');
  house.accounts = definition.resourceId;
  for (const name of ['Grace Hopper', 'Mary Shelley'])
    await house.call('POST', '/v1/people', { body: { emailAddress: `${name.split(' ')[0].toLowerCase()}@example.com`, employment: { jobTitle: 'Engineer', startDate: '2025-01-01T00:00:00Z' }, name: { display: name, first: name.split(' ')[0], last: name.split(' ')[1] } }, token: house.tokens.manage });
  const resources = Array.from({ length: 40 }, (_, i) => account(i + 1));
  resources[0] = account(1, { displayName: 'Grace', email: 'GRACE@example.com' });
  resources[1] = account(2, { displayName: '<img src=x onerror=alert(3)>', fullName: '<script>alert(4)</script>' });
  await house.call('PUT', '/v1/resources/user_account', { body: { resourceId: house.accounts, resources }, token });
}

export const full = [
  { name: 'access', path: '/access', see: 'Git Accounts' },
  { name: 'access-filtered', path: '/access?mfa=DISABLED,UNKNOWN&status=ACTIVE', see: 'MFA: Off or not known' },
  { name: 'access-none', path: '/access?q=nobody-has-this', see: 'No account fits these filters' },
  {
    name: 'access-account',
    path: '/access?q=grace',
    see: 'Grace',
    after: async (page) => {
      await page.getByRole('row', { name: /Grace/ }).click();
      await page.getByText('By e-mail').waitFor();
      await page.getByText('First pushed').last().waitFor();
    },
  },
  {
    name: 'access-owner',
    path: '/access?q=user3',
    see: 'User 3',
    after: async (page) => {
      await page.getByRole('row', { name: /User 30/ }).click();
      await page.getByRole('button', { name: 'Say whose it is' }).click();
      await page.getByRole('menuitem', { name: 'A new person…' }).click();
      await page.getByRole('button', { name: 'Set the owner' }).click();
      await page.getByText('A person is known by an e-mail.').waitFor();
    },
  },
];

/** Gives one account to a person, two to a service, takes one away again; narrows by a number; saves a file. */
export async function play(page, { problems }) {
  await page.setViewportSize({ height: 860, width: 1280 });
  await page.goto('/access?q=user4');
  await page.getByRole('row', { name: /User 4 / }).press('Enter');
  await page.getByRole('button', { name: 'Say whose it is' }).click();
  await page.getByRole('menuitem', { name: 'An existing person…' }).click();
  await page.getByRole('searchbox', { name: 'Find a person by name or e-mail' }).fill('shel');
  await page.getByRole('radio', { name: /Mary Shelley/ }).check();
  await page.getByRole('button', { name: 'Set the owner' }).click();
  await page.getByText('By hand').waitFor();
  await page.getByRole('button', { name: 'Change the owner' }).click();
  await page.getByRole('menuitem', { name: 'Take the owner away' }).click();
  await page.getByRole('button', { name: 'Take away' }).click();
  await page.getByRole('button', { name: 'Say whose it is' }).waitFor();
  await page.goto('/access?q=user1');
  const row = page.getByRole('row', { name: /User 11/ });
  await row.focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('j');
  await page.keyboard.press('Space');
  await page.getByText('2 accounts chosen').waitFor();
  await page.getByRole('button', { name: 'Say whose they are' }).click();
  await page.getByRole('menuitem', { name: 'A service account…' }).click();
  await page.getByLabel('What it is for').fill('Builds');
  await page.getByRole('button', { name: 'Set the owner' }).click();
  await page.getByText('2 accounts chosen').waitFor({ state: 'detached' });
  await page.getByRole('gridcell', { name: /service/ }).nth(1).waitFor();
  await page.goto('/access');
  await page.getByRole('button', { name: /without MFA/ }).click();
  await page.waitForURL(/mfa=DISABLED%2CUNKNOWN/);
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: 'CSV' }).click();
  if ((await saved).suggestedFilename() !== 'accounts.csv') problems.push('accounts are saved under another name');
}
