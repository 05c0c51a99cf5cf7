// SPDX-License-Identifier: Apache-2.0

package filter_test

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/scim/filter"
	"github.com/passmuster/muster/internal/scim/schema"
)

// seed adds the filters, or paths, of the case files.
func seed(f *testing.F, keys ...string) {
	f.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			for _, wanted := range keys {
				if key != wanted {
					continue
				}
				if unquoted, err := strconv.Unquote(value); err == nil {
					value = unquoted
				}
				f.Add(value, key == "strict" || key == "strictpath")
			}
		}
	}
}

// tooMany says whether a printed text passed a limit that the first one did not:
// printing may write out what was short.
func tooMany(err error) bool {
	var fault *schema.Error
	return errors.As(err, &fault) && fault.ScimType == schema.TooMany
}

// FuzzFilter: what Parse accepts prints to a text that parses to the same, and
// resolving and matching end without a panic.
func FuzzFilter(f *testing.F) {
	seed(f, "filter", "strict")
	known := schema.User().With([]schema.Learned{{Name: "teams", Type: schema.String, MultiValued: true}})
	obj, err := schema.ReadObject([]byte(`{"id":"1","userName":"a","active":true,"emails":[{"value":"x","type":"work"}],"teams":["a",true,5],"meta":{"created":"2020-01-01T00:00:00Z"}}`))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string, strict bool) {
		o := filter.Options{MaxLength: 1 << 20}
		if strict {
			o.Mode = schema.Strict
		}
		e, err := filter.Parse(text, o)
		if err != nil {
			var fault *schema.Error
			if !errors.As(err, &fault) || fault.Detail == "" {
				t.Fatalf("%q: error %v", text, err)
			}
			return
		}
		printed := e.String()
		again, err := filter.Parse(printed, o)
		if tooMany(err) {
			return
		}
		if err != nil {
			t.Fatalf("%q prints %q: %v", text, printed, err)
		}
		if diff := cmp.Diff(e, again); diff != "" {
			t.Fatalf("%q prints %q:\n%s", text, printed, diff)
		}
		resolved, err := filter.New(text, known, o)
		if err != nil {
			return
		}
		if o.Mode = schema.Strict; resolved.Tolerated() == 0 {
			same, err := filter.New(text, known, o)
			if err != nil || same.Match(obj) != resolved.Match(obj) {
				t.Fatalf("%q needs no tolerance, but strict says %v", text, err)
			}
		}
		passes := resolved.Match(obj)
		if terms, exact := resolved.Equals(); exact && len(terms) == 1 && terms[0].Match(obj) != passes {
			t.Fatalf("%q: equals differs from match", text)
		}
	})
}

// FuzzPath: the same for paths.
func FuzzPath(f *testing.F) {
	seed(f, "path", "strictpath")
	f.Fuzz(func(t *testing.T, text string, strict bool) {
		var used schema.Tolerated
		o := filter.Options{MaxLength: 1 << 20, Tolerated: &used}
		if strict {
			o.Mode = schema.Strict
		}
		path, err := filter.ParsePath(text, o)
		if err != nil {
			return
		}
		printed := path.String()
		again, err := filter.ParsePath(printed, o)
		if tooMany(err) {
			return
		}
		if err != nil {
			t.Fatalf("%q prints %q: %v", text, printed, err)
		}
		if diff := cmp.Diff(path, again); diff != "" {
			t.Fatalf("%q prints %q:\n%s", text, printed, diff)
		}
		target, err := path.Resolve(schema.User(), o)
		if err == nil && used == 0 {
			path, err := filter.ParsePath(text, filter.Options{MaxLength: 1 << 20, Mode: schema.Strict})
			if err == nil {
				_, err = path.Resolve(schema.User(), filter.Options{Mode: schema.Strict})
			}
			if err != nil {
				t.Fatalf("%q needs no tolerance, but strict says %v", text, err)
			}
		}
		if err == nil && target.Filter != nil {
			made, ok := target.Filter.Template()
			if ok && !target.Filter.MatchElement(made) {
				t.Fatalf("%q: the template %v does not match", text, made)
			}
		}
	})
}
