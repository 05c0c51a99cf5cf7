// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/json"
)

// connections is how many callers ask at once where a throughput is measured.
const connections = 16

// perSecond runs work on several connections for a while and answers how many
// times a second it was done.
func perSecond(ctx context.Context, during time.Duration, work func(ctx context.Context, c *caller, worker int) error) (float64, error) {
	var done atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	begun := time.Now()
	for worker := range connections {
		group.Go(func() error {
			c := newCaller()
			for time.Since(begun) < during {
				if err := work(ctx, c, worker); err != nil {
					return err
				}
				done.Add(1)
			}
			return nil
		})
	}
	err := group.Wait()
	return float64(done.Load()) / time.Since(begun).Seconds(), err
}

// during is how long a throughput is measured in a round.
func (b *bench) during() time.Duration {
	if b.quick {
		return 500 * time.Millisecond
	}
	return 2 * time.Second
}

// tokens mints with many applications at once.
func (b *bench) tokens(ctx context.Context, e engine) (err error) {
	l, err := b.openLab(ctx, e)
	if err != nil {
		return err
	}
	defer func() { err = joined(err, l.close()) }()
	applications := make([]*application, 4*connections)
	for i := range applications {
		if applications[i], err = l.house.application(ctx, fmt.Sprintf("bench %d", i), "build"); err != nil {
			return err
		}
	}
	var floor, ours []float64
	var next atomic.Int64
	for range b.rounds {
		hello, err := perSecond(ctx, b.during(), func(ctx context.Context, c *caller, _ int) error {
			_, err := c.get(ctx, l.floor.base+"/hello", "")
			return err
		})
		if err != nil {
			return err
		}
		minted, err := perSecond(ctx, b.during(), func(ctx context.Context, c *caller, worker int) error {
			// Each worker has applications of its own: a new token ends the one before.
			a := applications[worker*4+int(next.Add(1))%4]
			_, err := c.post(ctx, l.house.base+"/oauth/token", "", a.credentials())
			return err
		})
		if err != nil {
			return err
		}
		floor, ours = append(floor, hello), append(ours, minted)
	}
	b.table.perSecond(l.title()+": POST /oauth/token (floor: hello over HTTP)", median(floor), median(ours), 5000)
	return nil
}

func pageURL(base, resourceID, cursor string) string {
	query := url.Values{"resourceId": {resourceID}, "pageSize": {"100"}}
	if cursor != "" {
		query.Set("pageCursor", cursor)
	}
	return base + "/v1/resources/custom_resource?" + query.Encode()
}

// pages reads the first and the last page of a set.
func (b *bench) pages(ctx context.Context, e engine) (err error) {
	l, err := b.openLab(ctx, e)
	if err != nil {
		return err
	}
	defer func() { err = joined(err, l.close()) }()
	resourceID, err := l.filled(ctx, newSet(b.records, ascending).body(0))
	if err != nil {
		return err
	}
	lastPage, err := l.lastPage(ctx, resourceID)
	if err != nil {
		return err
	}
	urls := [][2]string{
		{fmt.Sprintf("%s/page/%s/0", l.floor.base, resourceID), pageURL(l.house.base, resourceID, "")},
		{fmt.Sprintf("%s/page/%s/%d", l.floor.base, resourceID, b.records-100), lastPage},
	}
	rates := [2][2][]float64{}
	for range b.rounds {
		for i, pair := range urls {
			for j, address := range pair {
				got, err := perSecond(ctx, b.during(), func(ctx context.Context, c *caller, _ int) error {
					_, err := c.get(ctx, address, l.build.token)
					return err
				})
				if err != nil {
					return err
				}
				rates[i][j] = append(rates[i][j], got)
			}
		}
	}
	first, last := median(rates[0][1]), median(rates[1][1])
	b.table.perSecond(l.title()+": first page of 100 records", median(rates[0][0]), first, 3000)
	b.table.perSecond(fmt.Sprintf("%s: last page of %s", l.title(), thousands(b.records)), median(rates[1][0]), last, 3000)
	b.table.add(row{
		path: l.title() + ": last page against first page", floor: rate(first), ours: rate(last),
		ratio: fmt.Sprintf("%.2f", last/first), goal: "≥ 0.9", met: verdictOf(last >= 0.9*first),
	})
	return nil
}

