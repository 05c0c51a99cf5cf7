// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"slices"
	"strings"
)

// event is what of an event of the feed counts here.
type event struct {
	actor   string // id
	at      int64  // ms
	facts   facts
	kind    string // the type
	subject thing
	summary string
}

// facts are the members of an event's data that are read. Those that an event has not
// are zero.
type facts struct {
	AsksForAcceptance bool    `json:"asksForAcceptance"`
	Count             int64   `json:"count"`
	Definition        thing   `json:"definition"`
	Failing           *int64  `json:"failing"`
	From              string  `json:"from"`
	Held              int64   `json:"held"`
	OwnerID           string  `json:"ownerId"`
	Rejected          int64   `json:"rejected"`
	Sample            []thing `json:"sample"`
	Test              thing   `json:"test"`
	To                string  `json:"to"`
	Total             *int64  `json:"total"`
}

// thing is what something is about, as it was called then.
type thing struct {
	ID   string `json:"id"`
	Kind string `json:"kind,omitzero"`
	Name string `json:"name"`
}

func (t thing) label() string {
	if name := plain(t.Name); name != "" {
		return name
	}
	return plain(t.ID)
}

// Limits of a line.
const (
	fewNames = 5 // records that are named
	fewSaid  = 3 // sentences that are kept, where each says something else
)

// line is what one address is told of one thing. Rows hold it as JSON: members may be
// added, and are never given another meaning.
type line struct {
	Category Category `json:"category"`
	Count    int64    `json:"count"` // events
	Ended    int64    `json:"ended,omitzero"`
	Failing  *int64   `json:"failing,omitzero"` // as last heard
	Flips    int64    `json:"flips,omitzero"`
	From     string   `json:"from,omitzero"` // status before the first flip
	Late     names    `json:"late,omitzero"` // past their deadline
	New      names    `json:"new,omitzero"`
	Said     []string `json:"said,omitzero"`
	Soon     names    `json:"soon,omitzero"`
	Thing    thing    `json:"thing"`
	To       string   `json:"to,omitzero"` // status after the last flip
	Total    *int64   `json:"total,omitzero"`
}

// names are a number of records, of which a few are named.
type names struct {
	Few   []string `json:"few,omitzero"`
	Total int64    `json:"total,omitzero"`
}

// IsZero keeps what is nothing out of rows.
func (n names) IsZero() bool { return n.Total == 0 }

func (n names) plus(total int64, sample []thing) names {
	n.Total, n.Few = n.Total+total, slices.Clone(n.Few)
	for _, one := range sample {
		if label := one.label(); len(n.Few) < fewNames && label != "" && !slices.Contains(n.Few, label) {
			n.Few = append(n.Few, label)
		}
	}
	return n
}

// keyOf answers what an event's line is found by within a batch: all that happens to a
// test is one, whatever its category.
func keyOf(r rule, e event) string {
	if r.to == testers {
		return "test:" + e.about(r).ID
	}
	return string(r.category) + ":" + e.about(r).ID
}

// about answers the thing that an event is told under.
func (e event) about(r rule) thing {
	switch {
	case r.to == testers && e.facts.Test.ID != "":
		return thing{ID: e.facts.Test.ID, Kind: "test", Name: e.facts.Test.Name}
	case r.to == testers:
		return thing{ID: e.subject.ID, Kind: "test", Name: e.subject.Name}
	case e.facts.Definition.ID != "":
		return thing{ID: e.facts.Definition.ID, Kind: "definition", Name: e.facts.Definition.Name}
	}
	return e.subject
}

// with answers the line after an event joined it. The zero line is before the first.
func (l line) with(r rule, e event) line {
	if l.Count == 0 {
		l.Category = r.category
	}
	l.Count++
	l.Thing = e.about(r)
	if e.facts.Failing != nil {
		l.Failing, l.Total = e.facts.Failing, e.facts.Total
	}
	switch e.kind {
	case "test.status_changed":
		if l.Flips == 0 {
			l.From = e.facts.From
		}
		l.Flips, l.To = l.Flips+1, e.facts.To
	case "test.new_failures":
		l.New = l.New.plus(e.facts.Count, e.facts.Sample)
	case "test.failures_ended":
		l.Ended += e.facts.Count
	case "remediation.overdue":
		l.Late = l.Late.plus(e.facts.Count, e.facts.Sample)
	case "remediation.due_soon":
		l.Soon = l.Soon.plus(e.facts.Count, e.facts.Sample)
	default:
		l.Said = l.say(r, plain(e.summary))
	}
	return l
}

