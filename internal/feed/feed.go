// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"context"
	"fmt"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
)

// Service reads the feed. It is safe for concurrent use and holds nothing: what a
// reader has had, the reader's cursor says.
type Service struct{ DB *db.DB }

// Event is something that happened.
type Event struct {
	Actor   evidence.Party
	Address string         // where the request came from, "" for none; for who may read the audit trail only
	Cursor  Cursor         // its text is the event's id
	Data    map[string]any // by type; see types.go
	Subject evidence.Party
	Summary string           // one English sentence, nothing secret in it
	Targets []evidence.Party // the first is Subject
	Time    time.Time
	Type    string // "test.status_changed"
}

// span is how many places of the tree one call looks at for events that are wanted
// seldom. It is a few hundredths of a second.
const span = 20_000

// step is how many entries are read at once.
const step = 100

// After answers up to limit events that follow a cursor, oldest first, and where to go
// on: past entries that were not wanted, too. Fewer than limit may come before the end,
// and none; the end is where next is the cursor itself.
func (s *Service) After(ctx context.Context, w caller.Workspace, after Cursor, want Want, limit int) (events []Event, next Cursor, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		r := &reader{after: after, definitions: definitions{}, limit: limit, tx: tx, want: want, workspace: w}
		next, err = r.read(ctx)
		events = r.events
		return err
	})
	if err != nil {
		return nil, after, fmt.Errorf("read the feed of workspace %s after %s: %w", w.ID, after, err)
	}
	return events, next, nil
}

// Newest answers the cursor after which nothing has happened yet: where new
// subscriptions begin.
func (s *Service) Newest(ctx context.Context, w caller.Workspace) (next Cursor, err error) {
	err = s.DB.Glance(ctx, func(ctx context.Context, tx *db.Tx) error {
		newest, err := evidence.Newest(ctx, tx, w.Number)
		next = Cursor{Position: newest + 1}
		return err
	})
	return next, err
}

// Heads answers where the feed of each workspace stands, by its number: the position of
// its newest entry, -1 before the first. A reader has had everything when its cursor's
// position is beyond that.
func (s *Service) Heads(ctx context.Context) (heads map[int64]int64, err error) {
	err = s.DB.Glance(ctx, func(ctx context.Context, tx *db.Tx) error {
		heads, err = evidence.Heads(ctx, tx)
		return err
	})
	return heads, err
}

// reader reads one page.
type reader struct {
	after       Cursor
	definitions definitions
	events      []Event
	limit       int
	tx          *db.Tx
	want        Want
	workspace   caller.Workspace
}

// read fills the page and answers where to go on.
func (r *reader) read(ctx context.Context) (Cursor, error) {
	for from, end := r.after.Position, r.after.Position+span; from < end; {
		told, next, err := evidence.TellAfter(ctx, r.tx, evidence.After{
			Actions: r.want.actions(), Limit: min(step, r.limit+1), Position: from, Span: end - from, Workspace: r.workspace.Number,
		})
		if err != nil {
			return r.after, err
		}
		for _, t := range told {
			whole, err := r.entry(ctx, t)
			if err != nil {
				return r.after, fmt.Errorf("entry %d: %w", *t.Position, err)
			}
			if !whole {
				return r.events[len(r.events)-1].Cursor, nil
			}
			if len(r.events) >= r.limit {
				return Cursor{Position: *t.Position + 1}, nil
			}
		}
		if next == from {
			break
		}
		from = next
		r.after = Cursor{Position: next}
	}
	return r.after, nil
}

// entry adds the events of an entry that are wanted and come after the cursor, and says
// whether that was all of it.
func (r *reader) entry(ctx context.Context, t evidence.Told) (whole bool, err error) {
	after := int64(0)
	if *t.Position == r.after.Position {
		after = r.after.Part
	}
	list := []Event{of(t)}
	if t.Kind == kindSync {
		if list, err = syncEvents(t); err != nil {
			return false, err
		}
	}
	for _, e := range list {
		if e.Cursor.Part <= after || !r.want.Has(e.Type) {
			continue
		}
		if len(r.events) == r.limit {
			return false, nil
		}
		if err := r.name(ctx, t, &e); err != nil {
			return false, err
		}
		r.events = append(r.events, e)
	}
	if t.Kind == kindSync && r.want.Has(OutcomeChanged) {
		return r.outcomes(ctx, t, after)
	}
	return true, nil
}

const kindSync = "sync"

// of answers what an entry itself says.
func of(t evidence.Told) Event {
	e := Event{
		Actor: t.Actor, Address: t.Address, Cursor: Cursor{Position: *t.Position, Part: partEntry}, Data: t.Body, Subject: t.Targets[0],
		Summary: t.Summary, Targets: t.Targets, Time: t.Time, Type: t.Action,
	}
	delete(e.Data, "what")
	return e
}
