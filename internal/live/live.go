// SPDX-License-Identifier: Apache-2.0

package live

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/web"
)

// Sessions says how a user's session stands.
type Sessions interface {
	// Stands answers the caller as of now, without noting a use of the session;
	// Unauthorized when it is over.
	Stands(ctx context.Context, c caller.Caller) (caller.Caller, error)
}

// Options fill a Service.
type Options struct {
	DB       *db.DB
	Every    time.Duration // between two looks; 0: Poll is called by hand
	Logger   *slog.Logger
	Sessions Sessions
	Tests    *assessment.Service
}

// The kinds of hints.
const (
	KindChange = "change" // somebody did something that is on the audit trail
	KindSync   = "sync"
	KindTest   = "test"
)

// Hint says what to read again.
type Hint struct {
	Definition resource.ID // KindSync
	Kind       string
	Noun       string            // KindChange: the kind of what was changed
	Status     assessment.Status // KindTest
	Sync       string            // KindSync: the newest push, "" before the first
	Test       string            // KindTest: as the API shows it
}

// permission is what a caller needs to be told.
func (h Hint) permission() caller.Permission {
	switch h.Kind {
	case KindChange:
		return nouns[h.Noun]
	case KindTest:
		return caller.ReadTests
	}
	return caller.ReadApplications
}

// nouns are the kinds of entries of the audit trail that pages show, with what a caller
// needs to be told of one.
var nouns = map[string]caller.Permission{
	"access_review": caller.ReadReviews, "account": caller.ReadAccounts, "application": caller.ReadApplications, "control": caller.ReadControls,
	"definition": caller.ReadApplications, "directory": caller.ReadSettings, "directory_group": caller.ReadSettings, "directory_user": caller.ReadSettings,
	"document": caller.ReadDocuments, "exception": caller.ReadTests, "framework": caller.ReadControls, "group": caller.ReadPeople,
	"identity_provider": caller.ReadSettings, "invitation": caller.ReadUsers, "notification_channel": caller.ReadSettings,
	"notification_preference": caller.OwnAccount, "notification_settings": caller.ReadSettings, "person": caller.ReadPeople, "policy": caller.ReadPolicies,
	"program": caller.ReadControls, "remediation": caller.ReadTests, "role": caller.ReadUsers, "scope": caller.ReadControls,
	"sign_in_settings": caller.ReadSettings, "sla": caller.ReadTests, "test": caller.ReadTests, "test_version": caller.ReadTests, "user": caller.ReadUsers,
	"vulnerability": caller.ReadVulnerabilities, "webhook": caller.ReadSettings, trail: caller.ReadAudit,
}

// trail is the noun of the audit trail itself: whatever was done, but for the pushes and
// re-evaluations that it leaves out.
const trail = "audit"

const (
	waiting = 64 // hints that a client may leave unread
	// refreshed is after how many looks statuses are compared although no head moved:
	// they change by time as well.
	refreshed = 15
)

// Client is one stream.
type Client struct {
	Hints chan Hint
	// Missed is full when hints were dropped: everything is to be read again.
	Missed chan struct{}

	caller caller.Caller // guarded by the service
	leave  func()
}

// Service tells its clients what changes. It is safe for concurrent use; Close ends
// all streams.
type Service struct {
	Options

	mu      sync.Mutex
	clients map[*Client]bool
	looks   int
	looping bool
	seen    map[int64]*picture // by workspace
	running sync.WaitGroup
	streams *web.Streams

	polling sync.Mutex // one look at a time
}

// picture is what was seen of a workspace.
type picture struct {
	entry    int64 // position of the newest entry on the audit trail
	heads    map[resource.Number]int64
	statuses map[int64]assessment.Status
}

// New makes the service.
func New(o Options) *Service {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Service{Options: o, clients: map[*Client]bool{}, seen: map[int64]*picture{}, streams: web.NewStreams()}
}

// Done is closed when the server stops.
func (s *Service) Done() <-chan struct{} { return s.streams.Done() }

// Close ends all streams and waits for the last look.
func (s *Service) Close() {
	s.mu.Lock() // begin looks, and begins, under it
	s.streams.Close()
	s.mu.Unlock()
	s.running.Wait()
}

// Open begins a stream of what changes in the caller's workspace from now on. Leave
// ends it.
func (s *Service) Open(ctx context.Context, c caller.Caller) (*Client, error) {
	client := &Client{Hints: make(chan Hint, waiting), Missed: make(chan struct{}, 1), caller: c}
	if err := s.enter(client); err != nil {
		return nil, err
	}
	if err := s.first(ctx, c.Workspace); err != nil {
		s.Leave(client)
		return nil, fmt.Errorf("look at the workspace: %w", err)
	}
	s.begin(ctx)
	return client, nil
}

func (s *Service) enter(client *Client) (err error) {
	if client.leave, err = s.streams.Enter(client.caller.ID); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clients[client] = true
	return nil
}

// Leave ends a stream.
func (s *Service) Leave(client *Client) {
	client.leave()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.clients, client)
	for other := range s.clients {
		if other.caller.Workspace.Number == client.caller.Workspace.Number {
			return
		}
	}
	delete(s.seen, client.caller.Workspace.Number)
}

// Check answers an Unauthorized fault when the client's session is over, and lets the
// stream go by what the user may do now.
func (s *Service) Check(ctx context.Context, client *Client) error {
	c, err := s.Sessions.Stands(ctx, client.caller)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	client.caller = c
	return nil
}

