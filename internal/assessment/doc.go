// SPDX-License-Identifier: Apache-2.0

// Package assessment holds Custom Tests: a rule a record, pass or fail.
//
// # Nouns
//
//	test       identity and what may change at any time: slug, category, state
//	version    what decides a verdict and what auditors read; immutable
//	window     the numbers of a definition between which a version's verdicts hold
//	outcome    what a test says of one record, kept as intervals
//	recheck    the instant at which an outcome could change by time alone
//	exception  what a test leaves out, a record or all that a condition matches, with a reason
//	tally      a test's counts and status now, so that no list ever scans
//
// # Verdicts
//
// Package resource drives the evaluation (Judge): with every push the records
// that changed, and by Reevaluate what a new version, an exception or a date
// asks for. Outcomes are written ahead under the coming number and count with
// the flip of the definition's head, so no reader sees new records with old
// verdicts.
//
// Only outcomes other than PASSING have rows. Inside an open window a current
// record without an open row passes. A test that was switched off has no open
// window; its rows stay, and its next evaluation, a full one, mends them.
//
// # States of a test
//
//	active ⇄ deactivated (with a reason, perhaps until a time) → archived
//
// What a change of a test or an exception does is always the same: one
// transaction writes it with its evidence and raises the rules epoch of the
// definition; then the definition is judged again. Up to 100,000 records the
// answer waits for that. What dies in between is found by the epoch
// (resource.Service.Unjudged); what changes during a push, the push judges by.
//
// # Status
//
//	DEACTIVATED     the test is switched off
//	IN_PROGRESS     the newest version is not evaluated yet, or records in progress could turn it
//	INVALID         the newest push is older than freshness allows (stale), or the rule does not fit the schema
//	NOT_APPLICABLE  nothing to evaluate, where onEmpty says so
//	OK, NEEDS_ATTENTION by the reducer
//
// All but the first and freshness, which are of the moment, stand in the tally.
//
// # Built-in tests
//
// Package builtin has them as files. Furnish makes those of a definition with its
// first record, once for good; FurnishAll does so after a start, and brings tests to
// how their files are by now. Configure changes their settings, a version each.
//
// # Reasons
//
// No reason is stored. A record and a version never change, so the sentence is
// made from both when it is shown; where dates moved on and nothing was judged
// since, as of the instant since which the outcome holds.
//
// # Where things are
//
//	draft.go cases.go freshness.go the file form, read strictly: every problem by its place
//	test.go lifecycle.go list.go   what is done to tests
//	entity.go explain.go           records under a test, and why
//	furnish.go configure.go        built-in tests and their settings
//	exception.go approval.go       what is left out, asked for and approved
//	clause.go                      exceptions by condition, in an evaluation
//	exception_form.go exception_list.go  their file form and list
//	preview.go                     a draft on the records as they are
//	decision.go weak.go            what conditions decided; what proves less than it seems to
//	failure.go                     failures with a deadline, open and ended
//	jobs.go                        what happens by time: Due, Purge
//	judge.go evaluation.go         evaluation, driven by package resource
//	ahead.go                       what an evaluation writes beyond the head
//	api.go wire.go                 routes and shapes
package assessment
