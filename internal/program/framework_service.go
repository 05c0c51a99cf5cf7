// SPDX-License-Identifier: Apache-2.0

package program

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/form"
	"github.com/passmuster/muster/internal/json"
)

// maxFrameworks is how many frameworks a workspace may use.
const maxFrameworks = 100

// FrameworkState is a framework with how far it is met.
type FrameworkState struct {
	*Framework
	Counters Counters
}

// Frameworks answers up to limit frameworks in use after an id, those of the
// catalogue first, and whether more follow.
func (s *Service) Frameworks(ctx context.Context, c caller.Caller, after string, limit int) (list []FrameworkState, more bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		all, err := s.frameworks(ctx, tx, c.Workspace)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(all, func(f *Framework) bool { return f.ID == after }); after != "" {
			all = all[i+1:] // one that is gone begins again
		}
		if more = len(all) > limit; more {
			all = all[:limit]
		}
		counters, err := s.counters(ctx, tx, c.Workspace)
		if err != nil {
			return err
		}
		list = make([]FrameworkState, len(all))
		for i, f := range all {
			list[i] = FrameworkState{f, counters[f.ID]}
		}
		return nil
	})
	return list, more, err
}

// FrameworkDetail is a framework whole, with the controls of each requirement.
type FrameworkDetail struct {
	FrameworkState
	Controls map[string][]Control // by the requirement's reference, in the order of external ids
	proofs   proofs
}

// GetFramework answers a framework in use whole.
func (s *Service) GetFramework(ctx context.Context, c caller.Caller, ref string) (d FrameworkDetail, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, err := s.findFramework(ctx, tx, c.Workspace, ref)
		if err != nil {
			return err
		}
		d, err = s.frameworkDetail(ctx, tx, c.Workspace, f)
		return err
	})
	return d, err
}

func (s *Service) frameworkDetail(ctx context.Context, tx *db.Tx, w caller.Workspace, f *Framework) (d FrameworkDetail, err error) {
	if d, err = s.controlsOf(ctx, tx, w, f); err != nil {
		return d, err
	}
	p, err := s.proofs(ctx, tx, w)
	if err != nil {
		return d, err
	}
	d.proofs = p.of(f.ID)
	d.Counters = d.proofs.count(d.ids())
	return d, nil
}

// ids answers the ids of the framework's controls, each once.
func (d *FrameworkDetail) ids() (ids []string) {
	for _, control := range d.all() {
		ids = append(ids, control.ID)
	}
	return ids
}

// controlsOf answers a framework with the controls of each requirement, without
// its counters.
func (s *Service) controlsOf(ctx context.Context, tx *db.Tx, w caller.Workspace, f *Framework) (d FrameworkDetail, err error) {
	d = FrameworkDetail{FrameworkState: FrameworkState{Framework: f}, Controls: map[string][]Control{}}
	all, err := selectControls(ctx, tx, w, "", maxControls)
	if err != nil {
		return d, fmt.Errorf("read controls: %w", err)
	}
	slices.SortFunc(all, byExternalID)
	mappings, err := selectMappingsOf(ctx, tx, w, f.ID)
	if err != nil {
		return d, fmt.Errorf("read mappings: %w", err)
	}
	at := map[string][]string{}
	for _, m := range mappings {
		at[m.control] = append(at[m.control], m.Requirement)
	}
	for _, control := range all {
		for _, requirement := range at[control.ID] {
			d.Controls[requirement] = append(d.Controls[requirement], control)
		}
	}
	return d, nil
}

func byExternalID(a, b Control) int {
	return strings.Compare(strings.ToLower(a.ExternalID), strings.ToLower(b.ExternalID))
}

