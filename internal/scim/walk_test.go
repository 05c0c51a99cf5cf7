// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/scim/schema"
)

// TestWalk has the conversations of testdata/walk; their form is said there.
func TestWalk(t *testing.T) {
	files, err := filepath.Glob("testdata/walk/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no conversations: %v", err)
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		for _, file := range files {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
				text, err := os.ReadFile(file)
				o.ok(err)
				newWalk(t, o, file).run(string(text))
			})
		}
	})
}

// walk is a conversation.
type walk struct {
	c     connected
	known map[string]string
	o     *office
	t     *testing.T

	file, title string
	line        int

	body   []string // of the request
	header []string
	method string
	path   string
	reply  struct {
		header http.Header
		value  any
	}
}

func newWalk(t *testing.T, o *office, file string) *walk {
	t.Helper()
	w := &walk{c: o.connect(filepath.Base(file), "generic"), file: file, o: o, t: t}
	w.known = map[string]string{
		"base": o.URL + "/scim/v2/" + w.c.id, "User": schema.UserURN, "Group": schema.GroupURN, "Enterprise": schema.EnterpriseURN, "Patch": patchURN,
		"Search": searchURN, "Bulk": bulkRequestURN, "Error": schema.ErrorURN, "Role": schema.RoleURN,
	}
	return w
}

var (
	walkRequest     = regexp.MustCompile(`^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) ([/?].*|)$`)
	walkHeader      = regexp.MustCompile(`^[A-Z][A-Za-z-]*: `)
	walkPlaceholder = regexp.MustCompile(`\{[A-Za-z][A-Za-z0-9]*\}`)
)

func (w *walk) run(text string) {
	w.t.Helper()
	for line := range strings.Lines(text) {
		w.line++
		line = strings.TrimRight(line, "\n")
		switch {
		case w.method != "" && strings.HasPrefix(line, "<- "):
			w.send(strings.Fields(line)[1:])
		case w.method != "" && len(w.body) == 0 && walkHeader.MatchString(line):
			name, value, _ := strings.Cut(w.fill(line), ": ")
			w.header = append(w.header, name, value)
		case w.method != "":
			w.body = append(w.body, line)
		case line == "" || strings.HasPrefix(line, "#"):
		case line == "strict":
			w.o.admin(http.StatusOK, "PATCH", w.c.path, `{"strict": true}`)
		case strings.HasPrefix(line, "=== "):
			w.title = line
		case walkRequest.MatchString(line):
			w.method, w.path, _ = strings.Cut(w.fill(line), " ")
		default:
			w.look(line)
		}
	}
}

func (w *walk) fail(format string, args ...any) {
	w.t.Helper()
	w.t.Errorf("%s:%d %s\n%s\nin %s", filepath.Base(w.file), w.line, w.title, fmt.Sprintf(format, args...), printed(w.reply.value))
}

func printed(value any) string {
	return string(schema.Canonical(schema.Object{"": value}, schema.User()))
}

func (w *walk) fill(text string) string {
	return walkPlaceholder.ReplaceAllStringFunc(text, func(name string) string {
		value, ok := w.known[name[1:len(name)-1]]
		if !ok {
			w.t.Fatalf("%s:%d: nothing is called %s", w.file, w.line, name)
		}
		return value
	})
}

// send sends the request that is written and checks what every answer must be.
func (w *walk) send(want []string) {
	w.t.Helper()
	path := strings.NewReplacer(" ", "%20", `"`, "%22", "[", "%5B", "]", "%5D").Replace(w.path)
	header := append([]string{"Authorization", "Bearer " + w.c.token}, w.header...)
	status, answered, text := w.o.send(w.method, "/scim/v2/"+w.c.id+path, w.fill(strings.Join(w.body, "\n")), header...)
	what := w.method + " " + w.path
	w.method, w.header, w.body, w.reply.header, w.reply.value = "", nil, nil, answered, nil
	if text != "" {
		value, err := schema.Parse([]byte(text))
		if err != nil {
			w.fail("%s: %v in %s", what, err, text)
		}
		w.reply.value = value
	}
	body, _ := w.reply.value.(schema.Object)
	if kind := str(body["scimType"]); strconv.Itoa(status) != want[0] || status >= 400 && kind != strings.Join(want[1:], "") {
		w.fail("%s: got %d %s, want %s", what, status, kind, strings.Join(want, " "))
	}
	if text != "" {
		wellFormed(w.t, fmt.Sprintf("%s:%d %s", w.file, w.line, what), status, answered, text)
	}
	w.wholesome("", w.reply.value)
	if _, list := body["Resources"]; list {
		w.checkList(body)
	} else if status < 400 && body["id"] != nil && body["meta"] != nil {
		w.checkResource(body, answered, status)
	}
}

