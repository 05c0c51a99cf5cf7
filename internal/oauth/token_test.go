// SPDX-License-Identifier: Apache-2.0

package oauth_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/oauth"
	"github.com/passmuster/muster/internal/web"
)

func TestOneActiveToken(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := start(t, d, web.Limits{})
		fleet := f.create(t, oauth.NewApplication{Name: "Fleet"})
		other := f.create(t, oauth.NewApplication{Name: "Other"})
		first, others := f.mint(t, fleet), f.mint(t, other)
		second := f.mint(t, fleet)
		if diff := cmp.Diff([]bool{false, true, true}, f.calls(t, first, second, others)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		f.clock.pass(oauth.Lifetime - time.Millisecond)
		if got := f.call(t, second); got != http.StatusOK {
			t.Errorf("got %d a millisecond before the end", got)
		}
		f.clock.pass(time.Millisecond)
		if got := f.call(t, second); got != http.StatusUnauthorized {
			t.Errorf("got %d after exactly 3600 s", got)
		}
	})
}

func TestOverlappingTokens(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := start(t, d, web.Limits{})
		c := f.create(t, oauth.NewApplication{Name: "Fleet"})
		f.configure(t, c, oauth.Settings{OverlappingTokens: pointer(2)})
		var tokens []string
		for range 3 {
			tokens = append(tokens, f.mint(t, c))
			f.clock.pass(time.Second)
		}
		if diff := cmp.Diff([]bool{false, true, true}, f.calls(t, tokens...)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		listed, err := f.Tokens(t.Context(), f.admin, "Fleet")
		if err != nil || len(listed) != 2 {
			t.Fatalf("got %v, %v; want two", listed, err)
		}
		for i, token := range listed {
			if !strings.HasPrefix(tokens[2-i], "vat_"+token.Hint+"_") || token.LastUsedAt == nil || !token.LastUsedAt.Equal(db.Time(f.clock.now().UnixMilli())) {
				t.Errorf("got %+v for %s", token, tokens[2-i])
			}
		}
		f.configure(t, c, oauth.Settings{OverlappingTokens: pointer(1)})
		tokens = append(tokens, f.mint(t, c))
		if diff := cmp.Diff([]bool{false, false, false, true}, f.calls(t, tokens...)); diff != "" {
			t.Errorf("back to one: -want +got:\n%s", diff)
		}
	})
}

func TestRotation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := start(t, d, web.Limits{})
		rotate := func(c client) client {
			secret, err := f.RotateSecret(t.Context(), f.admin, string(c.ID))
			if err != nil {
				t.Fatal(err)
			}
			return client{c.Application, secret}
		}
		mints := func(c client) bool { return f.send(t, "/oauth/token", c.ask()).status == http.StatusOK }

		old := f.create(t, oauth.NewApplication{Name: "Fleet"})
		token := f.mint(t, old)
		fresh := rotate(old)
		if f.call(t, token) != http.StatusUnauthorized || mints(old) || !mints(fresh) {
			t.Error("without a grace window, the old secret or its token lives on")
		}

		f.configure(t, fresh, oauth.Settings{RotationGrace: pointer(10 * time.Minute)})
		token = f.mint(t, fresh)
		newest := rotate(fresh)
		if f.call(t, token) != http.StatusOK {
			t.Error("the live token died with the rotation in spite of the grace window")
		}
		byOld := f.mint(t, fresh)
		if diff := cmp.Diff([]bool{false, true}, f.calls(t, token, byOld)); diff != "" {
			t.Errorf("with the old secret, a mint revokes the former: -want +got:\n%s", diff)
		}
		byNew := f.mint(t, newest)
		if diff := cmp.Diff([]bool{false, true}, f.calls(t, byOld, byNew)); diff != "" {
			t.Errorf("with the new secret too: -want +got:\n%s", diff)
		}
		byOld = f.mint(t, fresh)
		f.clock.pass(10*time.Minute - time.Millisecond)
		if f.call(t, byOld) != http.StatusOK {
			t.Error("the token died before the window's end")
		}
		f.clock.pass(time.Millisecond)
		if f.call(t, byOld) != http.StatusUnauthorized || mints(fresh) || !mints(newest) {
			t.Error("after the window, the old secret or its token lives on")
		}

		token = f.mint(t, newest)
		if err := f.Delete(t.Context(), f.admin, "Fleet"); err != nil {
			t.Fatal(err)
		}
		if f.call(t, token) != http.StatusUnauthorized || mints(newest) {
			t.Error("something of a deleted application lives on")
		}
	})
}

func TestMintsAtOnceLeaveOneToken(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := start(t, d, web.Limits{})
		c := f.create(t, oauth.NewApplication{Name: "Fleet"})
		const many = 20
		tokens := make([]string, many)
		var wg sync.WaitGroup
		for i := range many {
			wg.Go(func() { tokens[i] = f.mint(t, c) })
		}
		wg.Wait()
		live := 0
		for _, works := range f.calls(t, tokens...) {
			if works {
				live++
			}
		}
		if live != 1 {
			t.Errorf("got %d live tokens, want one", live)
		}
	})
}

func TestCallerOfAToken(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := start(t, d, web.Limits{})
		c := f.create(t, oauth.NewApplication{Name: "Fleet"})
		got := f.send(t, "/oauth/token", c.ask("scope", "self:read-document connectors.self:write-resource"))
		token, _ := got.json(t)["access_token"].(string)
		who, err := f.Caller(t.Context(), token)
		want := caller.Caller{
			ID: string(c.ID), Kind: caller.Application, Name: "Fleet", Workspace: f.admin.Workspace,
			Scopes: []caller.Scope{caller.ScopeWriteResource, caller.ScopeReadDocument},
		}
		if diff := cmp.Diff(want, who); err != nil || diff != "" {
			t.Errorf("%v, -want +got:\n%s", err, diff)
		}
		if got := f.call(t, token); got != http.StatusForbidden {
			t.Errorf("got %d without the scope, want 403", got)
		}
		for _, bad := range []string{"", "vat_", strings.Repeat("x", 43), "vat_abcdef_" + strings.Repeat("0", 32), c.secret} {
			if _, err := f.Caller(t.Context(), bad); err == nil {
				t.Errorf("%q is a token", bad)
			}
		}
	})
}

func TestPurge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := start(t, d, web.Limits{})
		c := f.create(t, oauth.NewApplication{Name: "Fleet"})
		token := f.mint(t, c)
		f.clock.pass(25*time.Hour - time.Millisecond)
		purge := func() string {
			if err := f.PurgeTokens(t.Context()); err != nil {
				t.Fatal(err)
			}
			_, err := f.Caller(t.Context(), token)
			return fmt.Sprint(err)
		}
		if got := purge(); got != "the access token has expired" {
			t.Errorf("got %s within the day", got)
		}
		f.clock.pass(2 * time.Millisecond)
		if got := purge(); got != "the access token is unknown" {
			t.Errorf("got %s after the day", got)
		}
		f.mint(t, c) // the living secret stays
	})
}
