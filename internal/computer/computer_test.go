// SPDX-License-Identifier: Apache-2.0

package computer_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/computer"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/mapping"
	"github.com/passmuster/muster/internal/resource"
)

// TestChecks says what the checks of macOS and Windows computers take for an
// answer: screen lock, disk encryption, password manager, antivirus.
func TestChecks(t *testing.T) {
	t.Parallel()
	user := func(settings string, policies ...string) string {
		return fmt.Sprintf(`{"users":[{"username":"ada","screenlockPolicies":[%s],"screenlockSettings":%s}]}`, strings.Join(policies, ","), settings)
	}
	lock := func(ms int, password bool) string {
		return fmt.Sprintf(`{"requiresPassword":%t,"screenSleepTimeoutMs":%d}`, password, ms)
	}
	system := func(policy string) string { return `{"systemScreenlockPolicies":[` + policy + `]}` }
	cases := []struct {
		name, base string
		parts      []string
		want       string
	}{
		{"nothing", "mac", nil, "FAIL FAIL FAIL FAIL"},
		{"nothing", "win", nil, "FAIL FAIL FAIL FAIL"},
		{"fifteen minutes", "mac", []string{system(lock(900_000, true))}, "PASS FAIL FAIL FAIL"},
		{"a moment more", "mac", []string{system(lock(900_001, true))}, "FAIL FAIL FAIL FAIL"},
		{"never", "win", []string{system(lock(0, true))}, "FAIL FAIL FAIL FAIL"},
		{"without a password", "win", []string{system(lock(60_000, false))}, "FAIL FAIL FAIL FAIL"},
		{"every user", "win", []string{user(lock(60_000, true))}, "PASS FAIL FAIL FAIL"},
		{"a user's policy", "mac", []string{user(lock(0, false), lock(60_000, true))}, "PASS FAIL FAIL FAIL"},
		{"not every user", "mac", []string{`{"users":[{"username":"a","screenlockPolicies":[],"screenlockSettings":` + lock(60_000, true) +
			`},{"username":"b","screenlockPolicies":[],"screenlockSettings":` + lock(3_600_000, true) + `}]}`}, "FAIL FAIL FAIL FAIL"},
		{"encrypted", "mac", []string{`{"drives":[{"name":"a","encrypted":true,"filevaultEnabled":false}]}`}, "FAIL PASS FAIL FAIL"},
		{"by FileVault", "mac", []string{`{"drives":[{"name":"a","encrypted":false,"filevaultEnabled":true}]}`}, "FAIL PASS FAIL FAIL"},
		{"one that is not", "win", []string{`{"drives":[{"name":"a","encrypted":true},{"name":"b","encrypted":false}]}`}, "FAIL FAIL FAIL FAIL"},
		{"a stick that is not", "win", []string{`{"drives":[{"name":"a","encrypted":true,"isBootVolume":true},{"name":"b","encrypted":false,"isBootVolume":false}]}`}, "FAIL PASS FAIL FAIL"},
		{"who knows what it is", "win", []string{`{"drives":[{"name":"a","encrypted":false,"isBootVolume":null}]}`}, "FAIL FAIL FAIL FAIL"},
		{"a password manager", "mac", []string{`{"applications":[{"name":"1Password 8","bundleId":"com.1password.1password"}]}`}, "FAIL FAIL PASS FAIL"},
		{"one in the browser", "win", []string{`{"browserExtensions":[{"extensionId":"x","name":"Bitwarden Password Manager","browser":"EDGE"}]}`}, "FAIL FAIL PASS FAIL"},
		{"a book keeper", "win", []string{`{"programs":[{"name":"Bookkeeper"}]}`}, "FAIL FAIL FAIL FAIL"},
		{"XProtect", "mac", []string{`{"isXProtectEnabled":true}`}, "FAIL FAIL FAIL PASS"},
		{"XProtect off", "mac", []string{`{"isXProtectEnabled":false}`}, "FAIL FAIL FAIL FAIL"},
		{"XProtect unknown", "mac", []string{`{"isXProtectEnabled":null}`}, "FAIL FAIL FAIL FAIL"},
		{"an agent", "mac", []string{`{"applications":[{"name":"CrowdStrike Falcon","bundleId":" "}]}`}, "FAIL FAIL FAIL PASS"},
		{"a product that is on", "win", []string{`{"windowsSecurityProducts":[{"name":"Defender","category":"ANTIVIRUS","state":"ON","stateTimestamp":"2026-01-01T00:00:00Z","signaturesUpToDate":true}]}`}, "FAIL FAIL FAIL PASS"},
		{"a firewall", "win", []string{`{"windowsSecurityProducts":[{"name":"Wall","category":"FIREWALL","state":"ON","stateTimestamp":"2026-01-01T00:00:00Z","signaturesUpToDate":true}]}`}, "FAIL FAIL FAIL FAIL"},
		{"the security center", "win", []string{`{"windowsSecurityCenter":{"firewall":"POOR","autoupdate":"POOR","antivirus":"GOOD","internetSetting":"POOR","userAccountControl":"POOR","windowsSecurityCenterService":"POOR"}}`}, "FAIL FAIL FAIL PASS"},
	}
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		definitions := map[string]resource.Definition{
			"mac": h.define("Macs", "macos_user_computer", ""), "win": h.define("PCs", "windows_user_computer", ""),
		}
		elements, want := map[string][]string{}, map[string]string{}
		for i, c := range cases {
			base := map[string]string{"mac": mac, "win": windows}[c.base]
			name := fmt.Sprintf("%d: %s on %s", i, c.name, c.base)
			elements[c.base] = append(elements[c.base], record(append([]string{base, fmt.Sprintf(`{"uniqueId":"%d","displayName":%q}`, i, name)}, c.parts...)...))
			want[name] = c.want
		}
		for base, d := range definitions {
			h.push(d, elements[base]...)
		}
		got := map[string]string{}
		for _, c := range h.all(computer.Query{}, 3) {
			got[c.DisplayName] = outcomes(c)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		h.recount()
	})
}

