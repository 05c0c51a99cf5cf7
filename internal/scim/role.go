// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/scim/schema"
	"github.com/passmuster/muster/internal/web"
)

// The role of a user; the first that says one counts (contract S15 and section
// 3):
//
//  1. the attribute that the directory names. Of several values the first that is
//     a role counts, in the order sent, a primary one first. When none of them is
//     a role, the last valid role stays, and a warning says so.
//  2. the groups that the user is in, by the priority of the mapping
//  3. the directory's default role; Admin is never given by default
//
// What the provider takes away never raises anybody (ground.go): a role that may
// more than the last one is given only by something new, a value of the attribute
// or a group, or after a change of the set-up here.

// resolution is the role that somebody gets, and why.
type resolution struct {
	absent   bool // the attribute that the directory names
	from     access.RoleFrom
	grounds  grounds // that there are now
	role     access.Role
	steps    []string // sentences, in the order in which it was found
	warnings []warning
}

func (f *resolution) step(format string, args ...any) {
	f.steps = append(f.steps, fmt.Sprintf(format, args...))
}

// resolve finds the role of a user whom groups hold.
func (s *Service) resolve(ctx context.Context, tx *db.Tx, d Directory, r Resource, groups []holding) (f resolution, err error) {
	sent, known, err := s.sentRoles(ctx, tx, d, r.Object)
	if err != nil {
		return f, err
	}
	f.grounds = groundsOf(d, known, groups)
	found, err := s.roleByAttribute(ctx, tx, d, r, sent, known, &f)
	if err != nil || found {
		return f, err
	}
	found, err = s.roleByGroup(ctx, tx, d, r, groups, &f)
	if err != nil || found {
		return f, err
	}
	return f, s.roleByDefault(ctx, tx, d, r, &f)
}

// role answers the role that a text means; false when it means none.
func (s *Service) role(ctx context.Context, tx *db.Tx, d Directory, ref string) (access.Role, bool, error) {
	if ref == "" {
		return access.Role{}, false, nil
	}
	role, err := s.Access.FindRole(ctx, tx, d.Workspace.Number, ref)
	if fault.KindOf(err) == fault.Invalid {
		return access.Role{}, false, nil
	}
	return role, err == nil, err
}

// sentRole is a value of the attribute that is a role.
type sentRole struct {
	role  access.Role
	value string
}

// sentRoles answers the values that a user sends for a role, and those of them
// that are one, each once.
func (s *Service) sentRoles(ctx context.Context, tx *db.Tx, d Directory, obj schema.Object) (sent []string, known []sentRole, err error) {
	if d.RoleAttribute == "" {
		return nil, nil, nil
	}
	sent = roleValues(obj, d.RoleAttribute)
	seen := map[string]bool{}
	for _, value := range sent {
		if seen[value] {
			continue
		}
		seen[value] = true
		role, is, err := s.role(ctx, tx, d, value)
		if err != nil {
			return nil, nil, err
		}
		if is {
			known = append(known, sentRole{role, value})
		}
	}
	return sent, known, nil
}

//nolint:revive // what was found already comes along
func (s *Service) roleByAttribute(
	ctx context.Context, tx *db.Tx, d Directory, r Resource, sent []string, known []sentRole, f *resolution,
) (bool, error) {
	if d.RoleAttribute == "" {
		f.step("The directory names no attribute for roles.")
		return false, nil
	}
	if len(sent) == 0 {
		f.absent = true
		f.step("The attribute %s is absent.", d.RoleAttribute)
		return false, nil
	}
	f.step("The attribute %s says %s.", d.RoleAttribute, quotedTexts(sent))
	if len(known) > 0 {
		f.step("%q is the role %s.", web.Shorten(known[0].value), known[0].role.Name)
		f.from = access.RoleByAttribute
		return true, s.award(ctx, tx, d, r, given{known[0].role, attributeGround(known[0].role), "the attribute said so before"}, f)
	}
	last, had, err := s.last(ctx, tx, d, r)
	if err != nil {
		return false, err
	}
	message := fmt.Sprintf("%s has %s in %s, which is no role here", r.nameOf(), quotedTexts(sent), d.RoleAttribute)
	if had {
		f.from, f.role = access.RoleByAttribute, last
		message += fmt.Sprintf("; the last valid role, %s, stays", last.Name)
		f.step("That is no role here, so the last valid role, %s, stays.", last.Name)
	} else {
		f.step("That is no role here, and there is no earlier role that could stay.")
	}
	f.warnings = append(f.warnings, warning{warnRole, r.nameOf(), message + ". Send the id, slug or name of a role."})
	return had, nil
}

// quotedTexts answers up to five texts as a sentence names them.
func quotedTexts(texts []string) string {
	const most = 5
	var list []string
	for _, t := range texts[:min(len(texts), most)] {
		list = append(list, fmt.Sprintf("%q", web.Shorten(t)))
	}
	if len(texts) > most {
		list = append(list, "…")
	}
	return strings.Join(list, ", ")
}

