// SPDX-License-Identifier: Apache-2.0

package program

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/form"
	"github.com/passmuster/muster/internal/json"
)

// Limits of a control.
const (
	maxFields     = 100
	maxExternalID = 120
	maxTests      = 1000
)

// controlDraft is a control as its author sent it.
type controlDraft struct {
	Control
	owned  bool // an owner was said, perhaps nobody
	placed bool // requirements were said, perhaps none
	places []Place
	tested bool // tests were said, perhaps none
	tests  []assessment.TestRef
}

// controlReader reads a control. Every problem is collected.
type controlReader struct {
	controlDraft
	form.Form
	list []fault.Problem
}

// readControl checks a control: the manage API's input, or the file form, which
// has kind or apiVersion.
func (s *Service) readControl(ctx context.Context, c caller.Caller, text []byte) (controlDraft, error) {
	r, err := s.openControl(ctx, c, text, func(ctx context.Context, c caller.Caller, r *controlReader) error {
		if r.Members["kind"] != nil || r.Members["apiVersion"] != nil {
			return s.readFile(ctx, c, r)
		}
		return s.readInput(ctx, c, r)
	})
	if err != nil {
		return controlDraft{}, err
	}
	return r.controlDraft, nil
}

// openControl reads a control by one of the forms.
func (s *Service) openControl(
	ctx context.Context, c caller.Caller, text []byte, read func(context.Context, caller.Caller, *controlReader) error,
) (*controlReader, error) {
	r := &controlReader{}
	r.Form = form.Open(text, "", "a control has externalId, name and description", &r.list)
	if r.Members == nil {
		return nil, fault.At(r.list...)
	}
	if err := read(ctx, c, r); err != nil {
		return nil, err
	}
	if len(r.list) > 0 {
		return nil, fault.At(r.list...)
	}
	return r, nil
}

// readInput reads CreateControlInput (contract manage-api.md).
func (s *Service) readInput(ctx context.Context, c caller.Caller, r *controlReader) error {
	r.Only("a control", "externalId", "name", "description", "effectiveDate", "domain", "sections", "role", "customFields")
	r.head()
	r.Name = strings.TrimSpace(r.Text("name", maxName))
	if r.Name == "" {
		r.Name = r.ExternalID
	}
	if r.Members["description"] == nil {
		r.Wrong("description", "must be present")
	}
	if r.Members["effectiveDate"] == nil {
		r.Wrong("effectiveDate", "must be present: an RFC 3339 time")
	}
	if r.Members["domain"] == nil {
		r.Wrong("domain", "must be present: a word of ControlDomain")
	}
	r.Domains = r.domain()
	return s.readSections(ctx, c, r)
}

// readFile reads the file form (contract tests-and-rules.md section 3).
func (s *Service) readFile(ctx context.Context, c caller.Caller, r *controlReader) error {
	r.Only("a control", "apiVersion", "kind", "externalId", "name", "description", "domain", "domains", "effectiveDate", "owner", "role",
		"note", "customFields", "requirements", "tests")
	fixed(&r.Form, "Control")
	r.head()
	r.Name = required(&r.Form, "name", maxName)
	r.Note = r.Text("note", maxText)
	r.Domains = r.domain()
	if r.Members["domains"] != nil {
		if r.Members["domain"] != nil {
			r.Wrong("domains", "must not stand beside domain")
		}
		r.Domains = r.domains()
	}
	if err := s.readOwner(ctx, c, r); err != nil {
		return err
	}
	if err := s.readRequirements(ctx, c, r); err != nil {
		return err
	}
	return s.readTests(ctx, c, r)
}

