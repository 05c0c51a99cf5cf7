// SPDX-License-Identifier: Apache-2.0

import { ask, confirmDone, find, whenPressed } from './door.js';
import { careful, own, plainCall, reloadAccount } from './account-session.js';

export function mountPassword() {
  whenPressed(find('password-change'), change);
  showState();
}

function showState() {
  const set = own.account.passwordSet;
  let state = set ? 'You have a password here.' : 'You have no password here.';
  if (!own.offer.password) state += ' This workspace does not let anybody in by password at present.';
  find('password-state').textContent = state;
  find('password-change').textContent = set ? 'Change the password' : 'Set a password';
}

const fresh = {
  name: 'password', label: 'New password', type: 'password', autocomplete: 'new-password', required: true, 'data-missing': 'Choose a password.',
  hint: 'At least 8 characters; a few words in a row do well. A password that is known from a breach is refused.',
};

const current = {
  name: 'current', label: 'Present password', type: 'password', autocomplete: 'current-password', required: true, 'data-missing': 'Enter your present password.',
};

async function change() {
  const set = own.account.passwordSet;
  const put = (values) => plainCall('PUT', '/v1/account/password', values);
  await ask({
    title: set ? 'Change the password' : 'Set a password', text: 'Your other sessions in this workspace end.',
    fields: set ? [current, fresh] : [fresh], verb: set ? 'Change it' : 'Set it',
    username: own.account.user.email,
    send: (values) => (set ? put(values) : careful(() => put(values))),
    meant: (error) => set && error.status === 403 && 'current',
  });
  await reloadAccount();
  showState();
  confirmDone(find('password-section'), set ? 'The password is changed.' : 'The password is set.');
  document.dispatchEvent(new Event('muster:sessions'));
}
