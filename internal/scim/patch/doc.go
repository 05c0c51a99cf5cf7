// SPDX-License-Identifier: Apache-2.0

// Package patch is SCIM's PATCH (RFC 7644 §3.5.2) as a pure function: a message
// and a resource in, the changed resource out. It has no I/O and no clock.
//
//	body ─Parse→ Patch ─Apply→ resource, changed?
//	               └─Members→ []MemberOp for a table of members, and the rest
//
// # Nouns
//
//   - Patch: a message held against a resource type. Parse has read and checked
//     all that does not need the resource. Like schema.Decoded it says what was
//     learned, ignored and dropped.
//   - operation: one change of one attribute. An Operation of the message becomes
//     several when its value is an object: one for each member (expand.go).
//   - MemberOp: an operation on a group's members that needs no look at the
//     others, so that its cost does not depend on the size of the group.
//
// # What an operation does
//
//	target                        add              replace          remove
//	attr, one value               set              set              take out
//	attr, complex                 set the sub-attributes named      take out
//	attr, multi-valued            append           set all          take out all
//	attr, multi-valued, value     -                -                take out those
//	attr.sub                      set              set              take out
//	attr[filter]                  merge into       put in place of  take out
//	attr[filter].sub              set in matches   set in matches   take out of matches
//	URN of an extension           as an object without a path       take out
//	no path                       every member by itself            noTarget
//
// null and [] stand for no value: to replace by them is to take out, and to add
// them is nothing. An add to a value that is there already, by its Key, says more
// about it; a member, which is known by its immutable value, stays as it is.
//
// # When a filter matches nothing
//
// A remove succeeds and changes nothing, and so does a replace by no value. An add or replace answers noTarget,
// but Tolerant makes the value that the client thinks of when the filter says
// all of it: a conjunction of eq on type, with a canonical value, and on
// booleans, and a path that goes on to another sub-attribute. So
// phoneNumbers[type eq "mobile"].value makes a phone number, and
// emails[type eq "nonexistent"].value is noTarget (contract 1.7).
//
// # What Tolerant takes and Strict refuses
//
//	operations, OP, Value: names of members in any letter case, and unknown ones
//	Replace, Add: op in any letter case
//	no path, and member names that are paths
//	remove with a value, which takes out only what it names
//	a missing value made to match a filter, as above
//	names that nothing knows: learned, or ignored and reported
//	one value where an array belongs, and what else schema.Tolerant takes
//
// # Invariants
//
//   - Apply never changes its argument; an error leaves nothing half done.
//   - changed is false exactly when the answer holds what the argument held. The
//     order of a multi-valued attribute is no change by itself.
//   - At most one value of an attribute is primary after an operation made one so.
//   - Two values of an attribute never have the same schema.Attribute.Key.
//   - Members, applied in order, and the rest give what Apply gives.
//   - Every error is a *schema.Error whose detail begins with the place of the
//     operation, as in "Operations[2]: …".
package patch
