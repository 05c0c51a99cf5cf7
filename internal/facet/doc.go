// SPDX-License-Identifier: Apache-2.0

// Package facet counts and lists the rows of a view by the few values that its
// filters know, so that no list and no counter scans.
//
// # Nouns
//
//	facet   a small integer that stands for one combination of the values that
//	        filters ask for: active, without MFA, an admin, unowned
//	tally   how many rows of a definition have a facet: kept with the rows, in
//	        the transaction that changes them
//	walk    the rows whose facets are wanted, by definition and item
//
// A view is a table with the columns workspace, definition, item and facet, with
// (definition, item) as its key and an index on (definition, facet, item), and a
// table of the same name that ends in _tally.
//
// # Why a walk is fast
//
// The tallies of a workspace are few rows: definitions times facets that occur.
// They are read first. Definitions without a wanted row are passed over. In one
// with few wanted rows these are found by the index and sorted; in one where
// most rows are wanted they are found by walking through it; otherwise the rows
// of each facet are taken from the index in their order and merged. So the cost
// of a page does not depend on how rare its rows are, nor on where they lie.
package facet
