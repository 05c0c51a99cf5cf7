// SPDX-License-Identifier: Apache-2.0

// Package schema is what SCIM resources are made of: schemas, resource types,
// and the reading, projecting and printing of values by them (RFC 7643). It is
// pure: no I/O and no clock.
//
//	body ─Parse→ any ─Input.Resource→ Object, Learned ─Canonical→ what is stored
//	                     │ by Attribute            └─Project→ what is answered
//	                     └─Input.Value: one value of a PATCH
//
// # Nouns
//
//   - Attribute, Schema, ResourceType: as /Schemas and /ResourceTypes answer
//     them, loaded from the folder data. Nothing here is written per attribute:
//     every rule follows from the characteristics. User, Group and Role answer
//     the built-in types; New makes others.
//   - Learned: a name that no schema declares and that traffic brought. With
//     answers a resource type that knows some; callers keep it per directory.
//   - Object: a resource, an extension or a complex value. See there for what its
//     values are. null, [] and absent are one state, and it is absent (RFC 7643
//     §2.5); the empty string is a value.
//   - Ref: where an attribute stands. Find answers one for a name as it is sent.
//   - Mode: Tolerant takes what identity providers really send; Strict is the
//     interop profile to the letter.
//   - Error: what a client is told. The detail names the attribute.
//
// # What Tolerant takes and Strict refuses
//
// Tolerance lists all that there are, with those of filter, patch and the protocol;
// Decoded answers which a body needed. Here:
//
//	"True", "false" for booleans, "5" for numbers, 5 for strings
//	one value where an array belongs, an array of one where one value belongs
//	"x" for {"value": "x"}, "" for no value of a complex attribute
//	displayName for display in a complex value
//	complex attributes of extensions without their URN (manager)
//	dotted member names, and the core URN as a member
//	a password (it is dropped in both modes, Strict also says 400)
//	unknown attributes: learned within limits, otherwise dropped and reported
//	the old base URN urn:scim:schemas:core:2.0, and unknown URNs, in schemas
//	two values with primary true: the first keeps it
//
// # Invariants
//
//   - An Object from Input holds no read-only attribute, no password, no nil, no
//     empty array or object, and schemas fits its members.
//   - Decode of Canonical gives the same Object, read-only attributes aside.
//   - Two names are the same when Fold makes them the same; so are two values of
//     an attribute that is not caseExact, in uniqueness, filters and folding.
package schema
