// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"errors"
	"fmt"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/scim/schema"
)

// A change of a directory's settings is about every user of it. It is carried
// out page by page, each in a transaction that also notes how far it has come, so
// that a crash loses nothing: the request that asked for it does the first pages,
// the pass CarryOut the rest.
//
//	role attribute, default role, mapping   every user is followed again
//	switched off                            every account is deactivated
//	switched on                             every user is followed again
//	deleted                                 every resource is removed

const (
	carriedAtOnce = 500 // resources, by the request itself
	carriedPage   = 50  // resources, in one transaction
)

// HasPending says whether CarryOut has anything to do.
func (s *Service) HasPending(ctx context.Context) (bool, error) {
	numbers, err := s.pending(ctx)
	return len(numbers) > 0, err
}

func (s *Service) pending(ctx context.Context) (numbers []int64, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		numbers, err = selectPending(ctx, tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for pending changes: %w", err)
	}
	return numbers, nil
}

// CarryOut is a pass: it carries out what changes of settings left to do.
func (s *Service) CarryOut(ctx context.Context) error {
	numbers, err := s.pending(ctx)
	if err != nil {
		return err
	}
	for _, number := range numbers {
		for more := true; more; {
			if more, err = s.carryPage(ctx, number); err != nil {
				return err
			}
		}
	}
	return nil
}

// carry carries a change out for about so many resources.
func (s *Service) carry(ctx context.Context, d Directory, most int) error {
	for more := true; more && most > 0; most -= carriedPage {
		var err error
		if more, err = s.carryPage(ctx, d.Number); err != nil {
			return err
		}
	}
	return nil
}

// page is a number of resources that are done together.
type page struct {
	resources []Resource
	settling  *string // where it begins; nil when the directory is being deleted
}

// carryPage carries a change out on the next page, and says whether there may be more.
func (s *Service) carryPage(ctx context.Context, number int64) (bool, error) {
	var p page
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = nextPage(ctx, tx, number)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("carry out a change of a directory: %w", err)
	}
	if len(p.resources) == 0 {
		return false, s.finish(ctx, number, p)
	}
	if err = s.carryTogether(ctx, number, p); err != nil && declined(err) {
		err = s.carryEach(ctx, number, p)
	}
	if err != nil {
		return false, fmt.Errorf("carry out a change of a directory: %w", err)
	}
	return true, nil
}

func nextPage(ctx context.Context, tx *db.Tx, number int64) (p page, err error) {
	d, err := selectByNumber(ctx, tx, number)
	if err != nil {
		return page{}, err
	}
	after := ""
	if d.State != Deleting {
		if p.settling, err = selectSettling(ctx, tx, number); err != nil || p.settling == nil {
			return p, err
		}
		after = *p.settling
	}
	// Users go before groups: whose group is gone could get another role first.
	p.resources, err = selectSomeUsers(ctx, tx, d, after, carriedPage)
	if err == nil && len(p.resources) == 0 && d.State == Deleting {
		p.resources, err = selectOthers(ctx, tx, number, carriedPage)
	}
	return p, err
}

// finish notes that nothing is left to do.
func (s *Service) finish(ctx context.Context, number int64, p page) error {
	now := s.instant()
	return s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		if p.settling != nil {
			_, err := moveSettling(ctx, tx, number, *p.settling, nil)
			return err
		}
		d, err := selectByNumber(ctx, tx, number)
		if err != nil || d.State != Deleting {
			return err
		}
		left, err := countResources(ctx, tx, number)
		if err != nil || left > 0 {
			return err
		}
		return closeDirectory(ctx, tx, number, now)
	})
}

// declined says whether an error is about one resource, and not ours.
func declined(err error) bool {
	var known *schema.Error
	var locked *access.LockoutError
	return errors.As(err, &known) || errors.As(err, &locked) || errors.Is(err, access.ErrLocal) || fault.KindOf(err) != fault.Internal
}

// carryTogether does a page in one transaction.
func (s *Service) carryTogether(ctx context.Context, number int64, p page) error {
	return s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := s.carrier(ctx, tx, number, p)
		if c == nil || err != nil {
			return err
		}
		for _, r := range p.resources {
			if err := s.carryOne(ctx, tx, c, r); err != nil {
				return err
			}
		}
		return c.keepWarnings(ctx, tx)
	})
}

