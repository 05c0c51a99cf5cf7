// SPDX-License-Identifier: Apache-2.0

package passkey_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/signin"
)

const refusal = "this passkey does not open anything here; try again, or sign in another way"

// refused checks that an answer is the one that every failure gets.
func (h *house) refused(got answer) {
	h.t.Helper()
	want := map[string]any{"error": refusal, "message": refusal}
	if diff := cmp.Diff(want, got.body); got.status != http.StatusUnauthorized || diff != "" {
		h.t.Errorf("got %d, want 401: %s", got.status, diff)
	}
	if cookie := got.header.Get("Set-Cookie"); cookie != "" {
		h.t.Errorf("got the cookie %s with a refusal", cookie)
	}
}

// flip changes one bit of a member of the response.
func flip(c credential, member string, at int) credential {
	raw, err := base64.RawURLEncoding.DecodeString(c.Response[member])
	if err != nil {
		panic(err)
	}
	raw = bytes.Clone(raw)
	raw[(at+len(raw))%len(raw)] ^= 1
	c.Response[member] = text(raw)
	return c
}

func TestRefusedSignIns(t *testing.T) {
	tests := []struct {
		name string
		bend func(h *house, a *authenticator, in map[string]any)
	}{
		{"wrong origin", func(_ *house, a *authenticator, in map[string]any) {
			a.origin = "https://evil.example.com"
			in["credential"] = a.get(a.options)
		}},
		{"wrong relying party", func(_ *house, a *authenticator, in map[string]any) {
			a.rpID = "example.com"
			in["credential"] = a.get(a.options)
		}},
		{"user not verified", func(_ *house, a *authenticator, in map[string]any) {
			a.flags = userPresent
			in["credential"] = a.get(a.options)
		}},
		{"user not present", func(_ *house, a *authenticator, in map[string]any) {
			a.flags = userVerified
			in["credential"] = a.get(a.options)
		}},
		{"other ceremony", func(_ *house, a *authenticator, in map[string]any) {
			a.verb = "webauthn.create"
			in["credential"] = a.get(a.options)
		}},
		{"other challenge", func(_ *house, a *authenticator, in map[string]any) {
			a.options["challenge"] = text(make([]byte, 32))
			in["credential"] = a.get(a.options)
		}},
		{"tampered signature", func(_ *house, _ *authenticator, in map[string]any) {
			in["credential"] = flip(in["credential"].(credential), "signature", -1)
		}},
		{"tampered sign count", func(_ *house, _ *authenticator, in map[string]any) {
			in["credential"] = flip(in["credential"].(credential), "authenticatorData", -4)
		}},
		{"somebody else's key", func(_ *house, a *authenticator, in map[string]any) {
			a.key = newAuthenticator(a.t).key
			in["credential"] = a.get(a.options)
		}},
		{"unknown passkey", func(_ *house, a *authenticator, in map[string]any) {
			b := newAuthenticator(a.t)
			b.handle = a.handle
			in["credential"] = b.get(a.options)
		}},
		{"somebody else's handle", func(h *house, a *authenticator, in map[string]any) {
			a.handle = text([]byte(h.bob.user.ID))
			in["credential"] = a.get(a.options)
		}},
		{"no handle", func(_ *house, a *authenticator, in map[string]any) {
			a.handle = ""
			in["credential"] = a.get(a.options)
		}},
		{"replayed ticket", func(h *house, _ *authenticator, in map[string]any) {
			h.stranger().must(http.StatusOK, "POST", "/sign-in", in)
		}},
		{"burnt ticket", func(h *house, _ *authenticator, in map[string]any) {
			h.refused(h.stranger().call("POST", "/sign-in", map[string]any{"ticket": in["ticket"], "credential": nil}))
		}},
		{"expired ticket", func(h *house, _ *authenticator, _ map[string]any) { h.pass(5 * time.Minute) }},
		{"unknown ticket", func(_ *house, _ *authenticator, in map[string]any) { in["ticket"] = "x" }},
		{"ticket to register", func(h *house, a *authenticator, in map[string]any) {
			ticket, options := h.ada.challenge("/challenge", nil)
			in["ticket"], in["credential"] = ticket, a.get(options)
		}},
		{"nothing", func(_ *house, _ *authenticator, in map[string]any) { in["credential"] = nil }},
		{"a list", func(_ *house, _ *authenticator, in map[string]any) { in["credential"] = []int{1} }},
		{"short data", func(_ *house, _ *authenticator, in map[string]any) {
			in["credential"].(credential).Response["authenticatorData"] = "AA"
		}},
		{"no key in the data", func(_ *house, a *authenticator, in map[string]any) {
			a.flags |= attested
			in["credential"] = a.get(a.options)
		}},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				h.t = t
				h.clear()
				a := newAuthenticator(t)
				h.ada.register(a, "Work laptop")
				ticket, options := h.stranger().challenge("/sign-in/challenge", nil)
				in := map[string]any{"ticket": ticket, "credential": a.get(options)}
				test.bend(h, a, in)
				h.refused(h.stranger().call("POST", "/sign-in", in))
			})
		}
	})
}

