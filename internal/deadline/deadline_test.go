// SPDX-License-Identifier: Apache-2.0

package deadline_test

import (
	"bufio"
	"os"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"github.com/passmuster/muster/internal/deadline"
	"github.com/passmuster/muster/internal/json"
)

func zone(t interface{ Fatalf(string, ...any) }, name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatalf("load %s: %v", name, err)
	}
	return z
}

// TestCases runs testdata/due.txt: a line "zone | detected | term | due", both
// times as the clocks of the zone show them, with their offset.
func TestCases(t *testing.T) {
	file, err := os.Open("testdata/due.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }() // it was only read
	ran := 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.Split(line, "|")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		z := zone(t, parts[0])
		at, err := time.Parse(time.RFC3339, parts[1])
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		var term deadline.Term
		if err := json.Unmarshal([]byte(parts[2]), &term); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		ran++
		if got := term.Due(at, z).In(z).Format(time.RFC3339); got != parts[3] {
			t.Errorf("%s: got %s", line, got)
		}
	}
	if ran < 20 {
		t.Errorf("only %d cases ran", ran)
	}
}

// slow counts business days one by one, and finds the due instant by looking at
// the clocks minute by minute. It shares nothing with the package.
func slow(at time.Time, n int, z *time.Location) time.Time {
	local := at.In(z)
	year, month, date := local.Date()
	clock := [4]int{local.Hour(), local.Minute(), local.Second(), local.Nanosecond()}
	weekend := func() bool {
		w := time.Date(year, month, date, 0, 0, 0, 0, time.UTC).Weekday()
		return w == time.Saturday || w == time.Sunday
	}
	next := func() {
		year, month, date = time.Date(year, month, date+1, 0, 0, 0, 0, time.UTC).Date()
	}
	for weekend() {
		next()
		clock = [4]int{}
	}
	for range n {
		for next(); weekend(); next() {
		}
	}
	want := []int{year, int(month), date, clock[0], clock[1], clock[2], clock[3]}
	shown := func(i time.Time) []int {
		i = i.In(z)
		y, m, d := i.Date()
		return []int{y, int(m), d, i.Hour(), i.Minute(), i.Second(), i.Nanosecond()}
	}
	reached := func(i time.Time) bool {
		for k, part := range shown(i) {
			if part != want[k] {
				return part > want[k]
			}
		}
		return true
	}
	i := time.Date(year, month, date, clock[0], clock[1], 0, 0, time.UTC).Add(-40 * time.Hour)
	for _, step := range []time.Duration{time.Minute, time.Second, time.Millisecond, time.Microsecond, time.Nanosecond} {
		for !reached(i.Add(step)) {
			i = i.Add(step)
		}
	}
	return i.Add(time.Nanosecond)
}

var zones = []string{
	"UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Asia/Kolkata", "Asia/Tehran", "Africa/Cairo", "Australia/Lord_Howe",
	"Pacific/Apia", "Pacific/Kiritimati", "Asia/Gaza", "America/St_Johns", "Antarctica/Troll", "Asia/Amman", "Africa/Casablanca",
}

// TestBusinessDays compares with the slow count across zones, weekends, leap
// days and changes of the clocks.
func TestBusinessDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z := zone(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		from, to := time.Date(2008, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli(), time.Date(2044, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
		at := time.UnixMilli(rapid.Int64Range(from, to).Draw(t, "at"))
		if rapid.Bool().Draw(t, "near a change of the clocks") {
			if _, end := at.In(z).ZoneBounds(); !end.IsZero() {
				at = end.Add(time.Duration(rapid.Int64Range(-12*86400, 2*86400).Draw(t, "seconds")) * time.Second)
			}
		}
		n := rapid.IntRange(1, 30).Draw(t, "n")
		got := deadline.Term{Amount: int64(n), Unit: deadline.BusinessDays}.Due(at, z)
		if want := slow(at, n, z); !got.Equal(want) {
			t.Fatalf("%s and %d business days: got %s, want %s", at.In(z), n, got.In(z), want.In(z))
		}
	})
}

// TestDays holds that hours and days are durations, and that nothing that was
// detected later is due earlier.
func TestDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z := zone(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		at := time.UnixMilli(rapid.Int64Range(1.2e12, 2.3e12).Draw(t, "at"))
		later := at.Add(time.Duration(rapid.Int64Range(0, 5*86_400_000).Draw(t, "later")) * time.Millisecond)
		n := rapid.Int64Range(1, 400).Draw(t, "n")
		for unit, length := range map[deadline.Unit]time.Duration{deadline.Days: 24 * time.Hour, deadline.Hours: time.Hour} {
			if got := (deadline.Term{Amount: n, Unit: unit}).Due(at, z); got.Sub(at) != time.Duration(n)*length {
				t.Fatalf("%d %s last %s", n, unit, got.Sub(at))
			}
		}
		// Clocks that are turned back show an hour twice: within it, later may be due earlier.
		business := deadline.Term{Amount: n, Unit: deadline.BusinessDays}
		if a, b := business.Due(at, z), business.Due(later, z); b.Before(a.Add(-25 * time.Hour)) {
			t.Fatalf("detected %s, due %s; detected %s, due %s", at.In(z), a.In(z), later.In(z), b.In(z))
		}
	})
}

func TestTermAsJSON(t *testing.T) {
	for _, text := range []string{`{"days":7}`, `{"hours":1}`, `{"businessDays":2600}`} {
		var term deadline.Term
		if err := json.Unmarshal([]byte(text), &term); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if back, err := json.Marshal(term); err != nil || string(back) != text {
			t.Errorf("%s came back as %s, %v", text, back, err)
		}
	}
	for text, want := range map[string]string{
		`{}`: "must be {hours: n}", `{"days":7,"hours":1}`: "must be {hours: n}", `"7 days"`: "must be {hours: n}", `{"weeks":1}`: "must be {hours: n}",
		`{"days":0}`: "days must be a whole number from 1 to 3650", `{"days":1.5}`: "days must be", `{"hours":"1"}`: "hours must be",
		`{"businessDays":-1}`: "businessDays must be", `{"days":null}`: "days must be", `{"days":9223372036854775808}`: "days must be",
	} {
		var term deadline.Term
		if err := json.Unmarshal([]byte(text), &term); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
	for term, want := range map[deadline.Term]string{
		{}: "", {Amount: 1, Unit: deadline.BusinessDays}: "1 business day", {Amount: 24, Unit: deadline.Hours}: "24 hours",
	} {
		if got := term.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if text, err := json.Marshal(deadline.Term{}); err != nil || string(text) != "null" {
		t.Errorf("no term is written as %s, %v", text, err)
	}
}
