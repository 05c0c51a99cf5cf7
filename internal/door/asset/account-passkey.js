// SPDX-License-Identifier: Apache-2.0

import { agentName, ask, complain, confirmDone, explain, find, make, when, whenPressed } from './door.js';
import { careful, own, plainCall, row } from './account-session.js';
import { add, supported } from './passkey.js';

export function mountPasskeys() {
  whenPressed(find('passkey-add'), addOne);
  find('passkey-add').hidden = !own.offer.passkey || !supported();
  const note = find('passkey-note');
  note.hidden = own.offer.passkey && supported();
  note.textContent = own.offer.passkey
    ? 'None can be added here: passkeys need a browser that has them, HTTPS, and a host name in the address.'
    : 'Passkeys are switched off in this workspace.';
  showAll().catch((error) => complain(find('passkeys'), explain(error)));
}

async function showAll() {
  const { results } = await plainCall('GET', '/v1/passkeys');
  const rows = results.data.map((passkey) => row(passkey.name, [
    'added ', when(passkey.createdAt), ...(passkey.lastUsedAt ? [', last used ', when(passkey.lastUsedAt)] : [', not used yet'])],
  press('Rename', passkey, rename), press('Remove', passkey, remove)));
  find('passkey-list').replaceChildren(...rows);
}

function press(verb, passkey, act) {
  const button = make('button', {
    className: verb === 'Remove' ? 'button second small danger' : 'button second small', type: 'button', textContent: verb,
    'aria-label': `${verb} the passkey ${passkey.name}`,
  });
  whenPressed(button, () => act(passkey), find('passkeys'));
  return button;
}

const named = (value) => ({
  name: 'name', label: 'Name', autocomplete: 'off', maxLength: 100, required: true, value, 'data-missing': 'Enter a name.',
  hint: 'What you call it, such as Work laptop.',
});

async function addOne() {
  await ask({
    title: 'Add a passkey', text: 'Your browser asks for it next.', fields: [named(agentName(navigator.userAgent))], verb: 'Continue',
    send: ({ name }) => careful(() => add(name)),
  });
  await changed('The passkey is added.');
}

async function rename(passkey) {
  await ask({
    title: 'Rename the passkey', text: 'The name is for you alone.', fields: [named(passkey.name)], verb: 'Rename',
    send: ({ name }) => plainCall('PATCH', `/v1/passkeys/${passkey.id}`, { name }),
  });
  await changed('The passkey has another name.');
}

async function remove(passkey) {
  await ask({
    title: `Remove the passkey “${passkey.name}”?`, text: 'It does not sign you in any more. Delete it on your device as well.', verb: 'Remove it', danger: true,
    send: () => careful(() => plainCall('DELETE', `/v1/passkeys/${passkey.id}`)),
  });
  await changed('The passkey is removed.');
}

async function changed(words) {
  await showAll();
  confirmDone(find('passkeys'), words);
  find('passkeys').querySelector('h2').focus();
}
