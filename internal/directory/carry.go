// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

// Records keeps people as records that rules read. Package app fills it.
type Records interface {
	// Awaited says whether any rule of the workspace reads them, so that a change
	// is answered after its verdicts.
	Awaited(ctx context.Context, w caller.Workspace) (bool, error)
	// Put takes over what collect answers. It calls collect when nobody else can
	// take anything over in between.
	Put(ctx context.Context, w caller.Workspace, collect func(context.Context) ([]Record, error)) error
}

// Every change of a person leaves a mark in its transaction. Carrying over reads
// marks, hands over how those people are now, and forgets the marks it has read; so
// a crash costs nothing but doing it again. Who changes state by the clock is
// found by the instant that was noted when they were carried over last.

// carryStep is how many marks are carried over at once.
const carryStep = 2000

// mark is one change of one person.
type mark struct {
	at     string
	person PersonID
}

// turn is when a person changes state next.
type turn struct {
	at     *time.Time // nil: never
	person PersonID
}

// load is what one round carries over.
type load struct {
	full    bool // there may be more
	marks   []mark
	records []Record
	turns   []turn
}

// mark notes that people have changed.
func (s *Service) mark(ctx context.Context, tx *db.Tx, workspace int64, people ...PersonID) error {
	if s.records == nil {
		return nil
	}
	return insertMarks(ctx, tx, workspace, db.NewID(s.now()), people)
}

// markGroup notes that all members of a group have changed.
func (s *Service) markGroup(ctx context.Context, tx *db.Tx, workspace int64, g GroupID) error {
	if s.records == nil {
		return nil
	}
	return markMembers(ctx, tx, workspace, g, db.NewID(s.now()))
}

// HasChanges says whether Carry has anything to do.
func (s *Service) HasChanges(ctx context.Context) (bool, error) {
	list, err := s.changed(ctx, "")
	return len(list) > 0, err
}

func (s *Service) changed(ctx context.Context, id string) (list []caller.Workspace, err error) {
	if s.records == nil {
		return nil, nil
	}
	now := s.instant()
	err = s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = selectChangedWorkspaces(ctx, tx, id, now)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find changed people: %w", err)
	}
	return list, nil
}

// Carry is a pass: it carries over how people are now, of every workspace.
func (s *Service) Carry(ctx context.Context) error {
	list, err := s.changed(ctx, "")
	for _, w := range list {
		err = errors.Join(err, s.carriers.do(ctx, w.Number, func(ctx context.Context) error { return s.carry(ctx, w) }))
	}
	return err
}

// Settle carries over what has changed in one workspace, for whoever is about to
// look at what rules say.
func (s *Service) Settle(ctx context.Context, w caller.Workspace) error {
	list, err := s.changed(ctx, w.ID)
	if err != nil || len(list) == 0 {
		return err
	}
	return s.carriers.do(ctx, w.Number, func(ctx context.Context) error { return s.carry(ctx, w) })
}

// settled is the end of every change that is made here: what rules say of it is
// known when it is answered, where any rule does. The change stands, so a failure
// is the pass's to mend.
func (s *Service) settled(ctx context.Context, w caller.Workspace, err error) error {
	if err != nil || s.records == nil {
		return err
	}
	awaited, failed := s.records.Awaited(ctx, w)
	if failed == nil && awaited {
		failed = s.Settle(ctx, w)
	}
	if failed != nil {
		s.log.LogAttrs(ctx, slog.LevelWarn, "rules see a change of people later",
			slog.String("workspace", w.ID), slog.Any("error", failed))
	}
	return nil
}

func (s *Service) carry(ctx context.Context, w caller.Workspace) error {
	for full := true; full; {
		var l load
		err := s.records.Put(ctx, w, func(ctx context.Context) (_ []Record, err error) {
			l, err = s.collect(ctx, w)
			return l.records, err
		})
		if err == nil && len(l.turns) > 0 {
			err = s.db.WriteAhead(ctx, func(ctx context.Context, tx *db.Tx) error { return forget(ctx, tx, w.Number, l) }) // or it is done again
		}
		if err != nil {
			return fmt.Errorf("carry over people: %w", err)
		}
		full = l.full
	}
	return nil
}

// collect reads what is marked or due, and how those people are now.
func (s *Service) collect(ctx context.Context, w caller.Workspace) (l load, err error) {
	now := s.instant()
	err = s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		l = load{}
		if l.marks, err = selectMarks(ctx, tx, w.Number, carryStep); err != nil {
			return err
		}
		ids, err := selectTurning(ctx, tx, w.Number, now, carryStep)
		if err != nil {
			return err
		}
		l.full = len(l.marks) == carryStep || len(ids) == carryStep
		for _, m := range l.marks {
			ids = append(ids, m.person)
		}
		slices.Sort(ids)
		return l.read(ctx, tx, w.Number, slices.Compact(ids), now)
	})
	return l, err
}

func (l *load) read(ctx context.Context, tx *db.Tx, workspace int64, ids []PersonID, now time.Time) error {
	people, err := selectPeopleByID(ctx, tx, workspace, ids)
	if err != nil {
		return err
	}
	if err := fill(ctx, tx, workspace, people); err != nil {
		return err
	}
	names := map[GroupID]string{}
	for _, p := range people {
		for _, id := range p.Groups {
			if _, known := names[id]; known {
				continue
			}
			g, err := selectGroup(ctx, tx, workspace, id)
			if err != nil {
				return err
			}
			names[id] = g.Name
		}
	}
	for _, p := range people {
		l.records = append(l.records, p.record(now, names))
		l.turns = append(l.turns, turn{p.turnsAt(now), p.ID})
	}
	for _, id := range ids {
		if _, there := slices.BinarySearchFunc(people, id, func(p Person, id PersonID) int { return compareIDs(p.ID, id) }); !there {
			l.records, l.turns = append(l.records, Record{ID: id}), append(l.turns, turn{person: id})
		}
	}
	return nil
}

// carriers let one at a time carry over for a workspace. Who comes while one is at
// it waits for the next, which serves all that came: it begins after their changes.
type carriers struct {
	mu   sync.Mutex
	next map[int64]*carrying
	turn map[int64]*sync.Mutex
}

// carrying is one round for all that wait for it.
type carrying struct {
	done chan struct{}
	err  error
}

func (c *carriers) do(ctx context.Context, workspace int64, fn func(context.Context) error) error {
	round, first, turn := c.join(workspace)
	if first {
		turn.Lock()
		c.begin(workspace)
		round.err = fn(context.WithoutCancel(ctx)) // others wait for it
		close(round.done)
		turn.Unlock()
	}
	select {
	case <-round.done:
		return round.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// join answers the round that has not begun, and whether the caller is to run it.
func (c *carriers) join(workspace int64) (round *carrying, first bool, turn *sync.Mutex) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next == nil {
		c.next, c.turn = map[int64]*carrying{}, map[int64]*sync.Mutex{}
	}
	if c.turn[workspace] == nil {
		c.turn[workspace] = &sync.Mutex{}
	}
	round = c.next[workspace]
	if first = round == nil; first {
		round = &carrying{done: make(chan struct{})}
		c.next[workspace] = round
	}
	return round, first, c.turn[workspace]
}

// begin lets nobody join any more.
func (c *carriers) begin(workspace int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.next, workspace)
}
