// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// Level is how far a custom role reaches into an area.
type Level string

// The levels; each includes those before it.
const (
	None Level = "none"
	View Level = "view"
	Edit Level = "edit"
)

// NewRole is what a custom role is made from.
type NewRole struct {
	Areas map[string]string // levels by area; an absent area is none
	Name  string            // required
}

// RoleChanges change a custom role; what is nil or absent stays.
type RoleChanges struct {
	Areas map[string]string // levels by area
	Name  *string
}

// RoleCount is a role and how many users have it, deactivated ones too.
type RoleCount struct {
	Role
	Users int64
}

// maxRoleName is the length of a custom role's name, in characters.
const maxRoleName = 100

// FindRole answers the role that an id, slug or name means in a workspace,
// whatever its case, built-in ones first. An Invalid fault says which there are.
func (s *Service) FindRole(ctx context.Context, tx *db.Tx, workspace int64, ref string) (Role, error) {
	if role, ok := builtIn(ref); ok {
		return role, nil
	}
	if web.Storable(ref) {
		ref = strings.TrimSpace(ref)
		role, err := selectRole(ctx, tx, workspace, strings.ToLower(ref), slugOf(ref))
		switch {
		case err == nil && role.named(ref):
			return role, nil
		case err != nil && !errors.Is(err, db.ErrNoRow):
			return Role{}, fmt.Errorf("find role: %w", err)
		}
	}
	return Role{}, s.noRole(ctx, tx, workspace, ref)
}

// shownRoles is how many custom roles a refusal names.
const shownRoles = 20

// noRole answers the fault that says which roles there are.
func (s *Service) noRole(ctx context.Context, tx *db.Tx, workspace int64, ref string) error {
	custom, err := selectRoles(ctx, tx, workspace)
	if err != nil {
		return fmt.Errorf("list roles: %w", err)
	}
	var slugs []string
	for _, role := range append(BuiltInRoles(), custom[:min(len(custom), shownRoles)]...) {
		slugs = append(slugs, role.Slug)
	}
	if len(custom) > shownRoles {
		slugs = append(slugs, "…")
	}
	return fault.New(fault.Invalid, "there is no role %q; there are %s", web.Shorten(ref), strings.Join(slugs, ", "))
}

// Roles answers all roles of the actor's workspace, built-in ones first, then
// custom ones by age. The order is that of their ids.
func (s *Service) Roles(ctx context.Context, actor caller.Caller) ([]RoleCount, error) {
	var all []RoleCount
	err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		custom, err := selectRoles(ctx, tx, actor.Workspace.Number)
		if err != nil {
			return err
		}
		users, err := selectRoleCounts(ctx, tx, actor.Workspace.Number)
		all = nil
		for _, role := range append(BuiltInRoles(), custom...) {
			all = append(all, RoleCount{Role: role, Users: users[role.ID]})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list roles: %w", err)
	}
	return all, nil
}

// CreateRole makes a custom role. Faults: Invalid for the name or an area,
// Conflict when a role has the name or its slug already.
func (s *Service) CreateRole(ctx context.Context, actor caller.Caller, in NewRole) (RoleCount, error) {
	now := s.instant()
	role := customRole(RoleID(db.NewID(now)), in.Name, nil)
	if err := role.change(in.Areas); err != nil {
		return RoleCount{}, err
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := insertRole(ctx, tx, actor.Workspace.Number, role, now); err != nil {
			return err
		}
		return appendRole(ctx, tx, role, deed{actor, now, "created", roleChanges(Role{}, role)})
	})
	return RoleCount{Role: role}, roleError(err, role)
}

// UpdateRole changes a custom role; its users may do what it says from their
// next request on. Faults: NotFound; Impossible for a built-in role; Invalid and
// Conflict as for CreateRole.
func (s *Service) UpdateRole(ctx context.Context, actor caller.Caller, ref string, in RoleChanges) (RoleCount, error) {
	var after RoleCount
	err := s.changeRole(ctx, actor, ref, func(ctx context.Context, tx *db.Tx, before RoleCount, now time.Time) error {
		name := before.Name
		if in.Name != nil {
			name = *in.Name
		}
		after = RoleCount{Role: customRole(before.ID, name, before.Areas), Users: before.Users}
		if err := after.change(in.Areas); err != nil {
			return err
		}
		changes := roleChanges(before.Role, after.Role)
		if len(changes) == 0 {
			return nil
		}
		if err := updateRole(ctx, tx, actor.Workspace.Number, after.Role, now); err != nil {
			return err
		}
		return appendRole(ctx, tx, after.Role, deed{actor, now, "updated", changes})
	})
	return after, roleError(err, after.Role)
}

// DeleteRole takes a custom role away. Faults: NotFound; Impossible for a
// built-in role; Conflict while users have it.
func (s *Service) DeleteRole(ctx context.Context, actor caller.Caller, ref string) error {
	return s.changeRole(ctx, actor, ref, func(ctx context.Context, tx *db.Tx, role RoleCount, now time.Time) error {
		if role.Users > 0 {
			return fault.New(fault.Conflict, "%s the role %s; give them another first", countUsers(role.Users), role.Name)
		}
		if err := deleteRole(ctx, tx, actor.Workspace.Number, role.ID); err != nil {
			return err
		}
		return appendRole(ctx, tx, role.Role, deed{actor, now, "deleted", roleChanges(role.Role, Role{})})
	})
}

