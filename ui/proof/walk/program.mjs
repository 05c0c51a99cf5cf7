// SPDX-License-Identifier: Apache-2.0

// Frameworks, requirements, controls.

export const empty = [
  { name: 'frameworks-new', path: '/frameworks', see: 'SOC 2' },
  { name: 'framework-new', path: '/frameworks/soc2', see: 'Control environment' },
  { name: 'controls-new', path: '/controls', see: 'Access is reviewed' },
  { name: 'control-new', path: '/controls/access-reviews', see: 'No test proves it yet' },
  { name: 'controls-none', path: '/controls?q=no+such+control', see: 'No control fits these filters' },
  { name: 'requirement-bare', path: '/frameworks/soc2/requirements/PI1.1', see: 'No control serves it yet' },
];

/** A scope, an owner of nothing, and a test that is evidence for two controls. */
export async function fill(house) {
  const token = house.tokens.manage;
  await house.call('POST', '/v1/scopes', { body: { filters: [{ application: 'Inventory', resource: 'Internal Server', where: { field: 'owner', op: 'equals', value: 'team-1' } }], kind: 'Scope', name: 'Team one' }, token });
  await house.call('PUT', '/v1/frameworks/hipaa/scope', { body: { scope: 'team-one' }, token });
  for (const control of ['access-reviews', 'asset-inventory-maintained']) await house.call('POST', `/v1/controls/${control}/add-test-to-control`, { body: { testId: house.tests[0].id }, token });
  await house.call('POST', '/v1/controls/access-reviews/add-test-to-control', { body: { testId: house.tests[2].id }, token });
}

export const full = [
  { name: 'frameworks', path: '/frameworks', see: 'Team one' },
  { name: 'frameworks-library', path: '/frameworks?add=library', see: 'One of your own' },
  { name: 'framework', path: '/frameworks/soc2?open=CC6', see: 'Logical safeguards protect assets' },
  { name: 'framework-found', path: '/frameworks/hipaa?q=termination', see: 'Termination procedures' },
  { name: 'framework-gaps', path: '/frameworks/soc2?tab=gaps', see: 'Requirements without a control' },
  { name: 'requirement', path: '/frameworks/soc2/requirements/CC6.2', see: 'records break it' },
  { name: 'requirement-odd', path: `/frameworks/hipaa/requirements/${encodeURIComponent('164.308(a)(4)(ii)(C)')}`, see: 'Access establishment' },
  { name: 'controls', path: '/controls', see: 'Access is reviewed' },
  { name: 'controls-library', path: '/controls?add=library', see: 'Library of controls' },
  {
    name: 'control-unnamed',
    path: '/controls?add=new',
    see: 'What you do so that requirements are met',
    after: async (page) => {
      await page.getByRole('button', { name: 'Create the control' }).click();
      await page.getByText('Give the control a name.').waitFor();
    },
  },
  { name: 'control', path: '/controls/access-reviews', see: 'Servers have at least 2 GiB' },
  {
    name: 'control-menu',
    path: '/controls/access-reviews',
    see: 'Servers have at least 2 GiB',
    after: async (page) => {
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Open as a file' }).waitFor();
    },
  },
  { name: 'control-edit', path: '/controls/access-reviews?edit=1', see: 'For those who work on it.' },
];

/** A control of one's own: made, mapped to a test and to a requirement, given an owner; a framework leaves and comes back. */
export async function play(page, { problems }) {
  await page.setViewportSize({ height: 860, width: 1280 });
  await page.goto('/controls?add=new');
  await page.getByLabel('Name', { exact: true }).fill('Servers are looked after');
  await page.getByLabel('Id', { exact: true }).fill('access-reviews');
  await page.getByRole('button', { name: 'Create the control' }).click();
  await page.getByRole('alert').first().waitFor();
  await page.getByLabel('Id', { exact: true }).fill('OPS-1');
  await page.getByRole('button', { name: 'Create the control' }).click();
  await page.getByRole('heading', { level: 1, name: 'Servers are looked after' }).waitFor();
  await page.getByRole('button', { name: 'Map a test' }).click();
  await page.getByRole('combobox', { name: 'Test' }).fill('belong to a team');
  await page.getByRole('option', { name: /Servers belong to a team/ }).click();
  await page.getByRole('row', { name: /Servers belong to a team/ }).waitFor();
  await page.getByRole('button', { name: 'Owner: Nobody' }).click();
  await page.getByRole('option', { name: /Ada Lovelace/ }).click();
  await page.getByRole('button', { name: 'Owner: Ada Lovelace' }).waitFor();
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('Description').fill('Each has a team.');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('main').getByText('Each has a team.').waitFor();
  await page.goto('/frameworks/soc2/requirements/PI1.1');
  await page.getByRole('button', { name: 'Map a control' }).click();
  await page.getByRole('combobox', { name: 'Control' }).fill('OPS-1');
  await page.getByRole('option', { name: /Servers are looked after/ }).click();
  await page.getByRole('link', { name: 'Servers are looked after' }).click();
  await page.getByRole('link', { name: /PI1.1/ }).click();
  await page.getByRole('button', { name: /^Take Servers are looked after/ }).click();
  await page.getByRole('button', { name: 'Take it away' }).click();
  await page.getByText('No control serves it yet').waitFor();
  await page.goto('/frameworks/soc2');
  await page.getByRole('button', { name: 'Scope: All records' }).click();
  await page.getByRole('option', { name: 'Team one' }).click();
  await page.getByRole('button', { name: 'Scope: Team one' }).waitFor();
  await page.goto('/frameworks/nist53');
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Stop using it' }).click();
  await page.getByRole('button', { name: 'Stop using it' }).click();
  await page.waitForURL('**/frameworks');
  await page.getByRole('button', { name: 'Add from the library' }).click();
  await page.getByRole('button', { name: /^Use it: NIST SP 800-53/ }).click();
  await page.getByRole('button', { name: /^Use it: NIST SP 800-53/ }).waitFor({ state: 'detached' });
  if (!page.url().includes('add=library')) problems.push('the library is not in the address');
}

/** Whoever may only look is offered nothing that changes the program. */
export async function roles({ house, open, problems }) {
  await house.user('reader@example.com', 'view-only-admin', 'a horse in the rain');
  const page = await open();
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill('reader@example.com');
  await page.getByLabel('Password', { exact: true }).fill('a horse in the rain');
  await page.getByRole('button', { exact: true, name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
  const places = [
    ['/frameworks/soc2/requirements/CC6.2', 'Access is reviewed', 'Map a control'],
    ['/controls', 'Access is reviewed', 'New control'],
    ['/controls/access-reviews', 'Servers have at least 2 GiB', 'Map a test'],
    ['/controls/access-reviews', 'Servers have at least 2 GiB', 'Edit'],
    ['/exceptions', 'auth-prod', 'New exception'],
    ['/scopes/team-one', 'Which records are in', 'Edit'],
    ['/deadlines?tab=categories', 'Production servers', 'New category'],
  ];
  for (const [path, see, button] of places) {
    await page.goto(path);
    await page.getByText(see).filter({ visible: true }).first().waitFor();
    await page.settle();
    if ((await page.getByRole('button', { name: button }).count()) > 0) problems.push(`${path}: ${button} is offered to whoever may only look`);
  }
  if ((await page.getByRole('switch').count()) > 0) problems.push('a switch is offered to whoever may only look');
  await page.context().close();
}
