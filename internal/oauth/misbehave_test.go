// SPDX-License-Identifier: Apache-2.0

package oauth_test

import (
	"net/http"
	"net/url"
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

// each runs a test on both engines, with an estate of its own.
func each(t *testing.T, test func(t *testing.T, e *estate)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, startEstate(t, d)) })
}

func TestConsentConnects(t *testing.T) {
	each(t, func(t *testing.T, e *estate) {
		held := e.connectSource(t, "ada", "acct_1")
		app := e.installed(t, e.customer)
		who := e.whoami(t, held.access)
		want := caller.Caller{
			Address: who.Address, Grants: []caller.Permission{}, ID: string(app.ID), Kind: caller.Application, Name: "Scanner", Scopes: e.partner.Scopes, Source: "acct_1",
			Workspace: e.customer.Workspace,
		}
		if diff := cmp.Diff(want, who); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if app.ClientID != "" || app.Description != "Looks at laptops." {
			t.Errorf("got %+v", app)
		}
		if _, err := e.Get(t.Context(), e.other, string(app.ID)); err == nil {
			t.Error("another workspace sees the installation")
		}
		if _, err := e.RotateSecret(t.Context(), e.customer, string(app.ID)); err == nil {
			t.Error("an installed application got a secret")
		}
		n := e.connection(t, e.customer, "acct_1")
		if n.State != oauth.Connected || n.AllowedByName != "ada" || n.Reason != "" || n.UsedAt == nil {
			t.Errorf("got %+v", n)
		}
		again := e.connectSource(t, "ada", "acct_1")
		if diff := cmp.Diff([]bool{false, true}, e.calls(t, held.access, again.access)); diff != "" {
			t.Errorf("consent again: -want +got:\n%s", diff)
		}
		refused(t, e.send(t, "/oauth/token", e.partner.refreshing(held.refresh)), 400, "invalid_grant")
		if got := e.connection(t, e.customer, "acct_1"); got.ID != n.ID || got.State != oauth.Connected {
			t.Errorf("got %+v, want the same connection", got)
		}
		second := e.connectSource(t, "ada", "acct_2")
		elsewhere := e.connectSource(t, "ben", "acct_1")
		if diff := cmp.Diff([]bool{true, true, true}, e.calls(t, again.access, second.access, elsewhere.access)); diff != "" {
			t.Errorf("sources and workspaces by themselves: -want +got:\n%s", diff)
		}
		if e.installed(t, e.customer).ID != app.ID || e.installed(t, e.other).ID == app.ID {
			t.Error("want one installation for each workspace")
		}
		wantTrail := []string{"ada allowed acct_1", "Scanner made acct_1", "ada allowed acct_1", "Scanner made acct_1", "ada allowed acct_2", "Scanner made acct_2"}
		if diff := cmp.Diff(wantTrail, e.trail(t, e.customer)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

func TestNarrowedConsentHoldsForRefreshes(t *testing.T) {
	each(t, func(t *testing.T, e *estate) {
		held := e.redeem(t, e.consent(t, "ada", "scope", "self:read-document connectors.self:read-resource"))
		want := []caller.Scope{caller.ScopeReadResource, caller.ScopeReadDocument}
		for range 2 {
			if diff := cmp.Diff(want, e.whoami(t, held.access).Scopes); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			held = e.renew(t, held.refresh)
		}
		refused(t, e.send(t, "/oauth/token", e.partner.refreshing(held.refresh, "scope", "connectors.self:write-resource")), 400, "invalid_scope")
	})
}

func TestNameOfAnInstallationIsFree(t *testing.T) {
	each(t, func(t *testing.T, e *estate) {
		for _, name := range []string{"scanner", "Scanner (2)"} {
			if _, _, err := e.Create(t.Context(), e.customer, oauth.NewApplication{Name: name}); err != nil {
				t.Fatal(err)
			}
		}
		e.connectSource(t, "ada", "acct_1")
		if got := e.installed(t, e.customer).Name; got != "Scanner (3)" {
			t.Errorf("got %q", got)
		}
		// The partner's own workspace may install it, too.
		own := e.admin
		own.Kind, own.Name, own.Session, own.Grants = caller.User, "eve", "session of eve", caller.Permissions()
		e.sessions["eve"] = own
		e.connectSource(t, "eve", "acct_1")
		if got := e.installed(t, own).Name; got != "Scanner (2)" {
			t.Errorf("got %q", got)
		}
		long := e.create(t, oauth.NewApplication{Name: strings.Repeat("é", 100), Distribution: oauth.Public, RedirectURIs: []string{callback}})
		e.partner = long
		e.connectSource(t, "eve", "acct_1")
		if got, want := e.installed(t, own).Name, strings.Repeat("é", 96)+" (2)"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestCodeLives30Seconds(t *testing.T) {
	each(t, func(t *testing.T, e *estate) {
		code := e.consent(t, "ada")
		e.clock.pass(30*time.Second - time.Millisecond)
		e.redeem(t, code)
		code = e.consent(t, "ada")
		e.clock.pass(30 * time.Second)
		refused(t, e.send(t, "/oauth/token", e.partner.redeeming(code)), 400, "invalid_grant")
	})
}

func TestReplayedCodeEndsWhatItMinted(t *testing.T) {
	each(t, func(t *testing.T, e *estate) {
		code := e.consent(t, "ada")
		held := e.redeem(t, code)
		next := e.renew(t, held.refresh)
		refused(t, e.send(t, "/oauth/token", e.partner.redeeming(code)), 400, "invalid_grant")
		if e.call(t, next.access) != http.StatusUnauthorized {
			t.Error("a token of a replayed code works")
		}
		refused(t, e.send(t, "/oauth/token", e.partner.refreshing(next.refresh)), 400, "invalid_grant")
		if n := e.connection(t, e.customer, "acct_1"); n.State != oauth.Disconnected || n.Reason != oauth.CodeReused {
			t.Errorf("got %+v", n)
		}
		if said := e.trail(t, e.customer); said[len(said)-1] != "Scanner token_reuse_detected acct_1" {
			t.Errorf("got %q", said)
		}
		// A new consent connects again, and the old code cannot touch it.
		fresh := e.connectSource(t, "ada", "acct_1")
		refused(t, e.send(t, "/oauth/token", e.partner.redeeming(code)), 400, "invalid_grant")
		if n := e.connection(t, e.customer, "acct_1"); e.call(t, fresh.access) != http.StatusOK || n.State != oauth.Connected || n.Reason != "" {
			t.Errorf("got %+v", n)
		}
	})
}

// A wrong attempt of the right client spends the code: whoever holds one without
// its verifier has one guess.
func TestWrongAttemptSpendsTheCode(t *testing.T) {
	each(t, func(t *testing.T, e *estate) {
		for _, wrong := range [][]string{{"source_id", "acct_2"}, {"redirect_uri", "http://localhost:8123/back"}, {"code_verifier", "x"}} {
			code := e.consent(t, "ada")
			refused(t, e.send(t, "/oauth/token", e.partner.redeeming(code, wrong...)), 400, "invalid_grant")
			refused(t, e.send(t, "/oauth/token", e.partner.redeeming(code)), 400, "invalid_grant")
		}
		// What is not a whole request is no attempt.
		code := e.consent(t, "ada")
		refused(t, e.send(t, "/oauth/token", e.partner.redeeming(code, "source_id", "")), 400, "invalid_request")
		e.redeem(t, code)
	})
}

func TestAnotherClientsCodeAndTokens(t *testing.T) {
	each(t, func(t *testing.T, e *estate) {
		thief := e.create(t, oauth.NewApplication{Name: "Thief", Distribution: oauth.Public, RedirectURIs: []string{callback}})
		code := e.consent(t, "ada")
		refused(t, e.send(t, "/oauth/token", thief.redeeming(code)), 400, "invalid_grant")
		held := e.redeem(t, code) // the attempt was nobody's whom it concerns
		refused(t, e.send(t, "/oauth/token", thief.redeeming(code)), 400, "invalid_grant")
		refused(t, e.send(t, "/oauth/token", thief.refreshing(held.refresh)), 400, "invalid_grant")
		for _, token := range []string{held.access, held.refresh} {
			refused(t, e.send(t, "/v1/oauth/token/suspend", thief.ask("token", token)), 401, "invalid_client")
		}
		if e.call(t, held.access) != http.StatusOK {
			t.Error("another client ended a token")
		}
		e.renew(t, held.refresh)
	})
}

func TestRefreshTokensOverlapFor3Hours(t *testing.T) {
	each(t, func(t *testing.T, e *estate) {
		first := e.connectSource(t, "ada", "acct_1")
		e.clock.pass(time.Hour)
		if e.call(t, first.access) != http.StatusUnauthorized {
			t.Error("a token lives beyond its hour")
		}
		e.renew(t, first.refresh) // the answer is lost
		e.clock.pass(100 * time.Hour)
		second := e.renew(t, first.refresh) // nobody used its successor: it works on
		e.clock.pass(time.Hour)
		third := e.renew(t, second.refresh) // from here on it has 3 hours
		e.clock.pass(3*time.Hour - time.Millisecond)
		late := e.renew(t, first.refresh)
		e.renew(t, third.refresh)
		e.clock.pass(time.Millisecond)
		refused(t, e.send(t, "/oauth/token", e.partner.refreshing(first.refresh)), 400, "invalid_grant")
		// It was stolen, or its successors were: all end.
		for _, held := range []tokens{second, third, late} {
			refused(t, e.send(t, "/oauth/token", e.partner.refreshing(held.refresh)), 400, "invalid_grant")
			if e.call(t, held.access) != http.StatusUnauthorized {
				t.Error("a token outlives a theft")
			}
		}
		n := e.connection(t, e.customer, "acct_1")
		if n.State != oauth.Disconnected || n.Reason != oauth.RefreshReused || n.Reason.Words() != "a refresh token was used again" || n.EndedBy != "" {
			t.Errorf("got %+v", n)
		}
		said := e.trail(t, e.customer)
		if want := "Scanner token_reuse_detected acct_1"; said[len(said)-1] != want || strings.Count(strings.Join(said, "\n"), want) != 1 {
			t.Errorf("got %q", said)
		}
		fresh := e.connectSource(t, "ada", "acct_1")
		refused(t, e.send(t, "/oauth/token", e.partner.refreshing(first.refresh)), 400, "invalid_grant")
		if e.call(t, fresh.access) != http.StatusOK {
			t.Error("an old theft ended a new consent")
		}
	})
}

// What a thief keeps back dies with its generation, though nobody ever used it.
func TestKeptBackTokenGivesItselfAway(t *testing.T) {
	each(t, func(t *testing.T, e *estate) {
		first := e.connectSource(t, "ada", "acct_1")
		stolen := e.renew(t, first.refresh)
		held := e.renew(t, first.refresh)
		for range 5 {
			e.clock.pass(time.Hour)
			held = e.renew(t, held.refresh)
		}
		refused(t, e.send(t, "/oauth/token", e.partner.refreshing(stolen.refresh)), 400, "invalid_grant")
		if n := e.connection(t, e.customer, "acct_1"); n.Reason != oauth.RefreshReused || e.call(t, held.access) != http.StatusUnauthorized {
			t.Errorf("got %+v", n)
		}
	})
}

func TestTwoHostsRefreshAtOnce(t *testing.T) {
	each(t, func(t *testing.T, e *estate) {
		if _, err := e.Configure(t.Context(), e.admin, string(e.partner.ID), oauth.Settings{OverlappingTokens: pointer(8)}); err != nil {
			t.Fatal(err)
		}
		e.partner.OverlappingTokens = 8
		held := e.connectSource(t, "ada", "acct_1")
		for range 3 {
			e.clock.pass(time.Second) // the tokens of a round are newer than those before
			answers := make([]answer, 8)
			var hosts sync.WaitGroup
			for i := range answers {
				hosts.Go(func() { answers[i] = e.send(t, "/oauth/token", e.partner.refreshing(held.refresh)) })
			}
			hosts.Wait()
			for _, got := range answers {
				held = e.tokensOf(t, got)
				if e.call(t, held.access) != http.StatusOK {
					t.Error("a token of a host does not work")
				}
			}
		}
	})
}

func TestOneLiveTokenForASource(t *testing.T) {
	each(t, func(t *testing.T, e *estate) {
		first := e.connectSource(t, "ada", "acct_1")
		second := e.renew(t, first.refresh)
		third := e.renew(t, first.refresh) // another host
		if diff := cmp.Diff([]bool{false, false, true}, e.calls(t, first.access, second.access, third.access)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

func TestCodeAtOnceIsRedeemedOnce(t *testing.T) {
	each(t, func(t *testing.T, e *estate) {
		code := e.consent(t, "ada")
		answers := make([]answer, 6)
		var hosts sync.WaitGroup
		for i := range answers {
			hosts.Go(func() { answers[i] = e.send(t, "/oauth/token", e.partner.redeeming(code)) })
		}
		hosts.Wait()
		good := 0
		for _, got := range answers {
			if got.status == http.StatusOK {
				good++
				if e.call(t, e.tokensOf(t, got).access) != http.StatusUnauthorized {
					t.Error("a replayed code's token works")
				}
				continue
			}
			refused(t, got, 400, "invalid_grant")
		}
		if good != 1 {
			t.Errorf("%d of 6 were answered with tokens", good)
		}
	})
}

func TestForgedConsents(t *testing.T) {
	each(t, func(t *testing.T, e *estate) {
		request := e.look(t, "ada", e.asking())
		for name, got := range map[string]answer{
			"another site":       e.decide(t, "ada", request, "allow", "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"),
			"an opaque origin":   e.decide(t, "ada", request, "allow", "Origin", "null"),
			"a sister site":      e.decide(t, "ada", request, "allow", "Sec-Fetch-Site", "same-site"),
			"another session":    e.decide(t, "ben", request, "allow"),
			"nobody":             e.decide(t, "", request, "allow"),
			"a made up request":  e.decide(t, "ada", "000000_"+strings.Repeat("0", 32), "allow"),
			"U+0000":             e.decide(t, "ada", "\x00", "allow"),
			"no request":         e.decide(t, "ada", "", "allow"),
			"another decision":   e.decide(t, "ada", request, "yes"),
			"another media type": e.decide(t, "ada", request, "allow", "Content-Type", "text/plain"),
		} {
			if got.status < 400 || got.header.Get("Location") != "" {
				t.Errorf("%s: got %d to %q", name, got.status, got.header.Get("Location"))
			}
		}
		sentTo(t, e.decide(t, "ada", request, "allow"), callback)
		if got := e.decide(t, "ada", request, "allow"); got.status != http.StatusConflict {
			t.Errorf("twice: got %d", got.status)
		}
		old := e.look(t, "ada", e.asking())
		e.clock.pass(15 * time.Minute)
		if got := e.decide(t, "ada", old, "allow"); got.status != http.StatusConflict {
			t.Errorf("too late: got %d", got.status)
		}
	})
}

func TestConsentIsToWhatWasShown(t *testing.T) {
	each(t, func(t *testing.T, e *estate) {
		request := e.look(t, "ada", e.asking())
		if _, err := e.Configure(t.Context(), e.admin, string(e.partner.ID), oauth.Settings{Name: pointer("Spyware")}); err != nil {
			t.Fatal(err)
		}
		if got := e.decide(t, "ada", request, "allow"); got.status != http.StatusConflict {
			t.Errorf("another name: got %d", got.status)
		}
		request = e.look(t, "ada", e.asking())
		if _, err := e.Configure(t.Context(), e.admin, string(e.partner.ID), oauth.Settings{RedirectURIs: pointer([]string{"https://elsewhere.example/"})}); err != nil {
			t.Fatal(err)
		}
		if got := e.decide(t, "ada", request, "allow"); got.status != http.StatusConflict {
			t.Errorf("another redirect: got %d", got.status)
		}
	})
}

func TestRefusal(t *testing.T) {
	each(t, func(t *testing.T, e *estate) {
		sent := sentTo(t, e.decide(t, "ada", e.look(t, "ada", e.asking()), "refuse"), callback)
		want := url.Values{"x": {"1"}, "error": {"access_denied"}, "error_description": {"the user refused"}, "iss": {e.web.BaseURL()}, "state": {"s 1&2"}}
		if diff := cmp.Diff(want, sent); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if diff := cmp.Diff([]string{"ada refused acct_1"}, e.trail(t, e.customer)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if list, err := e.List(t.Context(), e.customer); err != nil || len(list) != 0 {
			t.Errorf("got %v, %v; nothing may be installed", list, err)
		}
	})
}

func TestWhoMayNotInstall(t *testing.T) {
	each(t, func(t *testing.T, e *estate) {
		viewer := e.customer
		viewer.Grants, viewer.Role, viewer.Session, viewer.Name = []caller.Permission{caller.ReadApplications}, "Viewer", "session of vic", "vic"
		e.sessions["vic"] = viewer
		got := e.browse(t, "vic", "/oauth/authorize?"+e.asking().Encode())
		if got.status != http.StatusForbidden || !strings.Contains(got.body, "An Admin can") || requestField.MatchString(got.body) {
			t.Errorf("got %d %s", got.status, got.body)
		}
		request := e.look(t, "ada", e.asking())
		demoted := viewer
		demoted.Session = e.customer.Session
		e.sessions["ada"] = demoted // meanwhile
		if got := e.decide(t, "ada", request, "allow"); got.status != http.StatusForbidden {
			t.Errorf("got %d", got.status)
		}
	})
}

func TestDisconnect(t *testing.T) {
	each(t, func(t *testing.T, e *estate) {
		held, other := e.connectSource(t, "ada", "acct_1"), e.connectSource(t, "ada", "acct_2")
		app, n := e.installed(t, e.customer), e.connection(t, e.customer, "acct_1")
		if err := e.Disconnect(t.Context(), e.other, string(app.ID), string(n.ID)); err == nil {
			t.Error("another workspace disconnects")
		}
		for range 2 {
			if err := e.Disconnect(t.Context(), e.customer, string(app.ID), string(n.ID)); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff([]bool{false, true}, e.calls(t, held.access, other.access)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		refused(t, e.send(t, "/oauth/token", e.partner.refreshing(held.refresh)), 400, "invalid_grant")
		if n = e.connection(t, e.customer, "acct_1"); n.Reason != oauth.CustomerLeft || n.EndedBy != "ada" || n.DisconnectedAt == nil {
			t.Errorf("got %+v", n)
		}
		again := e.connectSource(t, "ada", "acct_1")
		if back := e.connection(t, e.customer, "acct_1"); back.ID != n.ID || back.State != oauth.Connected || e.call(t, again.access) != http.StatusOK {
			t.Errorf("got %+v", back)
		}
		said := e.trail(t, e.customer)
		if strings.Count(strings.Join(said, "\n"), "ada disconnected acct_1") != 1 {
			t.Errorf("got %q", said)
		}
	})
}

func TestPartnerSuspendsTokens(t *testing.T) {
	each(t, func(t *testing.T, e *estate) {
		suspend := func(token string) {
			if got := e.send(t, "/v1/oauth/token/suspend", e.partner.ask("token", token)); got.status != http.StatusOK || got.body != "{}" {
				t.Errorf("got %d %s", got.status, got.body)
			}
		}
		held := e.connectSource(t, "ada", "acct_1")
		suspend(held.access)
		if e.call(t, held.access) != http.StatusUnauthorized {
			t.Error("a suspended token works")
		}
		held = e.renew(t, held.refresh)
		suspend(held.refresh)
		suspend(held.refresh)
		if e.call(t, held.access) != http.StatusUnauthorized {
			t.Error("a token of a disconnected connection works")
		}
		refused(t, e.send(t, "/oauth/token", e.partner.refreshing(held.refresh)), 400, "invalid_grant")
		if n := e.connection(t, e.customer, "acct_1"); n.Reason != oauth.PartnerLeft || n.EndedBy != "Scanner" {
			t.Errorf("got %+v", n)
		}
		fresh := e.connectSource(t, "ada", "acct_1")
		suspend(held.refresh) // dead: it is not the new one's
		if e.call(t, fresh.access) != http.StatusOK {
			t.Error("a dead token ended a new consent")
		}
	})
}

func TestSecretsAndDeletionOfThePartner(t *testing.T) {
	each(t, func(t *testing.T, e *estate) {
		held, other := e.connectSource(t, "ada", "acct_1"), e.connectSource(t, "ben", "acct_1")
		secret, err := e.RotateSecret(t.Context(), e.admin, string(e.partner.ID))
		if err != nil {
			t.Fatal(err)
		}
		refused(t, e.send(t, "/oauth/token", e.partner.refreshing(held.refresh)), 401, "invalid_client")
		e.partner.secret = secret
		if diff := cmp.Diff([]bool{true, true}, e.calls(t, held.access, other.access)); diff != "" {
			t.Errorf("rotation: -want +got:\n%s", diff)
		}
		held = e.renew(t, held.refresh)
		list, err := e.Installations(t.Context(), e.admin, string(e.partner.ID))
		if err != nil || len(list) != 2 || list[0].Workspace != "Customer" || list[0].Connected != 1 || list[0].Connections != 1 {
			t.Errorf("got %+v, %v", list, err)
		}
		request := e.look(t, "ada", e.asking())
		if err := e.Delete(t.Context(), e.admin, string(e.partner.ID)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]bool{false, false}, e.calls(t, held.access, other.access)); diff != "" {
			t.Errorf("deletion: -want +got:\n%s", diff)
		}
		refused(t, e.send(t, "/oauth/token", e.partner.refreshing(held.refresh)), 401, "invalid_client")
		for _, c := range []caller.Caller{e.customer, e.other} {
			if n := e.connection(t, c, "acct_1"); n.Reason != oauth.OriginDeleted || n.EndedBy != "" {
				t.Errorf("got %+v", n)
			}
		}
		if got := e.decide(t, "ada", request, "allow"); got.status != http.StatusConflict {
			t.Errorf("consent to what is gone: got %d", got.status)
		}
		if got := e.browse(t, "ada", "/oauth/authorize?"+e.asking().Encode()); got.status != http.StatusBadRequest {
			t.Errorf("got %d", got.status)
		}
	})
}

func TestCustomerDeletesTheInstallation(t *testing.T) {
	each(t, func(t *testing.T, e *estate) {
		held := e.connectSource(t, "ada", "acct_1")
		code, before := e.consent(t, "ada", "source_id", "acct_2"), e.installed(t, e.customer)
		if err := e.Delete(t.Context(), e.customer, string(before.ID)); err != nil {
			t.Fatal(err)
		}
		refused(t, e.send(t, "/oauth/token", e.partner.redeeming(code, "source_id", "acct_2")), 400, "invalid_grant")
		refused(t, e.send(t, "/oauth/token", e.partner.refreshing(held.refresh)), 400, "invalid_grant")
		if e.call(t, held.access) != http.StatusUnauthorized {
			t.Error("a token of a deleted installation works")
		}
		e.connectSource(t, "ada", "acct_1")
		if after := e.installed(t, e.customer); after.ID == before.ID || after.Name != "Scanner" {
			t.Errorf("got %+v", after)
		}
	})
}

func TestRefreshesCountByConnection(t *testing.T) {
	e := estateOf(t, start(t, dbtest.SQLite(t), web.Limits{OAuth: 4}))
	held, other := e.connectSource(t, "ada", "acct_1"), e.connectSource(t, "ben", "acct_1") // two of the client's four
	for range 4 {
		held = e.renew(t, held.refresh)
	}
	refused(t, e.send(t, "/oauth/token", e.partner.refreshing(held.refresh)), 429, "too_many_requests")
	e.renew(t, other.refresh)
	for range 2 { // what is nobody's counts against the client
		refused(t, e.send(t, "/oauth/token", e.partner.refreshing("vrt_unknown")), 400, "invalid_grant")
	}
	refused(t, e.send(t, "/oauth/token", e.partner.refreshing("vrt_unknown")), 429, "too_many_requests")
	e.renew(t, other.refresh)
}

func TestPurgeOfConnections(t *testing.T) {
	each(t, func(t *testing.T, e *estate) {
		first := e.connectSource(t, "ada", "acct_1")
		e.look(t, "ada", e.asking())
		second := e.renew(t, first.refresh)
		third := e.renew(t, second.refresh)
		e.clock.pass(30 * 24 * time.Hour)
		if err := e.PurgeTokens(t.Context()); err != nil {
			t.Fatal(err)
		}
		for table, want := range map[string]int64{"oauth_request": 0, "oauth_code": 0, "oauth_token": 0, "oauth_refresh": 3} {
			if got := e.rows(t, table); got != want {
				t.Errorf("%s: got %d rows, want %d", table, got, want)
			}
		}
		e.clock.pass(4 * time.Hour)
		if err := e.PurgeTokens(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := e.rows(t, "oauth_refresh"); got != 2 { // the first has been dead for 30 days
			t.Errorf("got %d rows, want 2", got)
		}
		e.renew(t, third.refresh)
	})
}
