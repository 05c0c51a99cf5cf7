// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/feed"
	"github.com/passmuster/muster/internal/json"
)

// How much one reading of the feed takes, and one transaction writes.
const (
	eventsAStep   = 200
	hearingsAStep = 500
	maxLines      = 500 // of a batch; what comes on top is counted by category
)

// cursor is how far a workspace has read, and since when.
type cursor struct{ part, position, since int64 }

func (c cursor) feed() feed.Cursor { return feed.Cursor{Part: c.part, Position: c.position} }

// HasNews says whether there is something to read, or a workspace that has not begun.
func (s *Service) HasNews(ctx context.Context) (bool, error) {
	v, err := s.look(ctx)
	if err != nil {
		return false, err
	}
	for workspace, head := range v.heads {
		c, begun := v.cursors[workspace]
		if can := s.Mail.Configured() || v.ways[workspace]; can != begun || can && c.position <= head {
			return true, nil
		}
	}
	return false, nil
}

// view is how far the workspaces have come, by their numbers.
type view struct {
	cursors map[int64]cursor // how far they were read
	heads   map[int64]int64  // the newest position of each
	ways    map[int64]bool   // those that have a channel
}

// look answers how far each workspace has come. Where nothing can be sent and nothing was
// read, there are no heads.
func (s *Service) look(ctx context.Context) (v view, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if v.cursors, err = selectCursors(ctx, tx); err != nil {
			return err
		}
		v.ways, err = selectChannelWorkspaces(ctx, tx)
		return err
	})
	if err != nil {
		return v, fmt.Errorf("look how far notifications have come: %w", err)
	}
	if len(v.cursors) == 0 && len(v.ways) == 0 && !s.Mail.Configured() {
		return v, nil
	}
	if v.heads, err = s.Feed.Heads(ctx); err != nil {
		return v, fmt.Errorf("look at the feed: %w", err)
	}
	return v, nil
}

// Collect is a pass: it reads what is new of each workspace and adds it to the batches of
// those who are to hear of it. A workspace in which nothing could be sent forgets how far
// it was, and begins at the newest event when it can.
func (s *Service) Collect(ctx context.Context) error {
	v, err := s.look(ctx)
	if err != nil {
		return err
	}
	var all map[int64]caller.Workspace
	if err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = selectWorkspaces(ctx, tx)
		return err
	}); err != nil {
		return fmt.Errorf("read workspaces: %w", err)
	}
	for _, number := range slices.Sorted(maps.Keys(v.heads)) {
		c, begun := v.cursors[number]
		w, can := all[number], s.Mail.Configured() || v.ways[number]
		switch {
		case can && !begun:
			err = s.begin(ctx, w)
		case !can && begun:
			err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return deleteCursor(ctx, tx, number) })
		case can && c.position <= v.heads[number]:
			err = s.collect(ctx, w, c)
		}
		if err != nil {
			if ctx.Err() != nil {
				return err
			}
			// One workspace does not stand in the way of the others.
			s.Logger.ErrorContext(ctx, "notifications of a workspace were not collected", slog.String("workspace", w.ID), slog.Any("error", err))
		}
	}
	return nil
}

// begin lets a workspace read from the newest event on.
func (s *Service) begin(ctx context.Context, w caller.Workspace) error {
	newest, err := s.Feed.Newest(ctx, w)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return insertCursor(ctx, tx, w.Number, cursor{part: newest.Part, position: newest.Position, since: s.millis()})
	})
}

// collect reads what is new of one workspace, step by step.
func (s *Service) collect(ctx context.Context, w caller.Workspace, c cursor) error {
	for {
		events, next, err := s.Feed.After(ctx, w, c.feed(), feed.Want{Types: wanted()}, eventsAStep)
		if err != nil {
			return fmt.Errorf("read the feed: %w", err)
		}
		to := cursor{part: next.Part, position: next.Position, since: c.since}
		if to == c {
			return nil
		}
		step, err := s.sort(ctx, w, events, c)
		if err != nil {
			return err
		}
		if err := s.keep(ctx, w, step, c, to); err != nil {
			return err
		}
		c = to
	}
}

// message is one event for one address.
type message struct {
	event event
	hearing
	rule rule
}

