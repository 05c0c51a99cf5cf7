// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"net/url"
	"strings"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
)

// Link is an address that stands for a document. Times are in ms.
type Link struct {
	ID          string
	CreatedAt   int64
	Description string
	Document    string
	EffectiveAt *int64
	Title       string
	URL         string
}

// AddLink lets an address stand for a document.
func (s *Service) AddLink(ctx context.Context, c caller.Caller, id string, l Link) (Link, error) {
	u, err := url.Parse(l.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return l, fault.At(fault.Problem{Pointer: "/url", Message: "must begin with https:// or http://, with a host and without a password"})
	}
	if l.Title, err = line("/title", l.Title); err != nil {
		return l, err
	}
	now := s.Now()
	l.ID, l.Document, l.CreatedAt = db.NewID(now), id, db.Millis(now)
	_, err = s.change(ctx, c, id, func(ctx context.Context, tx *db.Tx, d *Document) (string, map[string]any, error) {
		return "link added", d.linkBody(&l), insertLink(ctx, tx, c.Workspace, &l)
	})
	return l, err
}

// linkBody is what an entry says of a link. A query may hold a secret, so it is left
// out.
func (d *Document) linkBody(l *Link) map[string]any {
	body := map[string]any{"linkId": l.ID}
	if !d.Sensitive {
		body["link"], body["address"] = l.Title, strings.SplitN(strings.SplitN(l.URL, "?", 2)[0], "#", 2)[0]
	}
	return body
}

// Links answers up to limit links of a document after an id, oldest first, and
// whether more follow.
func (s *Service) Links(ctx context.Context, c caller.Caller, id, after string, limit int) (list []Link, more bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.Find(ctx, tx, c, id); err != nil {
			return err
		}
		list, err = selectLinks(ctx, tx, id, after, limit+1)
		return err
	})
	if more = len(list) > limit; more {
		list = list[:limit]
	}
	return list, more, err
}

// RemoveLink takes a link from a document.
func (s *Service) RemoveLink(ctx context.Context, c caller.Caller, id, link string) error {
	_, err := s.change(ctx, c, id, func(ctx context.Context, tx *db.Tx, d *Document) (string, map[string]any, error) {
		l, err := selectLink(ctx, tx, id, link)
		if err != nil {
			return "", nil, err
		}
		return "link removed", d.linkBody(&l), deleteLink(ctx, tx, link)
	})
	if isAbsent(err) {
		err = fault.New(fault.NotFound, "Link with id: %s not found", link)
	}
	return err
}
