// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"errors"
	"strings"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/form"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
)

// Limits of a test's texts, in characters.
const (
	maxName = 200
	maxText = 10_000
)

// draft is a test as its author sent it, checked against the definition.
type draft struct {
	assigned   assigned // SLA and subscribers, where they were said
	category   string   // "": not said
	controlled bool     // controls were said, perhaps none
	controls   []Control
	definition resource.Definition
	document   Document
	owned      bool  // an owner was said, perhaps nobody
	owner      Owner // the zero value for nobody
	reason     string
	relatives  relatives
	slug       string // "": not said
}

// formMembers are the members of the file form (contract tests-and-rules.md
// section 3). reason says why a version is made.
var formMembers = []string{
	"apiVersion", "kind", "slug", "name", "description", "remediation", "failureDescription", "application", "resource", "scope",
	"passWhen", "failWhen", "reducer", "onEmpty", "onUnknown", "freshness", "category", "cases", "reason",
	"controls", "owner", "sla", "subscribers",
}

// draftReader reads the file form. Every problem is collected.
type draftReader struct {
	draft
	form.Form
	fields *rule.Fields // nil until the definition is known
	list   []fault.Problem
}

// read checks a file form of a test. given is the definition when it is known
// already; a form that names another is refused then. The fault that it answers
// names every wrong place.
func (s *Service) read(ctx context.Context, c caller.Caller, text []byte, given *resource.Definition) (draft, error) {
	r := &draftReader{}
	r.Form = form.Open(text, "", "a test has name, application, resource and passWhen or failWhen", &r.list)
	if r.Members == nil {
		return draft{}, fault.At(r.list...)
	}
	r.Only("a test", formMembers...)
	r.head()
	if err := s.locate(ctx, c, r, given); err != nil {
		return draft{}, err
	}
	names := s.namer(ctx, c, r.definition.Application)
	if err := r.describe(names); err != nil {
		return draft{}, err
	}
	r.body()
	if names.failed != nil {
		return draft{}, names.failed
	}
	r.relatives, r.document.Related = names.targets, names.bound
	if err := s.readControls(ctx, c, r); err != nil {
		return draft{}, err
	}
	if err := s.readOwner(ctx, c, r); err != nil {
		return draft{}, err
	}
	if err := s.readAssigned(ctx, c, r); err != nil {
		return draft{}, err
	}
	if len(r.list) > 0 {
		return draft{}, fault.At(r.list...)
	}
	if err := r.cases(s.Now()); err != nil {
		return draft{}, err
	}
	if len(r.list) > 0 {
		return draft{}, fault.At(r.list...)
	}
	s.settle(ctx, r)
	return r.draft, nil
}

// settle brings what Muster keeps itself up to date, before it is judged by.
func (s *Service) settle(ctx context.Context, r *draftReader) {
	system := r.definition.Base == resource.SystemRecord
	for _, d := range r.relatives {
		system = system || d.Base == resource.SystemRecord
	}
	if system {
		s.Resource.Settle(ctx, r.definition.Workspace)
	}
}

// head reads what says which test this is.
func (r *draftReader) head() {
	for _, fixed := range [][2]string{{"apiVersion", "muster/v1"}, {"kind", "Test"}} {
		if text := r.Text(fixed[0], maxName); r.Members[fixed[0]] != nil && text != fixed[1] {
			r.Wrong(fixed[0], "must be %s", fixed[1])
		}
	}
	r.slug = r.Text("slug", maxSlug)
	if r.slug != "" && !isSlug(r.slug) {
		r.Wrong("slug", "must be lower-case letters and digits with single dashes between them, such as servers-sized")
	}
	r.reason = r.Text("reason", maxText)
	if category := r.Text("category", maxName); category != "" {
		var ok bool
		if r.category, ok = parseCategory(category); !ok {
			r.Wrong("category", "must be one of %s", strings.Join(categories(), ", "))
		}
	}
	d := &r.document
	d.Name = strings.TrimSpace(r.Text("name", maxName))
	d.Description = r.Text("description", maxText)
	d.Remediation = r.Text("remediation", maxText)
	d.FailureDescription = r.Text("failureDescription", maxText)
}

// locate finds the definition that the form names.
func (s *Service) locate(ctx context.Context, c caller.Caller, r *draftReader, given *resource.Definition) error {
	app, name := r.Text("application", maxName), r.Text("resource", maxName)
	switch {
	case given != nil && app == "" && name == "":
		r.definition = *given
		return nil
	case given != nil && name == "":
		name = string(given.ID)
	case name == "":
		r.Wrong("resource", "must be present: the resourceId or the name of a resource definition")
	}
	if strings.EqualFold(app, houseApplication) && s.Resource.IsSystem(name) {
		return s.locateSystem(ctx, c, r, name, given)
	}
	found, ok, err := s.findApplication(ctx, c, r, app)
	if err != nil || !ok || name == "" {
		return err
	}
	d, err := s.findDefinition(ctx, c, found, name)
	switch {
	case errors.Is(err, db.ErrNoRow) && app == "":
		r.Wrong("application", "must be present, unless resource is a resourceId")
	case errors.Is(err, db.ErrNoRow):
		r.Wrong("resource", "%q is no resourceId or name of a resource of %s", name, found.Name)
	case err != nil:
		return err
	case found.ID != "" && d.Application != found.ID:
		r.Wrong("resource", "belongs to another application than %s", found.Name)
	case given != nil && d.Number != given.Number:
		r.Wrong("resource", "a test stays with its resource; make another test, or a copy, for this one")
	default:
		r.definition = d
	}
	return nil
}

