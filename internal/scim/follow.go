// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// What users and groups bring about beyond SCIM, in the transaction that changes
// the resource:
//
//	user   ──▶ account (account.go): access.User with the role of role.go
//	       ──▶ person: directory.Person, matched by e-mail
//	group  ──▶ group of people, with the people of those members that are users
//
// The account comes first, so that nothing about a name or an address keeps the
// access of somebody open who has left. A group in a group gives nobody a
// membership: providers send the people themselves. Resources of any other type
// bring about nothing.

// The types that somebody follows.
const (
	typeGroup = "Group"
	typeUser  = "User"
)

// What the set-up warns of.
const (
	warnAccount     = "account_refused"
	warnEmailTaken  = "email_taken"
	warnGroupName   = "group_renamed"
	warnLocal       = "local_account"
	warnMass        = "mass_deactivation"
	warnNoAttribute = "no_role_attribute"
	warnNoEmail     = "no_email"
	warnPerson      = "person_refused"
	warnRole        = "unknown_role"
	warnKept        = "lockout"
)

// source is where people and groups of directories come from.
func source() directory.Source { return directory.Source{Type: directory.SCIM} }

// Leaver is a directory.Leaver that lets package scim deal by itself with the
// accounts of those who leave through a directory: an account that was made here
// and was not handed over stays as it is (contract 1.11).
type Leaver struct{ directory.Leaver }

// Left tells the other Leaver, unless a directory brought the departure about.
func (l Leaver) Left(ctx context.Context, tx *db.Tx, actor caller.Caller, email string) error {
	if actor.Kind == caller.Directory {
		return nil
	}
	return l.Leaver.Left(ctx, tx, actor, email)
}

// follow brings people, accounts and groups to what a resource has become. before
// is the zero Resource for a new one, and the resource itself when the settings of
// the directory have changed. It sets Follower, Account and Role of after,
// and writes them when they changed.
func (s *Service) follow(ctx context.Context, tx *db.Tx, c *call, before Resource, after *Resource, change membership) error {
	if c.rehearsal {
		return nil
	}
	var err error
	switch after.Type {
	case typeUser:
		err = s.followUser(ctx, tx, c, before, after)
	case typeGroup:
		err = s.followGroup(ctx, tx, c, before, after, change)
	}
	return refused(err)
}

// release lets go of who follows a resource, before it is deleted: an account is
// deactivated and handed back, the person and the history stay.
func (s *Service) release(ctx context.Context, tx *db.Tx, c *call, r Resource) error {
	if c.rehearsal {
		return nil
	}
	var err error
	switch r.Type {
	case typeUser:
		err = s.releaseUser(ctx, tx, c, r)
	case typeGroup:
		err = s.releaseGroup(ctx, tx, c, r)
	}
	return refused(err)
}

func (s *Service) followUser(ctx context.Context, tx *db.Tx, c *call, before Resource, r *Resource) error {
	was, p := *r, profileOf(r.Object)
	if p.email == "" {
		c.warn(warnNoEmail, r.nameOf(), fmt.Sprintf(
			"%s has no e-mail address, neither primary nor of type work, and the userName is none: map one in the provider. "+
				"Until then there is no person and no account.", r.nameOf()))
	}
	var groups []holding
	if c.newborn != r.ID {
		var err error
		if groups, err = selectHoldings(ctx, tx, c.dir, r.ID); err != nil {
			return err
		}
	}
	if err := s.noteGrounds(ctx, tx, c.dir, r, before.Object, groups); err != nil {
		return err
	}
	if err := s.followAccount(ctx, tx, c, r, p, groups); err != nil {
		return err
	}
	if err := s.followPerson(ctx, tx, c, before, r, p); err != nil {
		return err
	}
	if c.newborn == r.ID {
		return nil // the row is written with all of it
	}
	if r.Follower != was.Follower {
		if err := s.joinTeams(ctx, tx, c, *r, groups); err != nil {
			return err
		}
	}
	if err := keepFollower(ctx, tx, c, was, *r); err != nil {
		return err
	}
	if before.Active && !r.Active {
		return s.watchDepartures(ctx, tx, c)
	}
	return nil
}

// keepFollower writes who follows a resource, if that has changed.
func keepFollower(ctx context.Context, tx *db.Tx, c *call, was, is Resource) error {
	if was.Follower == is.Follower && was.Account == is.Account && was.Role == is.Role && was.grounds == is.grounds {
		return nil
	}
	return putFollower(ctx, tx, c.dir, is)
}

