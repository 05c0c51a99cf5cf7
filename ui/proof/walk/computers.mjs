// SPDX-License-Identifier: Apache-2.0

// Computers and their checks.

export const empty = [{ name: 'computers-empty', path: '/computers', see: 'No computers yet' }];

export async function fill(house) {
  const { app, token } = await house.token('Device Management', 'build');
  const schema = { properties: { distro: { type: 'string' }, holder: { type: 'string' }, lock: { type: 'int32' }, luks: { type: 'boolean' }, seen: { type: 'timestamp' }, serial: { type: 'string' } } };
  const { resourceId } = await house.admin('resource', 'create', '--app', app.id, '--name', 'Linux Laptops', '--base', 'CustomResource', '--schema', await house.file('laptops.json', schema));
  const now = Date.now();
  const resources = Array.from({ length: 30 }, (_, i) => ({
    customProperties: { distro: '24.04', holder: i < 25 ? `person${i === 2 ? 1 : i + 1}@example.com` : 'nobody@example.com', lock: i % 6 === 0 ? 60 : 10, luks: i % 8 !== 0, seen: new Date(now - (i % 10 === 9 ? 30 : 0.1) * 86_400_000).toISOString(), serial: `SN-${1000 + i}` },
    displayName: `laptop-${i + 1}`,
    externalUrl: `https://devices.example.com/${i + 1}`,
    uniqueId: `pc_${i + 1}`,
  }));
  await house.call('PUT', '/v1/resources/custom_resource', { body: { resourceId, resources }, token });
  await house.call('PUT', `/v1/mappings/${resourceId}`, {
    body: {
      as: 'computer',
      conditions: { diskEncryption: { field: 'luks', op: 'equals', value: true }, screenlock: { field: 'lock', op: 'lte', value: 15 } },
      fields: { lastCheck: 'seen', osVersion: 'distro', owner: 'holder', serialNumber: 'serial' },
      values: { operatingSystem: 'linux' },
    },
    token,
  });
}

export const full = [
  { name: 'computers', path: '/computers', see: 'SN-1000' },
  { name: 'computers-silent', path: '/computers?check=LAST_CHECK_OVER_14_DAYS', see: 'SN-1009' },
  { name: 'computers-none', path: '/computers?check=PWM_NOT_INSTALLED', see: 'No computer fits these filters' },
  {
    name: 'computer',
    path: '/computers',
    see: 'SN-1000',
    after: async (page) => {
      await page.getByRole('row', { name: /SN-1000/ }).click();
      await page.getByText('A drive is not encrypted.').waitFor();
    },
  },
];

/** A number narrows the list to what it counts; the owner of a computer is one step away. */
export async function play(page, { problems }) {
  await page.setViewportSize({ height: 860, width: 1280 });
  await page.goto('/computers');
  const figure = page.getByRole('button', { name: /Not encrypted/ }).first();
  const counted = Number(/\d+/.exec((await figure.innerText()).split('\n')[1])?.[0]);
  await figure.click();
  await page.waitForURL(/check=HD_NOT_ENCRYPTED/);
  await page.getByRole('row', { name: /SN-1001/ }).waitFor({ state: 'detached' });
  const rows = (await page.getByRole('row').count()) - 1;
  if (rows !== counted) problems.push(`${counted} computers are not encrypted, but ${rows} are listed`);
  await page.getByRole('row', { name: /SN-1000/ }).press('Enter');
  await page.getByRole('link', { name: 'Person 1' }).click();
  await page.getByRole('heading', { name: 'Person 1' }).waitFor();
  await page.getByText('SN-1000').waitFor();
}