// head reads what both forms have.
func (r *controlReader) head() {
	r.ExternalID = required(&r.Form, "externalId", maxExternalID)
	if strings.ContainsAny(r.ExternalID, "/;,") {
		r.Wrong("externalId", "must not hold / ; or ,")
	}
	r.Description = r.Text("description", maxText)
	if r.Members["role"] != nil {
		r.Role = r.Word("role", roles()...)
	}
	if text := r.Text("effectiveDate", maxName); text != "" {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			r.Wrong("effectiveDate", "must be an RFC 3339 time")
		}
		ms := db.Millis(at)
		r.EffectiveAt = &ms
	}
	r.Fields = customFields(&r.Form)
}

func (r *controlReader) domain() []string { return domainOf(&r.Form) }

// domainOf reads one domain as a list; nil when absent.
func domainOf(f *form.Form) []string {
	if f.Members["domain"] == nil {
		return nil
	}
	return []string{f.Word("domain", Domains()...)}
}

func (r *controlReader) domains() []string {
	list := texts(&r.Form, "domains", len(Domains()))
	for i, domain := range list {
		if !slices.Contains(Domains(), domain) {
			r.WrongItem("domains", i, "%q is no word of ControlDomain", domain)
		}
	}
	return list
}

// customFields reads labels with values.
func customFields(f *form.Form) (fields []Field) {
	raw := f.Members["customFields"]
	if raw == nil {
		return nil
	}
	var list []json.Value
	if raw.Kind() != '[' || json.Unmarshal(raw, &list) != nil || len(list) > maxFields {
		f.Wrong("customFields", "must be an array of at most %d objects: {label, value}", maxFields)
		return nil
	}
	for i, one := range list {
		at := f.At + "/customFields/" + strconv.Itoa(i)
		inner := form.Open(one, at, "a custom field has label and value", f.Problems)
		if inner.Members == nil {
			continue
		}
		inner.Only("a custom field", "label", "value")
		field := Field{Label: required(&inner, "label", maxName), Value: inner.Members["value"]}
		switch field.Value.Kind() {
		case '"':
			inner.Text("value", maxText)
		case '[':
			texts(&inner, "value", maxFields)
		default:
			inner.Wrong("value", "must be a string or an array of strings")
		}
		fields = append(fields, field)
	}
	return fields
}

// readSections reads the requirements that the manage API's input names.
func (s *Service) readSections(ctx context.Context, c caller.Caller, r *controlReader) error {
	raw := r.Members["sections"]
	if raw == nil {
		return nil
	}
	var list []json.Value
	if !arrayOf(raw, &list) {
		r.Wrong("sections", "must be an array of objects: {frameworkId, sectionId}")
		return nil
	}
	known, err := s.frameworksOf(ctx, c)
	if err != nil {
		return err
	}
	for i, one := range list {
		at := r.At + "/sections/" + strconv.Itoa(i)
		inner := form.Open(one, at, "a section has frameworkId and sectionId", &r.list)
		if inner.Members == nil {
			continue
		}
		inner.Only("a section", "frameworkId", "sectionId")
		framework, section := required(&inner, "frameworkId", maxName), required(&inner, "sectionId", maxName)
		place, what, why := known.place(framework, section)
		switch {
		case why == "" || framework == "" || section == "":
			r.places = append(r.places, place)
		case what == noFramework:
			inner.Wrong("frameworkId", "%s", why)
		default:
			inner.Wrong("sectionId", "%s", why)
		}
	}
	r.placed, r.places = true, distinct(r.places)
	return nil
}

// arrayOf reads an array; false when raw is none.
func arrayOf(raw json.Value, list *[]json.Value) bool {
	return raw.Kind() == '[' && json.Unmarshal(raw, list) == nil
}

// readRequirements reads the requirements that a file names, by framework.
func (s *Service) readRequirements(ctx context.Context, c caller.Caller, r *controlReader) error {
	raw := r.Members["requirements"]
	if raw == nil {
		return nil
	}
	inner := form.Open(raw, "/requirements", "references of requirements by framework", &r.list)
	if inner.Members == nil {
		return nil
	}
	known, err := s.frameworksOf(ctx, c)
	if err != nil {
		return err
	}
	for _, framework := range slices.Sorted(maps.Keys(inner.Members)) {
		for i, ref := range texts(&inner, framework, maxRequirements) {
			place, what, why := known.place(framework, ref)
			if why == "" {
				r.places = append(r.places, place)
				continue
			}
			if what == noFramework {
				inner.Wrong(framework, "%s", why)
				break
			}
			inner.WrongItem(framework, i, "%s", why)
		}
	}
	r.placed, r.places = true, distinct(r.places)
	return nil
}

