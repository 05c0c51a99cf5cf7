// SPDX-License-Identifier: Apache-2.0

// Package scim lets identity providers provision people: a SCIM 2.0 service
// provider (RFC 7643, 7644, 9865) at /scim/v2/<directory>, and its set-up under
// /v1/directories (contract scim.md).
//
// # Nouns
//
//	directory  the connection to one identity provider: scim_directory
//	token      what the provider comes with; several at once, kept as SHA-256: scim_token
//	client     gets tokens of an hour by itself (RFC 6749 section 4.4), by a secret or
//	           by assertions that it signs (RFC 7523): scim_client, scim_secret,
//	           scim_assertion
//	resource   a user, a group, anything a schema describes: scim_resource
//	value      what is looked up before a create: scim_value
//	member     a row a membership: scim_member
//	learned    names that no schema declares and that traffic brought: scim_learned
//	mapping    which role a group gives, by priority: scim_mapping
//	step       a part of the set-up that real traffic has done: scim_step
//	warning    what an administrator should look at: scim_warning
//	request    what the provider sent and heard, redacted: scim_request
//	tolerance  what it sends that the RFCs refuse, counted: scim_tolerance, and a metric
//	link       a one-time URL for an administrator elsewhere: scim_link
//	day        how many requests came on it: scim_day
//
// # A request's way
//
//	api_scim ──▶ handle ──▶ engine ──▶ follow ──▶ answer
//	 HTTP,        path,      decode,    person,
//	 token,       steps,     patch,     account,
//	 gzip         log        rows       role, guard
//
// The engine knows no resource type: what it does follows from the schema
// (packages schema, filter and patch, which do no I/O). What users and groups
// bring about beyond SCIM stands in follow.go: a user becomes a person and an
// account with a role, a group becomes a group of people. All of it happens in the
// transaction that changes the resource, so no PATCH is ever half applied.
//
// # States of a directory
//
//	             first authorised request
//	validating ────────────────────────────▶ linked (Active) ◀──▶ unlinked
//	     │ dead token          ▲                                 switched off here
//	     ▼                     │
//	invalid_credentials ───────┘
//
// # Invariants
//
//   - What is unique is unique ignoring case, by the same folding that filters use.
//   - A request that changes nothing raises no version.
//   - Members are not in a group's document: changing one touches one row,
//     whatever the size of the group.
//   - A password is stored in no form, nowhere.
//   - A role never rises by a loss: a lost attribute falls to the mapping, then to
//     the default, but only to what may no more than the last role (ground.go); an
//     unknown value keeps the last valid role.
//   - The last Admin who can sign in stays, whatever the provider says (403).
//   - The request log is written in batches; what waits is lost in a crash. Of a
//     flood it tells a part, and how much it leaves out; scim_day counts all.
package scim
