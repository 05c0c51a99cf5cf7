// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/scim/schema"
)

// roleCase is a paragraph of testdata/roles.txt.
type roleCase map[string]string

func roleCases(t *testing.T) (cases []roleCase) {
	t.Helper()
	text, err := os.ReadFile("testdata/roles.txt")
	if err != nil {
		t.Fatal(err)
	}
	for paragraph := range strings.SplitSeq(string(text), "\n\n") {
		c := roleCase{}
		for l := range strings.Lines(paragraph) {
			key, value, _ := strings.Cut(strings.TrimSpace(l), ":")
			if !strings.HasPrefix(key, "#") && key != "" {
				c[key] = strings.TrimSpace(value)
			}
		}
		if c["case"] != "" {
			cases = append(cases, c)
		}
	}
	return cases
}

func TestRoles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		_, err := h.Access.CreateRole(t.Context(), h.admin, access.NewRole{Name: "Night watch"})
		h.ok(err)
		groups := map[string]string{"Admins": h.group("Admins"), "Staff": h.group("Staff")}
		for _, c := range roleCases(t) {
			t.Run(c["case"], func(t *testing.T) {
				dir := h.dir
				dir.RoleAttribute = c["attribute"]
				found := h.resolveCase(dir, c, groups)
				var kind string
				for _, w := range found.warnings {
					kind = w.kind
				}
				if found.role.Slug != c["role"] || kind != c["warns"] {
					t.Errorf("got %s and the warning %q, want %s and %q: %s", found.role.Slug, kind, c["role"], c["warns"], found.steps)
				}
			})
		}
	})
}

// resolveCase resolves in a transaction that is given up.
func (h *village) resolveCase(dir Directory, c roleCase, groups map[string]string) (found resolution) {
	h.t.Helper()
	r := Resource{ID: db.NewID(h.now()), Type: typeUser}
	value, err := schema.Parse([]byte(cmp.Or(c["user"], "{}")))
	h.ok(err)
	r.Object, _ = value.(schema.Object)
	err = h.DB.Write(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		fallback, _, err := h.role(ctx, tx, dir, cmp.Or(c["default"], "employee"))
		if err != nil {
			return err
		}
		last, _, err := h.role(ctx, tx, dir, c["last"])
		if err != nil {
			return err
		}
		dir.DefaultRole, r.Role = fallback.ID, last.ID
		return h.resolveIn(ctx, tx, dir, r, c, groups, &found)
	})
	if err != errRehearsed { //nolint:errorlint // it is answered as it is
		h.ok(err)
	}
	return found
}

//nolint:revive // a case in its parts
func (h *village) resolveIn(ctx context.Context, tx *db.Tx, dir Directory, r Resource, c roleCase, groups map[string]string, found *resolution) error {
	for _, name := range names(c["groups"]) {
		if err := insertMembers(ctx, tx, dir, groups[name], []Member{{Value: r.ID}}); err != nil {
			return err
		}
	}
	for i, pair := range names(c["mapping"]) {
		group, role, _ := strings.Cut(pair, "=")
		if err := insertMapping(ctx, tx, dir.Number, i+1, groups[group], access.RoleID(role)); err != nil {
			return err
		}
	}
	holdings, err := selectHoldings(ctx, tx, dir, r.ID)
	if err != nil {
		return err
	}
	if r.grounds, err = h.groundsCase(ctx, tx, dir, r, c, holdings, groups); err != nil {
		return err
	}
	if *found, err = h.resolve(ctx, tx, dir, r, holdings); err != nil {
		return err
	}
	return errRehearsed
}

// groundsCase answers what there was when the last role was found.
//
//nolint:revive // a case in its parts
func (h *village) groundsCase(
	ctx context.Context, tx *db.Tx, dir Directory, r Resource, c roleCase, holdings []holding, groups map[string]string,
) (string, error) {
	if c["last"] == "" {
		return "", nil
	}
	before := r.Object
	if c["was"] != "" {
		value, err := schema.Parse([]byte(c["was"]))
		if err != nil {
			return "", err
		}
		before, _ = value.(schema.Object)
	}
	_, known, err := h.sentRoles(ctx, tx, dir, before)
	if c["held"] != "" {
		was := names(c["held"])
		holdings = nil
		for i, pair := range names(c["mapping"]) {
			name, role, _ := strings.Cut(pair, "=")
			if slices.Contains(was, name) {
				holdings = append(holdings, holding{id: groups[name], position: int64(i + 1), role: role})
			}
		}
	}
	g := groundsOf(dir, known, holdings)
	if c["set-up"] == "changed" {
		g.edition--
	}
	return g.String(), err
}

