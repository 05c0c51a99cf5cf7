// SPDX-License-Identifier: Apache-2.0

package door

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"path"
)

//go:embed page asset
var files embed.FS

// page is one of the paths that people open.
type page struct {
	Name  string // of its path, its template and its script
	Title string
}

func pages() []page {
	return []page{
		{"account", "Your account"},
		{"directory-setup", "Connect an identity provider"},
		{"invitation", "Invitation"},
		{"reset", "New password"},
		{"setup", "Set-up"},
		{"sign-in", "Sign in"},
	}
}

// file is what a path answers.
type file struct {
	body   []byte
	etag   string
	path   string
	typeOf string // media type
}

// render answers all files. What fails here is wrong in the program itself.
func render() []file {
	var all []file
	for _, p := range pages() {
		t := template.Must(template.ParseFS(files, "page/layout.html", "page/code.html", "page/"+p.Name+".html"))
		var body bytes.Buffer
		if err := t.ExecuteTemplate(&body, "layout.html", p); err != nil {
			panic(fmt.Errorf("page %s: %w", p.Name, err))
		}
		all = append(all, newFile("/"+p.Name, "text/html; charset=utf-8", body.Bytes()))
	}
	entries, err := files.ReadDir("asset")
	if err != nil {
		panic(err)
	}
	for _, entry := range entries {
		body, err := files.ReadFile("asset/" + entry.Name())
		if err != nil {
			panic(err)
		}
		all = append(all, newFile("/door/"+entry.Name(), typeOf(entry.Name()), body))
	}
	return all
}

func newFile(at, typeOf string, body []byte) file {
	sum := sha256.Sum256(body)
	return file{body: body, etag: `"` + hex.EncodeToString(sum[:8]) + `"`, path: at, typeOf: typeOf}
}

// typeOf answers the media type of an asset. The tables of the machine are not
// asked: some call scripts plain text.
func typeOf(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	panic("no media type for " + name)
}
