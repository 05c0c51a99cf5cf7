// SPDX-License-Identifier: Apache-2.0

// The pages before a sign-in.

export const before = [
  { name: 'sign-in', path: '/sign-in', see: 'Sign in to another workspace' },
  { name: 'sign-in-unknown', path: '/sign-in?workspace=nobody', see: 'No such workspace' },
  { name: 'setup-used', path: '/setup#used', see: 'Set up and sign in', after: refuse },
  { name: 'setup-done', path: '/setup', see: 'Muster is set up' },
];

/** A link that is used up says so, once somebody tries it. */
async function refuse(page) {
  await page.getByRole('button', { name: 'Set up and sign in' }).click();
  await page.getByText('Enter your e-mail.').waitFor();
}
