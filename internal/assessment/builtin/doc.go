// SPDX-License-Identifier: Apache-2.0

// Package builtin holds the tests that Muster makes by itself for what is pushed
// (contract people-access-program.md section 3), as files in the form of tests as
// code.
//
// # Nouns
//
//	file      files/*.yaml: a test with placeholders, for one or more base types
//	test      a file for one base type; its id is the slug that it prefers
//	base      whose records it is about: a base type, or people
//	gathers   base types whose definitions its rule relates to, all of them
//	mapped    a kind (package mapping): definitions mapped to it are gathered as well
//	setting   a threshold with a default and limits: days, minutes, a number, a
//	          score, a date
//	values    what the settings of one test are
//
// # A file
//
// It is a test as anybody would write one, but for application and resource, which
// it is given, and with these members more:
//
//	for       [{base, gathers?, mapped?, slug?, words?}]: whom it is made for; words are
//	          placeholders that are the same for all tests of that base
//	due       [{at: {field, plus?}, when?}]: when a record that fails was due, where the
//	          rule is a deadline itself; the first whose condition holds
//	settings  [{name, kind, default, minimum, maximum, about, above?, sla?}]; one with an SLA follows
//	          its deadline until it is set
//	clock     the field whose instant begins what those count
//	controls  entries of the library of controls, by id: the default mapping
//
// ${name} stands for a setting or a word. Alone in a string of the rule it is the
// value as the rule language has it (90 days are "90d", 15 minutes are 900000
// milliseconds); within a text it is the value in words ("90 days"). "${self}" names
// the definition that the test is on, for a rule that relates to it; "${gathered}"
// stands for the names of the definitions that are gathered, in a relation that is the
// whole rule. What its "on" names of them are the slots of the kind, which a mapped
// definition may fill with other fields.
//
// Next door: assessment makes tests of these, and decides when.
package builtin
