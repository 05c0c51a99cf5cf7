// SPDX-License-Identifier: Apache-2.0

package rule

import "slices"

// Op is the operator of a leaf.
type Op string

// The operators, by the types that take them.
const (
	OpExists  Op = "exists"
	OpMissing Op = "missing"
	OpIsNull  Op = "is_null"
	OpNotNull Op = "not_null"

	OpEquals    Op = "equals"
	OpNotEquals Op = "not_equals"
	OpIn        Op = "in"
	OpNotIn     Op = "not_in"

	OpContains    Op = "contains"
	OpNotContains Op = "not_contains"
	OpStartsWith  Op = "starts_with"
	OpEndsWith    Op = "ends_with"
	OpMatches     Op = "matches"
	OpIsEmpty     Op = "is_empty"
	OpNotEmpty    Op = "not_empty"

	OpGt      Op = "gt"
	OpGte     Op = "gte"
	OpLt      Op = "lt"
	OpLte     Op = "lte"
	OpBetween Op = "between"

	OpBefore      Op = "before"
	OpAfter       Op = "after"
	OpWithinLast  Op = "within_last"
	OpOlderThan   Op = "older_than"
	OpWithinNext  Op = "within_next"
	OpFurtherThan Op = "further_than"

	OpLengthEquals Op = "length_equals"
	OpLengthGt     Op = "length_gt"
	OpLengthGte    Op = "length_gte"
	OpLengthLt     Op = "length_lt"
	OpLengthLte    Op = "length_lte"
	OpContainsAny  Op = "contains_any"
	OpContainsAll  Op = "contains_all"
	OpContainsNone Op = "contains_none"
)

// OpsOf answers the operators that fields of a type take, those that every
// field takes last. For TypeAny that is all of them.
func OpsOf(t Type) []Op {
	return append(ownOps(t), OpExists, OpMissing, OpIsNull, OpNotNull)
}

// ownOps answers the operators of a type besides the four that all types take.
func ownOps(t Type) []Op {
	switch t {
	case TypeBoolean:
		return []Op{OpEquals, OpNotEquals}
	case TypeString:
		return []Op{
			OpEquals, OpNotEquals, OpContains, OpNotContains, OpStartsWith, OpEndsWith, OpMatches,
			OpIn, OpNotIn, OpIsEmpty, OpNotEmpty,
		}
	case TypeNumber:
		return []Op{OpEquals, OpNotEquals, OpGt, OpGte, OpLt, OpLte, OpBetween, OpIn, OpNotIn}
	case TypeTimestamp:
		return []Op{OpBefore, OpAfter, OpBetween, OpWithinLast, OpOlderThan, OpWithinNext, OpFurtherThan}
	case TypeEnum:
		return []Op{OpEquals, OpNotEquals, OpIn, OpNotIn}
	case TypeArray:
		return []Op{
			OpLengthEquals, OpLengthGt, OpLengthGte, OpLengthLt, OpLengthLte,
			OpContains, OpContainsAny, OpContainsAll, OpContainsNone, OpIsEmpty, OpNotEmpty,
		}
	case TypeAny:
		return anyOps()
	}
	return nil
}

func anyOps() []Op {
	var ops []Op
	for _, t := range []Type{TypeString, TypeNumber, TypeTimestamp, TypeArray} {
		for _, op := range ownOps(t) {
			if !slices.Contains(ops, op) {
				ops = append(ops, op)
			}
		}
	}
	return ops
}

// valueForm is what an operator takes as its value.
type valueForm uint8

const (
	takesOne      valueForm = iota // one literal or field
	takesNone                      // no value
	takesCount                     // an integer from 0, or a number field
	takesDuration                  // 30m 12h 90d 6w
	takesList                      // a non-empty array of literals, or an array field
	takesPair                      // [low, high], each a literal or field
	takesPattern                   // a regular expression
)

func (op Op) takes() valueForm {
	switch op {
	case OpExists, OpMissing, OpIsNull, OpNotNull, OpIsEmpty, OpNotEmpty:
		return takesNone
	case OpLengthEquals, OpLengthGt, OpLengthGte, OpLengthLt, OpLengthLte:
		return takesCount
	case OpWithinLast, OpOlderThan, OpWithinNext, OpFurtherThan:
		return takesDuration
	case OpIn, OpNotIn, OpContainsAny, OpContainsAll, OpContainsNone:
		return takesList
	case OpBetween:
		return takesPair
	case OpMatches:
		return takesPattern
	}
	return takesOne
}

// order is a set of outcomes of a comparison.
type order uint8

const (
	orderLess order = 1 << iota
	orderSame
	orderMore
)

// has says whether the set holds the outcome of cmp (-1, 0 or 1).
func (o order) has(cmp int) bool { return o>>(cmp+1)&1 == 1 }

// order answers which outcomes of comparing the field with the value make the
// operator true.
func (op Op) order() order {
	switch op {
	case OpGt, OpLengthGt, OpAfter:
		return orderMore
	case OpGte, OpLengthGte:
		return orderMore | orderSame
	case OpLt, OpLengthLt, OpBefore:
		return orderLess
	case OpLte, OpLengthLte:
		return orderLess | orderSame
	case OpNotEquals:
		return orderLess | orderMore
	}
	return orderSame
}
