// SPDX-License-Identifier: Apache-2.0

package program

import (
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/web"
)

// differences collects fields that differ, for people who read evidence; ""
// counts as nothing there.
type differences []evidence.Change

func (d *differences) add(field, before, after string) {
	if before == after {
		return
	}
	c := evidence.Change{Field: field}
	if before != "" {
		c.Before = before
	}
	if after != "" {
		c.After = after
	}
	*d = append(*d, c)
}

func (c *Control) subject() evidence.Subject {
	return evidence.Subject{Kind: "control", ID: c.ID, Name: c.Name}
}

// entry says what was done to a control.
func (c *Control) entry(actor caller.Caller, what string, changes []evidence.Change) evidence.Entry {
	return c.entryWith(actor, what, changes, map[string]any{})
}

// entryWith is entry with more members of the body.
func (c *Control) entryWith(actor caller.Caller, what string, changes []evidence.Change, body map[string]any) evidence.Entry {
	if changes == nil {
		changes = []evidence.Change{}
	}
	body["what"], body["externalId"], body["changes"] = what, c.ExternalID, changes
	return evidence.Entry{Actor: actor, Kind: "control", Subject: c.subject(), Body: body}
}

// created says that a control came into use, with all that it began with.
func (d *controlDraft) created(actor caller.Caller, what string) evidence.Entry {
	body := map[string]any{}
	if len(d.places) > 0 {
		body["requirements"] = placeTexts(d.places)
	}
	if len(d.tests) > 0 {
		body["test"] = testTargets(d.tests)
	}
	return d.entryWith(actor, what, controlChanges(Control{}, d.Control), body)
}

func testTargets(tests []assessment.TestRef) []map[string]any {
	list := make([]map[string]any, len(tests))
	for i, t := range tests {
		list[i] = map[string]any{"id": t.ID, "name": t.Name}
	}
	return list
}

// text is a requirement as evidence and files name it.
func (p Place) text() string { return p.Framework + "/" + p.Requirement }

func placeTexts(places []Place) []string {
	list := make([]string, len(places))
	for i, p := range places {
		list[i] = p.text()
	}
	slices.Sort(list)
	return list
}

// controlChanges answers what distinguishes two states of a control.
func controlChanges(before, after Control) []evidence.Change {
	var d differences
	d.add("name", before.Name, after.Name)
	d.add("externalId", before.ExternalID, after.ExternalID)
	d.add("description", before.Description, after.Description)
	d.add("domains", strings.Join(before.Domains, ", "), strings.Join(after.Domains, ", "))
	d.add("note", before.Note, after.Note)
	d.add("role", before.Role, after.Role)
	d.add("effectiveDate", instant(before.EffectiveAt), instant(after.EffectiveAt))
	d.add("customFields", fieldsText(before.Fields), fieldsText(after.Fields))
	return d
}

func instant(ms *int64) string {
	if ms == nil {
		return ""
	}
	return web.TimeOf(*ms).String()
}

// fieldsText answers custom fields as JSON; "" for none.
func fieldsText(fields []Field) string {
	if len(fields) == 0 {
		return ""
	}
	text, err := json.Marshal(fields)
	if err != nil {
		return "" // what came as JSON goes as JSON
	}
	return string(text)
}
