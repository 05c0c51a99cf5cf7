// SPDX-License-Identifier: Apache-2.0

// Provisioning: the guides of Okta and Entra ID followed in the pages from first step
// to last, with each provider's own requests; a wrong token, an attribute that does not
// come, the last Admin about to leave.

import { Entra, Okta } from '../scim.mjs';

const editor = '0000005ddeface0000000002';
const admin = '0000005ddeface0000000001';

/** A directory with a past: people and groups, a refusal, a warning. */
export async function fill(house) {
  const made = await house.admin('directory', 'create', '--name', 'Old Okta', '--provider', 'okta');
  const okta = new Okta(made.baseUrl, made.token);
  await okta.test();
  const people = [];
  for (const [given, family, role] of [['Grete', 'Hermann', editor], ['Emmy', 'Noether', 'employee'], ['Kurt', 'Godel', 'superuser']]) people.push(await okta.assign(given, family, { muster_roles: role }));
  await okta.push('Platform', people);
  await okta.push('Security', people.slice(0, 1));
  await okta.push('Everyone at the company, wherever they sit and whatever they do', people);
  await okta.send('POST', '/Users', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'emmy@example.com' });
  await okta.push('Platform', [{ id: '00u-not-here', userName: 'nobody' }]);
  await house.admin('directory', 'attribute', made.id, 'muster_roles');
  house.directory = made.id;
}

export const empty = [
  { name: 'security-empty', path: '/settings/security?tab=provisioning', see: 'No identity provider yet' },
  {
    after: async (page) => {
      await page.getByText('Switch SCIM on and choose your provider').click(); // its words switch it, too
      await page.getByRole('radio', { name: 'JumpCloud' }).check();
    },
    name: 'security-connect', path: '/settings/security?tab=provisioning', see: 'No identity provider yet',
  },
];

const portal = (query) => (house) => `/settings/provisioning/${house.directory}${query}`;

export const full = [
  { name: 'security', path: '/settings/security?tab=provisioning', see: 'Old Okta' },
  { name: 'security-roles', path: '/settings/security?tab=roles', see: 'View-only Admin' },
  {
    after: async (page) => {
      for (const step of ['Enter the address', 'Add the attribute', 'Assign people', 'Give groups a role']) await page.getByRole('button', { name: step }).click();
      await page.getByRole('button', { name: 'Add the group' }).waitFor();
    },
    name: 'portal', path: portal(''), see: 'Worth a look',
  },
  { name: 'portal-requests', path: portal('?tab=requests&status=failed'), see: 'POST /Users' },
  {
    after: async (page) => {
      await page.getByText('Somebody who has not arrived').click();
      await page.getByLabel('Role so far').selectOption({ label: 'Auditor' });
      await page.getByLabel('They had all of this before').check();
      await page.getByRole('button', { name: 'Suppose it' }).click();
      await page.getByText('Somebody like this gets').waitFor();
    },
    name: 'portal-roles', path: portal('?tab=roles'), see: 'Add the group',
  },
  { name: 'portal-settings', path: portal('?tab=settings'), see: 'Create a link' },
];

const value = async (page, label) => (await page.getByRole('region', { name: new RegExp(`^${label}: `) }).first().innerText()).trim();

/** Connects a provider in the pages; answers the address and the token that its first step shows. */
async function connect(page, provider, name, [address, token]) {
  await page.goto('/settings/security?tab=provisioning');
  await page.getByRole('button', { name: 'Connect another' }).click();
  await page.getByRole('radio', { name: provider }).check();
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { exact: true, name: 'Connect' }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
  const step = page.getByRole('button', { name: 'Enter the address and the token' });
  if ((await step.getAttribute('aria-expanded')) === 'false') await step.click();
  return { address: await value(page, address), token: await value(page, token) };
}

const done = (page, step) => page.getByRole('button', { name: new RegExp(`^Done ${step}`) }).waitFor();

const open = async (page, step) => {
  const button = page.getByRole('button', { name: step });
  if ((await button.getAttribute('aria-expanded')) === 'false') await button.click();
};

const simulate = async (page, user, role) => {
  await page.getByLabel('What would they get?').fill(user);
  await page.getByRole('button', { name: 'Say it' }).click();
  await page.getByRole('status').getByText(role, { exact: true }).waitFor();
};

