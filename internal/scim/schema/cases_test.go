// SPDX-License-Identifier: Apache-2.0

package schema_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/scim/schema"
)

// TestCases runs testdata/*.txt. The form is said in testdata/README.md.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			r := runner{t: t, file: file}
			for line := range strings.Lines(string(text)) {
				r.line++
				if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
					continue
				}
				key, value, _ := strings.Cut(line, ":")
				r.step(key, strings.TrimSpace(value))
			}
			r.finish()
			t.Logf("%d cases", r.cases)
		})
	}
}

type runner struct {
	t     *testing.T
	file  string
	line  int
	begun int // line of the current case, 0 for none
	cases int

	rt   *schema.ResourceType
	data schema.Object

	got     schema.Decoded
	err     error
	failed  bool // the case expects an error
	answer  string
	learned string
	ignored string
	secret  bool
}

// thing is the resource type made for tests.
func thing(t testing.TB) *schema.ResourceType {
	t.Helper()
	var texts [][]byte
	for _, name := range []string{"type_thing", "thing", "more"} {
		text, err := os.ReadFile("testdata/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
	}
	rt, err := schema.New(texts[0], texts[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	return rt
}

func (r *runner) step(key, value string) {
	switch key {
	case "type":
		r.finish()
		r.rt = map[string]*schema.ResourceType{"User": schema.User(), "Group": schema.Group(), "Thing": thing(r.t)}[value]
	case "known":
		r.finish()
		r.rt = r.rt.With(names(value))
	case "body", "strict":
		r.finish()
		r.begun, r.cases = r.line, r.cases+1
		mode := map[string]schema.Mode{"body": schema.Tolerant, "strict": schema.Strict}[key]
		r.got, r.err = schema.Decode([]byte(value), r.rt, mode)
		if r.err == nil {
			r.answer = string(schema.Canonical(r.got.Object, r.got.Type))
			r.roundTrip(mode)
		}
	case "data":
		r.finish()
		var err error
		if r.data, err = schema.ReadObject([]byte(value)); err != nil {
			r.t.Fatalf("%s:%d: %v", r.file, r.line, err)
		}
	case "attributes", "excluded":
		r.finish()
		r.begun, r.cases = r.line, r.cases+1
		r.project(key, value)
	case "want":
		if r.err == nil && r.answer != value {
			r.t.Errorf("%s:%d: got  %s\nwant %s", r.file, r.line, r.answer, value)
		}
	case "learned":
		r.learned = value
	case "ignored":
		r.ignored = value
	case "password":
		r.secret = true
	case "error":
		r.failed = true
		r.wantError(value)
	default:
		r.t.Fatalf("%s:%d: unknown key %s", r.file, r.line, key)
	}
}

func (r *runner) project(key, value string) {
	var lists [2][]string
	if key == "attributes" {
		lists[0] = schema.SplitNames(value)
	} else {
		lists[1] = schema.SplitNames(value)
	}
	before := string(schema.Canonical(r.data, r.rt))
	p := schema.NewProjection(r.rt, schema.Tolerant, lists[0], lists[1])
	answer := p.Apply(r.data)
	r.answer = string(schema.Canonical(answer, r.rt))
	if after := string(schema.Canonical(r.data, r.rt)); after != before {
		r.t.Errorf("%s:%d: the projection changed the resource to %s", r.file, r.line, after)
	}
	for name := range answer {
		if r.rt.Attribute(name) != nil && !p.Includes(name) {
			r.t.Errorf("%s:%d: Includes denies %s", r.file, r.line, name)
		}
	}
}

// names reads the value of known and prints as learned does.
func names(list string) []schema.Learned {
	var found []schema.Learned
	for _, name := range strings.Fields(list) {
		l := schema.Learned{Type: schema.String}
		name, l.MultiValued = strings.CutSuffix(name, "[]")
		if i := strings.LastIndexByte(name, ':'); i >= 0 {
			l.Schema, name = name[:i], name[i+1:]
		}
		l.Name = name
		found = append(found, l)
	}
	return found
}

func printLearned(all []schema.Learned) string {
	var words []string
	for _, l := range all {
		word := l.Name + ":" + string(l.Type)
		if l.Schema != "" {
			word = l.Schema + ":" + word
		}
		if l.MultiValued {
			word += "[]"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func (r *runner) wantError(value string) {
	kind, part, _ := strings.Cut(value, " ")
	var fault *schema.Error
	if !errors.As(r.err, &fault) {
		r.t.Errorf("%s:%d: got error %v and %s, want %s", r.file, r.line, r.err, r.answer, value)
		return
	}
	if string(fault.ScimType) != kind || !strings.Contains(fault.Detail, part) || fault.Status != 400 || !strings.HasSuffix(fault.Detail, ".") {
		r.t.Errorf("%s:%d: got %d %s %s, want %s", r.file, r.line, fault.Status, fault.ScimType, fault.Detail, value)
	}
}

// finish checks what the lines of a case did not say.
func (r *runner) finish() {
	if r.begun > 0 {
		at := fmt.Sprintf("%s:%d", r.file, r.begun)
		if r.err != nil && !r.failed {
			r.t.Errorf("%s: error %v", at, r.err)
		}
		if got := printLearned(r.got.Learned); got != r.learned && !r.failed {
			r.t.Errorf("%s: learned %q, want %q", at, got, r.learned)
		}
		if got := strings.Join(r.got.Ignored, " "); got != r.ignored && !r.failed {
			r.t.Errorf("%s: ignored %q, want %q", at, got, r.ignored)
		}
		if r.got.Password != r.secret && !r.failed {
			r.t.Errorf("%s: password %t", at, r.got.Password)
		}
	}
	r.begun, r.got, r.err, r.failed, r.answer, r.learned, r.ignored, r.secret = 0, schema.Decoded{}, nil, false, "", "", "", false
}

// roundTrip: what was stored is read back as it was.
func (r *runner) roundTrip(mode schema.Mode) {
	again, err := schema.Decode([]byte(r.answer), r.got.Type, mode)
	if err != nil || !schema.Equal(r.got.Object, again.Object) || len(again.Learned)+len(again.Ignored) > 0 {
		r.t.Errorf("%s:%d: %s does not come back: %v", r.file, r.line, r.answer, err)
	}
	plain, err := schema.ReadObject([]byte(r.answer))
	if err != nil || !schema.Equal(plain, again.Object) {
		r.t.Errorf("%s:%d: %s reads otherwise: %v", r.file, r.line, r.answer, err)
	}
	if !slices.Equal(schema.Canonical(schema.Clone(again.Object), r.got.Type), []byte(r.answer)) {
		r.t.Errorf("%s:%d: a copy prints otherwise", r.file, r.line)
	}
}