// filled makes a definition and pushes a set to both sides.
func (l *lab) filled(ctx context.Context, set *body) (resourceID string, err error) {
	if resourceID, err = l.define(ctx); err != nil {
		return "", err
	}
	c := newCaller()
	if _, _, err := c.put(ctx, l.floor.base, "", resourceID, set); err != nil {
		return "", err
	}
	_, _, err = c.put(ctx, l.house.base, l.build.token, resourceID, set)
	return resourceID, err
}

// lastPage turns pages until the last and answers its address.
func (l *lab) lastPage(ctx context.Context, resourceID string) (string, error) {
	c, address := newCaller(), pageURL(l.house.base, resourceID, "")
	for {
		text, err := c.get(ctx, address, l.build.token)
		if err != nil {
			return "", err
		}
		var page api.Page[json.Value]
		if err := json.Unmarshal(text, &page); err != nil {
			return "", err
		}
		info := page.Results.PageInfo
		if !info.HasNextPage || info.EndCursor == nil {
			return address, nil
		}
		address = pageURL(l.house.base, resourceID, *info.EndCursor)
	}
}

// start times starts on an empty folder and on one with records, and looks at
// idle memory and the size of the binary.
func (b *bench) start(ctx context.Context) error {
	var empty, full []time.Duration
	var idleEmpty, idleFull int64
	data, err := b.filledFolder(ctx)
	if err != nil {
		return err
	}
	for range b.rounds {
		took, idle, err := b.startOn(ctx, b.folder("data"))
		if err != nil {
			return err
		}
		empty, idleEmpty = append(empty, took), max(idleEmpty, idle)
		if took, idle, err = b.startOn(ctx, data); err != nil {
			return err
		}
		full, idleFull = append(full, took), max(idleFull, idle)
	}
	b.table.atMost("start to ready, empty folder", pair{ours: empty}, 300*time.Millisecond)
	b.table.atMost(fmt.Sprintf("start to ready, %s records there", thousands(b.records)), pair{ours: full}, 100*time.Millisecond)
	b.table.bytes("idle memory, empty folder", 0, idleEmpty, 60*megabyte)
	b.table.bytes(fmt.Sprintf("idle memory, %s records there", thousands(b.records)), 0, idleFull, 60*megabyte)
	info, err := os.Stat(b.binary)
	if err != nil {
		return err
	}
	b.table.bytes("binary", 0, info.Size(), 45*megabyte)
	return os.RemoveAll(data)
}

// filledFolder makes a data folder with a set in it.
func (b *bench) filledFolder(ctx context.Context) (data string, err error) {
	data = b.folder("filled")
	h, err := openHouse(ctx, b.binary, data, "")
	if err != nil {
		return "", err
	}
	defer func() { err = joined(err, h.stop()) }()
	a, err := h.application(ctx, "bench", "build")
	if err != nil {
		return "", err
	}
	resourceID, err := h.define(ctx, a, "servers", b.schemaFile())
	if err != nil {
		return "", err
	}
	_, _, err = newCaller().put(ctx, h.base, a.token, resourceID, newSet(b.records, ascending).body(0))
	return data, err
}

// startOn starts a server, lets it be for a moment and stops it.
func (b *bench) startOn(ctx context.Context, data string) (took time.Duration, idle int64, err error) {
	h, err := openHouse(ctx, b.binary, data, "")
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = joined(err, h.stop()) }()
	moment := time.NewTimer(time.Second)
	defer moment.Stop()
	select {
	case <-moment.C:
	case <-ctx.Done():
		return 0, 0, ctx.Err()
	}
	return h.started, h.memory("VmRSS"), nil
}
