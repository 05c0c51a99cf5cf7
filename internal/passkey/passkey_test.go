// SPDX-License-Identifier: Apache-2.0

package passkey_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
)

// data answers the entries of a list.
func data(t *testing.T, page map[string]any) (list []map[string]any) {
	t.Helper()
	results, _ := page["results"].(map[string]any)
	entries, ok := results["data"].([]any)
	if !ok {
		t.Fatalf("not a list: %v", page)
	}
	for _, entry := range entries {
		object, _ := entry.(map[string]any)
		list = append(list, object)
	}
	return list
}

func TestRegisterAndSignIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		if list := data(t, h.bob.must(http.StatusOK, "GET", "", nil)); len(list) != 0 {
			t.Fatalf("got %v before the first passkey", list)
		}
		key := newAuthenticator(t)
		id := h.bob.register(key, " Work laptop ")
		list := data(t, h.bob.must(http.StatusOK, "GET", "", nil))
		if len(list) != 1 || list[0]["id"] != id || list[0]["name"] != "Work laptop" || list[0]["lastUsedAt"] != nil {
			t.Fatalf("got %v after the first", list)
		}

		got := h.signInWith(key)
		if got.status != http.StatusOK || got.body["state"] != "signed_in" {
			t.Fatalf("sign in: %d %v", got.status, got.body)
		}
		set, err := http.ParseSetCookie(got.header.Get("Set-Cookie"))
		h.ok(err)
		if set.Name != "__Host-muster" || !set.HttpOnly || !set.Secure || set.SameSite != http.SameSiteLaxMode {
			t.Errorf("got the cookie %v", set)
		}
		again := &guest{house: h, cookie: set.Value}
		list = data(t, again.must(http.StatusOK, "GET", "", nil))
		if len(list) != 1 || list[0]["id"] != id || list[0]["lastUsedAt"] == nil {
			t.Errorf("the new session sees %v, want the passkey of Bob, used", list)
		}
		if got := h.signInWith(key); got.status != http.StatusOK {
			t.Errorf("sign in again: %d %v", got.status, got.body)
		}

		renamed := h.bob.must(http.StatusOK, "PATCH", "/"+id, map[string]any{"name": "Desk"})
		if renamed["name"] != "Desk" || renamed["lastUsedAt"] == nil {
			t.Errorf("got %v", renamed)
		}
		h.bob.must(http.StatusOK, "PATCH", "/"+id, map[string]any{"name": "Desk"})
		h.bob.must(http.StatusNoContent, "DELETE", "/"+id, nil)
		h.bob.must(http.StatusNotFound, "DELETE", "/"+id, nil)
		h.refused(h.signInWith(key))
		want := []string{
			`user Bob: user Bob: {"passkey":"Work laptop","what":"added"}`,
			`user Bob: user Bob: {"changes":[{"after":"Desk","before":"Work laptop","field":"name"}],"passkey":"Desk","what":"renamed"}`,
			`user Bob: user Bob: {"passkey":"Desk","what":"removed"}`,
		}
		if diff := cmp.Diff(want, h.evidence("passkey")); diff != "" {
			t.Error(diff)
		}
	})
}

func TestOptions(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	first := newAuthenticator(t)
	h.bob.register(first, "First")
	_, options := h.bob.challenge("/challenge", nil)
	delete(options, "challenge")
	delete(options, "pubKeyCredParams")
	want := map[string]any{
		"attestation":            "none",
		"authenticatorSelection": map[string]any{"requireResidentKey": true, "residentKey": "required", "userVerification": "required"},
		"excludeCredentials":     []any{map[string]any{"id": text(first.id), "type": "public-key"}},
		"rp":                     map[string]any{"id": "muster.example.com", "name": "Muster"},
		"timeout":                300000.0,
		"user":                   map[string]any{"displayName": "Bob", "id": text([]byte(h.bob.user.ID)), "name": "bob@example.com (ACME)"},
	}
	if diff := cmp.Diff(want, options); diff != "" {
		t.Error(diff)
	}
	_, options = h.stranger().challenge("/sign-in/challenge", map[string]any{})
	delete(options, "challenge")
	want = map[string]any{"rpId": "muster.example.com", "timeout": 300000.0, "userVerification": "required"}
	if diff := cmp.Diff(want, options); diff != "" {
		t.Error(diff)
	}
}

func TestOnlyOnesOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		id := h.bob.register(newAuthenticator(t), "Bob's")
		for name, g := range map[string]*guest{"an Admin": h.ada, "another workspace": h.eve} {
			if list := data(t, g.must(http.StatusOK, "GET", "", nil)); len(list) != 0 {
				t.Errorf("%s sees %v", name, list)
			}
			g.must(http.StatusNotFound, "PATCH", "/"+id, map[string]any{"name": "Mine"})
			g.must(http.StatusNotFound, "DELETE", "/"+id, nil)
		}
		for _, bad := range []string{"/x", "/" + strings.ToUpper(id), "/" + id + "0"} {
			h.bob.must(http.StatusNotFound, "DELETE", bad, nil)
		}
		h.stranger().must(http.StatusUnauthorized, "GET", "", nil)
		h.stranger().must(http.StatusUnauthorized, "POST", "/challenge", nil)
		h.stranger().must(http.StatusUnauthorized, "DELETE", "/"+id, nil)
		if list := data(t, h.bob.must(http.StatusOK, "GET", "", nil)); len(list) != 1 || list[0]["name"] != "Bob's" {
			t.Errorf("Bob has %v", list)
		}
	})
}

// The last Admin keeps the last way in.
func TestLastWayInStays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		first, second := newAuthenticator(t), newAuthenticator(t)
		id := h.ada.register(first, "First")
		got := h.ada.must(http.StatusUnprocessableEntity, "DELETE", "/"+id, nil)
		if message, _ := got["message"].(string); !strings.Contains(message, "Ada") {
			t.Errorf("got %v, want the name of the last Admin", got)
		}
		if lines := h.evidence("lockout"); len(lines) != 1 || !strings.Contains(lines[0], "removal of a passkey") {
			t.Errorf("got the evidence %v, want one entry of the attempt", lines)
		}
		h.ada.register(second, "Second")
		h.ada.must(http.StatusNoContent, "DELETE", "/"+id, nil)
		h.refused(h.signInWith(first))
		if got := h.signInWith(second); got.status != http.StatusOK {
			t.Errorf("sign in: %d %v", got.status, got.body)
		}
	})
}

func TestDeletingNeedsProof(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.bob.register(newAuthenticator(t), "Work laptop")
	h.pass(recent)
	h.bob.must(http.StatusForbidden, "DELETE", "/"+id, nil)
	h.bob.must(http.StatusOK, "PATCH", "/"+id, map[string]any{"name": "Desk"})
	h.bob.enter()
	h.bob.must(http.StatusNoContent, "DELETE", "/"+id, nil)
}

func TestNames(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.bob.register(newAuthenticator(t), strings.Repeat("ä", 100))
	for _, name := range []string{"", "  ", strings.Repeat("ä", 101), "a\nb", "a\x00b"} {
		got := h.bob.must(http.StatusBadRequest, "PATCH", "/"+id, map[string]any{"name": name})
		problems, _ := got["problems"].([]any)
		if first, _ := problems[0].(map[string]any); first["pointer"] != "/name" {
			t.Errorf("%q: got %v, want a problem at /name", name, got)
		}
	}
}

// A user who is deleted takes passkeys and challenges along.
func TestDeletedUser(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		key := newAuthenticator(t)
		h.bob.register(key, "Work laptop")
		h.bob.challenge("/challenge", nil)
		h.ok(h.access.Delete(t.Context(), system(h.acme), string(h.bob.user.ID)))
		h.refused(h.signInWith(key))
	})
}
