// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/feed"
)

// Options fill a Service.
type Options struct {
	AllowPrivate bool // streams may go to private addresses
	DB           *db.DB
	Feed         *feed.Service
	Host         func(ctx context.Context) (string, error) // what the server calls itself: its base URL
	Logger       *slog.Logger
	Now          func() time.Time
	Timeout      time.Duration // of connecting, of a write, and of the receiver's close; 0 is ten seconds
}

// Service keeps streams and sends to them. It is safe for concurrent use.
type Service struct{ Options }

// New makes the service.
func New(o Options) *Service {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	return &Service{o}
}

// Stream is a syslog server that gets what happens.
type Stream struct {
	Authority string // PEM; "": the system's authorities
	Behind    int64  // entries of the feed that it has not come by, wanted or not
	CreatedAt int64
	Cursor    feed.Cursor
	Facility  int64
	Failing   *int64 // ms, since when it fails; nil while it does not
	ID        string
	LastError string // of the newest try that failed, since it succeeded last
	Name      string
	NextAt    int64 // ms; not tried before
	Sent      int64
	SentAt    *int64
	Types     []string // [] is all but outcome.changed
	UpdatedAt int64
	URL       string

	failures  int64
	workspace caller.Workspace
}

// Form is what a stream is made of. A nil field of a change leaves what is there.
type Form struct {
	After     string // cursor to begin after; "": what happens from now on. Only of a new one
	Authority *string
	Facility  *string
	Name      *string
	Types     *[]string
	URL       *string
}

// maxName is the longest name in characters; maxStreams is how many a workspace may have.
const (
	maxName    = 100
	maxStreams = 50
	maxTypes   = 100
	maxPEM     = 20_000
)

// apply puts a form's fields into a stream. Every problem is named.
func (f Form) apply(s *Stream) error {
	var errs []error
	if f.Name != nil {
		s.Name = strings.TrimSpace(*f.Name)
	}
	if s.Name == "" || utf8.RuneCountInString(s.Name) > maxName || strings.ContainsFunc(s.Name, func(r rune) bool { return r < ' ' }) {
		errs = append(errs, fault.At(fault.Problem{Pointer: "/name", Message: fmt.Sprintf("must have 1 to %d characters", maxName)}))
	}
	if f.URL != nil || s.URL == "" {
		a, err := parseAddress(value(f.URL))
		errs, s.URL = append(errs, err), a.String()
	}
	if f.Facility != nil || s.ID == "" {
		facility, err := parseFacility(value(f.Facility))
		errs, s.Facility = append(errs, err), facility
	}
	if f.Types != nil {
		s.Types = *f.Types
		for i, name := range s.Types {
			if err := feed.CheckType(name); err != nil {
				errs = append(errs, fault.At(fault.Problem{Pointer: fmt.Sprintf("/types/%d", i), Message: err.Error()}))
			}
		}
		if len(s.Types) > maxTypes {
			errs = append(errs, fault.At(fault.Problem{Pointer: "/types", Message: fmt.Sprintf("must have at most %d", maxTypes)}))
		}
	}
	if f.Authority != nil {
		s.Authority = strings.TrimSpace(*f.Authority)
		_, err := parseAuthority(s.Authority)
		if len(s.Authority) > maxPEM {
			err = fault.At(fault.Problem{Pointer: "/certificateAuthority", Message: "is too long"})
		}
		errs = append(errs, err)
	}
	return joined(errs)
}

func value(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// joined answers all problems of a form at once; nil for none.
func joined(errs []error) error {
	var problems []fault.Problem
	for _, err := range errs {
		var wrong *fault.Error
		if errors.As(err, &wrong) {
			problems = append(problems, wrong.Problems...)
		}
	}
	if len(problems) == 0 {
		return nil
	}
	return fault.At(problems...)
}

// Create makes a stream. It begins with what happens from now on, unless the form says
// after what.
func (s *Service) Create(ctx context.Context, c caller.Caller, f Form) (x Stream, err error) {
	now := s.Now()
	x = Stream{CreatedAt: db.Millis(now), NextAt: db.Millis(now), Types: []string{}, UpdatedAt: db.Millis(now), workspace: c.Workspace}
	if err := f.apply(&x); err != nil {
		return x, err
	}
	if f.After != "" {
		x.Cursor, err = feed.ParseCursor(f.After)
		if err != nil {
			return x, fault.At(fault.Problem{Pointer: "/after", Message: err.Error()})
		}
	} else if x.Cursor, err = s.Feed.Newest(ctx, c.Workspace); err != nil {
		return x, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, err := selectStreams(ctx, tx, c.Workspace)
		if err != nil {
			return err
		}
		if len(list) >= maxStreams {
			return fault.New(fault.Conflict, "a workspace has %d streams at most", maxStreams)
		}
		x.ID = tx.NewID(now)
		if err := insertStream(ctx, tx, x); err != nil {
			return err
		}
		return evidence.Append(ctx, tx, now, x.entry(c, "created", Stream{}))
	})
	return s.named(x, err)
}

