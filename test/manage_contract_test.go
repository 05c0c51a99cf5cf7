// SPDX-License-Identifier: Apache-2.0

package test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The contract of the manage API as facts: manage/contract.json has its endpoints,
// schemas and enumerations, manage/own.json what Muster says beyond them.
//
// A type is a word: string, date-time, boolean, number, integer, object, the name of a
// schema, a union or an enumeration, ="X" for the one text X, [T] for a list, Page<T>
// for a page of one, {a: T, b: T} for an object; |null when it may be null. A field's
// name is its path in the schema, a? is one that may be absent, a[].b one of elements.
type manageContract struct {
	Endpoints []manageEndpoint
	Schemas   map[string]map[string]string
	Unions    map[string][]string // the member that tells, then the schemas; the last is for all else
	Enums     map[string][]string
}

type manageEndpoint struct {
	Route  string // method and path
	Query  []string
	Body   string
	Status int
	Answer string // type; "" for an answer without a body
}

// manageOwn is what Muster says beyond the contract.
type manageOwn struct {
	Fields  map[string][]string // of a schema
	Words   map[string][]string // of an enumeration
	Silent  map[string][]string // fields of a schema that Muster has nothing to say in, so far: always null, empty or absent
	Awaited []string            // beginnings of paths that are not served yet
	Hollow  []string            // routes that are served and have nothing to speak of until documents are
}

// facts are both, and what was seen of them.
type facts struct {
	manageContract

	own  manageOwn
	said map[string]bool // Schema.field, of fields that were there and neither null nor empty
}

func readFacts(t *testing.T) *facts {
	t.Helper()
	f := &facts{said: map[string]bool{}}
	for name, into := range map[string]any{"contract": &f.manageContract, "own": &f.own} {
		text, err := os.ReadFile("manage/" + name + ".json")
		if err == nil {
			err = json.Unmarshal(text, into)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// awaited says whether a route is not served yet, or hollow.
func (f *facts) awaited(r string) bool {
	_, path, _ := strings.Cut(r, " ")
	return slices.Contains(f.own.Hollow, r) || slices.ContainsFunc(f.own.Awaited, func(start string) bool { return path == start || strings.HasPrefix(path, start+"/") })
}

// endpoint answers the contract's line for a route.
func (f *facts) endpoint(t *testing.T, r string) manageEndpoint {
	t.Helper()
	i := slices.IndexFunc(f.Endpoints, func(e manageEndpoint) bool { return e.Route == r })
	if i < 0 {
		t.Fatalf("the contract has no %s", r)
	}
	return f.Endpoints[i]
}

var (
	dateForm    = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
	integerForm = regexp.MustCompile(`^-?\d+$`)
	listForm    = regexp.MustCompile(`^\[(.+)\]$`)
	objectForm  = regexp.MustCompile(`^\{(.+)\}$`)
	pageForm    = regexp.MustCompile(`^Page<(.+)>$`)
)

// told decodes an answer with its numbers as they stand.
func told(t *testing.T, a answer) (value any) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(a.text))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%v in %s", err, a)
	}
	return value
}

// fits answers what is wrong with a value of a type; place says where it stands.
func (f *facts) fits(place, kind string, value any) []string {
	if bare, nullable := strings.CutSuffix(kind, "|null"); nullable {
		if value == nil {
			return nil
		}
		kind = bare
	}
	if wrong, plain := f.plain(place, kind, value); plain {
		return wrong
	}
	if of := listForm.FindStringSubmatch(kind); of != nil {
		return f.elements(place, of[1], value)
	}
	if of := pageForm.FindStringSubmatch(kind); of != nil {
		return f.page(place, of[1], value)
	}
	if of := objectForm.FindStringSubmatch(kind); of != nil {
		return f.pair(place, of[1], value)
	}
	if union := f.Unions[kind]; union != nil {
		kind = f.member(union, value)
	}
	if f.Schemas[kind] == nil {
		return []string{place + ": the contract has no type " + kind}
	}
	return f.object(place, kind, "", value)
}

// plain is fits for values without parts.
func (f *facts) plain(place, kind string, value any) (wrong []string, plain bool) {
	text, isText := value.(string)
	number, isNumber := value.(json.Number)
	_, isSwitch := value.(bool)
	var good bool
	switch enum := f.Enums[kind]; {
	case kind == "string":
		good = isText
	case kind == "string|[string]":
		_, isList := value.([]any)
		good = isText || isList
	case kind == "date-time":
		good = isText && dateForm.MatchString(text)
	case kind == "boolean":
		good = isSwitch
	case kind == "integer":
		good = isNumber && integerForm.MatchString(number.String())
	case kind == "number":
		good = isNumber && !strings.HasSuffix(number.String(), ".0")
	case strings.HasPrefix(kind, "="):
		good = isText && kind == fmt.Sprintf("=%q", text)
	case enum != nil:
		good = isText && (slices.Contains(enum, text) || slices.Contains(f.own.Words[kind], text))
	default:
		return nil, false
	}
	if !good {
		wrong = []string{fmt.Sprintf("%s: %v is no %s", place, value, kind)}
	}
	return wrong, true
}