// CreateFramework makes a framework of the workspace's own from its file form.
// Where there is one under its slug, the conflict comes with what was read.
func (s *Service) CreateFramework(ctx context.Context, c caller.Caller, text []byte) (d FrameworkDetail, err error) {
	f, err := s.readOwn(ctx, c, text, "")
	if err != nil {
		return d, err
	}
	now := s.Now()
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		rows, err := selectFrameworks(ctx, tx, c.Workspace)
		if err != nil {
			return err
		}
		if len(rows) >= maxFrameworks {
			return fault.New(fault.Impossible, "a workspace has at most %d frameworks", maxFrameworks)
		}
		row, err := f.row(tx.NewID(now), db.Millis(now), db.Millis(now))
		if err != nil {
			return err
		}
		if err := insertFramework(ctx, tx, c.Workspace, row); err != nil {
			return err
		}
		if err := s.putFileControls(ctx, tx, c.Workspace, &f); err != nil {
			return err
		}
		if err := evidence.Append(ctx, tx, now, f.entry(c, "created", frameworkChanges(Framework{}, f))); err != nil {
			return err
		}
		d, err = s.frameworkDetail(ctx, tx, c.Workspace, &f)
		return err
	})
	if db.IsUnique(err) {
		d.FrameworkState = FrameworkState{Framework: &f}
		return d, fault.New(fault.Conflict, "there is a framework %q already", f.ID)
	}
	return d, err
}

// readOwn checks the file form of a framework of the workspace's own; slug is
// what it is called already, "" for a new one.
func (s *Service) readOwn(ctx context.Context, c caller.Caller, text []byte, slug string) (Framework, error) {
	f, err := readFramework(text)
	if err != nil {
		return f, err
	}
	switch {
	case slug != "" && f.ID != "" && f.ID != slug:
		return f, fault.At(fault.Problem{Pointer: "/slug", Message: "a framework keeps its slug, which is " + slug})
	case slug != "":
		f.ID = slug
	case f.ID == "":
		if f.ID = form.Cut(form.Slug(f.Name), maxFrameworkSlug); !isFrameworkSlug(f.ID) {
			return f, fault.At(fault.Problem{Pointer: "/slug", Message: "must be present: the name makes none"})
		}
	}
	if slices.Contains(CatalogueIDs(), f.ID) {
		return f, fault.At(fault.Problem{Pointer: "/slug", Message: f.ID + " is a framework that Muster brings along; take another slug"})
	}
	if f.Shorthand == "" {
		f.Shorthand = f.Name
	}
	return f, s.resolveFileControls(ctx, c, &f)
}

