// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/scim/schema"
	"github.com/passmuster/muster/internal/web"
	"github.com/passmuster/muster/internal/workspace"
)

// Deleting is the state of a directory that is being taken away: its tokens are
// dead, and what it granted is being revoked.
const Deleting State = "deleting"

// Limits of what people type.
const (
	maxAttributeName = 200
	maxDirectoryName = 100
	maxTokens        = 10
	warningsShown    = 200
)

// NewDirectory is what a directory is made from.
type NewDirectory struct {
	DefaultRole string // id, slug or name; "" = Employee
	Name        string
	Provider    Provider
	Strict      bool
}

// DirectoryChanges change a directory; what is nil stays.
type DirectoryChanges struct {
	DefaultRole   *string // id, slug or name
	Name          *string
	RoleAttribute *string // "" for none
	State         *State  // Unlinked or Linked
	Strict        *bool
}

// Counts say how much a provider has sent.
type Counts struct{ Active, Groups, Users int64 }

func directoryKey(name string) string { return strings.ToLower(name) }

func unknownDirectory(ref string) error {
	return fault.New(fault.NotFound, "there is no directory %q", web.Shorten(ref))
}

// CreateDirectory makes a directory in the caller's workspace and its first
// token, which nobody can read again. Faults: Invalid with every place that is
// wrong, Conflict when the name is taken.
func (s *Service) CreateDirectory(ctx context.Context, c caller.Caller, in NewDirectory) (Directory, string, error) {
	now := s.instant()
	d := Directory{
		CreatedAt: now, ID: DirectoryID(db.NewID(now)), Name: strings.TrimSpace(in.Name), Provider: in.Provider, State: Validating,
		Strict: in.Strict, UpdatedAt: now, Workspace: c.Workspace,
	}
	problems := nameProblems(d.Name)
	if !slices.Contains(Providers(), d.Provider) {
		problems = append(problems, fault.Problem{Pointer: "/provider", Message: "must be one of " + providerList()})
	}
	var text string
	err := s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		role, misfit, err := s.defaultRole(ctx, tx, c, cmp.Or(in.DefaultRole, string(access.Employee)))
		if err != nil {
			return err
		}
		if wrong := slices.Concat(problems, misfit); len(wrong) > 0 {
			return fault.At(wrong...)
		}
		d.DefaultRole = role.ID
		if d.Number, err = workspace.Next(ctx, tx, "scim_directory"); err != nil {
			return err
		}
		if err := insertDirectory(ctx, tx, d); err != nil {
			return err
		}
		if text, _, err = s.newToken(ctx, tx, d, nil); err != nil {
			return err
		}
		return appendDirectory(ctx, tx, d, deed{c, now, didCreate, []evidence.Change{
			{Field: "name", After: d.Name},
			{Field: "provider", After: string(d.Provider)},
			{Field: "strict", After: d.Strict},
			{Field: "defaultRole", After: role.Name},
		}})
	})
	return d, text, named(err, "create", d)
}

// named tells a taken name from other errors.
func named(err error, what string, d Directory) error {
	if db.IsUnique(err) {
		return fault.New(fault.Conflict, "there is a directory called %q already", d.Name)
	}
	if err != nil {
		return fmt.Errorf("%s directory: %w", what, err)
	}
	return nil
}

func nameProblems(name string) []fault.Problem {
	letters := utf8.RuneCountInString(name)
	if letters == 0 || letters > maxDirectoryName || !web.Storable(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return []fault.Problem{{Pointer: "/name", Message: fmt.Sprintf("must be one line of 1 to %d characters", maxDirectoryName)}}
	}
	return nil
}

func providerList() string {
	names := make([]string, 0, len(Providers()))
	for _, p := range Providers() {
		names = append(names, string(p))
	}
	return strings.Join(names, ", ")
}

// defaultRole answers the role that is meant for who gets no other. It cannot be
// Admin: whoever loses an attribute would rise (contract 1.11).
func (s *Service) defaultRole(ctx context.Context, tx *db.Tx, c caller.Caller, ref string) (access.Role, []fault.Problem, error) {
	role, misfit, err := s.roleAt(ctx, tx, c, ref, "/defaultRole")
	if err == nil && misfit == nil && role.ID == access.Admin {
		misfit = []fault.Problem{{Pointer: "/defaultRole", Message: "must not be Admin: everybody who arrives without a role would be one"}}
	}
	return role, misfit, err
}

