// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"fmt"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
)

// source is a related definition as it stands for a run.
type source struct {
	current    int64 // records, about
	definition resource.Definition
	keys       map[string]int64 // numbers of the keys that are complete at number, by what they are made of
	number     int64            // that the run reads at
}

// sourceAt answers a definition as it stands at a number of its own.
func sourceAt(ctx context.Context, tx *db.Tx, d resource.Definition, head resource.Head, number int64) (*source, error) {
	s := &source{current: head.Current, definition: d, keys: map[string]int64{}, number: number}
	keys, err := selectKeys(ctx, tx, d.Number)
	for _, k := range keys {
		if k.since != 0 && k.since <= number {
			s.keys[k.fields] = k.number
		}
	}
	return s, err
}

// sources are those that a program's relations look at, by definition.
type sources map[resource.Number]*source

// reader runs a read; it is a transaction that is open already, or opens one.
type reader func(func(context.Context, *db.Tx) error) error

// finder finds the related records of one program at pinned numbers and one
// instant. It implements rule.Related. What was fetched is kept: how the condition
// inside comes out depends on the key alone.
type finder struct {
	err       error // the first failure; what was evaluated after it means nothing
	looks     map[*rule.Target]*look
	missing   []map[digest]bool
	now       int64
	program   *rule.Program
	read      reader // for what was not fetched before; nil: that is a failure
	relatives relatives
	scanned   []bool // every related record was looked at
	sources   sources
	sums      []map[digest]rule.Matches // by relation
}

func newFinder(p *rule.Program, names relatives, from sources, now int64) *finder {
	n := len(p.Relations())
	f := &finder{
		looks: map[*rule.Target]*look{}, missing: make([]map[digest]bool, n), now: now, program: p, relatives: names, scanned: make([]bool, n), sources: from,
		sums: make([]map[digest]rule.Matches, n),
	}
	for i := range n {
		f.missing[i], f.sums[i] = map[digest]bool{}, map[digest]rule.Matches{}
	}
	return f
}

func (f *finder) fail(err error) {
	if f.err == nil {
		f.err = err
	}
}

func (f *finder) source(t *rule.Target) *source { return f.sources[f.relatives[t.Name].Number] }

// want notes a key that is going to be asked for.
func (f *finder) want(r *rule.Relation, key []byte) {
	if f.scanned[r.Index] {
		return
	}
	d := digestOf(key)
	if _, known := f.sums[r.Index][d]; !known {
		f.missing[r.Index][d] = true
	}
}

// Matches is rule.Related's.
func (f *finder) Matches(r *rule.Relation, key []byte) rule.Matches {
	d := digestOf(key)
	if sum, known := f.sums[r.Index][d]; known || f.scanned[r.Index] {
		return sum
	}
	if f.read == nil {
		f.fail(fmt.Errorf("related records of %s were not fetched", r.Targets[0].Name))
		return rule.Matches{}
	}
	f.missing[r.Index][d] = true
	if err := fetch(f.read, 1, f); err != nil {
		f.fail(err)
	}
	return f.sums[r.Index][d]
}

// scanLimit is up to how many related records are all looked at where that is
// less work than looking up each key.
const scanLimit = 1_000_000

// scans says whether to look at all records: where a key is not filled there is
// no other way.
func (f *finder) scans(r *rule.Relation, expected int64) bool {
	total := int64(0)
	for _, t := range r.Targets {
		s := f.source(t)
		if s.keys[t.Key.String()] == 0 {
			return true
		}
		total += s.current
	}
	return expected > total/2 && total <= scanLimit && expected > 1
}