// TestComputer shows a computer with all that is known of it, and follows it.
func TestComputer(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		d := h.define("Macs", "macos_user_computer", "")
		ada, err := h.people.Create(t.Context(), h.admin, directory.Attributes{Email: ptr("ada@example.com")})
		h.ok(err)
		h.push(d, record(mac, `{"owner":"ADA@example.com"}`), record(mac, `{"uniqueId":"other","owner":"stranger@example.com"}`))
		list := h.all(computer.Query{}, 10)
		if len(list) != 2 {
			t.Fatalf("got %d computers", len(list))
		}
		c, err := h.computers.Get(t.Context(), h.admin, list[0].ID)
		h.ok(err)
		if c.System() != "macOS" || c.OSVersion != "15.3" || c.SerialNumber != "S-1" || c.UDID != "U-1" || c.Owner == nil ||
			c.Owner.Email != "ada@example.com" || c.LastCheckAt == nil || !c.LastCheckAt.Equal(time.Date(2026, 2, 28, 0, 0, 0, 0, time.UTC)) || c.Late {
			t.Errorf("got %+v", c)
		}
		if held := h.all(computer.Query{Owner: ada.ID}, 1); len(held) != 1 || held[0].ID != c.ID {
			t.Errorf("of Ada: %+v", held)
		}
		if held := h.all(computer.Query{Owner: ada.ID, Failing: []computer.Check{computer.Antivirus}}, 1); (len(held) == 1) != (c.Outcomes[computer.Antivirus] == computer.Fail) {
			t.Errorf("of Ada, without antivirus: %+v", held)
		}
		if held := h.all(computer.Query{Owner: "0123456789abcdef01234567"}, 1); len(held) != 0 {
			t.Errorf("of nobody: %+v", held)
		}
		if list[1].Owner != nil {
			t.Errorf("a stranger owns one: %+v", list[1].Owner)
		}
		stranger := h.admin
		stranger.Workspace.Number++
		for _, id := range []string{"", "x", "0123456789abcdef01234567"} {
			if _, err := h.computers.Get(t.Context(), h.admin, id); fault.KindOf(err) != fault.NotFound || err == nil {
				t.Errorf("%q: got %v", id, err)
			}
		}
		if _, err := h.computers.Get(t.Context(), stranger, c.ID); fault.KindOf(err) != fault.NotFound || err == nil {
			t.Errorf("of another workspace: got %v", err)
		}
		h.push(d, record(mac, `{"uniqueId":"other"}`))
		if list = h.all(computer.Query{}, 10); len(list) != 1 {
			t.Errorf("one is gone: got %d", len(list))
		}
		h.recount()
	})
}

