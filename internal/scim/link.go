// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// A link lets an administrator elsewhere, who is no user here, set one directory
// up: read its set-up and its log in words, make tokens and clients, run the
// self-test, and, unless its maker says otherwise, name the attribute that carries
// the role. All of it is done as the maker, marked as such.
//
//	MakeLink          OpenLink, once                     7 days after MakeLink
//	────────▶ waiting ──────────────▶ bound to a browser ─────────────────────▶ over
//	             └──────────────────────────┴── DropLink, the maker's going ────▶ over

// Link is such a link without its secret.
type Link struct {
	CreatedAt      time.Time
	ExpiresAt      time.Time
	ID             string
	Maker          caller.Caller // kind, id and name; nothing else is kept
	NamesAttribute bool          // its holder may name the attribute that carries the role
	OpenedAt       *time.Time    // nil while nobody has opened it
}

// NewLink is what a link is made from.
type NewLink struct {
	Directory    DirectoryID
	NotAttribute bool // its holder may not name the attribute that carries the role
}

const (
	linkFor   = 7 * 24 * time.Hour
	linkPage  = "/directory-setup" // the secret follows as a fragment, so it is in no log
	maxLinks  = 20
	linkWords = " (by link)" // behind the maker's name on the audit trail
)

// errLink is what somebody hears whose link never was, is used or is over: which
// of them is nobody's business.
func errLink() error {
	return fault.New(fault.NotFound, "this link does not work: it was opened before, has expired or was taken back; ask for a new one")
}

// MakeLink makes a link and answers its URL, which nobody can read again.
// Faults: NotFound, Conflict for a directory that is being deleted or that has
// too many links.
func (s *Service) MakeLink(ctx context.Context, c caller.Caller, in NewLink) (Link, string, error) {
	now := s.instant()
	base, err := s.BaseURL(ctx)
	if err != nil {
		return Link{}, "", fmt.Errorf("read the base URL: %w", err)
	}
	secret := rand.Text() + rand.Text()
	l := Link{
		CreatedAt: now, ExpiresAt: now.Add(linkFor), ID: db.NewID(now), Maker: caller.Caller{ID: c.ID, Kind: c.Kind, Name: c.Name},
		NamesAttribute: !in.NotAttribute,
	}
	err = s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := s.held(ctx, tx, c, in.Directory)
		if err != nil {
			return err
		}
		live, err := selectLinks(ctx, tx, d.Number, now)
		if err != nil {
			return err
		}
		if len(live) >= maxLinks {
			return fault.New(fault.Conflict, "there are %d links already; take one back first", maxLinks)
		}
		if err := insertLink(ctx, tx, d, l, tokenHash(secret)); err != nil {
			return err
		}
		return appendDirectory(ctx, tx, d, deed{c, now, "link made", []evidence.Change{
			{Field: "link", After: "works until " + l.ExpiresAt.Format(time.DateOnly)}, {Field: "namesAttribute", After: l.NamesAttribute},
		}})
	})
	return l, base + linkPage + "#" + secret, err
}

// Links answers the links of a directory that are not over, the newest first.
// Faults: NotFound.
func (s *Service) Links(ctx context.Context, c caller.Caller, id DirectoryID) (all []Link, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := s.find(ctx, tx, c, id)
		if err != nil {
			return err
		}
		all, err = selectLinks(ctx, tx, d.Number, s.instant())
		return err
	})
	return all, err
}

// DropLink takes a link back, and with it the access of who opened it. Faults:
// NotFound.
func (s *Service) DropLink(ctx context.Context, c caller.Caller, id DirectoryID, link string) error {
	now := s.instant()
	return s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := s.find(ctx, tx, c, id)
		if err != nil {
			return err
		}
		err = deleteLink(ctx, tx, d.Number, link)
		if errors.Is(err, db.ErrNoRow) {
			return fault.New(fault.NotFound, "there is no link %q", web.Shorten(link))
		}
		if err != nil {
			return err
		}
		return appendDirectory(ctx, tx, d, deed{c, now, "link taken back", nil})
	})
}

// Opened is a link that has just been bound to who opened it.
type Opened struct {
	Directory Overview
	Link      Link
	Secret    string // what they come with from then on
}

// OpenLink binds a link to who opens it. Faults: NotFound for a link that does
// not work.
func (s *Service) OpenLink(ctx context.Context, visitor caller.Caller, secret string) (Opened, error) {
	now := s.instant()
	session := rand.Text() + rand.Text()
	var g Guest
	err := s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		err := openLink(ctx, tx, tokenHash(secret), tokenHash(session), now)
		if errors.Is(err, db.ErrNoRow) {
			return errLink()
		}
		if err != nil {
			return err
		}
		if g, err = s.enter(ctx, tx, visitor, session); err != nil {
			if fault.KindOf(err) == fault.Unauthorized {
				return errLink()
			}
			return err
		}
		return appendDirectory(ctx, tx, g.Directory, deed{g.As, now, "link opened", nil})
	})
	if err != nil {
		return Opened{}, err
	}
	o, err := s.Look(ctx, g.As, g.Directory.ID)
	return Opened{Directory: o, Link: g.Link, Secret: session}, err
}

