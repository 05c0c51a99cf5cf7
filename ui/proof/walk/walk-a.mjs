// SPDX-License-Identifier: Apache-2.0

// The quickstart, from first step to last, in the pages: an application, its secret, two
// resources, pushes by the programs that the pages show, a test written with its preview,
// its verdict, and a record that is left out. The set-up link came before, in run.mjs.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const schema = { properties: { name: { type: 'string' }, active: { type: 'boolean' }, memory: { type: 'int32' }, lastUpdated: { type: 'timestamp' } } };

const server = (n, memory) => ({
  customProperties: { active: true, lastUpdated: '2026-01-15T09:30:00Z', memory, name: `auth-prod-${n}` },
  displayName: `auth-prod-${n}`,
  externalUrl: `https://inventory.example.com/srv_00${n}`,
  uniqueId: `srv_00${n}`,
});

/** Runs the program that the page shows in a language, and answers what it prints; undefined where the language is not there. */
async function runShown(page, tab) {
  await page.getByRole('tab', { exact: true, name: tab }).click();
  const text = await page.getByRole('region', { name: new RegExp(`^${tab.toLowerCase()} program`) }).innerText();
  const command = { Node: ['node', ['--input-type=module', '-e', text]], Python: ['python3', ['-c', text]], curl: ['bash', ['-c', text]] }[tab];
  try {
    return (await run(...command)).stdout;
  } catch (error) {
    if (error.code === 'ENOENT' || /command not found/.test(error.stderr ?? '')) return undefined;
    throw error;
  }
}

/** Adds a resource on the page of the application. */
async function addResource(page, type, name, custom) {
  await page.getByRole('tab', { name: 'Resources' }).click();
  await page.getByRole('button', { name: 'New resource' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('Base type').selectOption(type);
  await form.getByLabel('Name', { exact: true }).fill(name);
  if (custom) await form.getByLabel('Schema of the custom properties').fill(JSON.stringify(custom, null, 2));
  await page.getByRole('button', { name: 'Create the resource' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: new RegExp(`^${name}`) }).waitFor();
  return (await page.getByRole('region', { name: /^resource id/ }).innerText()).trim();
}

/** Writes the test of the quickstart, and watches the preview follow. */
async function author(page, problems) {
  await page.goto('/tests');
  await page.getByRole('link', { name: 'New test' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Internal servers have ≥ 8 GiB RAM and are active');
  await page.getByLabel('Description').fill('Every internal server that carries production load is active and has enough memory.');
  await page.getByLabel('How to fix').fill('Resize the server, or mark it inactive in the inventory.');
  await page.getByLabel('Integration').selectOption('Demo Private Integration');
  await page.getByLabel('Resource', { exact: true }).selectOption('Internal Server');
  await page.getByLabel('Field').selectOption('active');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('menuitem', { name: 'A condition' }).click();
  await page.getByLabel('Field').nth(1).selectOption('memory');
  await page.getByLabel('Operator').nth(1).selectOption('gte');
  await page.getByLabel('Value', { exact: true }).nth(1).fill('999999');
  await page.getByText('memory is 16384, must be at least 999999').first().waitFor();
  await page.getByLabel('Value', { exact: true }).nth(1).fill('8192');
  await page.getByText('active is true and memory is at least 8192').waitFor();
  await page.getByRole('complementary', { name: 'Preview' }).getByText('Passing').first().waitFor();
  const offered = await page.getByLabel('Resource', { exact: true }).locator('option').allInnerTexts();
  if (offered.some((name) => name.startsWith('Empty'))) problems.push(`a resource without a record is offered: ${offered}`);
  await page.getByRole('button', { name: 'Create the test' }).click();
  await page.getByRole('heading', { level: 1, name: /8 GiB RAM/ }).waitFor();
}

export async function play(page, { house, problems }) {
  await page.setViewportSize({ height: 860, width: 1280 });
  await page.goto('/integrations');
  await page.getByRole('button', { name: 'New application' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Demo Private Integration');
  await page.getByLabel('Description').fill('Pushes servers and accounts');
  await page.getByRole('button', { name: 'Create the application' }).click();
  await page.getByRole('button', { name: 'Create the secret' }).click();
  const secret = (await page.getByRole('region', { name: /^client secret/ }).innerText()).trim();
  const clientId = (await page.getByRole('region', { name: /^client id/ }).innerText()).trim();

  await addResource(page, 'user_account', 'User Account');
  const pushed = await runShown(page, 'curl');
  if (pushed !== undefined && !/"accepted":\s*1,"rejected":\s*0/.test(pushed)) problems.push(`the curl program answers ${pushed}`);
  await addResource(page, 'user_account', 'Empty');
  const resourceId = await addResource(page, 'custom_resource', 'Internal Server', schema);
  for (const tab of ['Node', 'Python']) {
    const answer = await runShown(page, tab);
    if (answer !== undefined && !/accepted\W+1\b/.test(answer)) problems.push(`the ${tab} program answers ${answer}`);
  }
  const { access_token: token } = await house.call('POST', '/oauth/token', { body: { client_id: clientId, client_secret: secret, grant_type: 'client_credentials' } });
  const push = (resources) => house.call('PUT', '/v1/resources/custom_resource', { body: { resourceId, resources }, token });
  await push([server(1, 16_384), server(2, 32_768)]);

  await author(page, problems);
  await page.getByRole('tab', { name: /Passing/ }).click();
  await page.getByRole('row', { name: /srv_002/ }).waitFor();
  await push([server(1, 16_384)]);
  await page.reload();
  await page.getByRole('row', { name: /srv_001/ }).waitFor();
  if ((await page.getByRole('row', { name: /srv_002/ }).count()) > 0) problems.push('a record that was left out is still listed');
  await page.goto(`/resources/${resourceId}?state=removed`);
  await page.getByRole('row', { name: /srv_002/ }).press('Enter');
  await page.getByText('a push left it out').waitFor();
}
