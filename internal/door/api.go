// SPDX-License-Identifier: Apache-2.0

package door

import (
	"bytes"
	"net/http"
	"slices"
	"time"

	"github.com/passmuster/muster/internal/web"
)

// policy is the Content-Security-Policy of the pages: scripts and styles are
// files of this server, and no script may hand text to the HTML parser.
const policy = "default-src 'none'; base-uri 'none'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; " +
	"img-src 'self'; require-trusted-types-for 'script'; script-src 'self'; style-src 'self'; trusted-types 'none'"

// Mount mounts the pages and what they consist of, but for those at paths that
// somebody else has taken.
func Mount(server *web.Server, taken ...string) {
	for _, f := range render() {
		if slices.Contains(taken, f.path) {
			continue
		}
		server.Handle(web.Plain{Method: http.MethodGet, Path: f.path}, f.handler())
	}
}

// handler answers the file. Browsers keep it and ask each time whether it is
// still the same, so that a page and its script are of one version.
func (f file) handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Cache-Control", "no-cache")
		header.Set("Content-Security-Policy", policy)
		header.Set("Content-Type", f.typeOf)
		header.Set("ETag", f.etag)
		http.ServeContent(w, r, f.path, time.Time{}, bytes.NewReader(f.body))
	})
}
