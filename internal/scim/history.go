// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"errors"
	"strings"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// LogQuery says which requests of the log are meant. The zero value means all.
type LogQuery struct {
	After    string // id of the last one that was read before
	From, To int    // statuses, both included; To 0 = any
	Method   string // in capitals
	Oldest   bool   // the oldest first
	Resource string // id
	Subject  string // part of a name, whatever its case
}

func (q LogQuery) withDefaults() LogQuery {
	if q.To == 0 {
		q.To = 999
	}
	return q
}

func (q LogQuery) subjectLike() string {
	if q.Subject == "" {
		return ""
	}
	return likeText(strings.ToLower(q.Subject))
}

// LogPage is a part of the log of a directory.
type LogPage struct {
	Directory Directory
	More      bool // after the last of Requests
	Requests  []Logged
}

// Requests answers up to limit requests of a provider, the newest first. Faults:
// NotFound.
func (s *Service) Requests(ctx context.Context, c caller.Caller, id DirectoryID, q LogQuery, limit int) (p LogPage, err error) {
	if err := s.FlushLog(ctx); err != nil {
		return p, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		p = LogPage{}
		if p.Directory, err = s.find(ctx, tx, c, id); err != nil {
			return err
		}
		return eachLogged(ctx, tx, p.Directory.Number, q.withDefaults(), limit+1, func(l Logged) error {
			p.Requests = append(p.Requests, l)
			return nil
		})
	})
	if len(p.Requests) > limit {
		p.More, p.Requests = true, p.Requests[:limit]
	}
	return p, err
}

// exportedStep is how many requests an export reads at a time.
const exportedStep = 200

// EachRequest calls fn for every request that a query lets through, the oldest
// first. It reads in short transactions. Faults: NotFound.
func (s *Service) EachRequest(ctx context.Context, c caller.Caller, id DirectoryID, q LogQuery, fn func(Directory, Logged) error) error {
	q.Oldest, q.After = true, ""
	for more := true; more; {
		p, err := s.Requests(ctx, c, id, q, exportedStep)
		if err != nil {
			return err
		}
		for _, l := range p.Requests {
			if err := fn(p.Directory, l); err != nil {
				return err
			}
			q.After = l.ID
		}
		more = p.More
	}
	return nil
}

func unknownRequest(id string) error {
	return fault.New(fault.NotFound, "there is no request %q in the log; it may have been too old to keep", web.Shorten(id))
}

// Request answers one request with its bodies. Faults: NotFound.
func (s *Service) Request(ctx context.Context, c caller.Caller, id DirectoryID, request string) (d Directory, l Logged, err error) {
	if err := s.FlushLog(ctx); err != nil {
		return d, l, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if d, err = s.find(ctx, tx, c, id); err != nil {
			return err
		}
		l, err = selectLogged(ctx, tx, d, request)
		if errors.Is(err, db.ErrNoRow) {
			return unknownRequest(request)
		}
		return err
	})
	return d, l, err
}

// Story is what happened to a user of a directory.
type Story struct {
	Directory Directory
	Gone      bool     // the resource was deleted
	Requests  []Logged // the newest first
	Resource  Resource // of one that is gone: its id only
	Role      access.Role
}

const storyLength = 100

// Timeline answers what happened to a user, one that is gone included as long as
// the log remembers. Faults: NotFound.
func (s *Service) Timeline(ctx context.Context, c caller.Caller, id DirectoryID, user string) (t Story, err error) {
	if err := s.FlushLog(ctx); err != nil {
		return t, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if t.Directory, err = s.find(ctx, tx, c, id); err != nil {
			return err
		}
		if !db.ValidID(user) {
			return unknownUser(user)
		}
		t.Resource, err = selectResource(ctx, tx, t.Directory, "User", user)
		if errors.Is(err, db.ErrNoRow) {
			t.Gone, t.Resource, err = true, Resource{ID: user}, nil
		}
		if err != nil {
			return err
		}
		if t.Requests, err = selectStory(ctx, tx, t.Directory.Number, user, storyLength); err != nil {
			return err
		}
		if t.Gone && len(t.Requests) == 0 {
			return unknownUser(user)
		}
		t.Role.ID, t.Role.Name = t.Resource.Role, s.roleName(ctx, tx, t.Directory.Workspace.Number, t.Resource.Role)
		return nil
	})
	return t, err
}

func unknownUser(ref string) error {
	return fault.New(fault.NotFound, "there is no user %q in this directory", web.Shorten(ref))
}

// subjectOf answers what a user was called last.
func (t Story) subjectOf() string {
	if !t.Gone {
		return t.Resource.nameOf()
	}
	for _, l := range t.Requests {
		if l.Resource == t.Resource.ID && l.Subject != "" {
			return l.Subject
		}
	}
	return ""
}