// step is what one reading of the feed comes to.
type step struct {
	clock    clock
	ended    []string        // episodes
	episodes map[string]told // that were told
	messages []message
}

// sort decides who is told what of some events.
func (s *Service) sort(ctx context.Context, w caller.Workspace, events []feed.Event, c cursor) (step, error) {
	out := step{episodes: map[string]told{}}
	if len(events) == 0 {
		return out, nil
	}
	h, err := s.houseOf(ctx, w)
	if err != nil {
		return out, err
	}
	var before map[string]told
	if err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if before, err = selectTold(ctx, tx, w.Number); err != nil {
			return err
		}
		out.clock, err = clockOf(ctx, tx, w.Number)
		return err
	}); err != nil {
		return out, fmt.Errorf("read what was told: %w", err)
	}
	for _, one := range events {
		r, known := ruleOf(one.Type)
		if !known || db.Millis(one.Time) < c.since {
			continue
		}
		e, err := eventOf(one)
		if err != nil {
			return out, err
		}
		if !out.news(r, e, before) {
			continue
		}
		if err := s.addressed(ctx, w, &out, h, r, e); err != nil {
			return out, err
		}
	}
	return out, nil
}

// news says whether an event tells something, and notes the episodes that it begins and
// ends.
func (out *step) news(r rule, e event, before map[string]told) bool {
	for _, key := range endedBy(r, e) {
		if _, there := before[key]; there {
			out.ended = append(out.ended, key)
		}
		delete(before, key)
		delete(out.episodes, key)
	}
	key, size := episodeOf(r, e)
	if key == "" {
		return e.kind != "sync.pushed" && (e.kind != "test.status_changed" || e.facts.turned())
	}
	if was, there := before[key]; there && !was.news(size, e.at) {
		return false
	}
	before[key], out.episodes[key] = told{e.at, size}, told{e.at, size}
	return true
}

// turned says whether a test begins or ceases to need somebody. That a new one, or one
// without records, comes out well is no news.
func (f facts) turned() bool {
	needs := func(status string) bool { return status == "NEEDS_ATTENTION" || status == "INVALID" }
	return needs(f.From) || needs(f.To)
}

// addressed adds an event for everybody who is told of it.
func (s *Service) addressed(ctx context.Context, w caller.Workspace, out *step, h *house, r rule, e event) error {
	found, err := s.concernedBy(ctx, w, r, e)
	if err != nil {
		return err
	}
	if r.to == testers {
		if found.ID == "" {
			return nil // deleted meanwhile
		}
		e.facts.Test = thing{ID: found.ID, Name: e.about(r).Name}
	}
	for _, p := range found.People {
		h.add(p)
	}
	for _, to := range h.route(r, e, found.Concerns, feed.PermissionOf(e.kind)) {
		out.messages = append(out.messages, message{e, to, r})
	}
	return nil
}

// concernedBy asks the feature that an event comes from whom it concerns.
func (s *Service) concernedBy(ctx context.Context, w caller.Workspace, r rule, e event) (found Concerned, err error) {
	switch r.to {
	case acceptors:
		if !e.facts.AsksForAcceptance {
			return found, nil
		}
		found, err = s.Things.Policy(ctx, w, e.subject.ID)
	case approvers:
		if found, err = s.Things.Test(ctx, w, e.subject.ID); err == nil {
			found.Concerns = slices.DeleteFunc(found.Concerns, func(c Concern) bool { return !c.Owns })
		}
	case owner:
		found, err = s.Things.Document(ctx, w, e.subject.ID)
	case reviewers:
		found, err = s.Things.Review(ctx, w, e.subject.ID)
	case testers:
		found, err = s.Things.Test(ctx, w, e.about(r).ID)
	}
	if err != nil {
		return found, fmt.Errorf("find whom %s concerns: %w", e.kind, err)
	}
	return found, nil
}

