// SPDX-License-Identifier: Apache-2.0

package builtin

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/form"
	"github.com/passmuster/muster/internal/json"
)

// Kind is what a setting is a number of.
type Kind string

// The kinds. All but dates are numbers on the wire; a date is YYYY-MM-DD.
const (
	KindCount   Kind = "count"
	KindDate    Kind = "date"
	KindDays    Kind = "days"
	KindMinutes Kind = "minutes"
	KindScore   Kind = "score" // 0 to 10, with one digit after the point
)

// Setting is a threshold of a test that may be another.
type Setting struct {
	About   string     `json:"about"` // what it is, for whoever changes it
	Above   string     `json:"above"` // another setting, which it must be higher than; "": none
	Default json.Value `json:"default"`
	Kind    Kind       `json:"kind"`
	Maximum json.Value `json:"maximum"`
	Minimum json.Value `json:"minimum"`
	Name    string     `json:"name"`
	SLA     string     `json:"sla"` // whose deadline the value follows until it is set; "": none
}

// NoDeadline is what days are that follow an SLA which is switched off.
const NoDeadline = 36_500

// Values are those of all settings of a test, by name.
type Values map[string]json.Value

// Defaults answers the values that a test begins with.
func (t *Test) Defaults() Values {
	values := Values{}
	for _, s := range t.Settings {
		values[s.Name] = s.Default
	}
	return values
}

// Values reads an object of some settings over others as they were: null puts one
// back to its default. What was there and the test has no more is left out. Every
// problem is told by its place. Settings that follow an SLA are left out.
func (t *Test) Values(text []byte, before Values, at string) (Values, []fault.Problem) {
	var problems []fault.Problem
	values := t.Defaults()
	for name := range t.Defaults() {
		s, _ := t.setting(name)
		if s.SLA != "" {
			delete(values, name)
		}
		if before[name] != nil && s.check(before[name]) == nil {
			values[name] = before[name]
		}
	}
	if text == nil {
		return values, nil
	}
	f := form.Form{At: at, Problems: &problems}
	if err := json.Unmarshal(text, &f.Members); err != nil || f.Members == nil {
		f.Wrong("", "must be an object: settings of the test by their names")
		return values, problems
	}
	f.Only("the settings of this test", t.names()...)
	for _, s := range t.Settings {
		raw, given := f.Members[s.Name]
		switch {
		case !given:
			continue
		case raw.Kind() == 'n' && s.SLA != "":
			delete(values, s.Name)
			continue
		case raw.Kind() == 'n':
			values[s.Name] = s.Default
			continue
		}
		if err := s.check(raw); err != nil {
			f.Wrong(s.Name, "%v", err)
			continue
		}
		values[s.Name] = raw.Clone()
	}
	t.order(&f, values)
	return values, problems
}

// order tells settings that are not above the one that they must be above.
func (t *Test) order(f *form.Form, values Values) {
	if len(*f.Problems) > 0 {
		return
	}
	for _, s := range t.Settings {
		if s.Above == "" || s.number(values[s.Name]) > s.number(values[s.Above]) {
			continue
		}
		name := s.Name
		if f.Members[name] == nil {
			name = s.Above
		}
		f.Wrong(name, "%s must be above %s: they would be %s and %s", s.Name, s.Above, values[s.Name], values[s.Above])
	}
}

func (t *Test) names() []string {
	names := make([]string, len(t.Settings))
	for i, s := range t.Settings {
		names[i] = s.Name
	}
	return names
}

func (t *Test) setting(name string) (Setting, bool) {
	i := slices.IndexFunc(t.Settings, func(s Setting) bool { return s.Name == name })
	if i < 0 {
		return Setting{}, false
	}
	return t.Settings[i], true
}

// Text answers values as they are kept: canonical JSON, nil when there are none.
func (v Values) Text() (json.Value, error) {
	if len(v) == 0 {
		return nil, nil
	}
	text, err := json.Marshal(map[string]json.Value(v))
	if err != nil {
		return nil, err
	}
	return json.Canonical(text)
}

// ParseValues reads what Text has written.
func ParseValues(text json.Value) (v Values, err error) {
	if text == nil {
		return Values{}, nil
	}
	err = json.Unmarshal(text, &v)
	return v, err
}

// Same says whether both are the same.
func (v Values) Same(w Values) bool {
	return maps.EqualFunc(v, w, func(a, b json.Value) bool { return bytes.Equal(a, b) })
}

