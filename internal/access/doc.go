// SPDX-License-Identifier: Apache-2.0

// Package access knows who may do what: the roles, and the users of a workspace
// with the one role that each holds.
//
// # Nouns
//
//	role         one of eight built in ones (Roles); an id that clients know, a slug, a name
//	access_user  a person who can be given a sign-in: e-mail, password hash, role
//
// # Invariants
//
//   - An e-mail is compared without case and stands once in a workspace.
//   - A password is kept only as argon2id in PHC form, ” when none is set.
//   - Every change of a user's role leaves an evidence entry of kind "role" in
//     the same transaction.
//   - Wherever a role is named, id, slug and name will do, whatever their case.
//
// Sign-in itself, sessions and the lock-out guard live next door when they come.
package access
