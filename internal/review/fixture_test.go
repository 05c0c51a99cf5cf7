// SPDX-License-Identifier: Apache-2.0

package review_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/account"
	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/review"
	"github.com/passmuster/muster/internal/workspace"
)

// fatal is what a fixture needs of a test or a rapid check.
type fatal interface {
	Context() context.Context
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Helper()
}

// house is a workspace with systems of accounts and users who review them.
type house struct {
	t        fatal
	accounts *account.Service
	admin    caller.Caller // may write reviews
	ann, bob caller.Caller // reviewers without a permission
	app      caller.Caller
	clock    time.Time
	db       *db.DB
	people   *directory.Service
	records  *resource.Service
	reviews  *review.Service
	users    []review.Reviewer
}

func newHouse(t fatal, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, clock: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC), db: d} // a Monday
	w, err := workspace.New(d, h.now).Get(t.Context(), "default")
	h.ok(err)
	h.app = caller.Caller{Kind: caller.Application, ID: db.NewID(h.clock), Name: "Demo", Workspace: w.Caller(), Scopes: []caller.Scope{caller.ScopeManageRead, caller.ScopeManageWrite}}
	h.admin = caller.Caller{
		Kind: caller.User, ID: "00000000000000000000000a", MayOwn: true, Name: "Ada", Workspace: w.Caller(),
		Grants: []caller.Permission{caller.ReadReviews, caller.WriteReviews},
	}
	h.ann = caller.Caller{Kind: caller.User, ID: "00000000000000000000000b", MayOwn: true, Name: "Ann", Workspace: w.Caller()}
	h.bob = caller.Caller{Kind: caller.User, ID: "00000000000000000000000c", MayOwn: true, Name: "Bob", Workspace: w.Caller()}
	for _, c := range []caller.Caller{h.admin, h.ann, h.bob} {
		h.users = append(h.users, review.Reviewer{Email: strings.ToLower(c.Name) + "@example.com", ID: c.ID, MayOwn: true, Name: c.Name})
	}
	h.users = append(h.users, review.Reviewer{Email: "eve@example.com", ID: "00000000000000000000000d", Name: "Eve"})
	h.ok(d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.ExecOne(ctx, `INSERT INTO oauth_application (id, workspace, name, name_key, type, distribution, client_id, scopes,
			redirect_uris, overlapping_tokens, rotation_grace, accept_form, created_at, updated_at)
			VALUES ($1, $2, $1, $1, 'build', 'private', $1, '[]', '[]', 1, 0, FALSE, 0, 0)`, h.app.ID, w.Number)
	}))
	h.people = directory.New(directory.Options{DB: d, Now: h.now})
	h.accounts = account.New(account.Options{DB: d, Directory: h.people, Now: h.now})
	h.people.Followers = append(h.people.Followers, h.accounts)
	h.reviews = review.New(review.Options{Accounts: h.accounts, DB: d, Directory: h.people, Now: h.now, Users: h})
	h.records = resource.New(resource.Options{
		DB: d, Judge: assessment.NewJudge(d), Now: h.now, Owner: "test", Views: []resource.View{h.accounts}, Wait: time.Minute,
	})
	return h
}

// Reviewer is of review.Users.
func (h *house) Reviewer(_ context.Context, c caller.Caller, ref string) (review.Reviewer, error) {
	for _, u := range h.users {
		if c.Workspace.Number == h.app.Workspace.Number && (u.ID == ref || u.Email == ref) {
			return u, nil
		}
	}
	return review.Reviewer{}, fault.New(fault.NotFound, "there is no user %q", ref)
}

func (h *house) now() time.Time { return h.clock }

func (h *house) tick() { h.clock = h.clock.Add(time.Second) }

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("unexpected: %v", err)
	}
}