// wholesome looks for what is never answered (contract M9, S7).
func (w *walk) wholesome(where string, value any) {
	w.t.Helper()
	switch v := value.(type) {
	case nil:
		if where != "" {
			w.fail("%s is null", where)
		}
	case schema.Object:
		for name, inner := range v {
			if strings.EqualFold(name, "password") {
				w.fail("%s/%s is answered", where, name)
			}
			w.wholesome(where+"/"+name, inner)
		}
	case []any:
		if len(v) == 0 && !strings.HasSuffix(where, "/Resources") {
			w.fail("%s is empty", where)
		}
		for i, inner := range v {
			w.wholesome(fmt.Sprintf("%s/%d", where, i), inner)
		}
	}
}

// checkList looks at a ListResponse (RFC 7644 §3.4.2, contract M10).
func (w *walk) checkList(body schema.Object) {
	w.t.Helper()
	list, _ := body["Resources"].([]any)
	number := func(name string) int {
		n, err := strconv.Atoi(fmt.Sprint(body[name]))
		if err != nil {
			w.fail("%s is no whole number", name)
		}
		return n
	}
	if fmt.Sprint(body["schemas"]) != "["+listURN+"]" || number("itemsPerPage") != len(list) || number("totalResults") < len(list) {
		w.fail("the list does not count what it holds")
	}
	for _, one := range list {
		if obj, ok := one.(schema.Object); ok && obj["id"] == nil && obj["schemas"] == nil {
			w.fail("a resource has neither id nor schemas")
		}
	}
}

// checkResource looks at an answer that is a resource (RFC 7643 §3.1, RFC 7644
// §3.1 and §3.14).
func (w *walk) checkResource(body schema.Object, header http.Header, status int) {
	w.t.Helper()
	meta, _ := body["meta"].(schema.Object)
	if location := str(meta["location"]); location != "" && header.Get("Content-Location") != "" && header.Get("Content-Location") != location {
		w.fail("Content-Location is %s", header.Get("Content-Location"))
	}
	if version := str(meta["version"]); version != "" && header.Get("ETag") != version {
		w.fail("ETag is %s", header.Get("ETag"))
	}
	if status == http.StatusCreated && (header.Get("Location") == "" || header.Get("Location") != str(meta["location"]) || meta["created"] != meta["lastModified"]) {
		w.fail("Location is %q", header.Get("Location"))
	}
	if len(body["schemas"].([]any)) == 0 || meta["created"] != nil && str(meta["resourceType"]) == "" {
		w.fail("a resource without schemas or type")
	}
}

// look holds the answer against a line.
func (w *walk) look(line string) {
	w.t.Helper()
	switch {
	case strings.HasPrefix(line, "@"):
		name, want, _ := strings.Cut(w.fill(line[1:]), ": ")
		if got := w.reply.header.Get(name); !fits(got, want) {
			w.fail("%s is %q, want %q", name, got, want)
		}
	case strings.HasPrefix(line, "$"):
		name, pointer, _ := strings.Cut(line[1:], " = ")
		value, there := pointed(w.reply.value, pointer)
		if !there {
			w.fail("there is no %s", pointer)
		}
		w.known[name] = fmt.Sprint(value)
	case strings.HasPrefix(line, "!"):
		if value, there := pointed(w.reply.value, w.fill(line[1:])); there {
			w.fail("%s is %s", line[1:], printed(value))
		}
	case strings.HasPrefix(line, "/"):
		w.lookAt(w.fill(line))
	default:
		w.t.Fatalf("%s:%d: what does %q mean?", w.file, w.line, line)
	}
}

func (w *walk) lookAt(line string) {
	w.t.Helper()
	if pointer, want, ok := strings.Cut(line, " = "); ok {
		value, _ := pointed(w.reply.value, pointer)
		wanted, err := schema.Parse([]byte(want))
		if err != nil {
			w.t.Fatalf("%s:%d: %v", w.file, w.line, err)
		}
		if !schema.Equal(value, wanted) {
			w.fail("%s is %s, want %s", pointer, printed(value), want)
		}
		return
	}
	pointer, length, counts := strings.Cut(line, " # ")
	value, there := pointed(w.reply.value, pointer)
	if list, _ := value.([]any); counts && strconv.Itoa(len(list)) != length {
		w.fail("%s has %d elements, want %s", pointer, len(list), length)
	}
	if !counts && !there {
		w.fail("there is no %s", pointer)
	}
}

// fits says whether a text is one with a star in it, or "-" for none.
func fits(got, want string) bool {
	before, after, star := strings.Cut(want, "*")
	switch {
	case want == "-":
		return got == ""
	case star:
		return strings.HasPrefix(got, before) && strings.HasSuffix(got, after) && len(got) > len(before)+len(after)
	}
	return got == want
}

// pointed answers what a JSON Pointer leads to (RFC 6901).
func pointed(value any, pointer string) (any, bool) {
	for step := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		switch v := value.(type) {
		case schema.Object:
			inner, there := v[step]
			if !there {
				return nil, false
			}
			value = inner
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v) {
				return nil, false
			}
			value = v[i]
		default:
			return nil, false
		}
	}
	return value, true
}
