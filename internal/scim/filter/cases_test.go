// SPDX-License-Identifier: Apache-2.0

package filter_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/scim/filter"
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

// thing is the resource type made for tests.
func thing(t testing.TB) *schema.ResourceType {
	t.Helper()
	var texts [][]byte
	for _, name := range []string{"type_thing", "thing", "more"} {
		text, err := os.ReadFile("../schema/testdata/" + name + ".json")
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

type runner struct {
	t     *testing.T
	file  string
	line  int
	cases int

	rt   *schema.ResourceType
	data schema.Object

	begun  int    // line of the current case, 0 for none
	text   string // as written
	prints string // as printed
	filter *filter.Filter
	target filter.Target
	err    error
	failed bool
}

func (r *runner) step(key, value string) {
	switch key {
	case "type":
		r.finish()
		r.rt = map[string]*schema.ResourceType{"User": schema.User(), "Group": schema.Group(), "Thing": thing(r.t)}[value]
	case "known":
		r.finish()
		r.know(value)
	case "data":
		r.finish()
		var err error
		if r.data, err = schema.ReadObject([]byte(value)); err != nil {
			r.t.Fatalf("%s:%d: %v", r.file, r.line, err)
		}
	case "filter", "strict":
		r.begin(value)
		r.readFilter(map[string]schema.Mode{"filter": schema.Tolerant, "strict": schema.Strict}[key])
	case "path", "strictpath":
		r.begin(value)
		r.readPath(map[string]schema.Mode{"path": schema.Tolerant, "strictpath": schema.Strict}[key])
	case "prints":
		r.same(r.prints, value)
		r.text = r.prints
	case "error":
		r.failed = true
		r.wantError(value)
	default:
		if r.err != nil {
			return // reported at the end of the case
		}
		r.outcome(key, value)
	}
}

func (r *runner) outcome(key, value string) {
	switch key {
	case "want":
		r.same(strconv.FormatBool(r.filter.Match(r.data)), value)
	case "equals":
		r.same(printEquals(r.filter), value)
	case "target":
		r.same(r.target.Ref.String(), value)
	case "matches":
		n := 0
		values, _ := r.target.Get(r.data).([]any)
		for _, v := range values {
			if r.target.Filter.MatchElement(v) {
				n++
			}
		}
		r.same(strconv.Itoa(n), value)
	case "template":
		made, ok := r.target.Filter.Template()
		got := "none"
		if ok {
			object := schema.Object{r.target.Attribute.Name: made}
			got = strings.TrimSuffix(string(schema.Canonical(object, r.rt)), "}")
			_, got, _ = strings.Cut(got, ":")
			if !r.target.Filter.MatchElement(made) {
				r.t.Errorf("%s:%d: the template does not match", r.file, r.line)
			}
		}
		r.same(got, value)
	default:
		r.t.Fatalf("%s:%d: unknown key %s", r.file, r.line, key)
	}
}

func (r *runner) know(list string) {
	var learned []schema.Learned
	for _, name := range strings.Fields(list) {
		l := schema.Learned{Type: schema.String}
		name, l.MultiValued = strings.CutSuffix(name, "[]")
		if i := strings.LastIndexByte(name, ':'); i >= 0 {
			l.Schema, name = name[:i], name[i+1:]
		}
		l.Name = name
		learned = append(learned, l)
	}
	r.rt = r.rt.With(learned)
}

func (r *runner) begin(text string) {
	r.finish()
	r.begun, r.cases = r.line, r.cases+1
	r.text = text
	if unquoted, err := strconv.Unquote(text); err == nil {
		r.text = unquoted
	}
}

func (r *runner) readFilter(mode schema.Mode) {
	e, err := filter.Parse(r.text, filter.Options{Mode: mode})
	if err != nil {
		r.err = err
		return
	}
	r.prints = e.String()
	again, err := filter.Parse(r.prints, filter.Options{Mode: mode})
	if err != nil {
		r.t.Errorf("%s:%d: %s does not parse: %v", r.file, r.line, r.prints, err)
	} else if diff := cmp.Diff(e, again); diff != "" {
		r.t.Errorf("%s:%d: %s parses otherwise:\n%s", r.file, r.line, r.prints, diff)
	}
	r.filter, r.err = e.Resolve(r.rt, filter.Options{Mode: mode})
}

func (r *runner) readPath(mode schema.Mode) {
	path, err := filter.ParsePath(r.text, filter.Options{Mode: mode})
	if err != nil {
		r.err = err
		return
	}
	r.prints = path.String()
	again, err := filter.ParsePath(r.prints, filter.Options{Mode: mode})
	if err != nil {
		r.t.Errorf("%s:%d: %s does not parse: %v", r.file, r.line, r.prints, err)
	} else if diff := cmp.Diff(path, again); diff != "" {
		r.t.Errorf("%s:%d: %s parses otherwise:\n%s", r.file, r.line, r.prints, diff)
	}
	r.target, r.err = path.Resolve(r.rt, filter.Options{Mode: mode})
}

func printEquals(f *filter.Filter) string {
	terms, exact := f.Equals()
	var words []string
	for _, t := range terms {
		value := t.Value.Text
		if t.Value.Type == schema.Boolean {
			value = strconv.FormatBool(t.Value.Bool)
		}
		words = append(words, fmt.Sprintf("%s=%s", t.Ref, value))
	}
	if exact {
		words = append(words, "exactly")
	}
	return strings.Join(words, " ")
}

func (r *runner) same(got, want string) {
	r.t.Helper()
	if got != want {
		r.t.Errorf("%s:%d: got  %s\nwant %s", r.file, r.line, got, want)
	}
}

func (r *runner) wantError(value string) {
	kind, part, _ := strings.Cut(value, " ")
	var fault *schema.Error
	if !errors.As(r.err, &fault) {
		r.t.Errorf("%s:%d: got %v, want %s", r.file, r.line, r.err, value)
		return
	}
	if string(fault.ScimType) != kind || !strings.Contains(fault.Detail, part) || fault.Status != 400 || !strings.HasSuffix(fault.Detail, ".") {
		r.t.Errorf("%s:%d: got %d %s %s, want %s", r.file, r.line, fault.Status, fault.ScimType, fault.Detail, value)
	}
	if _, err := json.Marshal(fault); err != nil {
		r.t.Errorf("%s:%d: %v", r.file, r.line, err)
	}
}

// finish checks what the lines of a case did not say.
func (r *runner) finish() {
	if r.begun > 0 {
		at := fmt.Sprintf("%s:%d", r.file, r.begun)
		if r.err != nil && !r.failed {
			r.t.Errorf("%s: error %v", at, r.err)
		}
		if r.err == nil && r.prints != r.text {
			r.t.Errorf("%s: prints %s", at, r.prints)
		}
	}
	r.begun, r.text, r.prints, r.err, r.failed = 0, "", "", nil, false
	r.filter, r.target = nil, filter.Target{}
}
