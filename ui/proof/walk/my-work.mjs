// SPDX-License-Identifier: Apache-2.0

// What waits for oneself, by urgency.

export const empty = [{ name: 'my-work-empty', path: '/my-work', see: 'Nothing waits for you' }];

export const full = [{ name: 'my-work', path: '/my-work', see: 'wait for you' }];

/** Each leads to where it is done. */
export async function play(page) {
  await page.setViewportSize({ height: 860, width: 1280 });
  await page.goto('/my-work');
  await page.getByRole('region', { name: 'Overdue' }).getByRole('link', { name: /Cyber insurance/ }).click();
  await page.getByRole('heading', { level: 1, name: 'Cyber insurance' }).waitFor();
}
