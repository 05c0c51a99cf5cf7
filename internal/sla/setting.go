// SPDX-License-Identifier: Apache-2.0

package sla

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
)

// Settings are what deadlines of a workspace go by.
type Settings struct {
	// DueSoon is how long before its due time something is due soon, in ms; nil: as
	// soon as it has one.
	DueSoon *int64
	// Zone is the IANA name of the time zone of business days; UTC by default.
	Zone string

	zone *time.Location
}

// maxDueSoon is a year.
const maxDueSoon = 8760 * 3_600_000

// IsSoon says whether what is due at an instant is due soon at another, both in
// ms.
func (s Settings) IsSoon(due, now int64) bool { return s.DueSoon == nil || due-now <= *s.DueSoon }

// SettingsOf answers the settings of a workspace.
func SettingsOf(ctx context.Context, tx *db.Tx, workspace int64) (Settings, error) {
	set, err := settingsOf(ctx, tx, workspace)
	if err != nil {
		return set, fmt.Errorf("read deadline settings: %w", err)
	}
	return set, nil
}

func settingsOf(ctx context.Context, tx *db.Tx, workspace int64) (Settings, error) {
	set, err := selectSettings(ctx, tx, workspace)
	if errors.Is(err, db.ErrNoRow) {
		return Settings{Zone: "UTC", zone: time.UTC}, nil
	}
	if err != nil {
		return Settings{}, err
	}
	set.zone, err = time.LoadLocation(set.Zone)
	return set, err
}

// Settings answers those of the caller's workspace.
func (s *Service) Settings(ctx context.Context, c caller.Caller) (set Settings, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		set, err = SettingsOf(ctx, tx, c.Workspace.Number)
		return err
	})
	return set, err
}

// SettingsChange changes settings; nil leaves one as it is.
type SettingsChange struct {
	DueSoon **int64
	Zone    *string
}

// Configure changes the settings of the caller's workspace. Due times that were
// given stay.
func (s *Service) Configure(ctx context.Context, c caller.Caller, change SettingsChange) (after Settings, err error) {
	if err := change.check(); err != nil {
		return Settings{}, err
	}
	now := s.Now()
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := settingsOf(ctx, tx, c.Workspace.Number)
		if err != nil {
			return err
		}
		after = before
		if change.Zone != nil {
			after.Zone = *change.Zone
		}
		if change.DueSoon != nil {
			after.DueSoon = *change.DueSoon
		}
		changes := before.differences(after)
		if len(changes) == 0 {
			return nil
		}
		if err := putSettings(ctx, tx, c.Workspace.Number, after); err != nil {
			return err
		}
		return evidence.Append(ctx, tx, now, evidence.Entry{
			Actor: c, Kind: "sla_settings", Subject: evidence.Subject{Kind: "workspace", ID: c.Workspace.ID, Name: c.Workspace.Name},
			Body: map[string]any{"what": "updated", "changes": changes},
		})
	})
	if err != nil {
		return Settings{}, fmt.Errorf("change deadline settings: %w", err)
	}
	return after, nil
}

func (c SettingsChange) check() error {
	var problems []fault.Problem
	if c.Zone != nil && !isZone(*c.Zone) {
		problems = append(problems, fault.Problem{Pointer: "/timeZone", Message: "must be an IANA time zone, such as Europe/Berlin"})
	}
	if c.DueSoon != nil && *c.DueSoon != nil && (**c.DueSoon < 0 || **c.DueSoon > maxDueSoon) {
		problems = append(problems, fault.Problem{Pointer: "/dueSoonHours", Message: "must be from 0 to 8760, or null"})
	}
	if len(problems) > 0 {
		return fault.At(problems...)
	}
	return nil
}

// isZone says whether a name is one that every machine takes for the same zone.
func isZone(name string) bool {
	if name == "" || strings.EqualFold(name, "local") || len(name) > 100 {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

func (s Settings) differences(after Settings) (changes []evidence.Change) {
	if s.Zone != after.Zone {
		changes = append(changes, evidence.Change{Field: "timeZone", Before: s.Zone, After: after.Zone})
	}
	if was, is := s.soonTold(), after.soonTold(); was != is {
		changes = append(changes, evidence.Change{Field: "dueSoon", Before: was, After: is})
	}
	return changes
}

func (s Settings) soonTold() string {
	if s.DueSoon == nil {
		return "from the beginning"
	}
	return strconv.FormatInt(*s.DueSoon/3_600_000, 10) + " hours before"
}
