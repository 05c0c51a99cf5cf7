// SPDX-License-Identifier: Apache-2.0

package computer

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/facet"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
)

// Query says which computers a list holds.
type Query struct {
	After        facet.Key // the list starts just after it
	Applications []string  // ids; nil: of any
	Failing      []Check   // or Late: one of them is enough; nil: whatever the checks say
	Late         bool
	Limit        int                // 1 at least
	Owner        directory.PersonID // "": whoever has them
}

func (q Query) takes(systems map[int64]resource.Definition, c facet.Count) bool {
	d, ok := systems[c.Definition]
	if !ok || len(q.Applications) > 0 && !slices.Contains(q.Applications, d.Application) {
		return false
	}
	f := facetOf(c.Facet)
	if len(q.Failing) == 0 && !q.Late || q.Late && f.Late {
		return true
	}
	return slices.ContainsFunc(q.Failing, func(check Check) bool { return f.Outcomes[check] == Fail })
}

// List answers computers of the caller's workspace by definition and item, and
// whether there are more.
func (s *Service) List(ctx context.Context, c caller.Caller, q Query) (list []Computer, more bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		systems, err := s.systems(ctx, tx, c.Workspace)
		if err != nil {
			return err
		}
		keys, err := s.keys(ctx, tx, c.Workspace, q, func(c facet.Count) bool { return q.takes(systems, c) })
		if err != nil {
			return err
		}
		if more = len(keys) > q.Limit; more {
			keys = keys[:q.Limit]
		}
		list, err = s.computers(ctx, tx, c.Workspace, systems, keys)
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("list computers: %w", err)
	}
	return list, more, nil
}

// keys answers one computer more than the query's limit, if there are as many.
func (s *Service) keys(ctx context.Context, tx *db.Tx, w caller.Workspace, q Query, wanted func(facet.Count) bool) ([]facet.Key, error) {
	if q.Owner == "" {
		walk, err := table.Walk(ctx, tx, w.Number, q.After, wanted)
		if err != nil {
			return nil, err
		}
		return walk.Next(ctx, tx, q.Limit+1)
	}
	p, err := s.Directory.ByID(ctx, tx, w.Number, q.Owner)
	if errors.Is(err, db.ErrNoRow) || err == nil && (p.NotPerson || p.Email == "") {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return table.Column(w.Number, "owner_key", directory.EmailKey(p.Email), q.After, wanted).Next(ctx, tx, q.Limit+1)
}

// systems answers the definitions that have computers, by number.
func (s *Service) systems(ctx context.Context, tx *db.Tx, w caller.Workspace) (map[int64]resource.Definition, error) {
	counts, err := table.Counts(ctx, tx, w.Number, nil)
	systems := map[int64]resource.Definition{}
	for _, c := range counts {
		if _, known := systems[c.Definition]; known || c.Rows == 0 {
			continue
		}
		if systems[c.Definition], err = resource.LookUp(ctx, tx, resource.Number(c.Definition)); err != nil {
			return nil, err
		}
	}
	return systems, err
}

// computers answers the computers of keys in their order, with their owners.
func (s *Service) computers(ctx context.Context, tx *db.Tx, w caller.Workspace, systems map[int64]resource.Definition, keys []facet.Key) (list []Computer, err error) {
	var owners []string
	for start := 0; start < len(keys); {
		end := start
		var items []int64
		for ; end < len(keys) && keys[end].Definition == keys[start].Definition; end++ {
			items = append(items, keys[end].Item)
		}
		d := systems[keys[start].Definition]
		rows, err := selectRows(ctx, tx, d, items)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			if r, there := rows[item]; there {
				list, owners = append(list, r.computer(d, resource.Item(item))), append(owners, r.ownerKey)
			}
		}
		start = end
	}
	people, err := s.Directory.ByEmails(ctx, tx, w.Number, slices.DeleteFunc(slices.Clone(owners), func(key string) bool { return key == "" }))
	for i := range list {
		if p, ok := people[owners[i]]; ok {
			list[i].Owner = &p
		}
	}
	return list, err
}

func (r row) computer(d resource.Definition, item resource.Item) Computer {
	c := Computer{
		CreatedAt: db.Time(r.createdAt), Definition: d, DisplayName: r.displayName, Facet: r.facet, ID: resource.EntityID(d.Number, item, r.createdAt),
		Item: item, OSVersion: r.osVersion, SerialNumber: r.serialNumber, UDID: r.udid,
	}
	if r.lastCheckAt.Valid {
		at := db.Time(r.lastCheckAt.Int64)
		c.LastCheckAt = &at
	}
	return c
}

// Get answers one computer of the caller's workspace; NotFound otherwise.
func (s *Service) Get(ctx context.Context, c caller.Caller, id string) (found Computer, err error) {
	missing := fault.New(fault.NotFound, "there is no computer with the id %s", id[:min(len(id), 100)])
	ref, ok := resource.ParseEntityID(id)
	if !ok {
		return found, missing
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := resource.LookUp(ctx, tx, ref.Definition)
		if errors.Is(err, db.ErrNoRow) || err == nil && d.Workspace.Number != c.Workspace.Number {
			return missing
		}
		if err != nil {
			return err
		}
		key := facet.Key{Definition: int64(d.Number), Item: int64(ref.Item)}
		list, err := s.computers(ctx, tx, c.Workspace, map[int64]resource.Definition{key.Definition: d}, []facet.Key{key})
		if err == nil && (len(list) == 0 || list[0].ID != id) {
			return missing
		}
		if err == nil {
			found = list[0]
		}
		return err
	})
	return found, err
}

// Summary counts computers.
type Summary struct {
	Late     int64
	Outcomes [checks][4]int64 // by check and outcome
	Systems  map[string]int64 // by operating system; "" for those of none
	Total    int64
}

// Summarize counts all computers of the caller's workspace.
func (s *Service) Summarize(ctx context.Context, c caller.Caller) (sum Summary, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		counts, err := table.Counts(ctx, tx, c.Workspace.Number, nil)
		sum = Summary{Systems: map[string]int64{}}
		for _, c := range counts {
			f := facetOf(c.Facet)
			sum.Total += c.Rows
			sum.Systems[f.System()] += c.Rows
			for check, outcome := range f.Outcomes {
				sum.Outcomes[check][outcome] += c.Rows
			}
			if f.Late {
				sum.Late += c.Rows
			}
		}
		return err
	})
	if err != nil {
		return Summary{}, fmt.Errorf("count computers: %w", err)
	}
	return sum, nil
}

// Holding is a computer as it matters when its owner leaves.
type Holding struct {
	ID, Name, Serial string
}

// HeldBy answers the computers that name one of some e-mails as their owner's, by
// directory.EmailKey, in the caller's transaction.
func (s *Service) HeldBy(ctx context.Context, tx *db.Tx, w caller.Workspace, keys []string) (map[string][]Holding, error) {
	return selectHeld(ctx, tx, w.Number, keys)
}
