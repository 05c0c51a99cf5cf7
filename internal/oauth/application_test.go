// SPDX-License-Identifier: Apache-2.0

package oauth_test

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/oauth"
	"github.com/passmuster/muster/internal/web"
)

func TestForms(t *testing.T) {
	f := start(t, dbtest.SQLite(t), web.Limits{})
	c := f.create(t, oauth.NewApplication{Name: "Fleet"})
	for name, test := range map[string]struct{ got, want string }{
		"id":     {string(c.ID), `^[0-9a-f]{24}$`},
		"client": {c.ClientID, `^vci_[0-9a-f]{48}$`},
		"secret": {c.secret, `^vcs_[0-9a-f]{6}_[0-9A-Za-z]{64}$`},
		"token":  {f.mint(t, c), `^vat_[0-9a-f]{6}_[0-9A-Za-z]{32}$`},
	} {
		if !regexp.MustCompile(test.want).MatchString(test.got) {
			t.Errorf("%s: got %s, want %s", name, test.got, test.want)
		}
	}
}

func TestCreateRules(t *testing.T) {
	f := start(t, dbtest.SQLite(t), web.Limits{})
	public := func(uri string) oauth.NewApplication {
		return oauth.NewApplication{Name: "P " + uri, Distribution: oauth.Public, RedirectURIs: []string{uri}}
	}
	for _, test := range []struct {
		name string
		in   oauth.NewApplication
		want string // "" = taken
	}{
		{"no name", oauth.NewApplication{}, "1 to 100 characters"},
		{"blank name", oauth.NewApplication{Name: " \t"}, "1 to 100 characters"},
		{"a hundred characters", oauth.NewApplication{Name: strings.Repeat("é", 100)}, ""},
		{"one more", oauth.NewApplication{Name: strings.Repeat("é", 101)}, "1 to 100 characters"},
		{"two lines", oauth.NewApplication{Name: "a\nb"}, "on one line"},
		{"unknown type", oauth.NewApplication{Name: "a", Type: "partner"}, "build, manage or audit"},
		{"audit", oauth.NewApplication{Name: "Audit", Type: oauth.Audit}, ""},
		{"unknown distribution", oauth.NewApplication{Name: "a", Distribution: "shared"}, "private or public"},
		{"public manage", oauth.NewApplication{Name: "a", Type: oauth.Manage, Distribution: oauth.Public}, "only an application of type build"},
		{"scope of another type", oauth.NewApplication{Name: "a", Scopes: []caller.Scope{caller.ScopeManageRead}}, "cannot hold the scope"},
		{"no scope at all", oauth.NewApplication{Name: "a", Scopes: []caller.Scope{}}, "at least one scope"},
		{"redirect of a private one", oauth.NewApplication{Name: "a", RedirectURIs: []string{"https://a.example"}}, "only a public"},
		{"https", public("https://a.example/callback?x=1"), ""},
		{"http elsewhere", public("http://a.example/callback"), "must be HTTPS"},
		{"localhost with a port", public("http://localhost:8123/callback"), ""},
		{"loopback", public("http://127.0.0.1:9/x"), ""},
		{"looks like localhost", public("http://localhost.example/x"), "must be HTTPS"},
		{"fragment", public("https://a.example/#x"), "fragment"},
		{"empty fragment", public("https://a.example/#"), "fragment"},
		{"user", public("https://localhost:80@a.example/"), "names a user"},
		{"relative", public("/callback"), "no absolute URL"},
		{"script", public("javascript:alert(1)"), "no absolute URL"},
		{"custom scheme", public("myapp://callback"), "must be HTTPS"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := f.Create(t.Context(), f.admin, test.in)
			if test.want == "" && err != nil {
				t.Errorf("got %v", err)
			}
			if test.want != "" && (fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want Invalid with %q", err, test.want)
			}
		})
	}
}

func TestScopesByType(t *testing.T) {
	f := start(t, dbtest.SQLite(t), web.Limits{})
	some := f.create(t, oauth.NewApplication{Name: "Some", Scopes: []caller.Scope{caller.ScopeReadResource, caller.ScopeWriteResource, caller.ScopeReadResource}})
	want := []caller.Scope{caller.ScopeWriteResource, caller.ScopeReadResource}
	if diff := cmp.Diff(want, some.Scopes); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for kind, count := range map[oauth.Type]int{oauth.Build: 4, oauth.Manage: 8, oauth.Audit: 4} {
		if got := f.create(t, oauth.NewApplication{Name: string(kind), Type: kind}).Scopes; len(got) != count {
			t.Errorf("%s: got %v, want %d scopes", kind, got, count)
		}
	}
}

