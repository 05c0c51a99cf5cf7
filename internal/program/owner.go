// SPDX-License-Identifier: Apache-2.0

package program

import (
	"context"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
)

// Owner is a user who looks after a control, and may work on it whatever the role
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

func (o Owner) label() string {
	if o.Name != "" {
		return o.Name
	}
	return o.Email
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
		return Owner{}, fault.New(fault.Impossible, "%s cannot own a control: the role does not allow it", owner.label())
	}
	return owner, nil
}

// ownerChange tells who had a control before, as people know them.
func (s *Service) ownerChange(ctx context.Context, c caller.Caller, before string, next Owner) ([]evidence.Change, error) {
	was := ""
	if before != "" {
		owner, err := s.Users.Owner(ctx, c, before)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return nil, err
		}
		was = owner.label()
	}
	var d differences
	d.add("owner", was, next.label())
	return d, nil
}

// owners answers the owners of controls for the wire, by id. Those who have gone
// are left out.
func (s *Service) owners(ctx context.Context, c caller.Caller, controls []Control) (map[string]*api.Owner, error) {
	found := map[string]*api.Owner{}
	for _, control := range controls {
		if _, known := found[control.Owner]; known || control.Owner == "" {
			continue
		}
		owner, err := s.Users.Owner(ctx, c, control.Owner)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return nil, err
		}
		if err == nil {
			found[control.Owner] = &api.Owner{ID: owner.ID, DisplayName: owner.label(), EmailAddress: owner.Email}
		}
	}
	return found, nil
}
