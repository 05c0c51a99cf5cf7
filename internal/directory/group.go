// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
)

// GroupID names a group.
type GroupID string

// Group is a named set of people.
type Group struct {
	CreatedAt time.Time
	ID        GroupID
	Name      string
	Source    Source // of the name and the members
}

// editable answers a Conflict for a group whose name and members come from
// elsewhere; what is the thing that would change.
func (g Group) editable(what string) error {
	if g.Source.local() {
		return nil
	}
	return fault.New(fault.Conflict, "the group %s comes from %s: change its %s there", g.Name, g.Source.label(), what)
}

func unknownGroup(id GroupID) error {
	return fault.New(fault.NotFound, "there is no group with the id %s", cut(string(id)))
}

// ListGroups answers up to limit groups of the caller's workspace by id, after
// one, and whether there are more.
func (s *Service) ListGroups(ctx context.Context, c caller.Caller, after GroupID, limit int) (groups []Group, more bool, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		groups, err = selectGroups(ctx, tx, c.Workspace.Number, after, int64(limit)+1)
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("list groups: %w", err)
	}
	if more = len(groups) > limit; more {
		groups = groups[:limit]
	}
	return groups, more, nil
}

// GetGroup answers one group; NotFound otherwise.
func (s *Service) GetGroup(ctx context.Context, c caller.Caller, id GroupID) (g Group, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		g, err = s.GroupByID(ctx, tx, c.Workspace.Number, id)
		if errors.Is(err, db.ErrNoRow) {
			return unknownGroup(id)
		}
		return err
	})
	return g, err
}

// GroupByID answers one group; db.ErrNoRow when there is none.
func (s *Service) GroupByID(ctx context.Context, tx *db.Tx, workspace int64, id GroupID) (Group, error) {
	if !db.ValidID(string(id)) {
		return Group{}, db.ErrNoRow
	}
	return selectGroup(ctx, tx, workspace, id)
}

// memberPage is how many members one statement reads.
const memberPage = 500

// EachMember calls fn for every member of a group by id; NotFound when there is
// no such group. Members are read page by page: one that joins meanwhile may be
// missed.
func (s *Service) EachMember(ctx context.Context, c caller.Caller, id GroupID, fn func(Person) error) error {
	if _, err := s.GetGroup(ctx, c, id); err != nil {
		return err
	}
	for after := PersonID(""); ; {
		var people []Person
		err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			if people, err = selectMembers(ctx, tx, c.Workspace.Number, id, after, memberPage); err != nil {
				return err
			}
			return fill(ctx, tx, c.Workspace.Number, people)
		})
		if err != nil {
			return fmt.Errorf("list members of %s: %w", id, err)
		}
		for _, p := range people {
			if err := fn(p); err != nil {
				return err
			}
		}
		if len(people) < memberPage {
			return nil
		}
		after = people[len(people)-1].ID
	}
}

// cleanGroup answers a group's name as it is kept, or an Invalid fault.
func cleanGroup(name string) (string, error) {
	name, message := cleanLine(name, maxName)
	if message == "" && name == "" {
		message = "must not be empty"
	}
	if message != "" {
		return "", fault.At(fault.Problem{Pointer: "/name", Message: message})
	}
	return name, nil
}

// CreateGroup makes an empty group. Faults: Invalid, Conflict when the name is
// taken, without regard to case.
func (s *Service) CreateGroup(ctx context.Context, c caller.Caller, name string) (g Group, err error) {
	if name, err = cleanGroup(name); err != nil {
		return Group{}, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := checkGroupFree(ctx, tx, c.Workspace.Number, "", name); err != nil {
			return err
		}
		g, err = s.makeGroup(ctx, tx, deed{Caller: c, now: s.instant(), what: "created"}, name, Here())
		return err
	})
	return g, err
}

func (s *Service) makeGroup(ctx context.Context, tx *db.Tx, d deed, name string, source Source) (Group, error) {
	g := Group{CreatedAt: d.now, ID: GroupID(db.NewID(d.now)), Name: name, Source: source}
	if err := insertGroup(ctx, tx, d.Workspace.Number, g); err != nil {
		if db.IsUnique(err) {
			return Group{}, takenGroup(name)
		}
		return Group{}, err
	}
	changes := []told{{Field: "name", After: name}}
	if !source.local() {
		changes = append(changes, told{Field: "source", After: source.label()})
	}
	return g, appendGroup(ctx, tx, d, g, changes)
}

// checkGroupFree answers a Conflict when another group than id has the name.
func checkGroupFree(ctx context.Context, tx *db.Tx, workspace int64, id GroupID, name string) error {
	other, err := selectGroupByName(ctx, tx, workspace, key(name))
	if errors.Is(err, db.ErrNoRow) || err == nil && other.ID == id {
		return nil
	}
	if err != nil {
		return err
	}
	return takenGroup(other.Name)
}

func takenGroup(name string) error {
	return fault.New(fault.Conflict, "there is a group called %s already", name)
}

// holdKnown is holdGroup with a NotFound fault.
func holdKnown(ctx context.Context, tx *db.Tx, c caller.Caller, id GroupID) (Group, error) {
	if !db.ValidID(string(id)) {
		return Group{}, unknownGroup(id)
	}
	g, err := holdGroup(ctx, tx, c.Workspace.Number, id)
	if errors.Is(err, db.ErrNoRow) {
		return Group{}, unknownGroup(id)
	}
	return g, err
}

