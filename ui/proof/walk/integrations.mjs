// SPDX-License-Identifier: Apache-2.0

// Integrations and resources: an application with pushes of all kinds.

const broken = { customProperties: { active: true, memory: 'lots', owner: 'team-1' }, displayName: 'auth-prod-99', externalUrl: 'https://inventory.example.com/srv_99', uniqueId: 'srv_099' };

/** Pushes once more: one record changed, one rejected, many left out and held by the guard. */
export async function fill(house) {
  const { resource, tokens } = house;
  await house.call('PATCH', `/v1/definitions/${resource}`, { body: { guard: { count: 0, percent: 20 } }, token: tokens.manage });
  const { results } = await house.call('GET', `/v1/definitions/${resource}/records?pageSize=100`, { token: tokens.manage });
  const kept = results.data.slice(0, 30).map(({ document }, i) => (i === 0 ? { ...document, customProperties: { ...document.customProperties, memory: 2048 } } : document));
  await house.call('PUT', '/v1/resources/custom_resource', { body: { resourceId: resource, resources: [...kept, broken] }, token: tokens.build });
}

const application = async (page) => {
  await page.getByRole('row', { name: /Inventory/ }).press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Inventory' }).waitFor();
};

const tab = (name, see) => async (page) => {
  await application(page);
  await page.getByRole('tab', { name }).click();
  await page.getByText(see).filter({ visible: true }).first().waitFor();
};

export const empty = [
  { name: 'integrations-empty', path: '/integrations', see: 'No applications yet' },
  { name: 'resources-empty', path: '/resources', see: 'No resources yet' },
  {
    name: 'integrations-create',
    path: '/integrations?create=1',
    see: 'New application',
    after: async (page) => {
      await page.getByRole('button', { name: 'Create the application' }).click();
      await page.getByText('This must not be empty.').waitFor();
    },
  },
];

export const full = [
  { name: 'integrations', path: '/integrations', see: 'Inventory' },
  { after: async (page) => { await application(page); await page.getByText('Freshness by resource').waitFor(); }, name: 'application', path: '/integrations', see: 'Inventory' },
  {
    name: 'application-edit',
    path: '/integrations',
    see: 'Inventory',
    after: async (page) => {
      await application(page);
      await page.getByRole('button', { name: 'Edit' }).click();
      await page.getByLabel('Overlapping tokens').fill('51');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText(/must be from 1 to 50/).waitFor();
    },
  },
  { after: tab('Credentials', 'Client secret'), name: 'application-credentials', path: '/integrations', see: 'Inventory' },
  { after: tab('Resources', 'PASTE_THE_SECRET'), name: 'application-resources', path: '/integrations', see: 'Inventory' },
  { after: tab('Syncs', 'Rejected'), name: 'application-syncs', path: '/integrations', see: 'Inventory' },
  { after: tab('Records', 'auth-prod-2'), name: 'application-records', path: '/integrations', see: 'Inventory' },
  { after: tab('Try it', 'The answer'), name: 'application-try', path: '/integrations', see: 'Inventory' },
  { name: 'resources', path: '/resources', see: 'Internal Server' },
  { name: 'resource', path: (house) => `/resources/${house.resource}`, see: 'removals held' },
  {
    name: 'resource-record',
    path: (house) => `/resources/${house.resource}`,
    see: 'auth-prod-1',
    after: async (page) => {
      await page.getByRole('row').nth(1).press('Enter');
      await page.getByText('/customProperties/memory').waitFor();
      await page.getByText('What tests say of it').waitFor();
    },
  },
  {
    name: 'resource-sync',
    path: (house) => `/resources/${house.resource}?tab=syncs`,
    see: 'Rejected',
    after: async (page) => {
      await page.getByRole('row').nth(1).press('Enter');
      await page.getByText('srv_099').waitFor();
      await page.getByText('/customProperties/memory').first().waitFor();
    },
  },
  {
    name: 'resource-schema',
    path: (house) => `/resources/${house.resource}?tab=setup`,
    see: 'Version 1',
    after: async (page) => {
      await page.getByRole('button', { name: 'Change' }).click();
      await page.getByLabel('Schema of the custom properties').fill('{\n  "properties": {\n    "memory": {"type": "int8"}\n  }\n}');
      await page.getByText(/stored records would not fit/).waitFor();
    },
  },
  {
    name: 'resource-add',
    path: '/integrations',
    see: 'Inventory',
    after: async (page) => {
      await tab('Resources', 'PASTE_THE_SECRET')(page);
      await page.getByRole('button', { name: 'New resource' }).click();
      await page.getByLabel('Base type').selectOption('custom_resource');
      await page.getByLabel('Schema of the custom properties').fill('{\n  "properties": {\n    "memory": {"type": "text"}\n  }\n}');
      await page.getByText('/properties/memory/type').waitFor();
    },
  },
];

/** Changes what may change of an application, each refusal beside its field. */
export async function play(page, { house, problems }) {
  await page.goto('/integrations');
  await application(page);
  await page.getByRole('button', { name: 'Edit' }).press('Enter');
  await page.getByLabel('Description').fill('What runs, and whose it is');
  await page.getByLabel('Overlapping tokens').fill('7');
  const grace = page.getByLabel('Rotation grace');
  await grace.fill('43201');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText(/must be from 0 to 30 days/).waitFor();
  if ((await grace.getAttribute('aria-invalid')) !== 'true') problems.push('the refusal does not stand beside the rotation grace');
  await grace.fill('90');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Private application · What runs, and whose it is').waitFor();
  const kept = await house.call('GET', '/v1/applications/Inventory', { token: house.tokens.manage });
  if (kept.overlappingTokens !== 7 || kept.rotationGraceSeconds !== 5400) problems.push(`the application has ${kept.overlappingTokens} tokens and a grace of ${kept.rotationGraceSeconds} s`);
}
