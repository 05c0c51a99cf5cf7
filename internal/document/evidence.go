// SPDX-License-Identifier: Apache-2.0

package document

import (
	"strings"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// Label is name, for who writes of the document elsewhere.
func (d *Document) Label() string { return d.name() }

// name is what others may read of a document, on the trail and beside controls.
func (d *Document) name() string {
	if d.Sensitive {
		return "(sensitive)"
	}
	return d.Title
}

// entry says what was done to a document. body may have changes of its own.
func (d *Document) entry(actor caller.Caller, what string, changes []evidence.Change, body map[string]any) evidence.Entry {
	if body == nil {
		body = map[string]any{}
	}
	if changes == nil {
		changes = []evidence.Change{}
	}
	if _, there := body["changes"]; !there {
		body["changes"] = changes
	}
	body["what"] = what
	return evidence.Entry{Actor: actor, Kind: "document", Subject: evidence.Subject{Kind: "document", ID: d.ID, Name: d.name()}, Body: body}
}

func change(field, before, after string) evidence.Change {
	c := evidence.Change{Field: field}
	if before != "" {
		c.Before = before
	}
	if after != "" {
		c.After = after
	}
	return c
}

// changesOf answers what distinguishes two states of what is said of a document;
// of a sensitive one without its words.
func changesOf(before, after *Document) (list []evidence.Change) {
	add := func(field, was, is string, words bool) {
		if was == is {
			return
		}
		if words && (before.Sensitive || after.Sensitive) {
			was, is = "", "(sensitive)"
		}
		list = append(list, change(field, was, is))
	}
	add("title", before.Title, after.Title, true)
	add("description", before.Description, after.Description, true)
	add("note", before.Note, after.Note, true)
	add("cadence", before.Cadence, after.Cadence, false)
	add("reminderWindow", before.Reminder, after.Reminder, false)
	add("timeSensitivity", before.TimeSensitivity, after.TimeSensitivity, false)
	add("isSensitive", yes(before.Sensitive), yes(after.Sensitive), false)
	return list
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func instant(ms int64) string { return web.TimeOf(ms).String() }

// line answers a text without blanks at its ends; Invalid when nothing is left.
func line(pointer, text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" || !utf8.ValidString(text) {
		return "", fault.At(fault.Problem{Pointer: pointer, Message: "must not be empty"})
	}
	return text, nil
}
