// SPDX-License-Identifier: Apache-2.0

package account_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/account"
	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/facet"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/workspace"
)

// fatal is what a fixture needs of a test or a rapid check.
type fatal interface {
	Context() context.Context
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Helper()
}

// house is a workspace with people, an application and its systems.
type house struct {
	t        fatal
	accounts *account.Service
	admin    caller.Caller
	app      caller.Caller
	clock    time.Time
	db       *db.DB
	people   *directory.Service
	records  *resource.Service
}

func newHouse(t fatal, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, clock: time.UnixMilli(1_790_000_000_000), db: d}
	w, err := workspace.New(d, h.now).Get(t.Context(), "default")
	h.ok(err)
	h.app = caller.Caller{Kind: caller.Application, ID: db.NewID(h.clock), Name: "Demo", Workspace: w.Caller()}
	h.admin = caller.Caller{Kind: caller.CommandLine, Name: "muster admin", Workspace: w.Caller()}
	h.ok(d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.ExecOne(ctx, `INSERT INTO oauth_application (id, workspace, name, name_key, type, distribution, client_id, scopes,
			redirect_uris, overlapping_tokens, rotation_grace, accept_form, created_at, updated_at)
			VALUES ($1, $2, $1, $1, 'build', 'private', $1, '[]', '[]', 1, 0, FALSE, 0, 0)`, h.app.ID, w.Number)
	}))
	h.people = directory.New(directory.Options{DB: d, Now: h.now})
	h.accounts = account.New(account.Options{Applications: h, DB: d, Directory: h.people, Now: h.now})
	h.people.Followers = append(h.people.Followers, h.accounts)
	h.records = resource.New(resource.Options{
		DB: d, Judge: assessment.NewJudge(d), Now: h.now, Owner: "test", Views: []resource.View{h.accounts}, Wait: time.Minute,
		Systems: resource.Systems{Application: h.houseApp, Definitions: []resource.System{account.OwnersSystem()}},
	})
	h.accounts.Records = h.records
	return h
}

// houseApp answers the application of system definitions, which the house makes.
func (h *house) houseApp(ctx context.Context, tx *db.Tx, w caller.Workspace) (string, error) {
	id := "00000000000000000000" + fmt.Sprintf("%04x", w.Number)
	_, err := tx.Exec(ctx, `INSERT INTO oauth_application (id, workspace, name, name_key, type, distribution, client_id, scopes,
		redirect_uris, overlapping_tokens, rotation_grace, accept_form, created_at, updated_at)
		VALUES ($1, $2, $1, $1, 'build', 'private', $1, '[]', '[]', 1, 0, FALSE, 0, 0) ON CONFLICT (id) DO NOTHING`, id, w.Number)
	return id, err
}

// fed answers what rules see of owners: kind and e-mail by account.
func (h *house) fed() map[string]string {
	h.t.Helper()
	h.ok(h.accounts.Feed(h.t.Context()))
	d, err := h.records.System(h.t.Context(), h.admin.Workspace, account.Owners)
	h.ok(err)
	var out bytes.Buffer
	out.WriteByte('[')
	h.ok(h.records.WriteRecords(h.t.Context(), d, "", &out))
	out.WriteByte(']')
	var list []struct {
		UniqueID         string `json:"uniqueId"`
		DeletedAt        string `json:"deletedAt"`
		CustomProperties struct {
			Account string `json:"account"`
			Email   string `json:"email"`
			Kind    string `json:"kind"`
		} `json:"customProperties"`
	}
	h.ok(json.Unmarshal(out.Bytes(), &list))
	owners := map[string]string{}
	for _, r := range list {
		if r.UniqueID != r.CustomProperties.Account {
			h.t.Errorf("the record %s is about %s", r.UniqueID, r.CustomProperties.Account)
		}
		if r.DeletedAt == "" {
			owners[r.UniqueID] = r.CustomProperties.Kind + " " + r.CustomProperties.Email
		}
	}
	return owners
}

// ApplicationNames is of account.Applications.
func (h *house) ApplicationNames(context.Context, caller.Caller) (map[string]string, error) {
	return map[string]string{h.app.ID: h.app.Name}, nil
}

func (h *house) now() time.Time {
	h.clock = h.clock.Add(time.Millisecond)
	return h.clock
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("unexpected: %v", err)
	}
}

func (h *house) system(name string) resource.Definition {
	h.t.Helper()
	d, err := h.records.Create(h.t.Context(), h.app, resource.NewDefinition{Application: h.app.ID, Base: "user_account", Name: name})
	h.ok(err)
	return d
}

// user is a user_account as a system pushes it.
type user struct {
	Auth, Email, ID, Level, Name, Status string
	Login                                string // "" for never
	MFA                                  *bool
}

