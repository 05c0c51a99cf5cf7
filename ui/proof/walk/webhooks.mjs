// SPDX-License-Identifier: Apache-2.0

// Webhooks and streams against real receivers: one that checks every signature by
// the standard, with the secret that the page showed, and a syslog server that
// counts octets.

import { execFile } from 'node:child_process';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer as createHttp } from 'node:http';
import { createServer as createTcp } from 'node:net';
import { promisify } from 'node:util';

const listens = (server) => new Promise((done) => { server.listen(0, '127.0.0.1', () => done(server.address().port)); });

/** Says whether a request holds a signature by a secret (Standard Webhooks, v1). */
function holds(secret, headers, body) {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const [id, at] = [headers['webhook-id'], headers['webhook-timestamp']];
  const want = Buffer.from(createHmac('sha256', key).update(`${id}.${at}.`).update(body).digest('base64'));
  const signed = headers['webhook-signature'].split(' ').some((one) => {
    const got = Buffer.from(one.replace(/^v1,/, ''));
    return got.length === want.length && timingSafeEqual(got, want);
  });
  return signed && Math.abs(Date.now() / 1000 - Number(at)) < 300;
}

/** A receiver that answers as it is told, and keeps what came; next waits for a request. */
class Receiver {
  answer = [204, ''];
  came = [];
  #waiting = [];

  static async open() {
    const receiver = new Receiver();
    receiver.server = createHttp((request, response) => {
      const parts = [];
      request.on('data', (part) => parts.push(part)).on('end', () => {
        const [status, text] = request.url === '/tickets' ? [204, ''] : receiver.answer;
        response.writeHead(status).end(text);
        if (request.url === '/tickets') return;
        const body = Buffer.concat(parts);
        receiver.came.push({ body, headers: request.headers, status });
        receiver.#waiting = receiver.#waiting.filter((look) => !look());
      });
    });
    receiver.url = `http://127.0.0.1:${await listens(receiver.server)}`;
    return receiver;
  }

  /** Answers the first request that fits, once it has come. */
  next(what, fits) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the receiver waits in vain for ${what}`)), 20_000);
      const look = () => {
        const found = this.came.find((one) => fits(one));
        if (found) {
          clearTimeout(timer);
          resolve(found);
        }
        return found !== undefined;
      };
      if (!look()) this.#waiting.push(look);
    });
  }
}

/** A syslog server: counts octets (RFC 6587), closes when the sender has, and keeps messages. */
async function openSyslog() {
  const messages = [];
  const server = createTcp({ allowHalfOpen: true }, (socket) => {
    const parts = [];
    socket.on('error', () => {});
    socket.on('data', (part) => parts.push(part)).on('end', () => {
      for (let all = Buffer.concat(parts); all.length > 0; ) {
        const blank = all.indexOf(' ');
        const end = blank + 1 + Number(all.subarray(0, blank));
        messages.push(all.subarray(blank + 1, end).toString());
        all = all.subarray(end);
      }
      socket.end();
    });
  });
  return { messages, port: await listens(server) };
}

/** A port that nobody listens at. */
async function closedPort() {
  const server = createTcp();
  const port = await listens(server);
  await new Promise((done) => { server.close(done); });
  return port;
}

const create = (name, see, button, wrong) => ({
  name,
  path: `/settings/${name.replace('-create', '')}?create=1`,
  see,
  after: async (page) => {
    await page.getByRole('searchbox', { name: 'Find types of events' }).or(page.getByRole('radio', { name: 'Only some' })).first().waitFor();
    await page.getByRole('button', { name: button }).click();
    await page.getByText(wrong).waitFor();
  },
});

export const empty = [
  { name: 'webhooks-empty', path: '/settings/webhooks', see: 'No webhooks yet' },
  { name: 'webhooks-streams-empty', path: '/settings/streams', see: 'No streams yet' },
  create('webhooks-create', 'New webhook', 'Create the webhook', 'Say where messages go.'),
];

export async function fill(house) {
  const [receiver, syslog, closed] = await Promise.all([Receiver.open(), openSyslog(), closedPort()]);
  house.receivers = { closed, receiver, syslog };
  const hook = (name, url, types) => house.admin('webhook', 'create', name, url, ...(types ? ['--types', types] : []));
  const stream = (name, port) => house.admin('stream', 'create', '--name', name, '--to', `syslog+tcp://127.0.0.1:${port}`);
  house.hooks = { tickets: await hook('Ticket system', `${receiver.url}/tickets`), chat: await hook('Chat', `http://127.0.0.1:${closed}/services/T0/B0`, 'stream.*,control.*') };
  house.streams = { siem: await stream('SIEM', syslog.port), archive: await stream('Archive', closed) };
}

