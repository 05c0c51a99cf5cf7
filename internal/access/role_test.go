// SPDX-License-Identifier: Apache-2.0

package access_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
)

// TestBuiltInRoles writes the table of the contract out by permission: the
// letters are those of the roles that have it.
func TestBuiltInRoles(t *testing.T) {
	letters := map[access.RoleID]string{
		access.Admin: "A", access.Editor: "E", access.Employee: "-", access.ViewOnlyAdmin: "V", access.Collaborator: "C",
		access.IntegrationsManager: "I", access.Auditor: "U", access.TrustCollaborator: "T",
	}
	want := map[caller.Permission]string{
		caller.ManageProvisioning: "A", caller.ManageSecrets: "A", caller.ReadApplications: "AEVI", caller.WriteApplications: "AEI", caller.ManageSignIn: "A", caller.ManageUsers: "A", caller.ManageWebhooks: "A", caller.ManageWorkspaces: "A", caller.OwnAccount: "AE-VCIUT",
		caller.ReadAccounts: "AEV", caller.WriteAccounts: "AE", caller.ReadComputers: "AEV", caller.ReadReviews: "AEV", caller.WriteReviews: "AE",
		caller.ListDocuments: "AEV", caller.ReadDocuments: "AEV", caller.SeeSensitive: "AV", caller.UploadDocuments: "AE", caller.WriteDocuments: "AE",
		caller.ReadVulnerabilities: "AEV", caller.WriteVulnerabilities: "AE", caller.ReadPolicies: "AEV", caller.WritePolicies: "AE",
		caller.ReadAudit: "AEVU", caller.ReadControls: "AEVU", caller.ReadPeople: "AEV", caller.ReadResources: "AEVI", caller.ReadSettings: "AEV",
		caller.ReadTests: "AEV", caller.ReadUsers: "AEV", caller.WriteControls: "AE", caller.WritePeople: "AE", caller.WriteResources: "AEI", caller.WriteTests: "AE",
	}
	got, owners := map[caller.Permission]string{}, ""
	for _, role := range access.BuiltInRoles() {
		for _, p := range role.Grants {
			got[p] += letters[role.ID]
		}
		if role.MayOwn {
			owners += letters[role.ID]
		}
		if !role.BuiltIn() {
			t.Errorf("%s is not built in", role.Name)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, p := range caller.Permissions() {
		if strings.HasPrefix(string(p), "read") && !strings.Contains(got[p], "V") {
			t.Errorf("a View-only Admin may not %s", p)
		}
	}
	if owners != "AEVCI" {
		t.Errorf("got owners %s", owners)
	}
}

func TestAuditorReadsInsideAWindowOnly(t *testing.T) {
	role := access.BuiltInRoles()[6]
	u := access.User{Email: "a@example.com", ID: "1", Role: role}
	w := caller.Workspace{Number: 7}
	if err := u.Caller(w).Check(caller.ReadAudit); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("without a window: got %v", err)
	}
	if err := u.Caller(w).Check(caller.ReadControls); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("controls without a window: got %v", err)
	}
	u.Window = &caller.Window{From: time.UnixMilli(1), To: time.UnixMilli(2)}
	c := u.Caller(w)
	if err := c.Check(caller.ReadAudit); err != nil || c.Window == nil {
		t.Errorf("with a window: got %v", err)
	}
	if c.Kind != caller.User || c.ID != "1" || c.Name != "a@example.com" || c.Role != "Auditor" || c.Workspace != w || c.MayOwn {
		t.Errorf("got %+v", c)
	}
	u.Role = access.BuiltInRoles()[0]
	if c := u.Caller(w); c.Window != nil || c.Check(caller.ReadAudit) != nil {
		t.Errorf("an Admin is held to a window: %+v", c)
	}
	if n := len(access.BuiltInRoles()[6].Grants); n != 3 {
		t.Errorf("the role itself has %d grants left", n)
	}
}

func (h *house) role(ref string) (role access.Role, err error) {
	err = h.db.Read(h.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		role, err = h.FindRole(ctx, tx, h.actor.Workspace.Number, ref)
		return err
	})
	return role, err
}

