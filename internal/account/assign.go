// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"errors"
	"log/slog"
	"slices"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/facet"
	"github.com/passmuster/muster/internal/fault"
)

// Choice says whose an account is: exactly one of its members is set.
type Choice struct {
	External  *ExternalOwner
	NewPerson *directory.Attributes // who is added to the people, and must not be there yet
	Nobody    bool                  // and no link by e-mail from now on
	Person    directory.PersonID
	Service   *ServiceOwner
}

// ExternalOwner is a person who does not work here.
type ExternalOwner struct {
	Email string // "" when unknown
	Name  string
}

// ServiceOwner says that no person uses the account.
type ServiceOwner struct {
	Purpose string // what it is for; may be ""
}

// check answers an Invalid fault unless exactly one thing was chosen.
func (c Choice) check() error {
	chosen := 0
	for _, is := range []bool{c.External != nil, c.NewPerson != nil, c.Nobody, c.Person != "", c.Service != nil} {
		if is {
			chosen++
		}
	}
	if chosen != 1 {
		return fault.New(fault.Invalid, "must name exactly one owner: personId, newPerson, external or serviceAccount")
	}
	return nil
}

// SetOwner says by hand whose an account is. Faults: NotFound for the account,
// Invalid for what is chosen, and what making a person may refuse with.
func (s *Service) SetOwner(ctx context.Context, c caller.Caller, id ID, choice Choice) (Account, error) {
	if err := choice.check(); err != nil {
		return Account{}, err
	}
	if choice.NewPerson != nil {
		if err := c.Check(caller.WritePeople); err != nil {
			return Account{}, err
		}
	}
	var after Account
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := s.byID(ctx, tx, c.Workspace, id)
		if err != nil {
			return err
		}
		o, err := s.chosen(ctx, tx, c, before, choice)
		if err != nil {
			return err
		}
		key := facet.Key{Definition: int64(before.Definition.Number), Item: int64(before.Item)}
		if err := putOwner(ctx, tx, c.Workspace.Number, key, o); err != nil {
			return err
		}
		// A new person may have taken it by its e-mail just now.
		f, err := selectFacet(ctx, tx, c.Workspace.Number, key)
		if err != nil {
			return err
		}
		if err := s.refacet(ctx, tx, c.Workspace, []place{{Key: key, facet: f}}, o.kind); err != nil {
			return err
		}
		if after, err = s.byID(ctx, tx, c.Workspace, id); err != nil {
			return err
		}
		return s.appendOwner(ctx, tx, c, before, after)
	})
	if err == nil {
		s.tell(ctx, c.Workspace)
	}
	return after, err
}

// tell lets the rules see whose accounts are by now; what cannot be done at once
// is the pass's.
func (s *Service) tell(ctx context.Context, w caller.Workspace) {
	if err := s.feed(ctx, w); err != nil {
		s.Logger.LogAttrs(ctx, slog.LevelWarn, "rules do not see whose accounts are yet", slog.String("workspace", w.ID), slog.Any("error", err))
	}
}

// chosen answers the owner of a choice. It holds the e-mails that could link the
// account, or release the person, at the same moment.
func (s *Service) chosen(ctx context.Context, tx *db.Tx, c caller.Caller, a Account, choice Choice) (owner, error) {
	o := owner{how: byHand, linkedAt: db.Millis(s.Now()), linkedBy: actorJSON(c)}
	keys := []string{directory.EmailKey(a.Email)}
	var err error
	switch {
	case choice.Person != "":
		p, err := s.personOf(ctx, tx, c, choice.Person)
		if err != nil {
			return owner{}, err
		}
		o.kind, o.person = KindPerson, p.ID
		keys = append(keys, directory.EmailKey(p.Email))
	case choice.NewPerson != nil:
		if o.kind = KindPerson; choice.NewPerson.Email != nil {
			keys = append(keys, directory.EmailKey(*choice.NewPerson.Email))
		}
	case choice.External != nil:
		o.kind = KindExternal
		o.name, o.email, err = choice.External.clean()
	case choice.Service != nil:
		o.kind = KindService
		o.name, err = choice.Service.clean()
	}
	if err != nil {
		return owner{}, err
	}
	slices.Sort(keys)
	if err := s.hold(ctx, tx, c.Workspace, slices.Compact(keys)...); err != nil {
		return owner{}, err
	}
	switch {
	case choice.NewPerson != nil:
		o.person, err = s.make(ctx, tx, c, *choice.NewPerson)
	case choice.Person != "":
		_, err = s.personOf(ctx, tx, c, choice.Person) // may have gone before the e-mail was held
	}
	return o, err
}

