// SPDX-License-Identifier: Apache-2.0

import { ask, complain, confirmDone, copying, find, make, whenPressed, whenSent } from './door.js';
import { careful, own, plainCall, reloadAccount } from './account-session.js';
import { picture } from './qr.js';

export function mountFactor() {
  whenPressed(find('enrol-begin'), enrol);
  whenPressed(find('enrol-cancel'), () => showState());
  whenPressed(find('codes-new'), renew);
  whenPressed(find('codes-kept'), () => showCodes([]));
  whenPressed(find('factor-remove'), remove);
  whenSent(find('confirm'), confirm);
  copying(find('secret-copy'), () => find('secret').textContent);
  copying(find('codes-copy'), () => codes.join('\n'));
  showState();
}

const section = find('factor');
let codes = [];

function showState() {
  const { totp, recoveryCodesLeft } = own.account;
  find('enrol').hidden = true;
  find('factor-buttons').hidden = false;
  find('enrol-begin').hidden = totp;
  find('codes-new').hidden = find('factor-remove').hidden = !totp;
  const left = recoveryCodesLeft === 1 ? 'One recovery code is' : `${recoveryCodesLeft || 'No'} recovery codes are`;
  find('factor-state').textContent = totp
    ? `On: sign-ins by password and by link ask for a code of your authenticator app. ${left} left.`
    : 'Off. With it, a stolen password alone lets nobody in: your phone shows a code that is asked for as well.';
}

// showCodes shows recovery codes; none hides them.
function showCodes(list) {
  codes = list;
  find('codes').hidden = codes.length === 0;
  find('factor-buttons').hidden = codes.length > 0;
  find('code-list').replaceChildren(...codes.map((code) => make('li', {}, make('code', { textContent: code }))));
  (codes.length === 0 ? section.querySelector('h2') : find('codes').querySelector('h3')).focus();
}

async function enrol() {
  confirmDone(section, '');
  const { secret, uri } = await careful(() => plainCall('POST', '/v1/account/totp'));
  find('secret').textContent = secret.match(/.{1,4}/g).join(' ');
  find('otpauth').setAttribute('href', uri);
  find('qr').replaceChildren(...[picture(uri)].filter(Boolean));
  complain(find('confirm'), '');
  find('confirm').reset();
  find('factor-buttons').hidden = true;
  find('enrol').hidden = false;
  find('code').focus();
}

async function confirm({ code }) {
  const { recoveryCodes } = await careful(() => plainCall('POST', '/v1/account/totp/confirm', { code }));
  await changed('The second factor is on.');
  showCodes(recoveryCodes);
}

async function renew() {
  const { recoveryCodes } = await ask({
    title: 'Make new recovery codes?', text: 'The ones that you have stop working.', verb: 'Make new ones',
    send: () => careful(() => plainCall('POST', '/v1/account/recovery-codes')),
  });
  await changed('The recovery codes are new.');
  showCodes(recoveryCodes);
}

async function remove() {
  await ask({
    title: 'Remove the second factor?', text: 'Your password alone lets you in then. The recovery codes stop working.', verb: 'Remove it', danger: true,
    send: () => careful(() => plainCall('DELETE', '/v1/account/totp')),
  });
  await changed('The second factor is off.');
  showCodes([]);
}

async function changed(words) {
  await reloadAccount();
  showState();
  confirmDone(section, words);
}