func TestFindRole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		made, err := h.CreateRole(t.Context(), h.actor, access.NewRole{Name: " Sales & Ops Team "})
		h.ok(err)
		tests := []struct {
			ref  string
			want access.RoleID
		}{
			{"admin", access.Admin},
			{"ADMIN", access.Admin},
			{"View-only Admin", access.ViewOnlyAdmin},
			{"view-only-ADMIN", access.ViewOnlyAdmin},
			{" integrations manager ", access.IntegrationsManager},
			{"0000005DDEFACE0000000003", access.Employee},
			{"trust-collaborator", access.TrustCollaborator},
			{"sales & ops team", made.ID},
			{" SALES-ops-team\t", made.ID},
			{strings.ToUpper(string(made.ID)), made.ID},
			{"sales ops team", ""}, // neither name nor slug
			{"owner", ""},
			{"\x00", ""},
			{"\xff", ""},
			{"", ""},
		}
		for _, test := range tests {
			got, err := h.role(test.ref)
			if got.ID != test.want || (err != nil) != (test.want == "") {
				t.Errorf("%q: got %s, %v; want %s", test.ref, got.ID, err, test.want)
			}
			if err != nil && (fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "trust-collaborator, sales-ops-team")) {
				t.Errorf("%q: got %v, want a refusal that says what there is", test.ref, err)
			}
		}
	})
}

func TestCustomRole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := newHouse(t, d), t.Context()
		made, err := h.CreateRole(ctx, h.actor, access.NewRole{
			Name: "Reviewer", Areas: map[string]string{"people": "view", "tests": "edit", "users": "none"},
		})
		h.ok(err)
		want := []caller.Permission{caller.OwnAccount, caller.ReadPeople, caller.ReadTests, caller.WriteTests}
		found, err := h.role("reviewer")
		if diff := cmp.Diff(made.Role, found); err != nil || diff != "" || !slices.Equal(found.Grants, want) || !found.MayOwn || found.BuiltIn() {
			t.Fatalf("got %+v, %v\n%s", found, err, diff)
		}
		rita := h.user("rita", "Reviewer")
		if diff := cmp.Diff(made.Role, rita.Role); diff != "" {
			t.Error(diff)
		}
		// An edit counts for who has the role.
		changed, err := h.UpdateRole(ctx, h.actor, "REVIEWER", access.RoleChanges{
			Areas: map[string]string{"tests": "none", "audit-trail": "view"}, Name: ptr("Second Pair of Eyes"),
		})
		h.ok(err)
		c := h.as(h.get(rita.ID))
		if !slices.Equal(c.Grants, []caller.Permission{caller.OwnAccount, caller.ReadAudit, caller.ReadPeople}) ||
			c.Role != "Second Pair of Eyes" || changed.Users != 1 || changed.ID != made.ID {
			t.Errorf("got %+v, %+v", c, changed)
		}
		if _, err := h.role("reviewer"); err == nil {
			t.Error("the old name still names it")
		}
		// In use it stays.
		err = h.DeleteRole(ctx, h.actor, "second-pair-of-eyes")
		if fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "1 user has") {
			t.Errorf("got %v, want a conflict that counts", err)
		}
		_, err = h.Update(ctx, h.actor, "rita@example.com", access.Changes{Role: ptr("collaborator")})
		h.ok(err)
		h.ok(h.DeleteRole(ctx, h.actor, string(made.ID)))
		h.refused(h.DeleteRole(ctx, h.actor, string(made.ID)), fault.NotFound)
		if diff := cmp.Diff([]string{
			"command-line muster admin created role Reviewer name=<nil>>Reviewer area tests=<nil>>edit area people=<nil>>view",
			"command-line muster admin updated role Second Pair of Eyes name=Reviewer>Second Pair of Eyes area tests=edit>none area audit-trail=none>view",
			"command-line muster admin deleted role Second Pair of Eyes name=Second Pair of Eyes><nil> area people=view><nil> area audit-trail=view><nil>",
		}, h.entries("role")); diff != "" {
			t.Error(diff)
		}
	})
}

