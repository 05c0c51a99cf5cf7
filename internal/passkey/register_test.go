// SPDX-License-Identifier: Apache-2.0

package passkey_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/passkey"
	"github.com/passmuster/muster/internal/signin"
)

// recent is more than a session's proof lasts.
const recent = 16 * time.Minute

func TestRefusedRegistrations(t *testing.T) {
	tests := []struct {
		name    string
		pointer string // of the problem
		bend    func(h *house, a *authenticator, in map[string]any)
	}{
		{"wrong origin", "/credential", func(_ *house, a *authenticator, in map[string]any) {
			a.origin = "https://evil.example.com"
			in["credential"] = a.create(a.options)
		}},
		{"wrong port", "/credential", func(_ *house, a *authenticator, in map[string]any) {
			a.origin += ":8443"
			in["credential"] = a.create(a.options)
		}},
		{"no HTTPS", "/credential", func(_ *house, a *authenticator, in map[string]any) {
			a.origin = "http://muster.example.com"
			in["credential"] = a.create(a.options)
		}},
		{"wrong relying party", "/credential", func(_ *house, a *authenticator, in map[string]any) {
			a.rpID = "example.com"
			in["credential"] = a.create(a.options)
		}},
		{"user not verified", "/credential", func(_ *house, a *authenticator, in map[string]any) {
			a.flags = userPresent
			in["credential"] = a.create(a.options)
		}},
		{"user not present", "/credential", func(_ *house, a *authenticator, in map[string]any) {
			a.flags = userVerified
			in["credential"] = a.create(a.options)
		}},
		{"other ceremony", "/credential", func(_ *house, a *authenticator, in map[string]any) {
			a.verb = "webauthn.get"
			in["credential"] = a.create(a.options)
		}},
		{"other challenge", "/credential", func(_ *house, a *authenticator, in map[string]any) {
			a.options["challenge"] = text(make([]byte, 32))
			in["credential"] = a.create(a.options)
		}},
		{"no credential", "/credential", func(_ *house, _ *authenticator, in map[string]any) { in["credential"] = nil }},
		{"not a credential", "/credential", func(_ *house, _ *authenticator, in map[string]any) {
			in["credential"] = map[string]any{"id": "AA", "rawId": "AA", "type": "public-key", "response": map[string]any{"attestationObject": "oA"}}
		}},
		{"replayed ticket", "/ticket", func(h *house, a *authenticator, in map[string]any) {
			h.bob.must(http.StatusCreated, "POST", "", in)
		}},
		{"burnt ticket", "/ticket", func(h *house, a *authenticator, in map[string]any) {
			h.bob.must(http.StatusBadRequest, "POST", "", map[string]any{"ticket": in["ticket"], "name": "x", "credential": nil})
		}},
		{"expired ticket", "/ticket", func(h *house, _ *authenticator, _ map[string]any) { h.pass(5 * time.Minute) }},
		{"unknown ticket", "/ticket", func(_ *house, _ *authenticator, in map[string]any) { in["ticket"] = "x" }},
		{"another user's ticket", "/ticket", func(h *house, a *authenticator, in map[string]any) {
			ticket, options := h.ada.challenge("/challenge", nil)
			in["ticket"], in["credential"] = ticket, a.create(options)
		}},
		{"another workspace's ticket", "/ticket", func(h *house, a *authenticator, in map[string]any) {
			ticket, options := h.eve.challenge("/challenge", nil)
			in["ticket"], in["credential"] = ticket, a.create(options)
		}},
		{"ticket to sign in", "/ticket", func(h *house, _ *authenticator, in map[string]any) {
			in["ticket"], _ = h.stranger().challenge("/sign-in/challenge", nil)
		}},
		{"no name", "/name", func(_ *house, _ *authenticator, in map[string]any) { in["name"] = " " }},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				h.t = t
				a := newAuthenticator(t)
				ticket, options := h.bob.challenge("/challenge", nil)
				in := map[string]any{"ticket": ticket, "name": "Work laptop", "credential": a.create(options)}
				before := len(data(t, h.bob.must(http.StatusOK, "GET", "", nil)))
				if test.bend(h, a, in); test.name == "replayed ticket" {
					before++
				}
				got := h.bob.must(http.StatusBadRequest, "POST", "", in)
				problems, _ := got["problems"].([]any)
				if first, _ := problems[0].(map[string]any); first["pointer"] != test.pointer {
					t.Errorf("got %v, want a problem at %s", got, test.pointer)
				}
				if after := len(data(t, h.bob.must(http.StatusOK, "GET", "", nil))); after != before {
					t.Errorf("Bob has %d passkeys, want %d", after, before)
				}
			})
		}
	})
}

func TestOneOwner(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		key := newAuthenticator(t)
		h.bob.register(key, "Work laptop")
		for _, g := range []*guest{h.bob, h.ada, h.eve} {
			ticket, options := g.challenge("/challenge", nil)
			g.must(http.StatusConflict, "POST", "", map[string]any{"ticket": ticket, "name": "Mine", "credential": key.create(options)})
		}
	})
}