// clear takes all passkeys away, so that nobody has too many.
func (h *house) clear() {
	h.t.Helper()
	h.ok(h.db.Write(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM passkey_credential`)
		return err
	}))
	h.ada.enter() // time may have passed
}

func TestWhoMayNotSignIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		key := newAuthenticator(t)
		h.bob.register(key, "Work laptop")
		_, err := h.access.Deactivate(t.Context(), system(h.acme), string(h.bob.user.ID))
		h.ok(err)
		h.refused(h.signInWith(key))
		_, err = h.access.Reactivate(t.Context(), system(h.acme), string(h.bob.user.ID))
		h.ok(err)

		for _, on := range []bool{false, true} {
			_, err = h.signIn.Configure(t.Context(), system(h.acme), signin.Change{Enabled: map[signin.Method]bool{signin.Passkey: on}})
			h.ok(err)
			if got := h.signInWith(key); on && got.status != http.StatusOK {
				t.Errorf("switched on again: %d %v", got.status, got.body)
			} else if !on {
				h.refused(got)
			}
		}
	})
}

// A workspace that is asked for is the only one that will do, and an unknown one
// looks like any other until the end.
func TestWantedWorkspace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		key := newAuthenticator(t)
		h.bob.register(key, "Work laptop")
		for wanted, fits := range map[string]bool{
			"acme": true, " ACME ": true, h.acme.ID: true, "": true, "other": false, "nowhere": false, h.other.ID: false,
		} {
			g := h.stranger()
			ticket, options := g.challenge("/sign-in/challenge", map[string]any{"workspace": wanted})
			got := g.call("POST", "/sign-in", map[string]any{"ticket": ticket, "credential": key.get(options)})
			if !fits {
				h.refused(got)
			} else if got.status != http.StatusOK {
				t.Errorf("%q: %d %v", wanted, got.status, got.body)
			}
		}
		for _, bad := range []string{strings.Repeat("a", 101), "a\x00b"} {
			h.stranger().must(http.StatusBadRequest, "POST", "/sign-in/challenge", map[string]any{"workspace": bad})
		}
	})
}

// One person's passkeys in two workspaces lead to each of them.
func TestTwoWorkspaces(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	here, there := newAuthenticator(t), newAuthenticator(t)
	h.bob.register(here, "Here")
	h.user(h.other, "bob", "admin").register(there, "There")
	for a, name := range map[*authenticator]string{here: "Here", there: "There"} {
		got := h.signInWith(a)
		set, err := http.ParseSetCookie(got.header.Get("Set-Cookie"))
		h.ok(err)
		g := &guest{house: h, cookie: set.Value}
		if list := data(t, g.must(http.StatusOK, "GET", "", nil)); len(list) != 1 || list[0]["name"] != name {
			t.Errorf("%s leads to %v", name, list)
		}
	}
}

func TestSignCount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		key := newAuthenticator(t)
		h.bob.register(key, "Work laptop")
		for range 3 {
			if got := h.signInWith(key); got.status != http.StatusOK {
				t.Fatalf("sign in: %d %v", got.status, got.body)
			}
		}
		copied := *key
		for _, count := range []uint32{0, 2} { // 1 and 3, when they have signed
			copied.count = count
			h.refused(h.signInWith(&copied))
		}
		copied.silent, copied.count = true, 0
		h.refused(h.signInWith(&copied))
		if got := h.signInWith(key); got.status != http.StatusOK {
			t.Errorf("the owner is out: %d %v", got.status, got.body)
		}
		want := []string{`user Bob: user Bob: {"passkey":"Work laptop","what":"added"}`}
		for _, count := range []int{1, 3, 0} {
			want = append(want, fmt.Sprintf(`visitor : user Bob: {"passkey":"Work laptop","signCount":{"expectedAbove":3,"received":%d},"what":"refused",`+
				`"why":"the sign count did not rise; the passkey may have been copied"}`, count))
		}
		if diff := cmp.Diff(want, h.evidence("passkey")); diff != "" {
			t.Error(diff)
		}
	})
}

// Passkeys that are synchronised do not count.
func TestSilentAuthenticator(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	key := newAuthenticator(t)
	key.silent = true
	h.bob.register(key, "Phone")
	for range 3 {
		if got := h.signInWith(key); got.status != http.StatusOK {
			t.Fatalf("sign in: %d %v", got.status, got.body)
		}
	}
}

// Of many who hold one ticket, one gets in.
func TestTicketRace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		key := newAuthenticator(t)
		key.silent = true
		h.bob.register(key, "Phone")
		ticket, options := h.stranger().challenge("/sign-in/challenge", nil)
		in := map[string]any{"ticket": ticket, "credential": key.get(options)}
		var entered atomic.Int32
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if h.stranger().call("POST", "/sign-in", in).status == http.StatusOK {
					entered.Add(1)
				}
			})
		}
		all.Wait()
		if entered.Load() != 1 {
			t.Errorf("%d got in with one ticket", entered.Load())
		}
	})
}

// Somebody who begins sign-ins without end pushes out the oldest, no more.
func TestOpenSignInsAreBounded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		key := newAuthenticator(t)
		h.bob.register(key, "Phone")
		oldest, options := h.stranger().challenge("/sign-in/challenge", nil)
		early := map[string]any{"ticket": oldest, "credential": key.get(options)}
		registration, creation := h.bob.challenge("/challenge", nil)
		now := db.Millis(h.now())
		var rows []any
		for i := range 9_999 {
			hash := binary.BigEndian.AppendUint64(make([]byte, 24), uint64(i))
			rows = append(rows, hash, "sign-in", "", "{}", now, now+300_000)
		}
		h.ok(d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return tx.InsertMany(ctx, "passkey_challenge", []string{"hash", "kind", "wanted", "session", "created_at", "expires_at"}, rows)
		}))
		late, options := h.stranger().challenge("/sign-in/challenge", nil)
		if got := h.open(); got != 10_001 {
			t.Errorf("%d are open, want 10,000 and the registration", got)
		}
		h.refused(h.stranger().call("POST", "/sign-in", early))
		h.stranger().must(http.StatusOK, "POST", "/sign-in", map[string]any{"ticket": late, "credential": key.get(options)})
		h.bob.must(http.StatusCreated, "POST", "", map[string]any{
			"ticket": registration, "name": "Key", "credential": newAuthenticator(t).create(creation),
		})
	})
}
