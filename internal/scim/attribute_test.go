// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"fmt"
	"testing"

	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/scim/schema"
)

// TestEveryAttribute holds that what /Schemas publishes is honoured: each attribute
// that a client may write is added, replaced and removed by its full name, and all
// of them are created and replaced together.
func TestEveryAttribute(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t))
	c := o.connect("Okta", "okta")
	boss := o.hire(c, "boss", "")
	for _, rt := range []*schema.ResourceType{schema.User(), schema.Group(), device(t)} {
		t.Run(rt.Name, func(t *testing.T) { o.everyAttribute(t, c, rt, boss) })
	}
}

func (o *office) everyAttribute(t *testing.T, c connected, rt *schema.ResourceType, boss string) {
	made := newSample(rt, boss)
	body := made.resource(0)
	answer := o.provide(c, 201, "POST", rt.Endpoint, body)
	id := str(answer["id"])
	made.compare(t, "created", answer, 0)
	path := rt.Endpoint + "/" + id
	made.compare(t, "read", o.provide(c, 200, "GET", path, ""), 0)
	made.compare(t, "put back", o.provide(c, 200, "PUT", path, body), 0)
	for _, s := range append(rt.Extensions(), rt.Core()) {
		for _, a := range s.Attributes {
			if a.Mutability != schema.ReadWrite {
				continue
			}
			name := s.ID + ":" + a.Name
			send := func(op string, value any) map[string]any {
				t.Helper()
				operation := map[string]any{"op": op, "path": name}
				if value != nil {
					operation["value"] = value
				}
				text, err := json.Marshal(map[string]any{"schemas": []string{patchURN}, "Operations": []any{operation}})
				o.ok(err)
				return o.provide(c, 200, "PATCH", path+"?attributes="+name, string(text))
			}
			said := func(what string, answer map[string]any, want any) {
				t.Helper()
				if s.ID != rt.Core().ID {
					answer, _ = answer[s.ID].(map[string]any)
				}
				if got := answer[a.Name]; !same(got, want) {
					t.Errorf("%s of %s: got %v, want %v", what, name, got, want)
				}
			}
			if !a.Required {
				var gone any
				if a.Name == "active" {
					gone = true
				}
				said("remove", send("remove", nil), gone)
				said("add", send("add", made.value(a, 1)), made.value(a, 1))
			}
			said("replace", send("replace", made.value(a, 2)), made.value(a, 2))
		}
	}
}

// sample makes values for attributes.
type sample struct {
	boss string // id of a user whom others may refer to
	rt   *schema.ResourceType
}

func newSample(rt *schema.ResourceType, boss string) sample { return sample{boss, rt} }

// value answers the nth value of an attribute, in the form that answers have.
func (m sample) value(a *schema.Attribute, n int) any {
	if a.MultiValued {
		return []any{m.single(a, n)}
	}
	return m.single(a, n)
}

func (m sample) single(a *schema.Attribute, n int) any {
	if a.Type != schema.Complex {
		return m.plain(a, n)
	}
	obj := map[string]any{}
	for _, sub := range a.SubAttributes {
		if sub.Mutability != schema.ReadOnly {
			obj[sub.Name] = m.value(sub, n)
		}
	}
	if a.Sub("$ref") != nil { // it refers to somebody who is there; the rest is the server's
		return map[string]any{"value": m.boss}
	}
	return obj
}

func (m sample) plain(a *schema.Attribute, n int) any {
	switch a.Type {
	case schema.Boolean:
		return n%2 == 0
	case schema.Integer, schema.Decimal:
		return float64(n + 7)
	case schema.Binary:
		return fmt.Sprintf("QUJ%c", 'D'+rune(n))
	case schema.DateTime:
		return fmt.Sprintf("2026-01-0%dT10:00:00Z", n+1)
	case schema.Reference:
		return fmt.Sprintf("https://example.com/%s/%d", a.Name, n)
	}
	if len(a.CanonicalValues) > 0 {
		return a.CanonicalValues[n%len(a.CanonicalValues)]
	}
	return fmt.Sprintf("%s of %s, number %d", a.Name, m.rt.Name, n)
}

// resource answers the body of a resource with the nth value of everything.
func (m sample) resource(n int) string {
	urns := []string{m.rt.Core().ID}
	obj := map[string]any{}
	for _, s := range append(m.rt.Extensions(), m.rt.Core()) {
		into := obj
		if s.ID != m.rt.Core().ID {
			into = map[string]any{}
			obj[s.ID], urns = into, append(urns, s.ID)
		}
		for _, a := range s.Attributes {
			if a.Mutability != schema.ReadOnly {
				into[a.Name] = m.value(a, n)
			}
		}
	}
	obj["schemas"] = urns
	text, err := json.Marshal(obj)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// compare holds an answer against what resource has sent.
func (m sample) compare(t *testing.T, what string, answer map[string]any, n int) {
	t.Helper()
	for _, s := range append(m.rt.Extensions(), m.rt.Core()) {
		part := answer
		if s.ID != m.rt.Core().ID {
			part, _ = answer[s.ID].(map[string]any)
		}
		for _, a := range s.Attributes {
			if a.Mutability == schema.ReadOnly || a.Returned != schema.ReturnedDefault && a.Returned != schema.ReturnedAlways {
				continue
			}
			if want := m.value(a, n); !same(part[a.Name], want) {
				t.Errorf("%s %s: %s is %v, want %v", what, m.rt.Name, a.Name, part[a.Name], want)
			}
		}
	}
}

// same says whether an answer holds what was sent; the server may add to objects.
func same(got, want any) bool {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		for name, value := range w {
			ok = ok && same(g[name], value)
		}
		return ok
	case []any:
		g, ok := got.([]any)
		ok = ok && len(g) == len(w)
		for i := range w {
			ok = ok && same(g[i], w[i])
		}
		return ok
	}
	return got == want
}
