// SPDX-License-Identifier: Apache-2.0

// Policies, from the first draft to their acceptance.

export const empty = [
  { name: 'policies-empty', path: '/policies', see: 'No policies yet' },
  { name: 'policies-new', path: '/policies?add=1', see: 'Many at once', after: async (page) => {
    await page.getByRole('button', { name: 'Create the policy' }).click();
    await page.getByText('Give the policy a name.').waitFor();
  } },
];

const text = '# Access\n\nAn account has an **owner**, and ends on the day they leave. See [the wiki](https://wiki.example.com/access).\n\n- Everybody uses `sso`.\n- Nobody shares an account.\n\n<img src=x onerror=alert(3)>\n';

export async function fill(house) {
  const token = house.tokens.manage;
  const call = (method, path, body) => house.call(method, path, { body, token });
  await call('POST', '/v1/people', { emailAddress: 'ada@example.com', name: { first: 'Ada', last: 'Lovelace' } });
  const people = await call('GET', '/v1/people?q=ada@example.com');
  const group = await call('POST', '/v1/groups', { name: 'Everybody' });
  await call('POST', `/v1/groups/${group.id}/people`, { id: people.results.data[0].id });
  const file = (name, more) => ({ authorMayApprove: true, description: 'Who gets which account, and how it ends.', kind: 'Policy', name, ...more });
  house.policy = await call('POST', '/v1/policies', file('Access control', { groups: ['Everybody'] }));
  await call('PUT', `/v1/policies/${house.policy.id}/draft`, { changes: 'The first.', text });
  await call('POST', `/v1/policies/${house.policy.id}/submit`);
  await call('POST', `/v1/policies/${house.policy.id}/approve`);
  house.bare = await call('POST', '/v1/policies', file('Code of conduct', { renewal: 'P0D' }));
}

const at = (house) => `/policies/${house.policy.id}`;

export const full = [
  { name: 'policies', path: '/policies', see: 'For you to accept' },
  { name: 'policy', path: at, see: 'Nobody shares an account.' },
  { name: 'policy-acceptances', path: (house) => `${at(house)}?tab=acceptances`, see: '0 of 1 person accepted' },
  { name: 'policy-versions', path: (house) => `${at(house)}?tab=versions`, see: 'Approved' },
  { name: 'policy-edit', path: (house) => `${at(house)}?edit=1`, see: 'Who has to accept it' },
  { name: 'policy-bare', path: (house) => `/policies/${house.bare.id}`, see: 'Nothing is written yet' },
  { name: 'policy-draft', path: (house) => `/policies/${house.bare.id}?draft=1`, see: 'Or as a file' },
];

/** Accepts one; writes one, has it returned, approves it. */
export async function play(page, { house, problems }) {
  await page.setViewportSize({ height: 860, width: 1280 });
  await page.goto(at(house));
  await page.getByRole('button', { name: 'Accept it' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Accept' }).click();
  await page.getByText(/You accepted it/).waitFor();
  await page.getByRole('tab', { name: /Who accepts/ }).click();
  await page.getByText('1 of 1 person accepted').waitFor();
  await page.goto(`/policies/${house.bare.id}`);
  await page.getByRole('button', { name: 'Write the first version' }).click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Text' }).fill('# Conduct\n\nPeople are polite.');
  await page.getByRole('button', { name: 'Keep the draft' }).click();
  await page.getByText('People are polite.').waitFor();
  await page.getByRole('button', { name: 'Ask for approval' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Ask for approval' }).click();
  await page.getByRole('button', { name: 'Return it' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Return it' }).click();
  await page.getByText('Say what is missing.').waitFor();
  await page.getByRole('dialog').getByLabel('What is missing').fill('A word about pets.');
  await page.getByRole('dialog').getByRole('button', { name: 'Return it' }).click();
  await page.getByRole('button', { name: 'Go on writing' }).click();
  await page.getByLabel('Choose a file').first().setInputFiles({ buffer: Buffer.from('People are polite, pets too.'), mimeType: 'application/pdf', name: 'conduct.pdf' });
  await page.getByRole('link', { name: 'conduct.pdf' }).waitFor();
  await page.getByRole('button', { name: 'Ask for approval' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Ask for approval' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { exact: true, name: 'Approve' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
  await page.getByText('Approved', { exact: true }).first().waitFor();
  if ((await page.getByRole('button', { name: 'Return it' }).count()) > 0) problems.push('an approved version can be returned');
}

/** Who may not read policies sees the one to accept, and accepts it. */
export async function roles({ house, open, problems }) {
  const token = house.tokens.manage;
  await house.user('grace.h@example.com', 'employee', 'a horse in the rain');
  const person = await house.call('POST', '/v1/people', { body: { emailAddress: 'grace.h@example.com', name: { first: 'Grace', last: 'Hopper' } }, token });
  const { results } = await house.call('GET', '/v1/groups?pageSize=100', { token });
  await house.call('POST', `/v1/groups/${results.data.find((one) => one.name === 'Everybody').id}/people`, { body: { id: person.id }, token });
  const page = await open();
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill('grace.h@example.com');
  await page.getByLabel('Password', { exact: true }).fill('a horse in the rain');
  await page.getByRole('button', { exact: true, name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'Policies' }).click();
  await page.getByRole('link', { name: /Access control/ }).click();
  await page.getByText('Nobody shares an account.').waitFor();
  await page.getByRole('button', { name: 'Accept it' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Accept' }).click();
  await page.getByText(/You accepted it/).waitFor();
  if ((await page.getByRole('tab').count()) > 0) problems.push('an employee sees more of a policy than what they accept');
  await page.context().close();
}