func TestNoCustomRoleManages(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	areas := map[string]string{}
	for _, area := range caller.Areas() {
		areas[area.Name] = "edit"
		if area.Edit == nil {
			areas[area.Name] = "view"
		}
	}
	role, err := h.CreateRole(t.Context(), h.actor, access.NewRole{Name: "Everything", Areas: areas})
	h.ok(err)
	for _, p := range role.Grants {
		if strings.HasPrefix(string(p), "manage ") {
			t.Errorf("it may %s", p)
		}
	}
}

func TestBadRolesAreRefused(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	_, err := h.CreateRole(t.Context(), h.actor, access.NewRole{Name: "Night Shift"})
	h.ok(err)
	tests := []struct {
		in      access.NewRole
		want    fault.Kind
		pointer string
	}{
		{access.NewRole{}, fault.Invalid, "/name"},
		{access.NewRole{Name: strings.Repeat("x", 101)}, fault.Invalid, "/name"},
		{access.NewRole{Name: "a\nb"}, fault.Invalid, "/name"},
		{access.NewRole{Name: "a\x00b"}, fault.Invalid, "/name"},
		{access.NewRole{Name: "!?"}, fault.Invalid, "/name"},
		{access.NewRole{Name: "0123456789ABCDEF01234567"}, fault.Invalid, "/name"},
		{access.NewRole{Name: "0000005ddeface0000000001"}, fault.Conflict, ""},
		{access.NewRole{Name: "ADMIN"}, fault.Conflict, ""},
		{access.NewRole{Name: "view only admin"}, fault.Conflict, ""}, // its slug
		{access.NewRole{Name: "Admin!"}, fault.Conflict, ""},
		{access.NewRole{Name: "night SHIFT"}, fault.Conflict, ""},
		{access.NewRole{Name: "night-shift"}, fault.Conflict, ""},
		{access.NewRole{Name: "x", Areas: map[string]string{"users": "edit"}}, fault.Invalid, "/areas/users"},
		{access.NewRole{Name: "x", Areas: map[string]string{"tests": "all"}}, fault.Invalid, "/areas/tests"},
		{access.NewRole{Name: "x", Areas: map[string]string{"te/sts": "view"}}, fault.Invalid, "/areas/te~1sts"},
	}
	for _, test := range tests {
		_, err := h.CreateRole(t.Context(), h.actor, test.in)
		if fault.KindOf(err) != test.want || problem(err) != test.pointer {
			t.Errorf("%+v: got %v at %q", test.in, err, problem(err))
		}
	}
	_, err = h.CreateRole(t.Context(), h.actor, access.NewRole{Name: "x", Areas: map[string]string{"users": "edit"}})
	if err == nil || !strings.Contains(err.Error(), "only an Admin") {
		t.Errorf("got %v", err)
	}
	_, err = h.UpdateRole(t.Context(), h.actor, "night-shift", access.RoleChanges{Name: ptr("Editor")})
	h.refused(err, fault.Conflict)
	_, err = h.UpdateRole(t.Context(), h.actor, "editor", access.RoleChanges{Name: ptr("Author")})
	h.refused(err, fault.Impossible)
	h.refused(h.DeleteRole(t.Context(), h.actor, "admin"), fault.Impossible)
	h.refused(h.DeleteRole(t.Context(), h.actor, "none"), fault.NotFound)
}

func TestRolesCount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		_, err := h.CreateRole(t.Context(), h.actor, access.NewRole{Name: "Night Shift"})
		h.ok(err)
		h.user("ada", "admin")
		h.user("bob", "night-shift")
		cleo := h.user("cleo", "night-shift")
		_, err = h.Deactivate(t.Context(), h.actor, string(cleo.ID))
		h.ok(err)
		all, err := h.Roles(t.Context(), h.actor)
		h.ok(err)
		if len(all) != 9 || all[0].Users != 1 || all[8].Users != 2 || all[8].Slug != "night-shift" {
			t.Errorf("got %+v", all)
		}
		if !slices.IsSortedFunc(all, func(a, b access.RoleCount) int { return strings.Compare(string(a.ID), string(b.ID)) }) {
			t.Error("the order is not that of the ids, which pages go by")
		}
	})
}
