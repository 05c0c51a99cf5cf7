// SPDX-License-Identifier: Apache-2.0

package document

import (
	"strconv"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/db"
)

// What the trail says of a renewal.
const (
	toldSoon = "soon"
	toldDue  = "due"
)

// period is a number of days, and of months, of a word of RecurrenceDuration or
// ReminderWindow; none for P0D.
func period(word string) (days, months int) {
	const inWeek, inYear = 7, 12
	n, err := strconv.Atoi(strings.TrimLeft(word[:max(len(word)-1, 0)], "P"))
	if err != nil {
		return 0, 0
	}
	switch word[len(word)-1] {
	case 'D':
		return n, 0
	case 'W':
		return inWeek * n, 0
	case 'M':
		return 0, n
	case 'Y':
		return 0, inYear * n
	}
	return 0, 0
}

// shift moves a time by a period, forth or back. A day that the month does not
// have becomes its last.
func shift(ms int64, word string, sign int) int64 {
	days, months := period(word)
	t := db.Time(ms).UTC().AddDate(0, 0, sign*days)
	if months == 0 {
		return db.Millis(t)
	}
	moved := t.AddDate(0, sign*months, 0)
	if moved.Day() != t.Day() {
		moved = moved.AddDate(0, 0, -moved.Day())
	}
	return db.Millis(moved)
}

func none(word string) bool { return word == "" || word == "P0D" }

// schedule works out what follows from what a document has: when it has to be
// renewed, and what is to be told next. before is the document before the change.
func (d *Document) schedule(before *Document, now int64) {
	d.dueAt, d.soonAt = nil, nil
	if d.evidenceAt != nil && !none(d.Cadence) {
		due := shift(*d.evidenceAt, d.Cadence, 1)
		d.dueAt = &due
		if !none(d.Reminder) {
			soon := shift(due, d.Reminder, -1)
			d.soonAt = &soon
		}
	}
	if !same(d.evidenceAt, before.evidenceAt) {
		d.statusAt = now
	}
	if !same(d.dueAt, before.dueAt) || !same(d.soonAt, before.soonAt) {
		d.told = ""
	}
	d.nextAt = d.next()
}

// next answers when there is something to tell.
func (d *Document) next() *int64 {
	switch {
	case d.deactivatedAt != nil:
		return d.deactivatedUntil
	case d.told == "" && d.soonAt != nil:
		return d.soonAt
	case d.told != toldDue:
		return d.dueAt
	}
	return nil
}

// Due answers when what a document has is too old, in ms; nil: never, or there is nothing.
func (d *Document) Due() *int64 { return d.dueAt }

// Soon says whether its reminder's time has come at an instant in ms.
func (d *Document) Soon(now int64) bool { return d.soonAt != nil && *d.soonAt <= now }

func same(a, b *int64) bool { return a == b || a != nil && b != nil && *a == *b }

// since answers since when the status holds.
func (d *Document) since() int64 {
	if d.Status == NeedsUpdate && d.dueAt != nil {
		return max(*d.dueAt, d.statusAt)
	}
	if d.deactivatedAt != nil && d.Status != NotRelevant && d.deactivatedUntil != nil {
		return *d.deactivatedUntil
	}
	return d.statusAt
}

// deactivated says whether the document is not relevant at a time.
func (d *Document) deactivated(at time.Time) bool {
	return d.deactivatedAt != nil && (d.deactivatedUntil == nil || *d.deactivatedUntil > db.Millis(at))
}