func (s *Service) roleByGroup(ctx context.Context, tx *db.Tx, d Directory, r Resource, groups []holding, f *resolution) (bool, error) {
	for _, m := range groups {
		if m.position == 0 {
			break
		}
		role, known, err := s.role(ctx, tx, d, m.role)
		if err != nil {
			return false, err
		}
		if known {
			f.step("The group %s, which has priority %d, gives the role %s.", m.group, m.position, role.Name)
			f.from = access.RoleByMapping
			return true, s.award(ctx, tx, d, r, given{role, groupGround(m), "the group held them before"}, f)
		}
		f.step("The group %s gives a role that is not there any more.", m.group)
		f.warnings = append(f.warnings, warning{warnRole, m.group, fmt.Sprintf(
			"The role that the group %s gives is not there any more; map the group to another.", m.group)})
	}
	f.step("No group of theirs gives a role.")
	return false, nil
}

func (s *Service) roleByDefault(ctx context.Context, tx *db.Tx, d Directory, r Resource, f *resolution) error {
	here, is, err := s.roleHere(ctx, tx, d, r)
	if err != nil {
		return err
	}
	if is {
		f.from, f.role = access.RoleHere, here
		f.step("So it is the role that people here gave them, %s, while neither attribute nor group says one.", here.Name)
		return nil
	}
	f.from = access.RoleByDefault
	role, known, err := s.role(ctx, tx, d, string(d.DefaultRole))
	if err != nil {
		return err
	}
	if !known || role.ID == access.Admin {
		f.step("The directory's default role does not count; nobody becomes Admin by default.")
		if role, _, err = s.role(ctx, tx, d, string(access.Employee)); err != nil {
			return err
		}
	}
	last, had, err := s.last(ctx, tx, d, r)
	if err != nil {
		return err
	}
	if had && !within(role, last) && !setUpAnew(d, r) {
		f.role = last
		f.step("The default role, %s, may more than the last role, %s, which stays: nobody rises by a loss.", role.Name, last.Name)
		return nil
	}
	f.role = role
	f.step("So it is the default role, %s.", role.Name)
	return nil
}

// within says whether a role may nothing that the other may not.
func within(role, other access.Role) bool {
	if role.MayOwn && !other.MayOwn {
		return false
	}
	for _, p := range role.Grants {
		if !slices.Contains(other.Grants, p) {
			return false
		}
	}
	return true
}

// roleValues answers what an attribute of a user says, in the order in which it
// counts. The name is that of a top-level attribute, which may also stand in an
// extension, or has a URN before it; "roles.value" is roles.
func roleValues(obj schema.Object, attribute string) []string {
	name := strings.TrimSuffix(schema.Fold(attribute), ".value")
	urn, bare := "", name
	if at := strings.LastIndexByte(name, ':'); at >= 0 {
		urn, bare = name[:at], name[at+1:]
	}
	if urn != "" && urn != schema.Fold(schema.UserURN) {
		extension, _ := member(obj, urn).(schema.Object)
		return textsIn(member(extension, bare))
	}
	found := textsIn(member(obj, bare))
	if urn != "" || len(found) > 0 {
		return found
	}
	for _, key := range slices.Sorted(maps.Keys(obj)) {
		extension, is := obj[key].(schema.Object)
		if !is || !strings.Contains(key, ":") {
			continue
		}
		if found := textsIn(member(extension, bare)); len(found) > 0 {
			return found
		}
	}
	return nil
}

// member answers the member of an object with a folded name.
func member(obj schema.Object, folded string) any {
	for name, value := range obj {
		if schema.Fold(name) == folded {
			return value
		}
	}
	return nil
}

// textsIn answers the texts that a value holds: itself, its elements, the
// sub-attribute value of an object, or display where there is none.
func textsIn(value any) []string {
	switch v := value.(type) {
	case string:
		if v = strings.TrimSpace(v); v != "" {
			return []string{v}
		}
	case schema.Number:
		return []string{string(v)}
	case schema.Object:
		if inner := textsIn(v["value"]); len(inner) > 0 {
			return inner
		}
		return textsIn(v["display"])
	case []any:
		var first, rest []string
		for _, element := range v {
			if one, _ := element.(schema.Object); one["primary"] == true {
				first = append(first, textsIn(one)...)
			} else {
				rest = append(rest, textsIn(element)...)
			}
		}
		return append(first, rest...)
	}
	return nil
}

// settle finds the roles of users anew who came into a group or left it, if the
// group gives one.
func (s *Service) settle(ctx context.Context, tx *db.Tx, c *call, group string, came, went []Resource) error {
	is, err := selectIsMapped(ctx, tx, c.dir, group)
	if err != nil || !is {
		return err
	}
	// Who comes is first: an Admin may go when another has come.
	if err := s.settleAll(ctx, tx, c, came, group); err != nil {
		return err
	}
	return s.settleAll(ctx, tx, c, went, "")
}

