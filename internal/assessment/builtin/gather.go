// SPDX-License-Identifier: Apache-2.0

package builtin

import (
	"errors"
	"slices"

	"github.com/passmuster/muster/internal/json"
)

// Gathered is a definition that a test relates to.
type Gathered struct {
	// Fields says which of its fields are meant by what the file names on the far side
	// of "on"; nil: those of the same names.
	Fields map[string]string
	Name   string // as rules name it
}

// placeGathered stands for the definitions in a file.
const placeGathered = `"${gathered}"`

// relationLimit is how many definitions one relation may name.
const relationLimit = 10

// relate writes the relation to "${gathered}", which a rule is as a whole, for the
// definitions: one for all that are found by the same fields, up to the limit, joined
// by any. A definition that lacks a field of "on" has no key, so it is left out. Where
// none is left, nothing is related: the rule is one that never holds.
func relate(text json.Value, gathered []Gathered) (json.Value, error) {
	node := map[string]json.Value{}
	var on map[string]string
	if err := json.Unmarshal(text, &node); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(node["on"], &on); err != nil {
		return nil, err
	}
	if string(node["related"]) != placeGathered || node["any"] == nil {
		return nil, errors.New("${gathered} stands in a relation with any that is the whole rule")
	}
	var groups []group
	for _, g := range gathered {
		keys, ok := g.keys(on)
		if !ok {
			continue
		}
		i := slices.IndexFunc(groups, func(other group) bool { return other.on == keys && len(other.names) < relationLimit })
		if i < 0 {
			groups, i = append(groups, group{on: keys}), len(groups)
		}
		groups[i].names = append(groups[i].names, g.Name)
	}
	if len(groups) == 0 {
		return json.Value(`{"field":"uniqueId","op":"missing"}`), nil
	}
	relations := make([]json.Value, len(groups))
	for i, group := range groups {
		names, err := json.Marshal(group.names)
		if err != nil {
			return nil, err
		}
		node["related"], node["on"] = names, json.Value(group.on)
		if relations[i], err = json.Marshal(node); err != nil {
			return nil, err
		}
	}
	if len(relations) == 1 {
		return relations[0], nil
	}
	return json.Marshal(map[string][]json.Value{"any": relations})
}

// group are definitions that one relation finds by the same fields.
type group struct {
	names []string
	on    string // JSON
}

// keys answers "on" with the fields of the definition; false when it lacks one.
func (g Gathered) keys(on map[string]string) (string, bool) {
	keys := map[string]string{}
	for ours, theirs := range on {
		keys[ours] = theirs
		if g.Fields == nil {
			continue
		}
		if keys[ours] = g.Fields[theirs]; keys[ours] == "" {
			return "", false
		}
	}
	text, err := json.Marshal(keys)
	if err == nil {
		text, err = json.Canonical(text)
	}
	return string(text), err == nil
}
