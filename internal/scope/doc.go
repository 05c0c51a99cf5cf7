// SPDX-License-Identifier: Apache-2.0

// Package scope holds the parts of a workspace's records that a framework or an
// audit is about: production in Europe, one product, one subsidiary.
//
// # Nouns
//
//	scope   a name, filters, and whether the records that no filter is about are in
//	filter  a condition on the records of one definition (assessment.Filter)
//
// A test has one outcome a record. In a scope it is the same outcome, counted over
// the records that are in, so two scopes can disagree about a test and never about
// a record.
//
// # Invariants
//
//   - A record of which a filter says nothing, or whose filter fits the schema no
//     more, is in: nothing is hidden by accident.
//   - A definition has at most one filter in a scope.
//   - Counts move in the transaction that moves the test's own; none is a scan.
//   - A scope that a framework is bound to stays.
//
// Next door: assessment judges filters and counts; program binds frameworks.
//
// # Tables
//
//	scope_scope  the scopes, as their file
package scope
