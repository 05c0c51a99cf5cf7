// SPDX-License-Identifier: Apache-2.0

package review

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/passmuster/muster/internal/account"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/facet"
	"github.com/passmuster/muster/internal/fault"
)

// Frozen is an account as it was when a review began. What is stored says this, so
// members are only ever added.
type Frozen struct {
	AccountName     string     `json:"accountName"`
	AuthMethod      string     `json:"authMethod"`
	DisplayName     string     `json:"displayName"`
	Email           string     `json:"email"`
	FullName        string     `json:"fullName"`
	LastLoginAt     *time.Time `json:"lastLoginAt,omitempty"`
	MFA             string     `json:"mfa"`
	OwnerEmail      string     `json:"ownerEmail,omitempty"`
	OwnerEmployment string     `json:"ownerEmployment,omitempty"`
	OwnerKind       string     `json:"ownerKind"`
	OwnerName       string     `json:"ownerName,omitempty"`
	OwnerPerson     string     `json:"ownerPerson,omitempty"` // id
	PermissionLevel string     `json:"permissionLevel"`
	RoleDescription string     `json:"roleDescription,omitempty"`
	UniqueID        string     `json:"uniqueId"`
}

func frozen(a account.Account, now time.Time) Frozen {
	f := Frozen{
		AccountName: a.AccountName, AuthMethod: a.AuthMethod, DisplayName: a.DisplayName, Email: a.Email, FullName: a.FullName,
		LastLoginAt: a.LastLoginAt, MFA: a.MFA.String(), OwnerKind: account.KindNone.String(), PermissionLevel: a.Level.String(),
		RoleDescription: a.RoleDescription, UniqueID: a.UniqueID,
	}
	if o := a.Owner; o != nil {
		f.OwnerEmail, f.OwnerKind, f.OwnerName = o.Email, o.Kind.String(), o.Name
		if o.Person != nil {
			f.OwnerEmployment, f.OwnerPerson = string(o.Person.Employment(now)), string(o.Person.ID)
		}
	}
	return f
}

// name answers what people call the account.
func (f Frozen) name() string {
	for _, text := range []string{f.DisplayName, f.AccountName, f.Email} {
		if text != "" {
			return text
		}
	}
	return f.UniqueID
}

const (
	// freezeStep is how many accounts one transaction freezes.
	freezeStep = 200
	// freezeLease is how long one who freezes may be silent.
	freezeLease = time.Minute
)

// freezing is one run of Start.
type freezing struct {
	caller caller.Caller
	counts map[int64]int64 // by definition
	number int64
	review Review
	token  string
}

// Start freezes the list of accounts, those that are active now, and opens the review
// for decisions. Faults: NotFound, Impossible, Conflict.
func (s *Service) Start(ctx context.Context, c caller.Caller, id ID) (Review, error) {
	f, err := s.begin(ctx, c, id)
	if err != nil {
		return Review{}, fmt.Errorf("start access review %s: %w", id, err)
	}
	for _, system := range f.review.Systems {
		if err := s.freeze(ctx, f, system); err != nil {
			return Review{}, fmt.Errorf("freeze the accounts of access review %s: %w", id, err)
		}
	}
	if err := s.flip(ctx, f); err != nil {
		return Review{}, fmt.Errorf("start access review %s: %w", id, err)
	}
	if err := s.Follow(ctx); err != nil { // what turned while the list was made
		return Review{}, err
	}
	return s.Get(ctx, c, id)
}

// begin takes the review for this run, and clears what an earlier one left.
func (s *Service) begin(ctx context.Context, c caller.Caller, id ID) (*freezing, error) {
	named, err := s.Get(ctx, c, id)
	if err != nil {
		return nil, err
	}
	f := &freezing{caller: c, counts: map[int64]int64{}, token: db.NewID(s.Now())}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.held(ctx, tx, c, id)
		now := db.Millis(s.Now())
		switch {
		case err != nil:
			return err
		case r.State == Starting && r.tokenUntil > now:
			return r.ended()
		case r.State != Draft && r.State != Starting:
			return fault.New(fault.Impossible, "the access review was started before: it is %s", r.State)
		case len(r.Systems) == 0:
			return fault.New(fault.Impossible, "the access review has no systems yet")
		}
		r.borrowNames(named)
		if err := r.mayDecide(); err != nil {
			return err
		}
		if err := deleteItems(ctx, tx, c.Workspace.Number, id); err != nil {
			return err
		}
		r.State, r.token, r.tokenUntil = Starting, f.token, now+freezeLease.Milliseconds()
		f.review = r
		return s.save(ctx, tx, c, &f.review)
	})
	return f, err
}

