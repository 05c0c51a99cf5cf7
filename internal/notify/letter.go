// SPDX-License-Identifier: Apache-2.0

package notify

import (
	_ "embed"
	"fmt"
	htmltemplate "html/template"
	"slices"
	"strings"
	"text/template"
)

// maxItems is how many things a section of a message names.
const maxItems = 25

// letter is what a message says, before it takes the form of its medium.
type letter struct {
	Base        string // what links begin with
	Digest      bool
	House       string // name of the workspace
	Sections    []section
	Unsubscribe string // "" where nobody can
}

// section is a part of a message.
type section struct {
	Items []item
	More  int64 // things that are counted and not named
	Title string

	noun, many string // of one, and of several
}

// item is one thing that something is said of.
type item struct {
	Name      string
	Path      string // "" where the thing has no page
	Sentences []string
	URL       string // with the path
}

// head is what a category is called in messages.
type head struct {
	category          Category
	title, noun, many string
}

// heads answers the sections in the order in which they stand.
func heads() []head {
	return []head{
		{CategoryTest, "A message to see whether it comes", "test message", "test messages"},
		{CategoryFlip, "Tests", "test", "tests"},
		{CategoryReview, "Access reviews", "access review", "access reviews"},
		{CategoryDocument, "Documents", "document", "documents"},
		{CategoryPolicy, "Policies to accept", "policy to accept", "policies to accept"},
		{CategoryException, "Exceptions asked for", "request for an exception", "requests for exceptions"},
		{CategoryHeld, "Removals that are held", "source with held removals", "sources with held removals"},
		{CategoryRejection, "Rejected records", "source with rejected records", "sources with rejected records"},
		{CategorySource, "Sources", "source", "sources"},
		{CategoryAccess, "Who can sign in", "alarm about who can sign in", "alarms about who can sign in"},
		{CategoryDirectory, "Directories", "directory with errors", "directories with errors"},
		{CategoryIntegration, "Webhooks and connections", "webhook or connection", "webhooks and connections"},
	}
}

// sectionOf answers the category under whose title a line stands: all that happens to
// tests is told test by test.
func (c Category) sectionOf() Category {
	switch c {
	case CategoryFailure, CategoryOverdue, CategoryDueSoon:
		return CategoryFlip
	}
	return c
}

// write makes a letter of a batch's lines. tests are those that the lines are about, as
// they stand at present.
func (l letter) write(lines []line, tests map[string]Standing) letter {
	for _, h := range heads() {
		s := section{Title: h.title, many: h.many, noun: h.noun}
		for _, one := range lines {
			switch {
			case one.Category.sectionOf() != h.category:
			case one.Thing == thing{} && one.Said == nil:
				s.More += one.Count
			case len(s.Items) == maxItems:
				s.More++
			default:
				s.Items = append(s.Items, l.item(one, tests))
			}
		}
		if len(s.Items) > 0 || s.More > 0 {
			l.Sections = append(l.Sections, s)
		}
	}
	return l
}

func (l letter) item(one line, tests map[string]Standing) item {
	var now *standing
	out := item{Name: one.Thing.label()}
	if test, there := tests[one.Thing.ID]; there && one.Thing.Kind == "test" {
		now = &standing{failing: test.Failing, name: plain(test.Name), status: test.Status, total: test.Total}
		out.Name = now.name
	}
	out.Sentences = one.sentences(now)
	if out.Path = one.path(); out.Path != "" {
		out.URL = l.Base + out.Path
	}
	return out
}

// path answers the page of the thing that a line is about; "" for one without.
func (l line) path() string {
	switch {
	case l.Category == CategoryException:
		return "/exceptions"
	case !slugLike(l.Thing.ID):
		return "" // nothing of ours
	case l.Thing.Kind == "test":
		return "/tests/" + l.Thing.ID
	case l.Thing.Kind == "directory":
		return "/settings/provisioning/" + l.Thing.ID
	case l.Thing.Kind == "user":
		return "/settings/members"
	case l.Thing.Kind == "definition":
		return "/resources/" + l.Thing.ID
	case l.Thing.Kind == "access_review":
		return "/access-reviews/" + l.Thing.ID
	}
	return ""
}

// slugLike says whether an id can stand in a path as it is.
func slugLike(id string) bool {
	return id != "" && strings.Trim(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}

// subject answers the subject line. All begin alike, so that they can be filtered.
func (l letter) subject() string {
	var parts []string
	for _, s := range l.Sections {
		parts = append(parts, s.counted())
	}
	said := strings.Join(parts, ", ")
	if len(l.Sections) == 1 && l.Sections[0].size() == 1 && len(l.Sections[0].Items) == 1 {
		one := l.Sections[0].Items[0]
		said = one.Name
		if len(one.Sentences) > 0 {
			said = strings.TrimPrefix(one.Name+": ", ": ") + strings.TrimRight(one.Sentences[0], ".")
		}
	}
	if l.Digest {
		said = "Daily digest: " + said
	}
	return clip("[Muster " + clipTo(l.house(), 60) + "] " + said)
}

func (l letter) house() string { return plain(l.House) }

func (s section) size() int64 { return int64(len(s.Items)) + s.More }

// counted says how many things a section is about.
func (s section) counted() string {
	if s.size() == 1 {
		return "1 " + s.noun
	}
	return grouped(s.size()) + " " + s.many
}

// MoreText says what is counted and not named.
func (s section) MoreText() string {
	if s.More == 0 {
		return ""
	}
	if len(s.Items) == 0 {
		return s.counted() + "."
	}
	return "And " + grouped(s.More) + " more."
}

//go:embed letter.txt
var letterText string

//go:embed letter.html
var letterHTML string

// text answers the letter as plain text.
func (l letter) text() (string, error) {
	t, err := template.New("letter.txt").Parse(letterText)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	if err := t.Execute(&out, l.shown()); err != nil {
		return "", fmt.Errorf("write text: %w", err)
	}
	return out.String(), nil
}

// html answers the letter as a page that needs nothing from elsewhere.
func (l letter) html() (string, error) {
	t, err := htmltemplate.New("letter.html").Parse(letterHTML)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	if err := t.Execute(&out, l.shown()); err != nil {
		return "", fmt.Errorf("write HTML: %w", err)
	}
	return out.String(), nil
}

// shown answers the letter as the templates take it.
func (l letter) shown() letter {
	l.House, l.Sections = l.house(), slices.Clone(l.Sections)
	return l
}