// resolveFileControls turns the references of controls into their ids; what is
// none is a problem by its place.
func (s *Service) resolveFileControls(ctx context.Context, c caller.Caller, f *Framework) error {
	var problems []fault.Problem
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		problems = nil
		var resolve func(list []Requirement, at string) error
		resolve = func(list []Requirement, at string) error {
			for i := range list {
				here := at + "/requirements/" + strconv.Itoa(i)
				for j, ref := range list[i].Controls {
					control, found, err := lookUp(ctx, tx, c.Workspace, ref)
					if err != nil {
						return err
					}
					if !found {
						problems = append(problems, fault.Problem{
							Pointer: here + "/controls/" + strconv.Itoa(j), Message: strconv.Quote(ref) + " is no control in use",
						})
					}
					list[i].Controls[j] = control.ID
				}
				if err := resolve(list[i].Requirements, here); err != nil {
					return err
				}
			}
			return nil
		}
		for i := range f.Categories {
			if err := resolve(f.Categories[i].Requirements, "/categories/"+strconv.Itoa(i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && len(problems) > 0 {
		err = fault.At(problems...)
	}
	return err
}

// putFileControls maps the controls that a file names, which are ids by now, and
// forgets them: mappings stand apart from the document.
func (s *Service) putFileControls(ctx context.Context, tx *db.Tx, w caller.Workspace, f *Framework) error {
	for r := range f.requirements() {
		if r.Controls == nil {
			continue
		}
		place := Place{f.ID, r.Ref}
		if err := deleteMappings(ctx, tx, w, place); err != nil {
			return err
		}
		for _, control := range r.Controls {
			if _, err := putPlace(ctx, tx, w, control, place); err != nil {
				return fmt.Errorf("map control %s to %s: %w", control, place.text(), err)
			}
		}
	}
	return nil
}

// row answers the framework as it is stored: without its controls.
func (f *Framework) row(revision string, createdAt, now int64) (frameworkRow, error) {
	bare := *f
	bare.Categories = slices.Clone(f.Categories)
	for i := range bare.Categories {
		bare.Categories[i].Requirements = bareRequirements(bare.Categories[i].Requirements)
	}
	text, err := json.Marshal(bare.file())
	return frameworkRow{createdAt: createdAt, custom: true, document: string(text), revision: revision, slug: f.ID, updatedAt: now}, err
}

func bareRequirements(list []Requirement) []Requirement {
	bare := slices.Clone(list)
	for i := range bare {
		bare[i].Controls = nil
		bare[i].Requirements = bareRequirements(bare[i].Requirements)
	}
	return bare
}

// ReplaceFramework makes a framework of the workspace's own be as a file says.
// Controls stay mapped to requirements that stay, unless the file says others.
func (s *Service) ReplaceFramework(ctx context.Context, c caller.Caller, ref string, text []byte) (d FrameworkDetail, err error) {
	before, err := s.GetFramework(ctx, c, ref)
	if err != nil {
		return d, err
	}
	if !before.Custom {
		return d, fault.New(fault.Conflict, "%s comes with Muster and cannot be edited; export it, give it another slug, and import that", before.Name)
	}
	f, err := s.readOwn(ctx, c, text, before.ID)
	if err != nil {
		return d, err
	}
	now := s.Now()
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		stored, err := s.findFramework(ctx, tx, c.Workspace, before.ID)
		if err != nil {
			return err
		}
		if err := s.replace(ctx, tx, c, stored, &f, now); err != nil {
			return err
		}
		d, err = s.frameworkDetail(ctx, tx, c.Workspace, &f)
		return err
	})
	return d, err
}

func (s *Service) replace(ctx context.Context, tx *db.Tx, c caller.Caller, before, after *Framework, now time.Time) error {
	row, err := after.row(tx.NewID(now), before.CreatedAt, db.Millis(now))
	if err != nil {
		return err
	}
	after.CreatedAt = before.CreatedAt
	if err := updateFramework(ctx, tx, c.Workspace, row); err != nil {
		return err
	}
	kept := map[string]bool{}
	for r := range after.requirements() {
		kept[r.Ref] = true
	}
	for r := range before.requirements() {
		if kept[r.Ref] {
			continue
		}
		if err := deleteMappings(ctx, tx, c.Workspace, Place{after.ID, r.Ref}); err != nil {
			return err
		}
	}
	if err := s.putFileControls(ctx, tx, c.Workspace, after); err != nil {
		return err
	}
	return evidence.Append(ctx, tx, now, after.entry(c, "edited", frameworkChanges(*before, *after)))
}

// DeleteFramework takes a framework out of use, with what is mapped to it. One of
// the catalogue can be added again.
func (s *Service) DeleteFramework(ctx context.Context, c caller.Caller, ref string) error {
	now := s.Now()
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, err := s.findFramework(ctx, tx, c.Workspace, ref)
		if err != nil {
			return err
		}
		if err := deleteBinding(ctx, tx, c.Workspace, f.ID); err != nil {
			return err
		}
		if err := deleteFramework(ctx, tx, c.Workspace, f.ID); err != nil {
			return err
		}
		return evidence.Append(ctx, tx, now, f.entry(c, "removed", nil))
	})
}

// CatalogueFramework is a framework that Muster brings along.
type CatalogueFramework struct {
	*Framework
	InUse        bool
	Requirements int
}

// Catalogue answers the frameworks that Muster brings along.
func (s *Service) Catalogue(ctx context.Context, c caller.Caller) ([]CatalogueFramework, error) {
	known, err := s.catalogue()
	if err != nil {
		return nil, err
	}
	used, err := s.frameworksOf(ctx, c)
	if err != nil {
		return nil, err
	}
	list := make([]CatalogueFramework, len(known.frameworks))
	for i := range known.frameworks {
		f := &known.frameworks[i]
		list[i] = CatalogueFramework{Framework: f}
		_, list[i].InUse = used.find(f.ID)
		for range f.requirements() {
			list[i].Requirements++
		}
	}
	return list, nil
}