func TestRegisteringNeedsProofAndPermission(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	key := newAuthenticator(t)
	ticket, options := h.bob.challenge("/challenge", nil)
	in := map[string]any{"ticket": ticket, "name": "Work laptop", "credential": key.create(options)}

	_, err := h.signIn.Configure(t.Context(), system(h.acme), signin.Change{Enabled: map[signin.Method]bool{signin.Passkey: false}})
	h.ok(err)
	h.bob.must(http.StatusForbidden, "POST", "/challenge", nil)
	h.bob.must(http.StatusForbidden, "POST", "", in)
	h.eve.must(http.StatusOK, "POST", "/challenge", nil)
	_, err = h.signIn.Configure(t.Context(), system(h.acme), signin.Change{Enabled: map[signin.Method]bool{signin.Passkey: true}})
	h.ok(err)
	h.bob.must(http.StatusCreated, "POST", "", in) // the refusals did not burn the ticket

	h.pass(recent)
	h.bob.must(http.StatusForbidden, "POST", "/challenge", nil)
	in["ticket"] = "any"
	h.bob.must(http.StatusForbidden, "POST", "", in)
}

func TestTooManyPasskeys(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	ticket, options := h.bob.challenge("/challenge", nil)
	for range 20 {
		h.bob.register(newAuthenticator(t), "One of many")
	}
	late := map[string]any{"ticket": ticket, "name": "x", "credential": newAuthenticator(t).create(options)}
	got := h.bob.must(http.StatusConflict, "POST", "/challenge", nil)
	if message, _ := got["message"].(string); !strings.Contains(message, "20") {
		t.Errorf("got %v", got)
	}
	h.bob.must(http.StatusConflict, "POST", "", late)
}

// Where browsers offer no passkeys, the answer says what to do.
func TestSites(t *testing.T) {
	tests := []struct{ base, rpID, want string }{
		{"https://muster.example.com", "muster.example.com", ""},
		{"https://Muster.Example.com:8443/", "muster.example.com", ""},
		{"http://localhost:8080", "localhost", ""},
		{"http://muster.localhost", "muster.localhost", ""},
		{"http://muster.example.com", "", "HTTPS"},
		{"http://127.0.0.1:8080", "", "HTTPS"},
		{"https://192.0.2.7", "", "host name"},
		{"https://[2001:db8::1]:443", "", "host name"},
		{"", "", "not known"},
		{"::", "", "not known"},
	}
	h := newHouse(t, dbtest.SQLite(t))
	for _, test := range tests {
		h.base = test.base
		for _, path := range []string{"/challenge", "/sign-in/challenge"} {
			got := h.bob.call("POST", path, nil)
			message, _ := got.body["message"].(string)
			if test.want != "" {
				if got.status != http.StatusUnprocessableEntity || !strings.Contains(message, test.want) {
					t.Errorf("%q %s: %d %v, want 422 with %q", test.base, path, got.status, got.body, test.want)
				}
				continue
			}
			options, _ := got.body["publicKey"].(map[string]any)
			party, _ := options["rp"].(map[string]any)
			if options["rpId"] != test.rpID && party["id"] != test.rpID {
				t.Errorf("%q %s: %d %v, want the id %s", test.base, path, got.status, got.body, test.rpID)
			}
		}
	}
}

// A port belongs to the origin, and the standard one is left out by browsers.
func TestPorts(t *testing.T) {
	tests := []struct {
		base, origin string
		status       int
	}{
		{"https://muster.example.com:443", "https://muster.example.com", http.StatusCreated},
		{"https://muster.example.com:8443", "https://muster.example.com:8443", http.StatusCreated},
		{"https://muster.example.com:8443", "https://muster.example.com", http.StatusBadRequest},
	}
	h := newHouse(t, dbtest.SQLite(t))
	for _, test := range tests {
		h.base = test.base
		a := newAuthenticator(t)
		a.origin = test.origin
		ticket, options := h.bob.challenge("/challenge", nil)
		h.bob.must(test.status, "POST", "", map[string]any{"ticket": ticket, "name": "x", "credential": a.create(options)})
	}
}

func TestPurge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		for range 7 {
			h.bob.challenge("/challenge", nil)
		}
		h.ada.challenge("/challenge", nil)
		h.stranger().challenge("/sign-in/challenge", nil)
		if got := h.open(); got != 5+1+1 { // five of one user at most
			t.Errorf("%d challenges are open, want 7", got)
		}
		h.pass(4 * time.Minute)
		h.stranger().challenge("/sign-in/challenge", nil)
		h.pass(time.Minute)
		h.ok(h.passkeys.Purge(t.Context()))
		h.ok(h.passkeys.Purge(t.Context()))
		if got := h.open(); got != 1 {
			t.Errorf("%d challenges are open, want the one that is left", got)
		}
	})
}

func (h *house) open() (count int) {
	h.t.Helper()
	h.ok(h.db.Read(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRow(ctx, `SELECT COUNT(*) FROM passkey_challenge`).Scan(&count)
	}))
	return count
}

var _ signin.Way = (*passkey.Service)(nil)
