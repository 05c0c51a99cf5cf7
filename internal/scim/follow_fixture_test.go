// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/workspace"
)

// village is a workspace with people, accounts and a directory, to which a
// provider speaks.
type village struct {
	*Service
	t     testing.TB
	admin caller.Caller
	dir   Directory

	events *evidence.Service // nil until the trail is read

	mu    sync.Mutex
	clock time.Time
	ended map[access.UserID]int // sessions that were ended
}

func newVillage(t testing.TB, d *db.DB) *village {
	t.Helper()
	h := &village{t: t, clock: time.UnixMilli(1_790_000_000_000), ended: map[access.UserID]int{}}
	w, err := workspace.New(d, h.now).Get(t.Context(), "")
	h.ok(err)
	h.admin = caller.Caller{Kind: caller.CommandLine, Name: "muster admin", Workspace: w.Caller()}
	users := access.New(access.Options{DB: d, Entrance: h, Now: h.now})
	people := directory.New(directory.Options{DB: d, Leaver: Leaver{users}, Now: h.now})
	h.Service = New(Options{
		Access: users, BaseURL: func(context.Context) (string, error) { return "https://muster.example.com", nil },
		DB: d, Directory: people, Logger: slog.New(slog.NewTextHandler(t.Output(), nil)), Now: h.now,
	})
	h.dir = h.connect("Okta")
	return h
}

// connect makes a directory that names vanta_roles.
func (h *village) connect(name string) Directory {
	h.t.Helper()
	d, _, err := h.CreateDirectory(h.t.Context(), h.admin, NewDirectory{Name: name, Provider: Okta})
	h.ok(err)
	return h.set(d, `role_attribute = 'vanta_roles', state = 'linked'`)
}

// set changes columns of a directory.
func (h *village) set(d Directory, columns string) Directory {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *db.Tx) (err error) {
		if err := tx.ExecOne(ctx, `UPDATE scim_directory SET `+columns+` WHERE number = $1`, d.Number); err != nil {
			return err
		}
		d, err = selectByNumber(ctx, tx, d.Number)
		return err
	})
	return d
}

// now steps on, so that every id is above the one before.
func (h *village) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock = h.clock.Add(time.Millisecond)
	return h.clock
}

func (h *village) pass(span time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock = h.clock.Add(span)
}

// CanSignIn, EndLinks and EndSessions are of access.Entrance.
func (h *village) CanSignIn(context.Context, *db.Tx, int64, access.UserID) (bool, error) {
	return true, nil
}

func (h *village) EndLinks(context.Context, *db.Tx, int64, access.UserID) error { return nil }

func (h *village) EndSessions(_ context.Context, _ *db.Tx, _ time.Time, _ int64, user access.UserID) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended[user]++
	return nil
}

