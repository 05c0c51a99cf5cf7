// SPDX-License-Identifier: Apache-2.0

package dashboard

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// file is one file of the build, in every coding that the build made of it.
type file struct {
	codings map[string][]byte // by content coding; "" as it is
	etag    string
	kept    bool // its name holds a digest of its content
	typeOf  string
}

// suffixes are what the build ends the names of compressed files with, the
// smallest first.
func suffixes() []struct{ coding, ending string } {
	return []struct{ coding, ending string }{{"br", ".br"}, {"gzip", ".gz"}}
}

// read answers the files of a build by their path from the root. What fails here
// is wrong in the build, which is part of the program.
func read(build fs.FS) map[string]*file {
	all := map[string]*file{}
	err := fs.WalkDir(build, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		body, err := fs.ReadFile(build, name)
		if err != nil {
			return err
		}
		plain, coding := name, ""
		for _, s := range suffixes() {
			if bare, ok := strings.CutSuffix(name, s.ending); ok {
				plain, coding = bare, s.coding
			}
		}
		f := all["/"+plain]
		if f == nil {
			f = &file{codings: map[string][]byte{}, kept: strings.HasPrefix(plain, "assets/"), typeOf: typeOf(plain)}
			all["/"+plain] = f
		}
		f.codings[coding] = body
		if coding == "" {
			sum := sha256.Sum256(body)
			f.etag = hex.EncodeToString(sum[:8])
		}
		return nil
	})
	if err != nil {
		panic(fmt.Errorf("the build of the dashboard: %w", err))
	}
	return all
}

// typeOf answers the media type of a file. The tables of the machine are not
// asked: some call scripts plain text.
func typeOf(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".woff2":
		return "font/woff2"
	}
	panic("no media type for " + name)
}
