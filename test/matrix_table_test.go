// SPDX-License-Identifier: Apache-2.0

package test

// The matrix: what each route asks for and what each role gives. It is written
// from the contract (people-access-program.md section 1, integration-api.md
// sections 1 and 3, manage-api.md) and asks no line of the program.

// right is what a route asks of its caller.
type right string

const (
	anyone              right = "nothing"            // sign-in routes and those that take a client's own secret
	nobody              right = "no right"           // what nobody may do to what is somebody else's
	ownAccount          right = "own account"        // every signed-in user
	readApplications    right = "applications: read" // applications, definitions, syncs and records
	writeApplications   right = "applications: write"
	manageSecrets       right = "secrets: manage" // of applications
	readAudit           right = "audit: read"     // the audit trail
	readControls        right = "controls: read"  // controls and frameworks
	writeControls       right = "controls: write"
	listDocuments       right = "documents: list"
	readDocuments       right = "documents: read"
	uploadDocuments     right = "documents: upload"
	writeDocuments      right = "documents: write"
	readPeople          right = "people: read" // people and groups
	writePeople         right = "people: write"
	readPolicies        right = "policies: read"
	writePolicies       right = "policies: write"
	readResources       right = "resources: read" // what applications push
	writeResources      right = "resources: write"
	readSettings        right = "settings: read"        // how users get in
	manageNotifications right = "notifications: manage" // what the workspace is told, and where
	manageProvisioning  right = "provisioning: manage"  // directories
	manageSignIn        right = "settings: manage"
	readTests           right = "tests: read"
	writeTests          right = "tests: write"
	readUsers           right = "users: read" // users and roles
	manageUsers         right = "users: manage"
	manageWebhooks      right = "webhooks: manage"
	manageWorkspaces    right = "workspaces: manage"
)

// part is a role as the contract has it.
type part struct {
	name   string // as it is shown
	slug   string
	areas  string  // of a custom role: JSON
	gives  []right // beside the own account
	mayOwn bool    // objects may be theirs
}

// reads are all that looks and changes nothing.
func reads() []right {
	return append(accessReads(), listDocuments, readDocuments, readApplications, readAudit, readControls, readPeople, readPolicies, readResources, readSettings, readTests, readUsers)
}

// parts are the eight roles and custom ones.
func parts() []part {
	editor := append(append(reads(), accessWrites()...), uploadDocuments, writeDocuments, writeApplications, writeControls, writePeople, writePolicies, writeResources, writeTests)
	return []part{
		{name: "Admin", slug: "admin", mayOwn: true, gives: append(editor, manageNotifications, manageProvisioning, manageSecrets, manageSignIn, manageUsers, manageWebhooks, manageWorkspaces)},
		{name: "Editor", slug: "editor", mayOwn: true, gives: editor},
		{name: "Employee", slug: "employee"},
		{name: "View-only Admin", slug: "view-only-admin", mayOwn: true, gives: reads()},
		{name: "Collaborator", slug: "collaborator", mayOwn: true},
		{name: "Integrations Manager", slug: "integrations-manager", mayOwn: true, gives: []right{readApplications, readResources, writeApplications, writeResources}},
		{name: "Auditor", slug: "auditor"}, // with an audit's window, readAudit and readControls too
		{name: "Trust Collaborator", slug: "trust-collaborator"},
		{
			name: "Tester", slug: "tester", mayOwn: true, gives: []right{readApplications, readResources, readTests, writeTests, readControls, readPeople, readAudit},
			areas: `{"resources":"view","tests":"edit","controls":"view","people":"view","users":"none","audit-trail":"view"}`,
		},
		{
			name: "Steward", slug: "steward", mayOwn: true, gives: []right{readApplications, readResources, writeApplications, writeResources, readPeople, writePeople, readUsers, readSettings},
			areas: `{"resources":"edit","people":"edit","users":"view","settings":"view"}`,
		},
	}
}

// What tokens give, by the scopes that each type of application holds.
func buildGives() []right { return append(pushGives(), listDocuments, readDocuments, uploadDocuments) }

func pushGives() []right { return []right{readResources, writeResources} }

