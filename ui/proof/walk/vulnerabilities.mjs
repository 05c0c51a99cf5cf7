// SPDX-License-Identifier: Apache-2.0

// Findings, what they are on, and what became of them.

export const empty = [
  { name: 'vulnerabilities-empty', path: '/vulnerabilities', see: 'No vulnerabilities' },
  { name: 'assets-empty', path: '/vulnerabilities?tab=assets', see: 'No assets yet' },
  { name: 'remediations-empty', path: '/vulnerabilities?tab=remediations', see: 'Nothing is gone yet' },
];

const finding = (i) => ({
  cveId: `CVE-2026-${1000 + i}`,
  description: 'Reads past the end of what it was given',
  displayName: `CVE-2026-${1000 + i}`,
  externalUrl: `https://scanner.example.com/${i}`,
  isResolvable: i % 3 !== 0,
  packageName: i % 2 ? 'openssl' : 'zlib',
  packageVersion: '1.0.0',
  remediationInstructions: 'Update it.',
  severity: [9.8, 7.5, 5.1, 2][i % 4],
  uniqueId: `f_${i}`,
  vulnerableComponentUniqueId: `host_${i % 5}`,
});

export async function fill(house) {
  const { app, token } = await house.token('Scanner', 'build');
  const make = async (name, base) => (await house.admin('resource', 'create', '--app', app.id, '--name', name, '--base', base)).resourceId;
  const hosts = await make('Hosts', 'VulnerableComponent');
  const findings = await make('Host Findings', 'PackageVulnerabilityConnectors');
  const push = (type, resourceId, resources) => house.call('PUT', `/v1/resources/${type}`, { body: { resourceId, resources }, token });
  await push('vulnerable_component', hosts, Array.from({ length: 5 }, (_, i) => ({ collectedTimestamp: '2026-11-01T00:00:00Z', description: 'A host', displayName: `host-${i}`, externalUrl: `https://scanner.example.com/hosts/${i}`, name: `host-${i}`, targetType: 'SERVER', uniqueId: `host_${i}` })));
  const all = Array.from({ length: 24 }, (_, i) => finding(i));
  await push('package_vulnerability_connectors', findings, all);
  await push('package_vulnerability_connectors', findings, all.slice(0, 20));
}

export const full = [
  { name: 'vulnerabilities', path: '/vulnerabilities', see: 'CVE-2026-1000' },
  { name: 'vulnerabilities-none', path: '/vulnerabilities?due=late', see: 'No vulnerability fits these filters' },
  { name: 'assets', path: '/vulnerabilities?tab=assets', see: 'host-3' },
  { name: 'remediations', path: '/vulnerabilities?tab=remediations', see: 'CVE-2026-1020' },
  {
    name: 'vulnerability',
    path: '/vulnerabilities?q=CVE-2026-1004',
    see: 'CVE-2026-1004',
    after: async (page) => {
      await page.getByRole('row', { name: /CVE-2026-1004/ }).click();
      await page.getByText('Also on it:').waitFor();
    },
  },
  {
    name: 'asset',
    path: '/vulnerabilities?tab=assets',
    see: 'host-3',
    after: async (page) => {
      await page.getByRole('row', { name: /host-3/ }).click();
      await page.getByText('CVE-2026-1003').waitFor();
    },
  },
  {
    name: 'vulnerability-off',
    path: '/vulnerabilities?q=CVE-2026-1004',
    see: 'CVE-2026-1004',
    after: async (page) => {
      await page.getByRole('row', { name: /CVE-2026-1004/ }).click();
      await page.getByRole('button', { exact: true, name: 'Deactivate' }).click();
      await page.getByRole('dialog', { name: 'Deactivate' }).getByRole('button', { name: 'Deactivate' }).click();
      await page.getByText('Say why: auditors read it.').waitFor();
    },
  },
];

/** Deactivates one, finds it under its state, and takes it back; a number narrows to what it counts. */
export async function play(page, { problems }) {
  await page.setViewportSize({ height: 860, width: 1280 });
  await page.goto('/vulnerabilities?q=CVE-2026-1004');
  await page.getByRole('row', { name: /CVE-2026-1004/ }).press('Enter');
  await page.getByRole('button', { exact: true, name: 'Deactivate' }).click();
  const dialog = page.getByRole('dialog', { name: 'Deactivate' });
  await dialog.getByLabel('Reason').fill('Not reachable from outside.');
  await dialog.getByLabel('Until').fill('2099-01-01');
  await dialog.getByRole('button', { name: 'Deactivate' }).click();
  await page.getByText('Not reachable from outside.').waitFor();
  await page.goto('/vulnerabilities');
  await page.getByRole('button', { name: /^Deactivated 1/ }).click();
  await page.waitForURL(/state=off/);
  await page.getByRole('row', { name: /CVE-2026-1004/ }).focus();
  await page.keyboard.press('x');
  await page.getByRole('region', { name: '1 vulnerability chosen' }).getByRole('button', { name: 'Reactivate' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Reactivate' }).click();
  await page.getByText('No vulnerability fits these filters').waitFor();
  await page.goto('/vulnerabilities');
  await page.getByRole('button', { name: /^Critical/ }).click();
  await page.waitForURL(/severity=CRITICAL/);
  await page.getByRole('row', { name: /CVE-2026-1001/ }).waitFor({ state: 'detached' });
  const rows = (await page.getByRole('row').count()) - 1;
  if (rows !== 5) problems.push(`5 findings are critical, but ${rows} are listed`);
}
