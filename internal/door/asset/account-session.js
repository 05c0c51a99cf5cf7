// SPDX-License-Identifier: Apache-2.0

import { Refusal, Trouble, ask, call, make } from './door.js';

// own is what the page knows of the one who is signed in: session, account (the
// credentials) and offer (which ways in the workspace has). Filled by load.
export const own = {};

export async function load() {
  own.session = await plainCall('GET', '/v1/session');
  const slug = encodeURIComponent(own.session.workspace.slug);
  [own.account, own.offer] = await Promise.all([plainCall('GET', '/v1/account'), plainCall('GET', `/v1/sign-in?workspace=${slug}`)]);
}

export async function reloadAccount() {
  own.account = await plainCall('GET', '/v1/account');
}

// leave goes to the sign-in page of the same workspace.
export function leave(back) {
  const query = new URLSearchParams();
  if (own.session) query.set('workspace', own.session.workspace.slug);
  if (back) query.set('return', back);
  location.replace('/sign-in' + (query.size > 0 ? `?${query}` : ''));
}

// plainCall is call for who is signed in: when the session has ended, the browser
// goes to sign in and this never answers.
export async function plainCall(method, path, body) {
  try {
    return await call(method, path, body);
  } catch (error) {
    if (error.status !== 401) throw error;
    leave('/account');
    return new Promise(() => {});
  }
}

// Credentials change only so long after the session proved itself.
const recent = 15 * 60 * 1000;

// careful is for what changes credentials: when the API wants to know again who is
// there, it asks, and then acts once more.
export async function careful(act) {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 403) throw error;
    own.session = await plainCall('GET', '/v1/session');
    if (error.at - new Date(own.session.provedAt) < recent) throw error;
  }
  await prove();
  return act();
}

async function prove() {
  await reloadAccount();
  const fields = [];
  if (own.account.passwordSet) fields.push({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' });
  if (own.account.totp) {
    fields.push({ name: 'code', label: 'Code', autocomplete: 'one-time-code', spellcheck: false, hint: 'Of your authenticator app, or a recovery code.' });
  }
  if (fields.length === 0) return signInAgain();
  const text = fields.length > 1 ? 'Say who you are before you change this: by your password or by a code.' : 'Say who you are before you change this.';
  await ask({
    title: 'Is it you?', text, fields, verb: 'Continue', username: own.account.user.email,
    send: async ({ password = '', code = '' }) => {
      if (password === '' && code === '') throw new Trouble(fields.length > 1 ? 'Enter one of the two.' : `Enter your ${fields[0].name}.`);
      await plainCall('POST', '/v1/session/proof', code === '' ? { password } : { code });
    },
    meant: (error) => error.status === 403 && fields.length === 1 && fields[0].name,
  });
}

// signInAgain is for who has neither: a passkey or an identity provider proves them.
function signInAgain() {
  return ask({
    title: 'Sign in again', text: 'Before you change this, sign in once more, so that nobody else changes it at your desk.', verb: 'Go to sign-in',
    send: () => {
      leave('/account');
      return new Promise(() => {});
    },
  });
}

// row is a line of a list: a name, more in small letters, and buttons.
export const row = (name, more, ...buttons) => make('li', {},
  make('div', { className: 'name' }, name, make('span', { className: 'soft' }, ...more)), make('div', { className: 'buttons' }, ...buttons));
