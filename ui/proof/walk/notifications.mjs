// SPDX-License-Identifier: Apache-2.0

// Notifications reach a server that takes them as Slack does, and one that takes mail:
// what is sent from the page is seen to arrive, and the page says what came of it.

import { openTab } from '../browser.mjs';
import { House } from '../house.mjs';
import { openMail, openSlack } from '../receiver.mjs';
import { servers } from './00-estate.mjs';

const at = '/settings/notifications';
const password = 'a horse in the rain';
let slack;

export const empty = [
  { name: 'notifications-mine-empty', path: at, see: 'This server sends no mail yet' },
  { name: 'notifications-channels-empty', path: `${at}?tab=channels`, see: 'No channels yet' },
  { name: 'notifications-log-empty', path: `${at}?tab=log`, see: 'Nothing was sent yet' },
];

export async function fill() {
  slack = await openSlack();
}

/** Calls the API as who is signed in on a page. */
const as = (page, method, path, body) =>
  page.evaluate(
    async ([how, to, what]) => {
      const answer = await fetch(`/v1/notifications/${to}`, { body: what && JSON.stringify(what), headers: { 'Content-Type': 'application/json' }, method: how });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${to}: ${answer.status} ${text}`);
      return text && JSON.parse(text);
    },
    [method, path, body],
  );

let furnished = false;

/** Gives Ada choices of her own, and the workspace a channel that was told something. */
async function furnish(page, house) {
  if (furnished) return false;
  furnished = true;
  await as(page, 'PUT', 'preferences/slack', { url: `${slack.url}/services/T0/B0/ada` });
  await as(page, 'PATCH', 'preferences', { email: { choices: { new_failures: 'digest', overdue: 'off' } } });
  await as(page, 'PUT', `preferences/tests/${house.tests[0].id}`, { choice: 'follow' });
  await as(page, 'PUT', `preferences/tests/${house.tests[3].id}`, { choice: 'mute' });
  const made = await as(page, 'POST', 'channels', { name: '#security', tests: [house.tests[0].id], url: `${slack.url}/services/T0/B0/security` });
  await as(page, 'POST', `channels/${made.id}/test`);
  await slack.next(({ path }) => path.endsWith('/security'), 'the message to #security');
  return true;
}

export const full = [
  {
    after: async (page, { house }) => {
      if (await furnish(page, house)) await page.reload();
      await page.getByText('Followed').waitFor();
    },
    name: 'notifications-mine', path: at, see: 'Where you are told',
  },
  { name: 'notifications-channels', path: `${at}?tab=channels`, see: '#security' },
  {
    after: async (page) => {
      await page.getByRole('button', { name: 'Edit #security' }).click();
      await page.getByRole('dialog').getByText('Servers are active').waitFor();
    },
    name: 'notifications-channel', path: `${at}?tab=channels`, see: '#security',
  },
  {
    after: async (page) => {
      await page.getByRole('textbox', { exact: true, name: 'Name' }).fill('#security');
      await page.getByRole('textbox', { name: 'URL of an incoming webhook' }).fill('https://hooks.slack.com');
      await page.getByRole('button', { name: 'Add the channel' }).click();
      await page.getByText('Must be the URL of an incoming webhook').waitFor();
    },
    name: 'notifications-channel-new', path: `${at}?tab=channels&channel=new`, see: 'Add a Slack channel',
  },
  { name: 'notifications-workspace', path: `${at}?tab=workspace`, see: 'Hour of the daily digest' },
  { name: 'notifications-log', path: `${at}?tab=log`, see: 'Notifications reach you here' },
  {
    after: async (page) => {
      await page.getByRole('row', { name: /Notifications reach you here/ }).press('Enter');
      await page.getByRole('dialog').getByText('A message to see whether it comes').waitFor();
    },
    name: 'notifications-message', path: `${at}?tab=log`, see: 'Notifications reach you here',
  },
];

/** Makes a channel in the page, and answers once its drawer offers to try it. */
async function add(page, name, url) {
  await page.goto(`${at}?tab=channels`);
  await page.getByRole('button', { name: 'Add a channel' }).click();
  await page.getByRole('textbox', { exact: true, name: 'Name' }).fill(name);
  await page.getByRole('textbox', { name: 'URL of an incoming webhook' }).fill(url);
  await page.getByRole('button', { name: 'Add the channel' }).click();
  await page.getByRole('button', { name: 'Send a test message' }).click();
}

/** A test message, then a test that turns: both are seen to arrive, and stand in the log. */
async function told(page, house, problems) {
  await page.goto(`${at}?tab=workspace`);
  await page.getByRole('spinbutton', { name: 'Window' }).fill('1');
  await page.getByRole('button', { exact: true, name: 'Save' }).click();
  await page.getByText('Now comes 1 second after').waitFor();
  await add(page, '#alerts', `${slack.url}/services/T1/B1/averysecretword`);
  await page.getByText('Sent. The server took the message to #alerts.').waitFor();
  const test = await slack.next(({ path }) => path.endsWith('averysecretword'), 'the test message');
  if (!test.body.includes('Notifications reach you here')) problems.push(`the test message says ${test.body}`);
  if ((await page.content()).includes('secretword')) problems.push('the page shows the URL of a channel');
  // A test of its own: what other walks play with may judge by another rule meanwhile.
  await house.call('POST', '/v1/tests', { body: { application: 'Inventory', name: 'Servers keep 2 GiB', passWhen: { field: 'memory', op: 'gte', value: 2048 }, resource: 'Internal Server' }, token: house.tokens.manage });
  const push = (memory) => house.call('PUT', '/v1/resources/custom_resource', { body: { resourceId: house.resource, resources: servers.map((one, i) => (i === 14 ? { ...one, customProperties: { ...one.customProperties, memory } } : one)) }, token: house.tokens.build });
  await push(1024);
  await slack.next(({ body, path }) => path.endsWith('averysecretword') && /Servers keep 2 GiB.*Needs attention now/s.test(body), 'the flip of a test');
  await page.goto(`${at}?tab=log`);
  const row = page.getByRole('row', { name: /Servers keep 2 GiB: Needs attention now/ }).filter({ hasText: '#alerts' }).first();
  await row.getByText('Sent', { exact: true }).waitFor();
  await row.press('Enter');
  await page.getByRole('dialog').getByText('1 new failure: auth-prod-15.').waitFor();
  await push(servers[14].customProperties.memory);
  await slack.next(({ body, path }) => path.endsWith('averysecretword') && /Servers keep 2 GiB.*OK now/s.test(body), 'the flip back');
}

/** A webhook that is gone: the page says what Slack said, and the channel is switched off. */
async function gone(page) {
  await add(page, '#gone', `${slack.url}/gone/T1/B1/x`);
  await page.getByText(/answered 404 no_service\./).first().waitFor();
  await page.getByText('Switch it on to try it.').waitFor();
  await page.getByRole('dialog').getByRole('status').getByText(/answered 404 no_service\./).waitFor();
  await page.getByRole('dialog').getByRole('button', { exact: true, name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete it' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByText('#gone').waitFor({ state: 'detached' });
  await page.getByRole('switch', { name: 'Tell #alerts' }).click();
  await page.getByText('Somebody switched it off.').waitFor();
}

/** Follows a test on its page, and forgets it in one's own preferences. */
async function followed(page, house) {
  await page.goto(`/tests/${house.tests[1].id}`);
  await page.getByRole('button', { name: 'Notifications: Only what concerns you' }).click();
  await page.getByRole('menuitem', { name: 'Follow the test' }).click();
  await page.getByRole('button', { name: 'Notifications: You follow it' }).waitFor();
  await page.getByRole('button', { name: /Ada Lovelace/ }).click();
  await page.getByRole('menuitem', { exact: true, name: 'Notifications' }).click();
  await page.getByRole('link', { name: 'Servers belong to a team' }).waitFor();
  await page.getByRole('button', { name: /^Follow no more: Servers belong/ }).click();
  await page.getByRole('link', { name: 'Servers belong to a team' }).waitFor({ state: 'detached' });
  const choice = page.getByRole('combobox', { exact: true, name: 'Access reviews: E-mail' });
  await choice.selectOption('digest');
  await page.reload();
  await choice.waitFor();
  if ((await choice.inputValue()) !== 'digest') throw new Error('a choice is forgotten');
}

/** On a server that sends mail: a test mail arrives, its link ends all mail, the page undoes that. */
async function mailed(browser, problems) {
  const mail = await openMail();
  const house = await House.open('--mail-url', mail.url, '--mail-from', 'Muster <muster@example.com>');
  try {
    const page = await openTab(browser, house, problems);
    await page.goto(house.setUpLink);
    await page.getByLabel('E-mail').fill('ada@example.com');
    await page.getByLabel('Name').fill('Ada Lovelace');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Set up and sign in' }).click();
    await page.getByText('Welcome, Ada').first().waitFor();
    await page.goto(at);
    await page.getByRole('button', { name: 'Send me a test message' }).click();
    await page.getByText('Sent. The server took the message to ada@example.com.').waitFor();
    const { headers } = await mail.next((one) => one.headers.includes('Notifications reach you here'), 'the test mail');
    const link = /^List-Unsubscribe: <([^>]+)>/im.exec(headers)?.[1];
    const { pathname, search } = new URL(link);
    const answer = await fetch(house.url + pathname + search, { body: 'List-Unsubscribe=One-Click', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, method: 'POST' });
    if (!answer.ok) problems.push(`the link of a mail answers ${answer.status}`);
    await page.reload();
    await page.getByText('You have unsubscribed').waitFor();
    await page.getByRole('switch', { name: 'E-mail' }).click();
    await page.getByText('You have unsubscribed').waitFor({ state: 'detached' });
    await page.context().close();
  } finally {
    await house.close();
    mail.close();
  }
}

export async function play(page, { house, problems }) {
  await page.setViewportSize({ height: 860, width: 1280 });
  await told(page, house, problems);
  await gone(page);
  await followed(page, house);
  await mailed(page.context().browser(), problems);
}

const people = [
  { email: 'notified@example.com', role: 'employee', tabs: ['Mine', 'Sent to you'] },
  { email: 'looks@example.com', role: 'view-only-admin', tabs: ['Mine', 'Channels', 'Workspace', 'Sent to you'] },
];

/** Who is no Admin has their own preferences, and changes nothing of the workspace. */
export async function roles({ house, open, problems }) {
  for (const { email, role, tabs } of people) {
    await house.user(email, role, password);
    const page = await open();
    await page.goto(`/sign-in?return=${encodeURIComponent(at)}`);
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { exact: true, name: 'Sign in' }).click();
    await page.getByRole('combobox', { exact: true, name: 'Access reviews: E-mail' }).waitFor();
    const shown = await page.getByRole('tab').allInnerTexts();
    if (shown.join() !== tabs.join()) problems.push(`${role} has the tabs ${shown.join()}`);
    if ((await page.getByRole('combobox', { name: 'Held removals: E-mail' }).count()) > 0 !== (role !== 'employee')) problems.push(`${role} is not offered just what they may read`);
    await page.goto(`${at}?tab=workspace`);
    await page.getByText(role === 'employee' ? 'Where you are told' : 'For everybody who made no choice').first().waitFor();
    if ((await page.getByRole('spinbutton').count()) > 0) problems.push(`${role} is offered to change the workspace`);
    await page.goto(`${at}?tab=log`);
    await page.getByText('Nothing was sent yet').waitFor();
    await page.context().close();
  }
}
