// SPDX-License-Identifier: Apache-2.0

package passkey

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/signin"
)

// ID names a passkey.
type ID string

// Passkey is what its owner sees of a credential.
type Passkey struct {
	CreatedAt  time.Time
	ID         ID
	LastUsedAt *time.Time // nil before the first sign-in with it
	Name       string
}

// Users is what this package needs of package access.
type Users interface {
	ByID(ctx context.Context, tx *db.Tx, workspace int64, id access.UserID) (access.User, error)
	Guarded(ctx context.Context, tx *db.Tx, w caller.Workspace, change func() error) error
	NoteRefused(ctx context.Context, actor caller.Caller, err error) error
}

// SignIn is what this package needs of package signin.
type SignIn interface {
	CheckRecent(ctx context.Context, c caller.Caller) error
	Enabled(ctx context.Context, workspace int64, m signin.Method) (bool, error)
	Open(ctx context.Context, a signin.Arrival) (signin.Opened, error)
}

// Options are what a Service is made of.
type Options struct {
	Access  Users
	BaseURL func(context.Context) (string, error) // of the installation; "" while it is not known
	DB      *db.DB
	Logger  *slog.Logger     // nil: nothing is logged
	Now     func() time.Time // nil: time.Now
	Random  io.Reader        // of tickets; nil: crypto/rand
	SignIn  SignIn
}

// Service keeps passkeys. It is safe for concurrent use.
type Service struct {
	access  Users
	baseURL func(context.Context) (string, error)
	db      *db.DB
	log     *slog.Logger
	now     func() time.Time
	random  io.Reader
	signIn  SignIn
}

// New answers a service on a database.
func New(o Options) *Service {
	s := &Service{
		access: o.Access, baseURL: o.BaseURL, db: o.DB, log: o.Logger, now: o.Now, random: o.Random, signIn: o.SignIn,
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.random == nil {
		s.random = rand.Reader
	}
	return s
}

// instant answers the present as rows keep it.
func (s *Service) instant() time.Time { return db.Time(db.Millis(s.now())) }

// Opens says whether a user has a passkey; it makes the service a signin.Way.
func (s *Service) Opens(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID) (bool, error) {
	count, err := countOwn(ctx, tx, workspace, user)
	return count > 0, err
}

// List answers the caller's own passkeys, oldest first.
func (s *Service) List(ctx context.Context, c caller.Caller) ([]Passkey, error) {
	var all []Passkey
	err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		records, err := selectOwn(ctx, tx, c.Workspace.Number, access.UserID(c.ID))
		all = make([]Passkey, len(records))
		for i, r := range records {
			all[i] = r.Passkey
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list passkeys: %w", err)
	}
	return all, nil
}

// Rename gives one of the caller's own passkeys another name. Faults: Invalid
// for the name, NotFound.
func (s *Service) Rename(ctx context.Context, c caller.Caller, id ID, name string) (Passkey, error) {
	name, err := checkName(name)
	if err != nil {
		return Passkey{}, err
	}
	now := s.instant()
	var renamed Passkey
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := findOwn(ctx, tx, c, id)
		if err != nil {
			return err
		}
		before := found.Name
		if renamed = found.Passkey; before == name {
			return nil
		}
		renamed.Name = name
		if err := updateName(ctx, tx, c.Workspace.Number, id, name); err != nil {
			return gone(err, id)
		}
		return appendRenamed(ctx, tx, now, c, before, name)
	})
	if err != nil {
		return Passkey{}, fmt.Errorf("rename passkey: %w", err)
	}
	return renamed, nil
}

// Delete takes one of the caller's own passkeys away. Faults: Forbidden when the
// session has not proved itself lately, Impossible when nobody could administer
// the workspace any more, NotFound.
func (s *Service) Delete(ctx context.Context, c caller.Caller, id ID) error {
	if err := s.signIn.CheckRecent(ctx, c); err != nil {
		return err
	}
	now := s.instant()
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := findOwn(ctx, tx, c, id)
		if err != nil {
			return err
		}
		err = s.access.Guarded(ctx, tx, c.Workspace, func() error {
			return gone(deleteCredential(ctx, tx, c.Workspace.Number, id), id)
		})
		if err != nil {
			return err
		}
		return appendRemoved(ctx, tx, now, c, found.Name)
	})
	if err != nil {
		return fmt.Errorf("delete passkey: %w", s.refused(ctx, c, err))
	}
	return nil
}

// refused writes down what the lock-out guard would not have.
func (s *Service) refused(ctx context.Context, c caller.Caller, err error) error {
	var lockout *access.LockoutError
	if errors.As(err, &lockout) {
		lockout.Attempt = "removal of a passkey"
	}
	return s.access.NoteRefused(ctx, c, err)
}

func findOwn(ctx context.Context, tx *db.Tx, c caller.Caller, id ID) (record, error) {
	if !db.ValidID(string(id)) {
		return record{}, gone(db.ErrNoRow, id)
	}
	found, err := selectOwnOne(ctx, tx, c.Workspace.Number, access.UserID(c.ID), id)
	return found, gone(err, id)
}

// gone answers the NotFound fault in place of db.ErrNoRow.
func gone(err error, id ID) error {
	if errors.Is(err, db.ErrNoRow) {
		return fault.New(fault.NotFound, "you have no passkey %q", string(id))
	}
	return err
}

const maxName = 100 // characters

// checkName answers a name without white space around it.
func checkName(name string) (string, error) {
	name = strings.TrimSpace(name)
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		return "", fault.At(fault.Problem{Pointer: "/name", Message: "must say which passkey this is, such as Work laptop"})
	case n > maxName:
		return "", fault.At(fault.Problem{Pointer: "/name", Message: fmt.Sprintf("must have at most %d characters, not %d", maxName, n)})
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return "", fault.At(fault.Problem{Pointer: "/name", Message: "must be one line of text without control characters"})
	}
	return name, nil
}