func countUsers(n int64) string {
	if n == 1 {
		return "1 user has"
	}
	return fmt.Sprintf("%d users have", n)
}

// changeRole runs fn on a custom role that nobody is given, and nobody else
// changes, meanwhile.
func (s *Service) changeRole(
	ctx context.Context, actor caller.Caller, ref string,
	fn func(context.Context, *db.Tx, RoleCount, time.Time) error,
) error {
	now := s.instant()
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := holdWorkspace(ctx, tx, actor.Workspace.Number); err != nil {
			return err
		}
		role, err := s.FindRole(ctx, tx, actor.Workspace.Number, ref)
		switch {
		case fault.KindOf(err) == fault.Invalid:
			return fault.New(fault.NotFound, "there is no role %q", web.Shorten(ref))
		case err != nil:
			return err
		case role.BuiltIn():
			return fault.New(fault.Impossible, "the role %s is built in; it can be neither changed nor deleted", role.Name)
		}
		users, err := selectRoleCounts(ctx, tx, actor.Workspace.Number)
		if err != nil {
			return err
		}
		return fn(ctx, tx, RoleCount{Role: role, Users: users[role.ID]}, now)
	})
}

func roleError(err error, role Role) error {
	switch {
	case db.IsUnique(err):
		return fault.New(fault.Conflict, "there is a role called %q, or much like it, already", role.Name)
	case err != nil:
		return fmt.Errorf("change role: %w", err)
	}
	return nil
}

// customRole answers a custom role. What it grants is what a Collaborator may,
// and what its areas add.
func customRole(id RoleID, name string, areas map[string]Level) Role {
	role := Role{
		Areas: map[string]Level{}, ID: id, MayOwn: true, Name: strings.TrimSpace(name), Slug: slugOf(name),
		Summary: "a role of this workspace, built on Collaborator",
	}
	for _, area := range caller.Areas() {
		role.Areas[area.Name] = None
	}
	maps.Copy(role.Areas, areas)
	role.grant()
	return role
}

// checkName holds the rules for the name of a custom role.
func (r *Role) checkName() error {
	taken, isTaken := builtIn(r.Name)
	if !isTaken {
		taken, isTaken = builtIn(r.Slug)
	}
	length := utf8.RuneCountInString(r.Name)
	switch {
	case length < 1 || length > maxRoleName || !oneLine(r.Name):
		return fault.At(fault.Problem{Pointer: "/name", Message: fmt.Sprintf("must have 1 to %d characters on one line", maxRoleName)})
	case r.Slug == "":
		return fault.At(fault.Problem{Pointer: "/name", Message: "must have a letter or a digit"})
	case isTaken:
		return fault.New(fault.Conflict, "the name %q belongs to the built-in role %s", r.Name, taken.Name)
	case db.ValidID(strings.ToLower(r.Name)) || db.ValidID(r.Slug):
		return fault.At(fault.Problem{Pointer: "/name", Message: "must not look like an id, which has 24 hex digits"})
	}
	return nil
}

// oneLine says whether a text is UTF-8 without control characters, which a line
// break is one of.
func oneLine(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unprintable)
}

// unprintable says whether a letter breaks a line or turns the direction of what
// follows, so that a name could pass for another in a list.
func unprintable(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}

// change checks the name and sets levels by area. The fault names every area
// that is wrong.
func (r *Role) change(levels map[string]string) error {
	if err := r.checkName(); err != nil {
		return err
	}
	var problems []fault.Problem
	for _, name := range slices.Sorted(maps.Keys(levels)) {
		if message := wrongLevel(name, Level(levels[name])); message != "" {
			problems = append(problems, fault.Problem{Pointer: "/areas/" + pointerToken(name), Message: message})
			continue
		}
		r.Areas[name] = Level(levels[name])
	}
	if len(problems) > 0 {
		return fault.At(problems...)
	}
	r.grant()
	return nil
}

// wrongLevel says what is wrong with a level for an area; "" when nothing is.
func wrongLevel(name string, level Level) string {
	areas := caller.Areas()
	i := slices.IndexFunc(areas, func(a caller.Area) bool { return a.Name == name })
	switch {
	case i < 0:
		var names []string
		for _, area := range areas {
			names = append(names, area.Name)
		}
		return "there is no such area; there are " + strings.Join(names, ", ")
	case level == Edit && areas[i].Edit == nil:
		return "must be none or view: only an Admin may change what belongs to " + name
	case level != None && level != View && level != Edit:
		return fmt.Sprintf("must be none, view or edit, not %q", web.Shorten(string(level)))
	}
	return ""
}

// pointerToken writes a member's name as RFC 6901 section 3 has it.
func pointerToken(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(web.Shorten(name))
}

// grant makes the permissions of the areas. What a later version may have
// stored under an area that is unknown here grants nothing.
func (r *Role) grant() {
	given := []caller.Permission{caller.OwnAccount}
	for _, area := range caller.Areas() {
		level := r.Areas[area.Name]
		if level == View || level == Edit {
			given = append(given, area.View...)
		}
		if level == Edit {
			given = append(given, area.Edit...)
		}
	}
	r.Grants = slices.DeleteFunc(caller.Permissions(), func(p caller.Permission) bool { return !slices.Contains(given, p) })
}
