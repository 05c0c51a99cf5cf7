// SPDX-License-Identifier: Apache-2.0

// Package rule is the condition language: what a record must be for a test to
// pass. It is pure: no I/O and no clock; now is an argument.
//
//	text ─Parse→ Node ─Check(Fields)→ no problems ─Compile→ Program ─Eval→ Truth, next
//	              │                                            └─Explain→ Trace
//	              └─MarshalJSON, Sentence, Fields
//
// # Nouns
//
//   - Node: a condition as written. Parse(print(n)) is n.
//   - Fields: what a rule may name, from the JSON Type Definition of the whole
//     record. Refs are followed, recursive ones too; under values any key exists;
//     under a discriminator the fields of all its mappings do, and the tag is an
//     enum. A field that is declared nowhere does not exist, not even where
//     additionalProperties is true. A first key that is no base field is looked
//     up in customProperties.
//   - Program: a checked condition as closures over slots. One pass over the
//     record's text fills the slots with the fields that the rule reads and
//     decodes nothing else; the pass ends when all of them are found.
//   - Relation: a condition on records of other definitions whose key fields match.
//     Fields.Relating says what those are when a rule is checked, Evaluator.Relate
//     where they are when it is evaluated.
//   - Trace: why a record came out as it did.
//
// # Paths
//
//	path    = "" | first *( "." key | ["."] bracket )
//	first   = key | bracket
//	key     = one or more characters other than . [ ]
//	bracket = "[" JSON string "]"
//
// A key that is empty or holds a dot or a bracket is written as a bracket;
// labels["a.b"].x has the keys labels, a.b and x. Printing uses brackets only
// where they are needed, without a dot before them. "" is the element itself and
// stands only inside an element node. Inside one, all paths start at the element.
//
// # Truth
//
// Three values, by Kleene's logic. A comparison is unknown when the field, or a
// field it is compared with, is missing, null, or of another kind than the
// comparison is about (a record may be older than its schema). exists, missing,
// is_null and not_null are never unknown. A path through an absent, null or
// non-object parent is missing.
//
// What the contract leaves open is settled so:
//
//   - A field of the empty form (TypeAny) takes every operator. The literal, or
//     the other field, says what is compared: a value of another kind makes the
//     comparison unknown. Lists for it hold literals of one kind. Below it every
//     key exists and is of any type.
//   - Array operators compare element by element as equals does on the element:
//     contains v is {any: {field: "", op: equals, value: v}}. Elements that are
//     timestamps are compared as instants. Elements that are objects or arrays
//     need an element node.
//   - {field: other} may stand for the whole value of any operator but matches and
//     the relative dates: for in and contains_any, _all, _none it is an array field.
//   - {field: other, plus: 7d} is a duration after another timestamp, for before, after
//     and the ends of between.
//   - A low end above the high end of between is allowed, and never true.
//   - ignoreCase goes with the operators of strings. It says nothing about enums,
//     numbers and the elements of arrays. For is_empty it makes no difference.
//   - Numbers are compared by their exact decimal value, whatever their length.
//   - Timestamps are compared as instants to the nanosecond; finer digits are
//     dropped. Second 60 is the second after.
//   - A duration is an integer from 1 without leading zeros, and m, h, d or w; at
//     most 2^53 milliseconds.
//
// # Time
//
// now is in unix milliseconds. With n = now and t to the nanosecond, the
// relative operators compare t with n exactly; since n is whole, each flips at
// one millisecond: within_last D is true from ceil(t) to floor(t)+D, older_than D
// from floor(t)+D+1, within_next D from ceil(t)-D to floor(t), further_than D up to
// ceil(t)-D-1. Eval answers the earliest flip that could matter. Up to it, the
// truth does not change; at it, it may.
//
// # Invariants
//
//   - Eval, Explain and ExplainUnwanted agree on the truth.
//   - Evaluating a rule without array comparisons allocates nothing, once the
//     scratch space has grown to the records' size. A relation adds nothing to that
//     but what its Related does.
//   - Every problem names its place by a JSON Pointer from the condition's root,
//     and what would fit.
//
// # Relations
//
//	{related: people, on: {email: email}, any: c}
//	{related: [Mac, Windows], on: {id: owner, host: host}, ignoreCase: true, count: {op: gte, value: 1, of: c}}
//
// on names fields of this record on the left, of the related one on the right;
// all pairs must be the same, as equals has it (timestamps as instants). A record
// of its own definition relates to itself too. Inside, fields are those of the
// related record. Relations stand anywhere outside of element nodes and of other
// relations, in a scope too.
//
// A key field that is missing, null or of another kind on this record makes the
// node unknown; on the related side, the record matches nothing. ignoreCase is
// about the strings among the keys, nothing else.
//
// Whoever keeps the records needs little of the rule: the Key of either side,
// which turns a record into the bytes it is found by, and how the condition inside
// comes out over the records that have a key (Matches). It depends on the related
// records and the instant alone, so it is worked out once for each key.
//
// id is the record's public id, in any record, unless the schema has a field of
// that name at its top or in customProperties. So is presentSince the instant since
// which the record has been there without a break; it is no key, and does not stand
// inside a relation.
//
// Next door: jtd says what a valid record is; assessment decides what unknown
// means for a record and stores the outcomes.
package rule
