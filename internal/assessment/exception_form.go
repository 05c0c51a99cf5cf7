// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/form"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
)

// exceptionMembers are the members of the file form (kind: Exception).
var exceptionMembers = []string{"apiVersion", "kind", "test", "record", "condition", "reason", "until"}

// CreateException makes an exception of its file form, or asks for one where
// exceptions are to be approved. The fault names every wrong place.
func (s *Service) CreateException(ctx context.Context, c caller.Caller, text []byte) (Exception, error) {
	test, a, err := s.readException(ctx, c, text)
	if err != nil {
		return Exception{}, err
	}
	return s.except(ctx, c, test, a)
}

// readException checks a file form and answers the test that it names.
func (s *Service) readException(ctx context.Context, c caller.Caller, text []byte) (test string, a asked, err error) {
	var problems []fault.Problem
	f := form.Open(text, "", "an exception has test, reason, and record or condition", &problems)
	if f.Members == nil {
		return "", a, fault.At(problems...)
	}
	f.Only("an exception", exceptionMembers...)
	for _, fixed := range [][2]string{{"apiVersion", "muster/v1"}, {"kind", "Exception"}} {
		if text := f.Text(fixed[0], maxName); f.Members[fixed[0]] != nil && text != fixed[1] {
			f.Wrong(fixed[0], "must be %s", fixed[1])
		}
	}
	if a.Reason = strings.TrimSpace(f.Text("reason", maxText)); a.Reason == "" {
		f.Wrong("reason", "must be present and not empty: auditors read it")
	}
	a.Until = readUntil(&f, s.Now())
	t, err := s.exceptionTest(ctx, c, &f)
	if err != nil {
		return "", a, err
	}
	record, condition := f.Members["record"] != nil, f.Members["condition"] != nil
	switch {
	case record && condition:
		f.Wrong("condition", "must not stand beside record: an exception has exactly one of the two")
	case !record && !condition:
		f.Wrong("record", "must be present, or condition: what the exception is about")
	case t.ID == "": // and then neither can be looked up
	case record:
		err = s.readRecord(ctx, &f, t, &a)
	default:
		err = s.readClause(ctx, c, &f, t, &a)
	}
	if err == nil && len(problems) > 0 {
		err = fault.At(problems...)
	}
	return t.ID, a, err
}

func readUntil(f *form.Form, now time.Time) *int64 {
	text := f.Text("until", maxName)
	if f.Members["until"] == nil {
		return nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		f.Wrong("until", "must be a time such as 2027-01-31T00:00:00Z")
		return nil
	}
	ms := db.Millis(at)
	if ms <= db.Millis(now) {
		f.Wrong("until", "must lie in the future")
	}
	return &ms
}

func (s *Service) exceptionTest(ctx context.Context, c caller.Caller, f *form.Form) (t Test, err error) {
	ref := f.Text("test", maxName)
	if ref == "" {
		f.Wrong("test", "must be present: the id or slug of a test")
		return t, nil
	}
	t, err = s.Get(ctx, c, ref)
	if fault.KindOf(err) == fault.NotFound {
		f.Wrong("test", "%q is no id or slug of a test", ref)
		return Test{}, nil
	}
	return t, err
}

// readRecord finds a record by its id under the test, or by its uniqueId.
func (s *Service) readRecord(ctx context.Context, f *form.Form, t Test, a *asked) error {
	ref := f.Text("record", maxText)
	return s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, ok, err := resource.ItemOf(ctx, tx, t.Definition.Number, ref); err != nil || ok {
			a.entity = ref
			return err
		}
		ids, err := resource.EntitiesOf(ctx, tx, t.Definition, ref)
		switch {
		case err != nil:
		case len(ids) == 0:
			f.Wrong("record", "%q is no id or uniqueId of a record of %s", ref, t.Definition.Name)
		case len(ids) > 1: // each source has its own
			f.Wrong("record", "%q is the uniqueId of %d records of %s, from as many sources: name one by its id", ref, len(ids), t.Definition.Name)
		default:
			a.entity = ids[0]
		}
		return err
	})
}

// readClause checks a condition against the records of the test.
func (s *Service) readClause(ctx context.Context, c caller.Caller, f *form.Form, t Test, a *asked) error {
	names := s.namer(ctx, c, t.Definition.Application)
	fields, err := fieldsOf(t.Definition, names.fields)
	if err != nil {
		return err
	}
	node, problems := rule.Parse(f.Members["condition"])
	if len(problems) == 0 {
		problems = node.Check(fields)
	}
	if names.failed != nil {
		return names.failed
	}
	for _, p := range problems {
		*f.Problems = append(*f.Problems, fault.Problem{Pointer: "/condition" + p.Pointer, Message: p.Message})
	}
	a.clause = Clause{Condition: node, Related: names.bound}
	return nil
}
