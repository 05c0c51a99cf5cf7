// SPDX-License-Identifier: Apache-2.0

// Package mapping lets a definition show itself on a page that other base types
// fill by themselves: a custom resource of Linux machines as computers, the
// findings of a scanner of one's own as vulnerabilities.
//
// # Nouns
//
//	kind       what records are shown as: computer, vulnerability, …
//	slot       one thing that the page shows of them: serialNumber, severity
//	condition  one thing that is so or not: diskEncryption; a rule, as in tests
//	mapping    which field, value or rule of a definition fills which slot
//
// # Where they come from
//
// A definition of a base type that the page knows has the mapping of that base
// type, which is a file of the feature and written as everybody's. Any other
// definition has the one that was put for it, or none. So both are read in the
// same way, and what a page says about a computer can be read as rules.
//
// # Invariants
//
//   - A mapping fits the schema when it is put: fields exist and are of a type that
//     the slot takes, rules pass the check of package rule, read no clock and
//     relate to nothing.
//   - A schema may change afterwards. What does not fit any more fills nothing; its
//     condition is unknown.
//   - Putting or taking away a mapping has the view made anew (resource.SetBehind).
package mapping
