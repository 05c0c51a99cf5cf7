// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/passmuster/muster/api"
)

// step is one of the pushes of a round, one after the other on the same data.
type step struct {
	name  string
	body  *body
	want  api.Sync
	plain float64 // goal without tests
	tests float64 // and with three
}

// side is one of those that a step is timed on.
type side struct {
	process           *process
	resourceID, token string
	took, used        [][]time.Duration // by step: time and processor time
}

func steps(e engine, before, after *body) []step {
	n, changed := int64(before.records), int64(after.changed)
	list := []step{
		{"first PUT", before, api.Sync{Created: n - 1, Unchanged: 1}, 1.5, 2.5},
		{"unchanged", before, api.Sync{Unchanged: n}, 1.3, 1.3},
		{"3 % changed", after, api.Sync{Updated: changed, Unchanged: n - changed}, 1.4, 1.4},
	}
	if e == postgresql {
		list[1].plain, list[1].tests = 1.5, 1.5
	}
	return list
}

// pushes times whole pushes: the floor, ours without tests, ours with three.
func (b *bench) pushes(ctx context.Context, e engine, by order) (err error) {
	l, err := b.openLab(ctx, e)
	if err != nil {
		return err
	}
	defer func() { err = joined(err, l.close()) }()
	set := newSet(b.records, by)
	list := steps(e, set.body(0), set.body(1))
	sides := make([]*side, 3)
	for i := range sides {
		sides[i] = &side{took: make([][]time.Duration, len(list)), used: make([][]time.Duration, len(list))}
	}
	for round := range b.rounds {
		if err := l.round(ctx, round, list, sides); err != nil {
			return err
		}
	}
	for i, s := range list {
		path := fmt.Sprintf("%s, %s ids: %s, %s records", l.title(), by, s.name, thousands(b.records))
		against := func(ours *side) pair {
			return pair{floor: sides[0].took[i], ours: ours.took[i], floorCPU: sides[0].used[i], oursCPU: ours.used[i]}
		}
		b.table.ratio(path, against(sides[1]), s.plain)
		b.table.ratio(path+", three tests", against(sides[2]), s.tests)
		b.medians[fmt.Sprintf("%s %s %s", e, by, s.name)] = median(sides[1].took[i])
	}
	b.table.bytes(fmt.Sprintf("%s, %s ids: peak memory of these", l.title(), by), l.floor.memory("VmHWM"), l.house.memory("VmHWM"), 0)
	return nil
}

// round pushes every step to every side; who goes first rotates.
func (l *lab) round(ctx context.Context, round int, list []step, sides []*side) (err error) {
	c := newCaller()
	for i, s := range sides {
		s.process, s.token = l.house.process, l.build.token
		var rules []string
		if i == 2 {
			rules = tests()
		}
		if s.resourceID, err = l.define(ctx, rules...); err != nil {
			return err
		}
	}
	sides[0].process, sides[0].token = l.floor, ""
	if _, _, err := c.put(ctx, l.floor.base, "", sides[0].resourceID, seedBody()); err != nil {
		return err
	}
	for i, step := range list {
		for j := range sides {
			s := sides[(round+i+j)%len(sides)]
			before := s.process.cpu()
			took, did, err := c.put(ctx, s.process.base, s.token, s.resourceID, step.body)
			if err != nil {
				return err
			}
			if did.ID, did.Samples = "", nil; did != step.want {
				return fmt.Errorf("%s: the push did %+v, want %+v", step.name, did, step.want)
			}
			s.took[i], s.used[i] = append(s.took[i], took), append(s.used[i], s.process.cpu()-before)
		}
	}
	l.bench.say("  round %d: floor %v, ours %v, with tests %v", round+1, last(sides[0]), last(sides[1]), last(sides[2]))
	return nil
}

// last answers what the steps of the last round took.
func last(s *side) (list []string) {
	for _, took := range s.took {
		list = append(list, seconds(took[len(took)-1]))
	}
	return list
}
