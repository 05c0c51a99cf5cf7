// SPDX-License-Identifier: Apache-2.0

// Package access knows who may do what: the roles, the users of a workspace
// with the one role that each holds, and the guard that keeps a workspace from
// losing its last Admin (contract people-access-program.md section 1). How users
// prove who they are is package signin's; it answers through Entrance.
//
// # Nouns
//
//	access_user   one person's membership of one workspace, with one role
//	access_role   a custom role: for each area none, view or edit, on top of what a
//	              Collaborator may. The eight built-in ones are in role.go
//	access_guard  one row a workspace, which every dangerous change writes first
//	window        the span of time whose evidence an Auditor may read
//
// # States of a user
//
//	 Create          Activate                  Deactivate, Left
//	────────▶ invited ────────▶ active ───────────────────────▶ deactivated
//	             │   ▲              ▲         Reactivate, when     │  │
//	             │   │              └───────── ever active ────────┘  │
//	             │   └──────────────────────── else ──────────────────┤
//	             └──────────── Deactivate, Left ──────────────────────┘
//
// The command line makes users active at once, and EnsureAdmin makes one an active
// Admin from any state. Delete takes a user away from any state.
//
// # Invariants
//
//   - An e-mail is compared without case and stands once in a workspace.
//   - Wherever a role is named, id, slug and name will do, whatever their case. No
//     two roles of a workspace share a slug, so no word names two; a custom role
//     takes no built-in name or slug and does not look like an id.
//   - What a role grants is worked out when a user is read, so an edit of a custom
//     role counts at once. No custom role gives what an Admin alone manages.
//   - An Auditor without a window reads no evidence, and no other role has one.
//   - No change, from whatever door, leaves a workspace without an active Admin who
//     can sign in when it had one: every such change runs inside Guarded. They
//     wait for one another, so two that are harmless alone cannot do it together.
//     A refusal is an entry of kind "lockout", written after the rollback.
//   - Who is deactivated or deleted has no session left when the transaction ends.
//   - A user whose source is an identity provider is renamed, deactivated, brought
//     back and deleted by it, by the command line and by Left, not by people or
//     applications here.
//   - A custom role that somebody has is not deleted. Giving a role holds the
//     guard's row too, so it cannot go meanwhile.
//   - Every change leaves an entry in its transaction: of kind "user" for users,
//     with role names and never a credential, of kind "role" for custom roles.
//
// # Order of locks
//
// On PostgreSQL a guarded transaction holds its workspace's row of access_guard
// until it ends. Who holds rows that a guarded change also writes (sessions, say)
// and then calls Guarded may be told to start again; db does so.
package access
