// SPDX-License-Identifier: Apache-2.0

package patch_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/scim/patch"
	"github.com/passmuster/muster/internal/scim/schema"
)

func message(operations ...string) []byte {
	return []byte(`{"schemas":["` + patch.URN + `"],"Operations":[` + strings.Join(operations, ",") + `]}`)
}

// group answers a group of n members.
func group(n int) schema.Object {
	list := make([]any, n)
	for i := range list {
		list[i] = schema.Object{"value": fmt.Sprintf("u%d", i), "type": "User"}
	}
	return schema.Object{"schemas": []any{schema.GroupURN}, "displayName": "G", "members": list}
}

func parse(t testing.TB, rt *schema.ResourceType, operations ...string) patch.Patch {
	t.Helper()
	p, err := patch.Parse(message(operations...), rt, schema.Tolerant)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestEffort sees to it that no message keeps the server busy: this one asks for
// two thousand million comparisons.
func TestEffort(t *testing.T) {
	filter := strings.Repeat(`value eq \"x\" or `, 199) + `value eq \"y\"`
	operations := strings.Repeat(`{"op":"remove","path":"members[`+filter+`]"},`, 999) + `{"op":"remove","path":"members"}`
	_, err := parse(t, schema.Group(), operations).Apply(group(10_000))
	var known *schema.Error
	if !errors.As(err, &known) || known.Status != 413 {
		t.Errorf("got %v, want 413", err)
	}
	_, err = parse(t, schema.User(),
		`{"op":"add","path":"addresses","value":[`+numbered(`{"locality":"%d"}`, 5_000)+`]}`,
		`{"op":"remove","path":"addresses","value":[`+numbered(`{"region":"%d"}`, 4_999)+`]}`).Apply(schema.Object{"userName": "x"})
	if !errors.As(err, &known) || known.Status != 413 {
		t.Errorf("got %v, want 413", err)
	}
}

func numbered(format string, n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(format, i)
	}
	return strings.Join(all, ",")
}

func BenchmarkMember(b *testing.B) {
	rt, body := schema.Group(), message(`{"op":"add","path":"members","value":[{"value":"u1","display":"Dana"}]}`)
	b.ReportAllocs()
	for b.Loop() {
		p, err := patch.Parse(body, rt, schema.Tolerant)
		if err != nil {
			b.Fatal(err)
		}
		if _, _, ok := p.Members(); !ok {
			b.Fatal("not simple")
		}
	}
}

func BenchmarkUser(b *testing.B) {
	rt, of := schema.User(), fixtures(b)["barbara"].object(b)
	body := message(`{"op":"Replace","path":"active","value":"False"}`, `{"op":"Replace","path":"emails[type eq \"work\"].value","value":"new@example.com"}`)
	b.ReportAllocs()
	for b.Loop() {
		p, err := patch.Parse(body, rt, schema.Tolerant)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := p.Apply(of); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkThousandMembersOfTenThousand(b *testing.B) {
	of := group(10_000)
	p := parse(b, schema.Group(), numbered(`{"op":"remove","path":"members[value eq \"u%d\"]"}`, 1_000))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Apply(of); err != nil {
			b.Fatal(err)
		}
	}
}