func manageGives() []right {
	return append(append(manageReadGives(), accessWrites()...), uploadDocuments, writeDocuments, writeApplications, writeControls, writePeople, writePolicies, writeTests)
}

func manageReadGives() []right {
	return append(accessReads(), listDocuments, readDocuments, readApplications, readAudit, readControls, readPeople, readPolicies, readTests, readUsers)
}

// errand is a route with a request that works for who may send it. A route may
// have several. In query and body {names} stand for values of the workspace.
type errand struct {
	route string // as documented: method and path
	need  right
	query string
	body  string
	kind  string // of the body; "" = JSON

	status  int   // for who may; 0 = any but 401, 403 and 5xx
	foreign int   // for who may, but in another workspace; 0 = 404 where the path names an object
	refusal int   // for users who may not; 0 = 403
	fresh   fresh // makes what a call that works uses up

	held   bool // the user in the path is one of the directory
	calm   bool // changes nothing, although it is no GET
	leaves bool // ends the session that it comes with: the walk does it last
	mine   bool // who may own gets through, and sees what is theirs
	owned  bool // who owns the test in the path gets through
	record bool // the resourceId in the path is a record's, not a definition's
	second bool // stands beside another errand of its route: for users only, and nothing rotten is sent
	public bool // answers to everybody what the workspace shows to everybody
}

const (
	newServer     = `{"uniqueId":"{slug}_new_{n}","displayName":"{slug} new","externalUrl":"https://x.example/n","customProperties":{"active":true,"memory":16384}}`
	testBody      = `{"slug":"{slug}-sized-{n}","name":"{slug} sized","description":"d","remediation":"r","application":"{application}","resource":"{definition}",` + sized + `}`
	pushBody      = `{"resourceId":"{resourceId}","resources":[{servers},` + newServer + `]}`
	exceptionBody = `{"test":"{testId}","condition":{"field":"memory","op":"lt","value":8192},"reason":"{slug} replaces them"}`
	pauseBody     = `{"deactivateReason":"{slug} wants to"}`

	controlBody = `{"externalId":"{slug}-control-{n}","name":"{slug} control","description":"d","effectiveDate":"2026-01-01T00:00:00Z","domain":"PRIVACY"}`
)

// errands are all that can be asked of the server.
func errands() (all []errand) {
	for _, some := range [][]errand{
		accessErrands(),
		accountErrands(),
		applicationErrands(),
		connectionErrands(),
		controlErrands(),
		documentErrands(),
		notificationErrands(),
		openErrands(),
		peopleErrands(),
		policyErrands(),
		provisioningErrands(),
		resourceErrands(),
		settingErrands(),
		slaErrands(),
		testErrands(),
		userErrands(),
		webhookErrands(),
	} {
		all = append(all, some...)
	}
	return all
}

// openErrands are for everybody; what is sent with them is wrong, so that
// nobody gets in.
func openErrands() []errand {
	return []errand{
		{route: "GET /v1/sign-in", query: "?workspace={slug}", need: anyone, status: 200, public: true},
		{route: "POST /v1/session", body: `{"workspace":"{slug}","email":"{slug}.resident@{slug}.example","password":"not the right one"}`, need: anyone, status: 401},
		{route: "POST /v1/session/second-factor", body: `{"ticket":"madeup","code":"123456"}`, need: anyone, status: 401},
		{route: "POST /v1/session/link", body: `{"token":"madeup"}`, need: anyone, status: 401},
		{route: "POST /v1/sign-in/links", body: `{"workspace":"{slug}","email":"{slug}.resident@{slug}.example"}`, need: anyone},
		{route: "POST /v1/password/reset-links", body: `{"workspace":"{slug}","email":"{slug}.resident@{slug}.example"}`, need: anyone},
		{route: "POST /v1/password/reset", body: `{"token":"madeup","password":"{password}"}`, need: anyone, status: 401},
		{route: "POST /v1/setup", body: `{"token":"madeup","email":"me@{slug}.example","password":"{password}"}`, need: anyone, status: 401},
		{route: "POST /v1/invitations/look", body: `{"token":"madeup"}`, need: anyone, status: 401},
		{route: "POST /v1/invitations/accept", body: `{"token":"madeup","password":"{password}"}`, need: anyone, status: 401},
		{route: "POST /v1/passkeys/sign-in", body: `{"ticket":"madeup","credential":{}}`, need: anyone},
		{route: "POST /v1/passkeys/sign-in/challenge", body: `{"workspace":"{slug}"}`, need: anyone},
		{route: "POST /oauth/token", body: `{"client_id":"{clientId}","client_secret":"vcs_no","grant_type":"client_credentials"}`, need: anyone, status: 401},
		{route: "POST /v1/oauth/token/suspend", body: `{"token":"{token}","client_id":"{clientId}","client_secret":"vcs_no"}`, need: anyone, status: 401},
	}
}

