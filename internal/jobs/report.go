// SPDX-License-Identifier: Apache-2.0

package jobs

import (
	"maps"
	"slices"
	"time"
)

// Report is what became of a pass in this process. Times are zero for never.
type Report struct {
	Every    time.Duration
	FailedAt time.Time // zero also once it went well again
	LookedAt time.Time // when it last asked whether there is something to do
	Name     string
	RanAt    time.Time // when there last was
	Took     time.Duration
}

// Reports answers what became of each pass, by name.
func (r *Runner) Reports() []Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]Report, 0, len(r.reports))
	for _, name := range slices.Sorted(maps.Keys(r.reports)) {
		all = append(all, r.reports[name])
	}
	return all
}

// report notes a pass that began at a time and has just ended.
func (r *Runner) report(name string, began time.Time, ran, failed bool) {
	now := r.leases.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	report := r.reports[name]
	report.LookedAt = began
	if ran {
		report.RanAt, report.Took = began, now.Sub(began)
	}
	report.FailedAt = time.Time{}
	if failed {
		report.FailedAt = now
	}
	r.reports[name] = report
}
