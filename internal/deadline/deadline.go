// SPDX-License-Identifier: Apache-2.0

package deadline

import (
	"fmt"
	"strconv"
	"time"

	"github.com/passmuster/muster/internal/json"
)

// Unit is what a term counts.
type Unit string

// The units, as they stand in files and rows.
const (
	BusinessDays Unit = "businessDays"
	Days         Unit = "days"
	Hours        Unit = "hours"
)

// Term is how long an item may stay open. The zero Term is none: nothing is
// ever due by it.
type Term struct {
	Amount int64 // from 1
	Unit   Unit
}

// longest is the largest amount of a unit: ten years.
func (u Unit) longest() int64 {
	switch u {
	case BusinessDays:
		return 2600
	case Days:
		return 3650
	case Hours:
		return 87_600
	}
	return 0
}

// Check says what is wrong with a term.
func (t Term) Check() error {
	longest := t.Unit.longest()
	switch {
	case longest == 0:
		return fmt.Errorf("must be {hours: n}, {days: n} or {businessDays: n}")
	case t.Amount < 1 || t.Amount > longest:
		return fmt.Errorf("%s must be a whole number from 1 to %d", t.Unit, longest)
	}
	return nil
}

const day = 24 * time.Hour

// Due answers when an item that was detected at an instant is due. The answer
// is in UTC. Only business days look at the zone.
func (t Term) Due(at time.Time, zone *time.Location) time.Time {
	switch t.Unit {
	case BusinessDays:
		return first(addBusinessDays(wall(at, zone), t.Amount), zone)
	case Days:
		return at.Add(time.Duration(t.Amount) * day).UTC()
	case Hours:
		return at.Add(time.Duration(t.Amount) * time.Hour).UTC()
	}
	return time.Time{}
}

// wall answers what the clocks of a zone show at an instant, written as if it
// were UTC, where every day has 24 hours.
func wall(at time.Time, zone *time.Location) time.Time {
	at = at.In(zone)
	year, month, date := at.Date()
	return time.Date(year, month, date, at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), time.UTC)
}

// addBusinessDays counts on from a wall time, from Monday 00:00 where it lies on
// a weekend.
func addBusinessDays(at time.Time, n int64) time.Time {
	switch at.Weekday() {
	case time.Saturday:
		at = at.Truncate(day).Add(2 * day)
	case time.Sunday:
		at = at.Truncate(day).Add(day)
	}
	weeks, rest := n/5, n%5
	if int64(at.Weekday())+rest > int64(time.Friday) {
		rest += 2
	}
	return at.AddDate(0, 0, int(7*weeks+rest))
}

// first answers the first instant at which the clocks of a zone show a wall time
// or a later one.
func first(want time.Time, zone *time.Location) time.Time {
	// Two days to either side are clear of the change of the clocks that want may
	// lie at: a zone that changes its date skips one day.
	before, after := offsetAt(want.Add(-2*day), zone), offsetAt(want.Add(2*day), zone)
	early := want.Add(-before)
	if wall(early, zone).Equal(want) {
		return early
	}
	if late := want.Add(-after); wall(late, zone).Equal(want) {
		return late
	}
	// The clocks skip it: early lies after the skip, by how far want lies in it.
	start, _ := early.In(zone).ZoneBounds()
	return start.UTC()
}

func offsetAt(at time.Time, zone *time.Location) time.Duration {
	_, seconds := at.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

// String says a term in words: "7 days", "1 business day"; "" for none.
func (t Term) String() string {
	word, ok := map[Unit]string{BusinessDays: "business day", Days: "day", Hours: "hour"}[t.Unit]
	if !ok {
		return ""
	}
	if t.Amount != 1 {
		word += "s"
	}
	return strconv.FormatInt(t.Amount, 10) + " " + word
}

// MarshalJSON writes a term as files have it: {"days": 7}; null for none.
func (t Term) MarshalJSON() ([]byte, error) {
	if t.Unit == "" {
		return []byte("null"), nil
	}
	return json.Marshal(map[string]int64{string(t.Unit): t.Amount})
}

// UnmarshalJSON reads an object of one member. The term is checked.
func (t *Term) UnmarshalJSON(text []byte) error {
	var members map[string]json.Value
	if err := json.Unmarshal(text, &members); err != nil || len(members) != 1 {
		return Term{}.Check()
	}
	for unit, amount := range members {
		read := Term{Unit: Unit(unit)}
		if read.Unit.longest() > 0 && json.Unmarshal(amount, &read.Amount) != nil {
			read.Amount = 0
		}
		if err := read.Check(); err != nil {
			return err
		}
		*t = read
	}
	return nil
}
