// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
)

// Subscriber is a user or a person who wants to hear of a test.
type Subscriber struct {
	Email string
	ID    string
	Kind  string // user or person
	Name  string
}

// Recipients finds users and people of the caller's workspace by id or e-mail.
// NotFound when there is none.
type Recipients interface {
	Recipient(ctx context.Context, c caller.Caller, ref string) (Subscriber, error)
}

// noRecipients is a house of which nobody is known.
type noRecipients struct{}

func (noRecipients) Recipient(_ context.Context, _ caller.Caller, ref string) (Subscriber, error) {
	return Subscriber{}, fault.New(fault.NotFound, "there is nobody %q", ref)
}

// maxSubscribers is how many a test may have.
const maxSubscribers = 200

// label is what people call somebody.
func (s Subscriber) label() string {
	if s.Name != "" {
		return s.Name
	}
	return s.reference()
}

// reference answers how a form names somebody.
func (s Subscriber) reference() string {
	if s.Email != "" {
		return s.Email
	}
	return s.ID
}

// findSubscribers looks references up, each of those found once; bad are the
// indexes of those that mean nobody.
func (s *Service) findSubscribers(ctx context.Context, c caller.Caller, refs []string) (list []Subscriber, bad []int, err error) {
	if len(refs) > maxSubscribers {
		return nil, nil, fault.At(fault.Problem{Pointer: "/subscribers", Message: "must be at most 200"})
	}
	for i, ref := range refs {
		found, err := s.Recipients.Recipient(ctx, c, strings.TrimSpace(ref))
		switch {
		case err != nil && fault.KindOf(err) == fault.NotFound:
			bad = append(bad, i)
		case err != nil:
			return nil, nil, err
		case !slices.ContainsFunc(list, found.is):
			list = append(list, found)
		}
	}
	return list, bad, nil
}

func (s Subscriber) is(other Subscriber) bool { return s.Kind == other.Kind && s.ID == other.ID }

// Subscribers answers those of a test who are still there, by the time at which
// they came.
func (s *Service) Subscribers(ctx context.Context, c caller.Caller, ref string) ([]Subscriber, error) {
	t, err := s.Get(ctx, c, ref)
	if err != nil {
		return nil, err
	}
	of, err := s.subscribersOf(ctx, c, t.Number)
	return of[t.Number], err
}

// subscribersOf answers the subscribers of tests by the tests' numbers.
func (s *Service) subscribersOf(ctx context.Context, c caller.Caller, tests ...int64) (map[int64][]Subscriber, error) {
	var rows map[int64][]Subscriber
	if err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		rows, err = selectSubscribers(ctx, tx, c.Workspace.Number, tests)
		return err
	}); err != nil {
		return nil, err
	}
	known := map[string]*Subscriber{}
	for test, list := range rows {
		there := list[:0]
		for _, row := range list {
			found, asked := known[row.ID]
			if !asked {
				is, err := s.Recipients.Recipient(ctx, c, row.ID)
				if err != nil && fault.KindOf(err) != fault.NotFound {
					return nil, err
				}
				if err == nil {
					found = &is
				}
				known[row.ID] = found
			}
			if found != nil {
				there = append(there, *found)
			}
		}
		rows[test] = there
	}
	return rows, nil
}

// Subscribe adds somebody to those who want to hear of a test, or takes them off.
func (s *Service) Subscribe(ctx context.Context, c caller.Caller, ref, who string) (Subscriber, error) {
	found, err := s.Recipients.Recipient(ctx, c, who)
	if err != nil {
		return Subscriber{}, err
	}
	return found, s.resubscribe(ctx, c, ref, func(list []Subscriber) ([]Subscriber, error) {
		if slices.ContainsFunc(list, found.is) {
			return list, nil
		}
		if len(list) >= maxSubscribers {
			return nil, fault.New(fault.Impossible, "a test has at most %d subscribers", maxSubscribers)
		}
		return append(list, found), nil
	})
}

// Unsubscribe takes somebody off, by id or e-mail; NotFound when they are none.
// Who is no user or person any more goes by the id.
func (s *Service) Unsubscribe(ctx context.Context, c caller.Caller, ref, who string) error {
	gone := Subscriber{ID: who}
	found, err := s.Recipients.Recipient(ctx, c, who)
	switch {
	case err == nil:
		gone = found
	case fault.KindOf(err) != fault.NotFound:
		return err
	}
	return s.resubscribe(ctx, c, ref, func(list []Subscriber) ([]Subscriber, error) {
		left := slices.DeleteFunc(slices.Clone(list), func(other Subscriber) bool { return other.ID == gone.ID })
		if len(left) == len(list) {
			return nil, fault.New(fault.NotFound, "%q is no subscriber of this test", who)
		}
		return left, nil
	})
}

func (s *Service) resubscribe(ctx context.Context, c caller.Caller, ref string, change func([]Subscriber) ([]Subscriber, error)) error {
	now := s.Now()
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		t, err := s.find(ctx, tx, c, ref)
		if err != nil {
			return err
		}
		rows, err := selectSubscribers(ctx, tx, c.Workspace.Number, []int64{t.Number})
		if err != nil {
			return err
		}
		list, err := change(rows[t.Number])
		if err != nil {
			return err
		}
		return s.assign(ctx, tx, c, &t, assigned{subscribers: &list}, now)
	})
}

// putSubscribers makes these and no others hear of a test.
//
//nolint:revive // seven things that belong to nobody else
func (s *Service) putSubscribers(ctx context.Context, tx *db.Tx, c caller.Caller, t *Test, list []Subscriber, d *differences, now time.Time) error {
	rows, err := selectSubscribers(ctx, tx, c.Workspace.Number, []int64{t.Number})
	if err != nil {
		return err
	}
	before := rows[t.Number]
	for _, was := range before {
		if slices.ContainsFunc(list, was.is) {
			continue
		}
		if err := deleteSubscriber(ctx, tx, t.Number, was); err != nil {
			return err
		}
		*d = append(*d, evidence.Change{Field: "subscriber", Before: was.label()})
	}
	for _, is := range list {
		if slices.ContainsFunc(before, is.is) {
			continue
		}
		if err := insertSubscriber(ctx, tx, c.Workspace.Number, t.Number, is, db.Millis(now)); err != nil {
			return err
		}
		*d = append(*d, evidence.Change{Field: "subscriber", After: is.label()})
	}
	return nil
}
