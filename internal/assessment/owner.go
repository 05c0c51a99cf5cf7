// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
)

// Owner is a user who looks after a test, and may work on it whatever the role
// otherwise allows, as long as the role lets objects be owned.
type Owner struct {
	Email  string
	ID     string
	MayOwn bool
	Name   string
}

// Users finds users of the caller's workspace by id or e-mail. NotFound when
// there is none.
type Users interface {
	Owner(ctx context.Context, c caller.Caller, ref string) (Owner, error)
}

// OwnerOf answers the id of the user who owns a test, "" for nobody.
func (s *Service) OwnerOf(ctx context.Context, c caller.Caller, ref string) (owner string, err error) {
	t, err := s.Get(ctx, c, ref)
	return t.Owner, err
}

// SetOwner gives a test to a user, named by id or e-mail; "" takes it from
// whoever has it. Impossible for a user whose role cannot own.
func (s *Service) SetOwner(ctx context.Context, c caller.Caller, ref, user string) (t Test, err error) {
	next, err := s.ownerByRef(ctx, c, user)
	if err != nil {
		return Test{}, err
	}
	now := s.Now()
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if t, err = s.find(ctx, tx, c, ref); err != nil {
			return err
		}
		return s.putOwner(ctx, tx, c, &t, next, now)
	})
	return t, err
}

// ownerByRef answers the user who is to own something; the zero Owner for "".
func (s *Service) ownerByRef(ctx context.Context, c caller.Caller, ref string) (Owner, error) {
	if ref == "" {
		return Owner{}, nil
	}
	owner, err := s.Users.Owner(ctx, c, ref)
	if err != nil {
		return Owner{}, err
	}
	if !owner.MayOwn {
		return Owner{}, fault.New(fault.Impossible, "%s cannot own a test: the role does not allow it", owner.label())
	}
	return owner, nil
}

func (o Owner) label() string {
	if o.Name != "" {
		return o.Name
	}
	return o.Email
}

// putOwner writes who owns a test now, with its evidence.
func (s *Service) putOwner(ctx context.Context, tx *db.Tx, c caller.Caller, t *Test, next Owner, now time.Time) error {
	if t.Owner == next.ID {
		return nil
	}
	before := ""
	if t.Owner != "" {
		was, err := s.Users.Owner(ctx, c, t.Owner)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		before = was.label()
	}
	if err := updateOwner(ctx, tx, t.Number, next.ID); err != nil {
		return err
	}
	t.Owner = next.ID
	var d differences
	d.add("owner", before, next.label())
	return evidence.Append(ctx, tx, now, evidence.Entry{
		Actor: c, Kind: "test", Subject: t.subject(), Body: map[string]any{"what": "owner changed", "slug": t.Slug, "changes": d},
	})
}

// owners answers the owners of tests for the wire, by id. Those who have gone
// are left out.
func (s *Service) owners(ctx context.Context, tests ...Test) (map[string]*api.Owner, error) {
	found := map[string]*api.Owner{}
	for _, t := range tests {
		if _, known := found[t.Owner]; known || t.Owner == "" {
			continue
		}
		owner, err := s.Users.Owner(ctx, caller.From(ctx), t.Owner)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return nil, err
		}
		if err == nil {
			found[t.Owner] = &api.Owner{ID: owner.ID, DisplayName: owner.label(), EmailAddress: owner.Email}
		}
	}
	return found, nil
}
