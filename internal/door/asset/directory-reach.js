// SPDX-License-Identifier: Apache-2.0

import { call } from './door.js';

// Who sets a directory up reaches it in one of two ways, with the same answers: by
// a link, whose holder the browser's cookie tells, or signed in.

export const byLink = () => ({
  byLink: true,
  look: () => call('GET', '/v1/setup-links/directory'),
  makeClient: (body) => call('POST', '/v1/setup-links/clients', body),
  makeToken: () => call('POST', '/v1/setup-links/tokens', {}),
  nameAttribute: (roleAttribute) => call('PUT', '/v1/setup-links/attribute', { roleAttribute }),
  requests: (query) => call('GET', `/v1/setup-links/requests?${query}`),
  selfTest: () => call('POST', '/v1/setup-links/self-test'),
});

export function bySession(id) {
  const path = `/v1/directories/${encodeURIComponent(id)}`;
  return {
    byLink: false,
    look: () => call('GET', path),
    makeClient: (body) => call('POST', `${path}/clients`, body),
    makeToken: () => call('POST', `${path}/tokens`, {}),
    nameAttribute: (roleAttribute) => call('PATCH', path, { roleAttribute }),
    requests: (query) => call('GET', `${path}/requests?${query}`),
    selfTest: () => call('POST', `${path}/self-test`),
  };
}

const names = { entra: 'Entra ID', generic: 'the provider', google: 'Google Workspace', jumpcloud: 'JumpCloud', okta: 'Okta', onelogin: 'OneLogin' };

// providerName answers what people call a provider.
export const providerName = (directory) => names[directory.provider] ?? directory.provider;
