// SPDX-License-Identifier: Apache-2.0

package builtin

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/passmuster/muster/internal/json"
)

//go:embed files/*.yaml
var files embed.FS

// People is the base of tests on the people of a workspace.
const People = "people"

// Test is what a file says for one base.
type Test struct {
	Base     string   // a base type, or People
	Category string   // as tests have it
	Clock    string   // the field whose instant begins what settings that follow an SLA count
	Controls []string // entries of the library
	Gathers  []string // base types that its rule relates to; nil: none
	ID       string   // the slug that it prefers; it never changes
	Mapped   string   // the kind whose mapped definitions its rule relates to as well; "" for none
	SLA      string   // slug, "" for none
	Settings []Setting

	members map[string]json.Value // of the form, with placeholders
	words   map[string]string
}

// Catalogue is all of them. It never changes.
type Catalogue struct{ tests []*Test }

// file is how a file looks.
type file struct {
	APIVersion         string     `json:"apiVersion"`
	Category           string     `json:"category"`
	Clock              string     `json:"clock"`
	Controls           []string   `json:"controls"`
	Description        string     `json:"description"`
	Due                json.Value `json:"due"`
	FailWhen           json.Value `json:"failWhen"`
	FailureDescription string     `json:"failureDescription"`
	For                []variant  `json:"for"`
	Freshness          string     `json:"freshness"`
	Kind               string     `json:"kind"`
	Name               string     `json:"name"`
	OnEmpty            string     `json:"onEmpty"`
	OnUnknown          string     `json:"onUnknown"`
	PassWhen           json.Value `json:"passWhen"`
	Reducer            json.Value `json:"reducer"`
	Remediation        string     `json:"remediation"`
	SLA                string     `json:"sla"`
	Scope              json.Value `json:"scope"`
	Settings           []Setting  `json:"settings"`
	Slug               string     `json:"slug"`
}

type variant struct {
	Base    string            `json:"base"`
	Gathers []string          `json:"gathers"`
	Mapped  string            `json:"mapped"`
	Slug    string            `json:"slug"`
	Words   map[string]string `json:"words"`
}

// Load reads the embedded files. What is wrong with one is a mistake of the
// program's.
func Load() (*Catalogue, error) {
	names, err := fs.Glob(files, "files/*.yaml")
	if err != nil {
		return nil, err
	}
	c := &Catalogue{}
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err == nil {
			err = c.add(path.Base(name), text)
		}
		if err != nil {
			return nil, fmt.Errorf("built-in test %s: %w", name, err)
		}
	}
	slices.SortFunc(c.tests, func(a, b *Test) int { return strings.Compare(a.ID, b.ID) })
	return c, nil
}

func (c *Catalogue) add(name string, text []byte) error {
	text, err := yaml.YAMLToJSON(text)
	if err != nil {
		return err
	}
	var f file
	if err := json.UnmarshalStrict(text, &f); err != nil {
		return err
	}
	if f.APIVersion != "muster/v1" || f.Kind != "Test" || f.Slug+".yaml" != name || len(f.For) == 0 {
		return fmt.Errorf("it must be a muster/v1 Test named for its slug, for some base")
	}
	members, err := f.members(text)
	if err != nil {
		return err
	}
	for _, s := range f.Settings {
		if err := s.check(s.Default); err != nil {
			return fmt.Errorf("default of setting %s: %w", s.Name, err)
		}
	}
	for _, v := range f.For {
		if v.Slug == "" {
			v.Slug = f.Slug
		}
		c.tests = append(c.tests, &Test{
			Base: v.Base, Category: f.Category, Clock: f.Clock, Controls: f.Controls, Gathers: v.Gathers, ID: v.Slug, Mapped: v.Mapped, SLA: f.SLA, Settings: f.Settings,
			members: members, words: v.Words,
		})
	}
	return nil
}

// members answers those of the file that are a test's form.
func (f *file) members(text []byte) (map[string]json.Value, error) {
	all := map[string]json.Value{}
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, err
	}
	for _, name := range []string{"apiVersion", "clock", "controls", "for", "kind", "settings", "slug"} {
		delete(all, name)
	}
	return all, nil
}

// All answers every test, by id.
func (c *Catalogue) All() []*Test { return slices.Clone(c.tests) }

// For answers the tests on the records of a base.
func (c *Catalogue) For(base string) []*Test {
	return slices.DeleteFunc(c.All(), func(t *Test) bool { return t.Base != base || t.Gathers != nil })
}

// Gathering answers the tests whose rules relate to all definitions of a base.
func (c *Catalogue) Gathering(base string) []*Test {
	return slices.DeleteFunc(c.All(), func(t *Test) bool { return !slices.Contains(t.Gathers, base) })
}

// GatheringMapped answers the tests whose rules relate to all definitions that are
// mapped to one of some kinds.
func (c *Catalogue) GatheringMapped(kinds ...string) []*Test {
	return slices.DeleteFunc(c.All(), func(t *Test) bool { return t.Mapped == "" || !slices.Contains(kinds, t.Mapped) })
}

// Kinds answers the kinds whose mapped definitions some test relates to.
func (c *Catalogue) Kinds() (kinds []string) {
	for _, t := range c.tests {
		if t.Mapped != "" && !slices.Contains(kinds, t.Mapped) {
			kinds = append(kinds, t.Mapped)
		}
	}
	return kinds
}

// Find answers a test by its id.
func (c *Catalogue) Find(id string) (*Test, bool) {
	i := slices.IndexFunc(c.tests, func(t *Test) bool { return t.ID == id })
	if i < 0 {
		return nil, false
	}
	return c.tests[i], true
}