// accountErrands are every signed-in user's, and no application's.
func accountErrands() []errand {
	return []errand{
		{route: "GET /v1/session", need: ownAccount, status: 200},
		{route: "DELETE /v1/session", need: ownAccount, status: 204, leaves: true},
		{route: "POST /v1/session/proof", body: `{"password":"{password}"}`, need: ownAccount, status: 200},
		{route: "POST /v1/session/workspace", body: `{"workspace":"{elsewhereId}"}`, need: ownAccount, status: 403}, // no session of this browser sleeps there
		{route: "GET /v1/sessions", need: ownAccount, status: 200},
		{route: "GET /v1/sessions", query: "?userId={userId}", need: manageUsers, status: 200, foreign: 404, second: true},
		{route: "DELETE /v1/sessions", need: ownAccount, status: 204},
		{route: "DELETE /v1/sessions/{sessionId}", need: ownAccount, status: 204, fresh: ownSession},
		{route: "DELETE /v1/sessions/{sessionId}", need: manageUsers, status: 204, refusal: 404, second: true, fresh: othersSession},
		{route: "GET /v1/events", query: "?seconds=0", need: ownAccount, status: 200},
		{route: "GET /v1/home", need: ownAccount, status: 200},
		{route: "GET /v1/my-work", need: ownAccount, status: 200},
		{route: "GET /v1/workspaces", need: ownAccount, status: 200},

		{route: "GET /v1/account", need: ownAccount, status: 200},
		{route: "PUT /v1/account/password", body: `{"current":"{password}","password":"{password}"}`, need: ownAccount, status: 204},
		{route: "POST /v1/account/totp", need: ownAccount, status: 200},
		{route: "POST /v1/account/totp/confirm", body: `{"code":"12"}`, need: ownAccount, status: 400},
		{route: "DELETE /v1/account/totp", need: ownAccount, status: 204},
		{route: "POST /v1/account/recovery-codes", need: ownAccount, status: 409}, // they stand in for a device

		{route: "GET /v1/passkeys", need: ownAccount, status: 200},
		{route: "POST /v1/passkeys/challenge", need: ownAccount, status: 422},                                                        // takes HTTPS
		{route: "POST /v1/passkeys", body: `{"ticket":"madeup","name":"{slug} key","credential":{}}`, need: ownAccount, status: 422}, // as above, and an authenticator: package passkey's tests have one
		{route: "PATCH /v1/passkeys/{passkeyId}", body: `{"name":"{slug} key {n}"}`, need: ownAccount, status: 200, fresh: ownPasskey},
		{route: "PATCH /v1/passkeys/{passkeyId}", body: `{"name":"{slug} key {n}"}`, need: nobody, refusal: 404, second: true},
		{route: "DELETE /v1/passkeys/{passkeyId}", need: ownAccount, status: 204, fresh: ownPasskey},
		{route: "DELETE /v1/passkeys/{passkeyId}", need: nobody, refusal: 404, second: true},
	}
}

