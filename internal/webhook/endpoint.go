// SPDX-License-Identifier: Apache-2.0

package webhook

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
	"github.com/passmuster/muster/internal/form"
	"github.com/passmuster/muster/internal/seal"
)

const (
	maxEndpoints = 50  // of a workspace
	maxName      = 100 // characters
	maxTypes     = 100 // of an endpoint

	// DefaultKeepDays is how long the log keeps what came to an end.
	DefaultKeepDays = 30
	maxKeepDays     = 365
)

// Feed is what happens in workspaces, in order (package feed).
type Feed interface {
	After(ctx context.Context, w caller.Workspace, after feed.Cursor, want feed.Want, limit int) ([]feed.Event, feed.Cursor, error)
	Heads(ctx context.Context) (map[int64]int64, error)
	Newest(ctx context.Context, w caller.Workspace) (feed.Cursor, error)
}

// Options fill a Service.
type Options struct {
	DB     *db.DB
	Feed   Feed
	Logger *slog.Logger // nil: nothing is logged
	Now    func() time.Time
	Post   Poster // sends requests; NewPoster makes one
	Sealer *seal.Sealer
}

// Service is the feature. It is safe for concurrent use.
type Service struct {
	Options

	nudge chan struct{} // of capacity 1: there may be something to send
}

// New makes the service.
func New(o Options) *Service {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Service{Options: o, nudge: make(chan struct{}, 1)}
}

// Endpoint is an address that is told what happens. Times are in ms since 1970.
type Endpoint struct {
	ID        string
	CreatedAt int64
	Name      string
	Types     []string // exact, or "noun.*"; empty: all but outcome.changed
	URL       string
	UpdatedAt int64

	ArrivedAt   *int64 // when a delivery last arrived, as far as the log goes back
	Behind      int64  // entries of the feed that no deliveries were made of
	DisabledAt  *int64 // nil: enabled
	DisabledWhy string
	Failures    int64  // attempts of the last 24 hours that failed
	FailingAt   *int64 // since when nothing has arrived; nil: the last attempt did
	KeepDays    int64  // how long the log keeps deliveries that came to an end
	OldUntil    int64  // until when the secret before signs too; 0: it does not
	Pending     int64  // deliveries that have not come to an end
	PendingAt   *int64 // when the oldest of those was made; nil for none

	away      int64
	cursor    feed.Cursor
	oldSecret string // sealed
	resumeAt  int64
	secret    string // sealed
	workspace caller.Workspace
}

// Form is what somebody says of an endpoint. In an edit nil stays as it is.
type Form struct {
	KeepDays *int64
	Name     *string
	Types    *[]string
	URL      *string
}

func errNone(ref string) error { return fault.New(fault.NotFound, "there is no webhook %q", ref) }

// check collects what is wrong with a form.
func (s *Service) check(f Form) error {
	var problems []fault.Problem
	add := func(pointer, format string, args ...any) {
		problems = append(problems, fault.Problem{Pointer: pointer, Message: fmt.Sprintf(format, args...)})
	}
	if f.Name != nil && (strings.TrimSpace(*f.Name) != *f.Name || *f.Name == "" || utf8.RuneCountInString(*f.Name) > maxName) {
		add("/name", "must have 1 to %d characters, without blanks at its ends", maxName)
	}
	if f.URL != nil {
		if err := s.Post.check(*f.URL); err != nil {
			add("/url", "%v", err)
		}
	}
	if f.KeepDays != nil && (*f.KeepDays < 1 || *f.KeepDays > maxKeepDays) {
		add("/keepDays", "must be from 1 to %d", maxKeepDays)
	}
	if f.Types != nil {
		if len(*f.Types) > maxTypes {
			add("/types", "must be at most %d", maxTypes)
		}
		for i, name := range *f.Types {
			if wrong := wrongType(name); wrong != "" {
				add(fmt.Sprintf("/types/%d", i), "%s", wrong)
			}
		}
	}
	if problems == nil {
		return nil
	}
	return fault.At(problems...)
}

// wrongType says what is wrong with a type that somebody wants; "" for nothing.
func wrongType(name string) string {
	prefix, all := strings.CutSuffix(name, "*")
	all = all && strings.HasSuffix(prefix, ".")
	var names []string
	for _, t := range feed.Types() {
		if t.Name == name || all && strings.HasPrefix(t.Name, prefix) {
			return ""
		}
		noun, _, _ := strings.Cut(t.Name, ".")
		names = append(names, t.Name, noun+".*")
	}
	if near := form.Nearest(name, names); near != "" {
		return fmt.Sprintf("there is no event type %q; did you mean %q?", name, near)
	}
	return fmt.Sprintf("there is no event type %q; types are such as test.status_changed, or test.* for all of a noun", name)
}

