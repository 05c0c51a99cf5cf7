// SPDX-License-Identifier: Apache-2.0

import { begin, call, find, make, show, takeToken, whenPressed, whenSent } from './door.js';
import { goOn } from './code.js';
import { signIn, supported } from './passkey.js';

const query = new URLSearchParams(location.search);
const wanted = query.get('workspace') ?? '';

// where is the path to go to after the sign-in: one of this server, or the account.
function where() {
  const path = query.get('return') ?? '';
  if (!path.startsWith('/') || !URL.canParse(path, location.origin)) return '/account';
  const url = new URL(path, location.origin);
  return url.origin === location.origin ? url.pathname + url.search + url.hash : '/account';
}

begin(async () => {
  const token = takeToken();
  if (token !== '') return byLink(token);
  if (query.has('return')) Object.assign(find('return'), { disabled: false, value: where() });
  let offer;
  try {
    offer = await call('GET', '/v1/sign-in' + (wanted ? `?workspace=${encodeURIComponent(wanted)}` : ''));
  } catch (error) {
    if (error.status !== 404) throw error;
    find('unknown').textContent = wanted;
    find('elsewhere').open = true;
    return show('unknown');
  }
  document.title = `Sign in to ${offer.workspace.name} - Muster`;
  for (const back of document.querySelectorAll('.back')) back.addEventListener('click', () => show('choose'));
  byPassword(offer);
  otherWays(offer);
  byMail(offer);
  if (offer.setUp) tellSetUp(offer);
  show(offer.setUp ? 'setup' : 'choose');
});

function byLink(token) {
  whenSent(find('link-form'), async () => {
    try {
      goOn(await call('POST', '/v1/session/link', { token }), where());
    } catch (error) {
      if (error.status !== 401) throw error;
      show('dead');
    }
  });
  show('link');
}

function tellSetUp(offer) {
  find('setup-workspace').textContent = offer.workspace.name;
  find('setup-command').textContent = 'muster admin user create \\\n  --email you@example.com \\\n  --role admin \\\n  --password-stdin \\\n  --workspace '
    + offer.workspace.slug;
}

function byPassword(offer) {
  find('workspace').textContent = offer.workspace.name;
  find('password-form').hidden = find('forgot-line').hidden = !offer.password;
  whenSent(find('password-form'), async ({ email, password }) => {
    goOn(await call('POST', '/v1/session', { workspace: offer.workspace.slug, email, password }), where());
  });
}

// otherWays offers what the workspace has switched on and this browser can do.
function otherWays(offer) {
  const ways = [];
  if (offer.passkey && supported()) {
    const button = make('button', { className: 'button second wide', type: 'button', textContent: 'Sign in with a passkey' });
    whenPressed(button, async () => goOn(await signIn(offer.workspace.slug), where()), find('others'));
    ways.push(button);
  }
  for (const provider of offer.providers) {
    const start = `${provider.path}?return=${encodeURIComponent(where())}`;
    ways.push(make('a', { className: 'button second wide', href: start, textContent: `Sign in with ${provider.name}` }));
  }
  if (offer.magicLink) {
    const button = make('button', { className: 'button second wide', type: 'button', textContent: 'Mail me a link' });
    button.addEventListener('click', () => openMail('link'));
    ways.push(button);
  }
  find('others').append(...ways);
  find('or').hidden = !offer.password || ways.length === 0;
  find('none').hidden = offer.password || ways.length > 0;
}

// What can be mailed: a link that signs in, or one that sets a new password.
const mails = {
  link: { path: '/v1/sign-in/links', title: 'Mail me a link', text: 'The link signs you in, once, within a quarter of an hour.' },
  reset: { path: '/v1/password/reset-links', title: 'Forgot your password?', text: 'We mail you a link that sets a new one. It works for an hour.' },
};

let mail = mails.link;

function openMail(kind) {
  mail = mails[kind];
  find('mail-title').textContent = mail.title;
  find('mail-text').textContent = mail.text;
  find('mail-email').value = find('email').value;
  show('mail');
}

function byMail(offer) {
  find('forgot').addEventListener('click', () => openMail('reset'));
  whenSent(find('mail-form'), async ({ email }) => {
    await call('POST', mail.path, { workspace: offer.workspace.slug, email });
    find('sent-email').textContent = email;
    show('sent');
  });
}
