// SPDX-License-Identifier: Apache-2.0

package door_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/door"
	"github.com/passmuster/muster/internal/web"
)

// start serves the pages without the API.
func start(t *testing.T) *httptest.Server {
	t.Helper()
	server := web.New(web.Options{})
	door.Mount(server)
	s := httptest.NewServer(server.Handler())
	t.Cleanup(s.Close)
	return s
}

// answer is a response that has been read.
type answer struct {
	body   string
	header http.Header
	status int
}

func get(t *testing.T, s *httptest.Server, path string, header http.Header) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header
	response, err := s.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{body: string(body), header: response.Header, status: response.StatusCode}
}

// TestPages looks at each page as a browser gets it: all that it refers to is
// there, and nothing in it needs a weaker policy.
func TestPages(t *testing.T) {
	s := start(t)
	for _, path := range []string{"/account", "/directory-setup", "/invitation", "/reset", "/setup", "/sign-in"} {
		t.Run(path, func(t *testing.T) {
			got := get(t, s, path, nil)
			if got.status != http.StatusOK || got.header.Get("Content-Type") != "text/html; charset=utf-8" {
				t.Fatalf("got %d, %q", got.status, got.header.Get("Content-Type"))
			}
			page, policy := got.body, got.header.Get("Content-Security-Policy")
			for _, want := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "trusted-types 'none'"} {
				if !strings.Contains(policy, want) {
					t.Errorf("the policy %q lacks %q", policy, want)
				}
			}
			if inline := regexp.MustCompile(`<style|<script[^>]*>[^<]| style=| on[a-z]+=|javascript:`).FindString(page); inline != "" {
				t.Errorf("the page has %q, which the policy forbids", inline)
			}
			if !strings.Contains(page, `src="/door`+path+`.js"`) {
				t.Error("the page has no script")
			}
			for _, found := range regexp.MustCompile(`(?:src|href)="(/[^"]*)"`).FindAllStringSubmatch(page, -1) {
				if status := get(t, s, found[1], nil).status; status != http.StatusOK {
					t.Errorf("%s: got %d", found[1], status)
				}
			}
		})
	}
}

func TestAssets(t *testing.T) {
	s := start(t)
	types := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	names, err := filepath.Glob("asset/*")
	if err != nil || len(names) == 0 {
		t.Fatalf("no assets: %v", err)
	}
	for _, name := range names {
		path := "/door/" + filepath.Base(name)
		got := get(t, s, path, nil)
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if got.body != string(want) || got.header.Get("Content-Type") != types[filepath.Ext(name)] {
			t.Errorf("%s: got %d bytes of %q", path, len(got.body), got.header.Get("Content-Type"))
		}
		for _, found := range regexp.MustCompile(`from '\./([^']*)'`).FindAllStringSubmatch(got.body, -1) {
			if get(t, s, "/door/"+found[1], nil).status != http.StatusOK {
				t.Errorf("%s imports %s, which is not there", path, found[1])
			}
		}
		if sink := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(`).FindString(got.body); sink != "" {
			t.Errorf("%s parses text as HTML or code: %s", path, sink)
		}
	}
}

// TestKept says that browsers need not fetch a file again that has not changed.
func TestKept(t *testing.T) {
	s := start(t)
	first := get(t, s, "/sign-in", nil)
	again := get(t, s, "/sign-in", http.Header{"If-None-Match": {first.header.Get("ETag")}})
	if again.status != http.StatusNotModified || again.body != "" || first.header.Get("Cache-Control") != "no-cache" {
		t.Errorf("got %d, %d bytes, %q", again.status, len(again.body), first.header.Get("Cache-Control"))
	}
}
