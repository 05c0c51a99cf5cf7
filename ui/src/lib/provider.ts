// SPDX-License-Identifier: Apache-2.0

// Identity providers that a directory can be connected to, in their own words.

/** An identity provider: what people call it, and what it calls the two values that it wants. */
export type Provider = { address: string; key: string; name: string; note: string; short: string; token: string };

export const providers: Provider[] = [
  { address: 'SCIM 2.0 Base Url', key: 'okta', name: 'Okta', note: 'The SCIM 2.0 Test App of the catalogue: people, roles and groups.', short: 'Okta', token: 'OAuth Bearer Token' },
  { address: 'Tenant URL', key: 'entra', name: 'Microsoft Entra ID', note: 'An enterprise application of your own: people, app roles and groups.', short: 'Entra ID', token: 'Secret Token' },
  { address: 'Base URL', key: 'jumpcloud', name: 'JumpCloud', note: 'A custom application with identity management.', short: 'JumpCloud', token: 'Token Key' },
  { address: 'SCIM Base URL', key: 'onelogin', name: 'OneLogin', note: 'SCIM Provisioner with SAML (SCIM v2 Enterprise).', short: 'OneLogin', token: 'SCIM Bearer Token' },
  { address: 'SCIM 2.0 base URL', key: 'google', name: 'Google Workspace', note: 'By a tool that reads Google’s directory and speaks SCIM 2.0.', short: 'Google', token: 'Bearer token' },
  { address: 'SCIM 2.0 base URL', key: 'generic', name: 'Another, by SCIM 2.0', note: 'Whatever sends users and groups by the standard.', short: 'the provider', token: 'Bearer token' },
];

/** Answers a provider by its key. */
export function providerOf(key: string): Provider {
  return providers.find((one) => one.key === key) ?? { address: 'SCIM 2.0 base URL', key, name: key, note: '', short: key, token: 'Bearer token' };
}

/** What a directory of this provider is called at first. */
export const firstName = (key: string): string => (key === 'generic' ? 'Identity provider' : providerOf(key).name.replace('Microsoft ', ''));