// TestLate lets computers become late by the clock, to the millisecond.
func TestLate(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		d := h.define("Macs", "macos_user_computer", "")
		h.push(d, record(mac), record(mac, `{"uniqueId":"old","collectedTimestamp":"2026-01-01T00:00:00Z"}`))
		late := func() (ids []string) {
			h.ok(h.computers.Turn(t.Context()))
			h.recount()
			for _, c := range h.all(computer.Query{Late: true}, 10) {
				ids = append(ids, c.ID)
			}
			return ids
		}
		if got := late(); len(got) != 1 {
			t.Errorf("at first: got %v", got)
		}
		h.clock = time.Date(2026, 3, 14, 0, 0, 0, 0, time.UTC)
		if got := late(); len(got) != 1 {
			t.Errorf("at fourteen days: got %v", got)
		}
		h.clock = h.clock.Add(time.Millisecond)
		if due, err := h.computers.HasLate(t.Context()); err != nil || !due {
			t.Errorf("nothing is due: %v, %v", due, err)
		}
		if got := late(); len(got) != 2 {
			t.Errorf("a moment later: got %v", got)
		}
		h.push(d, record(mac, `{"collectedTimestamp":"2026-03-13T00:00:00Z"}`))
		if got := late(); len(got) != 0 {
			t.Errorf("checked again: got %v", got)
		}
	})
}

const linuxSchema = `{"properties":{"distro":{"type":"string"},"luks":{"type":"boolean","nullable":true},"lock_minutes":{"type":"int32"},"seen":{"type":"timestamp"}},
	"optionalProperties":{"holder":{"type":"string"},"serial":{"type":"string"}}}`

func linux(id string, more ...string) string {
	custom := `{"distro":"Debian 13","luks":true,"lock_minutes":10,"seen":"2026-02-28T00:00:00Z"}`
	return fmt.Sprintf(`{"uniqueId":%q,"displayName":%q,"externalUrl":"https://x.example","customProperties":%s}`,
		id, id, record(append([]string{custom}, more...)...))
}

func linuxMapping() mapping.Mapping {
	return mapping.Mapping{
		As: computer.Kind, Values: map[string]string{"operatingSystem": "linux"},
		Fields: map[string]string{"osVersion": "distro", "lastCheck": "customProperties.seen", "owner": "holder", "serialNumber": "serial"},
		Conditions: map[string]json.Value{
			"diskEncryption": json.Value(`{"field":"luks","op":"equals","value":true}`),
			"screenlock":     json.Value(`{"field":"lock_minutes","op":"lte","value":15}`),
		},
	}
}

// TestMapped shows a custom resource as computers, until it is not any more.
func TestMapped(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		d := h.define("Linux machines", "CustomResource", linuxSchema)
		h.push(d, linux("a"), linux("b", `{"luks":null,"lock_minutes":30}`))
		if list := h.all(computer.Query{}, 10); len(list) != 0 {
			t.Fatalf("shown before anybody said so: %+v", list)
		}
		_, err := h.mappings.Set(t.Context(), h.app, d.ID, linuxMapping())
		h.ok(err)
		list := h.all(computer.Query{}, 10)
		if len(list) != 2 || outcomes(list[0]) != "PASS PASS NA NA" || outcomes(list[1]) != "FAIL IN_PROGRESS NA NA" ||
			list[0].System() != "linux" || list[0].OSVersion != "Debian 13" || list[0].SerialNumber != "" || list[0].Late {
			t.Errorf("got %+v", list)
		}
		h.push(d, linux("a", `{"luks":false,"serial":"S-9"}`))
		if list = h.all(computer.Query{Failing: []computer.Check{computer.DiskEncryption}}, 10); len(list) != 1 || list[0].SerialNumber != "S-9" {
			t.Errorf("changed: got %+v", list)
		}
		h.recount()
		other := linuxMapping()
		delete(other.Conditions, "diskEncryption")
		_, err = h.mappings.Set(t.Context(), h.app, d.ID, other)
		h.ok(err)
		if list = h.all(computer.Query{}, 10); outcomes(list[0]) != "PASS NA NA NA" {
			t.Errorf("mapped otherwise: got %+v", list)
		}
		puts, err := h.mappings.List(t.Context(), h.admin)
		if h.ok(err); len(puts) != 1 || puts[0].Mapping.As != computer.Kind {
			t.Errorf("got %+v", puts)
		}
		h.ok(h.mappings.Delete(t.Context(), h.app, d.ID))
		if list = h.all(computer.Query{}, 10); len(list) != 0 {
			t.Errorf("still shown: %+v", list)
		}
		h.recount()
		if _, err := h.mappings.Get(t.Context(), h.app, d.ID); fault.KindOf(err) != fault.NotFound || err == nil {
			t.Errorf("taken away: got %v", err)
		}
	})
}

