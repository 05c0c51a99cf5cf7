// SPDX-License-Identifier: Apache-2.0

// What is pushed from elsewhere is on a page that stands open, without a reload.

import { servers } from './00-estate.mjs';

export async function play(page, { house, problems }) {
  const push = (resources) => house.call('PUT', '/v1/resources/custom_resource', { body: { resourceId: house.resource, resources }, token: house.tokens.build });
  const mended = servers.map((one) => ({ ...one, customProperties: { ...one.customProperties, active: true, memory: 16384 } }));
  await page.setViewportSize({ height: 860, width: 1280 });
  const listening = page.waitForResponse('**/v1/live');
  await page.goto('/tests');
  await listening;
  const row = page.getByRole('row', { name: /Servers are active and have/ });
  await row.getByText('Failing', { exact: true }).waitFor();
  await page.evaluate(() => { globalThis.stands = true; });
  await push(mended);
  await row.getByText('Passing', { exact: true }).waitFor();
  await push(servers);
  await row.getByText('Failing', { exact: true }).waitFor();
  if (!(await page.evaluate(() => globalThis.stands))) problems.push('the page was loaded again to show a push');
}