// Create makes an endpoint, which is told what happens from now on, and answers its
// secret: nobody is told that again. Faults: Invalid, Conflict for a name that is
// taken, Impossible when there are too many.
func (s *Service) Create(ctx context.Context, c caller.Caller, f Form) (e Endpoint, secret string, err error) {
	if f.Name == nil || f.URL == nil {
		return e, "", fault.New(fault.Invalid, "a webhook needs a name and a URL")
	}
	if err := s.check(f); err != nil {
		return e, "", err
	}
	now := s.Now()
	e = Endpoint{ID: db.NewID(now), CreatedAt: db.Millis(now), KeepDays: DefaultKeepDays, UpdatedAt: db.Millis(now), workspace: c.Workspace}
	f.apply(&e)
	if secret, e.secret, err = s.newSecret(e.ID); err != nil {
		return e, "", err
	}
	if e.cursor, err = s.Feed.Newest(ctx, c.Workspace); err != nil {
		return e, "", err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := countEndpoints(ctx, tx, c.Workspace)
		if err != nil {
			return err
		}
		if n >= maxEndpoints {
			return fault.New(fault.Impossible, "a workspace has at most %d webhooks", maxEndpoints)
		}
		if err := insertEndpoint(ctx, tx, &e); err != nil {
			return err
		}
		return s.note(ctx, tx, c, e, "created", map[string]any{"host": e.Host(), "types": e.wanted()})
	})
	return e, secret, named(err, e.Name)
}

// named turns the index of names into a fault.
func named(err error, name string) error {
	if db.IsUnique(err) {
		return fault.New(fault.Conflict, "there is a webhook with the name %q already", name)
	}
	return err
}

func (f Form) apply(e *Endpoint) {
	if f.KeepDays != nil {
		e.KeepDays = *f.KeepDays
	}
	if f.Name != nil {
		e.Name = *f.Name
	}
	if f.Types != nil {
		e.Types = slices.Compact(slices.Sorted(slices.Values(*f.Types)))
	}
	if f.URL != nil {
		e.URL = *f.URL
	}
}

// List answers the endpoints of the caller's workspace, by id.
func (s *Service) List(ctx context.Context, c caller.Caller) (list []Endpoint, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		if list, err = selectEndpoints(ctx, tx, c.Workspace); err != nil {
			return err
		}
		return s.stand(ctx, tx, c.Workspace, list)
	})
	return list, err
}

// stand fills in how endpoints of a workspace stand: failures of a day, and how far behind.
func (s *Service) stand(ctx context.Context, tx *db.Tx, w caller.Workspace, list []Endpoint) error {
	failures, err := countFailures(ctx, tx, w, db.Millis(s.Now().Add(-24*time.Hour)))
	if err != nil {
		return err
	}
	newest, err := evidence.Newest(ctx, tx, w.Number)
	for i := range list {
		list[i].Failures, list[i].Behind = failures[list[i].ID], max(0, newest+1-list[i].cursor.Position)
	}
	return err
}

// Get answers an endpoint by id or name; NotFound when there is none.
func (s *Service) Get(ctx context.Context, c caller.Caller, ref string) (e Endpoint, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		if e, err = find(ctx, tx, c.Workspace, ref); err != nil {
			return err
		}
		list := []Endpoint{e}
		err = s.stand(ctx, tx, c.Workspace, list)
		e = list[0]
		return err
	})
	return e, err
}

func find(ctx context.Context, tx *db.Tx, w caller.Workspace, ref string) (Endpoint, error) {
	e, err := selectEndpoint(ctx, tx, w, ref)
	if errors.Is(err, db.ErrNoRow) {
		return e, errNone(ref)
	}
	return e, err
}

// change lets do change an endpoint in a transaction.
func (s *Service) change(ctx context.Context, c caller.Caller, ref string, do func(context.Context, *db.Tx, *Endpoint) error) (e Endpoint, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := lockEndpoint(ctx, tx, c.Workspace, ref); errors.Is(err, db.ErrNoRow) {
			return errNone(ref)
		} else if err != nil {
			return err
		}
		if e, err = find(ctx, tx, c.Workspace, ref); err != nil {
			return err
		}
		e.UpdatedAt = db.Millis(s.Now())
		if err := do(ctx, tx, &e); err != nil {
			return err
		}
		if err := updateEndpoint(ctx, tx, &e); err != nil {
			return err
		}
		list := []Endpoint{e}
		err = s.stand(ctx, tx, c.Workspace, list)
		e = list[0]
		return err
	})
	return e, named(err, e.Name)
}

// Edit changes what is said of an endpoint. What was made for it already stays as it
// was made. Faults: Invalid, NotFound, Conflict.
func (s *Service) Edit(ctx context.Context, c caller.Caller, ref string, f Form) (Endpoint, error) {
	if err := s.check(f); err != nil {
		return Endpoint{}, err
	}
	return s.change(ctx, c, ref, func(ctx context.Context, tx *db.Tx, e *Endpoint) error {
		before := *e
		f.apply(e)
		changes := changesOf(before, *e)
		if len(changes) == 0 {
			return nil
		}
		if before.URL != e.URL {
			e.away, e.resumeAt = 0, 0 // another receiver
		}
		return s.note(ctx, tx, c, *e, "edited", map[string]any{"changes": changes})
	})
}

