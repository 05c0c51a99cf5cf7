// SPDX-License-Identifier: Apache-2.0

// The audit trail: read, narrowed, followed live, exported; through an auditor's window.

export const full = [
  { name: 'audit', path: '/audit', see: 'What happened' },
  { name: 'audit-none', path: '/audit?q=nothing+has+this+name', see: 'Nothing fits these filters' },
  {
    name: 'audit-event',
    path: '/audit?kind=document&q=Penetration',
    see: /asked for the document Penetration test/,
    after: async (page) => {
      await page.getByRole('row', { name: /asked for the document Penetration test/ }).first().press('Enter');
      await page.getByText('of the evidence tree').waitFor();
    },
  },
];

export async function play(page, { house, problems }) {
  await page.setViewportSize({ height: 860, width: 1280 });
  const listening = page.waitForResponse('**/v1/{events,live}');
  await page.goto('/audit');
  await listening;
  await page.getByRole('row').nth(3).waitFor();
  const first = await page.getByRole('row').nth(1).innerText();
  const control = (await house.call('GET', '/v1/controls?pageSize=1', { token: house.tokens.manage })).results.data[0];
  const note = (text) => house.call('PATCH', `/v1/controls/${control.id}`, { body: { note: text }, token: house.tokens.manage });
  await note(`Looked at ${Date.now()}`);
  const more = page.getByRole('button', { name: /new events?: show/ });
  await more.waitFor();
  if ((await page.getByRole('row').nth(1).innerText()) !== first) problems.push('the trail moved under its reader');
  await more.click();
  await page.getByRole('row', { name: new RegExp('edited the control') }).first().waitFor();
  await page.getByRole('row').nth(1).press('Enter');
  await page.getByText('What changed').first().waitFor();
  await page.getByRole('button', { name: 'Only what was done to it' }).first().click();
  await page.getByRole('button', { name: /^To .*take this filter away/ }).waitFor();
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  if ((await saved).suggestedFilename() !== 'audit-trail.ndjson') problems.push('the trail is saved under another name');
}

/** An auditor reads what lies in the window, is told of it, and sees nothing else. */
export async function roles({ house, open, problems }) {
  await house.user('auditor@example.com', 'auditor', 'a horse in the rain');
  const page = await open();
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Password', { exact: true }).fill('a horse in the rain');
  await page.getByRole('button', { exact: true, name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'Members' }).click();
  await page.getByRole('row', { name: /auditor@example.com/ }).press('Enter');
  await page.getByLabel('From').fill('2020-01-01');
  await page.getByLabel('To', { exact: true }).fill('2020-12-31');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  await page.context().close();
  const auditor = await open();
  await auditor.goto('/sign-in');
  await auditor.getByLabel('E-mail').fill('auditor@example.com');
  await auditor.getByLabel('Password', { exact: true }).fill('a horse in the rain');
  await auditor.getByRole('button', { exact: true, name: 'Sign in' }).click();
  await auditor.getByRole('link', { name: 'Audit trail' }).click();
  await auditor.getByText('the window of your audit').waitFor();
  await auditor.getByText('Nothing happened in this time').waitFor();
  if ((await auditor.getByRole('link', { name: 'Members' }).count()) > 0) problems.push('an auditor sees Members');
  await auditor.context().close();
}
