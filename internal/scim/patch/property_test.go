// SPDX-License-Identifier: Apache-2.0

package patch_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/passmuster/muster/internal/scim/patch"
	"github.com/passmuster/muster/internal/scim/schema"
)

// members is the model of a table of members: a row for each.
type members map[string]schema.Object

func (m members) do(op patch.MemberOp) {
	switch op.Kind {
	case patch.AddMembers:
		m.add(op.Members)
	case patch.RemoveAllMembers:
		clear(m)
	case patch.RemoveMembers:
		for _, value := range op.Values {
			delete(m, value)
		}
	case patch.ReplaceMembers:
		named := map[string]bool{}
		for _, value := range op.Values {
			named[value] = true
		}
		for value := range m {
			if !named[value] {
				delete(m, value)
			}
		}
		m.add(op.Members)
	}
}

func (m members) add(more []schema.Object) {
	for _, member := range more {
		value := member["value"].(string)
		if m[value] == nil {
			m[value] = member
		}
	}
}

func membersOf(obj schema.Object) members {
	list, _ := obj["members"].([]any)
	m := members{}
	for _, element := range list {
		member, ok := element.(schema.Object)
		if !ok { // of a user: a name that was learned
			member = schema.Object{"value": element}
		}
		m[fmt.Sprint(member["value"])] = member
	}
	return m
}

// outcome is a resource with its members apart, or a refusal.
type outcome struct {
	Error   string
	Members members
	Object  schema.Object
}

func outcomeOf(obj schema.Object, m members, err error) outcome {
	if err != nil {
		return outcome{Error: err.Error()}
	}
	without := schema.Clone(obj)
	delete(without, "members")
	return outcome{Members: m, Object: without}
}

// whole applies the patch to the whole resource.
func whole(p patch.Patch, before schema.Object) outcome {
	applied, err := p.Apply(before)
	return outcomeOf(applied.Object, membersOf(applied.Object), err)
}

// split does the same to a table of members and the rest of the resource.
func split(p patch.Patch, before schema.Object) outcome {
	ops, rest, ok := p.Members()
	if !ok {
		return whole(p, before)
	}
	m := membersOf(before)
	for _, op := range ops {
		m.do(op)
	}
	without := schema.Clone(before)
	delete(without, "members")
	applied, err := rest.Apply(without)
	return outcomeOf(applied.Object, m, err)
}

// groupPatch draws a message on a group.
func groupPatch(t *rapid.T) []byte {
	id := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "A"})
	member := rapid.Custom(func(t *rapid.T) any {
		value := id.Draw(t, "id")
		switch rapid.IntRange(0, 2).Draw(t, "form") {
		case 0:
			return value
		case 1:
			return map[string]any{"value": value}
		}
		return map[string]any{"value": value, "displayName": rapid.StringN(1, 3, -1).Draw(t, "display")}
	})
	some := rapid.SliceOfN(member, 0, 4)
	operation := rapid.Custom(func(t *rapid.T) map[string]any {
		op := map[string]any{"op": rapid.SampledFrom([]string{"add", "Remove", "replace"}).Draw(t, "op")}
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			op["path"], op["value"] = "members", some.Draw(t, "members")
		case 1:
			op["path"], op["value"] = "members.value", id.Draw(t, "id")
		case 2:
			op["op"], op["path"] = "remove", fmt.Sprintf(`members[value eq %q or value eq %q]`, id.Draw(t, "id"), id.Draw(t, "id"))
		case 3:
			op["path"], op["value"] = "displayName", rapid.StringN(1, 3, -1).Draw(t, "name")
		case 4:
			op["op"] = "replace"
			op["value"] = map[string]any{"displayName": "x", "members": some.Draw(t, "members"), "id": "y"}
		case 5:
			op["op"], op["path"] = "remove", "members"
		}
		return op
	})
	text, err := json.Marshal(map[string]any{
		"schemas": []string{patch.URN}, "Operations": rapid.SliceOfN(operation, 1, 6).Draw(t, "operations"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestMembersAndRestGiveWhatApplyGives(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		before := schema.Object{"displayName": "G", "schemas": []any{schema.GroupURN}}
		var list []any
		for _, id := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "A"}), rapid.ID).Draw(rt, "before") {
			list = append(list, schema.Object{"value": id, "display": "old"})
		}
		if list != nil {
			before["members"] = list
		}
		p, err := patch.Parse(groupPatch(rt), schema.Group(), schema.Tolerant)
		if err != nil {
			return
		}
		if _, _, ok := p.Members(); !ok {
			return // members.value without an element to be set in
		}
		if diff := cmp.Diff(whole(p, before), split(p, before)); diff != "" {
			rt.Fatalf("-Apply +Members:\n%s", diff)
		}
	})
}

