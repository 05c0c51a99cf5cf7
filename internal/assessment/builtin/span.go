// SPDX-License-Identifier: Apache-2.0

package builtin

import (
	"fmt"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/json"
)

// Span is what the settings are for records whose clock started from an instant on,
// until that of the next span.
type Span struct {
	From   int64 // ms; of the first span it says nothing
	Values Values
}

// FormOver is Form where settings depend on when the clock of a record started: the
// rule has a part for each span. The texts speak of the last.
func (t *Test) FormOver(spans []Span, gathered []Gathered) (map[string]json.Value, error) {
	members, err := t.Form(spans[len(spans)-1].Values, gathered)
	if err != nil || len(spans) == 1 {
		return members, err
	}
	parts := map[string][]string{}
	for i, span := range spans {
		one, err := t.Form(span.Values, gathered)
		if err != nil {
			return nil, err
		}
		bounds := t.bounds(spans, i)
		for _, name := range []string{"failWhen", "passWhen"} {
			if one[name] != nil {
				parts[name] = append(parts[name], `{"all":[`+strings.Join(append(bounds, string(one[name])), ",")+`]}`)
			}
		}
		var dues []struct {
			At   json.Value `json:"at"`
			When json.Value `json:"when"`
		}
		if err := json.Unmarshal(one["due"], &dues); err != nil {
			return nil, fmt.Errorf("built-in test %s: due: %w", t.ID, err)
		}
		for _, due := range dues {
			when := bounds
			if due.When != nil {
				when = append(when, string(due.When))
			}
			parts["due"] = append(parts["due"], `{"at":`+string(due.At)+`,"when":{"all":[`+strings.Join(when, ",")+`]}}`)
		}
	}
	for name, list := range parts {
		text := "[" + strings.Join(list, ",") + "]"
		if name != "due" {
			text = `{"any":` + text + `}`
		}
		members[name] = json.Value(text)
	}
	return members, t.tellSpans(members)
}

// bounds answers the conditions of a span.
func (t *Test) bounds(spans []Span, i int) (list []string) {
	before := func(ms int64) string {
		return fmt.Sprintf(`{"field":%q,"op":"before","value":%q}`, t.Clock, instant(ms))
	}
	if i > 0 {
		list = append(list, `{"not":`+before(spans[i].From)+`}`)
	}
	if i+1 < len(spans) {
		list = append(list, before(spans[i+1].From))
	}
	return list[:len(list):len(list)]
}

func instant(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z") }

// tellSpans says in the description that other times had other deadlines.
func (t *Test) tellSpans(members map[string]json.Value) error {
	var text string
	if err := json.Unmarshal(members["description"], &text); err != nil {
		return fmt.Errorf("built-in test %s: description: %w", t.ID, err)
	}
	told, err := json.Marshal(text + " What began before the deadline of its SLA was edited goes by the deadline of then, as the rule says.")
	members["description"] = told
	return err
}
