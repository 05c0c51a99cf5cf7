// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/sla"
)

const (
	defaultDigestHour = 8
	defaultWindow     = 5 * time.Minute
	maxWindow         = 24 * time.Hour
)

// Settings are what notifications of a workspace go by.
type Settings struct {
	Choices    Choices       // of those who made none
	DigestHour int64         // 0 to 23, in the workspace's time zone
	Window     time.Duration // from the first event for an address to its message
	Zone       string        // of the workspace; it is not changed here
}

// SettingsChange changes settings; nil leaves one as it is. A choice of nil goes back to
// the default.
type SettingsChange struct {
	Choices    map[string]*string
	DigestHour *int64
	Window     *time.Duration
}

// Settings answers those of the caller's workspace.
func (s *Service) Settings(ctx context.Context, c caller.Caller) (set Settings, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		set, err = settingsOf(ctx, tx, c.Workspace.Number)
		return err
	})
	if err != nil {
		return set, fmt.Errorf("read notification settings: %w", err)
	}
	return set, nil
}

// Configure changes the settings of the caller's workspace. A batch that is open keeps
// its time. Faults: Invalid.
func (s *Service) Configure(ctx context.Context, c caller.Caller, change SettingsChange) (after Settings, err error) {
	if err := change.check(); err != nil {
		return after, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := settingsOf(ctx, tx, c.Workspace.Number)
		if err != nil {
			return err
		}
		after = before
		if after.Choices, err = readChoices("/choices", before.Choices, change.Choices); err != nil {
			return err
		}
		if change.DigestHour != nil {
			after.DigestHour = *change.DigestHour
		}
		if change.Window != nil {
			after.Window = *change.Window
		}
		changes := before.differences(after)
		if len(changes) == 0 {
			return nil
		}
		if err := putSettings(ctx, tx, c.Workspace.Number, after); err != nil {
			return err
		}
		return s.changed(ctx, tx, c, deed{"notification_settings", "updated", houseOf(c)}, changes)
	})
	if err != nil {
		return after, fmt.Errorf("change notification settings: %w", err)
	}
	return after, nil
}

// houseOf answers the caller's workspace as what something was done to.
func houseOf(c caller.Caller) evidence.Subject {
	return evidence.Subject{Kind: "workspace", ID: c.Workspace.ID, Name: c.Workspace.Name}
}

func (c SettingsChange) check() error {
	var problems []fault.Problem
	if c.Window != nil && (*c.Window < 0 || *c.Window > maxWindow) {
		problems = append(problems, fault.Problem{Pointer: "/windowSeconds", Message: "must be from 0 to 86400"})
	}
	if c.DigestHour != nil && (*c.DigestHour < 0 || *c.DigestHour > 23) {
		problems = append(problems, fault.Problem{Pointer: "/digestHour", Message: "must be from 0 to 23"})
	}
	if problems != nil {
		return fault.At(problems...)
	}
	return nil
}

func (s Settings) differences(after Settings) (changes []evidence.Change) {
	tell := teller(&changes)
	tell("window", s.Window.String(), after.Window.String())
	tell("digestHour", strconv.FormatInt(s.DigestHour, 10), strconv.FormatInt(after.DigestHour, 10))
	s.Choices.told(after.Choices, tell)
	return changes
}

// clock says when batches of a workspace are sent.
type clock struct {
	Settings

	zone *time.Location
}

func clockOf(ctx context.Context, tx *db.Tx, workspace int64) (c clock, err error) {
	if c.Settings, err = settingsOf(ctx, tx, workspace); err != nil {
		return c, err
	}
	c.zone, err = time.LoadLocation(c.Zone)
	return c, err
}

func settingsOf(ctx context.Context, tx *db.Tx, workspace int64) (Settings, error) {
	set, err := selectSettings(ctx, tx, workspace)
	if err != nil {
		return set, err
	}
	deadlines, err := sla.SettingsOf(ctx, tx, workspace)
	set.Zone = deadlines.Zone
	return set, err
}

// closes answers when a batch that opens now is sent, in ms.
func (c clock) closes(timing Choice, now time.Time) int64 {
	if timing != Digest {
		return db.Millis(now.Add(c.Window))
	}
	local := now.In(c.zone)
	at := time.Date(local.Year(), local.Month(), local.Day(), int(c.DigestHour), 0, 0, 0, c.zone)
	if !at.After(now) {
		at = time.Date(local.Year(), local.Month(), local.Day()+1, int(c.DigestHour), 0, 0, 0, c.zone)
	}
	return db.Millis(at)
}