// roleAt answers the role that an id, slug or name means, or what is wrong at a
// place of the body.
func (s *Service) roleAt(ctx context.Context, tx *db.Tx, c caller.Caller, ref, pointer string) (access.Role, []fault.Problem, error) {
	role, err := s.Access.FindRole(ctx, tx, c.Workspace.Number, ref)
	if err != nil && fault.KindOf(err) == fault.Invalid {
		return role, []fault.Problem{{Pointer: pointer, Message: bare(err)}}, nil
	}
	return role, nil, err
}

// bare answers a fault's sentence without the place that it names.
func bare(err error) string {
	var known *fault.Error
	if errors.As(err, &known) {
		if len(known.Problems) > 0 {
			return known.Problems[0].Message
		}
		return known.Message
	}
	return err.Error()
}

// deed is something that somebody did to a directory.
type deed struct {
	by      caller.Caller
	at      time.Time
	what    string
	changes []evidence.Change // nil for none
}

// appendDirectory leaves the entry of a change of the directory itself.
func appendDirectory(ctx context.Context, tx *db.Tx, d Directory, x deed) error {
	body := map[string]any{"what": x.what}
	if len(x.changes) > 0 {
		body["changes"] = x.changes
	}
	return evidence.Append(ctx, tx, x.at, evidence.Entry{Actor: x.by, Kind: "directory", Subject: d.subject(), Body: body})
}

// Directories answers up to limit directories of the caller's workspace after an
// id, oldest first, each with what it holds, and whether there are more.
func (s *Service) Directories(ctx context.Context, c caller.Caller, after string, limit int) (all []Listed, more bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		all = nil
		found, err := selectDirectories(ctx, tx, c.Workspace.Number, after, limit+1)
		if err != nil {
			return err
		}
		for _, d := range found {
			counts, err := selectCounts(ctx, tx, d.Number)
			if err != nil {
				return err
			}
			all = append(all, Listed{BaseURL: s.baseURL(ctx, d), Counts: counts, Directory: d})
		}
		return nil
	})
	if err != nil {
		return nil, false, fmt.Errorf("list directories: %w", err)
	}
	if len(all) > limit {
		return all[:limit], true, nil
	}
	return all, false, nil
}

// Listed is a directory as lists show it.
type Listed struct {
	Directory
	BaseURL string
	Counts  Counts
}

// FindDirectory answers a directory of the caller's workspace by its id or its
// name, whatever its case; NotFound otherwise.
func (s *Service) FindDirectory(ctx context.Context, c caller.Caller, ref string) (d Directory, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		d, err = s.find(ctx, tx, c, DirectoryID(ref))
		if fault.KindOf(err) != fault.NotFound || err == nil || !web.Storable(ref) {
			return err
		}
		d, err = selectDirectoryByName(ctx, tx, c.Workspace.Number, directoryKey(ref))
		if errors.Is(err, db.ErrNoRow) {
			return unknownDirectory(ref)
		}
		return err
	})
	return d, err
}

// find answers a directory of the caller's workspace, or a NotFound fault.
func (s *Service) find(ctx context.Context, tx *db.Tx, c caller.Caller, id DirectoryID) (Directory, error) {
	if !db.ValidID(string(id)) {
		return Directory{}, unknownDirectory(string(id))
	}
	d, err := s.byID(ctx, tx, c.Workspace.Number, id)
	if errors.Is(err, db.ErrNoRow) {
		return Directory{}, unknownDirectory(string(id))
	}
	if err != nil {
		return Directory{}, fmt.Errorf("find directory: %w", err)
	}
	return d, nil
}

// held is find for a directory that is about to change; Conflict for one that is
// being deleted.
func (s *Service) held(ctx context.Context, tx *db.Tx, c caller.Caller, id DirectoryID) (Directory, error) {
	if db.ValidID(string(id)) {
		if err := holdDirectory(ctx, tx, c.Workspace.Number, id); err != nil && !errors.Is(err, db.ErrNoRow) {
			return Directory{}, err
		}
	}
	d, err := s.find(ctx, tx, c, id)
	if err == nil && d.State == Deleting {
		err = fault.New(fault.Conflict, "the directory %q is being deleted", d.Name)
	}
	return d, err
}