func userErrands() []errand {
	return []errand{
		{route: "GET /v1/users", need: readUsers, status: 200},
		{route: "GET /v1/users/{userId}", need: readUsers, status: 200},
		{route: "GET /v1/users/{userId}/credentials", need: manageUsers, status: 200},
		{route: "POST /v1/users", body: `{"email":"made{n}@{slug}.example","name":"{slug} made","role":"admin"}`, need: manageUsers, status: 201},
		{route: "PATCH /v1/users/{userId}", body: `{"role":"admin"}`, need: manageUsers, status: 200, fresh: freshUser},
		{route: "DELETE /v1/users/{userId}", need: manageUsers, status: 204, fresh: freshUser},
		{route: "POST /v1/users/{userId}/deactivate", need: manageUsers, status: 200, fresh: freshUser},
		{route: "POST /v1/users/{userId}/reactivate", need: manageUsers, status: 200, fresh: freshDeactivated},
		{route: "POST /v1/users/{userId}/invitation", need: manageUsers, status: 201, fresh: freshUser},
		{route: "DELETE /v1/users/{userId}/totp", need: manageUsers, status: 404, fresh: freshUser},
		{route: "GET /v1/roles", need: readUsers, status: 200},
		{route: "POST /v1/roles", body: `{"name":"{slug} role {n}","areas":{"tests":"edit"}}`, need: manageUsers, status: 201},
		{route: "PATCH /v1/roles/{roleId}", body: `{"areas":{"tests":"edit"}}`, need: manageUsers, status: 200, fresh: freshRole},
		{route: "DELETE /v1/roles/{roleId}", need: manageUsers, status: 204, fresh: freshRole},
		{route: "GET /v1/event-logs", need: readAudit, status: 200},
		{route: "GET /v1/event-logs/export", need: readAudit, status: 200},
		{route: "GET /v1/event-logs/{eventId}", need: readAudit, status: 200},
	}
}

func settingErrands() []errand {
	provider := `{"kind":"oidc","name":"{slug} provider {n}","oidc":{"issuer":"https://id.{slug}.example","clientId":"c"}}`
	return []errand{
		{route: "POST /v1/workspaces", body: `{"name":"{slug} annex {n}"}`, need: manageWorkspaces, status: 201},
		{route: "PATCH /v1/workspaces/{workspaceId}", body: `{"name":"{slug} {n}"}`, need: manageWorkspaces, status: 200},
		{route: "GET /v1/sign-in/settings", need: readSettings, status: 200},
		{route: "PATCH /v1/sign-in/settings", body: `{"session":{"idleMinutes":999}}`, need: manageSignIn, status: 200},
		{route: "GET /v1/sso/providers", need: readSettings, status: 200},
		{route: "POST /v1/sso/providers", body: provider, need: manageSignIn, status: 201},
		{route: "GET /v1/sso/providers/{providerId}", need: readSettings, status: 200},
		{route: "PATCH /v1/sso/providers/{providerId}", body: `{"createUsers":true}`, need: manageSignIn, status: 200, fresh: freshProvider},
		{route: "DELETE /v1/sso/providers/{providerId}", need: manageSignIn, status: 204, fresh: freshProvider},
		{route: "POST /v1/sso/providers/{providerId}/test", need: manageSignIn, status: 200, fresh: freshProvider},
		{route: "GET /v1/sso/providers/{providerId}/identities", need: readSettings, status: 200},
		{route: "DELETE /v1/sso/providers/{providerId}/identities/{userId}", need: manageSignIn, status: 204, fresh: freshIdentity},
	}
}

