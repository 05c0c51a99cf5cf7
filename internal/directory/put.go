// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"context"
	"errors"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

// Put makes a person be as a source says, in the source's own transaction, and
// says whether it is new. The person is the one with the id, when id is not "",
// else the one with the e-mail, without regard to case; else it is made, for
// which the e-mail is needed.
//
// The source takes over the fields that it names, whoever had them before; the
// others stay as they are. Faults: NotFound for an id, Invalid, Conflict when
// the e-mail is another person's, and whatever Leaver refuses with: the
// transaction must then be given up, and afterwards it is for whoever runs it to
// have the refusal written down (Leaver.NoteRefused).
func (s *Service) Put(ctx context.Context, tx *db.Tx, c caller.Caller, source Source, id PersonID, in Attributes) (Person, bool, error) {
	d := deed{Caller: c, now: s.instant(), what: "updated"}
	before, err := s.holdFor(ctx, tx, c, id, in)
	if errors.Is(err, db.ErrNoRow) {
		d.what, d.quiet = "created", in.Quiet
		made, problems := newPerson(in, source, d.now)
		if err := refusal(problems); err != nil {
			return Person{}, false, err
		}
		p, err := s.insert(ctx, tx, d, made, nil)
		return p, err == nil, err
	}
	if err != nil {
		return Person{}, false, err
	}
	edit := change{Person: before.clone(), now: d.now, source: source}
	edit.apply(in)
	if err := refusal(edit.problems); err != nil {
		return Person{}, false, err
	}
	switch was, is := before.Employment(d.now).gone(), edit.Employment(d.now).gone(); {
	case is && !was:
		d.what = "left"
	case was && !is:
		d.what = "returned"
	}
	p, err := s.save(ctx, tx, d, before, edit.Person, nil)
	return p, false, err
}

// holdFor finds whom Put is about; db.ErrNoRow when the person is new.
func (s *Service) holdFor(ctx context.Context, tx *db.Tx, c caller.Caller, id PersonID, in Attributes) (Person, error) {
	if id != "" {
		return hold(ctx, tx, c, id)
	}
	if in.Email == nil || in.Nobody {
		return Person{}, db.ErrNoRow
	}
	p, err := selectPersonByEmail(ctx, tx, c.Workspace.Number, key(*in.Email))
	if err != nil {
		return Person{}, err
	}
	return hold(ctx, tx, c, p.ID)
}

// Release hands a person back that a source no longer knows: the account is
// switched off, the history stays, and the fields of the source can be edited
// here from now on. Faults as Put's.
func (s *Service) Release(ctx context.Context, tx *db.Tx, c caller.Caller, source Source, id PersonID) (Person, error) {
	before, err := hold(ctx, tx, c, id)
	if err != nil {
		return Person{}, err
	}
	d := deed{Caller: c, now: s.instant(), what: "released"}
	after := before.clone()
	if after.InactiveSince == nil {
		after.InactiveSince = &d.now
	}
	for f, owner := range before.Sources {
		if owner.Type == source.Type && owner.IntegrationID == source.IntegrationID {
			delete(after.Sources, f)
		}
	}
	return s.save(ctx, tx, d, before, after, nil)
}