func names(list string) (all []string) {
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name != "" {
			all = append(all, name)
		}
	}
	return all
}

// TestArrivesWithoutTheAttribute checks that one warning of the directory tells of all
// who came without what it names, and of nobody whose role comes from elsewhere.
func TestArrivesWithoutTheAttribute(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		told := func() (all []string) {
			h.ok(h.FlushLog(t.Context()))
			h.write(func(ctx context.Context, tx *db.Tx) error {
				list, err := selectWarnings(ctx, tx, h.dir.Number)
				all = nil
				for _, w := range list {
					all = append(all, fmt.Sprintf("%s %d: %s", w.Kind, w.Count, w.Message))
				}
				return err
			})
			return all
		}
		h.user("ada", `, "vanta_roles": "editor"`)
		h.same("with it", told(), []string(nil))
		h.user("bob", "")
		eve := h.user("eve", "")
		h.does("PATCH", "/Users/"+eve, patchBody("replace", "", `{"title": "Clerk"}`))
		h.same("without it", told(), []string{"no_role_attribute 2: eve came without vanta_roles, and no group gives a role in its stead, so the default role, Employee, holds. " +
			"Look whether the attribute is spelled here as at the provider, and has a value for everybody who is assigned."})
	})
}

// TestRolesFollow checks that a role follows what the provider sends.
func TestRolesFollow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		ada := h.user("ada", `, "vanta_roles": "Editor"`)
		h.same("created with a role", h.account("ada@example.com"), "ada editor active SCIM")
		h.does("PATCH", "/Users/"+ada, patchBody("replace", "vanta_roles", `"king"`))
		h.same("an unknown value", h.account("ada@example.com"), "ada editor active SCIM")
		h.same("its warning", h.warned(), []string{"unknown_role ada"})
		h.does("PATCH", "/Users/"+ada, patchBody("replace", "urn:ietf:params:scim:schemas:core:2.0:User:vanta_roles", `["admin"]`))
		h.same("an array", h.account("ada@example.com"), "ada admin active SCIM")

		bob := h.user("bob", `, "vanta_roles": "admin"`)
		h.does("PUT", "/Users/"+ada, userBody("ada", ""))
		h.same("a lost attribute", h.account("ada@example.com"), "ada employee active SCIM")

		staff, admins := h.group("Staff", ada), h.group("Admins")
		h.maps(admins, string(access.Admin), staff, string(access.Editor))
		h.does("PATCH", "/Groups/"+admins, patchBody("add", "members", memberList([]string{ada})))
		h.same("into a mapped group", h.account("ada@example.com"), "ada admin active SCIM")
		h.does("PATCH", "/Groups/"+admins, patchBody("remove", fmt.Sprintf("members[value eq %q]", ada), ""))
		h.same("out of it", h.account("ada@example.com"), "ada editor active SCIM")
		h.does("DELETE", "/Groups/"+staff, "")
		h.same("the group is gone", h.account("ada@example.com"), "ada employee active SCIM")
		h.same("the attribute's admin", h.account("bob@example.com"), "bob admin active SCIM")
		h.does("PATCH", "/Groups/"+admins, patchBody("add", "members", memberList([]string{bob})))
		h.same("the attribute wins", h.account("bob@example.com"), "bob admin active SCIM")
		h.same("no warnings", h.warned(), []string(nil))
	})
}