// The parts that messages on a user are drawn from.
var (
	userPaths = []string{
		"emails", "emails.value", "emails.type", "emails.primary", `emails[type eq "work"]`, `emails[type eq "work"].value`,
		`emails[type eq "work"].primary`, `emails[primary eq true].type`, `emails[value pr].display`, `emails[not (type eq "home")]`,
		`emails[type eq "home" or primary eq true].value`, `phoneNumbers[type eq "work"].value`, `phoneNumbers[primary eq "True"].value`, "phoneNumbers",
		`addresses[type eq "work"].locality`, `addresses[type eq "work"]`, "addresses", "addresses.country",
		"name", "name.givenName", "userName", "active", "nickName", "id", "schemas", "roles", `roles[primary eq "True"].value`,
		"manager", "manager.value", schema.EnterpriseURN, schema.EnterpriseURN + ":manager", schema.EnterpriseURN + ":department",
		schema.UserURN + ":emails", schema.UserURN, "learned", `learned[value eq "a"]`, "urn:example:x:learned", "password", "",
	}
	userValues = []any{
		nil, "", "a", "b", "True", true, false, 7,
		[]any{},
		map[string]any{},
		[]any{"a", "b"},
		[]any{nil},
		[]any{[]any{}},
		map[string]any{"value": "a"},
		map[string]any{"value": "a", "type": "work", "primary": true},
		map[string]any{"value": "A", "type": "WORK", "primary": "true", "display": "d"},
		map[string]any{"value": nil, "type": "home"},
		[]any{map[string]any{"value": "a", "primary": true}, map[string]any{"value": "b", "primary": true}},
		[]any{map[string]any{"value": "bjensen@example.com"}},
		[]any{map[string]any{"type": "work", "locality": "x", "primary": true}},
		map[string]any{"givenName": "x", "familyName": nil},
		map[string]any{"locality": nil, "country": "y"},
		map[string]any{"department": "x", "manager": "m", "learned": "z"},
		map[string]any{"department": nil, "employeeNumber": nil, "manager": ""},
		map[string]any{"emails": nil, "name.givenName": "q", `emails[type eq "work"].value`: "v", "id": "7", "active": "false"},
		map[string]any{"urn:example:x": map[string]any{"learned": "z"}, schema.EnterpriseURN: nil, schema.UserURN: map[string]any{"nickName": "n"}},
	}
)

func TestAnyPatchOfAUser(t *testing.T) {
	of := fixtures(t)["barbara"]
	rapid.Check(t, func(rt *rapid.T) {
		operation := rapid.Custom(func(t *rapid.T) map[string]any {
			op := map[string]any{"op": rapid.SampledFrom([]string{"add", "remove", "replace"}).Draw(t, "op")}
			if path := rapid.SampledFrom(userPaths).Draw(t, "path"); path != "" {
				op["path"] = path
			}
			if op["op"] != "remove" || rapid.Bool().Draw(t, "with value") {
				op["value"] = rapid.SampledFrom(userValues).Draw(t, "value")
			}
			return op
		})
		text, err := json.Marshal(map[string]any{"schemas": []string{patch.URN}, "Operations": rapid.SliceOfN(operation, 1, 4).Draw(rt, "operations")})
		if err != nil {
			rt.Fatal(err)
		}
		checkAny(rt, text, of, rapid.SampledFrom([]schema.Mode{schema.Tolerant, schema.Strict}).Draw(rt, "mode"))
	})
}
