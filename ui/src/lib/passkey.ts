// SPDX-License-Identifier: Apache-2.0

import { Refusal, type Schema, send } from './api';

/** Says whether passkeys can work here: the browser has them, and the page stands at a host name over HTTPS or on localhost. */
export function passkeysWork(): boolean {
  const address = /^[\d.]+$|^\[/.test(location.hostname);
  return isSecureContext && !address && typeof PublicKeyCredential !== 'undefined' && 'parseRequestOptionsFromJSON' in PublicKeyCredential;
}

/** Asks for any passkey of this site, and opens a session with it. */
export async function signInByPasskey(workspace: string): Promise<Schema<'PasskeySignedIn'>> {
  const { ticket, publicKey } = await send('POST', '/v1/passkeys/sign-in/challenge', { body: { workspace } });
  const options = PublicKeyCredential.parseRequestOptionsFromJSON(publicKey as PublicKeyCredentialRequestOptionsJSON);
  let credential;
  try {
    credential = await navigator.credentials.get({ publicKey: options });
  } catch {
    throw new Refusal(0, 'Nothing was done: the request was cancelled, took too long, or there is no passkey for it on this device.');
  }
  return send('POST', '/v1/passkeys/sign-in', { body: { credential: (credential as PublicKeyCredential).toJSON(), ticket } });
}