// eventOf takes what counts here of an event.
func eventOf(in feed.Event) (event, error) {
	e := event{
		actor: in.Actor.ID, at: db.Millis(in.Time), kind: in.Type, summary: in.Summary,
		subject: thing{ID: in.Subject.ID, Kind: in.Subject.Kind, Name: in.Subject.Name},
	}
	text, err := json.Marshal(in.Data)
	if err == nil {
		err = json.Unmarshal(text, &e.facts)
	}
	if err != nil {
		return e, fmt.Errorf("read the data of %s %s: %w", in.Type, in.Cursor, err)
	}
	return e, nil
}

// houseOf reads who is there and what they chose.
func (s *Service) houseOf(ctx context.Context, w caller.Workspace) (*house, error) {
	active, gone, err := s.People.Users(ctx, w)
	if err != nil {
		return nil, fmt.Errorf("read users: %w", err)
	}
	h := &house{mail: s.Mail.Configured(), roster: newRoster(active, gone)}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if h.channels, err = selectChannels(ctx, tx, w.Number); err != nil {
			return err
		}
		if h.follows, err = selectFollows(ctx, tx, w.Number, ""); err != nil {
			return err
		}
		if h.preferences, err = selectPreferences(ctx, tx, w.Number); err != nil {
			return err
		}
		set, err := selectSettings(ctx, tx, w.Number)
		h.defaults = set.Choices
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read preferences: %w", err)
	}
	return h, nil
}

// keep adds a step's messages to batches and moves the cursor with the last of them. An
// event for very many goes over several transactions, so that nobody waits long: if the
// process dies in between, some of its lines are counted twice in batches that are still
// open.
func (s *Service) keep(ctx context.Context, w caller.Workspace, out step, from, to cursor) error {
	for {
		some := out.messages[:min(len(out.messages), hearingsAStep)]
		out.messages = out.messages[len(some):]
		last := len(out.messages) == 0
		err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			now := s.Now()
			for _, m := range some {
				if err := join(ctx, tx, w, m, out.clock, now); err != nil {
					return fmt.Errorf("add to a batch: %w", err)
				}
			}
			if !last {
				return nil
			}
			if err := out.settle(ctx, tx, w.Number); err != nil {
				return err
			}
			return moveCursor(ctx, tx, w.Number, from, to)
		})
		if err != nil || last {
			return err
		}
	}
}

// settle notes which episodes were told and which ended.
func (out step) settle(ctx context.Context, tx *db.Tx, workspace int64) error {
	if len(out.ended) > 0 {
		if err := deleteTold(ctx, tx, workspace, out.ended); err != nil {
			return err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(out.episodes)) {
		if err := putTold(ctx, tx, workspace, key, out.episodes[key]); err != nil {
			return err
		}
	}
	return nil
}

// join adds one event to the open batch of an address, which is opened when there is
// none.
func join(ctx context.Context, tx *db.Tx, w caller.Workspace, m message, c clock, now time.Time) error {
	id, lines, err := joinBatch(ctx, tx, w.Number, m.hearing)
	none := isNoRow(err)
	if err != nil && !none {
		return err
	}
	place, before := keyOf(m.rule, m.event), line{}
	if !none {
		if before, err = selectLine(ctx, tx, id, place); err != nil && !isNoRow(err) {
			return err
		}
	}
	if m.rule.quiet && before.Count == 0 {
		return nil
	}
	if none {
		closes := c.closes(m.timing, now)
		id, lines = tx.NewID(now), 0
		if err := insertBatch(ctx, tx, w.Number, m.hearing, batch{ID: id, NextAt: &closes, OpenedAt: db.Millis(now)}); err != nil {
			return err
		}
	}
	if before.Count == 0 && lines >= maxLines {
		place = "more:" + string(m.rule.category)
		if before, err = selectLine(ctx, tx, id, place); err != nil && !isNoRow(err) {
			return err
		}
	}
	if before.Count == 0 {
		if err := countLine(ctx, tx, id); err != nil {
			return err
		}
	}
	return putLine(ctx, tx, spot{id, place, lines, w.Number}, m.next(place, before))
}

// next answers the line after the event. A line of those that are only counted names
// nothing.
func (m message) next(place string, before line) line {
	if place == "more:"+string(m.rule.category) {
		return line{Category: m.rule.category, Count: before.Count + 1}
	}
	e := m.event
	if m.bare {
		e.facts.Sample = nil
	}
	return before.with(m.rule, e)
}
