// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/form"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
)

// Pause says why something is switched off, and until when.
type Pause struct {
	Exception string // id of the one that it is of; "" otherwise
	Reason    string
	Until     *int64 // ms; nil: until somebody ends it
}

// check refuses a pause without a reason, or one that is over before it begins.
func (p Pause) check(now time.Time) error {
	var problems []fault.Problem
	switch {
	case strings.TrimSpace(p.Reason) == "":
		problems = append(problems, fault.Problem{Pointer: "/deactivateReason", Message: "must be present and not empty"})
	case strings.ContainsRune(p.Reason, 0):
		problems = append(problems, fault.Problem{Pointer: "/deactivateReason", Message: "must not hold the character U+0000"})
	}
	if p.Until != nil && *p.Until <= db.Millis(now) {
		problems = append(problems, fault.Problem{Pointer: "/deactivateUntilDate", Message: "must lie in the future"})
	}
	if len(problems) > 0 {
		return fault.At(problems...)
	}
	return nil
}

// Deactivate switches a test off: it has no verdicts until it is reactivated,
// by somebody or by time.
func (s *Service) Deactivate(ctx context.Context, c caller.Caller, ref string, p Pause) (Test, error) {
	if err := p.check(s.Now()); err != nil {
		return Test{}, err
	}
	return s.turn(ctx, c, ref, &p)
}

// Reactivate switches a test on and evaluates it. It does nothing to a test that
// is active.
func (s *Service) Reactivate(ctx context.Context, c caller.Caller, ref string) (Test, error) {
	t, err := s.Get(ctx, c, ref)
	if err != nil || t.State == StateActive {
		return t, err
	}
	return s.turn(ctx, c, ref, nil)
}

// turn deactivates a test for a pause, or reactivates it when p is nil.
func (s *Service) turn(ctx context.Context, c caller.Caller, ref string, p *Pause) (Test, error) {
	var t Test
	now := s.Now()
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if t, err = s.find(ctx, tx, c, ref); err != nil {
			return err
		}
		return s.flip(ctx, tx, c, t, p, now)
	})
	if err != nil {
		return Test{}, err
	}
	return s.judged(ctx, c, t, resource.CauseRule)
}

// flip writes it, and links a test that comes back to what it relates to.
func (s *Service) flip(ctx context.Context, tx *db.Tx, c caller.Caller, t Test, p *Pause, now time.Time) error {
	to := StateDeactivated
	if p == nil {
		to, p = StateActive, &Pause{}
	}
	if err := updateState(ctx, tx, t.Number, to, *p, db.Millis(now)); err != nil {
		return err
	}
	if err := evidence.Append(ctx, tx, now, t.turnEntry(c, to, *p)); err != nil {
		return err
	}
	if to == StateActive {
		return s.Judge.link(ctx, tx, t)
	}
	return resource.RaiseEpoch(ctx, tx, t.Definition.Number)
}

// Copy makes a new test that begins as another one is. Members of the file form
// in text stand in for the original's.
func (s *Service) Copy(ctx context.Context, c caller.Caller, ref string, text []byte) (Test, error) {
	t, err := s.Get(ctx, c, ref)
	if err != nil {
		return Test{}, err
	}
	var problems []fault.Problem
	changes := form.Open(text, "", "members of a test that are to be others in the copy", &problems)
	if changes.Members == nil {
		return Test{}, fault.At(problems...)
	}
	if err := s.keepLinks(ctx, c, &t, changes.Members); err != nil {
		return Test{}, err
	}
	merged, err := t.form(changes.Members)
	if err != nil {
		return Test{}, err
	}
	d, err := s.read(ctx, c, merged, nil)
	if err != nil {
		return Test{}, err
	}
	if changes.Members["slug"] == nil {
		if d.slug, err = s.freeSlug(ctx, c, d.document.Name); err != nil {
			return Test{}, err
		}
	}
	return s.create(ctx, c, d)
}

// keepLinks adds to the members of a copy what the original has beside its
// versions: mappings, owner and SLA. An owner who may not own any more is left
// behind.
func (s *Service) keepLinks(ctx context.Context, c caller.Caller, t *Test, members map[string]json.Value) (err error) {
	if _, given := members["controls"]; !given {
		if members["controls"], err = s.controlIDs(ctx, c, t); err != nil {
			return err
		}
	}
	if _, given := members["sla"]; !given {
		if members["sla"], err = json.Marshal(t.SLA); err != nil {
			return err
		}
	}
	if _, given := members["owner"]; given {
		return nil
	}
	switch _, err := s.ownerByRef(ctx, c, t.Owner); fault.KindOf(err) {
	case fault.NotFound, fault.Impossible:
		return nil
	default:
		if err != nil {
			return err
		}
	}
	members["owner"], err = json.Marshal(t.Owner)
	return err
}

// form answers the file form of a test with some members changed.
func (t *Test) form(changes map[string]json.Value) ([]byte, error) {
	text, err := json.Marshal(t.Document)
	if err != nil {
		return nil, fmt.Errorf("encode test %s: %w", t.ID, err)
	}
	members := map[string]json.Value{}
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, err
	}
	for name, value := range map[string]string{
		"application": t.Definition.Application, "category": t.Category, "name": t.Document.Name + " (copy)",
		"reason": "copy of " + t.Slug, "resource": string(t.Definition.ID),
	} {
		if members[name], err = json.Marshal(value); err != nil {
			return nil, err
		}
	}
	delete(members, "related") // the names in the conditions are looked up again
	delete(members, "builtIn") // a copy is its author's
	delete(members, "settings")
	if changes["passWhen"] != nil || changes["failWhen"] != nil {
		delete(members, "passWhen")
		delete(members, "failWhen")
	}
	if changes["application"] != nil && changes["resource"] == nil {
		if members["resource"], err = json.Marshal(t.Definition.Name); err != nil {
			return nil, err
		}
	}
	if changes["resource"] != nil && changes["application"] == nil && db.ValidID(strings.Trim(string(changes["resource"]), `"`)) {
		delete(members, "application") // the id says it
	}
	maps.Copy(members, changes)
	return json.Marshal(members)
}

// freeSlug makes a slug of a name that no test of the workspace has.
func (s *Service) freeSlug(ctx context.Context, c caller.Caller, name string) (slug string, err error) {
	stem := slugOf(name)
	if !isSlug(stem) {
		stem = "copy"
	}
	stem = form.Cut(stem, maxSlug-8)
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		slug = stem
		for n := 2; ; n++ {
			taken, err := selectSlugTaken(ctx, tx, c.Workspace, slug)
			if err != nil || !taken {
				return err
			}
			slug = stem + "-" + strconv.Itoa(n)
		}
	})
	return slug, err
}