func TestApplications(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := start(t, d, web.Limits{})
		ctx := t.Context()
		fleet := f.create(t, oauth.NewApplication{Name: " Fleet "})
		_, _, err := f.Create(ctx, f.admin, oauth.NewApplication{Name: "fLEET"})
		if fault.KindOf(err) != fault.Conflict {
			t.Errorf("got %v, want Conflict: names are compared without case", err)
		}
		elsewhere := f.admin
		elsewhere.Workspace.Number++
		for _, ref := range []string{string(fleet.ID), fleet.ClientID, "fleet"} {
			got, err := f.Get(ctx, f.admin, ref)
			if diff := cmp.Diff(fleet.Application, got); err != nil || diff != "" {
				t.Errorf("%s: %v, -want +got:\n%s", ref, err, diff)
			}
			if _, err := f.Get(ctx, elsewhere, ref); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s: got %v in another workspace, want NotFound", ref, err)
			}
		}
		f.clock.pass(time.Millisecond)
		other := f.create(t, oauth.NewApplication{Name: "Other", Type: oauth.Manage})
		all, err := f.List(ctx, f.admin)
		if err != nil || len(all) != 2 || all[1].ID != other.ID {
			t.Errorf("got %v, %v; want both", all, err)
		}
		f.clock.pass(time.Second)
		changed, err := f.Configure(ctx, f.admin, "Other", oauth.Settings{
			AcceptForm: pointer(true), OverlappingTokens: pointer(3), RotationGrace: pointer(time.Hour),
		})
		again, _ := f.Get(ctx, f.admin, "other")
		if diff := cmp.Diff(changed, again); err != nil || diff != "" || !again.AcceptForm || again.OverlappingTokens != 3 || again.RotationGrace != time.Hour {
			t.Errorf("%v, %+v, -want +got:\n%s", err, again, diff)
		}
		for _, bad := range []oauth.Settings{
			{OverlappingTokens: pointer(0)},
			{OverlappingTokens: pointer(51)},
			{RotationGrace: pointer(-time.Second)},
			{RotationGrace: pointer(31 * 24 * time.Hour)},
			{RedirectURIs: pointer([]string{"https://a.example"})},
		} {
			if _, err := f.Configure(ctx, f.admin, "Other", bad); fault.KindOf(err) != fault.Invalid {
				t.Errorf("got %v for %+v, want Invalid", err, bad)
			}
		}
		if err := f.Delete(ctx, f.admin, "other"); err != nil {
			t.Error(err)
		}
		for name, err := range map[string]error{
			"get": second(f.Get(ctx, f.admin, "other")), "rotate": second(f.RotateSecret(ctx, f.admin, string(other.ID))),
			"configure": second(f.Configure(ctx, f.admin, "other", oauth.Settings{})), "delete": f.Delete(ctx, f.admin, "other"),
		} {
			if fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s: got %v, want NotFound", name, err)
			}
		}
		f.create(t, oauth.NewApplication{Name: "Other"}) // the name is free again
	})
}

func second[T any](_ T, err error) error { return err }

func TestEvidenceOfChanges(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := start(t, d, web.Limits{})
		c := f.create(t, oauth.NewApplication{Name: "Fleet"})
		f.configure(t, c, oauth.Settings{RotationGrace: pointer(time.Minute)})
		secret, err := f.RotateSecret(t.Context(), f.admin, "Fleet")
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Delete(t.Context(), f.admin, "Fleet"); err != nil {
			t.Fatal(err)
		}
		var actions []string
		err = d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			actions = nil
			return tx.Each(ctx, func(row db.Row) error {
				var document string
				if err := row.Scan(&document); err != nil {
					return err
				}
				if strings.Contains(document, c.secret) || strings.Contains(document, secret) {
					t.Errorf("a secret in %s", document)
				}
				var entry struct {
					Body    struct{ What string }
					Subject struct{ ID, Name string }
				}
				if err := json.Unmarshal([]byte(document), &entry); err != nil {
					return err
				}
				if entry.Subject.ID != string(c.ID) || entry.Subject.Name != "Fleet" {
					t.Errorf("got subject %+v", entry.Subject)
				}
				actions = append(actions, entry.Body.What)
				return nil
			}, `SELECT document FROM evidence_entry WHERE kind = 'application'`)
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"created", "configured", "secret_rotated", "deleted"} {
			if !strings.Contains(strings.Join(actions, " "), want) {
				t.Errorf("no entry says %s: %v", want, actions)
			}
		}
		if len(actions) != 4 {
			t.Errorf("got %v, want four entries", actions)
		}
	})
}
