// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/web"
)

// told is one change as an entry tells it.
type told = evidence.Change

// differences lists what is not the same in two states of a person, in words. A
// new person has no state that it was in before.
func differences(before, after Person, now time.Time) []told {
	var list []told
	known := before.Email != ""
	add := func(field string, was, is any) {
		switch {
		case was == is:
		case known:
			list = append(list, told{Field: field, Before: was, After: is})
		default:
			list = append(list, told{Field: field, After: is})
		}
	}
	add("email", text(before.Email), text(after.Email))
	add("name", text(before.Name.Display), text(after.Name.Display))
	add("firstName", text(before.Name.First), text(after.Name.First))
	add("lastName", text(before.Name.Last), text(after.Name.Last))
	add("jobTitle", text(before.JobTitle), text(after.JobTitle))
	add("startDate", date(before.StartDate), date(after.StartDate))
	add("endDate", date(before.EndDate), date(after.EndDate))
	add("inactiveSince", date(before.InactiveSince), date(after.InactiveSince))
	add("notPerson", before.NotPerson, after.NotPerson)
	add("notPersonReason", text(before.NotPersonReason), text(after.NotPersonReason))
	for was, is := range pairs(missing(before.Leaves, after.Leaves), missing(after.Leaves, before.Leaves)) {
		add("leave", was, is)
	}
	if known {
		add("employment", string(before.Employment(now)), string(after.Employment(now)))
	}
	for _, f := range sourced(before, after) {
		add("source of "+f.label(), before.Source(f).label(), after.Source(f).label())
	}
	return list
}

// missing answers the leaves of one list that another does not have, in words.
func missing(list, other []Leave) (words []any) {
	for _, l := range list {
		if !slices.ContainsFunc(other, l.equal) {
			words = append(words, l.words())
		}
	}
	return words
}

// pairs goes through two lists side by side: a leave that takes the place of
// another is one change. Nil stands where one is longer.
func pairs(before, after []any) iter.Seq2[any, any] {
	at := func(list []any, i int) any {
		if i < len(list) {
			return list[i]
		}
		return nil
	}
	return func(yield func(any, any) bool) {
		for i := range max(len(before), len(after)) {
			if !yield(at(before, i), at(after, i)) {
				return
			}
		}
	}
}

// gone lists all that there was to know of a person who is taken away.
func gone(p Person, groups []string, now time.Time) []told {
	list := differences(Person{}, p, now)
	list = append(list, told{Field: "employment", After: string(p.Employment(now))})
	if len(groups) > 0 {
		list = append(list, told{Field: "groups", After: strings.Join(groups, ", ")})
	}
	for i, t := range list {
		list[i] = told{Field: t.Field, Before: t.After}
	}
	return list
}

// sourced answers the fields that come from elsewhere in one state or another.
func sourced(before, after Person) []Field {
	fields := maps.Clone(before.Sources)
	if fields == nil {
		fields = map[Field]Source{}
	}
	maps.Copy(fields, after.Sources)
	return slices.Sorted(maps.Keys(fields))
}

// sourceList answers the sources in a form to compare.
func sourceList(p Person) []Source {
	var list []Source
	for _, f := range []Field{FieldActive, FieldEmail, FieldEndDate, FieldJobTitle, FieldName, FieldStartDate} {
		list = append(list, p.Source(f))
	}
	return list
}

func (l Leave) equal(other Leave) bool {
	return l.Start.Equal(other.Start) && sameTime(l.End, other.End)
}

func (l Leave) words() string {
	if l.End == nil {
		return "from " + wireTime(l.Start)
	}
	return "from " + wireTime(l.Start) + " to " + wireTime(*l.End)
}

// text is nil for nothing, which entries leave out.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func date(at *time.Time) any {
	if at == nil {
		return nil
	}
	return wireTime(*at)
}

func wireTime(at time.Time) string { return web.TimeOf(db.Millis(at)).String() }

// appendPerson leaves the entry of a deed.
func appendPerson(ctx context.Context, tx *db.Tx, d deed, p Person, changes []told) error {
	subject := evidence.Subject{Kind: "person", ID: string(p.ID), Name: p.Name.Display}
	return appendEntry(ctx, tx, d, subject, changes)
}

func appendGroup(ctx context.Context, tx *db.Tx, d deed, g Group, changes []told) error {
	return appendEntry(ctx, tx, d, evidence.Subject{Kind: "group", ID: string(g.ID), Name: g.Name}, changes)
}

// appendMoved leaves the entry of what became of some members of a group, each of
// whom is a target of it.
func appendMoved(ctx context.Context, tx *db.Tx, d deed, g Group, people []member, tell func(name string) told) error {
	changes, targets := make([]told, len(people)), make([]map[string]string, len(people))
	for i, p := range people {
		changes[i] = tell(p.name)
		targets[i] = map[string]string{"kind": "person", "id": string(p.id), "name": p.name}
	}
	d.more = map[string]any{"members": targets}
	return appendGroup(ctx, tx, d, g, changes)
}

func appendEntry(ctx context.Context, tx *db.Tx, d deed, subject evidence.Subject, changes []told) error {
	body := map[string]any{"what": d.what}
	if len(changes) > 0 {
		body["changes"] = changes
	}
	maps.Copy(body, d.more)
	return evidence.Append(ctx, tx, d.now, evidence.Entry{Actor: d.Caller, Kind: subject.Kind, Subject: subject, Body: body})
}