func (f *facts) elements(place, kind string, value any) (wrong []string) {
	list, ok := value.([]any)
	if !ok {
		return []string{fmt.Sprintf("%s: %v is no list", place, value)}
	}
	for i, element := range list {
		wrong = append(wrong, f.fits(fmt.Sprintf("%s[%d]", place, i), kind, element)...)
	}
	return wrong
}

// page checks results, data and the four members of pageInfo, which are null together
// with an empty page.
func (f *facts) page(place, kind string, value any) []string {
	results := object(object(value)["results"])
	wrong := f.pair(place, "results: object", value)
	wrong = append(wrong, f.pair(place+".results", "data: object, pageInfo: PageInfo", any(results))...)
	list, _ := results["data"].([]any)
	if info := object(results["pageInfo"]); (info["endCursor"] == nil) != (len(list) == 0) || (info["startCursor"] == nil) != (len(list) == 0) {
		wrong = append(wrong, place+": cursors and data do not fit one another")
	}
	return append(wrong, f.elements(place, kind, results["data"])...)
}

// pair checks an object of just these members; what is called object is looked at
// elsewhere.
func (f *facts) pair(place, members string, value any) (wrong []string) {
	o := maps.Clone(object(value))
	for _, member := range strings.Split(members, ", ") {
		name, kind, _ := strings.Cut(member, ": ")
		part, ok := o[name]
		if !ok {
			wrong = append(wrong, place+"."+name+" is missing")
		} else if kind != "object" {
			wrong = append(wrong, f.fits(place+"."+name, kind, part)...)
		}
		delete(o, name)
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		wrong = append(wrong, place+"."+name+" is too much")
	}
	return wrong
}

// member answers which schema of a union a value is of.
func (f *facts) member(union []string, value any) string {
	tells := fmt.Sprint(object(value)[union[0]])
	for _, name := range union[1:] {
		if name == tells || f.Schemas[name][union[0]] == fmt.Sprintf("=%q", tells) {
			return name
		}
	}
	return union[len(union)-1]
}

// object checks the part of a schema that lies below a path.
func (f *facts) object(place, schema, below string, value any) (wrong []string) {
	o := object(value)
	if o == nil {
		return []string{fmt.Sprintf("%s: %v is no object", place, value)}
	}
	known := map[string]bool{}
	for field, kind := range f.Schemas[schema] {
		path, optional := strings.CutSuffix(field, "?")
		name, inside := strings.CutPrefix(path, below)
		if !inside || strings.Contains(name, ".") {
			continue
		}
		known[name] = true
		part, there := o[name]
		if !there {
			if !optional {
				wrong = append(wrong, place+"."+name+" is missing")
			}
			continue
		}
		if speaks(part) {
			f.said[schema+"."+path] = true
		}
		wrong = append(wrong, f.part(place+"."+name, schema, path, kind, part)...)
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if path := below + name; slices.Contains(f.own.Fields[schema], path) {
			f.said[schema+"."+path] = true
		} else if !known[name] {
			wrong = append(wrong, place+"."+name+" is too much")
		}
	}
	return wrong
}

// part checks a field; of objects without a name the schema has the fields itself.
func (f *facts) part(place, schema, path, kind string, value any) (wrong []string) {
	bare, nullable := strings.CutSuffix(kind, "|null")
	switch {
	case nullable && value == nil:
		return nil
	case bare == "object":
		return f.object(place, schema, path+".", value)
	case bare == "[object]":
		list, ok := value.([]any)
		if !ok {
			return []string{fmt.Sprintf("%s: %v is no list", place, value)}
		}
		for i, element := range list {
			wrong = append(wrong, f.object(fmt.Sprintf("%s[%d]", place, i), schema, path+"[].", element)...)
		}
		return wrong
	}
	return f.fits(place, kind, value)
}

// speaks is false for null and for what is empty.
func speaks(value any) bool {
	switch v := value.(type) {
	case nil:
		return false
	case []any:
		return len(v) > 0
	case string:
		return v != ""
	}
	return true
}

// shown answers the schemas that answers of served endpoints may have, with those
// that they hold.
func (f *facts) shown() map[string]bool {
	shown := map[string]bool{}
	var add func(kind string)
	add = func(kind string) {
		for _, name := range regexp.MustCompile(`\w+`).FindAllString(kind, -1) {
			for _, member := range f.Unions[name] {
				add(member)
			}
			if f.Schemas[name] == nil || shown[name] {
				continue
			}
			shown[name] = true
			for _, part := range f.Schemas[name] {
				add(part)
			}
		}
	}
	for _, e := range f.Endpoints {
		if !f.awaited(e.Route) {
			add(e.Answer)
		}
	}
	return shown
}
