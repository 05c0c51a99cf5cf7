// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/web"
)

// told is one change as an entry tells it.
type told = evidence.Change

// differences lists what is not the same in two states of a person, in words.
func differences(before, after Person, now time.Time) []told {
	var list []told
	add := func(field string, was, is any) {
		if was != is {
			list = append(list, told{Field: field, Before: was, After: is})
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
	for _, l := range before.Leaves {
		if !slices.ContainsFunc(after.Leaves, l.equal) {
			add("leave", l.words(), nil)
		}
	}
	for _, l := range after.Leaves {
		if !slices.ContainsFunc(before.Leaves, l.equal) {
			add("leave", nil, l.words())
		}
	}
	if before.Email != "" { // a new person has no state that it was in before
		add("employment", string(before.Employment(now)), string(after.Employment(now)))
	}
	return append(list, sourceDifferences(before, after)...)
}

// sourceDifferences tells of fields that have been taken over.
func sourceDifferences(before, after Person) (list []told) {
	fields := maps.Clone(before.Sources)
	if fields == nil {
		fields = map[Field]Source{}
	}
	maps.Copy(fields, after.Sources)
	for _, f := range slices.Sorted(maps.Keys(fields)) {
		if was, is := before.Source(f).label(), after.Source(f).label(); was != is {
			list = append(list, told{Field: "source of " + f.label(), Before: was, After: is})
		}
	}
	return list
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

func appendEntry(ctx context.Context, tx *db.Tx, d deed, subject evidence.Subject, changes []told) error {
	body := map[string]any{"what": d.what}
	if len(changes) > 0 {
		body["changes"] = changes
	}
	maps.Copy(body, d.more)
	return evidence.Append(ctx, tx, d.now, evidence.Entry{Actor: d.Caller, Kind: subject.Kind, Subject: subject, Body: body})
}
