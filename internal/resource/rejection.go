// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/jtd"
)

// Rejection codes beside those of package jtd (integration-api.md section 3).
const (
	codeDuplicate   = "duplicate_unique_id"
	codeNotAnObject = "not_an_object"
)

// maxUniqueID bounds a uniqueId in bytes: PostgreSQL indexes no longer text.
const maxUniqueID = 1000

// Rejection is one element that was not taken, and why. It is stored and
// answered in this form.
type Rejection struct {
	Index         int    `json:"index"` // of the element, from 0
	UniqueID      string `json:"uniqueId,omitzero"`
	Pointer       string `json:"pointer"`
	SchemaPointer string `json:"schemaPointer"`
	Code          string `json:"code"`
	Expected      string `json:"expected"`
	Actual        string `json:"actual"` // JSON text of what was found, shortened
	Message       string `json:"message"`
}

// Shape checks elements of one definition.
type Shape struct {
	known     []string // names at the top level
	validator *jtd.Validator
}

// NewShape compiles the schema of a definition's records.
func NewShape(record *jtd.Schema) (*Shape, error) {
	validator, err := jtd.Compile(record)
	if err != nil {
		return nil, err
	}
	shape := &Shape{validator: validator}
	for _, members := range [][]jtd.Member{record.Properties, record.OptionalProperties} {
		for _, member := range members {
			shape.known = append(shape.known, member.Name)
		}
	}
	return shape, nil
}

// Check answers nil when the element at index is a record, else its rejection:
// the first problem, unknown keys first, then in schema order. unique is the
// element's uniqueId, usable or not.
func (s *Shape) Check(index int, element []byte, unique string, usable bool) *Rejection {
	if element[0] != '{' {
		return &Rejection{
			Index: index, Pointer: pointerTo(index, nil), Code: codeNotAnObject, Expected: "object", Actual: shorten(element),
			Message: fmt.Sprintf("/%d: must be object", index),
		}
	}
	problem, ok := s.validator.First(element)
	switch {
	case ok && usable:
		return nil
	case ok:
		return badUniqueID(index, unique)
	}
	rejection := s.explain(index, element, problem)
	rejection.UniqueID = unique
	return rejection
}

func (s *Shape) explain(index int, element []byte, p jtd.Problem) *Rejection {
	var message string
	place := p.InstancePath
	switch p.Code {
	case jtd.MissingProperty:
		message = at(index, place) + ": must have property '" + p.Property + "'"
	case jtd.UnknownProperty:
		parent := place[:len(place)-1]
		message = at(index, parent) + ": must not have property '" + cut(p.Property) + "'"
		if len(parent) == 0 {
			message = s.tooMany(index, element)
		}
	case jtd.BadEnum:
		message = at(index, place) + ": must be equal to one of the allowed values"
	default:
		message = at(index, place) + ": must be " + p.Expected
	}
	return &Rejection{
		Index: index, Pointer: pointerTo(index, place), SchemaPointer: schemaPointer(p), Code: string(p.Code),
		Expected: expected(p), Actual: shorten(p.Actual), Message: message,
	}
}

// expected answers what would fit, for machines: the type, the property that is
// missing, nothing where an enum lists too much.
func expected(p jtd.Problem) string {
	if p.Code == jtd.MissingProperty {
		return p.Property
	}
	return p.Expected
}

// tooMany is the incumbent's sentence for unknown keys at the top level.
func (s *Shape) tooMany(index int, element []byte) string {
	var extra []string
	unique := "unknown"
	for members := jtd.MembersOf(element); members.Next(); {
		name := jtd.Unquote(members.Name())
		if value := members.Value(); name == "uniqueId" && len(value) > 0 && value[0] == '"' {
			unique = jtd.Unquote(value)
		}
		if !slices.Contains(s.known, name) {
			extra = append(extra, cut(name))
		}
	}
	keys := strings.Join(extra[:min(len(extra), shownKeys)], ", ")
	if more := len(extra) - shownKeys; more > 0 {
		keys += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("Too many fields on resource with uniqueId %s (element %d). Extra keys: %s", unique, index, keys)
}

func badUniqueID(index int, unique string) *Rejection {
	want := fmt.Sprintf("at most %d bytes", maxUniqueID)
	if strings.ContainsRune(unique, 0) {
		want = "free of U+0000"
	}
	return &Rejection{
		Index: index, Pointer: pointerTo(index, []string{"uniqueId"}), SchemaPointer: "/properties/uniqueId", Code: string(jtd.WrongType),
		Expected: want, Actual: shorten(quoted(unique)), Message: fmt.Sprintf("/%d/uniqueId: must be %s", index, want),
	}
}

// duplicate rejects the element at index, which shares its uniqueId with the
// others of indexes.
func duplicate(unique string, index int, indexes []int) Rejection {
	return Rejection{
		Index: index, UniqueID: unique, Pointer: pointerTo(index, []string{"uniqueId"}), SchemaPointer: "/properties/uniqueId",
		Code: codeDuplicate, Expected: "unique", Actual: shorten(quoted(unique)),
		Message: fmt.Sprintf("/%d/uniqueId: is shared with %s", index, elements(indexes, index)),
	}
}

// elements names the indexes other than self; past ten it counts the rest.
func elements(indexes []int, self int) string {
	const most = 10
	var names []string
	for _, index := range indexes[:min(len(indexes), most+1)] { // there may be a million
		if index != self && len(names) < most {
			names = append(names, strconv.Itoa(index))
		}
	}
	others := len(indexes) - 1
	switch more := others - len(names); {
	case others == 1:
		return "element " + names[0]
	case more > 0:
		return "elements " + strings.Join(names, ", ") + fmt.Sprintf(" and %d more", more)
	}
	return "elements " + strings.Join(names, ", ")
}

// at writes a place as the incumbent's messages do: from the set's array on.
func at(index int, place []string) string {
	return "/" + strconv.Itoa(index) + jtd.Pointer(place)
}

func pointerTo(index int, place []string) string {
	return "/resources/" + strconv.Itoa(index) + jtd.Pointer(place)
}

// schemaPointer points into the custom schema when the problem lies there: that
// is the text its author knows.
func schemaPointer(p jtd.Problem) string {
	path := p.SchemaPath
	inside := len(p.InstancePath) > 0 && p.InstancePath[0] == customProperties
	if inside && len(path) >= 2 && path[0] == "properties" && path[1] == customProperties {
		path = path[2:]
	}
	return jtd.Pointer(path)
}

func quoted(text string) []byte {
	out, err := json.AppendQuote(nil, text)
	if err != nil {
		return nil // not UTF-8, which the decoder has refused
	}
	return out
}

// shownKeys is how many extra keys a message names.
const shownKeys = 50

// cut keeps the beginning of a name that came with a request.
func cut(name string) string { return shorten([]byte(name)) }

// shorten keeps what people need to recognise a value.
func shorten(value []byte) string {
	const most = 120
	text := strings.ToValidUTF8(string(value[:min(len(value), most)]), "")
	if len(value) > most {
		text += "…"
	}
	return text
}
