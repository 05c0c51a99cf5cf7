// SPDX-License-Identifier: Apache-2.0

package passkey

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// site answers the relying party that the base URL makes of this installation.
// The fault is Impossible where browsers offer no passkeys: over plain HTTP but
// on localhost, and at an address in place of a host name (WebAuthn Level 3
// section 5, "secure context"; section 4, "RP ID").
func (s *Service) site(ctx context.Context) (*webauthn.WebAuthn, error) {
	base, err := s.baseURL(ctx)
	if err != nil {
		return nil, fmt.Errorf("site of passkeys: %w", err)
	}
	at, err := url.Parse(base)
	if err != nil || at.Hostname() == "" {
		return nil, fault.New(fault.Impossible, "passkeys need HTTPS and the base URL is not known yet; start Muster with --base-url https://…")
	}
	host := strings.ToLower(at.Hostname())
	local := host == "localhost" || strings.HasSuffix(host, ".localhost")
	if at.Scheme != "https" && !(at.Scheme == "http" && local) {
		return nil, fault.New(fault.Impossible,
			"passkeys need HTTPS, and the base URL is %s; start Muster with --base-url https://…", web.Shorten(base))
	}
	party, err := webauthn.New(relyingParty(host, at.Scheme+"://"+strings.ToLower(at.Host)))
	if err != nil {
		return nil, fault.New(fault.Impossible,
			"passkeys need HTTPS and a host name, and %s is none; start Muster with --base-url https://…", web.Shorten(host))
	}
	return party, nil
}

func relyingParty(host, origin string) *webauthn.Config {
	// How long browsers wait. Time is up by our own clock (take).
	wait := webauthn.TimeoutConfig{Timeout: ticketLife, TimeoutUVD: ticketLife}
	return &webauthn.Config{
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			RequireResidentKey: protocol.ResidentKeyRequired(),
			ResidentKey:        protocol.ResidentKeyRequirementRequired,
			UserVerification:   protocol.VerificationRequired,
		},
		// Nothing is asked for, so nothing that comes is looked at; some password
		// managers answer unasked.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
		RPDisplayName:                     "Muster",
		RPID:                              host,
		RPOrigins:                         []string{origin},
		Timeouts:                          webauthn.TimeoutsConfig{Login: wait, Registration: wait},
	}
}
