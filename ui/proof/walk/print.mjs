// SPDX-License-Identifier: Apache-2.0

// On paper stand all rows of a table, not just those in sight.

export async function play(page, { house, problems }) {
  await page.setViewportSize({ height: 500, width: 1280 });
  await page.goto(`/tests/${house.tests[0].id}?tab=passing`);
  const rows = page.getByRole('grid').getByRole('row');
  await rows.nth(5).waitFor();
  const all = Number(await page.getByRole('grid').getAttribute('aria-rowcount'));
  if ((await rows.count()) >= all) problems.push('print: all rows are in sight, which proves nothing');
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  if ((await rows.count()) !== all) problems.push(`print: ${await rows.count()} of ${all} rows are on paper`);
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  if ((await rows.count()) >= all) problems.push('print: after it the table stays as long');
}
