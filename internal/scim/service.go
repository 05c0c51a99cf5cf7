// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/scim/schema"
	"github.com/passmuster/muster/internal/seal"
)

// Options are what a Service is made of.
type Options struct {
	Access    *access.Service
	BaseURL   func(context.Context) (string, error)
	DB        *db.DB
	Directory *directory.Service
	Logger    *slog.Logger
	Now       func() time.Time
	Sealer    *seal.Sealer           // signs cursors
	Types     []*schema.ResourceType // beside User and Group; for tests that prove the engine knows no type
}

// Service is the service provider and its set-up. It is safe for concurrent use.
type Service struct {
	Options
	bases     memo[string]      // the base URL without a path
	endpoints map[string]string // by the name of a resource type
	flushing  sync.Mutex        // held from taking the log to its commit
	hiding    sync.Map          // *schema.ResourceType → bool
	known     tokenMemory
	log       *requestLog
	pointing  sync.Map // *schema.ResourceType → []pointer
	tally     tally
	types     sync.Map // learnedKey → *schema.ResourceType
	used      *lastUse
}

// New answers a service.
func New(o Options) *Service {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Service{Options: o, endpoints: map[string]string{}, log: &requestLog{}, tally: newTally(), used: newLastUse()}
	for _, rt := range s.baseTypes() {
		s.endpoints[rt.Name] = rt.Endpoint
	}
	return s
}

// instant answers the present as rows keep it.
func (s *Service) instant() time.Time { return db.Time(db.Millis(s.Now())) }

// base answers the resource types before anything was learned.
func (s *Service) baseTypes() []*schema.ResourceType {
	return append([]*schema.ResourceType{schema.User(), schema.Group()}, s.Types...)
}

// call is one request of a provider, as the engine sees it.
type call struct {
	actor     caller.Caller
	base      string         // URL of the directory, without a slash at its end
	brought   map[string]any // who was made for the newborn, as members of its entry
	dir       Directory
	newborn   string // id of the user that is being made: nobody has ever heard of it
	now       time.Time
	rehearsal bool   // sent by the self-test: nobody follows it
	resource  string // id of the resource that it is about
	service   *Service
	subject   string // whom it is about, for the log
	tolerated schema.Tolerated
	warnings  []warning
}

// warning is something that the set-up shows; the request went on.
type warning struct{ kind, subject, message string }

// bring notes who was made along with a newborn, so that one entry of evidence
// tells it all.
func (c *call) bring(kind, id, name string) {
	if c.brought == nil {
		c.brought = map[string]any{}
	}
	c.brought[kind] = map[string]any{"id": id, "name": name}
}

func (c *call) warn(kind, subject, message string) {
	c.warnings = append(c.warnings, warning{kind, subject, message})
}

// learnedKey names a resource type with what a directory has learned: names are
// only ever added, so their number says which they are.
type learnedKey struct {
	directory, learned int64
	name               string
}

// typeOf answers a resource type with what the directory has learned; nil for a
// name that there is not.
func (s *Service) typeOf(ctx context.Context, tx *db.Tx, d Directory, name string) (*schema.ResourceType, error) {
	key := learnedKey{d.Number, d.learned, name}
	if known, ok := s.types.Load(key); ok {
		rt, _ := known.(*schema.ResourceType)
		return rt, nil
	}
	for _, rt := range s.baseTypes() {
		if rt.Name != name {
			continue
		}
		if d.learned > 0 && !d.Strict {
			learned, err := selectLearned(ctx, tx, d.Number, name)
			if err != nil {
				return nil, err
			}
			rt = rt.With(learned)
		}
		s.types.Store(key, rt)
		return rt, nil
	}
	return nil, nil //nolint:nilnil // there is no such type
}

// typeNow is typeOf outside of a transaction.
func (s *Service) typeNow(ctx context.Context, c *call, name string) (rt *schema.ResourceType, err error) {
	if known, ok := s.types.Load(learnedKey{c.dir.Number, c.dir.learned, name}); ok {
		rt, _ = known.(*schema.ResourceType)
		return rt, nil
	}
	err = s.DB.Glance(ctx, func(ctx context.Context, tx *db.Tx) error {
		rt, err = s.typeOf(ctx, tx, c.dir, name)
		return err
	})
	return rt, err
}

// learn keeps the names that a request taught, in its transaction.
func (s *Service) learn(ctx context.Context, tx *db.Tx, c *call, name string, learned []schema.Learned) error {
	for _, l := range learned {
		form, err := learnedText(l)
		if err != nil {
			return err
		}
		full := l.Name
		if l.Schema != "" {
			full = l.Schema + ":" + l.Name
		}
		added, err := insertLearned(ctx, tx, c.dir.Number, name, schema.Fold(full), form)
		if err != nil {
			return err
		}
		if added { // else another request was faster
			c.dir.learned++
		}
	}
	return nil
}
