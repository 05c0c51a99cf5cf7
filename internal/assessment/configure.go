// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/assessment/builtin"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/form"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
)

// What may be others of a built-in test: its settings, each change a version, and
// what every test has beside its versions.

// Configuration changes settings, and perhaps what a test has beside its versions.
type Configuration struct {
	Assignment

	Reason   string
	Settings json.Value // some of them by name; null for the default
}

// Configure changes the settings of a built-in test. Values that are as they were
// make no version. Impossible for a test that has no settings.
func (s *Service) Configure(ctx context.Context, c caller.Caller, ref string, in Configuration) (Test, error) {
	t, err := s.Get(ctx, c, ref)
	if err != nil {
		return Test{}, err
	}
	b, err := s.builtInOf(&t)
	if err != nil {
		return Test{}, err
	}
	before, err := t.Document.ownValues(b)
	if err != nil {
		return Test{}, err
	}
	values, problems := b.Values(in.Settings, before, "/settings")
	if len(problems) > 0 {
		return Test{}, fault.At(problems...)
	}
	d, err := s.fillIn(ctx, c, b, t.Definition, values, nil)
	if err != nil {
		return Test{}, err
	}
	if d.reason = in.Reason; strings.ContainsRune(d.reason, 0) {
		return Test{}, fault.At(fault.Problem{Pointer: "/reason", Message: "must not hold the character U+0000"})
	}
	if in.Assignment != (Assignment{}) {
		if t, err = s.Assign(ctx, c, ref, in.Assignment); err != nil {
			return Test{}, err
		}
	}
	if values.Same(before) {
		return t, nil
	}
	if t, err = s.revise(ctx, c, t, d); err != nil {
		return Test{}, err
	}
	return s.judged(ctx, c, t, resource.CauseRule)
}

// builtInOf answers what a built-in test is made of.
func (s *Service) builtInOf(t *Test) (*builtin.Test, error) {
	if t.Document.BuiltIn == "" {
		return nil, fault.At(fault.Problem{Pointer: "/settings", Message: "only built-in tests have settings; a test of your own gets a new version"})
	}
	b, ok := s.BuiltIns.Find(t.Document.BuiltIn)
	if !ok {
		return nil, fault.New(fault.Impossible, "this Muster does not know the built-in test %q; its settings stay as they are", t.Document.BuiltIn)
	}
	return b, nil
}

// fixedMembers are those of a file form that only the built-in test's file decides.
func fixedMembers() []string {
	return []string{
		"cases", "description", "failWhen", "failureDescription", "freshness", "name", "onEmpty", "onUnknown", "passWhen", "reducer", "remediation", "scope",
	}
}

// readBuiltIn checks the file form of a version of a built-in test: settings, which
// are their defaults where they are left out, and what goes beside versions.
func (s *Service) readBuiltIn(ctx context.Context, c caller.Caller, t *Test, text []byte) (draft, error) {
	b, err := s.builtInOf(t)
	if err != nil {
		return draft{}, err
	}
	var problems []fault.Problem
	f := form.Open(text, "", "a version of a built-in test has settings", &problems)
	for _, name := range fixedMembers() {
		if f.Members[name] != nil {
			f.Wrong(name, "is fixed in a built-in test: change its settings, or copy it to have a test of your own")
		}
	}
	f.Only("a version of a built-in test", append(slices.Clone(formMembers), "settings")...)
	settings := f.Members["settings"]
	values, wrong := b.Values(settings, nil, "/settings")
	if problems = append(problems, wrong...); len(problems) > 0 {
		return draft{}, fault.At(problems...)
	}
	delete(f.Members, "settings")
	return s.fillIn(ctx, c, b, t.Definition, values, f.Members)
}

// fillIn makes the draft of a built-in test on a definition. more are members of the
// file form beside its own: category and SLA are the test's only when it is made.
func (s *Service) fillIn(
	ctx context.Context, c caller.Caller, b *builtin.Test, on resource.Definition, values builtin.Values, more map[string]json.Value,
) (draft, error) {
	gathered, err := s.gather(ctx, c, b)
	if err != nil {
		return draft{}, err
	}
	if b, err = s.named(ctx, c, b, on); err != nil {
		return draft{}, err
	}
	spans, follows, err := s.spans(ctx, c.Workspace, b, values)
	if err != nil {
		return draft{}, err
	}
	members, err := b.FormOver(spans, gathered)
	if err != nil {
		return draft{}, err
	}
	due, err := parseDue(members["due"])
	if err != nil {
		return draft{}, err
	}
	delete(members, "due")
	delete(members, "category")
	delete(members, "sla")
	maps.Copy(members, more)
	text, err := json.Marshal(members)
	if err != nil {
		return draft{}, err
	}
	d, err := s.read(ctx, c, text, &on)
	if err != nil {
		return draft{}, err
	}
	d.document.BuiltIn, d.document.Due, d.document.Follows = b.ID, due, follows
	d.document.Settings, err = spans[len(spans)-1].Values.Text()
	return d, err
}

// named answers a built-in test on a definition whose name it knows.
func (s *Service) named(ctx context.Context, c caller.Caller, b *builtin.Test, on resource.Definition) (*builtin.Test, error) {
	applications, err := s.Applications.Applications(ctx, c)
	if err != nil {
		return nil, err
	}
	name, err := s.nameFor(ctx, c, applications, on)
	if err != nil {
		return nil, err
	}
	return b.On(name)
}