export const full = [
  { name: 'webhooks', path: '/settings/webhooks', see: 'Resting' },
  { name: 'webhooks-resting', path: (house) => `/settings/webhooks/${house.hooks.chat.id}?state=PENDING`, see: 'Nobody is there' },
  {
    name: 'webhooks-delivery',
    path: (house) => `/settings/webhooks/${house.hooks.chat.id}`,
    see: /made the stream SIEM/,
    after: async (page) => {
      await page.getByRole('row', { name: /made the stream SIEM/ }).press('Enter');
      await page.getByText(/Nobody takes connections there/).first().waitFor();
    },
  },
  { name: 'webhooks-setup', path: (house) => `/settings/webhooks/${house.hooks.tickets.id}?tab=setup`, see: 'Check the signature' },
  { name: 'webhooks-streams', path: '/settings/streams', see: 'Archive' },
  { name: 'webhooks-stream', path: (house) => `/settings/streams?stream=${house.streams.archive.id}`, see: /refused/i },
];

const note = async (house, text) => {
  const { results } = await house.call('GET', '/v1/controls?pageSize=1', { token: house.tokens.manage });
  await house.call('PATCH', `/v1/controls/${results.data[0].id}`, { body: { note: text }, token: house.tokens.manage });
};

/** Makes the webhook in the page, and answers the secret that the page shows. */
async function make(page, receiver) {
  await page.goto('/settings/webhooks');
  await page.getByRole('button', { name: 'New webhook' }).click();
  await page.getByRole('textbox', { exact: true, name: 'Name' }).fill('Alerts');
  await page.getByRole('textbox', { exact: true, name: 'Address' }).fill('http://169.254.169.254/latest/meta-data');
  await page.getByRole('searchbox', { name: 'Find types of events' }).fill('edited the control');
  await page.getByRole('checkbox', { exact: true, name: 'control.edited' }).check();
  await page.getByRole('button', { name: 'Create the webhook' }).click();
  await page.getByRole('alert').getByText(/not public \(link-local\)/).waitFor(); // beside the field
  await page.getByRole('textbox', { exact: true, name: 'Address' }).fill(`${receiver.url}/alerts`);
  await page.getByRole('button', { name: 'Create the webhook' }).click();
  return secretOf(page);
}

const secretOf = (page) => page.getByRole('region', { name: /^secret: whsec_/ }).innerText();

