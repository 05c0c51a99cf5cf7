// SPDX-License-Identifier: Apache-2.0

// People and groups: who is here, who left, and what is open.

export const empty = [
  { name: 'people-empty', path: '/people', see: 'Nobody is here yet' },
  { name: 'groups-empty', path: '/people?tab=groups', see: 'No groups yet' },
];

export async function fill(house) {
  const token = house.tokens.manage;
  const post = (path, body) => house.call('POST', path, { body, token });
  house.group = await post('/v1/groups', { name: 'Engineering' });
  house.people = [];
  for (let i = 1; i <= 25; i++)
    house.people.push(await post('/v1/people', { emailAddress: `person${i}@example.com`, employment: { endDate: i === 3 ? '2026-01-31T00:00:00Z' : undefined, jobTitle: i % 2 ? 'Engineer' : 'Designer', startDate: '2025-02-01T00:00:00Z' }, name: { display: `Person ${i}`, first: 'Person', last: String(i) } }));
  await post(`/v1/groups/${house.group.id}/people`, { id: house.people[0].id });
  await post('/v1/people/mark-as-not-people', { updates: [{ id: house.people[4].id, reason: 'A mailbox' }] });
}

const person = (i) => (house) => `/people?person=${house.people[i - 1].id}`;

export const full = [
  { name: 'people', path: '/people', see: 'Person 1' },
  { name: 'people-none', path: '/people?status=UPCOMING', see: 'Nobody fits these filters' },
  { name: 'not-people', path: '/people?tab=not-people', see: 'Person 5' },
  { name: 'groups', path: '/people?tab=groups', see: 'Engineering' },
  { name: 'group', path: (house) => `/people?tab=groups&group=${house.group.id}`, see: '1 member' },
  { name: 'person', path: person(1), see: 'typed here' },
  { name: 'person-left', path: person(3), see: 'Somebody has acknowledged the departure' },
  {
    name: 'person-add',
    path: '/people',
    see: 'Person 1',
    after: async (page) => {
      await page.getByRole('button', { name: 'Add a person' }).click();
      await page.getByRole('button', { exact: true, name: 'Add' }).click();
      await page.getByText('A person is known by an e-mail.').waitFor();
    },
  },
  {
    name: 'people-import',
    path: '/people',
    see: 'Person 1',
    after: async (page) => {
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Import a CSV file' }).click();
      await page.getByLabel('CSV file').setInputFiles({ buffer: Buffer.from('email,startDate\nperson1@example.com,never\n'), mimeType: 'text/csv', name: 'people.csv' });
      await page.getByRole('button', { name: 'Check the file' }).click();
      await page.getByText('Nothing is imported until every line is right.').waitFor();
    },
  },
];

/** Adds somebody, edits them, sends them on leave; imports; acknowledges a departure; fills a group. */
export async function play(page, { house, problems }) {
  await page.setViewportSize({ height: 860, width: 1280 });
  await page.goto('/people');
  await page.getByRole('button', { name: 'Add a person' }).click();
  await page.getByRole('textbox', { exact: true, name: 'E-mail' }).fill('joan@example.com');
  await page.getByLabel('First name').fill('Joan');
  await page.getByLabel('Last name').fill('Clarke');
  await page.getByRole('button', { exact: true, name: 'Add' }).click();
  await page.getByRole('heading', { name: 'Joan Clarke' }).waitFor();
  await page.getByRole('button', { exact: true, name: 'Edit' }).click();
  await page.getByRole('textbox', { exact: true, name: 'E-mail' }).fill('person1@example.com');
  await page.getByRole('button', { exact: true, name: 'Save' }).click();
  await page.getByRole('dialog', { name: /^Edit/ }).getByRole('alert').first().waitFor();
  await page.getByRole('textbox', { exact: true, name: 'E-mail' }).fill('joan@example.com');
  await page.getByLabel('Job title').fill('Cryptanalyst');
  await page.getByRole('button', { exact: true, name: 'Save' }).click();
  await page.getByText('Cryptanalyst').first().waitFor();
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Set a leave' }).click();
  await page.getByLabel('From').fill('2026-01-01');
  await page.getByRole('button', { exact: true, name: 'Save' }).click();
  await page.getByText('On leave from').waitFor();
  await page.goto('/people');
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Import a CSV file' }).click();
  await page.getByLabel('CSV file').setInputFiles({ buffer: Buffer.from('email,first,last\nmary@example.com,Mary,Shelley\nalonzo@example.com,Alonzo,Church\n'), mimeType: 'text/csv', name: 'people.csv' });
  await page.getByRole('button', { name: 'Check the file' }).click();
  await page.getByText('This file adds 1 person').waitFor();
  await page.getByRole('button', { exact: true, name: 'Import' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('searchbox', { name: 'Name or e-mail' }).fill('alonzo');
  await page.getByRole('row', { name: /Alonzo Church/ }).waitFor();
  await page.goto(person(3)(house));
  await page.getByRole('button', { name: 'Acknowledge the departure' }).click();
  await page.getByRole('button', { exact: true, name: 'Acknowledge' }).click();
  await page.getByText('Everything is done').waitFor();
  await page.goto(`/people?tab=groups&group=${house.group.id}`);
  await page.getByRole('button', { name: 'Add a person' }).click();
  await page.getByRole('combobox', { name: 'Person' }).fill('alonzo');
  await page.getByRole('option', { name: /Alonzo Church/ }).click();
  await page.getByText('2 members').waitFor();
  const saved = page.waitForEvent('download');
  await page.goto('/people');
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Export as CSV' }).click();
  if ((await saved).suggestedFilename() !== 'people.csv') problems.push('people are saved under another name');
}
