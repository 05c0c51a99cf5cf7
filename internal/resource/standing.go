// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"errors"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
)

// Standing is a definition with how it stands now.
type Standing struct {
	Definition
	Head   Head
	Held   int64    // records that are kept although the newest push left them out
	Pushed *SyncRow // the newest push that counts; nil: none yet
}

// token answers what releases the held removals, "" when only a clean set does.
func (s Standing) token() string {
	if s.Held == 0 || s.Head.HeldDigest == "" {
		return ""
	}
	return confirmToken(s.ID, s.Head.LastPush, s.Head.HeldDigest)
}

// StandingsOf answers all definitions that applications of the workspace made, as they
// stand.
func StandingsOf(ctx context.Context, tx *db.Tx, w caller.Workspace) ([]Standing, error) {
	all, err := selectDefinitions(ctx, tx, w, "")
	if err != nil {
		return nil, err
	}
	return standingsOf(ctx, tx, w, all)
}

// Standings answers the definitions of an application as they stand, oldest first;
// those of all applications of the workspace when it is "".
func (s *Service) Standings(ctx context.Context, c caller.Caller, application string) (list []Standing, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		all, err := selectDefinitions(ctx, tx, c.Workspace, application)
		if err != nil {
			return err
		}
		list, err = standingsOf(ctx, tx, c.Workspace, all)
		return err
	})
	return list, err
}

// standingsOf adds to definitions of a workspace how they stand.
func standingsOf(ctx context.Context, tx *db.Tx, w caller.Workspace, all []Definition) ([]Standing, error) {
	heads, err := selectStandings(ctx, tx, w)
	if err != nil {
		return nil, err
	}
	list := make([]Standing, len(all))
	for i, d := range all {
		list[i] = heads[d.Number]
		list[i].Definition = d
	}
	return list, nil
}

// Standing answers a definition that an application made, as it stands now.
func (s *Service) Standing(ctx context.Context, c caller.Caller, id ID) (one Standing, err error) {
	d, err := s.visible(ctx, c, id)
	if err != nil {
		return one, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		one, err = selectStanding(ctx, tx, d)
		return err
	})
	one.Definition = d
	return one, err
}

// visible is Get for what people may look at: not what Muster fills itself.
func (s *Service) visible(ctx context.Context, c caller.Caller, id ID) (Definition, error) {
	d, err := s.Get(ctx, c, id)
	if err == nil && d.Base == SystemRecord {
		return Definition{}, errNotFound
	}
	return d, err
}

// SchemaVersion is a custom schema as it was saved.
type SchemaVersion struct {
	CreatedAt int64
	Document  json.Value
	Version   int64
}

// Schemas answers the versions of a definition's schema, newest first.
func (s *Service) Schemas(ctx context.Context, c caller.Caller, id ID) (list []SchemaVersion, err error) {
	d, err := s.visible(ctx, c, id)
	if err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, err = selectSchemas(ctx, tx, d.Number)
		return err
	})
	return list, err
}

// CheckSchema says what is wrong with a schema that is not saved, by place, and what
// would not fit it: stored records and tests when whole is set.
func (s *Service) CheckSchema(ctx context.Context, c caller.Caller, id ID, text []byte, whole bool) (Compatibility, []fault.Problem, error) {
	d, err := s.visible(ctx, c, id)
	if err != nil {
		return Compatibility{}, nil, err
	}
	if problems := CheckSchemaText(text); len(problems) > 0 {
		return Compatibility{}, problems, nil
	}
	if err := d.setSchema(text); err != nil || !whole {
		return Compatibility{}, nil, err
	}
	fits, err := s.compatibility(ctx, d)
	return fits, nil, err
}

// CheckSchemaText says what is wrong with a custom schema by itself.
func CheckSchemaText(text []byte) []fault.Problem {
	_, err := ParseCustomSchema(text)
	if err == nil {
		return nil
	}
	var known *fault.Error
	errors.As(schemaFault(err), &known)
	return known.Problems
}

// Delete takes a definition away that nothing was ever pushed to and no test is about.
// Any other has a history, which is evidence.
func (s *Service) Delete(ctx context.Context, c caller.Caller, id ID) error {
	d, err := s.visible(ctx, c, id)
	if err != nil {
		return err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := holdHead(ctx, tx, d.Number); err != nil {
			return err
		}
		pushed, err := selectWasPushed(ctx, tx, d.Number)
		if err != nil {
			return err
		}
		if pushed {
			return fault.New(fault.Conflict, "%q has a history, which is evidence: push an empty set instead", d.Name)
		}
		if err := deleteDefinition(ctx, tx, d.Number); err != nil {
			return err
		}
		return evidence.Append(ctx, tx, s.Now(), Definition{}.goneEntry(c, d))
	})
	if db.IsReferenced(err) {
		return fault.New(fault.Conflict, "%q is in use: tests are about it, or it is shown on another page", d.Name)
	}
	return err
}

// goneEntry says that a definition is no more.
func (d Definition) goneEntry(c caller.Caller, before Definition) evidence.Entry {
	e := before.entry(c, "deleted", Definition{})
	e.Body = map[string]any{
		"what": "deleted", "application": before.Application, "base": before.Base, "changes": d.changes(before),
	}
	return e
}