// AddFramework brings a framework of the catalogue into use, and maps the
// controls of the library that are in use to it. One that is in use is answered
// as it is.
func (s *Service) AddFramework(ctx context.Context, c caller.Caller, ref string) (d FrameworkDetail, err error) {
	known, err := s.catalogue()
	if err != nil {
		return d, err
	}
	f, ok := known.framework(frameworkID(ref))
	if !ok {
		return d, fault.New(fault.NotFound, "Muster brings no framework %q along", ref)
	}
	now := s.Now()
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := selectFramework(ctx, tx, c.Workspace, f.ID)
		if isAbsent(err) {
			err = s.addFramework(ctx, tx, c, known, f, now)
		}
		if err != nil {
			return err
		}
		d, err = s.frameworkDetail(ctx, tx, c.Workspace, f)
		return err
	})
	return d, err
}

func (s *Service) addFramework(ctx context.Context, tx *db.Tx, c caller.Caller, known *catalogue, f *Framework, now time.Time) error {
	row := frameworkRow{slug: f.ID, createdAt: db.Millis(now), updatedAt: db.Millis(now)}
	if err := insertFramework(ctx, tx, c.Workspace, row); err != nil {
		return err
	}
	controls, err := selectControls(ctx, tx, c.Workspace, "", maxControls)
	if err != nil {
		return err
	}
	for _, control := range controls {
		e, _ := known.entry(control.Library)
		for _, p := range e.Requirements {
			if p.Framework != f.ID {
				continue
			}
			if _, err := putPlace(ctx, tx, c.Workspace, control.ID, p); err != nil {
				return err
			}
		}
	}
	return evidence.Append(ctx, tx, now, f.entry(c, "added from the catalogue", nil))
}

// entry says what was done to a framework.
func (f *Framework) entry(actor caller.Caller, what string, changes []evidence.Change) evidence.Entry {
	if changes == nil {
		changes = []evidence.Change{}
	}
	count := 0
	for range f.requirements() {
		count++
	}
	return evidence.Entry{
		Actor: actor, Kind: "framework", Subject: evidence.Subject{Kind: "framework", ID: f.ID, Name: f.Name},
		Body: map[string]any{"what": what, "slug": f.ID, "requirements": count, "changes": changes},
	}
}

// frameworkChanges answers what distinguishes two states of a framework: its
// texts, and which requirements came, went or read otherwise.
func frameworkChanges(before, after Framework) []evidence.Change {
	var d differences
	d.add("name", before.Name, after.Name)
	d.add("shorthand", before.Shorthand, after.Shorthand)
	d.add("description", before.Description, after.Description)
	d.add("version", before.Version, after.Version)
	d.add("license", string(before.License), string(after.License))
	d.add("source", before.Source, after.Source)
	d.add("attribution", before.Attribution, after.Attribution)
	was := map[string]string{}
	for r := range before.requirements() {
		was[r.Ref] = r.told()
	}
	for r := range after.requirements() {
		d.add("requirement", was[r.Ref], r.told())
		delete(was, r.Ref)
	}
	for r := range before.requirements() {
		if told, gone := was[r.Ref]; gone {
			d.add("requirement", told, "")
		}
	}
	return d
}

// told is a requirement in words.
func (p placed) told() string {
	told := p.Ref + " " + p.Name
	for _, more := range []string{p.Obligation, p.Description, p.Text} {
		if more != "" {
			told += "; " + more
		}
	}
	return told
}

// FrameworkFile answers a framework in use as a file, with the external ids of
// the controls of each requirement.
func (s *Service) FrameworkFile(ctx context.Context, c caller.Caller, ref string) (api.FrameworkFile, error) {
	d, err := s.GetFramework(ctx, c, ref)
	if err != nil {
		return api.FrameworkFile{}, err
	}
	f := *d.Framework
	f.Categories = slices.Clone(f.Categories)
	for i := range f.Categories {
		f.Categories[i].Requirements = d.named(f.Categories[i].Requirements)
	}
	return f.file(), nil
}

// named answers requirements with the external ids of their controls.
func (d *FrameworkDetail) named(list []Requirement) []Requirement {
	named := slices.Clone(list)
	for i := range named {
		named[i].Controls = nil
		for _, control := range d.Controls[named[i].Ref] {
			named[i].Controls = append(named[i].Controls, control.ExternalID)
		}
		named[i].Requirements = d.named(named[i].Requirements)
	}
	return named
}
