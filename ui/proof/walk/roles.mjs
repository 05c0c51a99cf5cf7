// SPDX-License-Identifier: Apache-2.0

// Each role sees in the navigation just what it has permissions for, and is
// offered only what it may do.

const people = [
  { changes: false, email: 'view@example.com', role: 'view-only-admin', sees: ['Home', 'My work', 'Tests', 'Documents', 'Policies', 'Members', 'Audit trail', 'Access', 'Access reviews', 'People', 'Computers', 'Vulnerabilities'] },
  { changes: false, email: 'employee@example.com', role: 'employee', sees: ['Home', 'My work', 'Policies'] },
];

/** Signs each in on a tab of its own. */
export async function roles({ house, open, problems }) {
  for (const { changes, email, role, sees } of people) {
    await house.user(email, role, 'a horse in the rain');
    const page = await open();
    await page.goto('/sign-in');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password', { exact: true }).fill('a horse in the rain');
    await page.getByRole('button', { exact: true, name: 'Sign in' }).click();
    const navigation = page.getByRole('navigation', { name: 'Main' });
    await navigation.getByRole('link', { name: 'Home' }).waitFor();
    const shown = await navigation.getByRole('link').allInnerTexts();
    for (const name of sees) if (!shown.includes(name)) problems.push(`${role} does not see ${name}, but ${shown}`);
    if (!sees.includes('Tests') && shown.includes('Tests')) problems.push(`${role} sees Tests`);
    await page.goto(`/tests/${house.tests[0].id}`);
    await page.getByRole('heading', { level: 1, name: sees.includes('Tests') ? 'Servers are active' : 'There is nothing here' }).waitFor();
    if ((await page.getByRole('button', { name: 'Re-run' }).count()) > 0 !== changes) problems.push(`${role}: Re-run is ${changes ? 'not ' : ''}offered`);
    if (sees.includes('People'))
      for (const [path, text] of [['/access', 'Grace'], ['/people', 'Person 1'], ['/vulnerabilities', 'CVE-2026-1000']]) {
        await page.goto(path);
        await page.getByText(text).first().waitFor();
        if ((await page.getByRole('checkbox').count()) > 0 || (await page.getByRole('button', { name: /^(Add|New)/ }).count()) > 0) problems.push(`${role}: changes are offered at ${path}`);
      }
    await page.context().close();
  }
}
