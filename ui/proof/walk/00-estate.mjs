// SPDX-License-Identifier: Apache-2.0

// What all pages are walked on: two applications, records, tests of each status.

export const servers = Array.from({ length: 60 }, (_, i) => ({
  customProperties: { active: i % 9 !== 0, memory: i % 7 === 0 ? 4096 : 16384, owner: `team-${i % 4}` },
  displayName: `auth-prod-${i + 1}`,
  externalUrl: `https://inventory.example.com/srv_${i + 1}`,
  uniqueId: `srv_${String(i + 1).padStart(3, '0')}`,
}));

// Whatever is pushed is text on every page.
servers[7] = { ...servers[7], displayName: '<img src=x onerror=alert(1)>"\'', customProperties: { ...servers[7].customProperties, owner: '<script>alert(2)</script>' } };

const schema = { properties: { active: { type: 'boolean' }, memory: { type: 'int32' }, owner: { type: 'string' } } };

const rules = [
  ['Servers are active and have at least 8 GiB', { all: [{ field: 'active', op: 'equals', value: true }, { field: 'memory', op: 'gte', value: 8192 }] }],
  ['Servers belong to a team', { all: [{ field: 'owner', op: 'exists' }] }],
  ['Servers have at least 2 GiB', { all: [{ field: 'memory', op: 'gte', value: 2048 }] }],
  ['Servers of the platform team are active, wherever they stand and whatever they are for', { all: [{ field: 'active', op: 'equals', value: true }] }],
];

export async function fill(house) {
  const { app, token } = await house.token('Inventory', 'build');
  const manage = await house.token('Console', 'manage');
  const definition = await house.admin('resource', 'create', '--app', app.id, '--name', 'Internal Server', '--base', 'CustomResource', '--schema', await house.file('schema.json', schema));
  await house.call('PUT', '/v1/resources/custom_resource', { body: { resourceId: definition.resourceId, resources: servers }, token });
  house.tokens = { build: token, manage: manage.token };
  house.resource = definition.resourceId;
  house.tests = [];
  for (const [name, passWhen] of rules) {
    house.tests.push(
      await house.call('POST', '/v1/tests', {
        body: { application: 'Inventory', description: `${name}.`, name, passWhen, remediation: 'Resize the server, or take it out of the inventory.', resource: 'Internal Server' },
        token: manage.token,
      }),
    );
  }
}
