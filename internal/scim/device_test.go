// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/scim/schema"
)

// device answers a resource type that no code knows of.
func device(t testing.TB) *schema.ResourceType {
	t.Helper()
	var texts [][]byte
	for _, name := range []string{"type_device", "device"} {
		text, err := os.ReadFile("testdata/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
	}
	rt, err := schema.New(texts[0], texts[1])
	if err != nil {
		t.Fatal(err)
	}
	return rt
}

func deviceBody(serial, more string) string {
	return fmt.Sprintf(`{"schemas": ["urn:example:scim:Device"], "serialNumber": %q%s}`, serial, more)
}

// change runs a change of one resource and answers what it is then, or the status
// of the refusal.
func (h *shelf) change(fn func(ctx context.Context, tx *db.Tx) (Resource, error)) (r Resource, status int) {
	h.t.Helper()
	h.clock = h.clock.Add(1_000_000)
	h.c.now = h.instant()
	err := h.DB.Write(h.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = fn(ctx, tx)
		return err
	})
	var refused *schema.Error
	if errors.As(err, &refused) {
		return Resource{}, refused.Status
	}
	h.ok(err)
	return r, 200
}

// shownAs is the JSON of one resource.
func (h *shelf) shownAs(kind, id string, attributes ...string) (body string, status int) {
	h.t.Helper()
	err := h.DB.Read(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		rt := h.typed(ctx, tx, kind)
		r, err := h.getStored(ctx, tx, h.c, rt, id)
		if err != nil {
			return err
		}
		shown, err := h.render(ctx, tx, h.c, rt, r, listQuery{Attributes: attributes})
		body = string(shown)
		return err
	})
	var refused *schema.Error
	if errors.As(err, &refused) {
		return "", refused.Status
	}
	h.ok(err)
	return body, 200
}

// TestDevice proves that the engine knows no resource type: all it does for a new
// one follows from the schema.
func TestDevice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newShelf(t, d, device(t))
		anvil := h.make("Device", deviceBody("SN-1", `, "displayName": "Anvil", "boughtAt": "2024-05-01T10:00:00+02:00", "weight": 1.50, "model": "M1",
			"note": "quiet", "interfaces": [{"value": "AA", "type": "wifi", "speed": 100}, {"value": "BB", "primary": true}]`))
		h.make("Device", deviceBody("sn-2", `, "displayName": "bell", "boughtAt": "2024-05-01T07:59:59Z", "weight": 12, "active": false`))
		h.make("Device", deviceBody("SN-3", `, "weight": 3, "interfaces": [{"value": "cc", "speed": 1000}]`))
		t.Run("unique", func(t *testing.T) {
			_, status := h.change(func(ctx context.Context, tx *db.Tx) (Resource, error) {
				return h.create(ctx, tx, h.c, h.typed(ctx, tx, "Device"), []byte(deviceBody("sN-1", "")))
			})
			if status != 409 {
				t.Errorf("a serial number in another case: %d", status)
			}
		})
		t.Run("shown", func(t *testing.T) {
			got, _ := h.shownAs("Device", anvil.ID)
			want := fmt.Sprintf(`{"schemas":["urn:example:scim:Device"],"id":%q,"serialNumber":"SN-1","displayName":"Anvil","active":true,`+
				`"boughtAt":"2024-05-01T10:00:00+02:00","weight":1.50,"model":"M1","interfaces":[{"value":"AA","type":"wifi","speed":100},`+
				`{"value":"BB","primary":true}],"meta":{"resourceType":"Device","created":"2026-09-21T14:13:20.001Z",`+
				`"lastModified":"2026-09-21T14:13:20.001Z","location":"%s/Devices/%s","version":"W/\"v1\""}}`, anvil.ID, h.c.base, anvil.ID)
			if got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if got, _ := h.shownAs("Device", anvil.ID, "note", "interfaces.speed"); !strings.Contains(got, `"interfaces":[{"speed":100}],"note":"quiet"`) && !strings.Contains(got, `"note":"quiet","interfaces":[{"speed":100}]`) {
				t.Errorf("asked for: %s", got)
			}
			if p := h.page("Device", listQuery{}); strings.Contains(p.body, "quiet") {
				t.Errorf("a list shows what nobody asked for: %s", p.body)
			}
		})
		h.deviceLists(t)
		h.deviceChanges(t, anvil.ID)
	})
}