// TestMappingRefused are mappings that do not fit, each with its place.
func TestMappingRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		linux, macs := h.define("Linux machines", "CustomResource", linuxSchema), h.define("Macs", "macos_user_computer", "")
		for name, c := range map[string]struct {
			change func(*mapping.Mapping)
			want   string
		}{
			"no kind":          {func(m *mapping.Mapping) { m.As = "bicycle" }, "/as"},
			"no system":        {func(m *mapping.Mapping) { m.Values = nil }, "/fields"},
			"no such system":   {func(m *mapping.Mapping) { m.Values["operatingSystem"] = "beos" }, "/values/operatingSystem"},
			"no such slot":     {func(m *mapping.Mapping) { m.Fields["colour"] = "distro" }, "/fields/colour"},
			"no such field":    {func(m *mapping.Mapping) { m.Fields["serialNumber"] = "number" }, "/fields/serialNumber"},
			"another type":     {func(m *mapping.Mapping) { m.Fields["lastCheck"] = "distro" }, "/fields/lastCheck"},
			"the same for all": {func(m *mapping.Mapping) { m.Values["serialNumber"] = "1" }, "/values/serialNumber"},
			"no such check":    {func(m *mapping.Mapping) { m.Conditions["usb"] = m.Conditions["screenlock"] }, "/conditions/usb"},
			"a rule amiss": {func(m *mapping.Mapping) {
				m.Conditions["screenlock"] = json.Value(`{"field":"lock_minutes","op":"contains","value":1}`)
			}, "/conditions/screenlock/op"},
			"a rule with a date": {func(m *mapping.Mapping) {
				m.Conditions["screenlock"] = json.Value(`{"field":"seen","op":"within_last","value":"1d"}`)
			}, "/conditions/screenlock"},
		} {
			m := linuxMapping()
			c.change(&m)
			_, err := h.mappings.Set(t.Context(), h.app, linux.ID, m)
			var known *fault.Error
			if !errors.As(err, &known) || known.Kind != fault.Invalid || len(known.Problems) == 0 || known.Problems[0].Pointer != c.want {
				t.Errorf("%s: got %v, want a problem at %s", name, err, c.want)
			}
		}
		if _, err := h.mappings.Set(t.Context(), h.app, macs.ID, linuxMapping()); fault.KindOf(err) != fault.Conflict {
			t.Errorf("Macs: got %v", err)
		}
		neighbour := caller.Caller{Kind: caller.Application, ID: db.NewID(h.clock), Workspace: h.app.Workspace}
		if _, err := h.mappings.Set(t.Context(), neighbour, linux.ID, linuxMapping()); fault.KindOf(err) != fault.NotFound || err == nil {
			t.Errorf("another application's: got %v", err)
		}
	})
}

// TestFilters compares lists and counters with a look at every computer.
func TestFilters(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		d := h.define("Macs", "macos_user_computer", "")
		var elements []string
		for i := range 150 {
			parts := []string{mac, fmt.Sprintf(`{"uniqueId":"%03d"}`, i)}
			if i%2 == 0 {
				parts = append(parts, `{"drives":[{"name":"a","encrypted":true,"filevaultEnabled":true}]}`)
			}
			if i%3 == 0 {
				parts = append(parts, `{"isXProtectEnabled":true}`)
			}
			if i%50 == 0 {
				parts = append(parts, `{"collectedTimestamp":"2026-01-01T00:00:00Z"}`)
			}
			elements = append(elements, record(parts...))
		}
		h.push(d, elements...)
		everything := h.all(computer.Query{}, 100)
		for name, q := range map[string]computer.Query{
			"disks":         {Failing: []computer.Check{computer.DiskEncryption}},
			"disks or late": {Failing: []computer.Check{computer.DiskEncryption}, Late: true},
			"two":           {Failing: []computer.Check{computer.DiskEncryption, computer.Antivirus}},
			"late":          {Late: true},
			"of nobody":     {Applications: []string{"x"}},
		} {
			var want, got []string
			for _, c := range everything {
				takes := len(q.Failing) == 0 && !q.Late || q.Late && c.Late
				for _, check := range q.Failing {
					takes = takes || c.Outcomes[check] == computer.Fail
				}
				if takes && q.Applications == nil {
					want = append(want, c.ID)
				}
			}
			for _, c := range h.all(q, 7) {
				got = append(got, c.ID)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%.300s", name, diff)
			}
		}
		sum, err := h.computers.Summarize(t.Context(), h.admin)
		if h.ok(err); sum.Total != 150 || sum.Late != 3 || sum.Outcomes[computer.DiskEncryption][computer.Pass] != 75 || sum.Systems["macOS"] != 150 {
			t.Errorf("got %+v", sum)
		}
		h.recount()
	})
}

func ptr[T any](v T) *T { return &v }
