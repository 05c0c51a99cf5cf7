// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"context"
	"log/slog"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/feed"
	"github.com/passmuster/muster/internal/mail"
	"github.com/passmuster/muster/internal/seal"
)

// People are who may hear, as other features know them.
type People interface {
	// Users answers the active users of a workspace, and the e-mails of those who are
	// not active.
	Users(ctx context.Context, w caller.Workspace) (active []Person, gone []string, err error)
	// User answers an active user; false when there is none, or not any more.
	User(ctx context.Context, w caller.Workspace, id string) (Person, bool, error)
	// Person answers somebody of the directory who works here now; false otherwise, and
	// for who is a user that is not active.
	Person(ctx context.Context, w caller.Workspace, id string) (Person, bool, error)
}

// Concerned are those whom a thing concerns.
type Concerned struct {
	ID       string // of the thing, as rows have it
	Concerns []Concern
	People   []Person // those of the concerns who are no users
}

// Standing is how a test stands at present.
type Standing struct {
	Failing, Total int64
	Name           string
	Status         string
}

// Things are what events are about, as other features know them. What is not there any
// more concerns nobody.
type Things interface {
	// Document answers the owner of a document.
	Document(ctx context.Context, w caller.Workspace, id string) (Concerned, error)
	// Policy answers who is to accept a policy and has not.
	Policy(ctx context.Context, w caller.Workspace, id string) (Concerned, error)
	// Review answers who decides in an access review, and who made it.
	Review(ctx context.Context, w caller.Workspace, id string) (Concerned, error)
	// Standings answers how tests stand, by id.
	Standings(ctx context.Context, w caller.Workspace, ids []string) (map[string]Standing, error)
	// Test answers owner and subscribers of a test, by id or slug.
	Test(ctx context.Context, w caller.Workspace, ref string) (Concerned, error)
}

// Poster posts to Slack.
type Poster interface {
	// Post hands a message to an incoming webhook.
	Post(ctx context.Context, url string, message []byte) error
}

// Options fill a Service.
type Options struct {
	// BaseURL answers what links begin with.
	BaseURL func(context.Context) (string, error)
	DB      *db.DB
	Feed    *feed.Service
	Logger  *slog.Logger
	Mail    *mail.Sender // nil: no mail is sent
	Now     func() time.Time
	People  People
	// Plain lets channels have http:// addresses, where private networks are open.
	Plain  bool
	Poster Poster
	Sealer *seal.Sealer
	Things Things
}

// Service is the feature. It is safe for concurrent use.
type Service struct{ Options }

// New makes the service.
func New(o Options) *Service {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Service{Options: o}
}

func (s *Service) millis() int64 { return db.Millis(s.Now()) }

// deed is what somebody did to a setting.
type deed struct {
	kind, what string
	subject    evidence.Subject
}

// changed leaves an entry of evidence about a setting.
func (s *Service) changed(ctx context.Context, tx *db.Tx, c caller.Caller, d deed, changes []evidence.Change) error {
	return evidence.Append(ctx, tx, s.Now(), evidence.Entry{
		Actor: c, Kind: d.kind, Subject: d.subject, Body: map[string]any{"what": d.what, "changes": changes},
	})
}

// teller answers a function that notes what distinguishes two values.
func teller(changes *[]evidence.Change) func(field, was, is string) {
	return func(field, was, is string) {
		if was == is {
			return
		}
		change := evidence.Change{Field: field}
		if was != "" {
			change.Before = was
		}
		if is != "" {
			change.After = is
		}
		*changes = append(*changes, change)
	}
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
