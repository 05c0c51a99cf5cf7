// SPDX-License-Identifier: Apache-2.0

package sso

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/passmuster/muster/internal/egress"
	"github.com/passmuster/muster/internal/json"
)

// issuer is what an OpenID provider says about itself.
type issuer struct {
	algorithms  []string // for ID tokens, never empty
	keys        string   // jwks_uri
	methods     []string // of authentication at the token endpoint
	provider    *oidc.Provider
	sendsIssuer bool // every response has iss (RFC 9207)
}

// discovery is the document of OpenID Connect Discovery 1.0 section 3, as far as it
// matters here.
type discovery struct {
	Algorithms    []string `json:"id_token_signing_alg_values_supported"`
	AuthURL       string   `json:"authorization_endpoint"`
	Issuer        string   `json:"issuer"`
	JWKSURL       string   `json:"jwks_uri"`
	Methods       []string `json:"token_endpoint_auth_methods_supported"`
	ResponseTypes []string `json:"response_types_supported"`
	SendsIssuer   bool     `json:"authorization_response_iss_parameter_supported"`
	TokenURL      string   `json:"token_endpoint"`
	UserInfoURL   string   `json:"userinfo_endpoint"`
}

// style says how the client authenticates at the token endpoint. Guessing would send
// the code twice, and it counts once.
func (i *issuer) style(secret bool) oauth2.AuthStyle {
	basic := len(i.methods) == 0 || slices.Contains(i.methods, "client_secret_basic")
	if secret && basic {
		return oauth2.AuthStyleInHeader
	}
	return oauth2.AuthStyleInParams
}

// How long the word of a provider is kept, and how long its silence: a page that
// anybody may open must not become a stream of requests to somebody else.
const (
	keepIssuer  = time.Hour
	keepSilence = 10 * time.Second
	maxIssuers  = 1000
)

// issuers keeps what providers said in memory.
type issuers struct {
	find func(ctx context.Context, issuer string) (*issuer, error)
	now  func() time.Time

	mu    sync.Mutex
	known map[ProviderID]answer
}

// answer is what came of asking an issuer.
type answer struct {
	err    error
	issuer *issuer
	name   string // the issuer that was asked
	until  time.Time
}

// get answers the issuer of a provider, asking when what it said is too old.
func (c *issuers) get(ctx context.Context, p Provider) (*issuer, error) {
	c.mu.Lock()
	a, ok := c.known[p.ID]
	c.mu.Unlock()
	if ok && a.name == p.OIDC.Issuer && c.now().Before(a.until) {
		return a.issuer, a.err
	}
	a = answer{name: p.OIDC.Issuer}
	keep := keepIssuer
	if a.issuer, a.err = c.find(ctx, a.name); a.err != nil {
		keep = keepSilence
	}
	a.until = c.now().Add(keep)
	if ctx.Err() == nil { // else it says more of the client than of the issuer
		c.put(p.ID, a)
	}
	return a.issuer, a.err
}

func (c *issuers) put(id ProviderID, a answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.known) >= maxIssuers {
		clear(c.known)
	}
	c.known[id] = a
}

// forget makes the next get ask again.
func (c *issuers) forget(id ProviderID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.known, id)
}

// discover reads the discovery document of an issuer. Its errors are for admins.
func (s *Service) discover(ctx context.Context, name string) (*issuer, error) {
	where := strings.TrimSuffix(name, "/") + "/.well-known/openid-configuration"
	text, err := s.outbound.get(ctx, "the issuer", where)
	if err != nil {
		return nil, err
	}
	var doc discovery
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("what the issuer answered at %s is no discovery document: %w", where, err)
	}
	if doc.Issuer != name {
		return nil, fmt.Errorf("the document at %s is of the issuer %.200q; write it exactly so", where, doc.Issuer)
	}
	if err := doc.check(s.plain); err != nil {
		return nil, err
	}
	config := oidc.ProviderConfig{
		AuthURL: doc.AuthURL, IssuerURL: doc.Issuer, JWKSURL: doc.JWKSURL, TokenURL: doc.TokenURL, UserInfoURL: doc.UserInfoURL,
	}
	return &issuer{
		algorithms: allowed(doc.Algorithms), keys: doc.JWKSURL, methods: doc.Methods, sendsIssuer: doc.SendsIssuer,
		provider: config.NewProvider(s.outbound.context(ctx)),
	}, nil
}

// check says what is missing in a document, or must not be there.
func (d discovery) check(plain bool) error {
	for _, place := range []struct{ name, url string }{
		{"authorization_endpoint", d.AuthURL}, {"token_endpoint", d.TokenURL}, {"jwks_uri", d.JWKSURL}, {"userinfo_endpoint", d.UserInfoURL},
	} {
		if place.url == "" && place.name == "userinfo_endpoint" {
			continue // it is optional
		}
		if err := egress.CheckURL(place.url, !plain); err != nil {
			return fmt.Errorf("%s in the discovery document %w", place.name, err)
		}
	}
	if len(d.ResponseTypes) > 0 && !slices.Contains(d.ResponseTypes, "code") {
		return errors.New("the issuer does not support the response type code")
	}
	if len(allowed(d.Algorithms)) == 0 {
		return fmt.Errorf("the issuer signs ID tokens with %s only; one of %s is needed",
			strings.Join(d.Algorithms, ", "), strings.Join(algorithms(), ", "))
	}
	return nil
}

// inner answers what went wrong without the URL around it, in which a code or token
// could stand.
func inner(err error) error {
	var refused *egress.Refused
	var request *url.Error
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.As(err, &request):
		return request.Err
	}
	return err
}