// changesOf answers what an edit changed, without what an address may keep secret.
func changesOf(before, after Endpoint) (list []evidence.Change) {
	add := func(field string, was, is any) {
		list = append(list, evidence.Change{Field: field, Before: was, After: is})
	}
	if before.Name != after.Name {
		add("name", before.Name, after.Name)
	}
	switch {
	case before.Host() != after.Host():
		add("address", before.Host(), after.Host())
	case before.URL != after.URL:
		add("address", nil, "another path at "+after.Host())
	}
	if !slices.Equal(before.Types, after.Types) {
		add("types", before.wanted(), after.wanted())
	}
	if before.KeepDays != after.KeepDays {
		add("keepDays", before.KeepDays, after.KeepDays)
	}
	return list
}

// Disable switches an endpoint off: what happens is kept for it, and nothing is sent.
// Conflict when it is off.
func (s *Service) Disable(ctx context.Context, c caller.Caller, ref, reason string) (Endpoint, error) {
	if reason = strings.TrimSpace(reason); utf8.RuneCountInString(reason) > 500 {
		return Endpoint{}, fault.At(fault.Problem{Pointer: "/reason", Message: "must have at most 500 characters"})
	}
	return s.change(ctx, c, ref, func(ctx context.Context, tx *db.Tx, e *Endpoint) error {
		if e.DisabledAt != nil {
			return fault.New(fault.Conflict, "the webhook %s is disabled already", e.Name)
		}
		e.DisabledAt, e.DisabledWhy = &e.UpdatedAt, reason
		if reason == "" {
			e.DisabledWhy = "switched off by " + c.Name
		}
		body := map[string]any{}
		if reason != "" {
			body["reason"] = reason
		}
		return s.note(ctx, tx, c, *e, "disabled", body)
	})
}

// Missed says what becomes of what happened while an endpoint was disabled, and of
// what waited when it was.
type Missed string

// The choices.
const (
	SendMissed Missed = "send"
	SkipMissed Missed = "skip"
)

// Enable switches an endpoint on. Conflict when it is on.
func (s *Service) Enable(ctx context.Context, c caller.Caller, ref string, missed Missed) (Endpoint, error) {
	var newest feed.Cursor
	if missed == SkipMissed {
		var err error
		if newest, err = s.Feed.Newest(ctx, c.Workspace); err != nil {
			return Endpoint{}, err
		}
	}
	e, err := s.change(ctx, c, ref, func(ctx context.Context, tx *db.Tx, e *Endpoint) error {
		if e.DisabledAt == nil {
			return fault.New(fault.Conflict, "the webhook %s is enabled already", e.Name)
		}
		e.DisabledAt, e.DisabledWhy, e.FailingAt, e.away, e.resumeAt = nil, "", nil, 0, 0
		body := map[string]any{"missed": string(missed)}
		if missed == SkipMissed {
			if err := setCursor(ctx, tx, e.ID, newest); err != nil {
				return err
			}
			e.cursor, e.Pending, e.PendingAt = newest, 0, nil
			if err := skipPending(ctx, tx, e.ID, e.UpdatedAt); err != nil {
				return err
			}
		} else if err := restartPending(ctx, tx, e.ID); err != nil {
			return err
		}
		return s.note(ctx, tx, c, *e, "enabled", body)
	})
	s.wake()
	return e, err
}

// Delete takes an endpoint away, with its log; the ledger keeps what happened to it.
func (s *Service) Delete(ctx context.Context, c caller.Caller, ref string) error {
	_, err := s.change(ctx, c, ref, func(ctx context.Context, tx *db.Tx, e *Endpoint) error {
		if err := markDeleted(ctx, tx, e.ID, e.UpdatedAt); err != nil {
			return err
		}
		return s.note(ctx, tx, c, *e, "deleted", nil)
	})
	return err
}

// note leaves an entry of evidence.
func (s *Service) note(ctx context.Context, tx *db.Tx, c caller.Caller, e Endpoint, what string, more map[string]any) error {
	body := map[string]any{"what": what}
	for name, value := range more {
		body[name] = value
	}
	return evidence.Append(ctx, tx, s.Now(), evidence.Entry{
		Actor: c, Kind: "webhook", Subject: evidence.Subject{Kind: "webhook", ID: e.ID, Name: e.Name}, Body: body,
	})
}

// Host answers the address without path and query, which some receivers take for a
// secret.
func (e Endpoint) Host() string {
	scheme, rest, _ := strings.Cut(e.URL, "://")
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, "?")
	return scheme + "://" + host
}

// wanted says in words which events the endpoint wants.
func (e Endpoint) wanted() string {
	if len(e.Types) == 0 {
		return "all events"
	}
	return strings.Join(e.Types, ", ")
}

// wake makes a sending pass that runs look again.
func (s *Service) wake() {
	select {
	case s.nudge <- struct{}{}:
	default: // it will look anyway
	}
}
