// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/json"
)

// tests times a new test over stored records and a preview of a draft. The
// floor reads every document and evaluates the rule.
func (b *bench) tests(ctx context.Context, e engine, records int) (err error) {
	l, err := b.openLab(ctx, e)
	if err != nil {
		return err
	}
	defer func() { err = joined(err, l.close()) }()
	set := newSet(records, ascending).body(0)
	var created, previewed pair
	for range b.rounds {
		resourceID, err := l.filled(ctx, set)
		if err != nil {
			return err
		}
		begun := time.Now()
		if _, err := newCaller().get(ctx, l.floor.base+"/scan/"+resourceID, ""); err != nil {
			return err
		}
		floor := time.Since(begun)
		preview, err := l.preview(ctx, resourceID)
		if err != nil {
			return err
		}
		l.names++
		test, err := l.judged(ctx, fmt.Sprintf("test %d", l.names), resourceID)
		if err != nil {
			return err
		}
		created.floor, created.ours = append(created.floor, floor), append(created.ours, test)
		previewed.floor, previewed.ours = append(previewed.floor, floor), append(previewed.ours, preview)
	}
	scale := func(d time.Duration, per int) time.Duration { return d * time.Duration(records) / time.Duration(per) }
	b.table.atMost(fmt.Sprintf("%s: preview of a draft on %s records", l.title(), thousands(records)), previewed, scale(200*time.Millisecond, 100_000))
	b.table.atMost(fmt.Sprintf("%s: new test over %s stored records", l.title(), thousands(records)), created, scale(2*time.Second, million))
	return nil
}

func (l *lab) preview(ctx context.Context, resourceID string) (time.Duration, error) {
	begun := time.Now()
	_, err := newCaller().post(ctx, l.house.base+"/v1/tests/preview", l.house.manage.token, testText("draft", resourceID, tests()[0]))
	return time.Since(begun), err
}

// judged makes a test and waits until its verdicts hold. Beyond 100,000 records
// the answer comes before they do.
func (l *lab) judged(ctx context.Context, name, resourceID string) (time.Duration, error) {
	begun := time.Now()
	id, err := l.house.manage.createTest(ctx, name, resourceID, tests()[0])
	if err != nil {
		return 0, err
	}
	c, tick := newCaller(), time.NewTicker(5*time.Millisecond)
	defer tick.Stop()
	for {
		text, err := c.get(ctx, l.house.base+"/v1/tests/"+id, l.house.manage.token)
		if err != nil {
			return 0, err
		}
		var test api.Test
		if err := json.Unmarshal(text, &test); err != nil {
			return 0, err
		}
		if test.Status != "IN_PROGRESS" {
			return time.Since(begun), nil
		}
		<-tick.C
	}
}