// TestLossNeverRaises checks that what a loss brings to the front gives nothing by
// itself, whatever comes after it, and that something new does.
func TestLossNeverRaises(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		h.user("root", `, "vanta_roles": "admin"`)
		var ada string
		is := func(when, want string) {
			t.Helper()
			h.same(when, h.account("ada@example.com"), "ada "+want+" active SCIM")
			sim, err := h.Simulate(t.Context(), h.admin, h.dir.ID, "ada@example.com")
			h.ok(err)
			h.same(when+", simulated", sim.Role.Slug, want)
		}
		admins, crew := h.group("Admins"), h.group("Crew")
		h.ok(h.PutMappings(t.Context(), h.admin, h.dir.ID, []NewMapping{{admins, "admin"}, {crew, "collaborator"}}))
		ada = h.user("ada", `, "vanta_roles": "employee"`)
		join := func(group string) {
			h.does("PATCH", "/Groups/"+group, patchBody("add", "members", memberList([]string{ada})))
		}
		leave := func(group string) {
			h.does("PATCH", "/Groups/"+group, patchBody("remove", fmt.Sprintf("members[value eq %q]", ada), ""))
		}
		h.dir = h.set(h.dir, `strict = strict`) // what it has learned
		join(admins)
		is("the attribute wins", "employee")
		h.does("PATCH", "/Users/"+ada, patchBody("remove", "vanta_roles", ""))
		is("a lost attribute", "employee")
		h.does("PATCH", "/Users/"+ada, patchBody("replace", "title", `"Countess"`))
		is("another push", "employee")
		join(crew)
		is("a group behind", "employee")
		leave(crew)
		h.turn(ada, "false")
		h.turn(ada, "true")
		is("switched off and on", "employee")
		off, on := Unlinked, Linked
		for _, state := range []State{off, on} {
			var err error
			h.dir, err = h.ChangeDirectory(t.Context(), h.admin, h.dir.ID, DirectoryChanges{State: &state})
			h.ok(err)
		}
		is("the directory off and on", "employee")
		sim, err := h.Simulate(t.Context(), h.admin, h.dir.ID, ada)
		h.ok(err)
		h.same("why", sim.Steps[len(sim.Steps)-1], "But Admin may more than the last role, Employee, and it is nothing new: the group held them before. "+
			"So Employee stays: nobody rises by a loss. A new value of the attribute, coming into a group anew, or a change of the set-up here would raise.")

		leave(admins)
		join(admins)
		is("into the group anew", "admin")
		h.does("PUT", "/Users/"+ada, userBody("ada", `, "vanta_roles": "employee"`))
		is("a new value", "employee")
		h.does("PUT", "/Users/"+ada, userBody("ada", ""))
		is("lost again", "employee")
		h.ok(h.PutMappings(t.Context(), h.admin, h.dir.ID, []NewMapping{{admins, "admin"}}))
		h.dir = h.set(h.dir, `strict = strict`)
		is("the set-up has changed", "admin")
	})
}

// TestLeftLowerGroup checks that who leaves the group that decided does not rise by
// the next one, nor when the group is gone altogether.
func TestLeftLowerGroup(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		ada, bob, eve := h.user("ada", ""), h.user("bob", ""), h.user("eve", "")
		low, high := h.group("Low", ada, bob, eve), h.group("High", ada, bob)
		h.ok(h.PutMappings(t.Context(), h.admin, h.dir.ID, []NewMapping{{low, "employee"}, {high, "editor"}}))
		h.dir = h.set(h.dir, `strict = strict`)
		h.turn(eve, "false")
		h.does("PATCH", "/Groups/"+high, patchBody("add", "members", memberList([]string{eve})))
		h.does("PATCH", "/Groups/"+low, patchBody("remove", fmt.Sprintf("members[value eq %q]", ada), ""))
		h.same("left", h.account("ada@example.com"), "ada employee active SCIM")
		h.does("DELETE", "/Groups/"+low, "")
		h.same("the group is gone", h.account("bob@example.com"), "bob employee active SCIM")
		h.does("PATCH", "/Users/"+bob, patchBody("replace", "title", `"Bob"`))
		h.same("another push", h.account("bob@example.com"), "bob employee active SCIM")
		h.turn(eve, "true")
		h.same("into a group while off", h.account("eve@example.com"), "eve editor active SCIM")
	})
}

