// SPDX-License-Identifier: Apache-2.0

// Package ui holds the dashboard: its sources, in TypeScript, and what `npm run
// build` makes of them. The build is part of the program, so one binary is the
// whole product.
//
//	src/pages        one file a page, named for its route
//	src/components   what pages are made of, one job each
//	src/lib          what is no component: words, permissions, the API client
//	src/api          types made of docs/reference/openapi.json by tools/schema
//	dist             the build; not committed
//	proof            walks every page in a browser
//
// The dashboard is a client of the API under /v1 like any other. Package
// internal/dashboard serves it.
package ui

import (
	"embed"
	"io/fs"
)

// A fresh clone has a folder without a build, so that Go alone compiles it.
//
//go:embed all:dist
var dist embed.FS

// Dist answers the files of the build, nil when the program was compiled
// without one.
func Dist() fs.FS {
	build, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the name above is a valid one
	}
	if _, err := fs.Stat(build, "index.html"); err != nil {
		return nil
	}
	return build
}