/** Somebody who has not arrived, by keyboard: the form folds out, and asks. */
const suppose = async (page, sent, role) => {
  await page.getByText('Somebody who has not arrived').focus();
  await page.keyboard.press('Enter');
  await page.getByLabel('Value of muster_roles').fill(sent);
  await page.getByLabel('Value of muster_roles').press('Enter');
  await page.getByRole('status').getByText('Somebody like this gets').waitFor();
  await page.getByRole('status').getByText(role, { exact: true }).waitFor();
};

/** Okta, from first step to last. */
async function followOkta(page, problems) {
  const shown = await connect(page, 'Okta', 'Okta', ['SCIM 2.0 Base Url', 'OAuth Bearer Token']);
  // A token that was cut off: the page says so at once, and what to do.
  const cut = new Okta(shown.address, shown.token.slice(0, -1));
  if ((await cut.test()) !== 401) problems.push('a token that was cut off is taken');
  await page.getByText('Wrong token').first().waitFor();
  await page.getByRole('region', { name: 'Last error' }).getByText('What to do:').waitFor();
  await page.getByText('The address is right: Okta came').waitFor();
  const okta = new Okta(shown.address, shown.token);
  await okta.test();
  await done(page, 'Enter the address and the token');
  await page.getByText('Active', { exact: true }).first().waitFor();
  await page.getByRole('region', { name: 'Last error' }).waitFor({ state: 'detached' });
  await page.getByText('Okta listed users').or(page.getByText(/Okta .*users/)).first().waitFor();
  // Somebody comes before the attribute is there.
  const [jane] = [await okta.assign('Jane', 'Doe')];
  await done(page, 'Switch on creating');
  await open(page, 'Assign people');
  await page.getByText('brought no attribute of their own').waitFor();
  await okta.change(jane.id, { muster_roles: admin });
  await done(page, 'Add the attribute');
  const bob = await okta.assign('Bob', 'Byte', { muster_roles: editor });
  await okta.push('Engineering of Okta', [jane, bob]);
  await okta.push('Everyone of Okta', [jane, bob]);
  await done(page, 'Push groups');
  await open(page, 'Name the attribute here');
  // Misspelt: the page says that nobody brought it, and what did come.
  await page.getByLabel('Directory Provider Value').fill('muster_role');
  await page.getByRole('button', { exact: true, name: 'Save' }).click();
  await page.getByText('None of the last 2 users brought muster_role.').waitFor();
  await page.getByRole('button', { name: 'Use muster_roles' }).click();
  await page.getByText('None of the last').waitFor({ state: 'detached' });
  await done(page, 'Name the attribute here');
  await simulate(page, 'bob@example.com', 'Editor');
  await suppose(page, 'auditor', 'Auditor');
  await map(page, problems);
  await open(page, 'Test the connection');
  await page.getByRole('button', { name: 'Run the self-test' }).click();
  await page.getByText(/^Passed: all/).waitFor();
  await page.getByText('All set up').waitFor();
  return { bob, jane, okta };
}

/** Two groups with a role, put in order by keyboard and by dragging, and saved. */
async function map(page, problems) {
  await open(page, 'Give groups a role');
  const list = page.getByRole('list', { name: /^Groups with a role/ });
  for (const [group, role] of [['Engineering of Okta', 'Editor'], ['Everyone of Okta', 'Employee']]) {
    await page.getByLabel('Group to add').selectOption({ label: group });
    await page.getByRole('button', { name: 'Add the group' }).click();
    await page.getByLabel(`Role of ${group}`).selectOption({ label: role });
  }
  const order = async () => (await list.getByRole('listitem').allInnerTexts()).map((text) => (text.includes('Everyone') ? 'everyone' : 'engineering')).join();
  await page.getByRole('button', { name: 'Move Everyone of Okta' }).press('ArrowUp');
  await page.getByText('Everyone of Okta: priority 1 of 2.').waitFor();
  if ((await order()) !== 'everyone,engineering') problems.push('the arrow keys do not move a group');
  const [from, to] = [await page.getByRole('button', { name: 'Move Everyone of Okta' }).boundingBox(), await page.getByRole('button', { name: 'Move Engineering of Okta' }).boundingBox()];
  await page.mouse.move(from.x + 8, from.y + 8);
  await page.mouse.down();
  await page.mouse.move(to.x + 8, to.y + 12, { steps: 4 });
  await page.mouse.up();
  if ((await order()) !== 'engineering,everyone') problems.push('dragging does not move a group');
  await page.getByRole('button', { name: 'Save the order' }).click();
  await done(page, 'Give groups a role');
}

