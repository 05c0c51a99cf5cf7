// SPDX-License-Identifier: Apache-2.0

package dashboard

import (
	"bytes"
	"io/fs"
	"net/http"
	"time"

	"github.com/passmuster/muster/internal/web"
)

// policy is the Content-Security-Policy of the document and its files.
const policy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; " +
	"require-trusted-types-for 'script'; trusted-types 'none'"

// index is the one document.
const index = "/index.html"

// Mount mounts a build and answers the paths that package door need not serve
// then. A nil build mounts nothing.
func Mount(server *web.Server, build fs.FS) (taken []string) {
	if build == nil {
		return nil
	}
	files := read(build)
	for at, f := range files {
		if at != index {
			server.Handle(web.Plain{Method: http.MethodGet, Path: at}, f.handler())
		}
	}
	document := files[index].handler()
	taken = []string{"/setup", "/sign-in"}
	for _, at := range taken {
		server.Handle(web.Plain{Method: http.MethodGet, Path: at}, document)
	}
	server.HandlePages(document)
	return taken
}

// handler answers the file.
func (f *file) handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		coding := f.coding(r.Header.Get("Accept-Encoding"))
		header := w.Header()
		header.Set("Cache-Control", "no-cache")
		if f.kept {
			header.Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		if coding != "" {
			header.Set("Content-Encoding", coding)
		}
		header.Set("Content-Security-Policy", policy)
		header.Set("Content-Type", f.typeOf)
		header.Set("ETag", `"`+f.etag+coding+`"`)
		header.Add("Vary", "Accept-Encoding")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.codings[coding]))
	})
}

// coding answers the smallest coding that the file has and the client takes.
func (f *file) coding(accept string) string {
	for _, s := range suffixes() {
		if f.codings[s.coding] != nil && web.TakesCoding(accept, s.coding) {
			return s.coding
		}
	}
	return ""
}
