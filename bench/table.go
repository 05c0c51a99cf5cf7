// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// row is one line of the table, ready to print.
type row struct {
	path  string
	floor string
	ours  string
	ratio string
	cpu   string // ratio of processor time, which other programs disturb less
	goal  string
	met   verdict
}

// verdict says whether a goal is met.
type verdict string

const (
	met    verdict = "ok"
	missed verdict = "**no**"
	noGoal verdict = ""
)

func verdictOf(ok bool) verdict {
	if ok {
		return met
	}
	return missed
}

type table struct{ rows []row }

func (t *table) add(r row) { t.rows = append(t.rows, r) }

// String prints the table in Markdown, its columns in line.
func (t *table) String() string {
	lines := [][]string{{"path", "floor", "ours", "ratio", "CPU", "goal", ""}, {"---", "---", "---", "---", "---", "---", "---"}}
	for _, r := range t.rows {
		lines = append(lines, []string{r.path, r.floor, r.ours, r.ratio, r.cpu, r.goal, string(r.met)})
	}
	widths := make([]int, 7)
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	var out strings.Builder
	for _, line := range lines {
		for i, cell := range line {
			fill := " "
			if cell == "---" {
				fill = "-"
			}
			out.WriteString("| " + cell + strings.Repeat(fill, widths[i]-len([]rune(cell))) + " ")
		}
		out.WriteString("|\n")
	}
	return out.String()
}

// pair holds what both sides took, round by round.
type pair struct {
	floor, ours       []time.Duration
	floorCPU, oursCPU []time.Duration // empty where it was not looked at
}

// ratio answers the median over the rounds of ours by the floor's: both of a
// round saw the same machine.
func (p pair) ratio() float64 {
	var list []float64
	for i := range min(len(p.floor), len(p.ours)) {
		list = append(list, p.ours[i].Seconds()/p.floor[i].Seconds())
	}
	return median(list)
}

// ratio adds a row whose goal is a multiple of the floor; 0 is none.
func (t *table) ratio(path string, p pair, goal float64) {
	ratio := p.ratio()
	r := row{path: path, floor: seconds(median(p.floor)), ours: seconds(median(p.ours)), ratio: fmt.Sprintf("%.2f", ratio)}
	if cpu := (pair{floor: p.floorCPU, ours: p.oursCPU}); len(cpu.floor) > 0 {
		r.cpu = fmt.Sprintf("%.2f", cpu.ratio())
	}
	if goal > 0 {
		r.goal, r.met = fmt.Sprintf("≤ %.1f ×", goal), verdictOf(ratio <= goal)
	}
	t.add(r)
}

// atMost adds a row whose goal is a time.
func (t *table) atMost(path string, p pair, goal time.Duration) {
	r := row{path: path, ours: seconds(median(p.ours)), goal: "≤ " + seconds(goal), met: verdictOf(median(p.ours) <= goal)}
	if len(p.floor) > 0 {
		r.floor, r.ratio = seconds(median(p.floor)), fmt.Sprintf("%.2f", p.ratio())
	}
	t.add(r)
}

// bytes adds a row of memory or size; goal 0 is none.
func (t *table) bytes(path string, floor, ours, goal int64) {
	r := row{path: path, ours: megabytes(ours)}
	if floor > 0 {
		r.floor, r.ratio = megabytes(floor), fmt.Sprintf("%.2f", float64(ours)/float64(floor))
	}
	if goal > 0 {
		r.goal, r.met = "< "+megabytes(goal), verdictOf(ours < goal)
	}
	t.add(r)
}

// perSecond adds a row of a throughput.
func (t *table) perSecond(path string, floor, ours, goal float64) {
	r := row{path: path, ours: rate(ours), goal: "≥ " + rate(goal), met: verdictOf(ours >= goal)}
	if floor > 0 {
		r.floor, r.ratio = rate(floor), fmt.Sprintf("%.2f", ours/floor)
	}
	t.add(r)
}

const megabyte = 1_000_000

func megabytes(n int64) string { return fmt.Sprintf("%d MB", n/megabyte) }

func rate(perSecond float64) string { return thousands(int(perSecond)) + "/s" }

// seconds writes a duration with three digits.
func seconds(d time.Duration) string {
	switch {
	case d >= 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d >= 10*time.Millisecond:
		return fmt.Sprintf("%.0f ms", d.Seconds()*1e3)
	case d >= time.Millisecond:
		return fmt.Sprintf("%.1f ms", d.Seconds()*1e3)
	case d >= time.Microsecond:
		return fmt.Sprintf("%.2f µs", d.Seconds()*1e6)
	}
	return fmt.Sprintf("%d ns", d.Nanoseconds())
}

// median answers the middle one, the lower of two.
func median[T int64 | float64 | time.Duration](list []T) T {
	return quantile(list, 0.5)
}

// quantile answers the element below which a share of the list lies.
func quantile[T int64 | float64 | time.Duration](list []T, share float64) T {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(list))
	return sorted[min(int(share*float64(len(sorted)-1)), len(sorted)-1)]
}