func peopleErrands() []errand {
	person := `{"emailAddress":"made{n}@{slug}.example","name":{"first":"{slug}","last":"made"}}`
	return []errand{
		{route: "GET /v1/people", need: readPeople, status: 200},
		{route: "GET /v1/people/export", need: readPeople, status: 200},
		{route: "GET /v1/people/{personId}", need: readPeople, status: 200},
		{route: "GET /v1/people/{personId}/offboarding", need: readPeople, status: 200},
		{route: "POST /v1/people", body: person, need: writePeople, status: 201},
		{route: "POST /v1/people/import", body: "email,first\nimported{n}@{slug}.example,{slug}\n", kind: "text/csv", need: writePeople, status: 200},
		{route: "PATCH /v1/people/{personId}", body: `{"name":{"last":"{slug} {n}"}}`, need: writePeople, status: 200},
		{route: "DELETE /v1/people/{personId}", need: writePeople, status: 204, fresh: freshPerson},
		{route: "POST /v1/people/{personId}/set-leave", body: `{"startDate":"2090-01-01T00:00:00Z"}`, need: writePeople, status: 200},
		{route: "POST /v1/people/{personId}/clear-leave", need: writePeople, status: 200},
		{route: "POST /v1/people/mark-as-not-people", body: `{"updates":[{"id":"{personId}","reason":"{slug} mailbox"}]}`, need: writePeople, status: 200, fresh: freshPerson},
		{route: "POST /v1/people/mark-as-people", body: `{"updates":[{"id":"{personId}"}]}`, need: writePeople, status: 200},
		{route: "POST /v1/people/offboard", body: `{"updates":[{"id":"{personId}","acknowledgerId":"{userId}"}]}`, need: writePeople, status: 200, fresh: freshPerson},
		{route: "GET /v1/groups", need: readPeople, status: 200},
		{route: "GET /v1/groups/{groupId}", need: readPeople, status: 200},
		{route: "GET /v1/groups/{groupId}/people", need: readPeople, status: 200},
		{route: "POST /v1/groups", body: `{"name":"{slug} group {n}"}`, need: writePeople, status: 201},
		{route: "PATCH /v1/groups/{groupId}", body: `{"name":"{slug} group {n}"}`, need: writePeople, status: 200},
		{route: "DELETE /v1/groups/{groupId}", need: writePeople, status: 204, fresh: freshGroup},
		{route: "POST /v1/groups/{groupId}/people", body: `{"id":"{personId}"}`, need: writePeople, status: 200, fresh: freshPerson},
		{route: "POST /v1/groups/{groupId}/add-people", body: `{"updates":[{"id":"{personId}"}]}`, need: writePeople, status: 200, fresh: freshPerson},
		{route: "POST /v1/groups/{groupId}/remove-people", body: `{"updates":[{"id":"{personId}"}]}`, need: writePeople, status: 200, fresh: freshMember},
		{route: "DELETE /v1/groups/{groupId}/people/{personId}", need: writePeople, status: 200, fresh: freshMember},
	}
}

func resourceErrands() []errand {
	return []errand{
		{route: "GET /v1/resources/{type}", query: "?resourceId={resourceId}", need: readResources, status: 200, foreign: 404},
		{route: "GET /v1/resources/{type}/list_all", query: "?resourceId={resourceId}", need: readResources, status: 200, foreign: 404},
		{route: "GET /v1/resources/syncs/{syncId}/rejections", need: readResources, status: 200},
		{route: "PUT /v1/resources/{type}", body: pushBody, need: writeResources, status: 200, foreign: 404},
		{route: "PUT /v1/resources/{type}/sync_all", body: pushBody, need: writeResources, status: 200, foreign: 404},
	}
}

func slaErrands() []errand {
	return []errand{
		{route: "GET /v1/weak-evidence", need: readTests, status: 200},
		{route: "GET /v1/exceptions", need: readTests, status: 200, mine: true},
		{route: "POST /v1/exceptions", body: exceptionBody, need: writeTests, status: 201, foreign: 400, fresh: freshTest},
		{route: "GET /v1/exceptions/{exceptionId}", need: readTests, status: 200, owned: true, fresh: freshExemption},
		{route: "PUT /v1/exceptions/{exceptionId}/file", query: "?name={slug}.txt", body: "{slug} file", kind: "application/octet-stream", need: writeTests, status: 200, owned: true, fresh: freshExemption},
		{route: "GET /v1/exceptions/{exceptionId}/file", need: readTests, status: 200, owned: true, fresh: freshAttached},
		{route: "POST /v1/exceptions/{exceptionId}/end", need: writeTests, status: 200, owned: true, fresh: freshExemption},
		{route: "POST /v1/exceptions/{exceptionId}/approve", body: `{"comment":"{slug} agrees"}`, need: writeTests, status: 200, fresh: freshRequest},
		{route: "POST /v1/exceptions/{exceptionId}/decline", body: `{"comment":"{slug} does not"}`, need: writeTests, status: 200, fresh: freshRequest},
		{route: "GET /v1/exception-settings", need: readTests, status: 200},
		{route: "PATCH /v1/exception-settings", body: `{"approval":"none"}`, need: writeTests, status: 200},
		{route: "GET /v1/remediations", need: readTests, status: 200, mine: true},
		{route: "GET /v1/remediations/{remediationId}", need: readTests, status: 200, owned: true, fresh: freshRemediation},
		{route: "POST /v1/remediations/{remediationId}/acknowledge", body: `{"comment":"{slug} knows"}`, need: writeTests, status: 422, owned: true, fresh: freshRemediation}, // nothing is late yet
		{route: "GET /v1/slas", need: readTests, status: 200},
		{route: "POST /v1/slas", body: `{"name":"{slug} SLA {n}","deadline":{"businessDays":3}}`, need: writeTests, status: 201},
		{route: "GET /v1/slas/{slaId}", need: readTests, status: 200},
		{route: "PATCH /v1/slas/{slaId}", body: `{"deadline":{"days":9}}`, need: writeTests, status: 200},
		{route: "DELETE /v1/slas/{slaId}", need: writeTests, status: 204, fresh: freshSLA},
		{route: "GET /v1/sla-settings", need: readTests, status: 200},
		{route: "PATCH /v1/sla-settings", body: `{"dueSoonHours":48}`, need: writeTests, status: 200},
	}
}

