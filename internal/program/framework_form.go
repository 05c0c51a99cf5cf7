// SPDX-License-Identifier: Apache-2.0

package program

import (
	"strconv"
	"strings"

	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/form"
	"github.com/passmuster/muster/internal/json"
)

const apiVersion = "muster/v1"

// Limits of texts, in characters, and of a framework.
const (
	maxName         = 200
	maxText         = 10_000
	maxRef          = 80
	maxCategories   = 500
	maxRequirements = 5000
	maxDepth        = 8
)

// frameworkReader reads the file form of a framework. Every problem is collected.
type frameworkReader struct {
	categories   map[string]bool
	framework    Framework
	list         []fault.Problem
	requirements map[string]bool
}

// readFramework checks a file form. What it says of controls is checked by who
// knows them.
func readFramework(text []byte) (Framework, error) {
	r := &frameworkReader{categories: map[string]bool{}, requirements: map[string]bool{}}
	f := form.Open(text, "", "a framework has name and categories", &r.list)
	if f.Members != nil {
		r.head(&f)
		r.body(&f)
	}
	if len(r.list) > 0 {
		return Framework{}, fault.At(r.list...)
	}
	return r.framework, nil
}

func (r *frameworkReader) head(f *form.Form) {
	f.Only("a framework", "apiVersion", "kind", "slug", "name", "shorthand", "description", "version", "license", "source", "attribution", "categories")
	fixed(f, "Framework")
	w := &r.framework
	w.Custom = true
	w.ID = f.Text("slug", maxName)
	if w.ID != "" && !isFrameworkSlug(w.ID) {
		f.Wrong("slug", "must be 2 to 60 lower-case letters, digits, dashes and underscores, the first a letter, such as acme-baseline")
	}
	w.Name = required(f, "name", maxName)
	w.Shorthand = strings.TrimSpace(f.Text("shorthand", maxName))
	w.Description = f.Text("description", maxText)
	w.Version = f.Text("version", maxName)
	w.Source = f.Text("source", maxText)
	w.Attribution = f.Text("attribution", maxText)
	w.License = Own
	if f.Members["license"] != nil {
		if w.License = License(f.Text("license", maxName)); !w.License.Known() {
			f.Wrong("license", "must be one of %s", strings.Join(Licenses(), ", "))
		}
	}
}

// fixed checks the two members that say what a file is.
func fixed(f *form.Form, kind string) {
	for _, member := range [][2]string{{"apiVersion", apiVersion}, {"kind", kind}} {
		if text := f.Text(member[0], maxName); f.Members[member[0]] != nil && text != member[1] {
			f.Wrong(member[0], "must be %s", member[1])
		}
	}
}

// required reads a text that must say something.
func required(f *form.Form, name string, limit int) string {
	text := strings.TrimSpace(f.Text(name, limit))
	if raw := f.Members[name]; text == "" && (raw == nil || raw.Kind() == '"') {
		f.Wrong(name, "must be present and not empty")
	}
	return text
}

// maxFrameworkSlug is the longest slug of a framework in bytes.
const maxFrameworkSlug = 60

func isFrameworkSlug(slug string) bool {
	if len(slug) < 2 || len(slug) > maxFrameworkSlug || slug[0] < 'a' || slug[0] > 'z' {
		return false
	}
	return !strings.ContainsFunc(slug, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}

// objects opens the members of an array of objects.
func (r *frameworkReader) objects(f *form.Form, name, what string, limit int) []form.Form {
	raw := f.Members[name]
	if raw == nil {
		return nil
	}
	var list []json.Value
	if raw.Kind() != '[' || json.Unmarshal(raw, &list) != nil || len(list) > limit {
		f.Wrong(name, "must be an array of at most %d objects: %s", limit, what)
		return nil
	}
	var all []form.Form
	for i, one := range list {
		if inner := form.Open(one, f.At+"/"+name+"/"+strconv.Itoa(i), what, &r.list); inner.Members != nil {
			all = append(all, inner)
		}
	}
	return all
}

func (r *frameworkReader) body(f *form.Form) {
	const what = "a category has ref, name and requirements"
	all := r.objects(f, "categories", what, maxCategories)
	if len(all) == 0 && f.Members["categories"] == nil {
		f.Wrong("categories", "must be present: "+what)
	}
	for _, c := range all {
		c.Only("a category", "ref", "name", "text", "requirements")
		category := Category{Name: required(&c, "name", maxName), Ref: r.ref(&c, r.categories), Text: r.text(&c)}
		category.Requirements = r.below(&c, 1)
		r.framework.Categories = append(r.framework.Categories, category)
	}
}

// ref reads a reference that nothing else of its sort has.
func (r *frameworkReader) ref(f *form.Form, taken map[string]bool) string {
	ref := f.Text("ref", maxRef)
	switch raw := f.Members["ref"]; {
	case raw == nil:
		f.Wrong("ref", "must be present")
	case raw.Kind() != '"': // has been said
	case !isRef(ref):
		f.Wrong("ref", `must be a text without spaces at its ends and without / ; , " \ ? # %%`)
	case taken[ref]:
		f.Wrong("ref", "%s stands elsewhere in the framework already", ref)
	}
	taken[ref] = true
	return ref
}

// text reads what only some licences allow.
func (r *frameworkReader) text(f *form.Form) string {
	text := f.Text("text", maxText)
	if text != "" && r.framework.License.Known() && !r.framework.License.AllowsText() {
		f.Wrong("text", "must be absent: the licence %s does not allow the framework's own text here", r.framework.License)
	}
	return text
}

func (r *frameworkReader) below(f *form.Form, depth int) (list []Requirement) {
	if depth > maxDepth && f.Members["requirements"] != nil {
		f.Wrong("requirements", "stand too deep: at most %d below one another", maxDepth)
		return nil
	}
	for _, one := range r.objects(f, "requirements", "a requirement has ref and name", maxRequirements) {
		one.Only("a requirement", "ref", "name", "description", "text", "obligation", "controls", "requirements")
		req := Requirement{
			Controls: texts(&one, "controls", maxRequirements), Description: one.Text("description", maxText),
			Name: required(&one, "name", maxName), Ref: r.ref(&one, r.requirements), Text: r.text(&one),
		}
		if one.Members["obligation"] != nil {
			req.Obligation = one.Word("obligation", "required", "addressable")
		}
		req.Requirements = r.below(&one, depth+1)
		list = append(list, req)
	}
	if len(r.requirements) > maxRequirements {
		f.Wrong("requirements", "make more than %d in all", maxRequirements)
	}
	return list
}

// texts reads an array of strings; nil when absent.
func texts(f *form.Form, name string, limit int) []string {
	raw := f.Members[name]
	if raw == nil {
		return nil
	}
	list := []string{}
	if raw.Kind() != '[' || json.Unmarshal(raw, &list) != nil || len(list) > limit {
		f.Wrong(name, "must be an array of at most %d strings", limit)
		return nil
	}
	for i, text := range list {
		if strings.ContainsRune(text, 0) || strings.TrimSpace(text) == "" {
			f.WrongItem(name, i, "must say something")
		}
	}
	return list
}
