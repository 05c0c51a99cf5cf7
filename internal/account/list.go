// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"fmt"
	"slices"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/facet"
	"github.com/passmuster/muster/internal/resource"
)

// Query says which accounts a list holds. An empty filter lets all through.
type Query struct {
	After        facet.Key // the list starts just after it
	Applications []string  // ids
	Kinds        []Kind    // of owners
	Levels       []Level
	Limit        int // 1 at least
	MFA          []MFA
	Owner        directory.PersonID
	Prefix       string // of the e-mail, the account's name, or a word of a name, without regard to case
	Statuses     []Status
	Systems      []resource.ID
}

func has[T comparable](list []T, value T) bool { return len(list) == 0 || slices.Contains(list, value) }

// takes says whether the facets and systems that the query asks for are these.
func (q Query) takes(systems map[int64]resource.Definition, definition int64, f Facet) bool {
	d, ok := systems[definition]
	return ok && has(q.Applications, d.Application) && has(q.Systems, d.ID) &&
		has(q.Kinds, f.Kind) && has(q.Levels, f.Level) && has(q.MFA, f.MFA) && has(q.Statuses, f.Status)
}

// List answers accounts of the caller's workspace by system and item, and whether
// there are more.
func (s *Service) List(ctx context.Context, c caller.Caller, q Query) (list []Account, more bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, more, err = s.page(ctx, tx, c.Workspace, q)
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("list accounts: %w", err)
	}
	return list, more, nil
}

// Page is List in the caller's transaction.
func (s *Service) Page(ctx context.Context, tx *db.Tx, w caller.Workspace, q Query) (list []Account, more bool, err error) {
	return s.page(ctx, tx, w, q)
}

func (s *Service) page(ctx context.Context, tx *db.Tx, w caller.Workspace, q Query) (list []Account, more bool, err error) {
	systems, err := systemsOf(ctx, tx, w)
	if err != nil {
		return nil, false, err
	}
	keys, narrow, err := narrowed(ctx, tx, w, q)
	if err != nil {
		return nil, false, err
	}
	if narrow {
		list, err = s.pick(ctx, tx, systems, q, keys)
	} else {
		list, err = s.walk(ctx, tx, w, systems, q)
	}
	if more = len(list) > q.Limit; more {
		list = list[:q.Limit]
	}
	return list, more, err
}

// narrowest is how many accounts a filter may find beside the facets to be looked
// at one by one; where it finds more, a walk soon meets some.
const narrowest = 2000

// narrowed answers the sorted keys after q.After that an owner or a prefix leaves,
// and whether they are all.
func narrowed(ctx context.Context, tx *db.Tx, w caller.Workspace, q Query) (keys []facet.Key, narrow bool, err error) {
	switch {
	case q.Owner != "":
		narrow = true
		keys, err = selectKeysOfOwner(ctx, tx, w.Number, q.Owner)
	case facet.Searched(q.Prefix) != "":
		var more bool
		keys, more, err = words.Find(ctx, tx, w.Number, facet.Searched(q.Prefix), narrowest)
		narrow = !more
	}
	if err != nil || !narrow {
		return nil, narrow, err
	}
	slices.SortFunc(keys, facet.Key.Compare)
	keys = slices.Compact(keys)
	from, found := slices.BinarySearchFunc(keys, q.After, facet.Key.Compare)
	if found {
		from++
	}
	return keys[from:], true, nil
}

// pickStep is how many keys are looked at together.
const pickStep = 200

// pick answers one more than a page of those of the keys that the query takes.
func (s *Service) pick(ctx context.Context, tx *db.Tx, systems map[int64]resource.Definition, q Query, keys []facet.Key) (list []Account, err error) {
	keys = slices.DeleteFunc(slices.Clone(keys), func(k facet.Key) bool { _, ok := systems[k.Definition]; return !ok })
	for part := range slices.Chunk(keys, pickStep) {
		some, err := s.fill(ctx, tx, systems, part, func(r row, _ owner) bool {
			return facet.Begins(r.words(), facet.Searched(q.Prefix))
		})
		if err != nil {
			return nil, err
		}
		for _, a := range some {
			if q.takes(systems, int64(a.Definition.Number), a.Facet) {
				list = append(list, a)
			}
		}
		if len(list) > q.Limit {
			return list[:q.Limit+1], nil
		}
	}
	return list, nil
}

