// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestManageDocument holds the served OpenAPI document against the contract: paths,
// query parameters, statuses of success, what answers have to hold, and what requests
// may leave out.
func TestManageDocument(t *testing.T) {
	t.Parallel()
	s := place{data: t.TempDir()}.serve(t)
	f, d := readFacts(t), readDocument(t, s)
	if len(f.own.Hollow) > 0 && !slices.Contains(f.own.Awaited, "/v1/documents") {
		t.Error("documents are served: take what is hollow out of manage/own.json")
	}
	for _, e := range f.Endpoints {
		method, path, _ := strings.Cut(e.Route, " ")
		operation := object(object(object(d.all["paths"])[path])[strings.ToLower(method)])
		if f.awaited(e.Route) {
			if operation != nil && !slices.Contains(f.own.Hollow, e.Route) {
				t.Errorf("%s is served: take it out of awaited in manage/own.json, and call it in TestManage", e.Route)
			}
			continue
		}
		if operation == nil {
			t.Errorf("%s is not documented", e.Route)
			continue
		}
		w := &written{document: d, facts: f}
		for _, wrong := range w.operation(e, operation) {
			t.Errorf("%s: %s", e.Route, wrong)
		}
	}
}

// written compares the document's schemas with types of the contract.
type written struct {
	*document
	*facts
}

func (w *written) operation(e manageEndpoint, operation map[string]any) (wrong []string) {
	var parameters []string
	list, _ := operation["parameters"].([]any)
	for _, p := range list {
		if in := object(p); in["in"] == "query" {
			parameters = append(parameters, fmt.Sprint(in["name"]))
			if in["required"] == true {
				wrong = append(wrong, fmt.Sprintf("the parameter %s must not be required", in["name"]))
			}
		}
	}
	for _, name := range e.Query {
		if !slices.Contains(parameters, name) {
			wrong = append(wrong, "has no parameter "+name)
		}
	}
	responses := object(operation["responses"])
	for status := range responses {
		if strings.HasPrefix(status, "2") && status != fmt.Sprint(e.Status) {
			wrong = append(wrong, "answers "+status+" too")
		}
	}
	response := object(responses[fmt.Sprint(e.Status)])
	if response == nil {
		return append(wrong, fmt.Sprintf("does not answer %d", e.Status))
	}
	schema := object(object(object(response["content"])["application/json"])["schema"])
	if e.Answer == "file" {
		return wrong // no JSON: TestManage reads it
	}
	if (schema == nil) != (e.Answer == "") {
		return append(wrong, fmt.Sprintf("answers a body: %t, want %t", schema != nil, e.Answer != ""))
	}
	if e.Answer != "" {
		wrong = append(wrong, w.is("answer", e.Answer, schema)...)
	}
	body := object(object(object(object(operation["requestBody"])["content"])["application/json"])["schema"])
	return append(wrong, w.takes("body", e.Body, body)...)
}

// resolved answers a schema behind its reference, and whether it may be null.
func (w *written) resolved(schema map[string]any) (_ map[string]any, nullable bool) {
	if ref, ok := schema["$ref"].(string); ok {
		return w.resolved(object(object(object(w.all["components"])["schemas"])[strings.TrimPrefix(ref, "#/components/schemas/")]))
	}
	if some, ok := schema["anyOf"].([]any); ok && len(some) == 2 && object(some[1])["type"] == "null" {
		inner, _ := w.resolved(object(some[0]))
		return inner, true
	}
	kinds, _ := schema["type"].([]any)
	return schema, slices.Contains(kinds, any("null"))
}

// typeOf answers the type of a schema without null.
func typeOf(schema map[string]any) string {
	kinds, ok := schema["type"].([]any)
	if !ok {
		kinds = []any{schema["type"]}
	}
	for _, kind := range kinds {
		if kind != "null" {
			return fmt.Sprint(kind)
		}
	}
	return ""
}

// is answers where a schema of an answer is not of a type of the contract.
func (w *written) is(place, kind string, schema map[string]any) []string {
	schema, nullable := w.resolved(schema)
	bare, want := strings.CutSuffix(kind, "|null")
	if nullable && !want {
		return []string{place + " may be null"}
	}
	if of := listForm.FindStringSubmatch(bare); of != nil && typeOf(schema) == "array" {
		return w.is(place+"[]", of[1], object(schema["items"]))
	}
	if of := pageForm.FindStringSubmatch(bare); of != nil {
		results := w.property(schema, "results")
		wrong := w.is(place+".results.pageInfo", "PageInfo", w.property(results, "pageInfo"))
		return append(wrong, w.is(place+".results.data[]", of[1], object(w.property(results, "data")["items"]))...)
	}
	if of := objectForm.FindStringSubmatch(bare); of != nil {
		var wrong []string
		for _, member := range strings.Split(of[1], ", ") {
			name, kind, _ := strings.Cut(member, ": ")
			wrong = append(wrong, w.is(place+"."+name, kind, w.property(schema, name))...)
		}
		return wrong
	}
	if w.Unions[bare] != nil {
		return w.oneOf(place, w.Unions[bare], schema)
	}
	if w.Schemas[bare] != nil {
		return w.fields(place, bare, "", schema)
	}
	return w.scalar(place, bare, schema)
}

func (w *written) property(schema map[string]any, name string) map[string]any {
	inner, _ := w.resolved(object(object(schema["properties"])[name]))
	return inner
}