// say adds a sentence where each says something else; elsewhere the last one says how
// things stand.
func (l line) say(r rule, sentence string) []string {
	switch r.category {
	case CategoryAccess, CategoryDirectory, CategoryException, CategoryIntegration:
		said := slices.DeleteFunc(slices.Clone(l.Said), func(s string) bool { return s == sentence })
		said = append(said, sentence)
		return said[max(0, len(said)-fewSaid):]
	}
	return []string{sentence}
}

// standing is how a test stands when its line is written.
type standing struct {
	failing, total int64
	name           string
	status         string // as the feed says it
}

// sentences answers what a line says. now is how the test stands at present, nil for
// what is no test, or none any more.
func (l line) sentences(now *standing) []string {
	if l.Thing.Kind != "test" || l.Category == CategoryException {
		return l.saidSentences()
	}
	if now != nil {
		l.Failing, l.Total = &now.failing, &now.total
		if l.Flips > 0 {
			l.To = now.status
		}
	}
	var all []string
	add := func(sentence string) {
		if sentence != "" {
			all = append(all, sentence)
		}
	}
	add(l.flip())
	add(l.failures())
	if l.Flips > 0 || l.New.Total > 0 {
		add(l.stands())
	}
	if l.Late.Total > 0 {
		add(isAre(l.Late.Total, "failure") + " past the deadline" + l.Late.named(l.Late.Total) + ".")
	}
	if l.Soon.Total > 0 {
		add(isAre(l.Soon.Total, "failure") + " due soon" + l.Soon.named(l.Soon.Total) + ".")
	}
	return all
}

// named answers the names of a number of records behind a colon; "" where none are known.
func (n names) named(total int64) string {
	few := n.Few[:min(int64(len(n.Few)), total)]
	if len(few) == 0 {
		return ""
	}
	return ": " + enumerate(few, total)
}

func isAre(n int64, noun string) string {
	if n == 1 {
		return count(n, noun) + " is"
	}
	return count(n, noun) + " are"
}

func (l line) saidSentences() []string {
	said := slices.Clone(l.Said)
	if more := l.Count - int64(len(said)); more > 0 && len(said) > 1 {
		said = append(said, count(more, "earlier one")+".")
	}
	for i := range said {
		said[i] = capital(strings.TrimRight(said[i], ".")) + "."
	}
	return said
}

// flip says what became of the status: as it stands, not each turn on the way.
func (l line) flip() string {
	switch {
	case l.Flips == 0:
		return ""
	case l.From == l.To:
		return capital(statusWords(l.To)) + " again, after it was otherwise for a while."
	case l.From == "":
		return capital(statusWords(l.To)) + " now."
	}
	return capital(statusWords(l.To)) + " now (was: " + statusWords(l.From) + ")."
}

// failures says how many records began to fail. There cannot be more than fail now: who
// failed twice is one.
func (l line) failures() string {
	n := l.New.Total
	if n == 0 {
		return ""
	}
	if l.Failing != nil && *l.Failing < n {
		n = *l.Failing
	}
	if n == 0 {
		return count(l.New.Total, "record") + " failed and ceased to" + l.New.named(l.New.Total) + "."
	}
	text := count(n, "new failure") + l.New.named(n)
	if l.Ended > 0 {
		text += "; " + grouped(l.Ended) + " ended"
	}
	return text + "."
}

func (l line) stands() string {
	if l.Failing == nil || l.Total == nil {
		return ""
	}
	of := " of " + count(*l.Total, "record")
	switch *l.Failing {
	case 0:
		return "None" + of + " fails now."
	case 1:
		return "1" + of + " fails now."
	}
	return grouped(*l.Failing) + of + " fail now."
}

// statusWords answers a status as people say it.
func statusWords(status string) string {
	switch status {
	case "OK":
		return "OK"
	case "NEEDS_ATTENTION":
		return "needs attention"
	}
	return strings.ReplaceAll(strings.ToLower(plain(status)), "_", " ")
}