// named tells two of one name.
func (s *Service) named(x Stream, err error) (Stream, error) {
	if db.IsUnique(err) {
		return x, fault.New(fault.Conflict, "there is a stream %q already", x.Name)
	}
	return x, err
}

// entry says what was done to a stream.
func (x Stream) entry(c caller.Caller, what string, before Stream) evidence.Entry {
	var changes []evidence.Change
	add := func(field, was, is string) {
		if was != is {
			change := evidence.Change{Field: field}
			if was != "" {
				change.Before = was
			}
			if is != "" {
				change.After = is
			}
			changes = append(changes, change)
		}
	}
	add("name", before.Name, x.Name)
	add("url", before.URL, x.URL)
	add("types", before.told(), x.told())
	add("facility", before.facility(), x.facility())
	add("certificate authority", before.authority(), x.authority())
	return evidence.Entry{
		Actor: c, Kind: "stream", Subject: evidence.Subject{ID: x.ID, Kind: "stream", Name: x.Name}, Body: map[string]any{"what": what, "changes": changes},
	}
}

func (x Stream) told() string {
	switch {
	case x.URL == "":
		return ""
	case len(x.Types) == 0:
		return "all but outcome.changed"
	}
	return strings.Join(x.Types, ", ")
}

func (x Stream) facility() string {
	if x.URL == "" {
		return ""
	}
	return x.FacilityWord()
}

func (x Stream) authority() string {
	if x.Authority == "" {
		return ""
	}
	return "set"
}

// FacilityWord answers the facility as people write it.
func (x Stream) FacilityWord() string { return facilities()[x.Facility] }

// List answers the streams of a workspace, by name.
func (s *Service) List(ctx context.Context, c caller.Caller) (list []Stream, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		if list, err = selectStreams(ctx, tx, c.Workspace); err != nil {
			return err
		}
		newest, err := evidence.Newest(ctx, tx, c.Workspace.Number)
		for i := range list {
			list[i].Behind = max(0, newest+1-list[i].Cursor.Position)
		}
		return err
	})
	return list, err
}

// Get answers a stream of the workspace by id or name.
func (s *Service) Get(ctx context.Context, c caller.Caller, ref string) (Stream, error) {
	list, err := s.List(ctx, c)
	if err != nil {
		return Stream{}, err
	}
	i := slices.IndexFunc(list, func(x Stream) bool { return x.ID == ref })
	if i < 0 {
		i = slices.IndexFunc(list, func(x Stream) bool { return strings.EqualFold(x.Name, ref) })
	}
	if i < 0 {
		return Stream{}, fault.New(fault.NotFound, "there is no stream %q", ref)
	}
	return list[i], nil
}

// Change edits a stream. It keeps its cursor, and is tried at once.
func (s *Service) Change(ctx context.Context, c caller.Caller, ref string, f Form) (x Stream, err error) {
	before, err := s.Get(ctx, c, ref)
	if err != nil {
		return x, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if before, err = selectStream(ctx, tx, c.Workspace, before.ID); errors.Is(err, db.ErrNoRow) {
			return fault.New(fault.NotFound, "there is no stream %q", ref)
		} else if err != nil {
			return err
		}
		x = before
		if err := f.apply(&x); err != nil {
			return err
		}
		entry := x.entry(c, "edited", before)
		if changes, _ := entry.Body.(map[string]any)["changes"].([]evidence.Change); len(changes) == 0 {
			return nil
		}
		x.UpdatedAt, x.NextAt = db.Millis(s.Now()), db.Millis(s.Now())
		if err := updateStream(ctx, tx, x); err != nil {
			return err
		}
		return evidence.Append(ctx, tx, s.Now(), entry)
	})
	if _, err = s.named(x, err); err != nil {
		return x, err
	}
	return s.Get(ctx, c, x.ID)
}

// Delete ends a stream.
func (s *Service) Delete(ctx context.Context, c caller.Caller, ref string) error {
	x, err := s.Get(ctx, c, ref)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := deleteStream(ctx, tx, c.Workspace, x.ID); errors.Is(err, db.ErrNoRow) {
			return fault.New(fault.NotFound, "there is no stream %q", ref)
		} else if err != nil {
			return err
		}
		return evidence.Append(ctx, tx, s.Now(), evidence.Entry{
			Actor: c, Kind: "stream", Subject: evidence.Subject{ID: x.ID, Kind: "stream", Name: x.Name}, Body: map[string]any{"what": "deleted"},
		})
	})
}
