// SPDX-License-Identifier: Apache-2.0

import { call, find, show, whenSent } from './door.js';

// goOn ends a step of a sign-in: the browser goes where it wanted to, or the view
// of the second factor comes first.
export function goOn(state, where) {
  if (state.state === 'signed_in') {
    location.replace(where);
    return;
  }
  takeCode(state.ticket, where);
}

let ticket = '';

function takeCode(given, where) {
  if (ticket === '') wire(where);
  ticket = given;
  show('code');
}

function wire(where) {
  const code = find('code'), other = find('code-other');
  let recovery = false;
  other.addEventListener('click', () => {
    recovery = !recovery;
    code.inputMode = recovery ? 'text' : 'numeric';
    code.autocomplete = recovery ? 'off' : 'one-time-code';
    code.value = '';
    find('code-label').textContent = recovery ? 'Recovery code' : 'Code';
    find('code-hint').textContent = recovery ? 'One of those that you kept; each works once.' : 'Six digits from your authenticator app.';
    other.textContent = recovery ? 'Use the authenticator app' : 'Use a recovery code';
    code.focus();
  });
  whenSent(find('code-form'), async (values) => {
    await call('POST', '/v1/session/second-factor', { ticket, code: values.code });
    location.replace(where);
  }, (error) => error.status === 401 && 'code');
}
