// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/proof"
)

// EventID names an event of the trail; it is the id of its entry.
type EventID string

// Event is an entry as people read it.
type Event struct {
	Action   string // kind and what: user.role_changed
	Actor    Party
	Address  string   // where the request came from; "" when it came from no network
	Changes  []Change // values are as JSON has them: string, float64, bool, list or object
	ID       EventID
	Leaf     proof.Hash // of the entry in the tree
	Position *int64     // in the tree; nil while it waits
	Summary  string     // what happened, as a sentence
	Targets  []Party    // the first is the subject of the entry
	Time     time.Time
}

// Party is who did something, or what it was done to, as it was called at the
// time.
type Party struct {
	ID   string // never empty for an actor: the word of its kind where there is no id
	Kind string
	Name string
}

// Syncs says whether the trail holds pushes and re-evaluations, which outnumber
// everything else.
type Syncs string

// What may be asked about syncs.
const (
	SyncsIn    Syncs = "true"
	SyncsNamed Syncs = "" // only when action or target name them
	SyncsOut   Syncs = "false"
)

// TrailFilter narrows the trail; a zero field lets everything through.
type TrailFilter struct {
	Action     string // "user.role_changed"; "user." for all that has to do with users
	ActorID    string // id; the word of its kind for an actor without one
	ActorKind  string
	From, To   time.Time // both ends included
	Query      string    // part of a name of the actor or a target, or a target's whole id, whatever the case
	Syncs      Syncs
	TargetID   string // of the subject or a further target; syncs have the subject only
	TargetKind string // of the target that TargetID names; without one, of the subject
}

// TrailPage says which part of a list is wanted.
type TrailPage struct {
	After EventID // "" begins the list
	Limit int
}

// Trail answers the events of the caller's workspace, newest first, and whether
// there are more. An auditor gets what lies inside the window only, whatever is
// asked. Permission is for the caller to check.
func (s *Service) Trail(ctx context.Context, c caller.Caller, f TrailFilter, p TrailPage) (events []Event, more bool, err error) {
	var rows []trailRow
	err = s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		rows, err = selectTrail(ctx, tx, f.query(c), p.After, p.Limit+1)
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("read the audit trail: %w", err)
	}
	if more = len(rows) > p.Limit; more {
		rows = rows[:p.Limit]
	}
	for _, row := range rows {
		events = append(events, row.event())
	}
	return events, more, nil
}

// Event answers one event of the caller's workspace; NotFound for one outside of
// an auditor's window as well.
func (s *Service) Event(ctx context.Context, c caller.Caller, id EventID) (Event, error) {
	var row trailRow
	err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		row, err = selectEvent(ctx, tx, TrailFilter{Syncs: SyncsIn}.query(c), id)
		return err
	})
	if errors.Is(err, db.ErrNoRow) {
		return Event{}, fault.New(fault.NotFound, "there is no event %q", id)
	}
	if err != nil {
		return Event{}, fmt.Errorf("read event %s: %w", id, err)
	}
	return row.event(), nil
}

// kindSync is the kind of entry that pushes and re-evaluations leave.
const kindSync = "sync"

// query answers a filter as the store asks it, inside the caller's window.
func (f TrailFilter) query(c caller.Caller) trailQuery {
	q := trailQuery{
		actorID: f.ActorID, actorKind: f.ActorKind, from: f.From, names: searchable(f.Query), subjectID: f.TargetID,
		subjectKind: f.TargetKind, to: f.To, workspace: c.Workspace.Number,
	}
	if q.kind = kindOf(f.Action); !strings.HasSuffix(f.Action, ".") && q.kind != f.Action {
		q.action = f.Action
	}
	asked := f.Syncs == SyncsIn || f.Syncs == SyncsNamed && (q.kind == kindSync || f.TargetID != "")
	q.syncs = asked && (q.kind == "" || q.kind == kindSync)
	if w := c.Window; w != nil {
		q.from, q.to = later(q.from, w.From), earlier(q.to, w.To)
	}
	return q
}

// later answers the later of two instants; a zero one is open.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// earlier answers the earlier of two instants; a zero one is open.
func earlier(a, b time.Time) time.Time {
	if b.IsZero() || !a.IsZero() && a.Before(b) {
		return a
	}
	return b
}
