// SPDX-License-Identifier: Apache-2.0

package patch

import (
	"github.com/passmuster/muster/internal/scim/filter"
	"github.com/passmuster/muster/internal/scim/schema"
)

// MemberKind is what a MemberOp does.
type MemberKind string

// What can be done to members without a look at the others.
const (
	AddMembers       MemberKind = "add"        // those of Members; one that is there stays as it is
	RemoveAllMembers MemberKind = "remove all" //
	RemoveMembers    MemberKind = "remove"     // those whose value is one of Values; one that is not there is no error
	ReplaceMembers   MemberKind = "replace"    // all by those of Members; one that is there already stays as it is
)

// MemberOp is one change of a group's members. A member is known by its value,
// compared exactly.
type MemberOp struct {
	Kind    MemberKind
	Members []schema.Object // of AddMembers and ReplaceMembers: value, and display, type and $ref if sent; values differ
	Values  []string        // of RemoveMembers; of AddMembers and ReplaceMembers the value of each of Members
}

// Members splits the patch into its changes of a group's members, in order, and
// the rest, so that storage can change a row for each member that is named and
// need not load the others. It answers false when a change needs to see them:
// then load them and Apply the whole patch. Done in order, ops give what Apply
// gives, but for the order of members.
func (p Patch) Members() (ops []MemberOp, rest Patch, ok bool) {
	rest = p
	rest.ops = nil
	for _, op := range p.ops {
		if !onMembers(op) {
			rest.ops = append(rest.ops, op)
			continue
		}
		m, simple := memberOp(op)
		if !simple {
			return nil, Patch{}, false
		}
		ops = append(ops, m)
	}
	return ops, rest, true
}

// onMembers says whether the operation is one on the members of a group (RFC
// 7643 §4.2).
func onMembers(op operation) bool {
	a := op.target.Attribute
	return a != nil && op.target.Extension == "" && a.Name == "members" && byIdentity(a)
}

// memberOp answers the operation as a MemberOp, if it is simple enough.
func memberOp(op operation) (MemberOp, bool) {
	t := op.target
	switch {
	case t.Sub != nil:
		return MemberOp{}, false
	case t.Filter != nil:
		values, ok := wantedValues(t.Filter.Root())
		return MemberOp{Kind: RemoveMembers, Values: values}, ok && op.verb == remove && op.value == nil
	case op.value == nil:
		return MemberOp{Kind: RemoveAllMembers}, true
	}
	m := MemberOp{Kind: AddMembers}
	for _, element := range listOf(op.value) {
		obj, _ := element.(schema.Object)
		value, _ := obj["value"].(string)
		m.Members = append(m.Members, obj)
		m.Values = append(m.Values, value)
	}
	switch op.verb {
	case remove:
		m.Kind, m.Members = RemoveMembers, nil
	case replace:
		m.Kind = ReplaceMembers
	}
	return m, true
}

// wantedValues answers the values that a filter asks for when it is nothing but
// value eq "…", or several of them joined by or.
func wantedValues(t *filter.Term) ([]string, bool) {
	switch {
	case t.Op == filter.Eq && t.Ref.Sub != nil && t.Ref.Sub.Name == "value" && !t.Value.Null:
		return []string{t.Value.Raw}, true
	case t.Op != filter.Or:
		return nil, false
	}
	var values []string
	for i := range t.Args {
		more, ok := wantedValues(&t.Args[i])
		if !ok {
			return nil, false
		}
		values = append(values, more...)
	}
	return values, true
}