// ChangeDirectory applies changes, and lets the accounts follow: at once for the
// first few hundred, by the pass CarryOut for the rest. Faults: NotFound, Invalid
// with every place that is wrong, Conflict.
func (s *Service) ChangeDirectory(ctx context.Context, c caller.Caller, id DirectoryID, in DirectoryChanges) (Directory, error) {
	now := s.instant()
	var d Directory
	err := s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := s.held(ctx, tx, c, id)
		if err != nil {
			return err
		}
		d = before
		changes, err := s.amend(ctx, tx, c, &d, in)
		if err != nil || len(changes) == 0 {
			return err
		}
		d.UpdatedAt = now
		if err := updateDirectory(ctx, tx, d); err != nil {
			return err
		}
		if err := s.nameAttribute(ctx, tx, before, &d, now); err != nil {
			return err
		}
		if err := startAnew(ctx, tx, before, d); err != nil {
			return err
		}
		return appendDirectory(ctx, tx, d, deed{c, now, changedTo(before, d), changes})
	})
	if err := named(err, "change", d); err != nil {
		return d, err
	}
	return d, s.carry(ctx, d, carriedAtOnce)
}

// startAnew lets the users follow what has changed of a directory, if it is
// theirs.
func startAnew(ctx context.Context, tx *db.Tx, before, d Directory) error {
	switch {
	case before.RoleAttribute != d.RoleAttribute || before.DefaultRole != d.DefaultRole:
		return startSettling(ctx, tx, d.Number)
	case before.State != d.State:
		return startFollowing(ctx, tx, d.Number)
	}
	return nil
}

// changedTo names a change for the audit trail.
func changedTo(before, after Directory) string {
	switch {
	case before.State == after.State:
		return didUpdate
	case after.State == Unlinked:
		return "switched off"
	default:
		return "switched on"
	}
}

// amendment is what changes make of a directory.
type amendment struct {
	changes  []evidence.Change
	problems []fault.Problem
}

func (a *amendment) note(field string, before, after any) {
	if before != after {
		a.changes = append(a.changes, evidence.Change{Field: field, Before: before, After: after})
	}
}

// amend checks changes, applies them, and answers what they change.
func (s *Service) amend(ctx context.Context, tx *db.Tx, c caller.Caller, d *Directory, in DirectoryChanges) ([]evidence.Change, error) {
	var a amendment
	if in.Name != nil {
		name := strings.TrimSpace(*in.Name)
		a.problems = append(a.problems, nameProblems(name)...)
		a.note("name", d.Name, name)
		d.Name = name
	}
	if in.Strict != nil {
		a.note("strict", d.Strict, *in.Strict)
		d.Strict = *in.Strict
	}
	if in.RoleAttribute != nil {
		name, misfit := roleAttribute(*in.RoleAttribute)
		a.problems = append(a.problems, misfit...)
		a.note("roleAttribute", d.RoleAttribute, name)
		d.RoleAttribute = name
	}
	if in.DefaultRole != nil {
		role, misfit, err := s.defaultRole(ctx, tx, c, *in.DefaultRole)
		if err != nil {
			return nil, err
		}
		a.problems = append(a.problems, misfit...)
		a.note("defaultRole", s.roleName(ctx, tx, d.Workspace.Number, d.DefaultRole), role.Name)
		d.DefaultRole = role.ID
	}
	if in.State != nil {
		if err := d.turn(*in.State, &a); err != nil {
			return nil, err
		}
	}
	if len(a.problems) > 0 {
		return nil, fault.At(a.problems...)
	}
	return a.changes, nil
}

// roleName answers what a role is called; its id when there is none any more.
func (s *Service) roleName(ctx context.Context, tx *db.Tx, workspace int64, id access.RoleID) string {
	role, err := s.Access.FindRole(ctx, tx, workspace, string(id))
	if err != nil {
		return string(id)
	}
	return role.Name
}

// turn switches a directory off and on. What it was before its first request it
// becomes again.
func (d *Directory) turn(to State, a *amendment) error {
	before := d.State
	switch {
	case to != Linked && to != Unlinked:
		a.problems = append(a.problems, fault.Problem{Pointer: "/state", Message: "must be linked or unlinked"})
	case to == Unlinked:
		d.State = Unlinked
	case before != Unlinked && before != Linked:
		return fault.New(fault.Conflict, "the directory is linked by the provider's first request with a good token; test the connection there")
	case d.LinkedAt == nil:
		d.State = Validating
	default:
		d.State = Linked
	}
	a.note("state", string(before), string(d.State))
	return nil
}

