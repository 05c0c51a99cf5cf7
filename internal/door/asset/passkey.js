// SPDX-License-Identifier: Apache-2.0

import { Trouble, call } from './door.js';

// supported says whether passkeys can work here: the browser has them, and the
// page stands at a host name over HTTPS or on localhost.
export function supported() {
  const address = /^[\d.]+$|^\[/.test(location.hostname);
  return isSecureContext && !address && typeof globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON === 'function';
}

// signIn asks for any passkey of this site, and opens a session with it.
export async function signIn(workspace) {
  const { ticket, publicKey } = await call('POST', '/v1/passkeys/sign-in/challenge', { workspace });
  const options = PublicKeyCredential.parseRequestOptionsFromJSON(publicKey);
  const credential = await asked(() => navigator.credentials.get({ publicKey: options }));
  return call('POST', '/v1/passkeys/sign-in', { ticket, credential: credential.toJSON() });
}

// add makes a passkey of the signed-in user.
export async function add(name) {
  const { ticket, publicKey } = await call('POST', '/v1/passkeys/challenge');
  const options = PublicKeyCredential.parseCreationOptionsFromJSON(publicKey);
  const credential = await asked(() => navigator.credentials.create({ publicKey: options }));
  return call('POST', '/v1/passkeys', { ticket, name, credential: credential.toJSON() });
}

// asked puts what browsers say into words.
async function asked(ceremony) {
  try {
    return await ceremony();
  } catch (error) {
    switch (error.name) {
      case 'NotAllowedError':
        throw new Trouble('Nothing was done: the request was cancelled, took too long, or there is no passkey for it on this device.');
      case 'InvalidStateError':
        throw new Trouble('This device has a passkey of yours already.');
      case 'SecurityError':
        throw new Trouble('Passkeys do not work at this address. Open this server by its own name.');
      case 'NotSupportedError':
      case 'ConstraintError':
        throw new Trouble('This device cannot keep passkeys, or has no screen lock.');
      default:
        throw error;
    }
  }
}
