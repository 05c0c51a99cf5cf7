// SPDX-License-Identifier: Apache-2.0

// A public application is installed: its makers send somebody here, who is asked, and
// sent back with a code. The makers' own server stands in this file.

import { createServer } from 'node:http';

const verifier = 'a-verifier-that-is-forty-three-characters-long';

/** Makes the application, with something to push. */
export async function fill(house) {
  house.partner = await house.admin('app', 'create', '--name', 'Badge reader', '--distribution', 'public', '--redirect-uri', 'http://127.0.0.1/back');
  await house.admin('resource', 'create', '--app', house.partner.id, '--name', 'Badges', '--base', 'CustomResource');
  house.consent = await addressOf(house, 'http://127.0.0.1/back', 'hamburg');
}

async function addressOf(house, back, source) {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const query = new URLSearchParams({
    client_id: house.partner.clientId, code_challenge: Buffer.from(digest).toString('base64url'), code_challenge_method: 'S256', redirect_uri: back,
    response_type: 'code', scope: 'connectors.self:write-resource connectors.self:read-resource', source_id: source, state: 'a state & more',
  });
  return `/oauth/authorize?${query}`;
}

export const full = [
  { name: 'consent', path: (house) => house.consent, see: 'asks for access' },
  { name: 'consent-unknown', path: '/oauth/authorize?client_id=nobody&response_type=code', see: 'This request does not work' },
];

/** Refuses once, allows once, and does what the makers do with the code. */
export async function play(page, { house, problems }) {
  const told = [];
  const makers = createServer((request, response) => {
    if (request.url.startsWith('/back')) told.push(new URL(request.url, 'http://makers').searchParams);
    response.end('Back at the makers.');
  });
  await new Promise((done) => { makers.listen(0, '127.0.0.1', done); });
  const back = `http://127.0.0.1:${makers.address().port}/back`;
  const tab = await page.context().newPage(); // one that may go elsewhere
  try {
    for (const button of ['Refuse', 'Allow']) {
      await tab.goto(house.url + (await addressOf(house, back, 'berlin')));
      await tab.getByRole('button', { name: button }).click();
      await tab.getByText('Back at the makers.').waitFor();
    }
    const [refused, allowed] = told;
    if (refused.get('error') !== 'access_denied' || refused.get('state') !== 'a state & more') problems.push(`consent: a refusal says ${refused}`);
    const form = new URLSearchParams({ client_id: house.partner.clientId, client_secret: house.partner.clientSecret, code: allowed.get('code') ?? '', code_verifier: verifier, grant_type: 'authorization_code', redirect_uri: back, source_id: 'berlin' });
    const answer = await fetch(`${house.url}/oauth/token`, { body: form, method: 'POST' });
    const tokens = await answer.json();
    if (answer.status !== 200 || !tokens.refresh_token?.startsWith('vrt_')) problems.push(`consent: the code is worth ${answer.status} ${JSON.stringify(tokens)}`);
    await endIt(page, house);
  } finally {
    await tab.close();
    makers.close();
  }
}

/** Sees the connection among the integrations, and ends it. */
async function endIt(page, house) {
  await page.setViewportSize({ height: 860, width: 1280 });
  await page.goto(`/integrations/${house.partner.id}?tab=installations`);
  await page.getByText('1 of 1 connection').waitFor();
  const installed = await page.evaluate(async () => (await (await fetch('/v1/applications?pageSize=100')).json()).results.data.find((one) => one.publisher !== null));
  await page.goto(`/integrations/${installed.id}?tab=connections`);
  await page.getByText('berlin').waitFor();
  await page.getByRole('button', { name: 'Disconnect' }).click();
  await page.getByRole('button', { name: 'Disconnect it' }).click();
  await page.getByText('somebody here disconnected it').waitFor();
}