func testErrands() []errand {
	return []errand{
		{route: "GET /v1/tests", need: readTests, status: 200, mine: true},
		{route: "POST /v1/tests", body: testBody, need: writeTests, status: 201, foreign: 400},
		{route: "POST /v1/tests/preview", body: testBody, need: readTests, status: 200, foreign: 400, calm: true},
		{route: "GET /v1/tests/history", need: readTests, status: 200},
		{route: "GET /v1/tests/{testId}/history", need: readTests, status: 200, owned: true},
		{route: "GET /v1/tests/{testId}", need: readTests, status: 200, owned: true},
		{route: "PATCH /v1/tests/{testId}", body: `{"sla":"{slaId}","category":"IT"}`, need: writeTests, status: 200, owned: true, fresh: freshTest},
		{route: "GET /v1/tests/{testId}/subscribers", need: readTests, status: 200, owned: true},
		{route: "PUT /v1/tests/{testId}/subscribers/{subscriberId}", need: writeTests, status: 200, owned: true, fresh: freshTest},
		{route: "DELETE /v1/tests/{testId}/subscribers/{subscriberId}", need: writeTests, status: 204, owned: true, fresh: freshSubscribed},
		{route: "GET /v1/tests/{testId}/versions", need: readTests, status: 200, owned: true},
		{route: "POST /v1/tests/{testId}/versions", body: `{` + sized + `}`, need: writeTests, status: 201, owned: true, fresh: freshTest},
		{route: "POST /v1/tests/{testId}/copy", body: `{"slug":"{slug}-copy-{n}"}`, need: writeTests, status: 201}, // makes another one: not work on this
		{route: "POST /v1/tests/{testId}/set-owner", body: `{"userId":"{founderId}"}`, need: writeTests, status: 200, fresh: freshTest},
		{route: "POST /v1/tests/{testId}/deactivate", body: pauseBody, need: writeTests, status: 200, owned: true, fresh: freshTest},
		{route: "POST /v1/tests/{testId}/reactivate", need: writeTests, status: 200, owned: true, fresh: freshTest},
		{route: "POST /v1/tests/{testId}/run", need: writeTests, status: 200, owned: true},
		{route: "GET /v1/tests/{testId}/entities", need: readTests, status: 200, owned: true},
		{route: "GET /v1/tests/{testId}/entities/{entityId}/explain", need: readTests, status: 200, owned: true},
		{route: "POST /v1/tests/{testId}/entities/{entityId}/deactivate", body: pauseBody, need: writeTests, status: 202, owned: true, fresh: freshTest},
		{route: "POST /v1/tests/{testId}/entities/{entityId}/reactivate", need: writeTests, status: 202, owned: true, fresh: freshException},
	}
}

