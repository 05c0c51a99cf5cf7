// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/app"
	"github.com/passmuster/muster/internal/config"
	"github.com/passmuster/muster/internal/demo"
	"github.com/passmuster/muster/internal/json"
)

// A day in the life of a company: what its people look at, on everything that it has
// pushed in 90 days. Each list and counter has 50 ms, and each counter has to be what
// counting the list comes to.

const dayLimit = 50 * time.Millisecond

// estate fills a folder or database with 90 days of a company, once, and serves it.
func (b *bench) estate(ctx context.Context, e engine) (*house, error) {
	if storage, ok := b.estates[e]; ok {
		return openHouse(ctx, b.binary, storage.Data, storage.Database)
	}
	storage := config.Storage{Data: b.folder("day")}
	if e == postgresql {
		var err error
		if storage.Database, err = b.database(ctx, "day"); err != nil {
			return nil, err
		}
	}
	size := demo.Large
	if b.quick {
		size = demo.Small
	}
	begun := time.Now()
	if _, err := demo.Fill(ctx, demo.Options{
		Now:  begun,
		Size: size,
		Open: func(now func() time.Time) (*app.App, error) {
			return app.Open(ctx, app.Options{Logger: slog.New(slog.DiscardHandler), Now: now, Storage: storage, Version: "bench"})
		},
	}); err != nil {
		return nil, err
	}
	b.say("filled in %.0f s", time.Since(begun).Seconds())
	b.estates[e] = storage
	return openHouse(ctx, b.binary, storage.Data, storage.Database)
}

// day asks for every list and counter.
func (b *bench) day(ctx context.Context, e engine) (err error) {
	h, err := b.estate(ctx, e)
	if err != nil {
		return err
	}
	defer func() { err = joined(err, h.stop()) }()
	manage, err := h.application(ctx, "bench manage", "manage")
	if err != nil {
		return err
	}
	d := &dayWalk{app: manage, bench: b, caller: newCaller(), title: string(e)}
	if err := d.lists(ctx); err != nil {
		return err
	}
	return d.recount(ctx)
}

// dayWalk is one walk over what there is.
type dayWalk struct {
	app    *application
	bench  *bench
	caller *caller
	title  string
}

// dayPaths are the lists and counters that take no id of their own.
var dayPaths = []string{
	"tests?pageSize=100", "tests?pageSize=100&statusFilter=NEEDS_ATTENTION", "tests?pageSize=10&frameworkFilter=soc2", "tests?pageSize=100&categoryFilter=INFRASTRUCTURE",
	"controls?pageSize=100", "controls?pageSize=100&frameworkMatchesAny=soc2", "frameworks?pageSize=100", "frameworks/soc2", "frameworks/nist53", "frameworks/soc2/gaps",
	"frameworks/soc2/controls?pageSize=100", "frameworks/hipaa", "frameworks/hipaa/gaps", "scopes?pageSize=100", "weak-evidence?pageSize=100",
	"remediations?pageSize=100", "exceptions?pageSize=100", "slas?pageSize=100",
	"accounts?pageSize=100", "accounts?pageSize=100&q=ada", "accounts/summary", "people?pageSize=100", "people?pageSize=100&tasksSummaryStatusMatchesAny=OFFBOARDING_OVERDUE", "groups?pageSize=100",
	"monitored-computers?pageSize=100", "monitored-computers?pageSize=100&complianceStatusFilterMatchesAny=HD_NOT_ENCRYPTED", "monitored-computers/summary",
	"vulnerabilities?pageSize=100", "vulnerabilities?pageSize=100&severity=CRITICAL", "vulnerabilities?pageSize=100&isFixAvailable=false", "vulnerabilities?pageSize=100&q=openssl", "vulnerabilities/summary",
	"vulnerable-assets?pageSize=100", "vulnerability-remediations?pageSize=100", "access-reviews?pageSize=100", "event-logs?pageSize=100",
	"tests/history?days=30&pageSize=100", "definitions?pageSize=100", "applications?pageSize=100",
}

