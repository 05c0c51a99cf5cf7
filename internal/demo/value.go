// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// set gives a field of a record the value that it has now.
func (w *world) set(r *record, f *field) {
	r.values[f.Name] = w.value(r, f)
}

func (w *world) value(r *record, f *field) any {
	bad := r.bad[f.Name] || f.With != "" && r.bad[f.With]
	switch {
	case bad && f.Bad != nil:
		return pick(w.random, f.Bad)
	case bad && f.Late != nil:
		return w.before(f.Late)
	case f.Days != nil:
		return w.before(f.Days)
	case f.Born != nil:
		return w.before(f.Born)
	case f.Good != nil:
		return pick(w.random, f.Good)
	case f.Of != nil:
		return pick(w.random, f.Of)
	case f.Ref != "":
		return w.other(f.Ref)
	}
	return w.taken(r, f)
}

// before answers a time some days ago; a negative number is ahead.
func (w *world) before(days []int) time.Time {
	at := w.at(w.ago + w.between(days))
	if days[0] >= 0 {
		at = at.Add(-time.Duration(w.random.IntN(20*60)) * time.Minute)
	}
	return at.UTC().Truncate(time.Second)
}

// other answers the uniqueId of a record of another source.
func (w *world) other(name string) string {
	for _, s := range w.stocks {
		if s.Name == name && len(s.records) > 0 {
			return pick(w.random, s.records).id
		}
	}
	return ""
}

// taken answers what is taken from the record, its person, or somebody.
func (w *world) taken(r *record, f *field) any {
	switch f.From {
	case "closed": // of a task
		if at, ok := r.values["createdTimestamp"].(time.Time); ok && r.values["taskState"] == "CLOSED" {
			return at.Add(time.Duration(1+w.random.IntN(9)) * time.Hour)
		}
		return nil
	case "email":
		return r.person.email
	case "id":
		return r.id
	case "login":
		return r.person.login()
	case "name":
		return r.person.name()
	case "serial":
		return strings.ToUpper(letters(w.random, 10))
	case "someone":
		return w.someone().email
	case "start":
		at := r.person.start.AddDate(0, 0, f.Plus)
		if present := w.at(w.ago); f.Name != "trainingDueTimestamp" && at.After(present) {
			at = present // nothing is complete in the future
		}
		return at.UTC()
	case "title":
		return r.title
	case "uuid":
		return fmt.Sprintf("%s-%s-%s-%s-%s", letters(w.random, 8), letters(w.random, 4), letters(w.random, 4), letters(w.random, 4), letters(w.random, 12))
	}
	panic(fmt.Sprintf("demo: field %s has no value", f.Name)) // the files are ours; a test reads them all
}

func letters(r *rand.Rand, n int) string {
	text := make([]byte, n)
	for i := range text {
		text[i] = "0123456789abcdef"[r.IntN(16)]
	}
	return string(text)
}