func (s *Service) personOf(ctx context.Context, tx *db.Tx, c caller.Caller, id directory.PersonID) (directory.Person, error) {
	p, err := s.Directory.ByID(ctx, tx, c.Workspace.Number, id)
	switch {
	case errors.Is(err, db.ErrNoRow):
		return p, fault.At(fault.Problem{Pointer: "/personId", Message: "names no person of this workspace"})
	case err == nil && p.NotPerson:
		return p, fault.At(fault.Problem{Pointer: "/personId", Message: "is marked as not a person: make it a service account, or mark it as a person"})
	}
	return p, err
}

// make adds a person to the people.
func (s *Service) make(ctx context.Context, tx *db.Tx, c caller.Caller, in directory.Attributes) (directory.PersonID, error) {
	if in.Email != nil {
		p, err := s.Directory.ByEmail(ctx, tx, c.Workspace.Number, *in.Email)
		if err == nil {
			return "", fault.New(fault.Conflict, "there is a person with the e-mail %s already: choose personId %s", p.Email, p.ID)
		}
		if !errors.Is(err, db.ErrNoRow) {
			return "", err
		}
	}
	p, _, err := s.Directory.Put(ctx, tx, c, directory.Here(), "", in)
	return p.ID, err
}

func (e ExternalOwner) clean() (name, email string, err error) {
	var problems []fault.Problem
	name, message := directory.CleanLine(e.Name, maxName)
	if message == "" && name == "" {
		message = "must say who it is"
	}
	if message != "" {
		problems = append(problems, fault.Problem{Pointer: "/external/displayName", Message: message})
	}
	if e.Email != "" {
		if email, message = directory.CleanEmail(e.Email); message != "" {
			problems = append(problems, fault.Problem{Pointer: "/external/emailAddress", Message: message})
		}
	}
	if len(problems) > 0 {
		return "", "", fault.At(problems...)
	}
	return name, email, nil
}

// maxName is the longest name or purpose, in characters.
const maxName = 400

func (o ServiceOwner) clean() (string, error) {
	purpose, message := directory.CleanLine(o.Purpose, maxName)
	if message != "" {
		return "", fault.At(fault.Problem{Pointer: "/serviceAccount/purpose", Message: message})
	}
	return purpose, nil
}

// words answers an owner as evidence tells it; nil for nobody.
func (o *Owner) words() any {
	if o == nil {
		return nil
	}
	switch o.Kind {
	case KindExternal:
		if o.Email != "" {
			return "the external person " + o.Name + " (" + o.Email + ")"
		}
		return "the external person " + o.Name
	case KindService:
		if o.Name != "" {
			return "a service account (" + o.Name + ")"
		}
		return "a service account"
	}
	return o.Name + " (" + o.Email + ")"
}

// appendOwner says that somebody set an owner.
func (s *Service) appendOwner(ctx context.Context, tx *db.Tx, c caller.Caller, before, after Account) error {
	body := map[string]any{
		"what": "owner set", "system": map[string]string{"kind": "definition", "id": string(after.Definition.ID), "name": after.Definition.Name},
		"changes": []evidence.Change{{Field: "owner", Before: before.Owner.words(), After: after.Owner.words()}},
	}
	if after.Owner == nil {
		body["what"] = "owner cleared"
	} else {
		body["kind"] = after.Owner.Kind.String()
		if p := after.Owner.Person; p != nil {
			body["person"] = map[string]string{"kind": "person", "id": string(p.ID), "name": p.Name.Display}
		}
	}
	return evidence.Append(ctx, tx, s.instant(), evidence.Entry{
		Actor: c, Kind: "account", Subject: evidence.Subject{Kind: "account", ID: string(after.ID), Name: after.Name()}, Body: body,
	})
}
