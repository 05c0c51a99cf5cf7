// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"log/slog"
	"time"

	"github.com/passmuster/muster/internal/assessment/builtin"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
)

// Limited is who shows records by the settings of built-in tests: package computer.
type Limited interface {
	// SettingsChanged is called in the transaction that gives a built-in test on a
	// definition other settings.
	SettingsChanged(ctx context.Context, tx *db.Tx, d resource.Definition) error
}

type nobodyLimited struct{}

// SettingsChanged does nothing.
func (nobodyLimited) SettingsChanged(context.Context, *db.Tx, resource.Definition) error { return nil }

// MappedDefinition is a definition that is mapped to a kind.
type MappedDefinition struct {
	Definition resource.Definition
	Fields     map[string]string // that fill the slots of the kind
}

// Mapped tells which definitions show themselves as others: package mapping.
type Mapped interface {
	// MappedTo answers the definitions of a workspace that are mapped to a kind, always
	// in the same order.
	MappedTo(ctx context.Context, tx *db.Tx, w caller.Workspace, kind string) ([]MappedDefinition, error)
}

type nothingMapped struct{}

// MappedTo answers none.
func (nothingMapped) MappedTo(context.Context, *db.Tx, caller.Workspace, string) ([]MappedDefinition, error) {
	return nil, nil
}

// Thresholds answers the durations that the built-in tests on a definition ask for now,
// by test and setting: mac-reported/silence. A test that was not made, or is there no
// more, asks for what it begins with; a deactivated one for what it asked for last.
func (s *Service) Thresholds(ctx context.Context, tx *db.Tx, d resource.Definition) (map[string]time.Duration, error) {
	settings, err := selectSettings(ctx, tx, d)
	if err != nil {
		return nil, err
	}
	all := map[string]time.Duration{}
	for _, b := range s.BuiltIns.For(string(d.Base)) {
		was, err := builtin.ParseValues(settings[b.ID])
		if err != nil {
			return nil, err
		}
		values, _ := b.Values(nil, was, "")
		for name, length := range b.Durations(values) {
			all[b.ID+"/"+name] = length
		}
	}
	return all, nil
}

// showLimited brings what goes by settings up to them before the answer; what it cannot
// do is left to the pass.
func (s *Service) showLimited(ctx context.Context, d resource.Definition) {
	if err := s.Resource.RefreshView(ctx, d); err != nil {
		s.Logger.WarnContext(ctx, "what goes by a setting is shown later", slog.String("definition", string(d.ID)), slog.Any("error", err))
	}
}

// tellLimited tells who goes by the settings of a built-in test that they are others.
func (s *Service) tellLimited(ctx context.Context, tx *db.Tx, r revision) error {
	if r.before.Version == 0 || string(r.before.Document.Settings) == string(r.after.Document.Settings) {
		return nil
	}
	return s.Limited.SettingsChanged(ctx, tx, r.after.Definition)
}