/** Entra ID, likewise. */
async function followEntra(page) {
  const shown = await connect(page, 'Microsoft Entra ID', 'Entra ID', ['Tenant URL', 'Secret Token']);
  const entra = new Entra(shown.address, shown.token);
  await entra.test();
  await done(page, 'Enter the address and the token');
  const rosa = await entra.provision('Rosa', 'Peter', editor);
  await done(page, 'Assign people');
  await entra.group('Entra people', [rosa]);
  await done(page, 'Push groups');
  await open(page, 'Name the attribute here');
  await page.getByLabel('Directory Provider Value').fill('roles');
  await page.getByRole('button', { exact: true, name: 'Save' }).click();
  await done(page, 'Name the attribute here');
  await simulate(page, 'rosa@example.com', 'Editor');
  await open(page, 'Test the connection');
  await page.getByRole('button', { name: 'Run the self-test' }).click();
  await page.getByText(/^Passed: all/).waitFor();
  await page.getByText('All set up').waitFor();
  await entra.leave(rosa.id);
  await page.getByText(/Entra ID .*rosa@example.com/).first().waitFor();
}

/** The only Admin who can sign in is handed over to Okta, and then about to leave. */
async function lastAdmin(page, okta, problems) {
  const ada = await okta.assign('Ada', 'Lovelace', { muster_roles: admin });
  await page.getByRole('button', { name: 'Hand the account over' }).click();
  await page.getByRole('button', { name: 'Hand it over' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  const { body, status } = await okta.unassign(ada.id);
  if (status !== 403) problems.push(`the last Admin leaves: ${status} ${JSON.stringify(body)}`);
  await page.getByRole('img', { name: 'Lock-out' }).waitFor();
  await page.getByRole('region', { name: 'Last error' }).getByText('lock-out guard').first().waitFor();
  await page.getByRole('region', { name: 'Last error' }).getByRole('button', { name: 'Look at it' }).click();
  await page.getByRole('button', { name: 'Repeat the request' }).click();
  await page.getByRole('status').getByText(/^Refused again/).waitFor();
  await page.keyboard.press('Escape');
}

/** Follows both guides, and sees what a refusal looks like. */
export async function play(page, { problems }) {
  await page.setViewportSize({ height: 900, width: 1280 });
  const { okta } = await followOkta(page, problems);
  await lastAdmin(page, okta, problems);
  await page.getByRole('tab', { name: 'Requests' }).click();
  await page.getByLabel('User or group').fill('bob');
  await page.getByRole('button', { name: 'Okta created the user Bob Byte' }).click();
  await page.getByRole('dialog').getByText('What was sent').waitFor();
  await page.getByRole('button', { name: /Everything that happened to/ }).click();
  await page.getByRole('dialog').getByRole('heading', { name: 'Bob Byte' }).waitFor();
  await page.keyboard.press('Escape');
  await followEntra(page);
}

/** Who may only look sees the portal without anything that changes it; an Employee does not see it. */
export async function roles({ house, open: tab, problems }) {
  for (const [email, role] of [['look@example.com', 'view-only-admin'], ['work@example.com', 'employee']]) {
    await house.user(email, role, 'a horse in the rain');
    const page = await tab();
    await page.goto(`/sign-in?return=${encodeURIComponent(portal('?tab=settings')(house))}`);
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password', { exact: true }).fill('a horse in the rain');
    await page.getByRole('button', { exact: true, name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: role === 'employee' ? 'There is nothing here' : 'Old Okta' }).waitFor();
    if (role !== 'employee') await page.getByRole('heading', { name: 'Hand over by link' }).waitFor();
    const changes = (await page.getByRole('button', { name: /^(Make|Hand over|Delete|Revoke|Save|Dismiss)/ }).count()) + (await page.getByRole('switch', { disabled: false }).count());
    if (changes > 0) problems.push(`${role}: the portal offers ${changes} changes`);
    await page.context().close();
  }
}