// walk answers one more than a page of the accounts whose facets the query takes.
func (s *Service) walk(ctx context.Context, tx *db.Tx, w caller.Workspace, systems map[int64]resource.Definition, q Query) (list []Account, err error) {
	walk, err := table.Walk(ctx, tx, w.Number, q.After, func(c facet.Count) bool {
		return q.takes(systems, c.Definition, facetOf(c.Facet))
	})
	if err != nil {
		return nil, err
	}
	prefix := facet.Searched(q.Prefix)
	for len(list) <= q.Limit {
		step := q.Limit + 1 - len(list)
		if prefix != "" {
			step = pickStep
		}
		keys, err := walk.Next(ctx, tx, step)
		if err != nil || len(keys) == 0 {
			return list, err
		}
		some, err := s.fill(ctx, tx, systems, keys, func(r row, _ owner) bool { return facet.Begins(r.words(), prefix) })
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	return list[:q.Limit+1], nil
}

// Summary counts accounts.
type Summary struct {
	Kinds    map[Kind]int64
	Left     int64 // of those deactivated
	Levels   map[Level]int64
	MFA      map[MFA]int64
	Statuses map[Status]int64 // Left counts as deactivated
	Systems  []SystemSummary  // by number; those without an account too
	Total    int64
}

// SystemSummary counts the accounts of one system.
type SystemSummary struct {
	Active      int64
	Definition  resource.Definition
	Total       int64
	Unowned     int64
	WithoutMFA  int64 // active, neither by SSO nor with a second factor
	Admins      int64 // active
	Deactivated int64
}

// Summarize counts the accounts that the facets and systems of a query let
// through.
func (s *Service) Summarize(ctx context.Context, c caller.Caller, q Query) (sum Summary, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		systems, err := systemsOf(ctx, tx, c.Workspace)
		if err != nil {
			return err
		}
		counts, err := table.Counts(ctx, tx, c.Workspace.Number, func(c facet.Count) bool {
			return q.takes(systems, c.Definition, facetOf(c.Facet))
		})
		sum = summaryOf(q, systems, counts)
		return err
	})
	if err != nil {
		return Summary{}, fmt.Errorf("count accounts: %w", err)
	}
	return sum, nil
}

func summaryOf(q Query, systems map[int64]resource.Definition, counts []facet.Count) Summary {
	sum := Summary{Kinds: map[Kind]int64{}, Levels: map[Level]int64{}, MFA: map[MFA]int64{}, Statuses: map[Status]int64{}}
	each := map[int64]*SystemSummary{}
	for number, d := range systems {
		if has(q.Applications, d.Application) && has(q.Systems, d.ID) {
			each[number] = &SystemSummary{Definition: d}
		}
	}
	for _, c := range counts {
		f := facetOf(c.Facet)
		sum.Total += c.Rows
		sum.Kinds[f.Kind] += c.Rows
		sum.Levels[f.Level] += c.Rows
		sum.MFA[f.MFA] += c.Rows
		if f.Status == Left {
			sum.Left += c.Rows
		}
		if f.Status = min(f.Status, Deactivated); f.Status == Deactivated {
			each[c.Definition].Deactivated += c.Rows
		}
		sum.Statuses[f.Status] += c.Rows
		each[c.Definition].add(f, c.Rows)
	}
	for _, one := range each {
		sum.Systems = append(sum.Systems, *one)
	}
	slices.SortFunc(sum.Systems, func(a, b SystemSummary) int { return int(a.Definition.Number - b.Definition.Number) })
	return sum
}

func (s *SystemSummary) add(f Facet, rows int64) {
	s.Total += rows
	if f.Kind == KindNone {
		s.Unowned += rows
	}
	if f.Status != Active {
		return
	}
	s.Active += rows
	if f.Level == Admin {
		s.Admins += rows
	}
	if f.MFA == MFADisabled || f.MFA == MFAUnknown {
		s.WithoutMFA += rows
	}
}
