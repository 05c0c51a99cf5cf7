// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
)

func joined(errs ...error) error { return errors.Join(errs...) }

const million = 1_000_000

// millions pushes a million records, first and again, and looks at memory.
func (b *bench) millions(ctx context.Context, e engine) (err error) {
	l, err := b.openLab(ctx, e)
	if err != nil {
		return err
	}
	defer func() { err = joined(err, l.close()) }()
	set := newSet(b.size(million), ascending).body(0)
	list := steps(e, set, &body{})[:2]
	for _, rules := range [][]string{nil, tests()} {
		resourceID, err := l.define(ctx, rules...)
		if err != nil {
			return err
		}
		for _, s := range list {
			if err := l.once(ctx, s, resourceID, len(rules) > 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// once pushes to the floor and to ours, and adds rows of time and memory.
func (l *lab) once(ctx context.Context, s step, resourceID string, withTests bool) error {
	path, goal := fmt.Sprintf("%s: %s, %s records", l.title(), s.name, thousands(s.body.records)), s.plain
	if withTests {
		path, goal = path+", three tests", s.tests
	}
	l.house.resetPeak()
	l.floor.resetPeak()
	c := newCaller()
	floor, _, err := c.put(ctx, l.floor.base, "", resourceID, s.body)
	if err != nil {
		return err
	}
	ours, _, err := c.put(ctx, l.house.base, l.build.token, resourceID, s.body)
	if err != nil {
		return err
	}
	t := &l.bench.table
	t.ratio(path, pair{floor: []time.Duration{floor}, ours: []time.Duration{ours}}, goal)
	t.bytes(path+": peak memory", l.floor.memory("VmHWM"), l.house.memory("VmHWM"), 400*megabyte)
	small := l.bench.medians[fmt.Sprintf("%s %s %s", l.engine, ascending, s.name)]
	if small > 0 && !withTests {
		expected := small * time.Duration(s.body.records/l.bench.records)
		ratio := ours.Seconds() / expected.Seconds()
		t.add(row{
			path: path + ": against as many pushes of " + thousands(l.bench.records), floor: seconds(expected), ours: seconds(ours),
			ratio: fmt.Sprintf("%.2f", ratio), goal: "linear", met: verdictOf(ratio <= 1.2),
		})
	}
	return nil
}

// size makes a set small in a quick run.
func (b *bench) size(records int) int {
	if b.quick {
		return records / 10
	}
	return records
}

// others asks for tokens, pushes small sets and reads pages while a million
// records with three tests are pushed.
func (b *bench) others(ctx context.Context, e engine) (err error) {
	l, err := b.openLab(ctx, e)
	if err != nil {
		return err
	}
	defer func() { err = joined(err, l.close()) }()
	big, err := l.define(ctx, tests()...)
	if err != nil {
		return err
	}
	bystanders, err := l.bystanders(ctx)
	if err != nil {
		return err
	}
	set := newSet(b.size(million), ascending).body(0)
	group, inner := errgroup.WithContext(ctx)
	running, stop := context.WithCancel(inner)
	for _, s := range bystanders {
		group.Go(func() error { return s.stand(running, inner) })
	}
	group.Go(func() error {
		defer stop()
		took, _, err := newCaller().put(inner, l.house.base, l.build.token, big, set)
		b.say("  the push took %s", seconds(took))
		return err
	})
	if err := group.Wait(); err != nil {
		return err
	}
	for _, s := range bystanders {
		b.table.add(s.row(l.title()))
	}
	return nil
}

// bystander does one thing again and again.
type bystander struct {
	act   func(context.Context) error
	every time.Duration
	name  string
	took  []time.Duration
}

// stand acts until running ends; an act that has begun ends under ctx.
func (s *bystander) stand(running, ctx context.Context) error {
	tick := time.NewTicker(s.every)
	defer tick.Stop()
	for {
		select {
		case <-running.Done():
			return nil
		case <-tick.C:
		}
		begun := time.Now()
		if err := s.act(ctx); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		s.took = append(s.took, time.Since(begun))
	}
}

func (s *bystander) row(title string) row {
	p99, most := quantile(s.took, 0.99), quantile(s.took, 1)
	return row{
		path: fmt.Sprintf("%s: %s beside that push (%d of them), p50 / p99 / most", title, s.name, len(s.took)),
		ours: fmt.Sprintf("%s / %s / %s", seconds(median(s.took)), seconds(p99), seconds(most)),
		goal: "p99 < 50 ms, < 100 ms", met: verdictOf(p99 < 50*time.Millisecond && most < 100*time.Millisecond),
	}
}

// bystanders are others at work. Their pushes change every record each time.
func (l *lab) bystanders(ctx context.Context) ([]*bystander, error) {
	other, err := l.house.application(ctx, "bench other", "build")
	if err != nil {
		return nil, err
	}
	minter, err := l.house.application(ctx, "bench minter", "build")
	if err != nil {
		return nil, err
	}
	small, err := l.house.define(ctx, other, "small", l.bench.schemaFile())
	if err != nil {
		return nil, err
	}
	sets := []*body{smallBody(0), smallBody(1)}
	pushes, push, read, mint := 0, newCaller(), newCaller(), newCaller()
	pushSmall := func(ctx context.Context) error {
		pushes++
		_, _, err := push.put(ctx, l.house.base, other.token, small, sets[pushes%2])
		return err
	}
	if err := pushSmall(ctx); err != nil {
		return nil, err
	}
	return []*bystander{
		{name: "tokens", every: 20 * time.Millisecond, act: func(ctx context.Context) error {
			_, err := mint.post(ctx, l.house.base+"/oauth/token", "", minter.credentials())
			return err
		}},
		{name: "pushes of 10 records", every: 50 * time.Millisecond, act: pushSmall},
		{name: "reads of a page", every: 20 * time.Millisecond, act: func(ctx context.Context) error {
			_, err := read.get(ctx, pageURL(l.house.base, small, ""), other.token)
			return err
		}},
	}, nil
}

// smallBody is a set of ten records, another for each version.
func smallBody(version int) *body {
	set := newSet(10, ascending)
	for i := range set.ids {
		set.ids[i] *= everyChanged // all of them differ
	}
	return set.body(version)
}
