// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/scim/schema"
	"github.com/passmuster/muster/internal/seal"
	"github.com/passmuster/muster/internal/web"
	"github.com/passmuster/muster/internal/workspace"
)

// office is a real server with the set-up and the protocol on it, and two
// workspaces, of which the first is ours.
type office struct {
	*httptest.Server
	*Service
	t       *testing.T
	callers map[string]caller.Caller // by token
	db      *db.DB

	mu    sync.Mutex
	clock time.Time
}

func newOffice(t *testing.T, d *db.DB, options ...func(*web.Options)) *office {
	t.Helper()
	o := &office{t: t, callers: map[string]caller.Caller{}, clock: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC), db: d}
	w, err := workspace.New(d, o.now).Get(t.Context(), "")
	o.ok(err)
	users := access.New(access.Options{DB: d, Now: o.now})
	people := directory.New(directory.Options{DB: d, Leaver: Leaver{users}, Now: o.now})
	sealer, err := seal.New([]byte("0123456789abcdef0123456789abcdef"))
	o.ok(err)
	o.Server = httptest.NewUnstartedServer(nil)
	base := "http://" + o.Listener.Addr().String()
	o.Service = New(Options{
		Access: users, BaseURL: func(context.Context) (string, error) { return base, nil }, DB: d, Directory: people,
		Logger: slog.New(slog.NewTextHandler(t.Output(), nil)), Now: o.now, Sealer: sealer, Types: []*schema.ResourceType{device(t)},
	})
	command := caller.Caller{Kind: caller.CommandLine, Name: "muster admin", Workspace: w.Caller()}
	for _, role := range []string{"admin", "editor", "employee"} {
		user, err := users.Create(t.Context(), command, access.NewUser{Email: role + "@example.com", Name: "The " + role, Role: role, Status: access.Active})
		o.ok(err)
		o.callers[role] = user.Caller(w.Caller())
	}
	o.callers["application"] = caller.Caller{ID: "app", Kind: caller.Application, Scopes: []caller.Scope{caller.ScopeManageRead, caller.ScopeManageWrite}, Workspace: w.Caller()}
	o.callers["elsewhere"] = caller.Caller{Kind: caller.CommandLine, Name: "muster admin", Workspace: o.secondWorkspace()}
	settings := web.Options{BaseURL: base, Bearer: o, Now: o.now}
	for _, set := range options {
		set(&settings)
	}
	server := web.New(settings)
	o.Mount(server)
	o.Config.Handler = server.Handler()
	o.Start()
	t.Cleanup(o.Close)
	return o
}

// Caller knows the tokens of the office.
func (o *office) Caller(_ context.Context, token string) (caller.Caller, error) {
	c, ok := o.callers[token]
	if !ok {
		return c, fault.New(fault.Unauthorized, "no token")
	}
	return c, nil
}

func (o *office) secondWorkspace() (w caller.Workspace) {
	o.t.Helper()
	o.ok(o.db.Write(o.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		number, err := workspace.Next(ctx, tx, "workspace")
		if err != nil {
			return err
		}
		w = caller.Workspace{ID: db.NewID(o.now()), Name: "Other", Number: number}
		return tx.ExecOne(ctx, `INSERT INTO workspace (number, id, slug, name, created_at) VALUES ($1, $2, 'other', $3, 0)`, w.Number, w.ID, w.Name)
	}))
	return w
}

// now steps on, so that every id is above the one before.
func (o *office) now() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.clock = o.clock.Add(time.Millisecond)
	return o.clock
}

func (o *office) pass(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.clock = o.clock.Add(d)
}

func (o *office) ok(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatalf("unexpected: %v", err)
	}
}

// send answers status, header and text of a request.
func (o *office) send(method, path, body string, header ...string) (int, http.Header, string) {
	o.t.Helper()
	r, err := http.NewRequestWithContext(o.t.Context(), method, o.URL+path, strings.NewReader(body))
	o.ok(err)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := o.Client().Do(r)
	o.ok(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	o.ok(err)
	return response.StatusCode, response.Header, string(text)
}

// as is send with a token, for an answer of a status that is an object.
func (o *office) as(token string, status int, method, path, body string) map[string]any {
	o.t.Helper()
	got, _, text := o.send(method, path, body, "Authorization", "Bearer "+token)
	if got != status {
		o.t.Fatalf("%s %s as %s: got %d %s, want %d", method, path, token, got, text, status)
	}
	value := map[string]any{}
	if text != "" {
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			o.t.Fatalf("%s %s: %v in %s", method, path, err, text)
		}
	}
	return value
}

// admin is as for the Admin.
func (o *office) admin(status int, method, path, body string) map[string]any {
	o.t.Helper()
	return o.as("admin", status, method, path, body)
}

// connected is a directory with a token.
type connected struct {
	id, token, path string // path of the set-up
}

func (o *office) connect(name, provider string) connected {
	o.t.Helper()
	made := o.admin(http.StatusCreated, "POST", "/v1/directories", `{"name":"`+name+`","provider":"`+provider+`"}`)
	id := str(made["id"])
	return connected{id: id, token: str(made["token"]), path: "/v1/directories/" + id}
}

// provide is a request of the provider.
func (o *office) provide(c connected, status int, method, path, body string) map[string]any {
	o.t.Helper()
	return o.as(c.token, status, method, "/scim/v2/"+c.id+path, body)
}

// hire assigns a person, with more members of the user.
func (o *office) hire(c connected, name, more string) string {
	o.t.Helper()
	body := `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"` + name + `@example.com","displayName":"` + name +
		`","emails":[{"primary":true,"type":"work","value":"` + name + `@example.com"}],"active":true` + more + `}`
	return str(o.provide(c, http.StatusCreated, "POST", "/Users", body)["id"])
}

// team pushes a group with members.
func (o *office) team(c connected, name string, members ...string) string {
	o.t.Helper()
	list := make([]string, len(members))
	for i, m := range members {
		list[i] = `{"value":"` + m + `"}`
	}
	body := `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"` + name + `","members":[` + strings.Join(list, ",") + `]}`
	return str(o.provide(c, http.StatusCreated, "POST", "/Groups", body)["id"])
}

// user answers an account of ours.
func (o *office) user(name string) access.User {
	o.t.Helper()
	u, err := o.Access.Get(o.t.Context(), o.callers["admin"], name+"@example.com")
	o.ok(err)
	return u
}

// count answers a number of rows.
func (o *office) count(query string, args ...any) (n int64) {
	o.t.Helper()
	o.ok(o.db.Read(o.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRow(ctx, query, args...).Scan(&n)
	}))
	return n
}

// told answers the entries of evidence about directories, oldest first, as text.
func (o *office) told() string {
	o.t.Helper()
	var all []string
	o.ok(o.db.Read(o.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		all = nil
		return tx.Each(ctx, func(row db.Row) error {
			var text []byte
			err := row.Scan(&text)
			all = append(all, string(text))
			return err
		}, `SELECT document FROM evidence_entry ORDER BY id`)
	}))
	return strings.Join(all, "\n")
}

func str(value any) string {
	text, _ := value.(string)
	return text
}

// at reads a value of nested objects and lists, by names and indexes.
func at(value any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, _ := value.(map[string]any)
			value = m[step]
		case int:
			list, _ := value.([]any)
			if step >= len(list) {
				return nil
			}
			value = list[step]
		}
	}
	return value
}

// data answers the entries of a page.
func data(page map[string]any) []any {
	list, _ := at(page, "results", "data").([]any)
	return list
}
