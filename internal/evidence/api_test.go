// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/web"
)

// site serves the trail of a story that was told.
type site struct {
	*story
	*httptest.Server
	callers map[string]caller.Caller // by token
}

// Caller answers who has a token.
func (s *site) Caller(_ context.Context, token string) (caller.Caller, error) {
	c, ok := s.callers[token]
	if !ok {
		return c, fault.New(fault.Unauthorized, "no token")
	}
	return c, nil
}

func newSite(t *testing.T, d *db.DB) *site {
	t.Helper()
	s := &site{story: newStory(t, d)}
	employee, manager := s.ada, s.ada
	employee.Grants = []caller.Permission{caller.OwnAccount}
	manager.Kind, manager.Scopes = caller.Application, []caller.Scope{caller.ScopeManageRead}
	s.callers = map[string]caller.Caller{"ada": s.ada, "employee": employee, "manager": manager}
	server := web.New(web.Options{Bearer: s, Now: s.now})
	s.log.Mount(server)
	s.Server = httptest.NewServer(server.Handler())
	t.Cleanup(s.Close)
	s.application()
	s.laptops()
	s.exceptions()
	s.ok(s.log.Drain(t.Context()))
	return s
}

// get answers status and body.
func (s *site) get(token, path string) (int, []byte) {
	s.Helper()
	r, err := http.NewRequestWithContext(s.Context(), http.MethodGet, s.URL+"/v1/event-logs"+path, nil)
	s.ok(err)
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := s.Client().Do(r)
	s.ok(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	s.ok(err)
	return answer.StatusCode, text
}

// list answers a page of 100.
func (s *site) list(token, query string) []api.EventLog {
	s.Helper()
	status, text := s.get(token, "?pageSize=100&"+query)
	var page api.Page[api.EventLog]
	if status != http.StatusOK {
		s.Fatalf("%s: %d %s", query, status, text)
	}
	s.ok(json.Unmarshal(text, &page))
	return page.Results.Data
}

func (s *site) lines(token, query string) (lines []api.EventLine) {
	s.Helper()
	status, text := s.get(token, "/export?"+query)
	if status != http.StatusOK {
		s.Fatalf("%s: %d %s", query, status, text)
	}
	for line := range bytes.Lines(text) {
		var event api.EventLine
		s.ok(json.UnmarshalStrict(line, &event))
		canonical, err := json.Canonical(bytes.TrimSuffix(line, []byte("\n")))
		s.ok(err)
		if string(line) != string(canonical)+"\n" {
			s.Errorf("not canonical: %s", line)
		}
		lines = append(lines, event)
	}
	return lines
}

func actions(events []api.EventLog) string {
	list := make([]string, len(events))
	for i, e := range events {
		list[i] = e.Action
	}
	slices.Reverse(list)
	return strings.Join(list, " ")
}

func TestTheWireShape(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	page := s.list("manager", "action=application.configured")
	if len(page) != 1 {
		t.Fatalf("%d events", len(page))
	}
	one := int64(1)
	want := api.EventLog{
		Action: "application.configured", Actor: api.EventActor{ID: s.ada.ID, Name: "Ada Byron", Type: "user"}, Address: "192.0.2.7",
		Changes: []api.EventChange{
			{Field: "acceptForm", Before: "false", After: "true"}, {Field: "rotationGrace", Before: "0s", After: "1h0m0s"},
		},
		Date: page[0].Date, ID: page[0].ID, Position: &one,
		Summary: "Ada Byron changed the settings of the application Laptop Sync: accept form from false to true, rotation grace from 0s to 1h0m0s",
		Targets: []api.EventTarget{{ID: s.app.ID, Name: "Laptop Sync", Type: "application"}},
	}
	if diff := cmp.Diff(want, page[0]); diff != "" {
		t.Error(diff)
	}
	status, text := s.get("ada", "/"+page[0].ID)
	var event api.EventLog
	s.ok(json.Unmarshal(text, &event))
	if diff := cmp.Diff(want, event); diff != "" || status != http.StatusOK {
		t.Errorf("%d %s", status, diff)
	}
	if _, err := time.Parse("2006-01-02T15:04:05.000Z", event.Date); err != nil {
		t.Error(err)
	}
	s.ok(evidenceOf(s, evidence.Entry{Actor: caller.Caller{Kind: caller.CommandLine, Workspace: s.ada.Workspace}, Kind: "workspace"}))
	waiting := s.list("ada", "actorId=command-line")
	if len(waiting) != 1 || waiting[0].Position != nil || waiting[0].Actor.ID != "command-line" || !strings.Contains(mustMarshal(t, waiting[0]), `"position":null`) {
		t.Errorf("got %+v", waiting)
	}
}

func mustMarshal(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func evidenceOf(s *site, e evidence.Entry) error { return put(s.Context(), s.db, e) }

func TestWhoMayRead(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	id := s.list("ada", "")[0].ID
	for _, path := range []string{"", "/export", "/" + id} {
		for token, want := range map[string]int{
			"ada": http.StatusOK, "manager": http.StatusOK, "employee": http.StatusForbidden, "nobody": http.StatusUnauthorized,
		} {
			if got, text := s.get(token, path); got != want {
				t.Errorf("%s %s: %d %s, want %d", token, path, got, text, want)
			}
		}
	}
}

func TestFilters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		test := s.list("ada", "action=test.")[0].Targets[0].ID
		expired := s.list("ada", "action=exception.expired")[0]
		record := expired.Targets[1]
		definition := s.list("ada", "action=definition.")[0].Targets[0].ID
		everything := len(s.list("ada", "includeSyncs=true"))
		for _, c := range []struct{ query, want string }{
			{"action=application.", "application.created application.configured application.secret_rotated application.deleted"},
			{"action=application", "application.created application.configured application.secret_rotated application.deleted"},
			{"action=application.deleted", "application.deleted"},
			{"action=application.del", ""},
			{"actorType=system", "exception.expired"},
			{"actorId=system", "exception.expired"},
			{"actorId=" + s.app.ID, "definition.created"},
			{"actorId=" + s.app.ID + "&includeSyncs=true", "definition.created sync.pushed"},
			{"action=sync.pushed", "sync.pushed"},
			{"action=sync.pushed&includeSyncs=false", ""},
			{"targetType=definition", "definition.created definition.edited definition.edited"},
			{"targetId=" + definition + "&includeSyncs=false", "definition.created definition.edited definition.edited"},
			{"targetId=" + definition + "&actorId=" + s.app.ID, "definition.created sync.pushed"},
			{"targetType=test&targetId=" + test + "&action=test.", "test.deactivated test.reactivated"},
			{"targetId=" + record.ID, "exception.deactivated exception.reactivated exception.deactivated exception.expired"},
			{"targetId=" + record.ID + "&action=exception.reactivated", "exception.reactivated"},
			{"targetId=" + record.ID + "&targetType=entity&actorType=system", "exception.expired"},
			{"targetId=" + record.ID + "&targetType=test", ""},
			{"targetId=" + record.ID + "&startDate=" + expired.Date, "exception.expired"},
			{"q=LAPTOP%20TWO&action=exception.expired", "exception.expired"},
			{"q=laptop%20two&action=application.", ""},
			{"q=" + record.ID + "&actorType=system", "exception.expired"},
			{"q=%25", ""},
			{"q=nobody_", ""},
			{"startDate=" + expired.Date + "&endDate=" + expired.Date, "exception.expired"},
			{"startDate=" + url.QueryEscape(strings.Replace(expired.Date, "Z", "+00:00", 1)), "exception.expired test.deactivated test.reactivated application.deleted"},
			{"startDate=2026-09-22", ""},
			{"endDate=2026-09-20", ""},
			{"startDate=2026-09-21&endDate=2026-09-21&action=exception.expired", "exception.expired"},
		} {
			if got := actions(s.list("ada", c.query)); got != c.want {
				t.Errorf("%s:\ngot  %s\nwant %s", c.query, got, c.want)
			}
			if got := len(s.lines("ada", c.query)); got != len(strings.Fields(c.want)) {
				t.Errorf("%s: %d lines exported, want %d", c.query, got, len(strings.Fields(c.want)))
			}
		}
		if got := len(s.lines("ada", "includeSyncs=true")); got != everything || everything < 18 {
			t.Errorf("%d lines exported, %d listed", got, everything)
		}
	})
}