// refused wants a fault of a kind.
func (h *house) refused(kind fault.Kind, err error) {
	h.t.Helper()
	if err == nil || fault.KindOf(err) != kind {
		h.t.Errorf("got %v, want a fault of the kind %v", err, kind)
	}
}

func (h *house) system(name string) resource.Definition {
	h.t.Helper()
	d, err := h.records.Create(h.t.Context(), h.app, resource.NewDefinition{Application: h.app.ID, Base: "user_account", Name: name})
	h.ok(err)
	return d
}

// push pushes accounts by their ids; one that begins with - is deactivated.
func (h *house) push(d resource.Definition, ids ...string) {
	h.t.Helper()
	h.tick()
	var elements []string
	for _, id := range ids {
		name, off := strings.CutPrefix(id, "-")
		status := "ACTIVE"
		if off {
			status = "DEACTIVATED"
		}
		elements = append(elements, fmt.Sprintf(`{"uniqueId":%[1]q,"displayName":"Account %[1]s","externalUrl":"https://x.example","fullName":"Full %[1]s",
			"accountName":"%[1]s","email":"%[1]s@example.com","permissionLevel":"ADMIN","createdTimestamp":"2026-01-01T00:00:00Z",
			"status":%[2]q,"mfaEnabled":false,"mfaMethods":[],"authMethod":"PASSWORD"}`, name, status))
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

// draft makes a review of systems, each with the reviewer after it.
func (h *house) draft(name string, systems ...review.SystemForm) review.Review {
	h.t.Helper()
	r, err := h.reviews.Create(h.t.Context(), h.admin, review.Form{Name: &name, Systems: &systems})
	h.ok(err)
	return r
}

// started is draft and Start.
func (h *house) started(name string, systems ...review.SystemForm) review.Review {
	h.t.Helper()
	r, err := h.reviews.Start(h.t.Context(), h.admin, h.draft(name, systems...).ID)
	h.ok(err)
	return r
}

// items answers the accounts of a review as somebody sees them, by uniqueId.
func (h *house) items(c caller.Caller, id review.ID, q review.ItemQuery) (lines []string, all map[string]review.Item) {
	h.t.Helper()
	all = map[string]review.Item{}
	for q.Limit = 2; ; {
		_, page, more, err := h.reviews.Items(h.t.Context(), c, id, q)
		h.ok(err)
		for _, i := range page {
			all[i.Frozen.UniqueID] = i
			lines = append(lines, i.Frozen.UniqueID+" "+i.State.String())
			q.After = i.Number
		}
		if !more {
			return lines, all
		}
	}
}

func (h *house) states(id review.ID) string {
	h.t.Helper()
	lines, _ := h.items(h.admin, id, review.ItemQuery{})
	h.recount()
	return strings.Join(lines, ", ")
}

// decide decides on an account by its uniqueId.
func (h *house) decide(c caller.Caller, id review.ID, account string, d review.Decision) error {
	h.t.Helper()
	_, all := h.items(h.admin, id, review.ItemQuery{})
	d.Account = all[account].Account
	return h.reviews.Decide(h.t.Context(), c, id, d)
}

// recount compares the tallies with the items.
func (h *house) recount() {
	h.t.Helper()
	h.ok(h.db.Read(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		counted := `SELECT review, workspace, definition, state, COUNT(*) AS amount FROM review_item
			WHERE review NOT IN (SELECT id FROM review_review WHERE state = 'starting') GROUP BY review, workspace, definition, state`
		kept := `SELECT review, workspace, definition, state, amount FROM review_item_tally WHERE amount <> 0`
		for _, query := range []string{kept + ` EXCEPT ` + counted, counted + ` EXCEPT ` + kept} {
			var wrong int64
			if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM (`+query+`) wrong`).Scan(&wrong); err != nil {
				return err
			}
			if wrong != 0 {
				h.t.Errorf("%d tallies do not fit the items", wrong)
			}
		}
		return nil
	}))
}

func ptr[T any](value T) *T { return &value }