// TestGroundsOfOld checks that rows without grounds, of an older schema, are as
// safe, and still rise by something new.
func TestGroundsOfOld(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		ada, bob := h.user("ada", `, "vanta_roles": "employee"`), h.user("bob", `, "vanta_roles": "employee"`)
		eve := h.user("eve", "")
		group := h.group("Crew", ada, bob)
		h.maps(group, string(access.Editor))
		h.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE scim_resource SET grounds = ''`)
			return err
		})
		h.dir = h.set(h.dir, `strict = strict`) // what it has learned
		h.does("PATCH", "/Users/"+ada, patchBody("remove", "vanta_roles", ""))
		h.same("a loss", h.account("ada@example.com"), "ada employee active SCIM")
		h.does("PATCH", "/Users/"+bob, patchBody("replace", "vanta_roles", `"admin"`))
		h.same("a new value", h.account("bob@example.com"), "bob admin active SCIM")
		h.does("PATCH", "/Groups/"+group, patchBody("add", "members", memberList([]string{eve})))
		h.same("a new group", h.account("eve@example.com"), "eve editor active SCIM")
	})
}

// TestSettings checks that a change of the set-up resolves anew, and may raise.
func TestSettings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		ada := h.user("ada", "")
		h.user("bob", `, "vanta_roles": "auditor"`)
		h.dir = h.set(h.dir, `default_role = '`+string(access.Editor)+`'`)
		h.does("PATCH", "/Users/"+ada, patchBody("replace", "title", `"Countess"`))
		h.same("the provider's change does not raise", h.account("ada@example.com"), "ada employee active SCIM")
		h.write(func(ctx context.Context, tx *db.Tx) error { return startSettling(ctx, tx, h.dir.Number) })
		h.ok(h.CarryOut(t.Context()))
		h.same("the set-up's does", h.account("ada@example.com"), "ada editor active SCIM")
		h.same("who has another", h.account("bob@example.com"), "bob auditor active SCIM")
	})
}

// TestSimulate checks that the simulator says what would be and why.
func TestSimulate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		ada := h.user("ada", `, "vanta_roles": "admin"`)
		staff := h.group("Staff", ada)
		for _, ref := range []string{ada, "ADA@example.com", "ada@example.com"} {
			sim, err := h.Simulate(t.Context(), h.admin, h.dir.ID, ref)
			h.ok(err)
			h.same(ref, []any{sim.Role.Name, sim.Last, sim.UserName, sim.Resource, sim.Steps}, []any{
				"Admin", "Admin", "ada@example.com", ada,
				[]string{`The attribute vanta_roles says "admin".`, `"admin" is the role Admin.`},
			})
		}
		h.maps(staff, string(access.Editor))
		h.dir = h.set(h.dir, `role_attribute = 'department'`)
		sim, err := h.Simulate(t.Context(), h.admin, h.dir.ID, ada)
		h.ok(err)
		h.same("role", sim.Role.Name, "Editor")
		h.same("steps", sim.Steps, []string{
			"The attribute department is absent.", "The group Staff, which has priority 1, gives the role Editor.",
			"But the lock-out guard would refuse it: this would leave the workspace without an active Admin who can sign in: " +
				"ada (ada@example.com) is the last. Give somebody else the role Admin first, and let them sign in.",
		})
		h.same("nothing changes", h.account("ada@example.com"), "ada admin active SCIM")
		h.same("no refusal is written down", h.told("lockout"), []string(nil))
		if _, err := h.Simulate(t.Context(), h.admin, h.dir.ID, "bob"); err == nil {
			t.Error("nobody has a role")
		}
	})
}

// TestRoleGivenHere checks that a role that people here gave to somebody of the
// default stays, whatever is pushed, until attribute or mapping says one; and that
// neither of them is changed here.
func TestRoleGivenHere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		ada := h.user("ada", "")
		admin := h.admin
		admin.Kind = caller.User
		give := func(role string) error {
			_, err := h.Access.Update(t.Context(), admin, "ada@example.com", access.Changes{Role: &role})
			return err
		}
		push := func(what, more, want string) {
			t.Helper()
			h.does("PUT", "/Users/"+ada, userBody("ada", more))
			h.same(what, h.account("ada@example.com"), "ada "+want)
			sim, err := h.Simulate(t.Context(), h.admin, h.dir.ID, ada)
			h.ok(err)
			h.same(what+", simulated", sim.Role.Slug, strings.Fields(want)[0])
		}
		h.ok(give("editor"))
		push("an unrelated push", `, "title": "Countess"`, "editor active SCIM")
		h.turn(ada, "false")
		h.turn(ada, "true")
		push("off and on", `, "title": "Lady"`, "editor active SCIM")
		fallback := "auditor"
		var err error
		h.dir, err = h.ChangeDirectory(t.Context(), h.admin, h.dir.ID, DirectoryChanges{DefaultRole: &fallback})
		h.ok(err)
		push("another default", `, "title": "Countess"`, "editor active SCIM")
		push("a value that is no role", `, "vanta_roles": "king"`, "editor active SCIM")
		push("a value", `, "vanta_roles": "collaborator"`, "collaborator active SCIM")
		if err := give("editor"); fault.KindOf(err) != fault.Conflict {
			t.Errorf("got %v, want a conflict: the attribute decides", err)
		}
		crew := h.group("Crew")
		h.ok(h.PutMappings(t.Context(), h.admin, h.dir.ID, []NewMapping{{crew, "collaborator"}}))
		h.dir = h.set(h.dir, `strict = strict`)
		h.does("PATCH", "/Groups/"+crew, patchBody("add", "members", memberList([]string{ada})))
		push("the mapping", "", "collaborator active SCIM")
		if err := give("editor"); fault.KindOf(err) != fault.Conflict {
			t.Errorf("got %v, want a conflict: the mapping decides", err)
		}
	})
}

// TestSuppose checks that the simulator answers for who has not arrived, as the
// same would come true.
func TestSuppose(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		h.user("ada", `, "vanta_roles": "admin"`)
		crew := h.group("Crew")
		h.group("Unmapped")
		h.ok(h.PutMappings(t.Context(), h.admin, h.dir.ID, []NewMapping{{crew, "editor"}}))
		_, err := h.Access.Create(t.Context(), h.admin, access.NewUser{Email: "local@example.com", Role: "auditor", Status: access.Active})
		h.ok(err)
		for _, c := range []struct {
			in         Supposed
			role, last string // the last step
		}{
			{Supposed{}, "employee", "So it is the default role, Employee."},
			{Supposed{Values: []string{"nonsense", "Auditor"}, Groups: []string{crew}}, "auditor", `"Auditor" is the role Auditor.`},
			{Supposed{Groups: []string{"unmapped", "CREW"}}, "editor", "The group Crew, which has priority 1, gives the role Editor."},
			{Supposed{Groups: []string{"Crew"}, CurrentRole: "employee"}, "editor", "The group Crew, which has priority 1, gives the role Editor."},
			{Supposed{Groups: []string{"Crew"}, CurrentRole: "employee", Before: true}, "employee", "But Editor may more"},
			{Supposed{CurrentRole: "admin"}, "employee", "So it is the default role, Employee."},
			{Supposed{Email: "local@example.com"}, "employee", "But there is an account with the e-mail local@example.com that was made here, with the role Auditor"},
			{Supposed{Email: "ADA@example.com"}, "employee", "But ada has arrived already"},
		} {
			sim, err := h.Suppose(t.Context(), h.admin, h.dir.ID, c.in)
			h.ok(err)
			if last := sim.Steps[len(sim.Steps)-1]; sim.Role.Slug != c.role || !strings.HasPrefix(last, c.last) {
				t.Errorf("%+v: got %s and %q, want %s and %q", c.in, sim.Role.Slug, sim.Steps, c.role, c.last)
			}
		}
		_, err = h.Suppose(t.Context(), h.admin, h.dir.ID, Supposed{CurrentRole: "king", Email: "nobody", Groups: []string{"Nobody"}})
		for _, place := range []string{"/suppose/email", "/suppose/currentRole", "/suppose/groups/0"} {
			var told *fault.Error
			if !errors.As(err, &told) || !slices.ContainsFunc(told.Problems, func(p fault.Problem) bool { return p.Pointer == place }) {
				t.Errorf("got %v, want a problem at %s", err, place)
			}
		}
		h.dir, err = h.ChangeDirectory(t.Context(), h.admin, h.dir.ID, DirectoryChanges{RoleAttribute: &[]string{"urn:example:Muster:role"}[0]})
		h.ok(err)
		sim, err := h.Suppose(t.Context(), h.admin, h.dir.ID, Supposed{Values: []string{"editor"}})
		h.ok(err)
		h.same("in an extension", sim.Role.Slug, "editor")
	})
}
