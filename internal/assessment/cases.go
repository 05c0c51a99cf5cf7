// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/passmuster/muster/internal/form"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/jtd"
	"github.com/passmuster/muster/internal/rule"
)

// maxCases is how many cases a test may have.
const maxCases = 1000

// wants are the words of a case's want, by what a record comes to.
func wants() map[Outcome]string {
	return map[Outcome]string{Passing: "pass", Failing: "fail", InProgress: "in_progress", OutOfScope: "out_of_scope"}
}

func pointerTo(name string, i int) string { return "/" + name + "/" + strconv.Itoa(i) }

// cases runs the unit tests that a form brings along: each is a record, which
// need not be whole, and what it must come to. Relative dates count from its
// now, or from the present.
func (r *draftReader) cases(now time.Time) error {
	raw := r.Members["cases"]
	if raw == nil {
		return nil
	}
	list, ok := listOf(raw)
	if !ok || len(list) > maxCases {
		r.Wrong("cases", "must be an array of at most %d cases: {record, want}", maxCases)
		return nil
	}
	schema, err := r.definition.RecordSchema()
	if err != nil {
		return err
	}
	p, err := compile(r.document, r.definition, r.relatives)
	if err != nil {
		return err
	}
	for i, text := range list {
		if err := r.runCase(text, pointerTo("cases", i), schema, p, now); err != nil {
			return err
		}
	}
	if len(list) == 0 {
		return nil
	}
	compact := raw.Clone()
	if err := compact.Compact(); err != nil {
		return err
	}
	r.document.Cases = compact // only now: compacting makes it shorter
	return nil
}

// listOf reads an array; ok is false when raw is none.
func listOf(raw json.Value) (list []json.Value, ok bool) {
	return list, raw.Kind() == '[' && json.Unmarshal(raw, &list) == nil
}

func (r *draftReader) runCase(text json.Value, at string, schema *jtd.Schema, p *program, now time.Time) error {
	before := len(r.list)
	one := form.Open(text, at, "a case has record and want", &r.list)
	if one.Members == nil {
		return nil
	}
	one.Only("a case", "name", "now", "record", "related", "want")
	one.Text("name", maxText)
	if instant := one.Text("now", maxName); instant != "" {
		var err error
		if now, err = time.Parse(time.RFC3339, instant); err != nil {
			one.Wrong("now", "must be an RFC 3339 time")
		}
	}
	words := wants()
	want := one.Text("want", maxName)
	if !slices.Contains(slices.Collect(maps.Values(words)), want) {
		one.Wrong("want", "must be pass, fail, in_progress or out_of_scope")
	}
	record, err := recordOf(&one, "record", schema)
	if err != nil {
		return err
	}
	e, err := r.caseEvaluator(&one, p, now.UnixMilli())
	if err != nil || len(r.list) > before {
		return err
	}
	outcome, _ := e.judge(record, now.UnixMilli())
	if got := words[outcome]; got != want {
		one.Wrong("want", "wants %s, but the record comes out as %s: %s", want, got, e.reason(record, outcome, now.UnixMilli()))
	}
	return nil
}

// caseEvaluator answers an evaluator that finds the related records of a case:
// {related: {people: [record, …]}}.
func (r *draftReader) caseEvaluator(one *form.Form, p *program, now int64) (*evaluator, error) {
	e, memory := p.evaluator(), &rule.Memory{Now: now, Of: map[string][]rule.Record{}}
	e.condition.Relate(memory)
	if e.scope != nil {
		e.scope.Relate(memory)
	}
	raw := one.Members["related"]
	if raw == nil {
		return e, nil
	}
	inner := form.Open(raw, one.At+"/related", "records by the name of a definition that the rule relates to", one.Problems)
	for name, list := range inner.Members {
		d, ok := r.relatives[name]
		elements, isList := listOf(list)
		switch {
		case !ok:
			inner.Wrong(name, "the rule relates to no definition of that name")
			continue
		case !isList:
			inner.Wrong(name, "must be an array of records")
			continue
		}
		schema, err := d.RecordSchema()
		if err != nil {
			return nil, err
		}
		for i, element := range elements {
			holder := form.Form{At: inner.At + "/" + name, Members: map[string]json.Value{strconv.Itoa(i): element}, Problems: one.Problems}
			record, err := recordOf(&holder, strconv.Itoa(i), schema)
			if err != nil {
				return nil, err
			}
			memory.Of[name] = append(memory.Of[name], record)
		}
	}
	return e, nil
}

// recordOf answers a member of a case as a record: a member of it that is no base
// field belongs to customProperties, as in conditions, and id is the public id
// unless the records have a field of that name.
func recordOf(f *form.Form, member string, schema *jtd.Schema) (record rule.Record, err error) {
	inner := form.Form{At: f.At + "/" + member, Problems: f.Problems}
	if raw := f.Members[member]; raw.Kind() != '{' {
		f.Wrong(member, "must be an object: the fields of a record")
	} else if err := json.Unmarshal(raw, &inner.Members); err != nil {
		return record, err
	}
	whole, custom := map[string]json.Value{}, map[string]json.Value{}
	customSchema, _, hasCustom := schema.Property("customProperties")
	for _, name := range slices.Sorted(maps.Keys(inner.Members)) {
		value := inner.Members[name]
		_, _, base := schema.Property(name)
		switch {
		case name == "customProperties" && hasCustom:
			if json.Unmarshal(value, &custom) != nil {
				inner.Wrong(name, "must be an object")
			}
		case base:
			whole[name] = value
		case hasCustom && belongs(customSchema, name):
			custom[name] = value
		case name == "id":
			record.ID = inner.Text(name, maxName)
		case name == "presentSince":
			at, err := time.Parse(time.RFC3339, inner.Text(name, maxName))
			if err != nil {
				inner.Wrong(name, "must be an RFC 3339 time")
			}
			record.PresentSince = at.UnixMilli()
		default:
			inner.Wrong(name, "is no field of these records")
		}
	}
	if len(custom) > 0 {
		text, err := json.Marshal(custom)
		if err != nil {
			return record, fmt.Errorf("encode customProperties: %w", err)
		}
		whole["customProperties"] = text
	}
	record.Doc, err = json.Marshal(whole)
	return record, err
}

func belongs(schema *jtd.Schema, name string) bool {
	_, _, ok := schema.Property(name)
	return ok || schema.AdditionalProperties
}
