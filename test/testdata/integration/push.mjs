// SPDX-License-Identifier: Apache-2.0

// What a shipped integration does: token, sync_all, list_all. Node 20, no packages.
import assert from "node:assert/strict";

const { MUSTER_URL, CLIENT_ID, CLIENT_SECRET, RESOURCE_ID, ROUNDS = "1" } = process.env;
let waited = 0;

// One request; 429 is asked again after Retry-After.
async function call(method, path, { body, token } = {}) {
  const headers = { Accept: "application/json", "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  for (;;) {
    const answer = await fetch(MUSTER_URL + path, { method, headers, body: body && JSON.stringify(body) });
    const content = await answer.json();
    if (answer.status !== 429) return { status: answer.status, headers: answer.headers, content };
    assert.equal(typeof content.error, "string");
    assert.equal(typeof content.message, "string");
    for (const name of ["Retry-After", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"]) {
      assert.match(answer.headers.get(name), /^\d+$/, name);
    }
    waited += 1;
    await new Promise((resolve) => setTimeout(resolve, 1000 * Number(answer.headers.get("Retry-After"))));
  }
}

const account = (name) => ({
  displayName: name, uniqueId: name, externalUrl: `https://id.example.com/${name}`, fullName: name,
  accountName: name, email: `${name}@example.com`, permissionLevel: "BASE",
  createdTimestamp: "2025-01-15T09:00:00Z", status: "ACTIVE", mfaEnabled: null, mfaMethods: [], authMethod: "SSO",
});

const minted = await call("POST", "/oauth/token", {
  body: {
    client_id: CLIENT_ID, client_secret: CLIENT_SECRET, grant_type: "client_credentials",
    scope: "connectors.self:write-resource connectors.self:read-resource",
  },
});
assert.equal(minted.status, 200);
assert.deepEqual(Object.keys(minted.content).sort(), ["access_token", "expires_in", "token_type"]);
assert.equal(minted.content.expires_in, 3600);
assert.equal(minted.content.token_type, "Bearer");
assert.match(minted.content.access_token, /^vat_[0-9a-f]{6}_[0-9A-Za-z]{32}$/);
assert.equal(minted.headers.get("cache-control"), "no-store");
const token = minted.content.access_token;

const resources = [account("ada"), account("grace")];
for (let i = 0; i < Number(ROUNDS); i++) {
  const put = await call("PUT", "/v1/resources/UserAccount/sync_all", { token, body: { resourceId: RESOURCE_ID, resources } });
  assert.equal(put.status, 200);
  assert.deepEqual(put.content, { success: true });
}

const list = await call("GET", `/v1/resources/UserAccount/list_all?resourceId=${RESOURCE_ID}`, { token });
assert.equal(list.status, 200);
assert.deepEqual(Object.keys(list.content), ["resources"]);
const read = list.content.resources.toSorted((a, b) => (a.uniqueId < b.uniqueId ? -1 : 1));
assert.equal(read.length, resources.length);
read.forEach(({ createdAt, updatedAt, ...record }, i) => {
  assert.match(createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.match(updatedAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual(record, resources[i]);
});

const { fullName, ...bad } = account("eve");
const refused = await call("PUT", "/v1/resources/UserAccount/sync_all", { token, body: { resourceId: RESOURCE_ID, resources: [bad] } });
assert.equal(refused.status, 400);
assert.equal(refused.content.error, "/0: must have property 'fullName'");
assert.equal(refused.content.message, refused.content.error);
console.log(JSON.stringify({ waited }));
