// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"log/slog"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/resource"
)

// Watcher follows which accounts are active.
type Watcher interface {
	// AccountsTurned is told in the transaction that did it, which need not be
	// durable, that accounts became active, or are not any more.
	AccountsTurned(ctx context.Context, tx *db.Tx, d resource.Definition, items []resource.Item) error
	// AccountsLanded is called after a push of the system, for what follows.
	AccountsLanded(ctx context.Context, d resource.Definition) error
}

// Applications names the applications of a workspace, deleted ones too, by id.
type Applications interface {
	ApplicationNames(ctx context.Context, c caller.Caller) (map[string]string, error)
}

// Options are what a Service is made of.
type Options struct {
	Applications Applications // required by what lists accounts
	DB           *db.DB
	Directory    *directory.Service
	Logger       *slog.Logger
	Now          func() time.Time
}

// Service holds accounts and their owners. It is a resource.View and a
// directory.Follower, and safe for concurrent use.
type Service struct {
	Options

	// Records takes what rules see of owners; nil feeds nothing. It is set before
	// the first push: package resource, which it is, needs the service first.
	Records Records
	// Watchers may be added until the first push.
	Watchers []Watcher
}

// New makes the service.
func New(o Options) *Service {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Service{Options: o}
}

// instant answers the present as rows keep it.
func (s *Service) instant() time.Time { return db.Time(db.Millis(s.Now())) }

// system is who acts when nobody does.
func system(w caller.Workspace) caller.Caller {
	return caller.Caller{Kind: caller.System, Name: "muster", Workspace: w}
}
