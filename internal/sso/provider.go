// SPDX-License-Identifier: Apache-2.0

package sso

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
)

// ProviderID names an identity provider.
type ProviderID string

// Kind is the protocol that a provider speaks.
type Kind string

// The kinds; the words stand in rows and on the wire.
const (
	OIDC Kind = "oidc"
	SAML Kind = "saml"
)

// Provider is an identity provider of one workspace.
type Provider struct {
	CreateUsers bool // unknown people become users
	CreatedAt   time.Time
	Domains     []string // e-mail domains it may vouch for, lower case; empty = any
	Enabled     bool
	ID          ProviderID
	Kind        Kind
	Name        string
	OIDC        OIDCSettings // of kind OIDC
	SAML        SAMLSettings // of kind SAML
	TrustEmail  bool         // an e-mail of which it says nothing will do
	UpdatedAt   time.Time
	Workspace   caller.Workspace

	secret string // client secret, sealed; "" when there is none
}

// SecretSet says whether there is a client secret.
func (p Provider) SecretSet() bool { return p.secret != "" }

// authority is who stands behind the subjects: another one names other people.
func (p Provider) authority() string {
	if p.Kind == SAML {
		return p.SAML.EntityID
	}
	return p.OIDC.Issuer
}

// vouches says whether the provider may speak for an e-mail.
func (p Provider) vouches(email string) bool {
	if len(p.Domains) == 0 {
		return true
	}
	at := strings.LastIndexByte(email, '@')
	return at >= 0 && slices.Contains(p.Domains, lower(email[at+1:]))
}

// lower is for ASCII alone: Unicode folds letters of other scripts into ours, so
// that two addresses would become one (U+212A into k).
func lower(text string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}

func nameKey(name string) string { return strings.ToLower(name) }

func unknown(id ProviderID) error {
	return fault.New(fault.NotFound, "there is no identity provider %q", string(id))
}

// Create makes a provider in the caller's workspace. It may be unfinished as long
// as it is off: its addresses are needed to set the other side up. Faults: Invalid
// with every place that is wrong, Conflict when the name is taken.
func (s *Service) Create(ctx context.Context, c caller.Caller, in Draft) (Provider, error) {
	now := s.instant()
	p := Provider{CreatedAt: now, ID: ProviderID(db.NewID(now)), Kind: in.Kind, UpdatedAt: now, Workspace: c.Workspace}
	p.OIDC.Scopes, p.TrustEmail = defaultScopes(), in.Kind == SAML
	if err := s.apply(in, &p); err != nil {
		return Provider{}, err
	}
	if in.Enabled == nil {
		p.Enabled = len(p.Missing()) == 0
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := insertProvider(ctx, tx, p); err != nil {
			return err
		}
		return appendChange(ctx, tx, deed{c, now, "created"}, p, changes(Provider{}, p))
	})
	return p, named(err, "create", p)
}

// named tells a taken name from other errors.
func named(err error, what string, p Provider) error {
	if db.IsUnique(err) {
		return fault.New(fault.Conflict, "there is an identity provider called %q already", p.Name)
	}
	if err != nil {
		return fmt.Errorf("%s identity provider: %w", what, err)
	}
	return nil
}

// List answers up to limit providers of the caller's workspace after an id, oldest
// first, and whether there are more.
func (s *Service) List(ctx context.Context, c caller.Caller, after string, limit int) (all []Provider, more bool, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = selectProviders(ctx, tx, c.Workspace.Number, after, limit+1)
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("list identity providers: %w", err)
	}
	if len(all) > limit {
		return all[:limit], true, nil
	}
	return all, false, nil
}

// Get answers a provider of the caller's workspace, or a NotFound fault.
func (s *Service) Get(ctx context.Context, c caller.Caller, id ProviderID) (p Provider, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = find(ctx, tx, c, id)
		return err
	})
	return p, err
}

func find(ctx context.Context, tx *db.Tx, c caller.Caller, id ProviderID) (Provider, error) {
	if !db.ValidID(string(id)) {
		return Provider{}, unknown(id)
	}
	p, err := selectProvider(ctx, tx, id)
	if errors.Is(err, db.ErrNoRow) || err == nil && p.Workspace.Number != c.Workspace.Number {
		return Provider{}, unknown(id)
	}
	if err != nil {
		return Provider{}, fmt.Errorf("find identity provider: %w", err)
	}
	return p, nil
}

// Change applies a draft to a provider. Another issuer or entity id takes its links
// away, and the client secret unless the draft has a new one. Faults: as Create, and
// Impossible when no Admin could sign in any more.
func (s *Service) Change(ctx context.Context, c caller.Caller, id ProviderID, in Draft) (Provider, error) {
	now := s.instant()
	var p Provider
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.access.Guarded(ctx, tx, c.Workspace, func() error {
			before, err := find(ctx, tx, c, id)
			if err != nil {
				return err
			}
			p, p.UpdatedAt = before, now
			if err := s.apply(in, &p); err != nil {
				return err
			}
			return s.put(ctx, tx, c, before, p)
		})
	})
	s.issuers.forget(id)
	return p, named(s.refused(ctx, c, "change of the identity provider "+p.Name, err), "change", p)
}

// put writes what a change made of a provider.
func (s *Service) put(ctx context.Context, tx *db.Tx, c caller.Caller, before, after Provider) error {
	body := changes(before, after)
	if before.authority() != "" && before.authority() != after.authority() {
		gone, err := deleteIdentities(ctx, tx, after.Workspace.Number, after.ID)
		if err != nil {
			return err
		}
		body = append(body, dropped(gone)...)
	}
	if err := updateProvider(ctx, tx, after); err != nil {
		return err
	}
	return appendChange(ctx, tx, deed{c, after.UpdatedAt, "updated"}, after, body)
}

// Delete takes a provider away, and every link to it. Faults: NotFound, and
// Impossible when no Admin could sign in any more.
func (s *Service) Delete(ctx context.Context, c caller.Caller, id ProviderID) error {
	now := s.instant()
	var p Provider
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.access.Guarded(ctx, tx, c.Workspace, func() (err error) {
			if p, err = find(ctx, tx, c, id); err != nil {
				return err
			}
			gone, err := deleteIdentities(ctx, tx, p.Workspace.Number, p.ID)
			if err != nil {
				return err
			}
			if err := deleteProvider(ctx, tx, p); err != nil {
				return err
			}
			return appendChange(ctx, tx, deed{c, now, "deleted"}, p, all(p, gone))
		})
	})
	s.issuers.forget(id)
	if err = s.refused(ctx, c, "removal of the identity provider "+p.Name, err); err != nil {
		return fmt.Errorf("delete identity provider: %w", err)
	}
	return nil
}
