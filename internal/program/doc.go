// SPDX-License-Identifier: Apache-2.0

// Package program holds what verdicts are for: the controls that a workspace
// carries out, the frameworks that they help to meet, and which tests are evidence
// for which control.
//
// # Nouns
//
//	framework    requirements that a workspace wants to meet, in categories
//	requirement  one of them, known by its reference; it may have finer ones below
//	control      something that is done; its external id is the workspace's own
//	catalogue    the frameworks that the program brings along (catalogue/*.json)
//	library      the controls that it brings along (catalogue/controls.json)
//	in use       what a workspace has of them, and what it made itself
//	mapping      a control that helps to meet a requirement; a test that is
//	             evidence for a control. Both are many to many and change at any
//	             time
//
//	framework ── requirement ──< mapping >── control ──< mapping >── test
//
// # Status and counters
//
// A control's status follows from its tests as they stand now: none mapped is
// NO_EVIDENCE_MAPPED, none passing NOT_STARTED, some IN_PROGRESS, all COMPLETED.
// Only OK passes; DEACTIVATED and NOT_APPLICABLE leave numerator and total. A
// framework counts the controls that are mapped to it, and their tests, each
// once. Nothing of this is stored: it is counted at each read, from the standings
// of tests (assessment.Standings: tallies, and what is of the moment) and from
// mappings, never from outcomes. So a counter is a recount at any moment.
//
// # What is shipped
//
// A catalogue file says under which licence it may be shipped, where it comes
// from and whom to thank. Where the licence is reference-only, a member "text" is
// refused, in the catalogue by a test and at the first use, in a workspace's own
// framework when it is sent. Frameworks of the catalogue are not stored: rows say
// only that they are in use, so a mended title needs no migration. Those of a
// workspace are stored as their file.
//
// # Invariants
//
//   - a workspace is furnished once, in the transaction that makes it; what was
//     taken away since is not brought back
//   - a mapping is of a control in use; taking a control or a framework out of use
//     takes its mappings with it
//   - references in a test's file are resolved when it is sent (decision 0016)
//
// # Where things are
//
//	catalogue.go license.go framework.go   what is brought along, and its shape
//	framework_form.go control_form.go      file forms, read strictly
//	framework_service.go known.go          what is done to frameworks; those in use
//	control.go list.go mapping.go          what is done to controls
//	refs.go                                what tests ask (assessment.Controls)
//	tally.go gap.go failure.go             counting, what is missing, what breaks what
//	furnish.go                             what a workspace begins with
//	export.go import.go csv.go             files out and in
//	api.go api_framework.go wire.go        routes and shapes
//
// # Tables
//
//	program_workspace  who has been furnished
//	program_framework  frameworks in use; the workspaces' own with their document
//	program_control    controls in use
//	program_mapping    (framework, requirement, control)
//	program_test       (control, test)
package program
