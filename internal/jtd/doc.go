// SPDX-License-Identifier: Apache-2.0

// Package jtd is JSON Type Definition (RFC 8927): it parses a schema, compiles
// it, and says of a record whether it fits, or else what is wrong and where.
//
//	schema text --Parse--> Schema --Compile--> Validator --First--> Problem
//	                         |  ^
//	                         v  |
//	                     MarshalJSON
//
// Nouns:
//
//   - A Schema is the parsed tree. It keeps the order of the source, because
//     problems are reported and fields are listed in that order. It prints to a
//     text that parses to an equal Schema. Schemas may be built in Go as well:
//     Compile checks them by the same rules.
//   - A Validator is the compiled form. It works on raw JSON bytes, builds no
//     tree of the record, and does not change, so that any number of goroutines
//     may share it.
//   - A Problem is one error of a record, with the paths that RFC 8927 section
//     3.3 gives it. First answers the one that people are shown, All the whole
//     list; both in the same order.
//   - Members, Elements, SkipValue, StringEqual and Unquote read JSON text in
//     place. The rule language uses them too.
//
// Invariants:
//
//   - A record is read twice only when it is not valid: the first pass says no
//     more than yes or no, in the order of the text; the second (the walker)
//     finds the problems in the order of the schema. First and All therefore
//     cannot contradict each other.
//   - A valid record costs no allocation, except for objects with more than 64
//     required properties, and for discriminators more than 16 levels deep.
//   - Time grows with the length of the record, whatever its depth.
//   - The bytes must be a valid JSON text without repeated names; the decoder
//     that read them has made sure. Of other bytes the answer has no meaning,
//     but there is one: nothing panics, and nothing runs for ever.
//
// Where RFC 8927 leaves room:
//
//   - Integer types accept every spelling of an integer: 1.0 and 1e2 as much as
//     1 and 100. Nothing is rounded on the way. Float types accept any number,
//     1e400 too.
//   - Definitions whose refs lead round in a circle without entering the
//     instance are refused. RFC 8927 permits them, but no validation would end.
//   - A value that is no string breaks an enum as any other wrong value does:
//     its code is BadEnum.
//
// Next door: package json reads and checks texts, package rule evaluates
// conditions over records, package resource turns a Problem into a rejection.
package jtd
