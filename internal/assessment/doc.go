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
//	exception  one record that a test leaves out, with a reason
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
package assessment