func (u user) json() string {
	value := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return string(text)
	}
	more := ""
	if u.Login != "" {
		more = `,"lastLoginTimestamp":` + value(u.Login)
	}
	return fmt.Sprintf(`{"uniqueId":%s,"displayName":%s,"externalUrl":"https://example.com","fullName":%s,"accountName":%s,"email":%s,
		"permissionLevel":%s,"createdTimestamp":"2026-01-02T03:04:05Z","status":%s,"mfaEnabled":%s,"mfaMethods":[],"authMethod":%s%s}`,
		value(u.ID), value(u.Name), value(u.Name), value("login-"+u.ID), value(u.Email), value(u.Level), value(u.Status), value(u.MFA), value(u.Auth), more)
}

func plain(id, email string) user {
	return user{Auth: "PASSWORD", Email: email, ID: id, Level: "BASE", Name: "Name of " + id, Status: "ACTIVE"}
}

func (h *house) push(d resource.Definition, users ...user) {
	h.t.Helper()
	elements := make([]string, len(users))
	for i, u := range users {
		elements[i] = u.json()
	}
	result, err := h.records.Push(h.t.Context(), h.app, resource.Push{
		Base: d.Base, Default: resource.Strict,
		Body: strings.NewReader(fmt.Sprintf(`{"resourceId":%q,"resources":[%s]}`, d.ID, strings.Join(elements, ","))),
	})
	h.ok(err)
	if result.Failure != "" {
		h.t.Fatalf("refused: %s", result.Failure)
	}
}

func (h *house) person(email string) directory.Person {
	h.t.Helper()
	p, err := h.people.Create(h.t.Context(), h.admin, directory.Attributes{Email: &email})
	h.ok(err)
	return p
}

// all answers every account that a query finds, read in pages of a size.
func (h *house) all(q account.Query, size int) (list []account.Account) {
	h.t.Helper()
	seen := map[account.ID]bool{}
	for q.Limit = size; ; {
		page, more, err := h.accounts.List(h.t.Context(), h.admin, q)
		h.ok(err)
		for _, a := range page {
			if seen[a.ID] {
				h.t.Fatalf("%s is listed twice", a.UniqueID)
			}
			seen[a.ID] = true
		}
		list = append(list, page...)
		if !more {
			return list
		}
		if len(page) != size {
			h.t.Fatalf("a page of %d where %d were asked for, and more follow", len(page), size)
		}
		last := page[len(page)-1]
		q.After = facet.Key{Definition: int64(last.Definition.Number), Item: int64(last.Item)}
	}
}

// by answers an account by its uniqueId.
func (h *house) by(unique string) account.Account {
	h.t.Helper()
	for _, a := range h.all(account.Query{}, 100) {
		if a.UniqueID == unique {
			return a
		}
	}
	h.t.Fatalf("there is no account %s", unique)
	return account.Account{}
}

// told answers whose an account is in words.
func told(a account.Account) string {
	o := a.Owner
	switch {
	case o == nil:
		return "nobody"
	case o.Kind == account.KindPerson && o.ByEmail:
		return o.Email + " by e-mail"
	case o.Kind == account.KindPerson:
		return o.Email + " by hand"
	}
	return o.Kind.String() + " " + o.Name
}

func (h *house) wantOwner(unique, want string) {
	h.t.Helper()
	if got := told(h.by(unique)); got != want {
		h.t.Errorf("%s belongs to %s, want %s", unique, got, want)
	}
}

// recount compares the tallies with the rows.
func (h *house) recount() {
	h.t.Helper()
	h.ok(h.db.Read(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		for table, query := range map[string]string{
			"account_record": `
				SELECT COUNT(*) FROM (
					SELECT workspace, definition, facet, amount FROM account_record_tally WHERE amount <> 0
					EXCEPT SELECT workspace, definition, facet, COUNT(*) FROM account_record GROUP BY workspace, definition, facet) more`,
			"account_record_tally": `
				SELECT COUNT(*) FROM (
					SELECT workspace, definition, facet, COUNT(*) AS amount FROM account_record GROUP BY workspace, definition, facet
					EXCEPT SELECT workspace, definition, facet, amount FROM account_record_tally) less`,
			"account_owner": `
				SELECT COUNT(*) FROM account_owner o JOIN account_record r ON r.definition = o.definition AND r.item = o.item
				WHERE r.facet / 36 <> CASE o.kind WHEN 'none' THEN 0 WHEN 'person' THEN 1 WHEN 'external' THEN 2 ELSE 3 END`,
		} {
			var wrong int64
			if err := tx.QueryRow(ctx, query).Scan(&wrong); err != nil {
				return err
			}
			if wrong != 0 {
				h.t.Errorf("%d rows do not fit those of %s", wrong, table)
			}
		}
		return nil
	}))
}

func ptr[T any](v T) *T { return &v }

// forget empties the view of a definition and says that it is behind.
func (h *house) forget(d resource.Definition) {
	h.t.Helper()
	h.ok(h.db.Write(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		for _, statement := range []string{
			`DELETE FROM account_record WHERE definition = $1`, `DELETE FROM account_record_tally WHERE definition = $1`,
			`DELETE FROM account_word WHERE definition = $1`,
		} {
			if _, err := tx.Exec(ctx, statement, int64(d.Number)); err != nil {
				return err
			}
		}
		return resource.SetBehind(ctx, tx, d, h.accounts)
	}))
}
