// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/web"
)

// Sessions says how a user's session stands.
type Sessions interface {
	// Stands answers the caller as of now, without noting a use of the session;
	// Unauthorized when it is over.
	Stands(ctx context.Context, c caller.Caller) (caller.Caller, error)
}

// Bearer says how an access token stands.
type Bearer interface {
	// Caller answers who holds a token; Unauthorized when it is over.
	Caller(ctx context.Context, token string) (caller.Caller, error)
}

// Options fill Listeners.
type Options struct {
	Bearer   Bearer
	Every    time.Duration // between two looks at where the feed stands
	Feed     *Service
	Logger   *slog.Logger
	Now      func() time.Time
	Sessions Sessions
}

// Listeners are the streams of events that are open on a server. Each goes on from a
// cursor of its own and waits for nobody; all of them together ask the database once in
// Every whether anything has happened. It is safe for concurrent use; Close ends all.
type Listeners struct {
	Options

	streams *web.Streams

	mu       sync.Mutex
	heads    map[int64]int64
	lookedAt time.Time
}

// NewListeners makes them.
func NewListeners(o Options) *Listeners {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Listeners{Options: o, streams: web.NewStreams()}
}

// Close ends all streams.
func (l *Listeners) Close() { l.streams.Close() }

// moved says whether something follows a cursor. One look serves all who ask at once.
func (l *Listeners) moved(ctx context.Context, w caller.Workspace, after Cursor) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := l.Now(); l.heads == nil || now.Sub(l.lookedAt) >= l.Every {
		heads, err := l.Feed.Heads(ctx)
		if err != nil {
			return false, fmt.Errorf("look where the feed stands: %w", err)
		}
		l.heads, l.lookedAt = heads, now
	}
	return l.heads[w.Number] >= after.Position, nil
}

// stands answers the caller of a stream as of now; Unauthorized when session or token
// are over.
func (l *Listeners) stands(ctx context.Context, c caller.Caller, token string) (caller.Caller, error) {
	if c.Kind == caller.User {
		return l.Sessions.Stands(ctx, c)
	}
	return l.Bearer.Caller(ctx, token)
}

// Page asks for the events that a caller may be told of.
type Page struct {
	After Cursor
	Limit int
	Want  Want
}

// MayRead says whether a caller is told of an event: by its type, and inside the window
// of an auditor.
func MayRead(c caller.Caller, e Event) bool {
	if w := c.Window; w != nil && (e.Time.Before(w.From) || !w.To.IsZero() && e.Time.After(w.To)) {
		return false
	}
	return MayHear(c, e.Type)
}

// looks bounds how often one list goes on over what its caller is not told of.
const looks = 10

// Listing is a page of events.
type Listing struct {
	Events []Event
	More   bool   // may follow
	Next   Cursor // where to go on
}

// List answers a page of what a caller may be told of; it may hold fewer than asked
// before the end.
func (s *Service) List(ctx context.Context, c caller.Caller, p Page) (Listing, error) {
	list := Listing{Next: p.After}
	for range looks {
		found, then, err := s.After(ctx, c.Workspace, list.Next, p.Want, p.Limit-len(list.Events))
		if err != nil {
			return Listing{}, err
		}
		if then == list.Next {
			return list, nil
		}
		list.Next = then
		for _, e := range found {
			if MayRead(c, e) {
				list.Events = append(list.Events, e)
			}
		}
		if len(list.Events) == p.Limit {
			break
		}
	}
	newest, err := s.Newest(ctx, c.Workspace)
	list.More = list.Next.Before(newest)
	return list, err
}
