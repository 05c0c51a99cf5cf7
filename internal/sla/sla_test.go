// SPDX-License-Identifier: Apache-2.0

package sla_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/sla"
	"github.com/passmuster/muster/internal/web"
	"github.com/passmuster/muster/internal/workspace"
)

// house is two workspaces with the feature behind HTTP. Tokens are the names of
// the workspaces; "reader" only reads in the first.
type house struct {
	*testing.T
	callers map[string]caller.Caller
	clock   time.Time
	db      *db.DB
	slas    *sla.Service
	url     string
	used    map[string][]string // tests by the SLA they point to
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := &house{T: t, callers: map[string]caller.Caller{}, clock: time.UnixMilli(1_790_000_000_000), db: d, used: map[string][]string{}}
	now := func() time.Time { return h.clock }
	houses := workspace.New(d, now)
	for _, name := range []string{"default", "other"} {
		if name != "default" {
			if _, err := houses.Create(t.Context(), caller.Caller{Kind: caller.CommandLine}, workspace.NewWorkspace{Name: name}); err != nil {
				t.Fatal(err)
			}
		}
		w, err := houses.Get(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		h.callers[name] = caller.Caller{
			Kind: caller.Application, ID: db.NewID(h.clock), Name: name, Workspace: w.Caller(),
			Scopes: []caller.Scope{caller.ScopeManageRead, caller.ScopeManageWrite},
		}
	}
	reader := h.callers["default"]
	reader.Scopes = []caller.Scope{caller.ScopeManageRead}
	h.callers["reader"] = reader
	h.slas = sla.New(sla.Options{DB: d, Now: now})
	h.slas.Users = func(_ context.Context, _ *db.Tx, _ caller.Workspace, slug string) ([]string, error) {
		return h.used[slug], nil
	}
	server := web.New(web.Options{Bearer: h, Now: now})
	h.slas.Mount(server)
	site := httptest.NewServer(server.Handler())
	t.Cleanup(site.Close)
	h.url = site.URL
	return h
}

// Caller knows the tokens.
func (h *house) Caller(_ context.Context, token string) (caller.Caller, error) {
	c, ok := h.callers[token]
	if !ok {
		return c, fault.New(fault.Unauthorized, "no token")
	}
	return c, nil
}

// ask answers "status body" of a call.
func (h *house) ask(token, call, body string) string {
	h.Helper()
	method, path, _ := strings.Cut(call, " ")
	r, err := http.NewRequestWithContext(h.Context(), method, h.url+path, strings.NewReader(body))
	if err != nil {
		h.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		h.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		h.Fatal(err)
	}
	return fmt.Sprintf("%d %s", answer.StatusCode, strings.TrimSpace(string(text)))
}

// want makes a call whose answer must begin with, and hold, some texts.
func (h *house) want(token, call, body string, texts ...string) {
	h.Helper()
	got := h.ask(token, call, body)
	for i, text := range texts {
		if i == 0 && !strings.HasPrefix(got, text) || !strings.Contains(got, text) {
			h.Errorf("%s %s: got %s, want %q", call, body, got, text)
		}
	}
}

// due answers in how many days an item is due that was detected at an instant.
func (h *house) due(name, slug string, detected time.Time) string {
	h.Helper()
	var terms sla.Terms
	err := h.db.Read(h.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		terms, err = sla.TermsOf(ctx, tx, h.callers[name].Workspace.Number, slug)
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	due := terms.Due(db.Millis(detected))
	if due == nil {
		return "never"
	}
	return db.Time(*due).Sub(detected).String()
}

func TestCategories(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.want("default", "GET /v1/slas?pageSize=100", "", "200", `"slug":"vulnerabilities-critical","name":"Vulnerabilities: critical","deadline":{"days":7}`)
		h.want("default", "POST /v1/slas", `{"apiVersion":"muster/v1","kind":"SLA","name":"Web servers","deadline":{"businessDays":3}}`, "201",
			`"id":"web-servers"`, `"deadline":{"businessDays":3}`, `"enabled":true`, `"builtIn":false`)
		h.want("default", "GET /v1/slas/Web%20Servers", "", "200", `"slug":"web-servers"`)
		h.want("other", "GET /v1/slas/web-servers", "", "404")
		h.want("other", "PATCH /v1/slas/web-servers", `{"enabled":false}`, "404")
		h.want("reader", "POST /v1/slas", `{"name":"X","deadline":{"days":1}}`, "403")

		for body, want := range map[string]string{
			`{"name":"Web servers","deadline":{"days":1},"slug":"other"}`: "409", `{"name":"Other","slug":"web-servers","deadline":{"days":1}}`: "409",
			`{"name":"Other","slug":"computers","deadline":{"days":1}}`: "409", `{"name":"Other","deadline":{"days":0}}`: "400", `{"name":"Other"}`: "400",
			`{"name":"","deadline":{"days":1}}`: "400", `{"name":"Other","deadline":{"days":1},"slug":"No Slug"}`: "400", `{"name":"Other","deadline":null}`: "400",
			`{"name":"Other","deadline":{"days":1},"kind":"Test"}`: "400", `{"name":"Other","deadline":{"days":1},"more":1}`: "400",
		} {
			h.want("default", "POST /v1/slas", body, want)
		}
		h.want("default", "POST /v1/slas", `{"name":"Other","deadline":{"weeks":1}}`, "400", `"body.deadline"`, "must be {hours: n}")

		h.used["web-servers"] = []string{"Servers patched"}
		h.want("default", "DELETE /v1/slas/web-servers", "", "409", "Servers patched")
		h.used = map[string][]string{}
		h.want("default", "DELETE /v1/slas/web-servers", "", "204")
		h.want("default", "DELETE /v1/slas/web-servers", "", "404")
		h.want("default", "DELETE /v1/slas/computers", "", "422", "built in")
		if got := h.due("default", "web-servers", h.clock); got != "never" {
			t.Errorf("an SLA that is no more: due in %s", got)
		}
	})
}