async function hooks(page, house, problems) {
  const { receiver } = house.receivers;
  const secret = await make(page, receiver);
  const verified = (one) => holds(secret, one.headers, one.body);
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.getByRole('dialog').getByText('204 No content').waitFor();
  await receiver.next('a test', (one) => verified(one) && JSON.parse(one.body).type === 'webhook.test');
  await page.getByRole('button', { name: 'Close' }).click();

  receiver.answer = [500, 'the database is away'];
  await note(house, 'Looked at while the receiver was ill');
  const refused = await receiver.next('what was refused', (one) => one.status === 500);
  const id = refused.headers['webhook-id'];
  if (!verified(refused)) problems.push('a message is not signed by the secret that the page showed');
  await page.getByRole('tab', { name: 'Deliveries' }).click();
  const row = page.getByRole('row', { name: /edited the control/ });
  await row.getByText('Retrying').waitFor();
  await row.getByText(/^(within a minute|now)$/).waitFor();
  await row.press('Enter');
  const drawer = page.getByRole('dialog');
  await drawer.getByText('the database is away').first().waitFor();
  await drawer.getByText('500 Server error').first().waitFor();
  receiver.answer = [200, 'taken'];
  await drawer.getByRole('button', { name: 'Replay' }).click();
  const again = await receiver.next('the replay', (one) => one.status === 200 && one.headers['webhook-id'] === id);
  if (!verified(again) || !again.body.equals(refused.body)) problems.push('a replay is not the same message, signed anew');
  await drawer.getByRole('status').getByText('Delivered').waitFor();
  await page.getByRole('button', { name: 'Close' }).click();

  await page.getByRole('tab', { name: 'Set-up' }).click();
  await page.getByRole('button', { name: 'Rotate' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByText('The secret before signs too').waitFor();
  const fresh = await secretOf(page);
  const before = receiver.came.length;
  await page.getByRole('button', { name: 'Send a test' }).click();
  const both = await receiver.next('a test after the rotation', (one) => receiver.came.indexOf(one) >= before);
  if (fresh === secret || !holds(fresh, both.headers, both.body) || !verified(both)) problems.push('after a rotation both secrets do not sign');
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Switch off' }).click();
  await page.getByRole('textbox', { name: 'Why' }).fill('it moves to another house');
  await page.getByRole('dialog').getByRole('button', { name: 'Switch off' }).click();
  await page.getByText(/It moves to another house/).first().waitFor();
}

async function streams(page, house, problems) {
  const { syslog } = house.receivers;
  await page.goto('/settings/streams?create=1');
  await page.getByRole('textbox', { exact: true, name: 'Name' }).fill('Controls');
  await page.getByRole('combobox', { name: 'Over' }).selectOption('TCP');
  await page.getByRole('textbox', { exact: true, name: 'Server' }).fill('127.0.0.1');
  await page.getByRole('textbox', { exact: true, name: 'Port' }).fill(String(syslog.port));
  await page.getByRole('radio', { name: 'Only some' }).check();
  await page.getByRole('checkbox', { name: 'All of Controls' }).check();
  await page.getByRole('combobox', { name: 'Begins with' }).selectOption('All that has happened so far');
  await page.getByRole('button', { name: 'Create the stream' }).click();
  const drawer = page.getByRole('dialog', { name: 'Controls' });
  await drawer.getByText('Active').waitFor();
  if (!syslog.messages.some((text) => /^<\d+>1 .* muster - control\.edited \[muster@32473 .* edited the control/.test(text))) problems.push(`the syslog server got ${syslog.messages.slice(0, 3)}`);
  await drawer.getByRole('button', { name: 'Send a test' }).click();
  await drawer.getByText('The server took the test.').waitFor();
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('tab', { name: 'Export it' }).click();
  const commands = await page.getByRole('region', { name: /^commands: / }).innerText();
  const { app } = await house.token('Reader', 'manage');
  const env = { MUSTER_CLIENT_ID: app.clientId, MUSTER_CLIENT_SECRET: app.clientSecret, PATH: process.env.PATH };
  const { stdout } = await promisify(execFile)('sh', ['-c', `${commands}\ngrep -c '"type":"control.edited"' events.ndjson`], { cwd: house.folder, env });
  if (!(Number(stdout) > 0)) problems.push('the commands of the page export nothing');
}

/** A webhook from its form to a replay, and a stream, each with somebody at its other end. */
export async function play(page, { house, problems }) {
  await page.setViewportSize({ height: 860, width: 1280 });
  await hooks(page, house, problems);
  await streams(page, house, problems);
}

/** Who reads settings sees both without changing them, and no path; others see no such page. */
export async function roles({ house, open, problems }) {
  for (const [role, sees] of [['view-only-admin', true], ['employee', false]]) {
    const email = `${role}-hooks@example.com`;
    await house.user(email, role, 'a horse in the rain');
    const page = await open();
    await page.goto('/sign-in?return=/settings/webhooks');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password', { exact: true }).fill('a horse in the rain');
    await page.getByRole('button', { exact: true, name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: sees ? 'Webhooks' : 'There is nothing here' }).waitFor();
    if ((await page.getByRole('link', { exact: true, name: 'Webhooks' }).count()) > 0 !== sees) problems.push(`${role}: the navigation has ${sees ? 'no ' : ''}Webhooks`);
    if (sees) {
      await page.getByRole('row', { name: /Ticket system/ }).press('Enter');
      await page.getByRole('tab', { name: 'Set-up' }).click();
      await page.getByText('Check the signature').waitFor();
      if ((await page.getByRole('button', { name: /Rotate|Edit|Switch off|Delete|Replay|Send a test/ }).count()) > 0) problems.push(`${role}: changes to a webhook are offered`);
      if (/\/tickets/.test(await page.locator('main').innerText())) problems.push(`${role} reads the path of an address`);
    }
    await page.context().close();
  }
}
