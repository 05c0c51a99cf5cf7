// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"bytes"
	"maps"
	"slices"

	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/jtd"
)

// FieldChange is a place of a record that became another.
type FieldChange struct {
	After, Before json.Value // nil: nothing is there, or it is too long
	Pointer       string     // RFC 6901
	TooLong       bool
}

const (
	shownChanges = 100  // places of one record
	shownValue   = 2000 // bytes
)

// difference is what is told of two versions of a record.
type difference struct {
	list []FieldChange
	more int // places that were left out
}

// differencesOf compares two stored documents, whose members are sorted: objects
// member by member, anything else as a whole.
func differencesOf(before, after json.Value) difference {
	var d difference
	d.compare(nil, before, after)
	return d
}

func (d *difference) compare(place []string, before, after json.Value) {
	if bytes.Equal(before, after) {
		return
	}
	if before == nil || after == nil || before.Kind() != '{' || after.Kind() != '{' {
		d.add(place, before, after)
		return
	}
	var was, is map[string]json.Value
	if json.Unmarshal(before, &was) != nil || json.Unmarshal(after, &is) != nil {
		d.add(place, before, after) // what is stored is JSON: not to be thought of
		return
	}
	names := maps.Clone(was)
	maps.Copy(names, is)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		d.compare(append(slices.Clip(place), name), was[name], is[name])
	}
}

func (d *difference) add(place []string, before, after json.Value) {
	if len(d.list) == shownChanges {
		d.more++
		return
	}
	change := FieldChange{After: after, Before: before, Pointer: jtd.Pointer(place)}
	if len(before) > shownValue {
		change.Before, change.TooLong = nil, true
	}
	if len(after) > shownValue {
		change.After, change.TooLong = nil, true
	}
	d.list = append(d.list, change)
}