// roleAttribute checks the name of the attribute that carries the role. The core
// URN before it says nothing more (contract S15).
func roleAttribute(name string) (string, []fault.Problem) {
	name = strings.TrimSpace(name)
	if core := schema.UserURN + ":"; len(name) > len(core) && strings.EqualFold(name[:len(core)], core) {
		name = name[len(core):]
	}
	wrong := func(format string, args ...any) (string, []fault.Problem) {
		return name, []fault.Problem{{Pointer: "/roleAttribute", Message: fmt.Sprintf(format, args...)}}
	}
	if name == "" {
		return "", nil
	}
	if len(name) > maxAttributeName {
		return wrong("must have at most %d characters", maxAttributeName)
	}
	plain := func(r rune) bool {
		return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_-$.:/", r))
	}
	if strings.ContainsFunc(name, func(r rune) bool { return !plain(r) }) {
		return wrong("must be the name of an attribute, such as muster_roles or roles")
	}
	for _, taken := range []string{"active", "externalId", "groups", "id", "members", "meta", "password", "schemas", "userName"} {
		if strings.EqualFold(name, taken) {
			return wrong("cannot be %s, which says something else", taken)
		}
	}
	return name, nil
}

// nameAttribute ticks the step, and lets the directory know a name that no user
// has brought yet, so that /Schemas lists it and filters take it (contract S15).
func (s *Service) nameAttribute(ctx context.Context, tx *db.Tx, before Directory, d *Directory, now time.Time) error {
	if before.RoleAttribute == d.RoleAttribute {
		return nil
	}
	if d.RoleAttribute == "" {
		return deleteStep(ctx, tx, d.Number, stepAttribute)
	}
	if err := insertStep(ctx, tx, d.Number, stepAttribute, now); err != nil {
		return err
	}
	rt, err := s.typeOf(ctx, tx, *d, "User")
	if err != nil {
		return err
	}
	if _, known := rt.Find(d.RoleAttribute, schema.Tolerant); known || strings.Contains(d.RoleAttribute, ".") {
		return nil
	}
	l := schema.Learned{Name: d.RoleAttribute, Type: schema.String}
	if at := strings.LastIndexByte(d.RoleAttribute, ':'); at > 0 {
		l.Schema, l.Name = d.RoleAttribute[:at], d.RoleAttribute[at+1:]
	}
	c := &call{dir: *d, now: now, service: s}
	err = s.learn(ctx, tx, c, "User", []schema.Learned{l})
	d.learned = c.dir.learned
	return err
}

// Deletion says how far the deletion of a directory has come.
type Deletion struct {
	ID       DirectoryID
	Left     int64 // resources that are still to be taken back; 0: it is gone
	Warnings []Warning
}

// DeleteDirectory takes a directory away and revokes what it granted: accounts
// are deactivated and people released. The last Admin keeps the account, with a
// warning. Tokens are dead at once; what a large directory leaves is taken back
// by the pass CarryOut. A directory that is being deleted goes on. Faults:
// NotFound.
func (s *Service) DeleteDirectory(ctx context.Context, c caller.Caller, id DirectoryID) (Deletion, error) {
	now := s.instant()
	var d Directory
	err := s.change(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if db.ValidID(string(id)) {
			if err := holdDirectory(ctx, tx, c.Workspace.Number, id); err != nil && !errors.Is(err, db.ErrNoRow) {
				return err
			}
		}
		if d, err = s.find(ctx, tx, c, id); err != nil || d.State == Deleting {
			return err
		}
		d.State, d.UpdatedAt = Deleting, now
		if err := updateDirectory(ctx, tx, d); err != nil {
			return err
		}
		if err := revokeTokens(ctx, tx, d.Number, now); err != nil {
			return err
		}
		return appendDirectory(ctx, tx, d, deed{c, now, didDelete, []evidence.Change{{Field: "name", Before: d.Name}}})
	})
	if err != nil {
		return Deletion{}, fmt.Errorf("delete directory: %w", err)
	}
	if err := s.carry(ctx, d, carriedAtOnce); err != nil {
		return Deletion{}, err
	}
	deletion := Deletion{ID: d.ID}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if deletion.Left, err = countResources(ctx, tx, d.Number); err != nil {
			return err
		}
		deletion.Warnings, err = selectWarnings(ctx, tx, d.Number)
		deletion.Warnings = slices.DeleteFunc(deletion.Warnings, func(w Warning) bool { return w.LastAt.Before(now) })
		return err
	})
	return deletion, err
}