// begin starts the loop that looks, unless it runs. It ends with the last client.
func (s *Service) begin(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Every == 0 || s.looping || s.stopped() {
		return
	}
	s.looping = true
	ctx = context.WithoutCancel(ctx) // it outlives the request that began it
	s.running.Go(func() { s.loop(ctx) })
}

// stopped says whether Close was called.
func (s *Service) stopped() bool {
	select {
	case <-s.Done():
		return true
	default:
		return false
	}
}

func (s *Service) loop(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	tick := time.NewTicker(s.Every)
	defer tick.Stop()
	for {
		select {
		case <-s.Done():
			return
		case <-tick.C:
		}
		if s.rest() {
			return
		}
		if err := s.Poll(ctx); err != nil {
			s.Logger.LogAttrs(ctx, slog.LevelWarn, "pages are told of changes later", slog.Any("error", err))
		}
	}
}

// rest says whether nobody is left to be told.
func (s *Service) rest() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.looping = len(s.clients) > 0
	return !s.looping
}

// first looks at a workspace that nobody watched, so that what comes next is told.
func (s *Service) first(ctx context.Context, w caller.Workspace) error {
	s.polling.Lock()
	defer s.polling.Unlock()
	s.mu.Lock()
	known := s.seen[w.Number] != nil
	s.mu.Unlock()
	if known {
		return nil
	}
	now := &picture{heads: map[resource.Number]int64{}}
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		moves, err := resource.Moves(ctx, tx)
		if err != nil {
			return err
		}
		for _, m := range moves {
			if m.Workspace.Number == w.Number {
				now.heads[m.Number] = m.Head
			}
		}
		if now.entry, err = evidence.Newest(ctx, tx, w.Number); err != nil {
			return err
		}
		now.statuses, _, err = s.statuses(ctx, tx, w)
		return err
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen[w.Number] = now
	return nil
}

// statuses answers how tests stand, and what the API calls them.
func (s *Service) statuses(ctx context.Context, tx *db.Tx, w caller.Workspace) (is map[int64]assessment.Status, ids map[int64]string, err error) {
	standings, err := s.Tests.Standings(ctx, tx, w)
	is, ids = map[int64]assessment.Status{}, map[int64]string{}
	for number, one := range standings {
		is[number], ids[number] = one.Status, one.ID
	}
	return is, ids, err
}

// watched answers the workspaces that somebody watches, by their numbers.
func (s *Service) watched() map[int64]caller.Workspace {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[int64]caller.Workspace{}
	for client := range s.clients {
		if w := client.caller.Workspace; s.seen[w.Number] != nil {
			all[w.Number] = w
		}
	}
	return all
}

// Poll looks once at all that is watched, and tells what has changed since the look
// before.
func (s *Service) Poll(ctx context.Context) error {
	s.polling.Lock()
	defer s.polling.Unlock()
	s.looks++
	watched := s.watched()
	if len(watched) == 0 {
		return nil
	}
	told := map[int64][]Hint{}
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		moves, err := resource.Moves(ctx, tx)
		if err != nil {
			return err
		}
		for number, w := range watched {
			if told[number], err = s.compare(ctx, tx, w, moves); err != nil {
				return err
			}
		}
		return nil
	})
	s.tell(told)
	return err
}

// compare answers what is different from what was seen of a workspace.
func (s *Service) compare(ctx context.Context, tx *db.Tx, w caller.Workspace, moves []resource.Move) (hints []Hint, err error) {
	s.mu.Lock()
	was := s.seen[w.Number]
	s.mu.Unlock()
	if was == nil {
		return nil, nil
	}
	for _, m := range moves {
		if m.Workspace.Number != w.Number || was.heads[m.Number] == m.Head {
			continue
		}
		was.heads[m.Number] = m.Head
		if !m.System {
			hints = append(hints, Hint{Definition: m.ID, Kind: KindSync, Sync: m.LastPush})
		}
	}
	changes, err := s.changes(ctx, tx, w, was)
	if hints = append(hints, changes...); err != nil || len(hints) == 0 && s.looks%refreshed != 0 {
		return hints, err
	}
	is, ids, err := s.statuses(ctx, tx, w)
	if err != nil {
		return hints, err
	}
	for number, status := range is {
		if was.statuses[number] != status {
			hints = append(hints, Hint{Kind: KindTest, Status: status, Test: ids[number]})
		}
	}
	was.statuses = is
	return hints, nil
}

// changes answers what was done to what pages show since the look before.
func (s *Service) changes(ctx context.Context, tx *db.Tx, w caller.Workspace, was *picture) (hints []Hint, err error) {
	kinds, newest, err := evidence.KindsSince(ctx, tx, w.Number, was.entry)
	if err != nil {
		return nil, err
	}
	was.entry = newest
	told := false
	for _, kind := range kinds {
		if nouns[kind] != "" {
			hints = append(hints, Hint{Kind: KindChange, Noun: kind})
		}
		told = told || kind != KindSync // also what the trail calls a push
	}
	if told {
		hints = append(hints, Hint{Kind: KindChange, Noun: trail})
	}
	return hints, nil
}

// tell hands hints to those who may have them. Nobody is waited for.
func (s *Service) tell(told map[int64][]Hint) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for client := range s.clients {
		for _, h := range told[client.caller.Workspace.Number] {
			if client.caller.Check(h.permission()) != nil {
				continue
			}
			select {
			case client.Hints <- h:
			default:
				select {
				case client.Missed <- struct{}{}:
				default:
				}
			}
		}
	}
}
