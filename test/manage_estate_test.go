// SPDX-License-Identifier: Apache-2.0

package test

import (
	"os"
	"strings"
)

// pushed makes what the example company has nothing of: records with whatever their base
// type knows, one that is gone, a push that was refused.
func (m *manageClient) pushed(app application) {
	m.t.Helper()
	build := m.server.token(m.t, app)
	put := func(status int, id, kind string, elements ...string) {
		m.t.Helper()
		if a := m.server.call(m.t, "PUT", "/v1/resources/"+kind, set(id, elements...), bearer(build), "Prefer: handling=strict"); a.status != status {
			m.t.Errorf("push %s: got %s, want %d", kind, brief(a), status)
		}
	}
	define := func(name, base string) string { return m.server.plainDefinition(m.t, app, name, base) }
	logins, macs, findings := define("Logins", "UserAccount"), define("Desks", "MacosUserComputer"), define("Findings", "PackageVulnerabilityConnectors")
	login := strings.Replace(janeDoe, `"updatedTimestamp":null`, `"groupIds":["g1"],"roleDescription":"Owner"`, 1)
	put(200, logins, "user_account", login, strings.Replace(login, "user_123", "user_gone", 1))
	put(200, macs, "macos_user_computer", someMac, strings.Replace(someMac, "mac-1", "mac-gone", 1))
	put(200, findings, "package_vulnerability_connectors", someFinding)
	m.scanned(app, build)
	things := define("Things", "CustomResource")
	put(200, things, "custom_resource", thing, strings.Replace(thing, "one", "gone", 1))
	for name, sent := range map[string][]string{"Things": {things, "custom_resource", thing}, "Logins": {logins, "user_account", login}, "Desks": {macs, "macos_user_computer", someMac}} {
		m.values["integrationId"], m.values["resourceKind"] = app.ID, name
		for _, r := range m.pages("GET "+resourcesRoute, "", 100) {
			m.know("resourceId", r, "resourceId")
			person := m.pages("GET /v1/people", "", 100)[0]
			m.know("personId", person, "id")
			m.call("PATCH "+resourcesRoute+"/{resourceId}", "", `{"description":"spare","ownerId":"{personId}"}`)
		}
		put(200, sent[0], sent[1], sent[2])
		if gone := object(m.call("GET "+resourcesRoute+"/{resourceId}", "", "")); gone["deletedDate"] == nil || gone["description"] != "spare" {
			m.t.Errorf("gone: got %v", gone)
		}
	}
	put(400, findings, "package_vulnerability_connectors", `{}`)
	m.provisioned()
}

// provisioned lets an identity provider make a person.
func (m *manageClient) provisioned() {
	m.t.Helper()
	var directory struct{ BaseURL, Token string }
	m.server.admin(m.t, &directory, "directory", "create", "--name", "Okta", "--provider", "okta")
	path := strings.TrimPrefix(directory.BaseURL, m.server.url) + "/Users"
	const user = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"scim@harbourline.example","active":true,
		"name":{"givenName":"Scim","familyName":"Person"},"emails":[{"value":"scim@harbourline.example","primary":true}]}`
	if a := m.server.call(m.t, "POST", path, user, bearer(directory.Token), "Content-Type: application/scim+json"); a.status != 201 {
		m.t.Errorf("provision: got %s", brief(a))
	}
}

const (
	thing   = `{"uniqueId":"one","displayName":"","externalUrl":"https://x.example"}` // shown by its uniqueId
	someMac = `{"uniqueId":"mac-1","displayName":"Mac 1","externalUrl":"https://x.example","collectedTimestamp":"2026-02-28T00:00:00Z","osName":"Sequoia",
		"osVersion":"15.3","hardwareUuid":"U-1","serialNumber":"S-1","applications":[],"browserExtensions":[],"drives":[{"name":"a","encrypted":true,"filevaultEnabled":false}],
		"users":[],"systemScreenlockPolicies":[],"isManaged":true,"autoUpdatesEnabled":true}`
	someFinding = `{"uniqueId":"v1","displayName":"CVE-2026-1 in openssl","externalUrl":"https://x.example/v1","packageName":"openssl","packageVersion":"3.0.1","severity":9.8,
		"vulnerableComponentUniqueId":"image-1","description":"Reads too far.","isResolvable":true,"remediationInstructions":"Update.","cveId":"CVE-2026-1","cvss3Score":9.1}`
	imageSchema = `{"properties":{"kind":{"type":"string"},"account":{"type":"string"},"bios":{"type":"string"},"digest":{"type":"string"},"pushed":{"type":"timestamp"},
		"tag":{"type":"string"},"many":{"elements":{"type":"string"}},"severity":{"type":"string"},"seen":{"type":"timestamp"}}}`
	someImage = `{"uniqueId":"image-1","displayName":"Image 1","externalUrl":"https://x.example","customProperties":{"kind":"CONTAINER_REPOSITORY_IMAGE","account":"acme",
		"bios":"B-1","digest":"sha256:1","pushed":"2026-02-01T00:00:00Z","tag":"v1","many":["a","b"],"severity":"HIGH","seen":"2026-02-02T00:00:00Z"}}`
	assetMapping = `{"as":"vulnerable-asset","fields":{"assetType":"kind","parentAccount":"account","biosUuid":"bios","imageDigest":"digest","imagePushedAt":"pushed",
		"imageScanTag":"tag","imageTags":"many","ipv4s":"many","ipv6s":"many","macAddresses":"many","hostnames":"many","fqdns":"many","operatingSystems":"many"}}`
	findingMapping = `{"as":"vulnerability","fields":{"severity":"severity","detected":"seen"}}`
)

// scanned shows custom resources as an image and as a finding.
func (m *manageClient) scanned(app application, build string) {
	m.t.Helper()
	schema := m.t.TempDir() + "/schema.json"
	if err := os.WriteFile(schema, []byte(imageSchema), 0o600); err != nil {
		m.t.Fatal(err)
	}
	for name, mapping := range map[string]string{"Images": assetMapping, "Image Findings": findingMapping} {
		id := m.server.plainDefinition(m.t, app, name, "CustomResource", "--schema", schema)
		for _, step := range [][2]string{{"/v1/mappings/" + id, mapping}, {"/v1/resources/custom_resource", set(id, someImage)}} {
			if a := m.server.call(m.t, "PUT", step[0], step[1], bearer(build)); a.status != 200 {
				m.t.Errorf("%s: got %s", step[0], brief(a))
			}
		}
	}
}