// RenameGroup gives a group that was made here another name. Faults: NotFound,
// Invalid, Conflict.
func (s *Service) RenameGroup(ctx context.Context, c caller.Caller, id GroupID, name string) (g Group, err error) {
	if name, err = cleanGroup(name); err != nil {
		return Group{}, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := holdKnown(ctx, tx, c, id)
		if err != nil {
			return err
		}
		if err := before.editable("name"); err != nil {
			return err
		}
		after := before
		after.Name = name
		g, err = s.saveGroup(ctx, tx, deed{Caller: c, now: s.instant(), what: "renamed"}, before, after)
		return err
	})
	return g, s.settled(ctx, c.Workspace, err)
}

// saveGroup writes what differs between two states of a group, if anything does.
func (s *Service) saveGroup(ctx context.Context, tx *db.Tx, d deed, before, after Group) (Group, error) {
	if before == after {
		return before, nil
	}
	var changes []told
	if before.Name != after.Name {
		changes = append(changes, told{Field: "name", Before: before.Name, After: after.Name})
	}
	if before.Source.label() != after.Source.label() {
		changes = append(changes, told{Field: "source", Before: before.Source.label(), After: after.Source.label()})
	}
	if err := checkGroupFree(ctx, tx, d.Workspace.Number, after.ID, after.Name); err != nil {
		return Group{}, err
	}
	if err := updateGroup(ctx, tx, d.Workspace.Number, after); err != nil {
		return Group{}, err
	}
	if before.Name != after.Name {
		if err := s.markGroup(ctx, tx, d.Workspace.Number, after.ID); err != nil {
			return Group{}, err
		}
	}
	return after, appendGroup(ctx, tx, d, after, changes)
}

// DeleteGroup takes a group away that was made here; its members stay people.
// Faults: NotFound, Conflict.
func (s *Service) DeleteGroup(ctx context.Context, c caller.Caller, id GroupID) error {
	return s.settled(ctx, c.Workspace, s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		g, err := holdKnown(ctx, tx, c, id)
		if err != nil {
			return err
		}
		if !g.Source.local() {
			return fault.New(fault.Conflict, "the group %s comes from %s: remove it there", g.Name, g.Source.label())
		}
		return s.dropGroup(ctx, tx, c, g)
	}))
}

func (s *Service) dropGroup(ctx context.Context, tx *db.Tx, c caller.Caller, g Group) error {
	if err := s.markGroup(ctx, tx, c.Workspace.Number, g.ID); err != nil {
		return err
	}
	members, err := deleteGroup(ctx, tx, c.Workspace.Number, g.ID)
	if err != nil {
		return err
	}
	d := deed{Caller: c, now: s.instant(), what: "deleted"}
	return appendGroup(ctx, tx, d, g, []told{{Field: "name", Before: g.Name}, {Field: "members", Before: members}})
}

// PutGroup makes a group be as a source says, in the source's own transaction,
// and says whether it is new: the group with the id, when id is not "", else the
// one with the name, without regard to case; else it is made. The source takes
// it over. Faults: NotFound for an id, Invalid, Conflict when another group has
// the name.
func (s *Service) PutGroup(ctx context.Context, tx *db.Tx, c caller.Caller, source Source, id GroupID, name string) (Group, bool, error) {
	name, err := cleanGroup(name)
	if err != nil {
		return Group{}, false, err
	}
	if id == "" {
		found, err := selectGroupByName(ctx, tx, c.Workspace.Number, key(name))
		if errors.Is(err, db.ErrNoRow) {
			g, err := s.makeGroup(ctx, tx, deed{Caller: c, now: s.instant(), what: "created"}, name, source)
			return g, err == nil, err
		}
		if err != nil {
			return Group{}, false, err
		}
		id = found.ID
	}
	before, err := holdKnown(ctx, tx, c, id)
	if err != nil {
		return Group{}, false, err
	}
	after := before
	after.Name, after.Source = name, source
	g, err := s.saveGroup(ctx, tx, deed{Caller: c, now: s.instant(), what: "updated"}, before, after)
	return g, false, err
}

// RemoveGroup takes a group away that its source no longer knows. NotFound when
// there is none.
func (s *Service) RemoveGroup(ctx context.Context, tx *db.Tx, c caller.Caller, id GroupID) error {
	g, err := holdKnown(ctx, tx, c, id)
	if err != nil {
		return err
	}
	return s.dropGroup(ctx, tx, c, g)
}

// groupsOf answers the names of the groups that a person is in, sorted, and of
// those that come from elsewhere.
func groupsOf(ctx context.Context, tx *db.Tx, workspace int64, p Person) (names, foreign []string, err error) {
	for _, id := range p.Groups {
		g, err := selectGroup(ctx, tx, workspace, id)
		if err != nil {
			return nil, nil, err
		}
		names = append(names, g.Name)
		if !g.Source.local() {
			foreign = append(foreign, g.Name)
		}
	}
	slices.Sort(names)
	slices.Sort(foreign)
	return names, foreign, nil
}
