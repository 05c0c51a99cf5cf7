// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
)

// A View is what another feature keeps of the newest record of each item, so
// that its lists and counters need no documents: accounts, computers,
// vulnerabilities.
//
// What a push changes reaches the view with the flip when that is little; else
// in short transactions right after it, before the push is answered. Until then
// the definition is behind, which resource_behind remembers: a process that
// dies leaves it to the pass RefreshViews.
type View interface {
	// Done ends a run of Put, in a durable transaction: what is to stand in
	// evidence is said here. told are the answers of Put, nil ones left out.
	Done(ctx context.Context, tx *db.Tx, d Definition, told []any) error
	// Follows says whether the view shows records of the definition.
	Follows(ctx context.Context, tx *db.Tx, d Definition) (bool, error)
	// Landed is called after a push of the definition, once others may have it:
	// for what follows from the view in other definitions. The push has landed,
	// so an error is only logged; a pass of the feature sees to it then.
	Landed(ctx context.Context, d Definition) error
	// Name names the view in rows.
	Name() string
	// Put brings the view to what rows say, in the transaction that read them;
	// they rise by item. It must come to the same when it is called again, and
	// takes away what the view does not follow any more.
	Put(ctx context.Context, tx *db.Tx, d Definition, rows []Newest) (told any, err error)
}

// Newest is the newest record of an item, gone or not.
type Newest struct {
	CreatedAt int64  // ms, when the item first came
	DeletedAt *int64 // ms, when a push left it out; nil while it exists
	Document  json.Value
	Item      Item
	Source    string
	UniqueID  string
	UpdatedAt int64 // ms, when this version came
}

const (
	// followNow is how many items a flip brings to its views by itself.
	followNow = 64
	// followStep is how many items one transaction after the flip does.
	followStep = 100
)

// followedJudge lets the views follow what the judge's evaluations flip.
type followedJudge struct {
	Judge

	service *Service
}

// Open begins an evaluation that the views of the definition follow.
func (j *followedJudge) Open(ctx context.Context, d Definition, head Head, now time.Time) (Evaluation, error) {
	inner, err := j.Judge.Open(ctx, d, head, now)
	if err != nil {
		return nil, err
	}
	f := &following{Evaluation: inner, definition: d, service: j.service}
	err = j.service.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		f.views, f.behind, err = j.viewsOf(ctx, tx, d)
		return err
	})
	if err != nil || len(f.views) == 0 {
		return inner, err
	}
	return f, nil
}

// viewsOf answers the views of a definition, and whether one is behind.
func (j *followedJudge) viewsOf(ctx context.Context, tx *db.Tx, d Definition) (views []View, behind bool, err error) {
	for _, view := range j.service.Views {
		follows, err := view.Follows(ctx, tx, d)
		if err != nil {
			return nil, false, fmt.Errorf("does %s follow %s: %w", view.Name(), d.ID, err)
		}
		if follows {
			views = append(views, view)
		}
	}
	if len(views) == 0 {
		return nil, false, nil
	}
	marks, err := selectBehind(ctx, tx, d.Number)
	for _, view := range views {
		behind = behind || marks[view.Name()] > 0
	}
	return views, behind, err
}

// following is an evaluation whose changes reach the views.
type following struct {
	Evaluation

	behind     bool // a view was before this evaluation began: only all records bring it up
	changed    []Item
	definition Definition
	number     int64 // that was flipped to
	seen       raised
	service    *Service
	views      []View
}

// Changed notes the item; what became of it is read when the views are told.
func (f *following) Changed(ctx context.Context, r Subject) error {
	f.changed = append(f.changed, r.Item)
	return f.Evaluation.Changed(ctx, r)
}

// Gone notes the item.
func (f *following) Gone(ctx context.Context, item Item) error {
	f.changed = append(f.changed, item)
	return f.Evaluation.Gone(ctx, item)
}

// Flip tells the views in the transaction of the flip, or notes that they are
// behind when there is too much for it.
func (f *following) Flip(ctx context.Context, tx *db.Tx, number int64, now time.Time) error {
	if err := f.Evaluation.Flip(ctx, tx, number, now); err != nil {
		return err
	}
	f.number = number
	slices.Sort(f.changed)
	f.changed = slices.Compact(f.changed)
	switch {
	case len(f.changed) == 0:
		return nil
	case f.late():
		return f.fallBehind(ctx, tx)
	}
	rows, err := selectNewest(ctx, tx, f.definition.Number, number, f.changed)
	if err != nil {
		return err
	}
	for _, view := range f.views {
		told, err := view.Put(ctx, tx, f.definition, rows)
		if err == nil {
			err = view.Done(ctx, tx, f.definition, notNil(told))
		}
		if err != nil {
			return fmt.Errorf("bring %s to the view of %s: %w", f.definition.ID, view.Name(), err)
		}
	}
	return nil
}

// fallBehind notes that the views are behind. Where one was already, although it was
// not when the evaluation began, what it shows was set otherwise meanwhile, so the
// records that changed do not bring it up.
func (f *following) fallBehind(ctx context.Context, tx *db.Tx) (err error) {
	f.seen, err = insertBehind(ctx, tx, f.definition, f.views)
	for _, mark := range f.seen {
		f.behind = f.behind || mark > 1
	}
	return err
}

// late says that the views are brought up after the flip.
func (f *following) late() bool { return f.behind || len(f.changed) > followNow }

