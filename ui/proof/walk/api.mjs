// SPDX-License-Identifier: Apache-2.0

// The reference of the API: read by anybody, filled for who is signed in, and right:
// what the page prints runs.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const empty = [
  { name: 'api', path: '/docs/api', see: 'Where each interface lives' },
  { name: 'api-empty', path: '/docs/api/getTest', see: 'There is no test yet' },
];

export const before = [{ name: 'api-visitor', path: '/docs/api/createTest?q=test', see: 'and the examples hold ids of your own workspace' }];

export const full = [{ after: (page) => page.getByRole('button', { name: /members of results/ }).first().click(), name: 'api-list', path: '/docs/api/listTests?by=manage', see: 'Who may call it' }];

/** Answers the example that is on the page. */
const example = (page) => page.getByRole('region', { exact: true, name: 'Example' }).getByRole('region').first().innerText();

/** Runs a command of the page as it stands, and answers its status and its body. */
async function answered(command, token) {
  const { stdout } = await run('bash', ['-c', `curl() { command curl -w '\\n%{http_code}' "$@"; }\n${command}`], { env: { ...process.env, TOKEN: token } });
  const at = stdout.lastIndexOf('\n');
  return { body: stdout.slice(0, at), status: stdout.slice(at + 1) };
}

/** Finds an operation by the keyboard, runs its example, and pushes by another. */
export async function play(page, { house, problems }) {
  await page.setViewportSize({ height: 860, width: 1280 });
  await page.goto('/docs/api');
  await page.getByRole('searchbox', { name: 'Find an operation' }).fill('get /v1/tests/{testid} get test by id');
  await page.keyboard.press('Enter');
  await page.waitForURL((at) => at.pathname === '/docs/api/getTest' && at.search !== '');
  const note = page.getByText(/testId is/);
  await note.waitFor();
  const got = await answered(await example(page), house.tokens.manage);
  if (got.status !== '200' || !(await note.innerText()).includes(JSON.parse(got.body).name)) problems.push(`api: the example of getTest is answered ${got.status} ${got.body.slice(0, 200)}`);

  await page.goto('/docs/api/putResources');
  await page.getByText('resourceId is Internal Server').waitFor();
  const push = await example(page);
  const dry = push.replace('/custom_resource', '/custom_resource?dryRun=true'); // what the other walks look at stays
  const pushed = dry === push ? { body: push, status: 'none' } : await answered(dry, house.tokens.build);
  if (pushed.status !== '200' || !pushed.body.includes('"success":true')) problems.push(`api: the example of putResources is answered ${pushed.status} ${pushed.body.slice(0, 200)}`);
}

/** A Viewer reads of what the role does not give, and is asked for no list that is refused. */
export async function roles({ house, open, problems }) {
  await house.user('api-reader@example.com', 'view-only-admin', 'a horse in the rain');
  const page = await open();
  page.on('response', (response) => {
    if (response.status() === 403) problems.push(`api: asked for ${response.url()}, which is refused`);
  });
  await page.goto('/sign-in?return=/docs/api/createTest');
  await page.getByLabel('E-mail').fill('api-reader@example.com');
  await page.getByLabel('Password', { exact: true }).fill('a horse in the rain');
  await page.getByRole('button', { exact: true, name: 'Sign in' }).click();
  await page.getByText(/Your role, .*, may not/).waitFor();
  await page.goto('/docs/api/getTest');
  await page.getByText(/Your role, .*, may$/).waitFor();
  await page.getByText(/testId is/).waitFor();
  await page.goto('/docs/api/getWebhook');
  await page.getByText(/webhookId is/).waitFor();
  await page.context().close();
}
