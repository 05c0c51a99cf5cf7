// SPDX-License-Identifier: Apache-2.0

package workspace

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
)

// Default is the slug of the workspace that every installation has.
const Default = "default"

// Workspace is one house.
type Workspace struct {
	CreatedAt time.Time
	ID        string
	Name      string
	Number    int64 // what rows carry
	Slug      string
}

// Caller answers the workspace as package caller has it.
func (w Workspace) Caller() caller.Workspace {
	return caller.Workspace{ID: w.ID, Name: w.Name, Number: w.Number}
}

// Service finds workspaces and keeps the settings of the installation.
type Service struct {
	// Founder gives a new workspace its first Admin. It is set before routes are
	// mounted; while it is nil a workspace begins without anybody.
	Founder Founder

	// Furnisher gives a new workspace what it begins with. As Founder.
	Furnisher Furnisher

	db  *db.DB
	now func() time.Time
}

// Founder makes the caller the first Admin of a workspace that they made, in the
// transaction that makes it.
type Founder interface {
	Found(ctx context.Context, tx *db.Tx, c caller.Caller, w caller.Workspace) error
	Renamed(ctx context.Context, tx *db.Tx, c caller.Caller, before string) error
}

// Furnisher gives a workspace what it begins with, in the transaction that makes
// it. It may be asked twice for one workspace.
type Furnisher interface {
	Furnish(ctx context.Context, tx *db.Tx, w caller.Workspace, now time.Time) error
}

// New answers a service on a database.
func New(d *db.DB, now func() time.Time) *Service {
	return &Service{db: d, now: now}
}

// Get answers the workspace with a slug or id; "" means the default one, which
// is made when it is not there yet. NotFound names what was asked for.
func (s *Service) Get(ctx context.Context, ref string) (Workspace, error) {
	if ref == "" || strings.EqualFold(ref, Default) {
		return s.getDefault(ctx)
	}
	var found Workspace
	err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		found, err = selectWorkspace(ctx, tx, strings.ToLower(ref))
		return err
	})
	if errors.Is(err, db.ErrNoRow) {
		return Workspace{}, fault.New(fault.NotFound, "there is no workspace %q", ref)
	}
	if err != nil {
		return Workspace{}, fmt.Errorf("get workspace %s: %w", ref, err)
	}
	return found, nil
}

func (s *Service) getDefault(ctx context.Context) (Workspace, error) {
	var found Workspace
	err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		found, err = selectWorkspace(ctx, tx, Default)
		return err
	})
	if errors.Is(err, db.ErrNoRow) {
		err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			if found, err = EnsureDefault(ctx, tx, s.now()); err != nil {
				return err
			}
			return s.furnish(ctx, tx, found)
		})
	}
	if err != nil {
		return Workspace{}, fmt.Errorf("get the default workspace: %w", err)
	}
	return found, nil
}

func (s *Service) furnish(ctx context.Context, tx *db.Tx, w Workspace) error {
	if s.Furnisher == nil {
		return nil
	}
	return s.Furnisher.Furnish(ctx, tx, w.Caller(), s.now())
}

// EnsureDefault answers the default workspace and makes it when it is not
// there. Two processes may do so at once: both get the same one.
func EnsureDefault(ctx context.Context, tx *db.Tx, now time.Time) (Workspace, error) {
	found, err := selectWorkspace(ctx, tx, Default)
	if !errors.Is(err, db.ErrNoRow) {
		return found, err
	}
	number, err := Next(ctx, tx, "workspace")
	if err != nil {
		return Workspace{}, err
	}
	made := Workspace{CreatedAt: now, ID: db.NewID(now), Name: "Default", Number: number, Slug: Default}
	if err := insertWorkspace(ctx, tx, made); err != nil {
		return Workspace{}, err
	}
	return selectWorkspace(ctx, tx, Default)
}

// List answers every workspace, oldest first.
func (s *Service) List(ctx context.Context) ([]Workspace, error) {
	var all []Workspace
	err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = selectWorkspaces(ctx, tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list workspaces: %w", err)
	}
	return all, nil
}

// Next draws the next number of a counter; the first is 1.
func Next(ctx context.Context, tx *db.Tx, name string) (int64, error) {
	value, err := drawNumber(ctx, tx, name)
	if err != nil {
		return 0, fmt.Errorf("draw a number for %s: %w", name, err)
	}
	return value, nil
}

// settingBaseURL is the row that holds the base URL.
const settingBaseURL = "base_url"

// BaseURL answers what serve called itself at its last start, "" before the
// first one.
func (s *Service) BaseURL(ctx context.Context) (string, error) {
	return s.Setting(ctx, settingBaseURL)
}

// Setting answers what was stored by PutSetting, "" for nothing.
func (s *Service) Setting(ctx context.Context, name string) (value string, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		value, err = selectSetting(ctx, tx, name)
		return err
	})
	if errors.Is(err, db.ErrNoRow) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read %s: %w", name, err)
	}
	return value, nil
}

// PutSetting stores what holds for the whole installation.
func (s *Service) PutSetting(ctx context.Context, name, value string) error {
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return putSetting(ctx, tx, name, value) })
	if err != nil {
		return fmt.Errorf("store %s: %w", name, err)
	}
	return nil
}

// Remember stores a setting of the installation unless it is there, and answers
// what is there then. Several servers may do so at once: all get the same.
func (s *Service) Remember(ctx context.Context, name, value string) (stored string, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := keepSetting(ctx, tx, name, value); err != nil {
			return err
		}
		stored, err = selectSetting(ctx, tx, name)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("remember %s: %w", name, err)
	}
	return stored, nil
}

// PutBaseURL stores the base URL, without a slash at its end.
func (s *Service) PutBaseURL(ctx context.Context, url string) error {
	return s.PutSetting(ctx, settingBaseURL, strings.TrimRight(url, "/"))
}
