// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
)

// Edit changes a definition; nil fields stay.
type Edit struct {
	// Force saves a schema that stored records or tests do not fit.
	Force    bool
	Guard    **Guard // to nil takes the guard away
	Handling *Handling
	Name     *string
	Schema   []byte // becomes the next version
}

// Compatibility says what does not fit a schema that is to be saved.
type Compatibility struct {
	Failing    int64    // stored records that it refuses
	Sample     []string // messages of some of them, by uniqueId
	Tests      []string // names of tests that read a field which it removes or retypes
	Workspaces int64    // others that have the definition installed, and records or tests that do not fit
}

// Edit changes a definition. A schema that does not fit is a Conflict, unless
// forced; records keep the version that they were accepted under, and tests
// that do not fit become INVALID.
func (s *Service) Edit(ctx context.Context, c caller.Caller, id ID, edit Edit) (Definition, Compatibility, error) {
	d, err := s.Get(ctx, c, id)
	if err == nil && d.Base == SystemRecord && c.Kind != caller.System {
		err = errNotFound
	}
	if err != nil {
		return d, Compatibility{}, err
	}
	before := d
	if err := d.apply(edit); err != nil {
		return d, Compatibility{}, err
	}
	if err := s.checkOrigin(ctx, before, &d); err != nil {
		return before, Compatibility{}, err
	}
	var fits Compatibility
	if d.SchemaVersion != before.SchemaVersion {
		if fits, err = s.compatibilities(ctx, d); err != nil {
			return d, fits, err
		}
		if !edit.Force && fits.Failing+int64(len(fits.Tests))+fits.Workspaces > 0 {
			return d, fits, fits.conflict()
		}
	}
	d.UpdatedAt = s.Now()
	var raised []Number
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		raised, err = s.saveEdit(ctx, tx, c, before, d)
		return err
	})
	if err != nil || d.SchemaVersion == before.SchemaVersion {
		return d, fits, err
	}
	return d, fits, s.judgeEdited(ctx, c, d, raised)
}

// judgeEdited judges a definition with another schema, and those whose rules that
// raised. A push that holds one of them judges by the schema itself.
func (s *Service) judgeEdited(ctx context.Context, c caller.Caller, d Definition, raised []Number) error {
	edited := []Definition{d}
	for _, number := range raised {
		if slices.ContainsFunc(edited, func(d Definition) bool { return d.Number == number }) {
			continue
		}
		one, err := s.definitionOf(ctx, number)
		if err != nil {
			return err
		}
		edited = append(edited, one)
	}
	for _, d := range edited {
		if err := s.Reevaluate(ctx, c, d, CauseRule); fault.KindOf(err) != fault.Unavailable && err != nil {
			return err
		}
	}
	for _, d := range edited { // what was judged first did not see what was judged later
		s.follow(ctx, c, d.Number)
	}
	return nil
}

func (d *Definition) apply(edit Edit) error {
	if edit.Name != nil {
		if err := checkName(*edit.Name); err != nil {
			return err
		}
		d.Name = strings.TrimSpace(*edit.Name)
	}
	if edit.Handling != nil {
		switch *edit.Handling {
		case "", Lenient, Strict:
			d.Handling = *edit.Handling
		default:
			return fault.At(fault.Problem{Pointer: "/handling", Message: "must be lenient, strict or empty"})
		}
	}
	if edit.Guard != nil {
		d.Guard = *edit.Guard
		if g := d.Guard; g != nil && (g.Count < 0 || g.Percent < 0 || g.Percent > 100 || g.Repeats < 0) {
			return fault.At(fault.Problem{Pointer: "/guard", Message: "must have a count from 0 and a percentage from 0 to 100"})
		}
	}
	if edit.Schema != nil {
		return d.setSchema(edit.Schema)
	}
	return nil
}

// saveEdit saves an edited definition, and answers those whose rules it raised
// beside its own.
func (s *Service) saveEdit(ctx context.Context, tx *db.Tx, c caller.Caller, before, d Definition) (raised []Number, err error) {
	if raised, err = s.saveOne(ctx, tx, c, before, d); err != nil {
		return nil, err
	}
	return raised, s.saveInstalled(ctx, tx, before, d)
}

func (s *Service) saveOne(ctx context.Context, tx *db.Tx, c caller.Caller, before, d Definition) (raised []Number, err error) {
	if err := update(ctx, tx, before, d); err != nil {
		return nil, nameTaken(err, d.Name)
	}
	if d.SchemaVersion != before.SchemaVersion {
		if err := insertSchema(ctx, tx, d); err != nil {
			return nil, err
		}
		if err := markSchema(ctx, tx, d.Number); err != nil {
			return nil, err
		}
		if err := raiseEpoch(ctx, tx, d.Number); err != nil {
			return nil, err
		}
		if raised, err = s.Judge.Refit(ctx, tx, d); err != nil {
			return nil, err
		}
	}
	return raised, evidence.Append(ctx, tx, d.UpdatedAt, d.entry(c, "edited", before))
}

// update writes what may be another. Of an installed definition two write, each what is
// theirs: who publishes it, and its workspace.
func update(ctx context.Context, tx *db.Tx, before, d Definition) error {
	switch {
	case d.Origin == "":
		return updateDefinition(ctx, tx, d)
	case d.follows(before):
		return updateInstalled(ctx, tx, d)
	}
	return updateGuard(ctx, tx, d)
}

// follows says whether a definition became another in what installed ones have in common
// with the public one.
func (d Definition) follows(before Definition) bool {
	return d.Name != before.Name || d.Handling != before.Handling || d.SchemaVersion != before.SchemaVersion
}

// compatibility checks what is stored against a schema before it is saved.
func (s *Service) compatibility(ctx context.Context, d Definition) (fits Compatibility, err error) {
	schema, err := d.RecordSchema()
	if err != nil {
		return fits, err
	}
	shape, err := NewShape(schema)
	if err != nil {
		return fits, err
	}
	head, err := s.headOf(ctx, d.Number)
	if err != nil {
		return fits, err
	}
	for after := Item(0); ; {
		rows, err := s.documentsAfter(ctx, d.Number, head.Number, after, clearStep)
		if err != nil {
			return fits, err
		}
		if len(rows) == 0 {
			break
		}
		for _, row := range rows {
			fits.check(shape, row.document)
		}
		after = rows[len(rows)-1].item
	}
	fits.Tests, err = s.Judge.Misfits(ctx, d)
	return fits, err
}

func (f *Compatibility) check(shape *Shape, document []byte) {
	look := surveyOf(document)
	unique, _ := look.unique()
	rejection := shape.Check(0, document, unique, true)
	if rejection == nil {
		return
	}
	f.Failing++
	if len(f.Sample) < sampleSize {
		f.Sample = append(f.Sample, unique+strings.TrimPrefix(rejection.Message, "/0"))
	}
}

func (f Compatibility) conflict() error {
	var parts []string
	if f.Failing > 0 {
		parts = append(parts, fmt.Sprintf("%d stored records do not fit it (%s)", f.Failing, f.Sample[0]))
	}
	if len(f.Tests) > 0 {
		parts = append(parts, "these tests read what it removes or retypes: "+strings.Join(f.Tests, ", "))
	}
	if f.Workspaces > 0 {
		parts = append(parts, fmt.Sprintf("in %d of the workspaces that have it installed, stored records or tests do not", f.Workspaces))
	}
	return fault.New(fault.Conflict, "the schema was not saved: %s; save it with force to do so all the same", strings.Join(parts, "; "))
}