// Guest is the holder of a link.
type Guest struct {
	As        caller.Caller // the maker, marked as such, who may nothing else
	Directory Directory
	Link      Link
}

// enter answers the guest that a secret belongs to. Faults: Unauthorized.
func (s *Service) enter(ctx context.Context, tx *db.Tx, visitor caller.Caller, session string) (Guest, error) {
	closed := fault.New(fault.Unauthorized, "open the link that you were sent; if it was opened elsewhere, has expired or was taken back, ask for a new one")
	l, d, err := selectLinkBySession(ctx, tx, tokenHash(session), s.instant())
	if errors.Is(err, db.ErrNoRow) || err == nil && session == "" {
		return Guest{}, closed
	}
	if err != nil {
		return Guest{}, err
	}
	if l.Maker.Kind == caller.User {
		maker, err := s.Access.ByID(ctx, tx, d.Workspace.Number, access.UserID(l.Maker.ID))
		if err != nil && !errors.Is(err, db.ErrNoRow) {
			return Guest{}, err
		}
		// What a maker may not do any more, no link of theirs does.
		if err != nil || maker.Status != access.Active || maker.Caller(d.Workspace).Check(caller.ManageProvisioning) != nil {
			return Guest{}, closed
		}
	}
	who := l.Maker
	who.Name += linkWords
	who.Address, who.Workspace = visitor.Address, d.Workspace
	return Guest{As: who, Directory: d, Link: l}, nil
}

// ByLink answers the directory that the holder of a secret sets up, and as whom.
// Faults: Unauthorized.
func (s *Service) ByLink(ctx context.Context, visitor caller.Caller, session string) (g Guest, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		g, err = s.enter(ctx, tx, visitor, session)
		return err
	})
	return g, err
}

// NameAttribute names the attribute that carries the role, for the holder of a
// link; "" for none. Faults: Forbidden where the maker kept that to the Admins,
// Invalid.
func (s *Service) NameAttribute(ctx context.Context, g Guest, name string) error {
	if !g.Link.NamesAttribute {
		return fault.New(fault.Forbidden, "%s kept this to the Admins here: tell them the name of the attribute", g.Link.Maker.Name)
	}
	_, err := s.ChangeDirectory(ctx, g.As, g.Directory.ID, DirectoryChanges{RoleAttribute: &name})
	return err
}

// MakeToken makes a token beside those that there are, nil: one that never
// expires. It cannot be read again. To change tokens without a gap, make a new
// one, paste it at the provider, and revoke the old one. Faults: NotFound,
// Invalid, Conflict.
func (s *Service) MakeToken(ctx context.Context, c caller.Caller, id DirectoryID, expires *time.Time) (text string, t Token, err error) {
	now := s.instant()
	if expires, err = ahead(expires, now); err != nil {
		return "", t, err
	}
	err = s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := s.held(ctx, tx, c, id)
		if err != nil {
			return err
		}
		tokens, err := selectTokens(ctx, tx, d)
		if err != nil {
			return err
		}
		if len(tokens) >= maxTokens {
			return fault.New(fault.Conflict, "there are %d tokens already; revoke one that is not used any more", maxTokens)
		}
		if text, t, err = s.newToken(ctx, tx, d, expires); err != nil {
			return err
		}
		return appendDirectory(ctx, tx, d, deed{c, now, "token made", []evidence.Change{{Field: "token", After: t.Hint + "…"}}})
	})
	return text, t, err
}

// RevokeToken ends a token at once. Faults: NotFound.
func (s *Service) RevokeToken(ctx context.Context, c caller.Caller, id DirectoryID, token string) error {
	now := s.instant()
	return s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := s.find(ctx, tx, c, id)
		if err != nil {
			return err
		}
		tokens, err := selectTokens(ctx, tx, d)
		if err != nil {
			return err
		}
		hint := ""
		for _, t := range tokens {
			if t.ID == token {
				hint = t.Hint
			}
		}
		err = revokeToken(ctx, tx, d, token, now)
		if errors.Is(err, db.ErrNoRow) {
			return fault.New(fault.NotFound, "there is no token %q", web.Shorten(token))
		}
		if err != nil {
			return err
		}
		return appendDirectory(ctx, tx, d, deed{c, now, "token revoked", []evidence.Change{{Field: "token", Before: hint + "…"}}})
	})
}