func (h *village) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *village) same(what string, got, want any) {
	h.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		h.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func (h *village) write(fn func(ctx context.Context, tx *db.Tx) error) {
	h.t.Helper()
	h.ok(h.DB.Write(h.t.Context(), fn))
}

func (h *village) read(fn func(ctx context.Context, tx *db.Tx) error) {
	h.t.Helper()
	h.ok(h.DB.Read(h.t.Context(), fn))
}

// send plays a request of the provider and answers status and body.
func (h *village) send(d Directory, method, path, body string) (int, map[string]any) {
	h.t.Helper()
	a := h.handle(h.t.Context(), d, nil, request{Address: "192.0.2.1", Method: method, Path: path, Body: []byte(body)})
	h.ok(h.FlushLog(h.t.Context()))
	var read map[string]any
	if len(a.Body) > 0 {
		h.ok(json.Unmarshal(a.Body, &read))
	}
	return a.Status, read
}

// does is send for what has to succeed; it answers the id.
func (h *village) does(method, path, body string) string {
	h.t.Helper()
	return h.doesIn(h.dir, method, path, body)
}

func (h *village) doesIn(d Directory, method, path, body string) string {
	h.t.Helper()
	status, answer := h.send(d, method, path, body)
	if status >= http.StatusBadRequest {
		h.t.Fatalf("%s %s: %d %v", method, path, status, answer)
	}
	id, _ := answer["id"].(string)
	return id
}

// user makes a user; more are members of the body after the first ones.
func (h *village) user(name, more string) string {
	h.t.Helper()
	return h.does("POST", "/Users", userBody(name, more))
}

func userBody(name, more string) string {
	return fmt.Sprintf(`{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "%[1]s@example.com",
		"displayName": "%[1]s", "emails": [{"value": "%[1]s@example.com", "type": "work", "primary": true}]%[2]s}`, name, more)
}

func (h *village) group(name string, members ...string) string {
	h.t.Helper()
	return h.does("POST", "/Groups", fmt.Sprintf(`{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
		"displayName": %q, "members": [%s]}`, name, memberList(members)))
}

func memberList(members []string) string {
	list := make([]string, len(members))
	for i, m := range members {
		list[i] = fmt.Sprintf(`{"value": %q}`, m)
	}
	return strings.Join(list, ", ")
}

// patchBody is a PATCH with one operation.
func patchBody(op, path, value string) string {
	operation := fmt.Sprintf(`"op": %q`, op)
	if path != "" {
		operation += fmt.Sprintf(`, "path": %q`, path)
	}
	if value != "" {
		operation += `, "value": ` + value
	}
	return `{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{` + operation + `}]}`
}

// turn switches a user off or on.
func (h *village) turn(id, active string) {
	h.t.Helper()
	h.does("PATCH", "/Users/"+id, patchBody("replace", "", `{"active": `+active+`}`))
}

func (h *village) resource(kind, id string) (r Resource) {
	h.t.Helper()
	h.read(func(ctx context.Context, tx *db.Tx) error {
		return tx.Each(ctx, func(row db.Row) (err error) {
			r, err = scanResource(row)
			return err
		}, resourceFields+`WHERE r.id = $1 AND r.type = $2`, id, kind)
	})
	return r
}

// account answers role, status and source of the account with an e-mail, "" when
// there is none.
func (h *village) account(email string) string {
	h.t.Helper()
	all, err := h.Access.List(h.t.Context(), h.admin)
	h.ok(err)
	for _, u := range all {
		if u.Email == email {
			return fmt.Sprintf("%s %s %s %s", u.Name, u.Role.Slug, u.Status, u.Source)
		}
	}
	return ""
}

// person answers name, title and employment of the person with an e-mail, "" when
// there is none.
func (h *village) person(email string) (words string) {
	h.t.Helper()
	h.read(func(ctx context.Context, tx *db.Tx) error {
		p, err := h.Directory.ByEmail(ctx, tx, h.admin.Workspace.Number, email)
		if err == nil {
			words = strings.Join(strings.Fields(fmt.Sprintf("%s %s %s", p.Name.Display, p.JobTitle, p.Employment(h.now()))), " ")
		}
		return nil
	})
	return words
}

// team answers the names of the members of a group of people.
func (h *village) team(name string) []string {
	h.t.Helper()
	groups, _, err := h.Directory.ListGroups(h.t.Context(), h.admin, "", 100)
	h.ok(err)
	for _, g := range groups {
		if g.Name != name {
			continue
		}
		names := []string{}
		h.ok(h.Directory.EachMember(h.t.Context(), h.admin, g.ID, func(p directory.Person) error {
			names = append(names, p.Name.Display)
			return nil
		}))
		slices.Sort(names)
		return names
	}
	return nil
}

// warned answers kind and subject of the warnings, and forgets them.
func (h *village) warned() (list []string) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *db.Tx) error {
		list = nil
		if err := tx.Each(ctx, func(row db.Row) error {
			var kind, subject, message string
			err := row.Scan(&kind, &subject, &message)
			if kind != warnKept && !strings.HasSuffix(message, ".") || strings.Contains(message, "..") || strings.Contains(message, "%!") {
				h.t.Errorf("not a sentence: %s", message)
			}
			if kind != warnNoAttribute { // most people of these tests come so; TestArrivesWithoutTheAttribute is about it
				list = append(list, kind+" "+subject)
			}
			return err
		}, `SELECT kind, subject, message FROM scim_warning ORDER BY kind, subject`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM scim_warning`)
		return err
	})
	return list
}

// maps gives groups roles, the first with priority.
func (h *village) maps(pairs ...string) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM scim_mapping`); err != nil {
			return err
		}
		for i := 0; i < len(pairs); i += 2 {
			if err := tx.ExecOne(ctx, `INSERT INTO scim_mapping (directory, position, grp, role) VALUES ($1, $2, $3, $4)`,
				h.dir.Number, int64(i/2+1), pairs[i], pairs[i+1]); err != nil {
				return err
			}
		}
		return nil
	})
}

// told answers the entries of evidence of a kind: what, about whom, what changed.
func (h *village) told(kind string) (lines []string) {
	h.t.Helper()
	h.read(func(ctx context.Context, tx *db.Tx) error {
		lines = nil
		return tx.Each(ctx, func(row db.Row) error {
			var text []byte
			if err := row.Scan(&text); err != nil {
				return err
			}
			var e struct {
				Subject struct {
					Name string `json:"name"`
				} `json:"subject"`

				Body struct {
					What    string `json:"what"`
					Changes []struct {
						Field  string `json:"field"`
						Before any    `json:"before"`
						After  any    `json:"after"`
					} `json:"changes"`
				} `json:"body"`
			}
			err := json.Unmarshal(text, &e)
			line := e.Body.What + " " + e.Subject.Name
			for _, c := range e.Body.Changes {
				line += fmt.Sprintf("; %s: %v > %v", c.Field, orNothing(c.Before), orNothing(c.After))
			}
			lines = append(lines, line)
			return err
		}, `SELECT document FROM evidence_entry WHERE kind = $1 ORDER BY id`, kind)
	})
	return lines
}

func orNothing(v any) any {
	if named, ok := v.(map[string]any); ok {
		return named["name"]
	}
	if v == nil {
		return ""
	}
	return v
}