func TestBadQueries(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	for path, want := range map[string]string{
		"?startDate=yesterday":                            "query.startDate",
		"?endDate=2026-13-01":                             "query.endDate",
		"/export?startDate=2026-02-02&endDate=2026-02-01": "query.endDate",
		"?actorType=robot":                                "actorType",
		"?includeSyncs=perhaps":                           "includeSyncs",
		"?pageCursor=" + web.EncodeCursor("a\x00b"):       "query.pageCursor",
		"/export?after=" + db.NewID(s.now()):              "query.after",
	} {
		status, text := s.get("ada", path)
		if status != http.StatusBadRequest || !strings.Contains(string(text), want) {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
	if status, _ := s.get("ada", "/"+db.NewID(s.now())); status != http.StatusNotFound {
		t.Errorf("an unknown event: %d", status)
	}
}

// TestPages walks the trail and comes past every event once.
func TestPages(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	var walked []api.EventLog
	for cursor := ""; ; {
		var page api.Page[api.EventLog]
		_, text := s.get("ada", "?pageSize=4&pageCursor="+cursor)
		s.ok(json.Unmarshal(text, &page))
		walked = append(walked, page.Results.Data...)
		if !page.Results.PageInfo.HasNextPage {
			break
		}
		cursor = *page.Results.PageInfo.EndCursor
	}
	if diff := cmp.Diff(s.list("ada", ""), walked); diff != "" || len(walked) != 15 {
		t.Errorf("%d events: %s", len(walked), diff)
	}
}

// TestAWindowHolds asks for more than an auditor may see, in every way there is.
func TestAWindowHolds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		all := s.list("ada", "")
		from, to := all[9], all[5] // newest first
		auditor := s.ada
		auditor.Window = &caller.Window{From: s.date(from), To: s.date(to)}
		s.callers["auditor"] = auditor
		inside := all[5:10]
		for _, query := range []string{"", "includeSyncs=false", "startDate=1970-01-01&endDate=2100-01-01", "endDate=" + all[0].Date} {
			if diff := cmp.Diff(inside, s.list("auditor", query)); diff != "" {
				t.Errorf("%s: %s", query, diff)
			}
			if got := s.lines("auditor", query); len(got) != 5 || got[0].ID != from.ID {
				t.Errorf("%s: %d lines", query, len(got))
			}
		}
		if got := s.list("auditor", "startDate="+to.Date); len(got) != 1 {
			t.Errorf("%d events of a part of the window", len(got))
		}
		for i, e := range all {
			want := http.StatusNotFound
			if i >= 5 && i < 10 {
				want = http.StatusOK
			}
			if got, _ := s.get("auditor", "/"+e.ID); got != want {
				t.Errorf("event %d: %d, want %d", i, got, want)
			}
		}
		if got, _ := s.get("auditor", "/export?after="+all[12].ID); got != http.StatusBadRequest {
			t.Errorf("an export after what the auditor may not see: %d", got)
		}
	})
}

