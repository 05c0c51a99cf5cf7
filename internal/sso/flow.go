// SPDX-License-Identifier: Apache-2.0

package sso

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/signin"
	"github.com/passmuster/muster/internal/web"
)

// flowLife is how long somebody may take at the provider.
const flowLife = 10 * time.Minute

// site is what a provider knows this server by.
type site struct{ base string } // the base URL, without a slash at its end

func (w site) path(id ProviderID, last string) string {
	return w.base + "/sso/" + string(id) + "/" + last
}

func (w site) redirectURI(id ProviderID) string { return w.path(id, "callback") }
func (w site) acsURL(id ProviderID) string      { return w.path(id, "acs") }
func (w site) entityID(id ProviderID) string    { return w.path(id, "metadata") }
func (w site) secure() bool                     { return strings.HasPrefix(w.base, "https://") }

// departure asks for the way to a provider.
type departure struct {
	browser  string // the cookie that the browser has, "" for none
	provider ProviderID
	returnTo string // "" = /
	site     site
}

// departed is the way to a provider.
type departed struct {
	browser  string // the cookie that the browser must bring back
	kind     Kind
	location string
}

// checkReturn answers a path that leads nowhere but to this server: one slash at its
// start, and nothing that browsers take for a second one or leave out.
func checkReturn(path string) (string, error) {
	if path == "" {
		return "/", nil
	}
	bad := fault.New(fault.Invalid, "the address to come back to must be a path on this server, such as /tests")
	if len(path) > maxText || path[0] != '/' || strings.HasPrefix(path, "//") || !web.Storable(path) ||
		strings.ContainsRune(path, '\\') || strings.ContainsFunc(path, unicode.IsControl) {
		return "", bad
	}
	u, err := url.Parse(path)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" || strings.HasPrefix(u.Path, "//") {
		return "", bad
	}
	return path, nil
}

// newSecret draws what only one browser or provider knows: 130 bits.
func newSecret() string { return rand.Text() }

// ours says whether a cookie could be one of newSecret. Such a one is kept, so that
// two sign-ins may go on in one browser.
func ours(cookie string) bool {
	return len(cookie) == len(newSecret()) && strings.Trim(cookie, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// offered answers a provider that people may use now, or a NotFound fault.
func (s *Service) offered(ctx context.Context, id ProviderID) (Provider, error) {
	gone := fault.New(fault.NotFound, "there is no such way to sign in, or it is switched off")
	if !db.ValidID(string(id)) {
		return Provider{}, gone
	}
	var p Provider
	err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = selectProvider(ctx, tx, id)
		return err
	})
	if errors.Is(err, db.ErrNoRow) || err == nil && !p.Enabled {
		return Provider{}, gone
	}
	if err != nil {
		return Provider{}, fmt.Errorf("find identity provider: %w", err)
	}
	enabled, err := s.sessions.Enabled(ctx, p.Workspace.Number, p.Kind.Method())
	if err == nil && !enabled {
		return Provider{}, gone
	}
	return p, err
}

// described answers the id of a SAML provider, on or off, or a NotFound fault.
func (s *Service) described(ctx context.Context, id ProviderID) (ProviderID, error) {
	gone := fault.New(fault.NotFound, "there is no identity provider at this address")
	if !db.ValidID(string(id)) {
		return "", gone
	}
	var p Provider
	err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = selectProvider(ctx, tx, id)
		return err
	})
	if errors.Is(err, db.ErrNoRow) || err == nil && p.Kind != SAML {
		return "", gone
	}
	if err != nil {
		return "", fmt.Errorf("find identity provider: %w", err)
	}
	return p.ID, nil
}

// depart begins a sign-in and answers where the browser goes. Faults: Invalid for
// the path to come back to, NotFound, Unavailable when the provider cannot be
// reached, Impossible for SAML without HTTPS.
func (s *Service) depart(ctx context.Context, in departure) (departed, error) {
	returnTo, err := checkReturn(in.returnTo)
	if err != nil {
		return departed{}, err
	}
	p, err := s.offered(ctx, in.provider)
	if err != nil {
		return departed{}, err
	}
	now, state := s.instant(), newSecret()
	f := flow{expires: now.Add(flowLife), returnTo: returnTo, state: digestOf(state)}
	out := departed{browser: in.browser, kind: p.Kind}
	if !ours(out.browser) {
		out.browser = newSecret()
	}
	f.browser = digestOf(out.browser)
	if p.Kind == SAML {
		out.location, err = s.request(p, in.site, state, &f)
	} else {
		out.location, err = s.authorize(ctx, p, in.site, state, &f)
	}
	if err != nil {
		return departed{}, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return insertFlow(ctx, tx, p, f, now)
	})
	if err != nil {
		return departed{}, fmt.Errorf("begin sign-in: %w", err)
	}
	return out, nil
}

func verifierPurpose(state digest) string { return "sso_flow.verifier " + hex.EncodeToString(state[:]) }

// take ends the flow that an answer belongs to. Forbidden when there is none that
// began in this browser.
func (s *Service) take(ctx context.Context, provider ProviderID, state, browser string) (flow, error) {
	stale := fault.New(fault.Forbidden,
		"this sign-in did not begin in this browser, is more than ten minutes old, or was finished before. Start again")
	if state == "" || browser == "" {
		return flow{}, stale
	}
	var f flow
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		f, err = takeFlow(ctx, tx, provider, digestOf(state), digestOf(browser))
		return err
	})
	if errors.Is(err, db.ErrNoRow) || err == nil && !s.instant().Before(f.expires) {
		return flow{}, stale
	}
	if err != nil {
		return flow{}, fmt.Errorf("take sign-in: %w", err)
	}
	return f, nil
}

// from says where somebody comes from.
type from struct {
	agent   string
	browser string // the cookie that binds the flow
	cookie  string // of a session that is there, "" for none
	visitor caller.Caller
}

// arrived is somebody who is in.
type arrived struct {
	opened   signin.Opened
	returnTo string
}

// arrive lets the person of a claim in.
func (s *Service) arrive(ctx context.Context, p Provider, f flow, cl claim, from from) (arrived, error) {
	user, err := s.admit(ctx, p, cl, from.visitor)
	if err != nil {
		return arrived{}, err
	}
	opened, err := s.sessions.Open(ctx, signin.Arrival{
		Agent: from.agent, Cookie: from.cookie, Method: p.Kind.Method(), Provider: p.Name, User: user.ID,
		Visitor: from.visitor, Workspace: p.Workspace,
	})
	return arrived{opened: opened, returnTo: f.returnTo}, err
}
