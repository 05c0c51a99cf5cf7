// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/json"
)

// world is the company on one day of the simulation.
type world struct {
	ago       int // days before the present
	everybody []*person
	now       time.Time // the present
	random    *rand.Rand
	size      Size
	stocks    []*stock
}

// stock is the records of one source.
type stock struct {
	*source
	heals   map[int][]heal // by day
	made    int
	records []*record
	news    bool // an incident began or ended today
}

// heal is the end of something bad.
type heal struct {
	field  string
	record *record
}

// record is one of a source.
type record struct {
	bad    map[string]bool
	came   int // days ago
	goes   int // days ago, -1: not known yet
	id     string
	leaves int // days after its person left
	person *person
	text   []byte // what is pushed, nil when it has to be written anew
	title  string
	values map[string]any
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// at answers the time of the day's work some days ago.
func (w *world) at(ago int) time.Time {
	return w.now.Add(-time.Duration(ago)*24*time.Hour - 25*time.Minute)
}

// between answers a whole number of a range, both ends included.
func (w *world) between(span []int) int { return span[0] + w.random.IntN(span[1]-span[0]+1) }

// some rounds a share of n by chance, so that small shares happen now and then.
func (w *world) some(share float64, n int) int {
	whole, part := math.Modf(share * float64(n))
	if w.random.Float64() < part {
		whole++
	}
	return int(whole)
}

// someone answers a person who is there.
func (w *world) someone() *person {
	for {
		if p := pick(w.random, w.everybody); p.there(w.ago) {
			return p
		}
	}
}

// day lets a day pass for one source.
func (w *world) day(s *stock) {
	if s.Per == "person" {
		w.staff(s)
	} else {
		w.replace(s)
	}
	for _, h := range s.heals[w.ago] {
		w.turn(s, h.record, h.field, false)
	}
	s.news = false
	for _, i := range s.Incidents {
		s.news = s.news || i.Ago == w.ago || i.Ago-i.Days == w.ago
		if i.Ago == w.ago {
			w.spoil(s, i.Field, max(1, w.some(i.Share, len(s.records))), i.Days)
		}
	}
	for _, f := range s.Fields {
		if f.Rate > 0 {
			w.spoil(s, f.Name, w.some(f.Rate/20, len(s.records)), 5+w.random.IntN(30))
		}
	}
}

// staff keeps a record for each person who has one.
func (w *world) staff(s *stock) {
	if s.made == 0 {
		s.made = len(w.everybody)
		for i, p := range w.everybody {
			if s.has(w, p) {
				s.records = append(s.records, &record{came: -1, goes: -1, id: fmt.Sprintf("%s_%04d", s.Noun, i+1), person: p})
			}
		}
	}
	for _, r := range s.records {
		switch {
		case r.came < 0 && r.person.there(w.ago):
			w.bear(s, r)
		case r.came >= 0 && r.goes < 0 && r.person.left >= 0 && w.ago <= r.person.left-r.leaves:
			w.leave(s, r)
		}
	}
}

// has says whether a person has a record in the source.
func (s *stock) has(w *world, p *person) bool {
	for _, other := range w.stocks {
		if other.Name == s.Other && slices.ContainsFunc(other.records, func(r *record) bool { return r.person == p }) {
			return false
		}
	}
	return s.Share == 0 || w.random.Float64() < s.Share
}

func (w *world) leave(s *stock, r *record) {
	r.goes = w.ago
	if s.Leave != nil && s.Leave.Field != "" {
		r.values[s.Leave.Field] = s.Leave.To
		r.text = nil
	}
}

// replace lets records go, and others come.
func (w *world) replace(s *stock) {
	target := max(3, int(math.Round(float64(s.Records)*w.size.Scale)))
	for range w.some(s.Churn, len(s.records)) {
		i := w.random.IntN(len(s.records))
		s.records = slices.Delete(s.records, i, i+1)
	}
	for len(s.records) < target {
		s.made++
		r := &record{goes: -1, id: fmt.Sprintf("%s_%06d", s.Noun, s.made)}
		w.bear(s, r)
		s.records = append(s.records, r)
	}
}

// bear fills a record that comes.
func (w *world) bear(s *stock, r *record) {
	r.came, r.bad, r.values = w.ago, map[string]bool{}, map[string]any{}
	switch {
	case r.person != nil && s.Title != "":
		r.title = fmt.Sprintf(s.Title, r.person.first)
	case r.person != nil:
		r.title = r.person.name()
	default:
		word, number := pick(w.random, s.Words), r.id[len(s.Noun)+1:]
		if r.title = strings.ReplaceAll(word, "#", number[1:]); r.title == word {
			r.title = word + "-" + strings.TrimLeft(number, "0")
		}
	}
	if s.Leave != nil {
		r.leaves = w.between(s.Leave.Days)
	}
	for _, f := range s.Fields {
		w.set(r, f)
	}
}

// spoil turns some records bad in a field for some days.
func (w *world) spoil(s *stock, name string, count, days int) {
	for range count {
		r := pick(w.random, s.records)
		if r.came < 0 || r.goes >= 0 {
			continue
		}
		w.turn(s, r, name, true)
		if end := w.ago - days; end >= 0 {
			s.heals[end] = append(s.heals[end], heal{name, r})
		}
	}
}

func (w *world) turn(s *stock, r *record, name string, bad bool) {
	r.bad[name] = bad
	for _, f := range s.Fields {
		if f.Name == name || f.With == name {
			w.set(r, f)
		}
	}
	r.text = nil
}

// refresh moves the times on that are too old to be good.
func (w *world) refresh(s *stock) {
	for _, f := range s.Fields {
		if f.Days == nil {
			continue
		}
		for _, r := range s.records {
			if r.came < 0 || r.goes >= 0 || r.bad[f.Name] {
				continue
			}
			at, ok := r.values[f.Name].(time.Time)
			if !ok || w.at(w.ago).Sub(at) > time.Duration(f.Days[1])*24*time.Hour {
				w.set(r, f)
				r.text = nil
			}
		}
	}
}

// body answers what the source pushes.
func (w *world) body(s *stock, resource string) ([]byte, error) {
	text := []byte(fmt.Sprintf(`{"resourceId":%q,"resources":[`, resource))
	first := true
	for _, r := range s.records {
		if r.came < 0 || r.goes >= 0 && s.Leave.Field == "" {
			continue
		}
		if err := w.write(s, r); err != nil {
			return nil, err
		}
		if !first {
			text = append(text, ',')
		}
		first = false
		text = append(text, r.text...)
	}
	return append(text, "]}"...), nil
}

func (w *world) write(s *stock, r *record) (err error) {
	if r.text != nil {
		return nil
	}
	members := map[string]any{"displayName": r.title, "externalUrl": s.URL + r.id, "uniqueId": r.id}
	if s.custom() {
		members["customProperties"] = r.values
	} else {
		for name, value := range r.values {
			members[name] = value
		}
	}
	r.text, err = json.Marshal(members)
	return err
}
