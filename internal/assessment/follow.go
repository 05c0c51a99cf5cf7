// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"fmt"
	"slices"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
)

// What keeps verdicts up with the records that they relate to.

// fill evaluates the definitions that a test relates to and whose keys are new, so
// that the test itself finds related records by them. What is put off is found by
// looking at all records meanwhile.
func (s *Service) fill(ctx context.Context, c caller.Caller, t Test) (unfilled []resource.Definition, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		unfilled = nil
		links, err := selectLinksFrom(ctx, tx, t.Definition.Number)
		if err != nil {
			return err
		}
		for _, l := range links {
			since, err := selectSince(ctx, tx, l.theirs)
			if err != nil {
				return err
			}
			same := func(d resource.Definition) bool { return d.Number == l.related }
			if since != 0 || l.related == t.Definition.Number || slices.ContainsFunc(unfilled, same) {
				continue
			}
			d, err := resource.LookUp(ctx, tx, l.related)
			if err != nil {
				return err
			}
			unfilled = append(unfilled, d)
		}
		return nil
	})
	for _, d := range unfilled {
		if err == nil {
			_, err = s.reevaluate(ctx, c, d, resource.CauseLink)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("fill the keys of test %s: %w", t.ID, err)
	}
	return unfilled, nil
}

// Behind answers the definitions whose verdicts have not taken in yet what changed
// in the records of another one, or of any when it is 0.
func (j *Judge) Behind(ctx context.Context, related resource.Number) (list []resource.Definition, err error) {
	err = j.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		list = nil
		touched, err := touchedOf(ctx, tx, related)
		if err != nil {
			return err
		}
		seen := map[resource.Number]bool{}
		for _, number := range touched {
			behind, err := behind(ctx, tx, number)
			if err != nil {
				return err
			}
			for _, d := range behind {
				if !seen[d.Number] {
					seen[d.Number] = true
					list = append(list, d)
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find what relates to changed records: %w", err)
	}
	return list, nil
}

// touchedOf answers the definitions to look at.
func touchedOf(ctx context.Context, tx *db.Tx, related resource.Number) ([]resource.Number, error) {
	if related != 0 {
		return []resource.Number{related}, nil
	}
	return selectTouched(ctx, tx)
}

func behind(ctx context.Context, tx *db.Tx, related resource.Number) (list []resource.Definition, err error) {
	head, err := resource.HeadOf(ctx, tx, related)
	if err != nil {
		return nil, err
	}
	links, err := selectLinksTo(ctx, tx, related)
	for _, l := range links {
		if err != nil {
			return nil, err
		}
		if n := len(list); n > 0 && list[n-1].Number == l.definition {
			continue
		}
		v, known, err := viewOf(ctx, tx, l)
		if err != nil {
			return nil, err
		}
		if !known || v.number >= head.Number {
			continue // its first evaluation is to come, or nothing did
		}
		touched, err := hasTouched(ctx, tx, span{related, v.number, head.Number}, l.theirs)
		if err != nil {
			return nil, err
		}
		if touched {
			d, err := resource.LookUp(ctx, tx, l.definition)
			if err != nil {
				return nil, err
			}
			list = append(list, d)
		}
	}
	return list, err
}

// viewOf answers on which number of the related definition the verdicts of a link
// rest now.
func viewOf(ctx context.Context, tx *db.Tx, l link) (v view, known bool, err error) {
	head, err := resource.HeadOf(ctx, tx, l.definition)
	if err != nil {
		return v, false, err
	}
	views, err := selectViews(ctx, tx, l.definition, head.Number)
	v, known = views[l.related]
	return v, known, err
}

// sweepStep is how many items one transaction of Sweep forgets.
const sweepStep = 1000

// swept is what all have taken in of one key: up to a number.
type swept struct {
	definition resource.Number
	key, last  int64
}

// Sweep forgets what was touched in the records of a definition, or of any when it
// is 0, and all that relate to it have taken in.
func (j *Judge) Sweep(ctx context.Context, related resource.Number) error {
	var all []swept
	err := j.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		all = nil
		touched, err := touchedOf(ctx, tx, related)
		for _, number := range touched {
			if err != nil {
				return err
			}
			var some []swept
			some, err = takenIn(ctx, tx, number)
			all = append(all, some...)
		}
		return err
	})
	for _, one := range all {
		if err == nil {
			err = j.sweep(ctx, one)
		}
	}
	if err != nil {
		return fmt.Errorf("forget touched values: %w", err)
	}
	return nil
}

// takenIn answers what may be forgotten of a definition. What relates to it and has
// no view yet is being evaluated for the first time, perhaps on an older number
// than the newest.
func takenIn(ctx context.Context, tx *db.Tx, related resource.Number) (list []swept, err error) {
	some, err := selectTouchedItems(ctx, tx, swept{definition: related, last: never}, 1)
	if err != nil || len(some) == 0 {
		return nil, err
	}
	head, err := resource.HeadOf(ctx, tx, related)
	if err != nil {
		return nil, err
	}
	keys, err := selectTouchedKeys(ctx, tx, related)
	if err != nil {
		return nil, err
	}
	links, err := selectLinksTo(ctx, tx, related)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		one := swept{related, k, head.Number}
		for _, l := range links {
			if l.theirs != k {
				continue
			}
			v, _, err := viewOf(ctx, tx, l)
			if err != nil {
				return nil, err
			}
			one.last = min(one.last, v.number)
		}
		if some, err = selectTouchedItems(ctx, tx, one, 1); err != nil {
			return nil, err
		}
		if len(some) > 0 {
			list = append(list, one)
		}
	}
	return list, nil
}

func (j *Judge) sweep(ctx context.Context, s swept) error {
	for {
		n := 0
		if err := j.db.WriteAhead(ctx, func(ctx context.Context, tx *db.Tx) error { // what is not forgotten does no harm
			items, err := selectTouchedItems(ctx, tx, s, sweepStep)
			if n = len(items); err != nil || n == 0 {
				return err
			}
			return deleteTouched(ctx, tx, s, items[n-1])
		}); err != nil {
			return err
		}
		if n < sweepStep {
			return nil
		}
	}
}
