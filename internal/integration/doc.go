// SPDX-License-Identifier: Apache-2.0

// Package integration shows applications, and what they push, as the manage API has
// them (manage-api.md, /v1/integrations), and keeps what people say of a record.
//
// # Nouns
//
//	integration  an application that pushes
//	connection   where its records come from; of a private application there is one,
//	             with the application's id
//	kind         a definition, by its name within its application
//	resource     a record, by its public id
//	note         what somebody says of a record: in scope or not, a description, an
//	             owner. No push changes it, and a record that comes back has it again
//
// # Counters
//
// A note is a row of integration_record; most records have none. What is counted: the
// records of a definition are on its head, the notes of records that exist in
// integration_record_tally by facet. numInScope is the one less the other.
//
// # Following
//
// The service is a resource.View of definitions with notes, which learns that a record
// went away or came back. Everybody who writes notes of a definition holds its row in
// integration_definition first: on PostgreSQL a push and a person would otherwise each
// read the state that the other is about to leave.
package integration
