// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/scim/schema"
)

// A loss never raises anybody. What takes away the attribute, a value of it, or a
// group, lets something come to the front that was there before and may more; that
// gives nothing by itself. So with its role every user keeps what there was that
// gives one, its grounds:
//
//	a:ROLE         the attribute has a value that is the role
//	g:GROUP=ROLE   a group holds the user, and the mapping gives the role
//
// A role that may more than the last one is given only by a ground that is not
// among them, or after a change of the settings that roles follow from, which the
// edition of the directory counts. So the bound lasts, whatever else the provider
// sends: until a new value, a group that they come into (again), or the set-up
// gives the role.

// grounds are what a user has that gives a role, in the order in which it counts.
type grounds struct {
	edition int64
	list    []string
}

// String answers the grounds as rows keep them.
func (g grounds) String() string {
	return strings.Join(append([]string{strconv.FormatInt(g.edition, 10)}, g.list...), "\n")
}

// readGrounds reads what rows keep; false when nothing was noted yet.
func readGrounds(text string) (g grounds, noted bool) {
	lines := strings.Split(text, "\n")
	edition, err := strconv.ParseInt(lines[0], 10, 64)
	return grounds{edition, lines[1:]}, err == nil
}

func attributeGround(role access.Role) string { return "a:" + string(role.ID) }

func groupGround(m holding) string { return "g:" + m.id + "=" + m.role }

func groundsOf(d Directory, known []sentRole, groups []holding) grounds {
	g := grounds{edition: d.edition}
	for _, k := range known {
		g.list = append(g.list, attributeGround(k.role))
	}
	for _, m := range groups {
		if m.position > 0 {
			g.list = append(g.list, groupGround(m))
		}
	}
	return g
}

// but answers groups without one.
func but(groups []holding, id string) []holding {
	return slices.DeleteFunc(slices.Clone(groups), func(m holding) bool { return m.id == id })
}

// noteGrounds notes what a user had before a change, where that was not done yet.
func (s *Service) noteGrounds(ctx context.Context, tx *db.Tx, d Directory, r *Resource, before schema.Object, groups []holding) error {
	if r.grounds != "" || r.Role == "" {
		return nil
	}
	_, known, err := s.sentRoles(ctx, tx, d, before)
	if err != nil {
		return err
	}
	g := groundsOf(d, known, groups)
	g.edition = 0
	r.grounds = g.String()
	return nil
}

// forget forgets those grounds of somebody deactivated that are gone. What is new
// counts when they are active again.
func (s *Service) forget(ctx context.Context, tx *db.Tx, d Directory, r *Resource, groups []holding) error {
	before, noted := readGrounds(r.grounds)
	if !noted || len(before.list) == 0 {
		return nil
	}
	_, known, err := s.sentRoles(ctx, tx, d, r.Object)
	if err != nil {
		return err
	}
	now := groundsOf(d, known, groups)
	before.list = slices.DeleteFunc(before.list, func(g string) bool { return !slices.Contains(now.list, g) })
	r.grounds = before.String()
	return nil
}

// setUpAnew says whether the settings that roles follow from have changed since
// the role of a user was found.
func setUpAnew(d Directory, r Resource) bool {
	before, noted := readGrounds(r.grounds)
	return noted && before.edition < d.edition
}

// given is a role that something gives.
type given struct {
	role   access.Role
	ground string
	before string // why it is nothing new, if it is not
}

// award gives a role, unless it would raise by a loss.
func (s *Service) award(ctx context.Context, tx *db.Tx, d Directory, r Resource, g given, f *resolution) error {
	f.role = g.role
	before, noted := readGrounds(r.grounds)
	if noted && !slices.Contains(before.list, g.ground) || setUpAnew(d, r) {
		return nil
	}
	last, had, err := s.last(ctx, tx, d, r)
	if err != nil || !had || within(g.role, last) {
		return err
	}
	f.role = last
	f.step("But %s may more than the last role, %s, and it is nothing new: %s. So %s stays: nobody rises by a loss. "+
		"A new value of the attribute, coming into a group anew, or a change of the set-up here would raise.",
		g.role.Name, last.Name, g.before, last.Name)
	return nil
}

// roleHere answers the role that people here gave a user of a directory, whose
// default had given another; false when they gave none.
func (s *Service) roleHere(ctx context.Context, tx *db.Tx, d Directory, r Resource) (access.Role, bool, error) {
	if r.Account == "" {
		return access.Role{}, false, nil
	}
	user, err := s.Access.ByID(ctx, tx, d.Workspace.Number, r.Account)
	if errors.Is(err, db.ErrNoRow) {
		return access.Role{}, false, nil
	}
	return user.Role, user.Source == access.SCIM && user.RoleFrom == access.RoleHere, err
}

// last answers the last role of a user; false when there is none.
func (s *Service) last(ctx context.Context, tx *db.Tx, d Directory, r Resource) (access.Role, bool, error) {
	if here, is, err := s.roleHere(ctx, tx, d, r); err != nil || is {
		return here, is, err
	}
	return s.role(ctx, tx, d, string(r.Role))
}