// followPerson makes the person be as a user says.
func (s *Service) followPerson(ctx context.Context, tx *db.Tx, c *call, before Resource, r *Resource, p profile) error {
	old, nobody := profileOf(before.Object), false
	switch {
	case r.Follower != "" && p == old && before.Active == r.Active:
		return nil // nothing of it is the person's
	case r.Follower == "" && p.email == "":
		return nil
	case r.Follower == "":
		var free bool
		var err error
		if free, nobody, err = s.personFree(ctx, tx, c, *r, p.email); err != nil || !free {
			return err
		}
		old = profile{}
	}
	in := p.attributes(old)
	in.Active, in.Nobody, in.Quiet = &r.Active, nobody, c.newborn == r.ID
	person, err := s.putPerson(ctx, tx, c, *r, in)
	if fault.KindOf(err) == fault.Invalid {
		c.warn(warnPerson, r.nameOf(), fmt.Sprintf("The person of %s stays as it is: %s.", r.nameOf(), err.Error()))
		return nil
	}
	if err == nil {
		r.Follower = string(person.ID)
	}
	return err
}

// putPerson is directory.Put for the person of a user: one that is gone is made
// again, and an address that another person has is left out.
func (s *Service) putPerson(ctx context.Context, tx *db.Tx, c *call, r Resource, in directory.Attributes) (directory.Person, error) {
	person, made, err := s.Directory.Put(ctx, tx, c.actor, source(), directory.PersonID(r.Follower), in)
	if made && in.Quiet {
		c.bring("person", string(person.ID), person.Name.Display)
	}
	if r.Follower == "" || err == nil {
		return person, err
	}
	switch kind := fault.KindOf(err); {
	case kind == fault.NotFound && in.Email == nil:
		return directory.Person{}, nil // until there is an address again
	case kind == fault.NotFound:
		r.Follower = ""
		return s.putPerson(ctx, tx, c, r, in)
	case kind == fault.Conflict && in.Email != nil:
		c.warn(warnEmailTaken, r.nameOf(), fmt.Sprintf(
			"Another person has the e-mail %s; that of %s stays as it is. Take it from one of the two.", *in.Email, r.nameOf()))
		in.Email = nil
		return s.putPerson(ctx, tx, c, r, in)
	}
	return person, err
}

// personFree says whether the person with an e-mail may follow a user. The person
// of an active user, of this directory or another, may not; that of one who is
// deactivated moves over, with the groups. nobody says that there is no such
// person.
func (s *Service) personFree(ctx context.Context, tx *db.Tx, c *call, r Resource, email string) (free, nobody bool, err error) {
	person, err := s.Directory.ByEmail(ctx, tx, c.dir.Workspace.Number, email)
	if errors.Is(err, db.ErrNoRow) {
		return true, true, nil
	}
	if err != nil {
		return false, false, err
	}
	other, found, err := selectHolder(ctx, tx, c.dir, string(person.ID), r.ID)
	switch {
	case err != nil || !found:
		return err == nil, false, err
	case other.active:
		c.warnTaken(r, email)
		return false, false, nil
	}
	if err := s.quitTeams(ctx, tx, c, other.id, person.ID); err != nil {
		return false, false, err
	}
	return true, false, clearPerson(ctx, tx, c.dir, other.id)
}

func (c *call) warnTaken(r Resource, email string) {
	c.warn(warnEmailTaken, r.nameOf(), fmt.Sprintf(
		"Another active user of a directory has the e-mail %s. Deactivate that one, or give %s another address.", email, r.nameOf()))
}

