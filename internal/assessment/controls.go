// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
)

// Control is what a test says of a control that it is evidence for.
type Control struct{ ExternalID, ID, Name string }

// TestRef names a test to those who keep something about it.
type TestRef struct {
	ID       string
	Name     string
	Number   int64
	PublicID string // as the API shows it
	Slug     string
}

// TestFilter asks for the tests that are evidence for a control, or for any
// control of a framework; "" asks for nothing.
type TestFilter struct{ Control, Framework string }

// Controls keeps which controls a test is evidence for. It may change at any
// time and needs no version.
type Controls interface {
	// ControlsOf answers the controls of tests by the tests' numbers, in the order
	// of their external ids.
	ControlsOf(ctx context.Context, tx *db.Tx, w caller.Workspace, tests ...int64) (map[int64][]Control, error)

	// FindControls answers what the references of a file form mean, each control
	// once, and what is wrong with a reference, by its index.
	FindControls(ctx context.Context, c caller.Caller, refs []string) (found []Control, wrong map[int]string, err error)

	// MapDefault makes a test evidence for those controls in use that came from
	// entries of the library, named by their ids. Entries that are not in use are
	// passed over. Built-in tests call it when they appear.
	MapDefault(ctx context.Context, tx *db.Tx, c caller.Caller, t TestRef, library []string, now time.Time) error

	// PutControls makes a test evidence for these controls and for no others.
	PutControls(ctx context.Context, tx *db.Tx, c caller.Caller, t TestRef, controls []Control, now time.Time) error

	// TestsUnder answers the numbers of the tests that a filter takes.
	TestsUnder(ctx context.Context, tx *db.Tx, w caller.Workspace, f TestFilter) (map[int64]bool, error)
}

// noControls is a workspace without any: every reference to one is wrong.
type noControls struct{}

func (noControls) ControlsOf(context.Context, *db.Tx, caller.Workspace, ...int64) (map[int64][]Control, error) {
	return nil, nil
}

func (noControls) FindControls(_ context.Context, _ caller.Caller, refs []string) ([]Control, map[int]string, error) {
	wrong := map[int]string{}
	for i := range refs {
		wrong[i] = "names nothing that exists here"
	}
	return nil, wrong, nil
}

func (noControls) MapDefault(context.Context, *db.Tx, caller.Caller, TestRef, []string, time.Time) error {
	return nil
}

func (noControls) PutControls(context.Context, *db.Tx, caller.Caller, TestRef, []Control, time.Time) error {
	return nil
}

func (noControls) TestsUnder(context.Context, *db.Tx, caller.Workspace, TestFilter) (map[int64]bool, error) {
	return nil, nil
}

// Ref names the test to others.
func (t *Test) Ref() TestRef {
	return TestRef{ID: t.ID, Name: t.Document.Name, Number: t.Number, Slug: t.Slug}
}

// readControls finds the controls that a form names.
func (s *Service) readControls(ctx context.Context, c caller.Caller, r *draftReader) error {
	raw := r.Members["controls"]
	if raw == nil {
		return nil
	}
	list, ok := listOf(raw)
	if !ok || len(list) > maxControls {
		r.Wrong("controls", "must be an array of at most %d references: an external id or an id of a control, or a requirement such as CC7.1", maxControls)
		return nil
	}
	refs := make([]string, len(list))
	for i, one := range list {
		if one.Kind() == '"' {
			refs[i], _ = json.Unquote(one) // what is no UTF-8 was refused before
		}
	}
	found, wrong, err := s.Controls.FindControls(ctx, c, refs)
	if err != nil {
		return err
	}
	for i := range list {
		if why, is := wrong[i]; is {
			r.list = append(r.list, fault.Problem{Pointer: pointerTo("controls", i), Message: shown(list[i]) + " " + why})
		}
	}
	r.controls, r.controlled = found, true
	return nil
}

// maxControls is how many controls a form may name.
const maxControls = 500

// putControls makes a test evidence for what its form names, when it does.
func (s *Service) putControls(ctx context.Context, tx *db.Tx, c caller.Caller, t *Test, d draft, now time.Time) error {
	if !d.controlled {
		return nil
	}
	return s.Controls.PutControls(ctx, tx, c, t.Ref(), d.controls, now)
}

// controlIDs answers the ids of a test's controls as a form names them.
func (s *Service) controlIDs(ctx context.Context, c caller.Caller, t *Test) (text json.Value, err error) {
	ids := []string{}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		ids = ids[:0]
		of, err := s.Controls.ControlsOf(ctx, tx, c.Workspace, t.Number)
		for _, control := range of[t.Number] {
			ids = append(ids, control.ID)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return json.Marshal(ids)
}
