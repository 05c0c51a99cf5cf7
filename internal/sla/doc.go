// SPDX-License-Identifier: Apache-2.0

// Package sla holds how long failing records may stay so: categories with a
// deadline each, which tests point to.
//
// # Nouns
//
//	category  a name, a deadline and a switch; built in, or made in a workspace
//	term      what a category's deadline was from an instant on
//	setting   the workspace's time zone, and from when on something is due soon
//
// # Invariants
//
//   - A slug names a category for good. Built-in categories are in every workspace,
//     can be edited and switched off, and cannot be deleted; they have rows only
//     once they were edited.
//   - Terms are never changed. An item is due by the term that held when it was
//     detected (Terms.Due), so an edit touches items that are detected later. Of
//     items from before a category was made, its first term decides.
//   - A category that is switched off gives no due times to what is detected
//     meanwhile, and takes none away.
//   - A category that a test points to stays: Hold and Delete wait for one another.
//
// Next door: deadline does the arithmetic; assessment starts the clocks and
// keeps the due times.
package sla