// joinTeams puts the person of a user into the groups that hold the user already,
// such as those that named it before it was there.
func (s *Service) joinTeams(ctx context.Context, tx *db.Tx, c *call, r Resource, groups []holding) error {
	for _, g := range groups {
		if g.team == "" {
			continue
		}
		if _, err := s.Directory.AddMembers(ctx, tx, c.actor, source(), directory.GroupID(g.team), directory.PersonID(r.Follower)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) quitTeams(ctx context.Context, tx *db.Tx, c *call, resource string, person directory.PersonID) error {
	teams, err := selectTeams(ctx, tx, c.dir, resource)
	if err != nil {
		return err
	}
	for _, team := range teams {
		if _, err := s.Directory.RemoveMembers(ctx, tx, c.actor, directory.GroupID(team), person); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) releaseUser(ctx context.Context, tx *db.Tx, c *call, r Resource) error {
	if r.Account != "" {
		if err := s.Access.Unprovision(ctx, tx, c.actor, r.Account); err != nil {
			return err
		}
		if err := putReleased(ctx, tx, c.dir, r.Account, c.now); err != nil {
			return err
		}
	}
	if r.Follower == "" {
		return nil
	}
	person := directory.PersonID(r.Follower)
	if err := s.quitTeams(ctx, tx, c, r.ID, person); err != nil {
		return err
	}
	_, err := s.Directory.Release(ctx, tx, c.actor, source(), person)
	return unlessGone(err)
}

// unlessGone takes the fault away that says that there is nobody any more.
func unlessGone(err error) error {
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	return err
}

func (s *Service) followGroup(ctx context.Context, tx *db.Tx, c *call, before Resource, r *Resource, change membership) error {
	was := *r
	if before.ID == "" { // ahead of its members
		if err := s.tellAny(ctx, tx, c, *r, didCreate, nil); err != nil {
			return err
		}
	}
	added, removed := values(change.added), slices.Clone(change.removed)
	if err := s.putTeam(ctx, tx, c, before, r); err != nil {
		return err
	}
	if before.ID != "" && was.Follower == "" && r.Follower != "" { // all of them are new to it
		all, err := selectMembers(ctx, tx, c.dir, r.ID)
		if err != nil {
			return err
		}
		added = values(all)
	}
	if err := keepFollower(ctx, tx, c, was, *r); err != nil {
		return err
	}
	came, err := s.users(ctx, tx, c, added)
	if err != nil {
		return err
	}
	went, err := s.users(ctx, tx, c, removed)
	if err != nil {
		return err
	}
	if err := s.moveTeam(ctx, tx, c, *r, came, went); err != nil {
		return err
	}
	if err := s.tellMembers(ctx, tx, c, *r, change, append(slices.Clone(came), went...)); err != nil {
		return err
	}
	return s.settle(ctx, tx, c, r.ID, came, went)
}

func values(members []Member) []string {
	list := make([]string, len(members))
	for i, m := range members {
		list[i] = m.Value
	}
	return list
}

// users answers those resources that are users, by id; what is pending, and
// groups, are none.
func (s *Service) users(ctx context.Context, tx *db.Tx, c *call, ids []string) ([]Resource, error) {
	users, err := selectResources(ctx, tx, c.dir, typeUser, ids)
	slices.SortFunc(users, func(a, b Resource) int { return strings.Compare(a.ID, b.ID) }) // in one order everywhere, so that nobody waits in a ring
	return users, err
}

// moveTeam moves the people of users into and out of the group of people.
func (s *Service) moveTeam(ctx context.Context, tx *db.Tx, c *call, r Resource, came, went []Resource) error {
	team := directory.GroupID(r.Follower)
	if team == "" {
		return nil
	}
	if people := peopleOf(came); len(people) > 0 {
		if _, err := s.Directory.AddMembers(ctx, tx, c.actor, source(), team, people...); err != nil {
			return err
		}
	}
	if people := peopleOf(went); len(people) > 0 {
		if _, err := s.Directory.RemoveMembers(ctx, tx, c.actor, team, people...); err != nil {
			return err
		}
	}
	return nil
}

func peopleOf(users []Resource) (people []directory.PersonID) {
	for _, r := range users {
		if r.Follower != "" {
			people = append(people, directory.PersonID(r.Follower))
		}
	}
	return people
}

// maxTeam is how long the name of a group of people may be, in characters.
const maxTeam = 200

// putTeam makes the group of people be as a group says. One that was made here,
// or follows another directory, is not taken over with whoever is in it: the
// new one gets the directory's name behind its own.
func (s *Service) putTeam(ctx context.Context, tx *db.Tx, c *call, before Resource, r *Resource) error {
	name := line(text(r.Object, "displayName"), maxTeam)
	if name == "" || r.Follower != "" && name == line(text(before.Object, "displayName"), maxTeam) {
		return nil
	}
	suffix := " (" + line(c.dir.Name, maxTeam/2) + ")"
	short := line(name, maxTeam-len([]rune(suffix)))
	for _, candidate := range []string{name, short + suffix, line(name, maxTeam-len(r.ID)-3) + " (" + r.ID + ")"} {
		other, err := selectTeamNamed(ctx, tx, c.dir, candidate)
		if err != nil {
			return err
		}
		if other != "" && other != r.Follower {
			continue
		}
		if candidate != name {
			c.warn(warnGroupName, r.nameOf(), fmt.Sprintf(
				"There is a group called %s already, which this directory does not manage; the group of the directory is called %s here.", name, candidate))
		}
		team, _, err := s.Directory.PutGroup(ctx, tx, c.actor, source(), directory.GroupID(r.Follower), candidate)
		if err != nil {
			return err
		}
		r.Follower = string(team.ID)
		return nil
	}
	return fault.New(fault.Conflict, "there is a group called %s already", name)
}

// releaseGroup takes the group of people away, and the roles that it gave.
func (s *Service) releaseGroup(ctx context.Context, tx *db.Tx, c *call, r Resource) error {
	if r.Follower != "" {
		if err := unlessGone(s.Directory.RemoveGroup(ctx, tx, c.actor, directory.GroupID(r.Follower))); err != nil {
			return err
		}
	}
	is, err := selectIsMapped(ctx, tx, c.dir, r.ID)
	if err != nil || !is {
		return err
	}
	members, err := selectMembers(ctx, tx, c.dir, r.ID)
	if err != nil {
		return err
	}
	if err := dropMapping(ctx, tx, c.dir, r.ID); err != nil {
		return err
	}
	went, err := s.users(ctx, tx, c, values(members))
	if err != nil {
		return err
	}
	return s.settleAll(ctx, tx, c, went, "")
}

// line answers text as one line of at most so many characters, without what turns
// the direction of writing: people and accounts refuse such names.
func line(text string, limit int) string {
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Bidi_Control, r):
			return -1
		case unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp):
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "")))
	if letters := []rune(text); len(letters) > limit {
		text = strings.TrimSpace(string(letters[:limit]))
	}
	return text
}

