// SPDX-License-Identifier: Apache-2.0

// What waits for oneself, by urgency.

export const empty = [{ name: 'my-work-empty', path: '/my-work', see: 'Nothing waits for you' }];

export async function fill(house) {
  const token = house.tokens.manage;
  await house.call('POST', `/v1/tests/${house.tests[0].id}/set-owner`, { body: { userId: 'ada@example.com' }, token });
}

export const full = [{ name: 'my-work', path: '/my-work', see: 'wait for you' }];

/** Each leads to where it is done. */
export async function play(page) {
  await page.setViewportSize({ height: 860, width: 1280 });
  await page.goto('/my-work');
  await page.getByRole('region', { name: 'Overdue' }).getByRole('link', { name: /Cyber insurance/ }).click();
  await page.getByRole('heading', { level: 1, name: 'Cyber insurance' }).waitFor();
}
