// SPDX-License-Identifier: Apache-2.0

package dashboard_test

import (
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/passmuster/muster/internal/dashboard"
	"github.com/passmuster/muster/internal/door"
	"github.com/passmuster/muster/internal/web"
)

// build is what npm makes, in small.
func build() fs.FS {
	files := fstest.MapFS{}
	for name, body := range map[string]string{
		".keep": "kept", "index.html": "<!doctype html>the dashboard", "theme.js": "theme",
		"assets/a-1.js": "as it is", "assets/a-1.js.br": "brotli", "assets/a-1.js.gz": "gzip",
	} {
		files[name] = &fstest.MapFile{Data: []byte(body)}
	}
	return files
}

// serve mounts a build as the application does.
func serve(b fs.FS) http.Handler {
	server := web.New(web.Options{})
	door.Mount(server, dashboard.Mount(server, b)...)
	return server.Handler()
}

func get(t *testing.T, h http.Handler, method, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

const browser = "text/html,application/xhtml+xml,*/*;q=0.8"

// TestWhoGetsThePage checks which requests the document answers, and that no
// client of an interface ever gets it.
func TestWhoGetsThePage(t *testing.T) {
	h := serve(build())
	tests := []struct {
		name, method, path, accept string
		want                       int
		page                       bool
	}{
		{"the root", "GET", "/", browser, 200, true},
		{"the root, by a program", "GET", "/", "*/*", 200, true},
		{"a page", "GET", "/tests", browser, 200, true},
		{"a deep link", "GET", "/tests/01a2248d?tab=passing", browser, 200, true},
		{"its head", "HEAD", "/tests", browser, 200, true},
		{"sign-in", "GET", "/sign-in", "", 200, true},
		{"set-up", "GET", "/setup", "", 200, true},
		{"a page, by a program", "GET", "/tests", "*/*", 404, false},
		{"a change", "POST", "/tests", browser, 404, false},
		{"an odd path", "GET", "/a/../b", browser, 200, true},
		{"what the API does not have", "GET", "/v1/nothing", browser, 401, false},
		{"the API itself", "GET", "/v1", browser, 401, false},
		{"OAuth", "GET", "/oauth/nothing", browser, 404, false},
		{"SCIM", "GET", "/scim/v2/nothing", browser, 404, false},
		{"an asset that is gone", "GET", "/assets/a-0.js", browser, 404, false},
		{"a page of the door", "GET", "/invitation", browser, 200, false},
		{"readiness", "GET", "/readyz", browser, 200, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := get(t, h, test.method, test.path, "Accept", test.accept)
			if a.Code != test.want {
				t.Errorf("status %d, want %d", a.Code, test.want)
			}
			if page := strings.HasPrefix(a.Header().Get("Content-Security-Policy"), "default-src 'self'"); page != test.page {
				t.Errorf("answered with the document: %v, want %v", page, test.page)
			}
			if test.page && a.Header().Get("Cache-Control") != "no-cache" {
				t.Errorf("Cache-Control: %s", a.Header().Get("Cache-Control"))
			}
		})
	}
}

// TestPolicy checks that nothing inline and nothing from elsewhere may run.
func TestPolicy(t *testing.T) {
	policy := get(t, serve(build()), "GET", "/").Header().Get("Content-Security-Policy")
	for _, bad := range []string{"unsafe", "http:", "https:", "data:", "*"} {
		if strings.Contains(policy, bad) {
			t.Errorf("the policy has %s: %s", bad, policy)
		}
	}
}

// TestCodings checks that files are sent as they were compressed, to those who
// take it.
func TestCodings(t *testing.T) {
	h := serve(build())
	tests := []struct{ name, accept, coding, body string }{
		{"nothing named", "", "", "as it is"},
		{"a browser", "gzip, deflate, br, zstd", "br", "brotli"},
		{"gzip only", "gzip", "gzip", "gzip"},
		{"brotli refused", "br;q=0, gzip;q=0.5", "gzip", "gzip"},
		{"all refused", "br; q=0.0, gzip;q=0", "", "as it is"},
		{"something else", "zstd", "", "as it is"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := get(t, h, "GET", "/assets/a-1.js", "Accept-Encoding", test.accept)
			body, err := io.ReadAll(a.Body)
			if err != nil {
				t.Fatal(err)
			}
			if got := a.Header().Get("Content-Encoding"); got != test.coding || string(body) != test.body {
				t.Errorf("got %q coded %q, want %q coded %q", body, got, test.body, test.coding)
			}
			if got := a.Header().Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
				t.Errorf("Cache-Control: %s", got)
			}
			if got := a.Header().Get("Content-Type"); got != "text/javascript; charset=utf-8" {
				t.Errorf("Content-Type: %s", got)
			}
			again := get(t, h, "GET", "/assets/a-1.js", "Accept-Encoding", test.accept, "If-None-Match", a.Header().Get("ETag"))
			if again.Code != http.StatusNotModified {
				t.Errorf("asked again: %d", again.Code)
			}
		})
	}
}

// TestWithoutBuild checks that a program without a build says how to make one,
// and that the way in is package door's then.
func TestWithoutBuild(t *testing.T) {
	h := serve(nil)
	for path, want := range map[string]int{"/": 200, "/setup": 200, "/sign-in": 200, "/tests": 404, "/assets/a-1.js": 404} {
		if a := get(t, h, "GET", path, "Accept", browser); a.Code != want {
			t.Errorf("%s: status %d, want %d", path, a.Code, want)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	if !strings.Contains(w.Body.String(), "npm run build") {
		t.Errorf("the home page does not say how to build the dashboard:\n%s", w.Body.String())
	}
}
