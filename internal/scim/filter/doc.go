// SPDX-License-Identifier: Apache-2.0

// Package filter reads the filters and paths of SCIM (RFC 7644 §3.4.2.2 and
// §3.5.2), holds them against a resource type, and says which resources pass. It
// is pure: no I/O and no clock.
//
//	text ─Parse→ Expr ─Resolve(type)→ Filter ─Match→ bool
//	              │ print                ├─Equals→ index look-ups
//	              └─String               └─Visit→ whatever a caller builds, such as SQL
//
//	text ─ParsePath→ Path ─Resolve(type)→ Target, with a Filter for the brackets
//
// # Grammar
//
//	filter = and *( "or" and )
//	and    = unary *( "and" unary )
//	unary  = ["not"] "(" filter ")" | name "pr" | name op value | name "[" filter "]"
//	op     = eq ne co sw ew gt ge lt le
//	value  = JSON string | JSON number | true | false | null
//	path   = name | name "[" filter "]" ["." sub]
//
// Operators, keywords and names ignore letter case. Brackets do not nest. A name
// is attr or attr.sub, also after a URN and a colon; inside brackets it is a
// sub-attribute.
//
// # What Tolerant takes and Strict refuses
//
//	emails[type eq "work"].value eq "x"   read as emails[type eq "work" and value eq "x"]
//	externalId eq jyoung                  text without quotes
//	active eq "True", externalId eq 7019   the attribute's type decides
//	userName+eq+"x"                       + for space, if it follows the first name
//	"2026-01-01T00:00:00 01:00"           a time zone whose + was taken for a blank
//	blanks around it, & after it
//	manager eq "m"                        a complex attribute of an extension without its URN
//
// # Meaning
//
// A multi-valued attribute passes a comparison when any of its values does. A
// complex one without sub-attribute is compared by its value. Strings compare as
// caseExact says, times as instants, numbers by value. Without any value only ne
// passes, and eq null. pr asks for a value that is not empty. An attribute that
// is never returned cannot be asked for, and neither order nor part of a boolean.
//
// # Invariants
//
//   - No text makes Parse panic, recurse deeper than maxDepth, or work for more
//     than linear time.
//   - Parse(print(e)) is e.
//   - A resource that passes passes every term of Equals.
package filter