// mayDecide answers a fault when a reviewer cannot decide any more.
func (r Review) mayDecide() error {
	for _, system := range r.Systems {
		if !system.Reviewer.MayOwn {
			return fault.New(fault.Impossible, "%s, who is to decide on %s, cannot: choose another reviewer", system.Reviewer.label(), system.Definition.Name)
		}
	}
	return nil
}

// freeze writes the accounts of one system, page by page; nobody sees them yet.
func (s *Service) freeze(ctx context.Context, f *freezing, system System) error {
	q := account.Query{Limit: freezeStep, Statuses: []account.Status{account.Active}}
	q.Systems = append(q.Systems, system.Definition.ID)
	for more := true; more; {
		number := f.number
		err := s.DB.WriteAhead(ctx, func(ctx context.Context, tx *db.Tx) error {
			f.number = number
			now := s.Now()
			err := renew(ctx, tx, f.caller.Workspace.Number, f.review.ID, f.token, db.Millis(now.Add(freezeLease)))
			if errors.Is(err, db.ErrNoRow) {
				return fault.New(fault.Conflict, "somebody else starts this access review")
			}
			if err != nil {
				return err
			}
			var list []account.Account
			if list, more, err = s.Accounts.Page(ctx, tx, f.caller.Workspace, q); err != nil || len(list) == 0 {
				return err
			}
			values := make([]any, 0, len(list)*len(itemColumns))
			for _, a := range list {
				f.number++
				values = append(values, string(f.review.ID), f.number, f.caller.Workspace.Number, int64(a.Definition.Number), int64(a.Item),
					string(a.ID), int64(Pending), asJSON(frozen(a, now)), "", "", false)
			}
			last := list[len(list)-1]
			q.After = facet.Key{Definition: int64(last.Definition.Number), Item: int64(last.Item)}
			return tx.InsertMany(ctx, "review_item", itemColumns, values)
		})
		if err != nil {
			return err
		}
		f.counts[int64(system.Definition.Number)] += f.number - number
	}
	return nil
}

// flip makes the list count.
func (s *Service) flip(ctx context.Context, f *freezing) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.held(ctx, tx, f.caller, f.review.ID)
		if err != nil {
			return err
		}
		if r.State != Starting || r.token != f.token || r.tokenUntil <= db.Millis(s.Now()) {
			return fault.New(fault.Conflict, "somebody else starts this access review")
		}
		now := db.Time(db.Millis(s.Now()))
		r.State, r.token, r.tokenUntil, r.StartedAt, r.StartedBy = Started, "", 0, &now, actorOf(f.caller)
		if err := s.save(ctx, tx, f.caller, &r); err != nil {
			return err
		}
		for definition, count := range f.counts {
			if err := addTally(ctx, tx, f.caller.Workspace.Number, r.ID, definition, Pending, count); err != nil {
				return err
			}
		}
		digest, _, err := digestOf(ctx, tx, f.caller.Workspace.Number, r.ID)
		if err != nil {
			return err
		}
		return s.tell(ctx, tx, f.caller, r, "started", map[string]any{"accounts": f.number, "systems": len(r.Systems), "digest": digest})
	})
}

// emailOf answers the e-mail that a person has by now; "" for nobody.
func (s *Service) emailOf(ctx context.Context, tx *db.Tx, workspace int64, person string) (string, error) {
	if person == "" {
		return "", nil
	}
	p, err := s.Directory.ByID(ctx, tx, workspace, directory.PersonID(person))
	if errors.Is(err, db.ErrNoRow) {
		return "", nil
	}
	return p.Email, err
}
