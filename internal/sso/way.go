// SPDX-License-Identifier: Apache-2.0

package sso

import (
	"context"
	"errors"
	"fmt"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/signin"
)

// Method answers how package signin calls a kind.
func (k Kind) Method() signin.Method {
	if k == SAML {
		return signin.SAML
	}
	return signin.OIDC
}

// Way is a kind as a method of signing in, for the lock-out guard.
type Way struct {
	kind    Kind
	service *Service
}

// Way answers the method of a kind.
func (s *Service) Way(kind Kind) Way { return Way{kind: kind, service: s} }

// Opens says whether a user could come in this way: a provider of the kind is on,
// has the user linked, and may vouch for the user's e-mail.
func (w Way) Opens(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID) (bool, error) {
	vouchers, err := selectVouchers(ctx, tx, workspace, w.kind, user)
	if err != nil || len(vouchers) == 0 {
		return false, err
	}
	u, err := w.service.access.ByID(ctx, tx, workspace, user)
	if errors.Is(err, db.ErrNoRow) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, p := range vouchers {
		if p.vouches(u.Email) {
			return true, nil
		}
	}
	return false, nil
}

// Offer is a provider as the sign-in page shows it.
type Offer struct {
	ID        string
	Kind      Kind
	Name      string
	StartPath string // a sign-in begins there; ?return= takes a path to come back to
}

// Offered answers the providers that people of a workspace may use, by name: those
// that are on, of the kinds that the workspace allows.
func (s *Service) Offered(ctx context.Context, workspace int64) ([]Offer, error) {
	var enabled []Provider
	err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		enabled, err = selectEnabled(ctx, tx, workspace)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("offer identity providers: %w", err)
	}
	allowed := map[Kind]bool{}
	offers := []Offer{}
	for _, p := range enabled {
		if _, asked := allowed[p.Kind]; !asked {
			if allowed[p.Kind], err = s.sessions.Enabled(ctx, workspace, p.Kind.Method()); err != nil {
				return nil, fmt.Errorf("offer identity providers: %w", err)
			}
		}
		if allowed[p.Kind] {
			offers = append(offers, Offer{ID: string(p.ID), Kind: p.Kind, Name: p.Name, StartPath: p.startPath()})
		}
	}
	return offers, nil
}

func (p Provider) startPath() string { return "/sso/" + string(p.ID) + "/start" }
