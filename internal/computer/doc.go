// SPDX-License-Identifier: Apache-2.0

// Package computer shows pushed computers as the manage API has them
// (manage-api.md, /v1/monitored-computers).
//
// # Nouns
//
//	computer  a record of a definition that is mapped to computers: macOS and
//	          Windows computers by themselves (base/), any other by package mapping
//	check     screen lock, disk encryption, password manager, antivirus: a rule each
//	late      the last check is older than mac-reported or windows-reported allow,
//	          14 days elsewhere, or unknown
//	facet     outcomes, operating system and lateness in one integer
//
// # Outcomes
//
//	PASS         the rule holds
//	FAIL         it does not
//	IN_PROGRESS  the record does not say what the rule asks
//	NA           the mapping has no rule for the check
//
// # Limits
//
// What the built-in tests of a definition ask for (assessment/builtin) holds here too:
// idle stands for ${idle} in the rules of base/, silence says when a computer is late.
// Another setting has the view of the definition made anew (SettingsChanged).
//
// # Time
//
// A computer becomes late by time alone. computer_record.late_at says when; the
// pass Turn brings facet and tally to it, so lists and counters agree, and are at
// most seconds behind the clock.
//
// The owner is who has the e-mail that the record names when it is read; no link
// is stored. Removed records leave the view.
package computer