// Adopt hands the local account with a user's e-mail over to the directory: from
// now on the provider decides on its name, role and whether it is active. The
// resource is the user's id. Only an Admin may; the caller checks that. Faults:
// NotFound for directory and user, Conflict when there is nothing to hand over,
// Impossible where the lock-out guard refuses.
func (s *Service) Adopt(ctx context.Context, who caller.Caller, ref DirectoryID, resource string) (Resource, error) {
	var r Resource
	err := s.change(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		c, err := s.callOf(ctx, tx, who, ref)
		if err != nil {
			return err
		}
		if r, err = s.adopt(ctx, tx, c, resource); err != nil {
			return err
		}
		return c.keepWarnings(ctx, tx)
	})
	return r, s.Access.NoteRefused(ctx, who, err)
}

func (s *Service) adopt(ctx context.Context, tx *db.Tx, c *call, resource string) (Resource, error) {
	before, err := selectHeld(ctx, tx, c.dir, typeUser, resource)
	if errors.Is(err, db.ErrNoRow) {
		return Resource{}, fault.New(fault.NotFound, "the directory %s has no user %q", c.dir.Name, web.Shorten(resource))
	}
	if err != nil {
		return Resource{}, err
	}
	if before.Account != "" {
		return Resource{}, fault.New(fault.Conflict, "%s has an account that the directory manages already", before.nameOf())
	}
	account, err := s.Access.ByEmail(ctx, tx, c.dir.Workspace.Number, profileOf(before.Object).email)
	if errors.Is(err, db.ErrNoRow) {
		return Resource{}, fault.New(fault.Conflict, "no account here has the e-mail of %s, so there is none to hand over", before.nameOf())
	}
	if err != nil {
		return Resource{}, err
	}
	_, taken, err := selectAccountHolder(ctx, tx, c.dir, account.ID, before.ID)
	if err != nil {
		return Resource{}, err
	}
	if taken {
		return Resource{}, fault.New(fault.Conflict, "the account of %s belongs to another user of a directory", account.Label())
	}
	r := before
	r.Account = account.ID
	if err := s.followUser(ctx, tx, c, before, &r); err != nil {
		return Resource{}, err
	}
	if err := putFollower(ctx, tx, c.dir, r); err != nil {
		return Resource{}, err
	}
	if err := dropWarning(ctx, tx, c.dir, warnLocal, r.nameOf()); err != nil {
		return Resource{}, err
	}
	return r, s.tellAdopted(ctx, tx, c, r, account)
}