// lists measures each list and counter.
func (d *dayWalk) lists(ctx context.Context) error {
	paths := slices.Clone(dayPaths)
	worst, err := d.worst(ctx)
	if err != nil {
		return err
	}
	for _, part := range []string{"", "/entities?entityStatus=FAILING&pageSize=100", "/entities?entityStatus=PASSING&pageSize=100", "/versions", "/requirements"} {
		paths = append(paths, "tests/"+worst.Slug+part)
	}
	slow := 0
	for _, path := range paths {
		took, err := d.time(ctx, path)
		if err != nil {
			return err
		}
		if took > dayLimit {
			slow++
		}
		d.bench.table.add(row{
			path: fmt.Sprintf("%s, a day: `%s`", d.title, strings.ReplaceAll(path, worst.Slug, "{id}")), ours: fmt.Sprintf("%.1f ms", took.Seconds()*1000), goal: "≤ 50 ms", met: verdictOf(took <= dayLimit),
		})
	}
	d.bench.say("%d of %d lists and counters take longer than %s", slow, len(paths), dayLimit)
	return nil
}

// time answers the median of some calls, the first left out.
func (d *dayWalk) time(ctx context.Context, path string) (time.Duration, error) {
	var all []time.Duration
	for i := range 12 {
		begun := time.Now()
		if _, err := d.get(ctx, path); err != nil {
			return 0, err
		}
		if i > 0 {
			all = append(all, time.Since(begun))
		}
	}
	slices.Sort(all)
	return all[len(all)/2], nil
}

func (d *dayWalk) get(ctx context.Context, path string) ([]byte, error) {
	return d.caller.get(ctx, d.app.house.base+"/v1/"+path, d.app.token)
}

// dayTest is what the walk reads of a test.
type dayTest struct {
	Counts map[string]int64 `json:"counts"`
	ID     string           `json:"id"`
	Slug   string           `json:"slug"`
}

// eachPage reads a list to its end.
func eachPage[T any](ctx context.Context, d *dayWalk, path string, fn func(T)) error {
	for cursor := ""; ; {
		text, err := d.get(ctx, path+"&pageSize=100&pageCursor="+url.QueryEscape(cursor))
		if err != nil {
			return err
		}
		var page struct {
			Results struct {
				Data     []T `json:"data"`
				PageInfo struct {
					EndCursor   *string `json:"endCursor"`
					HasNextPage bool    `json:"hasNextPage"`
				} `json:"pageInfo"`
			} `json:"results"`
		}
		if err := json.Unmarshal(text, &page); err != nil {
			return err
		}
		for _, one := range page.Results.Data {
			fn(one)
		}
		if !page.Results.PageInfo.HasNextPage {
			return nil
		}
		cursor = *page.Results.PageInfo.EndCursor
	}
}

// worst answers the test with the most records that pass.
func (d *dayWalk) worst(ctx context.Context) (worst dayTest, err error) {
	err = eachPage(ctx, d, "tests?x=", func(t dayTest) {
		if worst.Counts == nil || t.Counts["passing"] > worst.Counts["passing"] {
			worst = t
		}
	})
	return worst, err
}

// recount compares counters with what counting the lists comes to.
func (d *dayWalk) recount(ctx context.Context) error {
	var tests []dayTest
	if err := eachPage(ctx, d, "tests?x=", func(t dayTest) { tests = append(tests, t) }); err != nil {
		return err
	}
	counted, wrong := 0, 0
	for _, t := range tests {
		for member, status := range map[string]string{"failing": "FAILING", "deactivated": "DEACTIVATED", "outOfScope": "OUT_OF_SCOPE", "inProgress": "IN_PROGRESS", "passing": "PASSING"} {
			n := int64(0)
			if err := eachPage(ctx, d, "tests/"+t.ID+"/entities?entityStatus="+status, func(json.Value) { n++ }); err != nil {
				return err
			}
			counted++
			if n != t.Counts[member] {
				wrong++
				d.bench.say("%s says %d %s, there are %d", t.Slug, t.Counts[member], member, n)
			}
		}
	}
	d.bench.table.add(row{
		path: fmt.Sprintf("%s, a day: counters of %d tests recounted", d.title, len(tests)), floor: thousands(counted), ours: fmt.Sprintf("%d differ", wrong), goal: "0", met: verdictOf(wrong == 0),
	})
	return nil
}