// TestEditsTouchNewItemsOnly holds that an item goes by the term that held when
// it was detected.
func TestEditsTouchNewItemsOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		first := h.clock
		h.clock = h.clock.Add(time.Hour)
		h.want("default", "PATCH /v1/slas/vulnerabilities-high", `{"deadline":{"days":10}}`, "200", `{"days":10}`)
		second := h.clock
		h.clock = h.clock.Add(time.Hour)
		h.want("default", "PATCH /v1/slas/vulnerabilities-high", `{"enabled":false}`, "200", `"enabled":false`)
		third := h.clock
		h.clock = h.clock.Add(time.Hour)
		h.want("default", "PATCH /v1/slas/vulnerabilities-high", `{"enabled":true,"deadline":{"hours":5},"name":"High ones"}`, "200", `"name":"High ones"`, `"builtIn":true`)
		h.want("default", "PATCH /v1/slas/vulnerabilities-high", `{"slug":"else"}`, "400")
		for at, want := range map[time.Time]string{
			first.Add(-time.Hour): "720h0m0s", first: "720h0m0s", second.Add(-time.Millisecond): "720h0m0s", second: "240h0m0s",
			third.Add(-time.Millisecond): "240h0m0s", third: "never", h.clock: "5h0m0s",
		} {
			if got := h.due("default", "vulnerabilities-high", at); got != want {
				t.Errorf("detected %s: due in %s, want %s", at, got, want)
			}
		}
		if got := h.due("other", "vulnerabilities-high", h.clock); got != "720h0m0s" {
			t.Errorf("in another workspace: due in %s", got)
		}

		// A category that was made later gives older items its first term.
		h.want("default", "POST /v1/slas", `{"name":"Late","deadline":{"hours":1}}`, "201")
		h.clock = h.clock.Add(time.Hour)
		h.want("default", "PATCH /v1/slas/late", `{"deadline":{"hours":2}}`, "200")
		if got := h.due("default", "late", first); got != "1h0m0s" {
			t.Errorf("an item that is older than its SLA: due in %s", got)
		}
	})
}