func (s *site) date(e api.EventLog) time.Time {
	s.Helper()
	at, err := time.Parse(time.RFC3339, e.Date)
	s.ok(err)
	return at
}

func TestAnotherWorkspaceSeesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		id := s.list("ada", "")[0].ID
		record := s.list("ada", "action=exception.expired")[0].Targets[1].ID
		eve := s.ada
		eve.Workspace = caller.Workspace{ID: db.NewID(s.now()), Name: "Other", Number: 99}
		exec(t, d, `INSERT INTO workspace (number, id, slug, name, created_at) VALUES (99, $1, 'other', 'Other', 0)`, eve.Workspace.ID)
		s.callers["eve"] = eve
		for _, query := range []string{"includeSyncs=true", "actorId=" + s.ada.ID, "q=laptop", "targetId=" + s.app.ID, "targetId=" + record, "action=application."} {
			if got := len(s.list("eve", query)) + len(s.lines("eve", query)); got != 0 {
				t.Errorf("%s: %d events", query, got)
			}
		}
		if got, _ := s.get("eve", "/"+id); got != http.StatusNotFound {
			t.Errorf("another workspace's event: %d", got)
		}
		if got, _ := s.get("eve", "/export?after="+id); got != http.StatusBadRequest {
			t.Errorf("an export after another workspace's event: %d", got)
		}
	})
}

// TestExportFitsTheTree ties every line to the entry in the tree, in its order,
// also when the export is taken in two.
func TestExportFitsTheTree(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		lines := s.lines("ada", "includeSyncs=true")
		report := verify(t, s.log, s.ada.Workspace, int64(len(lines)))
		leaves := leavesOf(t, d, s.ada.Workspace)
		for i, line := range lines {
			entry, err := s.log.Entry(t.Context(), s.ada.Workspace, int64(i))
			s.ok(err)
			if line.Position == nil || *line.Position != int64(i) || line.ID != entry.ID || line.Leaf != leaves[line.ID] {
				t.Errorf("line %d is %+v, the entry %s", i, line, entry.ID)
			}
		}
		if report.Size != int64(len(lines)) {
			t.Errorf("the pack has %d entries", report.Size)
		}
		rest := s.lines("ada", "includeSyncs=true&after="+lines[6].ID)
		if diff := cmp.Diff(lines[7:], rest); diff != "" {
			t.Error(diff)
		}
		if rest := s.lines("ada", "includeSyncs=true&after="+lines[len(lines)-1].ID); len(rest) != 0 {
			t.Errorf("%d lines after the last", len(rest))
		}
	})
}

// leavesOf answers the leaf of every entry, hashed anew as RFC 6962 has it.
func leavesOf(t *testing.T, d *db.DB, w caller.Workspace) map[string]string {
	t.Helper()
	leaves := map[string]string{}
	err := d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Each(ctx, func(row db.Row) error {
			var id, document string
			err := row.Scan(&id, &document)
			leaf := leafOf(document)
			leaves[id] = hex.EncodeToString(leaf[:])
			return err
		}, `SELECT id, document FROM evidence_entry WHERE workspace = $1`, w.Number)
	})
	if err != nil {
		t.Fatal(err)
	}
	return leaves
}
