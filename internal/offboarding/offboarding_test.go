// SPDX-License-Identifier: Apache-2.0

package offboarding_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/account"
	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/computer"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/mapping"
	"github.com/passmuster/muster/internal/offboarding"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/workspace"
)

type house struct {
	t        testing.TB
	db       *db.DB
	admin    caller.Caller
	app      caller.Caller
	clock    time.Time
	leaving  *offboarding.Service
	people   *directory.Service
	records  *resource.Service
	accounts resource.Definition
	macs     resource.Definition
}

func newHouse(t testing.TB, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, db: d, clock: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)} // a Monday
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
	accounts := account.New(account.Options{DB: d, Directory: h.people, Now: h.now})
	h.people.Followers = append(h.people.Followers, accounts)
	mappings := mapping.New(mapping.Options{DB: d, Now: h.now})
	computers, err := computer.New(computer.Options{DB: d, Directory: h.people, Mappings: mappings, Now: h.now})
	h.ok(err)
	h.records = resource.New(resource.Options{
		DB: d, Judge: assessment.NewJudge(d), Now: h.now, Owner: "test", Views: []resource.View{accounts, computers}, Wait: time.Minute,
	})
	mappings.Refresher = h.records
	h.leaving = offboarding.New(offboarding.Options{Accounts: accounts, Computers: computers, DB: d, Directory: h.people, Now: h.now})
	h.accounts, h.macs = h.define("GitHub", "user_account"), h.define("Macs", "macos_user_computer")
	return h
}

func (h *house) now() time.Time { return h.clock }

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("unexpected: %v", err)
	}
}

func (h *house) define(name, base string) resource.Definition {
	h.t.Helper()
	d, err := h.records.Create(h.t.Context(), h.app, resource.NewDefinition{Application: h.app.ID, Base: base, Name: name})
	h.ok(err)
	return d
}

func (h *house) push(d resource.Definition, elements ...string) {
	h.t.Helper()
	h.clock = h.clock.Add(time.Second)
	result, err := h.records.Push(h.t.Context(), h.app, resource.Push{
		Base: d.Base, Default: resource.Strict,
		Body: strings.NewReader(fmt.Sprintf(`{"resourceId":%q,"resources":[%s]}`, d.ID, strings.Join(elements, ","))),
	})
	if h.ok(err); result.Failure != "" {
		h.t.Fatalf("refused: %s", result.Failure)
	}
}

func login(id, email string) string {
	return fmt.Sprintf(`{"uniqueId":%[1]q,"displayName":%[1]q,"externalUrl":"https://x.example","fullName":"F","accountName":"a","email":%[2]q,
		"permissionLevel":"ADMIN","createdTimestamp":"2026-01-01T00:00:00Z","status":"ACTIVE","mfaEnabled":false,"mfaMethods":[],"authMethod":"PASSWORD"}`, id, email)
}

func mac(id, owner string) string {
	return fmt.Sprintf(`{"uniqueId":%[1]q,"displayName":%[1]q,"externalUrl":"https://x.example","collectedTimestamp":"2026-02-28T00:00:00Z",
		"osName":"Sequoia","osVersion":"15.3","hardwareUuid":"U","serialNumber":"S","applications":[],"browserExtensions":[],"drives":[],
		"users":[],"systemScreenlockPolicies":[],"isManaged":true,"autoUpdatesEnabled":true,"owner":%[2]q}`, id, owner)
}

// told answers how far a departure is, as people's tasks tell it.
func (h *house) told(p directory.PersonID) string {
	h.t.Helper()
	one, err := h.people.Get(h.t.Context(), h.admin, p)
	h.ok(err)
	list, err := h.leaving.Departures(h.t.Context(), h.admin.Workspace, []directory.Person{one}, h.clock)
	h.ok(err)
	d, there := list[p]
	if !there {
		return "here"
	}
	whole, err := h.leaving.Get(h.t.Context(), h.admin, p)
	h.ok(err)
	return fmt.Sprintf("%s: open %s; done %s", whole.Status(h.clock), strings.Join(d.Open, ", "), strings.Join(d.Done, ", "))
}

// TestDeparture lets somebody go, step by step.
func TestDeparture(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		email, other := "eve@example.com", "ann@example.com"
		eve, err := h.people.Create(t.Context(), h.admin, directory.Attributes{Email: &email})
		h.ok(err)
		ann, err := h.people.Create(t.Context(), h.admin, directory.Attributes{Email: &other})
		h.ok(err)
		h.push(h.accounts, login("eve", email), login("eve-admin", "EVE@example.com"), login("ann", other))
		h.push(h.macs, mac("Eve's Mac", "Eve@Example.com"), mac("Ann's Mac", other))
		if got := h.told(eve.ID); got != "here" {
			t.Errorf("got %q", got)
		}
		d, err := h.leaving.Get(t.Context(), h.admin, eve.ID)
		if h.ok(err); d.Status(h.clock) != offboarding.None || len(d.Accounts) != 2 || len(d.Computers) != 1 || d.DueAt != nil {
			t.Errorf("what would have to be done: %+v", d)
		}
		left := h.clock
		results, err := h.people.Offboard(t.Context(), h.admin, []directory.Offboarding{{ID: eve.ID, Acknowledger: string(ann.ID)}})
		if h.ok(err); results[0].Refusal != nil {
			t.Fatalf("refused: %v", results[0].Refusal)
		}
		const acknowledged = "The departure is acknowledged"
		want := func(text string) {
			t.Helper()
			if got := h.told(eve.ID); got != text {
				t.Errorf("got  %s\nwant %s", got, text)
			}
		}
		want("DUE_SOON: open Remove the account eve in GitHub, Remove the account eve-admin in GitHub, Take back the computer Eve's Mac; done " + acknowledged)
		d, err = h.leaving.Get(t.Context(), h.admin, eve.ID)
		if h.ok(err); d.DueAt == nil || !d.DueAt.After(left) || d.DueAt.After(left.Add(48*time.Hour)) {
			t.Errorf("due %v after %v", d.DueAt, left)
		}
		h.push(h.accounts, login("ann", other))
		gone := h.clock
		want("DUE_SOON: open Take back the computer Eve's Mac; done Accounts are removed, " + acknowledged)
		h.clock = h.clock.Add(72 * time.Hour)
		want("OVERDUE: open Take back the computer Eve's Mac; done Accounts are removed, " + acknowledged)
		h.push(h.macs, mac("Eve's Mac", other), mac("Ann's Mac", other))
		want("COMPLETE: open ; done Accounts are removed, Computers are returned, " + acknowledged)
		if d, err = h.leaving.Get(t.Context(), h.admin, eve.ID); err != nil || !d.CompletedAt.Equal(gone) {
			t.Errorf("completed at %v, want %v, %v", d.CompletedAt, gone, err)
		}
		h.push(h.accounts, login("eve", email), login("ann", other))
		want("OVERDUE: open Remove the account eve in GitHub; done Computers are returned, " + acknowledged)
		if got := h.told(ann.ID); got != "here" {
			t.Errorf("got %q", got)
		}
		stranger := h.admin
		stranger.Workspace.Number++
		if _, err := h.leaving.Get(t.Context(), stranger, eve.ID); fault.KindOf(err) != fault.NotFound || err == nil {
			t.Errorf("of another workspace: %v", err)
		}
	})
}