func TestSettings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.want("default", "GET /v1/sla-settings", "", "200", `{"timeZone":"UTC","dueSoonHours":null}`)
		for body, want := range map[string]string{
			`{"timeZone":"Mars/Base"}`: "body.timeZone", `{"timeZone":"Local"}`: "body.timeZone", `{"timeZone":""}`: "body.timeZone", `{"timeZone":"../etc/passwd"}`: "body.timeZone",
			`{"dueSoonHours":-1}`: "body.dueSoonHours", `{"dueSoonHours":"a"}`: "body.dueSoonHours", `{"dueSoonHours":1e300}`: "body.dueSoonHours", `{"zone":1}`: "zone",
		} {
			h.want("default", "PATCH /v1/sla-settings", body, "400", want)
		}
		h.want("reader", "PATCH /v1/sla-settings", `{"timeZone":"Asia/Tokyo"}`, "403")

		friday := time.Date(2027, 6, 11, 23, 30, 0, 0, time.UTC)
		if got := h.due("default", "account-access-revocation", friday); got != "72h0m0s" {
			t.Errorf("in UTC: due in %s", got)
		}
		h.want("default", "PATCH /v1/sla-settings", `{"timeZone":"Asia/Tokyo","dueSoonHours":48}`, "200", `{"timeZone":"Asia/Tokyo","dueSoonHours":48}`)
		// It is Saturday 08:30 in Tokyo, so it counts from Monday 00:00 there.
		if got := h.due("default", "account-access-revocation", friday); got != "63h30m0s" {
			t.Errorf("in Tokyo: due in %s", got)
		}
		h.want("other", "GET /v1/sla-settings", "", "200", `"UTC"`)
		h.want("default", "PATCH /v1/sla-settings", `{"dueSoonHours":null}`, "200", `{"timeZone":"Asia/Tokyo","dueSoonHours":null}`)
	})
}

func TestIsSoon(t *testing.T) {
	day := int64(86_400_000)
	got := []bool{
		sla.Settings{}.IsSoon(1000*day, 0), sla.Settings{DueSoon: &day}.IsSoon(2*day, day-1), sla.Settings{DueSoon: &day}.IsSoon(2*day, day),
		sla.Settings{DueSoon: &day}.IsSoon(2*day, 5*day),
	}
	if diff := cmp.Diff([]bool{true, false, true, true}, got); diff != "" {
		t.Error(diff)
	}
}

// TestEvidence holds that every change leaves an entry with what was before.
func TestEvidence(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	for call, body := range map[string]string{"POST /v1/slas": `{"name":"Web","deadline":{"days":3}}`} {
		h.want("default", call, body, "201")
	}
	h.want("default", "PATCH /v1/slas/web", `{"deadline":{"days":4}}`, "200")
	h.want("default", "PATCH /v1/slas/web", `{"deadline":{"days":4}}`, "200") // says nothing new
	h.want("default", "DELETE /v1/slas/web", "", "204")
	h.want("default", "PATCH /v1/sla-settings", `{"timeZone":"Asia/Tokyo"}`, "200")
	var bodies []string
	err := h.db.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Each(ctx, func(row db.Row) error {
			var text []byte
			if err := row.Scan(&text); err != nil {
				return err
			}
			var entry struct {
				Body struct {
					Changes json.Value `json:"changes"`
					What    string     `json:"what"`
				} `json:"body"`
			}
			err := json.Unmarshal(text, &entry)
			bodies = append(bodies, entry.Body.What+" "+string(entry.Body.Changes))
			return err
		}, `SELECT document FROM evidence_entry ORDER BY id`)
	})
	want := []string{
		`created [{"after":"Web","field":"name"},{"after":"3 days","field":"deadline"},{"after":"on","field":"enabled"}]`,
		`edited [{"after":"4 days","before":"3 days","field":"deadline"}]`,
		`deleted [{"before":"Web","field":"name"},{"before":"4 days","field":"deadline"},{"before":"on","field":"enabled"}]`,
		`updated [{"after":"Asia/Tokyo","before":"UTC","field":"timeZone"}]`,
	}
	if diff := cmp.Diff(want, bodies); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}
