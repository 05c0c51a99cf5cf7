// SPDX-License-Identifier: Apache-2.0

import { copying, make, when, whenPressed } from './door.js';
import { providerName } from './directory-reach.js';

// What each provider calls the two values that it wants.
const labels = {
  entra: ['Tenant URL', 'Secret Token'], jumpcloud: ['Base URL', 'Token Key'], okta: ['SCIM 2.0 Base Url', 'OAuth Bearer Token'],
  onelogin: ['SCIM Base URL', 'SCIM Bearer Token'],
};

// copyable shows a value under its label, with a button that copies it.
export function copyable(label, text) {
  const button = make('button', { type: 'button', textContent: 'Copy', 'aria-label': `Copy ${label}` });
  copying(button, () => text);
  return make('div', { className: 'fact' }, make('p', { className: 'label', textContent: label }),
    make('div', { className: 'copyable' }, make('code', { textContent: text }), button));
}

// mountCredentials is the first step: base URL, tokens, and clients for providers
// that get tokens by themselves.
export function mountCredentials(reach, inside, box, directory, token) {
  const [urlLabel, tokenLabel] = labels[directory.provider] ?? ['SCIM 2.0 base URL', 'Bearer token'];
  const place = make('div', { className: 'facts', hidden: true }), known = make('ul', { className: 'small-rows' });
  const press = make('button', { className: 'button', type: 'button', textContent: 'Make a token' });
  const reveal = (text) => fresh(place, [copyable(tokenLabel, text)], `Shown only now. Paste it at ${providerName(directory)} before you leave this page.`);
  whenPressed(press, async () => {
    const made = await reach.makeToken();
    reveal(made.token);
    press.textContent = 'Make another token';
    press.className = 'button second';
  }, box);
  if (token) {
    reveal(token);
    Object.assign(press, { className: 'button second', textContent: 'Make another token' });
  }
  inside.append(make('div', { className: 'facts' }, copyable(urlLabel, directory.tenantUrl ?? directory.baseUrl)), place,
    make('p', { className: 'buttons' }, press), known, ...(directory.provider === 'okta' ? [] : [clients(reach, box, directory)]));
  return (now) => known.replaceChildren(...now.tokens.map(tokenRow), ...now.clients.map(clientRow));
}

// fresh shows what was just made and is never shown again.
function fresh(place, facts, words) {
  place.hidden = false;
  place.replaceChildren(make('div', { className: 'fresh', role: 'status' }, ...facts, make('p', { textContent: words })));
}

const used = (at) => (at ? ['last used ', when(at)] : ['not used yet']);

const tokenRow = (token) => make('li', {}, make('code', { textContent: `${token.hint}…` }),
  make('span', {}, 'made ', when(token.createdAt), ', ', ...used(token.lastUsedAt), ...(token.expiresAt ? [', ends ', when(token.expiresAt)] : [])));

const clientRow = (client) => make('li', {}, make('code', { textContent: client.clientId }),
  make('span', {}, `client ${client.name}, made `, when(client.createdAt), ', ', ...used(client.lastUsedAt)));

function clients(reach, box, directory) {
  const place = make('div', { className: 'facts', hidden: true });
  const press = make('button', { className: 'button second small', type: 'button', textContent: 'Make a client' });
  whenPressed(press, async () => {
    const made = await reach.makeClient({});
    fresh(place, [copyable('Client ID', made.clientId), copyable('Client secret', made.clientSecret), copyable('Token URL', made.tokenUrl)],
      'The secret is shown only now.');
  }, box);
  return make('details', {}, make('summary', { textContent: `Client credentials instead of a token` }),
    make('p', { textContent: `Where ${providerName(directory)} gets its tokens by itself (OAuth 2.0 client credentials), it wants a client id, a secret and the token URL.` }),
    make('p', { className: 'buttons' }, press), place);
}
