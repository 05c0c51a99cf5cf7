// SPDX-License-Identifier: Apache-2.0

package workspace

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
)

// Bounds of names and slugs, in characters.
const (
	maxName = 100
	maxSlug = 60
)

// NewWorkspace is what a workspace is made from.
type NewWorkspace struct {
	Name string // required
	Slug string // "" = made from the name
}

// Create makes a workspace. A user becomes its first Admin; the command line
// makes one later. Faults: Invalid for name or slug, Conflict for a slug that is
// taken and for a user who could not come back.
func (s *Service) Create(ctx context.Context, c caller.Caller, in NewWorkspace) (Workspace, error) {
	name, err := checkName(in.Name)
	if err != nil {
		return Workspace{}, err
	}
	slug, err := checkSlug(in.Slug, name)
	if err != nil {
		return Workspace{}, err
	}
	now := db.Time(db.Millis(s.now()))
	made := Workspace{CreatedAt: now, ID: db.NewID(now), Name: name, Slug: slug}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := selectWorkspace(ctx, tx, slug); !errors.Is(err, db.ErrNoRow) {
			return errors.Join(err, fault.New(fault.Conflict, "there is a workspace %q already", slug))
		}
		if made.Number, err = Next(ctx, tx, "workspace"); err != nil {
			return err
		}
		if err := insertWorkspace(ctx, tx, made); err != nil {
			return err
		}
		if err := s.furnish(ctx, tx, made); err != nil {
			return err
		}
		if s.Founder == nil {
			return nil
		}
		return s.Founder.Found(ctx, tx, c, made.Caller())
	})
	return made, err
}

// Rename gives the caller's workspace another name; its slug stays.
func (s *Service) Rename(ctx context.Context, c caller.Caller, name string) (Workspace, error) {
	name, err := checkName(name)
	if err != nil {
		return Workspace{}, err
	}
	var after Workspace
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := selectWorkspace(ctx, tx, c.Workspace.ID)
		if err != nil {
			return err
		}
		after = before
		if after.Name = name; before.Name == name {
			return nil
		}
		if err := renameWorkspace(ctx, tx, before.Number, name); err != nil {
			return err
		}
		if s.Founder == nil {
			return nil
		}
		c.Workspace = after.Caller()
		return s.Founder.Renamed(ctx, tx, c, before.Name)
	})
	if err != nil {
		return Workspace{}, fmt.Errorf("rename workspace: %w", err)
	}
	return after, nil
}

func checkName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > maxName || strings.ContainsFunc(name, unprintable) {
		return "", fault.At(fault.Problem{Pointer: "/name", Message: fmt.Sprintf("must have 1 to %d characters on one line", maxName)})
	}
	return name, nil
}

// unprintable says whether a letter breaks a line or turns the direction of what
// follows.
func unprintable(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}

var (
	slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	notSlug  = regexp.MustCompile(`[^a-z0-9]+`)
	idForm   = regexp.MustCompile(`^[0-9a-f]{24}$`)
)

// checkSlug answers the slug, or one made of the name.
func checkSlug(slug, name string) (string, error) {
	if slug == "" {
		slug = strings.Trim(notSlug.ReplaceAllString(strings.ToLower(name), "-"), "-")
		slug = strings.Trim(slug[:min(len(slug), maxSlug)], "-")
	}
	if !slugForm.MatchString(slug) || len(slug) > maxSlug || idForm.MatchString(slug) {
		return "", fault.At(fault.Problem{
			Pointer: "/slug", Message: fmt.Sprintf("must be lower-case letters, digits and single hyphens, at most %d, and no id", maxSlug),
		})
	}
	return slug, nil
}
