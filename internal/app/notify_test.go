// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/config"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/document"
	"github.com/passmuster/muster/internal/notify"
	"github.com/passmuster/muster/internal/policy"
)

// TestWhoIsConcerned asks the parts of a process whom things concern: a policy those of its
// groups who have not accepted it, a document its owner, and nobody who has left.
func TestWhoIsConcerned(t *testing.T) {
	e := newEstate(t, config.Storage{Data: t.TempDir()})
	ctx, w, things, people := t.Context(), e.admin.Workspace, e.Notifications.Things, e.Notifications.People
	pam, sam := e.make("pam@example.com"), e.make("sam@example.com")
	owner, err := e.Access.Create(ctx, e.admin, access.NewUser{Email: "owner@example.com", Role: "admin", Status: access.Active})
	e.ok(err)
	_, err = e.Access.Create(ctx, e.admin, access.NewUser{Email: "SAM@example.com", Role: "employee", Status: access.Active})
	e.ok(err)
	group, err := e.Directory.CreateGroup(ctx, e.admin, "Staff")
	e.ok(err)
	e.ok(e.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := e.Directory.AddMembers(ctx, tx, e.admin, directory.Here(), group.ID, pam.ID, sam.ID)
		return err
	}))
	p, err := e.Policies.Create(ctx, e.admin, []byte(`{"name":"Access","authorMayApprove":true,"groups":["Staff"]}`))
	e.ok(err)
	asked := func() (ids []string) {
		found, err := things.Policy(ctx, w, p.ID)
		e.ok(err)
		for _, c := range found.Concerns {
			ids = append(ids, c.ID)
		}
		return ids
	}
	if got := asked(); got != nil {
		t.Errorf("got %q before there is a version", got)
	}
	_, _, err = e.Policies.Write(ctx, e.admin, p.ID, policy.Writing{Text: "# Access"})
	e.ok(err)
	_, _, err = e.Policies.Submit(ctx, e.admin, p.ID)
	e.ok(err)
	_, _, err = e.Policies.Approve(ctx, e.admin, p.ID)
	e.ok(err)
	if diff := cmp.Diff([]string{string(pam.ID), string(sam.ID)}, asked()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	_, err = e.Policies.Record(ctx, e.admin, p.ID, string(pam.ID), "On paper.")
	e.ok(err)
	if diff := cmp.Diff([]string{string(sam.ID)}, asked()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	d, err := e.Documents.Create(ctx, e.admin, document.Form{Title: "Contract", Cadence: "P1Y", Reminder: "P1M", TimeSensitivity: "MOST_RECENT"})
	e.ok(err)
	_, err = e.Documents.SetOwner(ctx, e.admin, d.ID, owner.Email)
	e.ok(err)
	found, err := things.Document(ctx, w, d.ID)
	e.ok(err)
	if diff := cmp.Diff([]notify.Concern{{ID: string(owner.ID), Kind: "user", Owns: true}}, found.Concerns); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, there, err := people.Person(ctx, w, string(sam.ID)); !there || err != nil {
		t.Errorf("got %v, %v of somebody who works here", there, err)
	}
	_, err = e.Access.Deactivate(ctx, e.admin, "sam@example.com")
	e.ok(err)
	if _, there, err := people.Person(ctx, w, string(sam.ID)); there || err != nil {
		t.Errorf("got %v, %v of who is deactivated", there, err)
	}
	active, gone, err := people.Users(ctx, w)
	e.ok(err)
	if len(active) != 1 || !active[0].Admin || len(gone) != 1 || gone[0] != "SAM@example.com" {
		t.Errorf("got %+v, %q", active, gone)
	}
	for _, none := range []func(context.Context) (notify.Concerned, error){
		func(ctx context.Context) (notify.Concerned, error) { return things.Document(ctx, w, string(pam.ID)) },
		func(ctx context.Context) (notify.Concerned, error) { return things.Policy(ctx, w, string(pam.ID)) },
		func(ctx context.Context) (notify.Concerned, error) { return things.Review(ctx, w, string(pam.ID)) },
		func(ctx context.Context) (notify.Concerned, error) { return things.Test(ctx, w, string(pam.ID)) },
	} {
		if found, err := none(ctx); err != nil || found.Concerns != nil {
			t.Errorf("got %+v, %v of what is not there", found, err)
		}
	}
}
