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
	Head    Head
	Held    int64    // records that are kept although the newest push of their source left them out
	Pushed  *SyncRow // the newest push that counts; nil: none yet
	Sources []Source // that ever pushed, or were disconnected, by id

	publisher publisher // of an installed one
}

// token answers what releases the held removals, and since when they are held; "" when
// only a clean set does, and when several sources hold some.
func (s Standing) token() (token string, since int64) {
	for _, source := range s.Sources {
		if source.Held > 0 && source.Held == s.Held {
			return source.token(s.ID), source.HeldSince
		}
	}
	return "", 0
}

// by adds how the sources stand.
func (s Standing) by(sources []Source) Standing {
	s.Sources = sources
	for _, source := range sources {
		s.Held += source.Held
	}
	return s
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
	sources, err := selectSourcesIn(ctx, tx, w)
	if err != nil {
		return nil, err
	}
	publishers, err := selectPublishers(ctx, tx, w)
	if err != nil {
		return nil, err
	}
	list := make([]Standing, len(all))
	for i, d := range all {
		list[i] = heads[d.Number].by(sources[d.Number])
		list[i].Definition, list[i].publisher = d, publishers[d.Application]
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
		if one, err = selectStanding(ctx, tx, d); err != nil {
			return err
		}
		sources, err := selectSources(ctx, tx, d.Number)
		one = one.by(sources)
		if err == nil && d.Origin != "" {
			one.publisher, err = selectPublisher(ctx, tx, d.Application)
		}
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
	fits, err := s.compatibilities(ctx, d)
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
	if d.Origin != "" {
		return s.errInstalled(ctx, d, "it cannot be deleted here")
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.deleteInstalled(ctx, tx, d); err != nil {
			return err
		}
		return s.deleteOne(ctx, tx, c, d, fault.New(fault.Conflict, "%q has a history, which is evidence: push an empty set instead", d.Name))
	})
	if db.IsReferenced(err) {
		return fault.New(fault.Conflict, "%q is in use: tests are about it, or it is shown on another page", d.Name)
	}
	return err
}

// deleteOne deletes a definition that nothing was pushed to; pushed says that something was.
func (s *Service) deleteOne(ctx context.Context, tx *db.Tx, c caller.Caller, d Definition, pushed error) error {
	if err := holdHead(ctx, tx, d.Number); err != nil {
		return err
	}
	was, err := selectWasPushed(ctx, tx, d.Number)
	if err != nil {
		return err
	}
	if was {
		return pushed
	}
	if err := deleteDefinition(ctx, tx, d.Number); err != nil {
		return err
	}
	return evidence.Append(ctx, tx, s.Now(), Definition{}.goneEntry(c, d))
}

// goneEntry says that a definition is no more.
func (d Definition) goneEntry(c caller.Caller, before Definition) evidence.Entry {
	e := before.entry(c, "deleted", Definition{})
	e.Body = map[string]any{
		"what": "deleted", "application": before.Application, "base": before.Base, "changes": d.changes(before),
	}
	return e
}
