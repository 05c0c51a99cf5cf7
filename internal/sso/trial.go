// SPDX-License-Identifier: Apache-2.0

package sso

import (
	"context"
	"fmt"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
)

// Try looks whether a provider is set up so that sign-ins could work: it asks an
// OpenID issuer what it says of itself, and looks at the certificates of a SAML
// provider. It changes nothing, and answers what is wrong.
func (s *Service) Try(ctx context.Context, c caller.Caller, id ProviderID, w site) ([]fault.Problem, error) {
	p, err := s.Get(ctx, c, id)
	if err != nil {
		return nil, err
	}
	problems := p.Missing()
	if len(problems) > 0 {
		return problems, nil
	}
	if p.Kind == SAML {
		return s.trySAML(p, w), nil
	}
	if err := s.tryOIDC(ctx, p); err != nil {
		problems = append(problems, fault.Problem{Pointer: "/oidc/issuer", Message: err.Error()})
	}
	if p.secret != "" {
		if _, err := s.sealer.Open(secretPurpose(p.ID), p.secret); err != nil {
			problems = append(problems, fault.Problem{
				Pointer: "/oidc/clientSecret", Message: "cannot be read with the secrets key of this server; set it again",
			})
		}
	}
	return problems, nil
}

// tryOIDC asks anew, whatever is known, and looks for keys.
func (s *Service) tryOIDC(ctx context.Context, p Provider) error {
	s.issuers.forget(p.ID)
	i, err := s.issuers.get(ctx, p)
	if err != nil {
		return err
	}
	text, err := s.outbound.get(ctx, "the issuer", i.keys)
	if err != nil {
		return err
	}
	var set struct {
		Keys []json.Value `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return fmt.Errorf("what the issuer answered at %s is no set of keys: %w", i.keys, err)
	}
	if len(set.Keys) == 0 {
		return fmt.Errorf("the issuer has no keys at %s", i.keys)
	}
	return nil
}

func (s *Service) trySAML(p Provider, w site) []fault.Problem {
	var problems []fault.Problem
	if !w.secure() {
		problems = append(problems, fault.Problem{Message: "SAML needs this server to be reached by HTTPS: set its base URL to https://…"})
	}
	valid := 0
	for i, c := range p.SAML.Certificates {
		pointer := fmt.Sprintf("/saml/certificates/%d", i)
		switch now := s.now(); {
		case now.After(c.NotAfter):
			problems = append(problems, fault.Problem{Pointer: pointer, Message: "expired at " + c.NotAfter.UTC().Format(time.RFC3339)})
		case now.Before(c.NotBefore):
			problems = append(problems, fault.Problem{Pointer: pointer, Message: "is not valid before " + c.NotBefore.UTC().Format(time.RFC3339)})
		default:
			valid++
		}
	}
	if valid > 0 && w.secure() {
		return nil // an old one beside a good one does no harm
	}
	return problems
}
