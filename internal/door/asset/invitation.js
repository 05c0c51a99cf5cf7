// SPDX-License-Identifier: Apache-2.0

import { begin, call, find, show, takeToken, whenSent } from './door.js';
import { goOn } from './code.js';

const dead = (error) => {
  if (error.status !== 401) throw error;
  show('dead');
};

begin(async () => {
  const token = takeToken();
  if (token === '') return show('dead');
  let invited;
  try {
    invited = await call('POST', '/v1/invitations/look', { token });
  } catch (error) {
    return dead(error);
  }
  find('workspace').textContent = invited.workspace;
  find('email').value = find('email-shown').textContent = invited.email;
  find('name-shown').textContent = invited.displayName;
  find('name-row').hidden = invited.displayName === '';
  find('role').textContent = invited.role;
  const password = find('password'), without = find('without');
  find('password-field').hidden = without.parentElement.hidden = !invited.takesPassword;
  password.required = invited.takesPassword;
  without.addEventListener('click', () => {
    password.value = '';
    password.required = false; // for this once
    find('accept').requestSubmit();
    password.required = true;
  });
  document.querySelector('[data-view=code] a').href = '/sign-in';
  whenSent(find('accept'), async (values) => {
    try {
      goOn(await call('POST', '/v1/invitations/accept', values.password ? { token, password: values.password } : { token }), '/account');
    } catch (error) {
      dead(error);
    }
  });
  show('form');
});
