// SPDX-License-Identifier: Apache-2.0

// Identity providers as they come by SCIM: the requests that each is documented to
// send, by plain HTTP.

const userURN = 'urn:ietf:params:scim:schemas:core:2.0:User';
const groupURN = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const patchURN = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const enterpriseURN = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

class Client {
  constructor(base, token, agent) {
    Object.assign(this, { agent, base, token });
  }

  /** Sends a request; answers status and body. */
  async send(method, path, body) {
    const headers = { 'Accept': 'application/scim+json', 'Authorization': `Bearer ${this.token}`, 'Content-Type': 'application/scim+json; charset=utf-8', 'User-Agent': this.agent };
    const response = await fetch(this.base + path, { body: body && JSON.stringify(body), headers, method });
    const text = await response.text();
    return { body: text === '' ? undefined : JSON.parse(text), status: response.status };
  }

  /** Sends a request that must succeed, and answers its body. */
  async must(method, path, body) {
    const answer = await this.send(method, path, body);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Looks for one by a filter; undefined for none. */
  async find(kind, filter, more = '') {
    const { Resources } = await this.must('GET', `/${kind}?filter=${encodeURIComponent(filter)}${more}`);
    return Resources[0];
  }
}

/** Okta's template "SCIM 2.0 Test App (OAuth Bearer Token)". */
export class Okta extends Client {
  constructor(base, token) {
    super(base, token, 'Okta SCIM Client 1.0.0');
  }

  /** Test API Credentials. */
  async test() {
    const { status } = await this.send('GET', '/Users?startIndex=1&count=2');
    if (status < 400) await this.must('GET', '/Groups?startIndex=1&count=100');
    return status;
  }

  /** Assigns somebody, with the attributes of the Profile Editor. */
  async assign(given, family, more = {}) {
    const userName = `${given}@example.com`.toLowerCase();
    const found = await this.find('Users', `userName eq "${userName}"`, '&startIndex=1&count=100');
    if (found) return this.must('PUT', `/Users/${found.id}`, { ...found, ...more, active: true });
    return this.must('POST', '/Users', {
      active: true, displayName: `${given} ${family}`, emails: [{ primary: true, type: 'work', value: userName }], externalId: `00u${given}`, groups: [], locale: 'en-US',
      name: { familyName: family, givenName: given }, password: 'kEp7!never-kept', schemas: [userURN], userName, ...more,
    });
  }

  /** A changed profile: what is there, read, changed and sent back whole. */
  async change(id, more) {
    return this.must('PUT', `/Users/${id}`, { ...(await this.must('GET', `/Users/${id}`)), ...more });
  }

  /** Unassigns somebody; answers the whole answer, as it may be refused. */
  unassign(id) {
    return this.send('PATCH', `/Users/${id}`, { Operations: [{ op: 'replace', value: { active: false } }], schemas: [patchURN] });
  }

  /** Pushes a group: made empty, then filled. */
  async push(displayName, members) {
    const group = (await this.find('Groups', `displayName eq "${displayName}"`, '&startIndex=1&count=100')) ?? (await this.must('POST', '/Groups', { displayName, members: [], schemas: [groupURN] }));
    await this.must('PATCH', `/Groups/${group.id}`, {
      Operations: [
        { op: 'replace', value: { displayName, id: group.id } },
        { op: 'add', path: 'members', value: members.map((one) => ({ display: one.userName, value: one.id })) },
      ],
      schemas: [patchURN],
    });
    return group;
  }
}

/** Entra ID, with the flag in its tenant URL. */
export class Entra extends Client {
  constructor(tenant, token) {
    super(tenant.replace('/?aadOptscim062020', ''), token, 'Microsoft.Azure.SyncFabric.Provisioning');
  }

  /** Test Connection: a look for nobody. */
  async test() {
    return (await this.send('GET', `/Users?filter=${encodeURIComponent('userName eq "6f0b2c1e-94f1-4c0e-8f54-2f3ba7d3a111"')}&aadOptscim062020`)).status;
  }

  /** One user of a cycle. */
  async provision(given, family, role) {
    const userName = `${given}@example.com`.toLowerCase();
    if (await this.find('Users', `userName eq "${userName}"`)) return undefined;
    const made = await this.must('POST', '/Users', {
      active: true, displayName: `${given} ${family}`, emails: [{ primary: true, type: 'work', value: userName }], externalId: `oid-${given}`, meta: { resourceType: 'User' },
      name: { familyName: family, formatted: `${given} ${family}`, givenName: given }, phoneNumbers: null, roles: [], schemas: [userURN, enterpriseURN], title: 'Engineer', userName,
    });
    if (role) await this.must('PATCH', `/Users/${made.id}`, { Operations: [{ op: 'Add', path: 'roles[primary eq "True"].value', value: role }], schemas: [patchURN] });
    return made;
  }

  /** A group of a cycle, and its members in a request of their own. */
  async group(displayName, members) {
    if (await this.find('Groups', `displayName eq "${displayName}"`, '&excludedAttributes=members')) return;
    const made = await this.must('POST', '/Groups', { displayName, externalId: `oid-${displayName}`, meta: { resourceType: 'Group' }, schemas: [groupURN] });
    await this.must('PATCH', `/Groups/${made.id}`, { Operations: [{ op: 'Add', path: 'members', value: members.map(({ id }) => ({ value: id })) }], schemas: [patchURN] });
  }

  /** Takes somebody out of scope: a soft delete, with the text that Entra sends. */
  leave(id) {
    return this.send('PATCH', `/Users/${id}`, { Operations: [{ op: 'Replace', path: 'active', value: 'False' }], schemas: [patchURN] });
  }
}
