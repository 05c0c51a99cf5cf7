// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/scim/schema"
)

// introduce tells somebody without a credential what the service can do, without
// what the directory has learned (contract E3).
func (s *Service) introduce(ctx context.Context, id string, req request) answer {
	var d Directory
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		d, err = selectOpen(ctx, tx, id)
		return err
	})
	if errors.Is(err, db.ErrNoRow) {
		return refusal(&schema.Error{Status: statusNotFound, Detail: "There is no such directory."})
	}
	c := &call{actor: d.actor(req.Address), base: s.baseURL(ctx, d), dir: d, now: s.instant(), service: s}
	if err == nil {
		var a answer
		kind, rest, _ := strings.Cut(strings.TrimPrefix(req.Path, "/"), "/")
		if a, err = s.toDiscover(ctx, c, req.asGet(), kind, rest, true); err == nil {
			return a
		}
	}
	return s.explain(ctx, c, err)
}

// noteStranger puts a request with a dead token into the log of the directory
// that it was meant for: it is what the set-up must show first.
func (s *Service) noteStranger(ctx context.Context, id string, req request, a answer) {
	var d Directory
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		d, err = selectOpen(ctx, tx, id)
		return err
	})
	if err != nil {
		if !errors.Is(err, db.ErrNoRow) {
			s.Logger.LogAttrs(ctx, slog.LevelError, "a request could not be noted", slog.Any("error", err))
		}
		return
	}
	now := s.Now()
	row := loggedRow{
		directory: d.Number, stranger: true, workspace: d.Workspace.Number,
		Logged: Logged{
			Address: req.Address, Agent: req.Agent, At: now, ID: db.NewID(now), Method: req.Method, Path: req.Path,
			Problem: problemOf(a), Status: a.Status, Words: "came with a missing, wrong or dead token",
		},
	}
	s.log.put(row, s.log.tells(d.Number, true, now))
}
