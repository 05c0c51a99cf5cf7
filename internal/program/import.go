// SPDX-License-Identifier: Apache-2.0

package program

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
)

// Row is one control of a file: its file form as JSON, and where it stands.
type Row struct {
	Form json.Value
	Line int // from 1
}

// RowProblem is one thing that is wrong with a file of controls.
type RowProblem struct {
	Line    int
	Message string
	Place   string // pointer into the control
}

// ImportResult says what a file did, or would do.
type ImportResult struct {
	Created, Unchanged, Updated int
	Problems                    []RowProblem // when there are any, nothing was done
}

// errDry ends a transaction that was only to see what would happen.
var errDry = errors.New("a dry run")

// Import makes controls be as a file says, all or none: what has an external id
// that is there is changed in what its row speaks of, what has not is made.
func (s *Service) Import(ctx context.Context, c caller.Caller, rows []Row, dryRun bool) (result ImportResult, err error) {
	drafts := make([]controlReader, 0, len(rows))
	seen := map[string]int{}
	for _, row := range rows {
		r, err := s.readRow(ctx, c, row.Form)
		if fault.KindOf(err) != fault.Invalid && err != nil {
			return result, err
		}
		result.note(row.Line, err)
		key := strings.ToLower(r.ExternalID)
		if before, twice := seen[key]; twice && key != "" {
			result.Problems = append(result.Problems, RowProblem{row.Line, fmt.Sprintf("line %d has the same external id", before), "/externalId"})
		}
		seen[key] = row.Line
		drafts = append(drafts, r)
	}
	if len(result.Problems) > 0 {
		return result, nil
	}
	now := s.Now()
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		result.Created, result.Updated, result.Unchanged = 0, 0, 0
		for i := range drafts {
			if err := s.importOne(ctx, tx, c, &drafts[i], &result, now); err != nil {
				return err
			}
		}
		if dryRun {
			return errDry
		}
		return nil
	})
	if errors.Is(err, errDry) {
		err = nil
	}
	return result, err
}

// note adds what is wrong with a row.
func (r *ImportResult) note(line int, err error) {
	var failure *fault.Error
	if !errors.As(err, &failure) {
		return
	}
	for _, p := range failure.Problems {
		r.Problems = append(r.Problems, RowProblem{line, p.Message, p.Pointer})
	}
}

// readRow reads a file form and keeps which members it has.
func (s *Service) readRow(ctx context.Context, c caller.Caller, text []byte) (controlReader, error) {
	r, err := s.openControl(ctx, c, text, s.readFile)
	if err != nil {
		return controlReader{}, err
	}
	return *r, nil
}

func (s *Service) importOne(ctx context.Context, tx *db.Tx, c caller.Caller, r *controlReader, result *ImportResult, now time.Time) error {
	before, err := selectControl(ctx, tx, c.Workspace, "", strings.ToLower(r.ExternalID))
	switch {
	case errors.Is(err, db.ErrNoRow):
		result.Created++
		d := r.controlDraft
		return s.create(ctx, tx, c, &d, now)
	case err != nil:
		return err
	}
	changed, err := s.merge(ctx, tx, c, before, r, now)
	if changed {
		result.Updated++
	} else {
		result.Unchanged++
	}
	return err
}

// merge changes what a row speaks of, and says whether that is a change.
func (s *Service) merge(ctx context.Context, tx *db.Tx, c caller.Caller, before Control, r *controlReader, now time.Time) (bool, error) {
	after := r.over(before)
	changed, err := s.update(ctx, tx, c, before, &after, now)
	if err != nil {
		return false, err
	}
	if r.placed {
		is, err := s.putPlaces(ctx, tx, c, &after, r.places, now)
		if err != nil {
			return false, err
		}
		changed = changed || is
	}
	if r.tested {
		is, err := s.putTests(ctx, tx, c, &after, r.tests, now)
		if err != nil {
			return false, err
		}
		changed = changed || is
	}
	if !r.owned || r.Owner == before.Owner {
		return changed, nil
	}
	return true, s.passOn(ctx, tx, c, &after, r.Owner, now)
}

// passOn gives a control to another user, "" for nobody.
func (s *Service) passOn(ctx context.Context, tx *db.Tx, c caller.Caller, control *Control, user string, now time.Time) error {
	next, err := s.ownerByRef(ctx, c, user)
	if err != nil {
		return err
	}
	change, err := s.ownerChange(ctx, c, control.Owner, next)
	if err != nil {
		return err
	}
	control.Owner, control.UpdatedAt = next.ID, db.Millis(now)
	if err := updateControl(ctx, tx, *control); err != nil {
		return err
	}
	return evidence.Append(ctx, tx, now, control.entry(c, "owner changed", change))
}

// over answers a control with what a row says of it; what the row does not speak
// of stays.
func (r *controlReader) over(before Control) Control {
	after := before
	after.Name, after.ExternalID = r.Name, r.ExternalID
	for name, put := range map[string]func(){
		"customFields":  func() { after.Fields = r.Fields },
		"description":   func() { after.Description = r.Description },
		"domain":        func() { after.Domains = r.Domains },
		"domains":       func() { after.Domains = r.Domains },
		"effectiveDate": func() { after.EffectiveAt = r.EffectiveAt },
		"note":          func() { after.Note = r.Note },
		"role":          func() { after.Role = r.Role },
	} {
		if _, given := r.Members[name]; given {
			put()
		}
	}
	return after
}

// Export answers every control in use as a file, by external ids.
func (s *Service) Export(ctx context.Context, c caller.Caller) (files []ControlFile, err error) {
	var controls []Control
	places, slugs := map[string][]Place{}, map[string][]string{}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		if controls, err = selectControls(ctx, tx, c.Workspace, "", maxControls); err != nil {
			return err
		}
		mappings, err := selectMappings(ctx, tx, c.Workspace)
		if err != nil {
			return err
		}
		clear(places)
		for _, m := range mappings {
			places[m.control] = append(places[m.control], m.Place)
		}
		clear(slugs)
		for _, control := range controls {
			if slugs[control.ID], err = s.testSlugs(ctx, tx, c.Workspace, control.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(controls, byExternalID)
	for _, control := range controls {
		file, err := s.controlFile(ctx, c, control, places[control.ID], slugs[control.ID])
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}