// oneOf wants a schema for each of a union, or one that all of them fit.
func (w *written) oneOf(place string, union []string, schema map[string]any) (wrong []string) {
	some, ok := schema["oneOf"].([]any)
	for i, name := range union[1:] {
		switch {
		case !ok: // what all have is there; the rest is held against the answers
			for field := range w.Schemas[name] {
				if w.property(schema, field) == nil {
					wrong = append(wrong, place+"."+field+" is not documented")
				}
			}
		case i >= len(some):
			wrong = append(wrong, place+" has no "+name)
		default:
			wrong = append(wrong, w.is(place+"<"+name+">", name, object(some[i]))...)
		}
	}
	return wrong
}

// fields compares the part of a schema that lies below a path.
func (w *written) fields(place, name, below string, schema map[string]any) (wrong []string) {
	required, _ := schema["required"].([]any)
	properties := object(schema["properties"])
	known := slices.Clone(w.own.Fields[name])
	for field, kind := range w.Schemas[name] {
		path, optional := strings.CutSuffix(field, "?")
		member, inside := strings.CutPrefix(path, below)
		if !inside || strings.Contains(member, ".") {
			continue
		}
		known = append(known, path)
		at := place + "." + member
		property := object(properties[member])
		switch bare, _ := strings.CutSuffix(kind, "|null"); {
		case property == nil:
			if !optional || !slices.Contains(w.own.Silent[name], path) {
				wrong = append(wrong, at+" is not documented")
			}
		case !optional && !slices.Contains(required, any(member)):
			wrong = append(wrong, at+" is not required")
		case bare == "object":
			inner, _ := w.resolved(property)
			wrong = append(wrong, w.fields(at, name, path+".", inner)...)
		case bare == "[object]":
			inner, _ := w.resolved(object(property["items"]))
			wrong = append(wrong, w.fields(at, name, path+"[].", inner)...)
		default:
			wrong = append(wrong, w.is(at, kind, property)...)
		}
	}
	for _, member := range slices.Sorted(maps.Keys(properties)) {
		if !slices.Contains(known, below+member) {
			wrong = append(wrong, place+"."+member+" is too much")
		}
	}
	return wrong
}

// scalar compares a schema without parts.
func (w *written) scalar(place, kind string, schema map[string]any) []string {
	enum, _ := schema["enum"].([]any)
	words := slices.Concat(w.Enums[kind], w.own.Words[kind])
	good := false
	switch got := typeOf(schema); {
	case kind == "string|[string]":
		good = true
	case kind == "date-time":
		good = got == "string" && schema["format"] == "date-time"
	case kind == "number":
		good = got == "number" || got == "integer"
	case kind == "integer" || kind == "boolean" || kind == "string":
		good = got == kind
	case strings.HasPrefix(kind, "="):
		good = got == "string"
	case w.Enums[kind] != nil:
		good = got == "string" && slices.ContainsFunc(enum, func(e any) bool { return e != nil }) &&
			!slices.ContainsFunc(enum, func(e any) bool { return e != nil && !slices.Contains(words, fmt.Sprint(e)) })
		for _, word := range words {
			good = good && (slices.Contains(enum, any(word)) || strings.HasPrefix(place, "answer") && strings.Contains(place, "responseType"))
		}
	}
	if !good {
		return []string{fmt.Sprintf("%s is %v %v %v, want %s", place, schema["type"], schema["format"], enum, kind)}
	}
	return nil
}

// takes answers what a request's schema does not take of what the contract sends.
func (w *written) takes(place, kind string, schema map[string]any) (wrong []string) {
	if kind == "" {
		return nil
	}
	schema, _ = w.resolved(schema)
	if of := listForm.FindStringSubmatch(kind); of != nil {
		return w.takes(place+"[]", of[1], object(schema["items"]))
	}
	members := map[string]string{} // by field, with ? where it may be absent
	switch of := objectForm.FindStringSubmatch(kind); {
	case of != nil:
		for _, member := range splitMembers(of[1]) {
			name, kind, _ := strings.Cut(member, ": ")
			members[name] = kind
		}
	case w.Schemas[kind] != nil && typeOf(schema) == "object":
		members = w.Schemas[kind]
	default:
		return nil
	}
	required, _ := schema["required"].([]any)
	for field, kind := range members {
		name, optional := strings.CutSuffix(field, "?")
		property := object(object(schema["properties"])[name])
		switch {
		case property == nil:
			wrong = append(wrong, place+"."+name+" is not taken")
		case optional && slices.Contains(required, any(name)):
			wrong = append(wrong, place+"."+name+" is required")
		default:
			wrong = append(wrong, w.takes(place+"."+name, strings.TrimSuffix(kind, "|null"), property)...)
		}
	}
	for _, name := range required {
		_, certain := members[fmt.Sprint(name)]
		_, perhaps := members[fmt.Sprint(name)+"?"]
		if !certain && !perhaps {
			wrong = append(wrong, fmt.Sprintf("%s.%s is required and not of the contract", place, name))
		}
	}
	return wrong
}

// splitMembers splits at the commas that stand in no brackets.
func splitMembers(text string) (members []string) {
	depth, begin := 0, 0
	for i, r := range text {
		switch {
		case r == '{' || r == '[':
			depth++
		case r == '}' || r == ']':
			depth--
		case r == ',' && depth == 0:
			members, begin = append(members, strings.TrimSpace(text[begin:i])), i+1
		}
	}
	return append(members, strings.TrimSpace(text[begin:]))
}
