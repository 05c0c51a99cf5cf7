// SPDX-License-Identifier: Apache-2.0

package builtin

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/json"
)

// Form answers the members of the file form of the test with its settings filled
// in; gathered are the definitions that it relates to. application, resource and slug
// are the caller's.
func (t *Test) Form(values Values, gathered []Gathered) (map[string]json.Value, error) {
	alone, within := map[string]string{}, maps.Clone(t.words)
	if within == nil {
		within = map[string]string{}
	}
	for _, s := range t.Settings {
		value := values[s.Name]
		if value == nil {
			value = s.Default
		}
		alone[s.Name], within[s.Name] = s.rule(value), s.words(value)
	}
	filled := map[string]json.Value{}
	for name, member := range t.members {
		text := string(member)
		if isRule(name) {
			for placeholder, value := range alone {
				text = strings.ReplaceAll(text, `"${`+placeholder+`}"`, value)
			}
		}
		for placeholder, value := range within {
			text = strings.ReplaceAll(text, "${"+placeholder+"}", value)
		}
		if isRule(name) && strings.Contains(text, placeGathered) {
			related, err := relate(json.Value(text), gathered)
			if err != nil {
				return nil, fmt.Errorf("built-in test %s: %s: %w", t.ID, name, err)
			}
			text = string(related)
		}
		if left := placeholders.FindString(text); left != "" {
			return nil, fmt.Errorf("built-in test %s: nothing fills %s of %s", t.ID, left, name)
		}
		filled[name] = json.Value(text)
	}
	return filled, nil
}

// On answers the test on the records of a definition, as its rule names that one.
func (t *Test) On(name string) (*Test, error) {
	quoted, err := json.Marshal(name)
	if err != nil {
		return nil, err
	}
	on := *t
	on.words = maps.Clone(t.words)
	if on.words == nil {
		on.words = map[string]string{}
	}
	on.words["self"] = string(quoted[1 : len(quoted)-1])
	return &on, nil
}

var placeholders = regexp.MustCompile(`\$\{[^}]*\}`)

// isRule says whether a member takes values as the rule language has them.
func isRule(name string) bool {
	return slices.Contains([]string{"due", "failWhen", "freshness", "passWhen", "reducer", "scope"}, name)
}

// Beside answers the members of the file form that a test gets when it is made and
// that are the workspace's affair from then on.
func (t *Test) Beside() (map[string]json.Value, error) {
	beside := map[string]json.Value{}
	for name, value := range map[string]string{"category": t.Category, "sla": t.SLA} {
		if value == "" {
			continue
		}
		text, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		beside[name] = text
	}
	return beside, nil
}
