// SPDX-License-Identifier: Apache-2.0

package program

import (
	"iter"
	"slices"
	"strings"
	"unicode"

	"github.com/passmuster/muster/api"
)

// Framework is a set of requirements that a workspace wants to meet.
type Framework struct {
	Attribution string
	Categories  []Category
	CreatedAt   int64 // ms, when it came into use; 0 in the catalogue
	Custom      bool  // the workspace's own, rather than one of the catalogue
	Description string
	ID          string // its slug
	License     License
	Name        string
	Shorthand   string
	Source      string // where its text or its numbers come from
	UpdatedAt   int64  // ms
	Version     string
}

// Category is a part of a framework.
type Category struct {
	Name         string
	Ref          string
	Requirements []Requirement
	Text         string // the framework's own, where the licence allows it
}

// Requirement is one thing that a framework asks for, perhaps with finer ones
// below it.
type Requirement struct {
	Controls     []string // of a file only: references of controls that help to meet it; nil: not said
	Description  string   // in words of our own, or the workspace's
	Name         string
	Obligation   string // "", required or addressable
	Ref          string // unique within the framework
	Requirements []Requirement
	Text         string // the framework's own, where the licence allows it
}

// placed is a requirement with where it stands in its framework.
type placed struct {
	*Requirement
	category *Category
	depth    int // 0: directly in the category
}

// leaf says whether no finer requirement stands below it.
func (p placed) leaf() bool { return len(p.Requirement.Requirements) == 0 }

// requirements goes through all of them, each before the ones below it.
func (f *Framework) requirements() iter.Seq[placed] {
	return func(yield func(placed) bool) {
		for i := range f.Categories {
			if !walk(&f.Categories[i], f.Categories[i].Requirements, 0, yield) {
				return
			}
		}
	}
}

func walk(c *Category, list []Requirement, depth int, yield func(placed) bool) bool {
	for i := range list {
		if !yield(placed{&list[i], c, depth}) || !walk(c, list[i].Requirements, depth+1, yield) {
			return false
		}
	}
	return true
}

// find answers a requirement by its reference, spaces and case aside.
func (f *Framework) find(ref string) (placed, bool) {
	var near placed
	for p := range f.requirements() {
		if p.Ref == ref {
			return p, true
		}
		if near.Requirement == nil && plainRef(p.Ref) == plainRef(ref) {
			near = p
		}
	}
	return near, near.Requirement != nil
}

// plainRef is a reference as people may write it: "CC 6.1" and "cc6.1" mean CC6.1.
func plainRef(ref string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, ref)
}

// isRef says whether a text may be the reference of a requirement or category:
// it stands in paths and in lists of files.
func isRef(ref string) bool {
	return ref != "" && ref == strings.TrimSpace(ref) && !strings.ContainsAny(ref, `/;,"\?#%`) &&
		!strings.ContainsFunc(ref, func(r rune) bool { return !unicode.IsPrint(r) })
}

// spellings are the names that the manage API has for frameworks of the
// catalogue, beside their ids.
func spellings() map[string]string {
	return map[string]string{
		"HIPAA": "hipaa", "ISO_27001_2022": "iso27001_2022", "NIST_53": "nist53", "NIST_CSF_2": "nistcsf2", "SOC_2": "soc2",
	}
}

// frameworkID answers the id that a reference means: the id itself, in whatever
// case, or the manage API's spelling.
func frameworkID(ref string) string {
	ref = strings.TrimSpace(ref)
	if id, ok := spellings()[strings.ToUpper(ref)]; ok {
		return id
	}
	return strings.ToLower(ref)
}

// file answers the framework as a file holds it. It loses nothing.
func (f *Framework) file() api.FrameworkFile {
	a := api.FrameworkFile{
		APIVersion: apiVersion, Kind: "Framework", Slug: f.ID, Name: f.Name, Shorthand: f.Shorthand, Description: f.Description,
		Version: f.Version, License: string(f.License), Source: f.Source, Attribution: f.Attribution,
		Categories: make([]api.CategoryFile, len(f.Categories)),
	}
	for i, c := range f.Categories {
		a.Categories[i] = api.CategoryFile{Ref: c.Ref, Name: c.Name, Text: c.Text, Requirements: requirementFiles(c.Requirements)}
	}
	return a
}

func requirementFiles(list []Requirement) []api.RequirementFile {
	var files []api.RequirementFile
	for _, r := range list {
		files = append(files, api.RequirementFile{
			Ref: r.Ref, Name: r.Name, Description: r.Description, Text: r.Text, Obligation: r.Obligation,
			Controls: slices.Clone(r.Controls), Requirements: requirementFiles(r.Requirements),
		})
	}
	return files
}

// fromFile is the inverse of file, for what was checked when it was stored.
func fromFile(a api.FrameworkFile) Framework {
	f := Framework{
		Attribution: a.Attribution, Custom: true, Description: a.Description, ID: a.Slug, License: License(a.License), Name: a.Name,
		Shorthand: a.Shorthand, Source: a.Source, Version: a.Version, Categories: make([]Category, len(a.Categories)),
	}
	for i, c := range a.Categories {
		f.Categories[i] = Category{Name: c.Name, Ref: c.Ref, Text: c.Text, Requirements: fromRequirementFiles(c.Requirements)}
	}
	return f
}

func fromRequirementFiles(files []api.RequirementFile) []Requirement {
	var list []Requirement
	for _, r := range files {
		list = append(list, Requirement{
			Controls: r.Controls, Description: r.Description, Name: r.Name, Obligation: r.Obligation, Ref: r.Ref, Text: r.Text,
			Requirements: fromRequirementFiles(r.Requirements),
		})
	}
	return list
}