func distinct(places []Place) []Place {
	seen := map[Place]bool{}
	return slices.DeleteFunc(places, func(p Place) bool {
		before := seen[p]
		seen[p] = true
		return before
	})
}

// readTests finds the tests that a file names.
func (s *Service) readTests(ctx context.Context, c caller.Caller, r *controlReader) error {
	if r.Members["tests"] == nil {
		return nil
	}
	seen := map[int64]bool{}
	for i, ref := range texts(&r.Form, "tests", maxTests) {
		t, err := s.Tests.Get(ctx, c, ref)
		if fault.KindOf(err) == fault.NotFound {
			r.WrongItem("tests", i, "%q is no id or slug of a test", ref)
			continue
		}
		if err != nil {
			return err
		}
		if !seen[t.Number] {
			r.tests = append(r.tests, t.Ref())
		}
		seen[t.Number] = true
	}
	r.tested = true
	return nil
}

// readOwner finds the user who is to own the control, by e-mail or id.
func (s *Service) readOwner(ctx context.Context, c caller.Caller, r *controlReader) error {
	r.owned = r.Members["owner"] != nil
	ref := r.Text("owner", maxName)
	owner, err := s.ownerByRef(ctx, c, ref)
	switch fault.KindOf(err) {
	case fault.NotFound:
		r.Wrong("owner", "%q is no id or e-mail of a user", ref)
	case fault.Impossible:
		r.Wrong("owner", "%v", err)
	default:
		if err != nil {
			return err
		}
	}
	r.Owner = owner.ID
	return nil
}

// controlEdit is what is to be another in a control; what is nil stays.
type controlEdit struct {
	description, externalID, name, note *string
	domains                             []string
	fields                              *[]Field
}

// readEdit reads EditControlMetadataInput (contract manage-api.md).
func readEdit(text []byte) (e controlEdit, err error) {
	var problems []fault.Problem
	f := form.Open(text, "", "what is to be another in the control", &problems)
	if f.Members != nil {
		f.Only("an edit", "name", "externalId", "description", "domain", "note", "customFields")
		for _, member := range []struct {
			into  **string
			name  string
			limit int
			empty bool
		}{
			{&e.name, "name", maxName, false},
			{&e.externalID, "externalId", maxExternalID, false},
			{&e.description, "description", maxText, true},
			{&e.note, "note", maxText, true},
		} {
			if f.Members[member.name] == nil {
				continue
			}
			value := ""
			if member.empty {
				value = f.Text(member.name, member.limit)
			} else {
				value = required(&f, member.name, member.limit)
			}
			*member.into = &value
		}
		if e.externalID != nil && strings.ContainsAny(*e.externalID, "/;,") {
			f.Wrong("externalId", "must not hold / ; or ,")
		}
		e.domains = domainOf(&f)
		if f.Members["customFields"] != nil {
			fields := customFields(&f)
			e.fields = &fields
		}
	}
	if len(problems) > 0 {
		return e, fault.At(problems...)
	}
	return e, nil
}

func (e controlEdit) apply(c Control) Control {
	for _, one := range []struct{ to, from *string }{
		{&c.Name, e.name}, {&c.ExternalID, e.externalID}, {&c.Description, e.description}, {&c.Note, e.note},
	} {
		if one.from != nil {
			*one.to = *one.from
		}
	}
	if e.domains != nil {
		c.Domains = e.domains
	}
	if e.fields != nil {
		c.Fields = *e.fields
	}
	return c
}