// check says what is wrong with a value.
func (s Setting) check(raw json.Value) error {
	if s.Kind == KindDate {
		return s.checkDate(raw)
	}
	if raw.Kind() != '0' {
		return fmt.Errorf("must be a number: %s", s.range_())
	}
	digits := 0
	if s.Kind == KindScore {
		digits = 1
	}
	n, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || strconv.FormatFloat(n, 'f', digits, 64) != plain(n, digits) || n != s.rounded(n, digits) {
		return fmt.Errorf("must be %s", s.range_())
	}
	if n < s.number(s.Minimum) || n > s.number(s.Maximum) {
		return fmt.Errorf("must be %s", s.range_())
	}
	return nil
}

// rounded answers n with so many digits after the point.
func (s Setting) rounded(n float64, digits int) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(n, 'f', digits, 64), 64)
	if err != nil {
		return n + 1 // it never fails
	}
	return rounded
}

func plain(n float64, digits int) string { return strconv.FormatFloat(n, 'f', digits, 64) }

func (s Setting) checkDate(raw json.Value) error {
	date, err := dateOf(raw)
	low, errLow := dateOf(s.Minimum)
	high, errHigh := dateOf(s.Maximum)
	if err := errors.Join(errLow, errHigh); err != nil {
		return err
	}
	if err != nil || date.Before(low) || date.After(high) {
		return fmt.Errorf("must be %s", s.range_())
	}
	return nil
}

// dateOf reads a date as the midnight in UTC that it begins with.
func dateOf(raw json.Value) (time.Time, error) {
	if raw.Kind() != '"' {
		return time.Time{}, errors.New("is no date")
	}
	text, err := json.Unquote(raw)
	if err != nil {
		return time.Time{}, err
	}
	return time.Parse(time.DateOnly, text)
}

// range_ says what a setting takes.
func (s Setting) range_() string {
	switch s.Kind {
	case KindDate:
		return fmt.Sprintf("a date such as 2026-01-31, from %s to %s", unquoted(s.Minimum), unquoted(s.Maximum))
	case KindScore:
		return fmt.Sprintf("from %s to %s, with at most one digit after the point", s.Minimum, s.Maximum)
	case KindCount:
		return fmt.Sprintf("a whole number from %s to %s", s.Minimum, s.Maximum)
	}
	return fmt.Sprintf("a whole number of %s from %s to %s", s.Kind, s.Minimum, s.Maximum)
}

func unquoted(raw json.Value) string {
	text, err := json.Unquote(raw)
	if err != nil {
		return string(raw)
	}
	return text
}

func (s Setting) number(raw json.Value) float64 {
	if s.Kind == KindDate {
		date, err := dateOf(raw)
		if err != nil {
			return 0
		}
		return float64(date.Unix())
	}
	n, err := strconv.ParseFloat(string(raw), 64)
	if err != nil {
		return 0 // a file of ours with a limit that is none; its test says so
	}
	return n
}

// Durations answers what the settings that are days or minutes are, by their names.
func (t *Test) Durations(values Values) map[string]time.Duration {
	lengths := map[string]time.Duration{}
	for _, s := range t.Settings {
		value := values[s.Name]
		if value == nil {
			value = s.Default // that it follows an SLA is of no interest here
		}
		switch n := int64(s.number(value)); s.Kind {
		case KindDays:
			lengths[s.Name] = time.Duration(n) * 24 * time.Hour
		case KindMinutes:
			lengths[s.Name] = time.Duration(n) * time.Minute
		}
	}
	return lengths
}

// rule answers a value as the rule language has it, in JSON.
func (s Setting) rule(raw json.Value) string {
	switch n := s.number(raw); s.Kind {
	case KindDays:
		if hours := math.Round(n * 24); math.Mod(hours, 24) != 0 {
			return `"` + plain(hours, 0) + `h"`
		}
		return `"` + plain(n, 0) + `d"`
	case KindMinutes:
		return plain(n*60_000, 0)
	case KindDate:
		return `"` + unquoted(raw) + `T00:00:00Z"`
	case KindScore:
		return plain(n, 1)
	default:
		return plain(n, 0)
	}
}

// words answers a value as a sentence has it.
func (s Setting) words(raw json.Value) string {
	n := s.number(raw)
	switch s.Kind {
	case KindDays, KindMinutes:
		if hours := math.Round(n * 24); s.Kind == KindDays && math.Mod(hours, 24) != 0 {
			return plain(hours, 0) + " hours"
		}
		if n == NoDeadline && s.SLA != "" {
			return "100 years"
		}
		if n == 1 {
			return "1 " + string(s.Kind)[:len(s.Kind)-1]
		}
		return plain(n, 0) + " " + string(s.Kind)
	case KindDate:
		date, err := dateOf(raw)
		if err != nil {
			return unquoted(raw)
		}
		return date.Format("2 January 2006")
	case KindScore:
		return plain(n, 1)
	}
	return plain(n, 0)
}