// settleAll is settleOne for several; joined is the group that they have come
// into, "" for none.
func (s *Service) settleAll(ctx context.Context, tx *db.Tx, c *call, users []Resource, joined string) error {
	for _, user := range users {
		if err := s.settleOne(ctx, tx, c, user.ID, joined); err != nil {
			return err
		}
	}
	return nil
}

// settleOne brings the account of a user to the role that is its now. Who is
// deactivated gets it when they are active again.
func (s *Service) settleOne(ctx context.Context, tx *db.Tx, c *call, id, joined string) error {
	r, err := selectHeld(ctx, tx, c.dir, typeUser, id)
	if errors.Is(err, db.ErrNoRow) {
		return nil
	}
	if err != nil {
		return err
	}
	groups, err := selectHoldings(ctx, tx, c.dir, r.ID)
	if err != nil {
		return err
	}
	was := r
	if err := s.noteGrounds(ctx, tx, c.dir, &r, r.Object, but(groups, joined)); err != nil {
		return err
	}
	if !r.Active {
		if err := s.forget(ctx, tx, c.dir, &r, groups); err != nil {
			return err
		}
		return keepFollower(ctx, tx, c, was, r)
	}
	if err := s.followAccount(ctx, tx, c, &r, profileOf(r.Object), groups); err != nil {
		return err
	}
	return keepFollower(ctx, tx, c, was, r)
}

// Simulation says what role a user of a directory would get now, and why.
type Simulation struct {
	Account  access.UserID // "" while there is none
	Email    string        // that person and account are known by, "" for none
	Last     string        // name of the last role, "" for none
	Name     string
	Resource string // id of the user
	Role     access.Role
	Steps    []string // sentences, in the order in which the role was found
	UserName string
}

// Simulate answers what role a user of a directory would get, and why. user is an
// id, a userName or an e-mail. Nothing changes. NotFound for directory and user.
func (s *Service) Simulate(ctx context.Context, who caller.Caller, ref DirectoryID, user string) (Simulation, error) {
	var sim Simulation
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := s.callOf(ctx, tx, who, ref)
		if err != nil {
			return err
		}
		r, err := selectUserBy(ctx, tx, c.dir, user)
		if errors.Is(err, db.ErrNoRow) {
			return fault.New(fault.NotFound, "the directory %s has no user %q: give a userName, an e-mail or an id", c.dir.Name, web.Shorten(user))
		}
		if err != nil {
			return err
		}
		sim, err = s.simulate(ctx, tx, c, r)
		return err
	})
	if err != nil || sim.Account == "" {
		return sim, err
	}
	return sim, s.rehearse(ctx, who, &sim)
}

func (s *Service) simulate(ctx context.Context, tx *db.Tx, c *call, r Resource) (Simulation, error) {
	groups, err := selectHoldings(ctx, tx, c.dir, r.ID)
	if err != nil {
		return Simulation{}, err
	}
	found, err := s.resolve(ctx, tx, c.dir, r, groups)
	if err != nil {
		return Simulation{}, err
	}
	sim := Simulation{
		Account: r.Account, Email: profileOf(r.Object).email, Name: r.nameOf(), Resource: r.ID, Role: found.role, Steps: found.steps,
		UserName: text(r.Object, "userName"),
	}
	last, _, err := s.role(ctx, tx, c.dir, string(r.Role))
	sim.Last = last.Name
	switch {
	case !r.Active:
		sim.Steps = append(sim.Steps, "The user is deactivated, so the account is, too; the role waits until it is active again.")
	case r.Account == "":
		sim.Steps = append(sim.Steps, "The directory manages no account of this user, so nobody has the role yet.")
	}
	return sim, err
}

// errRehearsed gives up a transaction that was only to see what would come of it.
var errRehearsed = errors.New("rehearsed")

// rehearse asks the lock-out guard, who knows only by trying.
func (s *Service) rehearse(ctx context.Context, who caller.Caller, sim *Simulation) error {
	var locked *access.LockoutError
	err := s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		user, err := s.Access.ByID(ctx, tx, who.Workspace.Number, sim.Account)
		if err != nil {
			return err
		}
		_, _, err = s.Access.Provision(ctx, tx, who, user.ID, access.Provisioned{
			Active: user.Status != access.Deactivated, Email: user.Email, From: user.RoleFrom, Name: user.Name, Role: sim.Role.ID,
		})
		if err == nil {
			err = errRehearsed
		}
		return err
	})
	switch {
	case errors.As(err, &locked):
		sim.Steps = append(sim.Steps, "But the lock-out guard would refuse it: "+locked.Error()+".")
		return nil
	case errors.Is(err, errRehearsed) || errors.Is(err, db.ErrNoRow):
		return nil
	}
	return err
}
