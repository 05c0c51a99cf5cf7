// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"context"
	"errors"
	"slices"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

// entryMembers is how many members one entry of evidence names.
const entryMembers = 100

// AddMembers puts people into a group for a source, in the source's own
// transaction, and answers those that were not in it. It touches their
// memberships and nothing else. NotFound when the group or one of them is not
// there.
func (s *Service) AddMembers(ctx context.Context, tx *db.Tx, c caller.Caller, source Source, id GroupID, people ...PersonID) ([]PersonID, error) {
	return s.move(ctx, tx, c, moving{
		do: func(p PersonID) (bool, error) {
			return insertMember(ctx, tx, c.Workspace.Number, joining{at: s.instant(), group: id, person: p, source: source})
		},
		group: id, people: people, what: "members added",
		tell: func(name string) told { return told{Field: "member", After: name} },
	})
}

// RemoveMembers is the opposite of AddMembers; it answers those that were in the
// group.
func (s *Service) RemoveMembers(ctx context.Context, tx *db.Tx, c caller.Caller, id GroupID, people ...PersonID) ([]PersonID, error) {
	return s.move(ctx, tx, c, moving{
		do: func(p PersonID) (bool, error) {
			return deleteMember(ctx, tx, c.Workspace.Number, id, p)
		},
		group: id, people: people, what: "members removed",
		tell: func(name string) told { return told{Field: "member", Before: name} },
	})
}

// moving is one thing that is done to memberships of one group.
type moving struct {
	do     func(PersonID) (bool, error) // says whether it changed anything
	group  GroupID
	people []PersonID
	tell   func(name string) told
	what   string
}

// move does it and tells of the memberships that it changed.
func (s *Service) move(ctx context.Context, tx *db.Tx, c caller.Caller, m moving) ([]PersonID, error) {
	g, err := s.GroupByID(ctx, tx, c.Workspace.Number, m.group)
	if errors.Is(err, db.ErrNoRow) {
		return nil, unknownGroup(m.group)
	}
	if err != nil {
		return nil, err
	}
	var moved []member
	for _, p := range m.people {
		name, err := nameOf(ctx, tx, c, p)
		if err != nil {
			return nil, err
		}
		changed, err := m.do(p)
		if err != nil {
			return nil, err
		}
		if changed {
			moved = append(moved, member{id: p, name: name})
		}
	}
	var ids []PersonID
	for part := range slices.Chunk(moved, entryMembers) {
		if err := appendMoved(ctx, tx, deed{Caller: c, now: s.instant(), what: m.what}, g, part, m.tell); err != nil {
			return nil, err
		}
		for _, p := range part {
			ids = append(ids, p.id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return ids, s.mark(ctx, tx, c.Workspace.Number, ids...)
}

// member is a person as an entry names them.
type member struct {
	id   PersonID
	name string
}

// nameOf answers what a person is called; NotFound when there is none.
func nameOf(ctx context.Context, tx *db.Tx, c caller.Caller, id PersonID) (string, error) {
	if !db.ValidID(string(id)) {
		return "", unknown(id)
	}
	name, err := selectDisplay(ctx, tx, c.Workspace.Number, id)
	if errors.Is(err, db.ErrNoRow) {
		return "", unknown(id)
	}
	return name, err
}

// Join puts a person into a group that was made here. Faults: NotFound,
// Conflict.
func (s *Service) Join(ctx context.Context, c caller.Caller, id GroupID, person PersonID) (Person, error) {
	return s.rearrange(ctx, c, id, person, func(ctx context.Context, tx *db.Tx) error {
		_, err := s.AddMembers(ctx, tx, c, Here(), id, person)
		return err
	})
}

// Quit takes a person out of a group that was made here; who is not in it stays
// out of it. Faults: NotFound, Conflict.
func (s *Service) Quit(ctx context.Context, c caller.Caller, id GroupID, person PersonID) (Person, error) {
	return s.rearrange(ctx, c, id, person, func(ctx context.Context, tx *db.Tx) error {
		_, err := s.RemoveMembers(ctx, tx, c, id, person)
		return err
	})
}

func (s *Service) rearrange(ctx context.Context, c caller.Caller, id GroupID, person PersonID, fn func(context.Context, *db.Tx) error) (p Person, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if err := s.mayRearrange(ctx, tx, c, id); err != nil {
			return err
		}
		if err := fn(ctx, tx); err != nil {
			return err
		}
		p, err = s.ByID(ctx, tx, c.Workspace.Number, person)
		if errors.Is(err, db.ErrNoRow) {
			return unknown(person)
		}
		return err
	})
	return p, s.settled(ctx, c.Workspace, err)
}

// mayRearrange answers why the members of a group are not changed here.
func (s *Service) mayRearrange(ctx context.Context, tx *db.Tx, c caller.Caller, id GroupID) error {
	g, err := holdKnown(ctx, tx, c, id)
	if err != nil {
		return err
	}
	return g.editable("members")
}

// JoinAll puts people into a group that was made here, and answers for each, in
// their order. Faults, of the group: NotFound, Conflict.
func (s *Service) JoinAll(ctx context.Context, c caller.Caller, id GroupID, people []PersonID) ([]Result, error) {
	return s.rearrangeAll(ctx, c, id, people, func(ctx context.Context, tx *db.Tx, known []PersonID) error {
		_, err := s.AddMembers(ctx, tx, c, Here(), id, known...)
		return err
	})
}

// QuitAll takes people out of a group that was made here, and answers for each,
// in their order. Faults, of the group: NotFound, Conflict.
func (s *Service) QuitAll(ctx context.Context, c caller.Caller, id GroupID, people []PersonID) ([]Result, error) {
	return s.rearrangeAll(ctx, c, id, people, func(ctx context.Context, tx *db.Tx, known []PersonID) error {
		_, err := s.RemoveMembers(ctx, tx, c, id, known...)
		return err
	})
}

func (s *Service) rearrangeAll(ctx context.Context, c caller.Caller, id GroupID, people []PersonID,
	fn func(context.Context, *db.Tx, []PersonID) error,
) (results []Result, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		results = make([]Result, len(people))
		var known []PersonID
		if err := s.mayRearrange(ctx, tx, c, id); err != nil {
			return err
		}
		for i, p := range people {
			results[i].ID = p
			_, err := nameOf(ctx, tx, c, p)
			if results[i].Refusal = asFault(err); results[i].Refusal != nil {
				continue
			}
			if err != nil {
				return err
			}
			known = append(known, p)
		}
		return fn(ctx, tx, known)
	})
	return results, s.settled(ctx, c.Workspace, err)
}