// carryEach does a page resource by resource, and warns of those that the
// rules keep as they are.
func (s *Service) carryEach(ctx context.Context, number int64, p page) error {
	for _, r := range p.resources {
		one := page{resources: []Resource{r}, settling: p.settling}
		err := s.carryTogether(ctx, number, one)
		if err != nil && !declined(err) {
			return err
		}
		if err != nil {
			if err := s.keep(ctx, number, one, err); err != nil {
				return err
			}
		}
		if p.settling != nil {
			p.settling = &r.ID
		}
	}
	return nil
}

// carrier moves the mark beyond a page and answers the call that carries it out; nil
// when somebody else did, or the settings have changed since.
func (s *Service) carrier(ctx context.Context, tx *db.Tx, number int64, p page) (*call, error) {
	if p.settling != nil {
		last := p.resources[len(p.resources)-1].ID
		moved, err := moveSettling(ctx, tx, number, *p.settling, &last)
		if err != nil || !moved {
			return nil, err
		}
	}
	d, err := selectByNumber(ctx, tx, number)
	if err != nil || (d.State == Deleting) != (p.settling == nil) {
		return nil, err
	}
	return &call{actor: d.actor(""), base: s.baseURL(ctx, d), dir: d, now: s.instant(), service: s}, nil
}

// carryOne makes one resource follow the directory's settings.
func (s *Service) carryOne(ctx context.Context, tx *db.Tx, c *call, r Resource) error {
	r, err := selectHeld(ctx, tx, c.dir, r.Type, r.ID)
	if errors.Is(err, db.ErrNoRow) {
		return nil // gone meanwhile
	}
	if err != nil {
		return err
	}
	c.about(r)
	switch c.dir.State {
	case Deleting:
		rt, err := s.typeOf(ctx, tx, c.dir, r.Type)
		if err != nil {
			return err
		}
		return s.remove(ctx, tx, c, rt, edit{id: r.ID})
	case Unlinked:
		return s.revoke(ctx, tx, c, r)
	default:
		after := r
		return s.follow(ctx, tx, c, r, &after, membership{})
	}
}

// revoke takes away what a directory that is switched off granted (contract
// 1.11). Person and resource stay; switched on, it is given again.
func (s *Service) revoke(ctx context.Context, tx *db.Tx, c *call, r Resource) error {
	if r.Account == "" {
		return nil
	}
	user, err := s.Access.ByID(ctx, tx, c.dir.Workspace.Number, r.Account)
	if errors.Is(err, db.ErrNoRow) {
		return nil
	}
	if err != nil || user.Status == access.Deactivated {
		return err
	}
	_, _, err = s.Access.Provision(ctx, tx, c.actor, r.Account, access.Provisioned{
		Email: user.Email, From: user.RoleFrom, Name: user.Name, Role: user.Role.ID,
	})
	return err
}

// keep warns of a resource whose change was refused. One of a directory that is
// being deleted goes all the same; the account stays with who has it.
func (s *Service) keep(ctx context.Context, number int64, p page, because error) error {
	r := p.resources[0]
	err := s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := s.carrier(ctx, tx, number, p)
		if c == nil || err != nil {
			return err
		}
		message := "The settings could not be applied: " + bare(because) + "."
		if c.dir.State == Deleting {
			message = "The account stays, since the directory is going: " + bare(because) + "."
			if err := deleteMemberships(ctx, tx, c.dir, r.ID, c.now); err != nil {
				return err
			}
			if err := deleteResource(ctx, tx, c.dir, r.ID); err != nil && !errors.Is(err, db.ErrNoRow) {
				return err
			}
		}
		c.warn(keptKind(because), r.nameOf(), message)
		return c.keepWarnings(ctx, tx)
	})
	var locked *access.LockoutError
	if err != nil || !errors.As(because, &locked) {
		return err
	}
	d := Directory{}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		d, err = selectByNumber(ctx, tx, number)
		return err
	})
	if err == nil {
		_ = s.Access.NoteRefused(ctx, d.actor(""), because) // it answers what it was given
	}
	return err
}

func keptKind(err error) string {
	var locked *access.LockoutError
	if errors.As(err, &locked) {
		return warnKept
	}
	return "not_applied"
}
