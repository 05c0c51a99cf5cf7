// SPDX-License-Identifier: Apache-2.0

package program

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/json"
)

//go:embed catalogue/*.json
var catalogueFiles embed.FS

// Entry is one control of the library.
type Entry struct {
	Description  string
	Domains      []string
	ID           string // its external id in a workspace; it never changes
	Name         string
	Requirements []Place // in the order of the catalogue
	Starter      bool    // in use in a new workspace
}

// Place is one requirement of a framework.
type Place struct{ Framework, Requirement string }

// catalogue is what the program brings along. It is read once and never changed.
type catalogue struct {
	entries    []Entry
	frameworks []Framework
}

// CatalogueIDs answers the ids of the frameworks that the program brings along,
// in the order in which they are shown.
func CatalogueIDs() []string { return []string{"soc2", "iso27001_2022", "hipaa", "nistcsf2", "nist53"} }

func (c *catalogue) framework(id string) (*Framework, bool) {
	i := slices.IndexFunc(c.frameworks, func(f Framework) bool { return f.ID == id })
	if i < 0 {
		return nil, false
	}
	return &c.frameworks[i], true
}

func (c *catalogue) entry(id string) (Entry, bool) {
	i := slices.IndexFunc(c.entries, func(e Entry) bool { return strings.EqualFold(e.ID, id) })
	if i < 0 {
		return Entry{}, false
	}
	return c.entries[i], true
}

// loadCatalogue reads the embedded files. What is wrong with one is a mistake of
// the program's.
func loadCatalogue() (*catalogue, error) {
	c := &catalogue{}
	for _, id := range CatalogueIDs() {
		f, err := loadFramework(id)
		if err != nil {
			return nil, fmt.Errorf("catalogue of %s: %w", id, err)
		}
		c.frameworks = append(c.frameworks, f)
	}
	return c, c.loadEntries()
}

func loadFramework(id string) (Framework, error) {
	text, err := catalogueFiles.ReadFile("catalogue/" + id + ".json")
	if err != nil {
		return Framework{}, err
	}
	var file api.FrameworkFile
	if err := json.UnmarshalStrict(text, &file); err != nil {
		return Framework{}, err
	}
	f := fromFile(file)
	f.Custom = false
	switch {
	case f.ID != id:
		return f, fmt.Errorf("its slug is %q", f.ID)
	case !f.License.Known() || f.License == Own || f.Source == "" || f.Attribution == "":
		return f, fmt.Errorf("what is shipped needs license, source and attribution")
	case f.hasText() && !f.License.AllowsText():
		return f, fmt.Errorf("the licence %s allows no text", f.License)
	}
	return f, nil
}

// hasText says whether any of the framework's own text is there.
func (f *Framework) hasText() bool {
	for r := range f.requirements() {
		if r.Text != "" || r.category.Text != "" {
			return true
		}
	}
	return false
}

// ToJSON answers a file in YAML or JSON as JSON.
func ToJSON(text []byte) ([]byte, error) {
	text, err := yaml.YAMLToJSON(text)
	if err != nil {
		return nil, fmt.Errorf("read YAML: %w", err)
	}
	return text, nil
}

func (c *catalogue) loadEntries() error {
	text, err := catalogueFiles.ReadFile("catalogue/controls.json")
	if err != nil {
		return err
	}
	var file struct {
		Attribution string `json:"attribution"`
		License     string `json:"license"`
		Source      string `json:"source"`
		Controls    []struct {
			Description  string              `json:"description"`
			Domains      []string            `json:"domains"`
			ID           string              `json:"id"`
			Library      bool                `json:"library"`
			Name         string              `json:"name"`
			Requirements map[string][]string `json:"requirements"`
		} `json:"controls"`
	}
	if err := json.UnmarshalStrict(text, &file); err != nil {
		return fmt.Errorf("library of controls: %w", err)
	}
	if !License(file.License).AllowsText() || file.Source == "" || file.Attribution == "" {
		return fmt.Errorf("library of controls: what is shipped needs license, source and attribution")
	}
	for _, one := range file.Controls {
		e := Entry{Description: one.Description, Domains: one.Domains, ID: one.ID, Name: one.Name, Starter: !one.Library}
		for _, framework := range c.frameworks {
			for _, ref := range one.Requirements[framework.ID] {
				e.Requirements = append(e.Requirements, Place{framework.ID, ref})
			}
		}
		c.entries = append(c.entries, e)
	}
	return nil
}