func (h *shelf) deviceLists(t *testing.T) {
	t.Helper()
	cases := []struct{ filter, by, order, want string }{
		{`serialNumber eq "sn-1"`, "", "", "Anvil"},
		{`serialNumber sw "SN-"`, "", "", "Anvil bell SN-3"},
		{`displayName eq "BELL"`, "", "", "bell"},
		{`boughtAt gt "2024-05-01T07:59:59.5Z"`, "", "", "Anvil"},
		{`weight ge 1.5 and weight lt 12`, "", "", "Anvil SN-3"},
		{`interfaces[speed gt 50 and value eq "AA"]`, "", "", "Anvil"},
		{`interfaces[speed gt 50 and value eq "BB"]`, "", "", ""},
		{`interfaces.value eq "CC"`, "", "", "SN-3"},
		{`model eq "m1"`, "", "", ""},
		{`active eq "False"`, "", "", "bell"},
		{`note eq "quiet"`, "", "", "Anvil"},
		{"", "weight", "descending", "bell SN-3 Anvil"},
		{"", "serialNumber", "", "Anvil bell SN-3"},
		{"", "displayName", "descending", "SN-3 bell Anvil"},
		{"", "boughtAt", "", "bell Anvil SN-3"},
		{"", "interfaces", "", "Anvil SN-3 bell"}, // BB is primary
		{"weight pr", "interfaces.speed", "", "SN-3 Anvil bell"},
	}
	for _, c := range cases {
		p := h.page("Device", listQuery{Filter: c.filter, SortBy: c.by, SortOrder: c.order, Excluded: []string{"serialNumberX"}})
		got := strings.Join(titles(p), " ")
		if got != c.want {
			t.Errorf("%s by %s %s: %s, want %s", c.filter, c.by, c.order, got, c.want)
		}
	}
}

// titles answers display names, else serial numbers.
func titles(p pageRead) (names []string) {
	for _, r := range p.Resources {
		name, ok := r["displayName"].(string)
		if !ok {
			name, _ = r["serialNumber"].(string)
		}
		names = append(names, name)
	}
	return names
}

func (h *shelf) deviceChanges(t *testing.T, id string) {
	t.Helper()
	patch := func(operation string) (Resource, int) {
		return h.change(func(ctx context.Context, tx *db.Tx) (Resource, error) {
			return h.patch(ctx, tx, h.c, h.typed(ctx, tx, "Device"), edit{body: []byte(patchOf(operation)), id: id})
		})
	}
	r, _ := patch(`{"op": "replace", "path": "interfaces[type eq \"wifi\"].speed", "value": 200}`)
	if got := string(schema.Canonical(r.Object, h.Types[0])); r.Version != 2 || !strings.Contains(got, `"speed":200`) {
		t.Errorf("patched to version %d: %s", r.Version, got)
	}
	if r, _ := patch(`{"op": "replace", "path": "interfaces[type eq \"wifi\"].speed", "value": 200}`); r.Version != 2 {
		t.Errorf("a patch that changes nothing made version %d", r.Version)
	}
	if _, status := patch(`{"op": "replace", "path": "serialNumber", "value": "SN-3"}`); status != 409 {
		t.Errorf("a taken serial number by PATCH: %d", status)
	}
	r, _ = h.change(func(ctx context.Context, tx *db.Tx) (Resource, error) {
		return h.replace(ctx, tx, h.c, h.typed(ctx, tx, "Device"), edit{[]byte(deviceBody("SN-9", `, "model": "M1"`)), condition{`W/"v2"`}, id})
	})
	if r.Version != 3 || r.Object["weight"] != nil || r.Object["active"] != true {
		t.Errorf("replaced: version %d, %v", r.Version, r.Object)
	}
	put := func(more string) (Resource, int) {
		return h.change(func(ctx context.Context, tx *db.Tx) (Resource, error) {
			return h.replace(ctx, tx, h.c, h.typed(ctx, tx, "Device"), edit{body: []byte(deviceBody("SN-9", more)), id: id})
		})
	}
	if r, status := put(`, "weight": 5`); status != 200 || r.Object["model"] != "M1" { // RFC 7644 §3.5.1
		t.Errorf("replaced without the immutable model: %d %v", status, r.Object)
	}
	if _, status := put(`, "model": "M2"`); status != 400 {
		t.Errorf("replaced with another model: %d", status)
	}
	if _, status := h.change(func(ctx context.Context, tx *db.Tx) (Resource, error) {
		return Resource{}, h.remove(ctx, tx, h.c, h.typed(ctx, tx, "Device"), edit{cond: condition{`W/"v2"`}, id: id})
	}); status != 412 {
		t.Errorf("a delete of another version: %d", status)
	}
	if _, status := h.change(func(ctx context.Context, tx *db.Tx) (Resource, error) {
		return Resource{}, h.remove(ctx, tx, h.c, h.typed(ctx, tx, "Device"), edit{cond: condition{}, id: id})
	}); status != 200 {
		t.Errorf("delete: %d", status)
	}
	if _, status := h.shownAs("Device", id); status != 404 {
		t.Errorf("a deleted device: %d", status)
	}
	h.make("Device", deviceBody("SN-9", "")) // free at once
}

func patchOf(operation string) string {
	return `{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [` + operation + `]}`
}