// houseApplication is how a form says that a test is about what Muster itself
// keeps: {application: muster, resource: people}.
const houseApplication = "muster"

func (s *Service) locateSystem(ctx context.Context, c caller.Caller, r *draftReader, name string, given *resource.Definition) error {
	d, err := s.Resource.System(ctx, c.Workspace, name)
	if err == nil && given != nil && d.Number != given.Number {
		r.Wrong("resource", "a test stays with its resource; make another test, or a copy, for this one")
		return nil
	}
	r.definition = d
	return err
}

func (s *Service) findApplication(ctx context.Context, c caller.Caller, r *draftReader, ref string) (Application, bool, error) {
	if ref == "" {
		return Application{}, true, nil
	}
	all, err := s.Applications.Applications(ctx, c)
	if err != nil {
		return Application{}, false, err
	}
	found, ok := application(all, ref)
	if !ok {
		r.Wrong("application", "%q is no id, slug or name of an application", ref)
	}
	return found, ok, nil
}

func (s *Service) findDefinition(ctx context.Context, c caller.Caller, app Application, ref string) (d resource.Definition, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		if db.ValidID(ref) {
			d, err = resource.LookUpByID(ctx, tx, c.Workspace, resource.ID(ref))
			if !errors.Is(err, db.ErrNoRow) {
				return err
			}
		}
		if app.ID == "" {
			return db.ErrNoRow
		}
		d, err = resource.LookUpByName(ctx, tx, c.Workspace, app.ID, ref)
		return err
	})
	return d, err
}

// describe works out which fields conditions may name.
func (r *draftReader) describe(names *namer) (err error) {
	if r.definition.Number != 0 {
		r.fields, err = fieldsOf(r.definition, names.fields)
	}
	return err
}

// body reads what decides the verdict.
func (r *draftReader) body() {
	d := &r.document
	d.Scope, d.PassWhen, d.FailWhen = r.condition("scope"), r.condition("passWhen"), r.condition("failWhen")
	pass, fail := r.Members["passWhen"] != nil, r.Members["failWhen"] != nil
	switch {
	case pass && fail:
		r.Wrong("failWhen", "must not stand beside passWhen: a test has exactly one of the two")
	case !pass && !fail:
		r.Wrong("passWhen", "must be present: a test has exactly one of passWhen and failWhen")
	}
	d.Reducer = Reducer{Kind: reduceAll}
	if raw := r.Members["reducer"]; raw != nil {
		if err := d.Reducer.UnmarshalJSON(raw); err != nil {
			r.Wrong("reducer", "%v", err)
		}
	}
	d.OnEmpty = r.Word("onEmpty", "not_applicable", "pass", "fail")
	d.OnUnknown = r.Word("onUnknown", "fail", "pass", "in_progress")
	d.Freshness = r.Text("freshness", maxName)
	if _, ok := parseFreshness(d.Freshness); !ok && r.Members["freshness"] != nil {
		r.Wrong("freshness", "must be a duration such as 90m, 36h, 7d or 2w")
	}
}

// condition reads a condition and checks it against the fields, when they are
// known.
func (r *draftReader) condition(name string) *rule.Node {
	raw := r.Members[name]
	if raw == nil {
		return nil
	}
	node, problems := rule.Parse(raw)
	if len(problems) == 0 && r.fields != nil {
		problems = node.Check(r.fields)
	}
	for _, p := range problems {
		r.list = append(r.list, fault.Problem{Pointer: r.At + "/" + name + p.Pointer, Message: p.Message})
	}
	return node
}

// readOwner finds the user who is to own the test, by e-mail or id.
func (s *Service) readOwner(ctx context.Context, c caller.Caller, r *draftReader) error {
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
	r.owner = owner
	return nil
}

// readAssigned finds the SLA and the subscribers that the form names.
func (s *Service) readAssigned(ctx context.Context, c caller.Caller, r *draftReader) error {
	var a Assignment
	if r.Members["sla"] != nil {
		ref := r.Text("sla", maxName)
		a.SLA = &ref
	}
	if raw := r.Members["subscribers"]; raw != nil {
		var refs []string
		if raw.Kind() != '[' || json.Unmarshal(raw, &refs) != nil {
			r.Wrong("subscribers", "must be an array of ids or e-mails of users or people")
		}
		a.Subscribers = &refs
	}
	found, err := s.findAssigned(ctx, c, a)
	var wrong *fault.Error
	if errors.As(err, &wrong) && wrong.Kind == fault.Invalid {
		r.list = append(r.list, wrong.Problems...)
		return nil
	}
	r.assigned = found
	return err
}

// shown answers a value as an error repeats it.
func shown(raw json.Value) string {
	if len(raw) > 80 {
		return "this"
	}
	return string(raw)
}