func notNil(told any) []any {
	if told == nil {
		return nil
	}
	return []any{told}
}

// settle brings views that the flip left behind up to it, while the claim is
// held. What it cannot do is left to the pass: the push has landed.
func (f *following) settle(ctx context.Context, c *claim) {
	if len(f.changed) == 0 || !f.late() {
		return
	}
	var items []Item
	if !f.behind {
		items = f.changed
	}
	if err := c.bringUp(ctx, f.views, f.seen, stretch{definition: c.definition.Number, number: f.number, items: items}); err != nil {
		f.service.Logger.LogAttrs(ctx, slog.LevelWarn, "views are behind their records for now",
			slog.String("definition", string(f.definition.ID)), slog.Any("error", err))
	}
}

// landed lets the views do what follows, after the claim was given back.
func (f *following) landed(ctx context.Context) {
	for _, view := range f.views {
		if err := view.Landed(ctx, f.definition); err != nil {
			f.service.Logger.LogAttrs(ctx, slog.LevelWarn, "what follows from a push waits",
				slog.String("definition", string(f.definition.ID)), slog.String("view", view.Name()), slog.Any("error", err))
		}
	}
}

// bringUp puts the newest records of a stretch into the views, and then notes that
// the views are not behind any more, unless it was said again since it was seen.
func (c *claim) bringUp(ctx context.Context, views []View, seen raised, at stretch) error {
	told := make([][]any, len(views))
	for {
		rows, said, err := c.bring(ctx, views, at)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			break
		}
		at = at.after(rows[len(rows)-1].Item)
		for i, one := range said {
			told[i] = append(told[i], notNil(one)...)
		}
	}
	return c.service.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := c.renew(ctx, tx); err != nil {
			return err
		}
		for i, view := range views {
			if err := view.Done(ctx, tx, c.definition, told[i]); err != nil {
				return fmt.Errorf("end the run of the view %s: %w", view.Name(), err)
			}
		}
		return deleteBehind(ctx, tx, c.definition.Number, views, seen)
	})
}

// bring does one step of bringUp.
func (c *claim) bring(ctx context.Context, views []View, at stretch) (rows []Newest, said []any, err error) {
	err = c.ahead(ctx, func(ctx context.Context, tx *db.Tx) error {
		rows, err = at.read(ctx, tx)
		if err != nil || len(rows) == 0 {
			return err
		}
		said = make([]any, len(views))
		for i, view := range views {
			if said[i], err = view.Put(ctx, tx, c.definition, rows); err != nil {
				return fmt.Errorf("bring %s to the view %s: %w", c.definition.ID, view.Name(), err)
			}
		}
		return nil
	})
	return rows, said, err
}

// stretch is what is left of the items that a view is brought up to.
type stretch struct {
	definition Number
	items      []Item // nil: all of them
	last       Item   // the last that was done, when all are
	number     int64
}

func (s stretch) read(ctx context.Context, tx *db.Tx) ([]Newest, error) {
	if s.items == nil {
		return selectNewestAfter(ctx, tx, s.definition, s.number, s.last, followStep)
	}
	return selectNewest(ctx, tx, s.definition, s.number, s.items[:min(len(s.items), followStep)])
}

// after answers what is left after an item.
func (s stretch) after(item Item) stretch {
	s.last = item
	if s.items != nil {
		n, _ := slices.BinarySearch(s.items, item+1)
		s.items = s.items[n:]
	}
	return s
}

// SetBehind says in the caller's transaction that a view has to be made anew of
// all records of a definition, as when what it shows of them is set otherwise.
// The pass RefreshViews does it.
func SetBehind(ctx context.Context, tx *db.Tx, d Definition, view View) error {
	_, err := insertBehind(ctx, tx, d, []View{view})
	return err
}

// HasLateViews says whether RefreshViews has anything to do.
func (s *Service) HasLateViews(ctx context.Context) (bool, error) {
	list, err := s.behind(ctx)
	return len(list) > 0, err
}

// RefreshViews is a pass: it brings views up to their definitions where a push could
// not, or where what a view shows was set otherwise. A definition that a push
// holds is left to it or to the next pass.
func (s *Service) RefreshViews(ctx context.Context) error {
	list, err := s.behind(ctx)
	for _, d := range list {
		if failed := s.RefreshView(ctx, d); failed != nil {
			err = errors.Join(err, failed)
		}
	}
	return err
}

// RefreshView brings the views that are behind up to one definition. It waits for a
// push that holds it, at most Options.Wait.
func (s *Service) RefreshView(ctx context.Context, d Definition) (err error) {
	c, err := s.claim(ctx, d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.release(ctx)) }()
	var views []View
	var seen raised
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		seen, err = selectBehind(ctx, tx, d.Number)
		views = slices.DeleteFunc(slices.Clone(s.Views), func(v View) bool { return seen[v.Name()] == 0 })
		return err
	})
	if err != nil || len(views) == 0 {
		return err
	}
	return c.bringUp(ctx, views, seen, stretch{definition: d.Number, number: c.head.Number})
}

// behind answers the definitions that a view is behind of and that nobody holds.
func (s *Service) behind(ctx context.Context) (list []Definition, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = selectDefinitionsBehind(ctx, tx, db.Millis(s.Now()))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find views that are behind: %w", err)
	}
	return list, nil
}
