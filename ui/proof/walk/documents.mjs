// SPDX-License-Identifier: Apache-2.0

// Documents, from being asked for to being evidence.

export const empty = [
  { name: 'documents-empty', path: '/documents', see: 'No documents yet' },
  { name: 'documents-new', path: '/documents?add=1', see: 'From the command line', after: async (page) => {
    await page.getByRole('button', { name: 'Create the document' }).click();
    await page.getByText('Say what is wanted.').waitFor();
  } },
];

export async function fill(house) {
  const token = house.tokens.manage;
  const make = (title, more) => house.call('POST', '/v1/documents', { body: { cadence: 'P1Y', description: 'The report of an outside tester.', isSensitive: false, reminderWindow: 'P1M', timeSensitivity: 'MOST_RECENT', title, ...more }, token });
  house.document = await make('Penetration test');
  house.aside = await make('Physical security of the office, <b>with its floor plan</b>', { description: '' });
  await house.call('POST', `/v1/documents/${house.aside.id}/deactivate`, { body: { deactivateReason: 'There is no office.' }, token });
  house.secret = await make('Cyber insurance', { isSensitive: true });
  await house.call('POST', `/v1/documents/${house.secret.id}/set-owner`, { body: { userId: 'ada@example.com' }, token });
  await house.call('POST', `/v1/documents/${house.secret.id}/links`, { body: { effectiveDate: '2024-01-01T00:00:00Z', title: 'The contract', url: 'https://wiki.example.com/insurance' }, token });
}

const at = (house) => `/documents/${house.document.id}`;

export const full = [
  { name: 'documents', path: '/documents', see: 'Penetration test' },
  { name: 'document-bare', path: at, see: 'Nothing stands for it yet' },
  { name: 'document-aside', path: (house) => `/documents/${house.aside.id}`, see: 'There is no office.' },
  { name: 'document', path: (house) => `/documents/${house.secret.id}`, see: 'The contract' },
  { name: 'document-edit', path: (house) => `${at(house)}?edit=1`, see: 'Edit the document' },
];

/** Brings a file, which says how far it is; one that is too large is refused before it is sent. */
async function bring(page, problems) {
  await page.getByLabel('Choose files').first().setInputFiles([{ buffer: Buffer.from('findings'), mimeType: 'application/pdf', name: 'report.pdf' }, { buffer: Buffer.alloc(3_000_000), mimeType: 'text/plain', name: 'appendix.txt' }]);
  await page.getByRole('link', { name: 'report.pdf' }).waitFor();
  await page.getByRole('link', { name: 'appendix.txt' }).waitFor();
  await page.getByText('OK', { exact: true }).first().waitFor();
  const saved = page.waitForEvent('download');
  await page.getByRole('link', { name: 'report.pdf' }).click();
  if ((await saved).suggestedFilename() !== 'report.pdf') problems.push('the file of a document is saved under another name');
  // What is dropped arrives as what is picked does.
  const transfer = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.items.add(new File(['dropped'], 'dropped.txt', { type: 'text/plain' }));
    return data;
  });
  await page.getByText('Drop files here').dispatchEvent('drop', { dataTransfer: transfer });
  await page.getByRole('link', { name: 'dropped.txt' }).waitFor();
}

/** From the question to evidence for a control, aside and back. */
export async function play(page, { house, problems }) {
  await page.setViewportSize({ height: 860, width: 1280 });
  await page.goto(at(house));
  await bring(page, problems);
  await page.getByRole('button', { name: 'Add a link' }).click();
  await page.getByLabel('Address').fill('wiki');
  await page.getByLabel('Title').fill('The report in the wiki');
  await page.getByRole('button', { name: 'Add it' }).click();
  await page.getByText(/must begin with https/i).waitFor();
  await page.getByLabel('Address').fill('https://wiki.example.com/pentest');
  await page.getByRole('button', { name: 'Add it' }).click();
  await page.getByRole('link', { name: /The report in the wiki/ }).waitFor();
  await page.getByRole('button', { name: 'Map a control' }).click();
  await page.getByRole('combobox', { name: 'Control' }).fill('');
  await page.getByRole('option').first().click();
  await page.getByText(/documents? OK/).first().waitFor();
  // Other walks count on what controls have.
  await page.getByRole('button', { name: /^Take it from the evidence of/ }).click();
  await page.getByText('No control counts it yet').waitFor();
  await page.getByRole('button', { exact: true, name: 'Submit' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Submit' }).click();
  await page.getByText(/submitted the document Penetration test/).waitFor();
  await page.getByRole('button', { name: 'Take dropped.txt away' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take it away' }).click();
  await page.getByRole('link', { name: 'dropped.txt' }).waitFor({ state: 'detached' });
  await page.goto(`/documents/${house.aside.id}`);
  await page.getByRole('button', { name: 'Relevant again' }).click();
  await page.getByText('Needs a document').first().waitFor();
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('heading', { level: 1, name: 'Documents' }).waitFor();
  if ((await page.getByRole('row', { name: /Physical security/ }).count()) > 0) problems.push('a deleted document is still listed');
}

/** Who owns a document brings files, and is offered nothing else. */
export async function roles({ house, open, problems }) {
  await house.user('keeper@example.com', 'collaborator', 'a horse in the rain');
  await house.call('POST', `/v1/documents/${house.document.id}/set-owner`, { body: { userId: 'keeper@example.com' }, token: house.tokens.manage });
  const page = await open();
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill('keeper@example.com');
  await page.getByLabel('Password', { exact: true }).fill('a horse in the rain');
  await page.getByRole('button', { exact: true, name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'Documents' }).click();
  await page.getByRole('row', { name: /Penetration test/ }).waitFor();
  if ((await page.getByRole('row').count()) !== 2) problems.push('who owns one document sees others');
  if ((await page.getByRole('button', { name: 'New document' }).count()) > 0) problems.push('who may only own documents is offered to make one');
  await page.getByRole('row', { name: /Penetration test/ }).press('Enter');
  await page.getByLabel('Choose files').first().setInputFiles({ buffer: Buffer.from('more'), mimeType: 'text/plain', name: 'more.txt' });
  await page.getByRole('link', { name: 'more.txt' }).waitFor();
  if ((await page.getByRole('button', { name: 'Edit' }).count()) > 0) problems.push('who may only own a document is offered to edit it');
  await page.context().close();
}
