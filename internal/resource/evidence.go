// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"bytes"
	"fmt"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/evidence"
)

// entry says what was done to a definition; before is how it was, zero when it
// was not there.
func (d Definition) entry(c caller.Caller, what string, before Definition) evidence.Entry {
	return evidence.Entry{
		Actor: c, Kind: "definition",
		Subject: evidence.Subject{Kind: "definition", ID: string(d.ID), Name: d.Name},
		Body: map[string]any{
			"what": what, "application": d.Application, "base": d.Base, "schema": d.Schema, "schemaVersion": d.SchemaVersion,
			"handling": d.Handling, "guard": d.Guard, "changes": d.changes(before),
		},
	}
}

// changes answers what distinguishes two states of a definition, for people.
func (d Definition) changes(before Definition) (list []evidence.Change) {
	add := func(field string, was, is any) {
		if was != is {
			list = append(list, evidence.Change{Field: field, Before: present(was), After: present(is)})
		}
	}
	add("name", before.Name, d.Name)
	add("base", string(before.Base), string(d.Base))
	add("handling", string(before.Handling), string(d.Handling))
	add("guard", before.Guard.sentence(), d.Guard.sentence())
	add("schemaVersion", before.SchemaVersion, d.SchemaVersion)
	if !bytes.Equal(before.Schema, d.Schema) {
		change := evidence.Change{Field: "schema"}
		if before.Schema != nil {
			change.Before = before.Schema
		}
		if d.Schema != nil {
			change.After = d.Schema
		}
		list = append(list, change)
	}
	return list
}

// present answers nil for what says that nothing is there.
func present(value any) any {
	if value == "" || value == int64(0) {
		return nil
	}
	return value
}

// sentence says when a guard holds removals back; "" without one.
func (g *Guard) sentence() string {
	if g == nil {
		return ""
	}
	text := fmt.Sprintf("more than %d records and %d%%", g.Count, g.Percent)
	if g.Repeats > 0 {
		text += fmt.Sprintf(", unless %d more pushes agree", g.Repeats)
	}
	return text
}
