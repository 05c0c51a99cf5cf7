// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
)

// lonely makes a user of the provider the only Admin.
func (o *office) lonely(c connected, name string) {
	o.t.Helper()
	o.admin(http.StatusOK, "PATCH", c.path, `{"roleAttribute":"vanta_roles"}`)
	o.hire(c, name, `,"vanta_roles":"admin"`)
	_, err := o.Access.Deactivate(o.t.Context(), o.callers["admin"], "admin@example.com")
	o.ok(err)
}

func TestSettingsReachTheAccounts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c := o.connect("Okta", "okta")
		ada, bob := o.hire(c, "ada", ""), o.hire(c, "bob", "")
		engineering, everybody := o.team(c, "Engineering", ada), o.team(c, "Everybody", ada, bob)
		roles := func(a, b access.RoleID) {
			t.Helper()
			if gotA, gotB := o.user("ada").Role.ID, o.user("bob").Role.ID; gotA != a || gotB != b {
				t.Errorf("got %s and %s, want %s and %s", gotA, gotB, a, b)
			}
		}
		roles(access.Employee, access.Employee)
		o.admin(http.StatusOK, "PATCH", c.path, `{"defaultRole":"collaborator"}`)
		roles(access.Collaborator, access.Collaborator)
		put := func(entries ...string) map[string]any {
			t.Helper()
			return o.admin(http.StatusOK, "PUT", c.path+"/mapping", `{"mapping":[`+strings.Join(entries, ",")+`]}`)
		}
		entry := func(group, role string) string { return `{"groupId":"` + group + `","role":"` + role + `"}` }
		got := put(entry(engineering, "Editor"), entry(everybody, "view-only-admin"))
		roles(access.Editor, access.ViewOnlyAdmin)
		if at(got, "mapping", 0, "groupName") != "Engineering" || at(got, "mapping", 1, "role", "name") != "View-only Admin" || at(got, "groups", 1, "name") != "Everybody" {
			t.Errorf("got %v", got)
		}
		put(entry(everybody, "view-only-admin"), entry(engineering, "Editor"))
		roles(access.ViewOnlyAdmin, access.ViewOnlyAdmin)
		put()
		roles(access.Collaborator, access.Collaborator)
		for body, place := range map[string]string{
			entry(engineering, "king"): "body.mapping.0.role",
			entry(ada, "editor"):       "body.mapping.0.groupId",
			entry(engineering, "editor") + "," + entry(engineering, "admin"): "body.mapping.1.groupId",
		} {
			got := o.admin(http.StatusBadRequest, "PUT", c.path+"/mapping", `{"mapping":[`+body+`]}`)
			if at(got, "errors", place) == nil {
				t.Errorf("%s: no %s in %v", body, place, got)
			}
		}
		if told := o.told(); !strings.Contains(told, "Engineering: Editor, Everybody: View-only Admin") {
			t.Error("the mapping is not on the trail")
		}
	})
}

func TestSwitchedOffAndOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c := o.connect("Okta", "okta")
		ada := o.hire(c, "ada", "")
		o.admin(http.StatusOK, "GET", c.path, "")
		off := o.admin(http.StatusOK, "PATCH", c.path, `{"state":"unlinked"}`)
		if off["state"] != "unlinked" || o.user("ada").Status != access.Deactivated {
			t.Errorf("switched off: %v, ada is %s", off["state"], o.user("ada").Status)
		}
		o.provide(c, http.StatusForbidden, "GET", "/Users/"+ada, "")
		o.admin(http.StatusConflict, "POST", c.path+"/self-test", "")
		on := o.admin(http.StatusOK, "PATCH", c.path, `{"state":"linked"}`)
		if on["state"] != "linked" || o.user("ada").Status != access.Active {
			t.Errorf("switched on: %v, ada is %s", on["state"], o.user("ada").Status)
		}
		o.provide(c, http.StatusOK, "GET", "/Users/"+ada, "")
		o.lonely(c, "eve")
		off = o.admin(http.StatusOK, "PATCH", c.path, `{"state":"unlinked"}`)
		if o.user("eve").Status != access.Active || o.user("ada").Status != access.Deactivated || at(off, "warnings", 0, "kind") != warnKept {
			t.Errorf("the last Admin is %s, ada %s: %v", o.user("eve").Status, o.user("ada").Status, off["warnings"])
		}
	})
}

func TestADeletedDirectoryTakesBackWhatItGave(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c := o.connect("Okta", "okta")
		o.lonely(c, "eve")
		members := make([]string, 2*carriedPage)
		for i := range members {
			members[i] = o.hire(c, fmt.Sprintf("user%03d", i), "")
		}
		o.team(c, "Everybody", members...)
		gone := o.admin(http.StatusOK, "DELETE", c.path, "")
		if gone["state"] != "deleted" || gone["left"] != 0.0 || at(gone, "warnings", 0, "kind") != warnKept || at(gone, "warnings", 0, "subject") != "eve" {
			t.Errorf("got %v", gone)
		}
		if o.user("eve").Status != access.Active || o.user("user000").Status != access.Deactivated || o.user("user099").Status != access.Deactivated {
			t.Errorf("eve is %s, the others %s and %s", o.user("eve").Status, o.user("user000").Status, o.user("user099").Status)
		}
		if o.count(`SELECT COUNT(*) FROM scim_resource`) != 0 || o.count(`SELECT COUNT(*) FROM directory_group`) != 0 {
			t.Error("resources or groups are left")
		}
		o.admin(http.StatusNotFound, "GET", c.path, "")
		o.admin(http.StatusNotFound, "DELETE", c.path, "")
		o.provide(c, http.StatusUnauthorized, "GET", "/Users", "")
		o.connect("Okta", "okta")
	})
}

// What a request leaves to do, and what a crash interrupts, the pass goes on with.
func TestThePassGoesOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c := o.connect("Okta", "okta")
		for i := range carriedPage + 10 {
			o.hire(c, fmt.Sprintf("user%03d", i), "")
		}
		dir, err := o.FindDirectory(t.Context(), o.callers["admin"], c.id)
		o.ok(err)
		o.ok(d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			dir.State = Deleting
			return updateDirectory(ctx, tx, dir)
		}))
		o.ok(o.carry(t.Context(), dir, 1))
		if left := o.count(`SELECT COUNT(*) FROM scim_resource`); left != 10 {
			t.Errorf("after a page %d are left, want 10", left)
		}
		one := o.admin(http.StatusOK, "GET", c.path, "")
		if one["state"] != "deleting" || one["rolesAreBeingGiven"] != true {
			t.Errorf("meanwhile: %v", one["state"])
		}
		o.admin(http.StatusConflict, "PATCH", c.path, `{"name":"X"}`)
		o.admin(http.StatusConflict, "POST", c.path+"/tokens", "")
		due, err := o.HasPending(t.Context())
		o.ok(err)
		o.ok(o.CarryOut(t.Context()))
		after, err := o.HasPending(t.Context())
		o.ok(err)
		if !due || after {
			t.Errorf("pending: %t before, %t after", due, after)
		}
		o.admin(http.StatusNotFound, "GET", c.path, "")
	})
}
