// SPDX-License-Identifier: Apache-2.0

// The test builder: new, by file, a next version, a copy.

import { parse, stringify } from 'yaml';

const begun = (house) => `/tests/new?resource=${house.resource}`;

export const empty = [{ name: 'builder-empty', path: '/tests/new', see: 'There is nothing to test yet' }];

export const full = [
  { name: 'builder-new', path: '/tests/new', see: 'Choose the data first' },
  {
    name: 'builder',
    path: begun,
    see: 'The test would be',
    after: async (page) => {
      await page.getByLabel('Field').selectOption('memory');
      await page.getByLabel('Operator').selectOption('gte');
      await page.getByLabel('Value', { exact: true }).fill('8192');
      await page.getByText('memory is at least 8192').first().waitFor();
      await page.keyboard.press('Escape');
    },
  },
  {
    name: 'builder-values',
    path: begun,
    see: 'The test would be',
    after: async (page) => {
      await page.getByLabel('Field').selectOption('owner');
      await page.getByLabel('Value', { exact: true }).click();
      await page.getByRole('option', { name: /team-1/ }).waitFor();
    },
  },
  {
    name: 'builder-scope',
    path: begun,
    see: 'The test would be',
    after: async (page) => {
      await page.getByRole('button', { name: 'Narrow it down' }).click();
      await page.getByLabel('Field').first().selectOption('owner');
      await page.getByLabel('Value', { exact: true }).first().fill('nobody');
      await page.getByText('The scope leaves out every record:').waitFor();
    },
  },
  {
    name: 'builder-wrong',
    path: begun,
    see: 'The test would be',
    after: async (page) => {
      await page.getByLabel('Field').selectOption('memory');
      await page.getByLabel('Value', { exact: true }).fill('lots');
      await page.getByText('The rule is not in order: see beside it.').waitFor();
      await page.keyboard.press('Escape');
    },
  },
  { name: 'builder-file', path: (house) => `/tests/new?from=${house.tests[0].id}&view=file`, see: 'Paste one from a repository' },
  { name: 'builder-version', path: (house) => `/tests/${house.tests[0].id}/version`, see: 'After version' },
];

/** A rule goes through the builder and the file view without loss; then a version is made of it. */
export async function play(page, { house, problems }) {
  await page.setViewportSize({ height: 860, width: 1280 });
  const passWhen = {
    all: [
      { any: [{ field: 'active', op: 'equals', value: true }, { not: { field: 'memory', op: 'between', value: [1, 2] } }] },
      { field: 'owner', op: 'in', value: ['team-0', 'team-1', 'team-2', 'team-3'] },
      { count: { of: { field: 'status', op: 'equals', value: 'CURRENT' }, op: 'gte', value: 0 }, ignoreCase: true, on: { owner: 'email' }, related: 'people' },
    ],
  };
  await page.goto(`/tests/${house.tests[2].id}/version?view=file`);
  const area = page.getByLabel('The test as a file');
  const file = parse(await area.inputValue());
  await area.fill('name: [half a file');
  await page.getByText(/^Line 1:/).waitFor();
  await area.fill(stringify({ ...file, passWhen }));
  await page.getByRole('tab', { name: 'Builder' }).click();
  await page.getByLabel('Why this version').fill('Owners count too');
  await page.getByText(/active is true/).first().waitFor();
  await page.getByRole('tab', { name: 'File' }).click();
  const back = parse(await area.inputValue());
  if (JSON.stringify(back.passWhen) !== JSON.stringify(passWhen)) problems.push(`the builder lost a part of the rule: ${JSON.stringify(back.passWhen)}`);
  await page.getByRole('tab', { name: 'Builder' }).click();
  await page.getByRole('button', { name: 'Save the version' }).click();
  await page.getByText('Ada Lovelace: Owners count too').waitFor();
  await page.goto(`/tests/new?from=${house.tests[1].id}`);
  await page.getByLabel('Name', { exact: true }).fill('Servers belong to somebody');
  await page.getByLabel('Name', { exact: true }).press('Enter');
  await page.getByRole('button', { name: 'Create the test' }).click();
  await page.getByRole('heading', { level: 1, name: 'Servers belong to somebody' }).waitFor();
}
