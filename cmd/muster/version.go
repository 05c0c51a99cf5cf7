// SPDX-License-Identifier: Apache-2.0

package main

import (
	"runtime/debug"

	"github.com/passmuster/muster/internal/json"
)

// buildVersion is set by the linker for releases; it is read only.
var buildVersion string

// version answers the release, or what Go recorded of the checkout.
func version() string {
	if buildVersion != "" {
		return buildVersion
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "dev"
	}
	return info.Main.Version
}

type versionCmd struct {
	JSON bool `help:"Machine output."`
}

// Run prints the version.
func (c *versionCmd) Run(sys *system) error {
	if c.JSON {
		return sys.printJSON(struct {
			Version string `json:"version"`
		}{version()})
	}
	return sys.write("muster %s\n", version())
}

// printJSON writes a result for machines, on one line.
func (s *system) printJSON(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.write("%s\n", text)
}