func controlErrands() []errand {
	const requirement = "/v1/frameworks/{frameworkId}/requirements/{requirementId}"
	framework := `{"slug":"{slug}-made-{n}","name":"{slug} framework","categories":[{"ref":"A","name":"{slug} a","requirements":[{"ref":"R-1","name":"{slug} r"}]}]}`
	return []errand{
		{route: "GET /v1/controls", need: readControls, status: 200},
		{route: "POST /v1/controls", body: controlBody, need: writeControls, status: 201, foreign: 201},
		{route: "GET /v1/controls/controls-library", need: readControls, status: 200, public: true},
		{route: "POST /v1/controls/add-from-library", body: `{"controlId":"access-reviews"}`, need: writeControls, status: 200, foreign: 200},
		{route: "GET /v1/controls/{controlId}", need: readControls, status: 200},
		{route: "PATCH /v1/controls/{controlId}", body: `{"note":"{slug} note {n}"}`, need: writeControls, status: 200, fresh: freshControl},
		{route: "DELETE /v1/controls/{controlId}", need: writeControls, status: 204, fresh: freshControl},
		{route: "GET /v1/controls/{controlId}/export", need: readControls, status: 200},
		{route: "POST /v1/controls/{controlId}/set-owner", body: `{"userId":"{founderId}"}`, need: writeControls, status: 200, fresh: freshControl},
		{route: "POST /v1/controls/{controlId}/add-test-to-control", body: `{"testId":"{testId}"}`, need: writeControls, status: 200, fresh: freshControl},
		{route: "GET /v1/controls/{controlId}/tests", need: readTests, status: 200},
		{route: "DELETE /v1/controls/{controlId}/tests/{testId}", need: writeControls, status: 204, fresh: freshMapping},
		{route: "POST /v1/controls/{controlId}/add-document-to-control", body: `{"documentId":"{documentId}"}`, need: writeControls, status: 200, fresh: freshControl},
		{route: "GET /v1/controls/{controlId}/documents", need: readDocuments, status: 200},
		{route: "DELETE /v1/controls/{controlId}/documents/{documentId}", need: writeControls, status: 204, fresh: freshDocumented},

		{route: "GET /v1/frameworks", need: readControls, status: 200},
		{route: "POST /v1/frameworks", body: framework, need: writeControls, status: 201, foreign: 201},
		{route: "GET /v1/frameworks/library", need: readControls, status: 200, public: true},
		{route: "POST /v1/frameworks/add-from-library", body: `{"frameworkId":"soc2"}`, need: writeControls, status: 200, foreign: 200},
		{route: "GET /v1/frameworks/{frameworkId}", need: readControls, status: 200},
		{route: "PUT /v1/frameworks/{frameworkId}", body: `{"name":"{slug} other {n}","categories":[]}`, need: writeControls, status: 200, fresh: freshFramework},
		{route: "DELETE /v1/frameworks/{frameworkId}", need: writeControls, status: 204, fresh: freshFramework},
		{route: "GET /v1/frameworks/{frameworkId}/controls", need: readControls, status: 200},
		{route: "GET /v1/frameworks/{frameworkId}/export", need: readControls, status: 200},
		{route: "GET /v1/frameworks/{frameworkId}/gaps", need: readControls, status: 200},
		{route: "GET /v1/frameworks/{frameworkId}/scope", need: readControls, status: 200},
		{route: "PUT /v1/frameworks/{frameworkId}/scope", body: `{"scope":"{scopeId}"}`, need: writeControls, status: 200, fresh: freshFramework},
		{route: "GET " + requirement, need: readControls, status: 200},
		{route: "POST " + requirement + "/controls", body: `{"controlId":"{controlId}"}`, need: writeControls, status: 200, fresh: freshControl},
		{route: "DELETE " + requirement + "/controls/{controlId}", need: writeControls, status: 204, fresh: freshMapping},
		{route: "GET " + requirement + "/failures", need: readTests, status: 200},

		{route: "GET /v1/scopes", need: readControls, status: 200},
		{route: "POST /v1/scopes", body: scopeBody, need: writeControls, status: 201, foreign: 400},
		{route: "GET /v1/scopes/{scopeId}", need: readControls, status: 200},
		{route: "PUT /v1/scopes/{scopeId}", body: `{"name":"{slug} part","others":"out"}`, need: writeControls, status: 200, fresh: freshScope},
		{route: "DELETE /v1/scopes/{scopeId}", need: writeControls, status: 204, fresh: freshScope},
		{route: "GET /v1/scopes/{scopeId}/tests", need: readTests, status: 200},

		{route: "GET /v1/tests/{testId}/requirements", need: readTests, status: 200, owned: true},
		{route: "GET /v1/entities/{entityId}/requirements", need: readTests, status: 200},
	}
}
