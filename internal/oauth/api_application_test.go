// SPDX-License-Identifier: Apache-2.0

package oauth_test

import (
	"testing"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/oauth"
	"github.com/passmuster/muster/internal/web"
)

// An application that was registered has no secret until somebody makes one.
func TestRegisterThenMakeASecret(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := start(t, d, web.Limits{})
		app, err := f.Register(t.Context(), f.admin, oauth.NewApplication{Description: "counts", Name: "Fleet"})
		if err != nil || app.Description != "counts" {
			t.Fatalf("got %+v, %v", app, err)
		}
		if _, err := f.Register(t.Context(), f.admin, oauth.NewApplication{Name: "FLEET"}); fault.KindOf(err) != fault.Conflict {
			t.Errorf("the same name: got %v, want a conflict", err)
		}
		secret, err := f.RotateSecret(t.Context(), f.admin, string(app.ID))
		if err != nil {
			t.Fatal(err)
		}
		token := f.mint(t, client{app, secret})
		tokens, err := f.Tokens(t.Context(), f.admin, string(app.ID))
		if err != nil || len(tokens) != 1 || token[4:10] != tokens[0].Hint {
			t.Fatalf("got %+v, %v", tokens, err)
		}
		other := f.create(t, oauth.NewApplication{Name: "Other"})
		if err := f.Revoke(t.Context(), f.admin, string(other.ID), tokens[0].ID()); fault.KindOf(err) != fault.NotFound {
			t.Errorf("as another's token: got %v, want it not found", err)
		}
		if err := f.Revoke(t.Context(), f.admin, string(app.ID), tokens[0].ID()); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Caller(t.Context(), token); fault.KindOf(err) != fault.Unauthorized {
			t.Errorf("the revoked token: got %v", err)
		}
	})
}

func TestRenameAnApplication(t *testing.T) {
	f := start(t, dbtest.SQLite(t), web.Limits{})
	app := f.create(t, oauth.NewApplication{Name: "Fleet"})
	f.create(t, oauth.NewApplication{Name: "Other"})
	f.clock.pass(time.Second)
	name, text := "Fleet two", "more"
	changed, err := f.Configure(t.Context(), f.admin, string(app.ID), oauth.Settings{Description: &text, Name: &name})
	if err != nil || changed.Name != name || changed.Description != text || changed.OverlappingTokens != 1 {
		t.Errorf("got %+v, %v", changed, err)
	}
	taken := "other"
	if _, err := f.Configure(t.Context(), f.admin, string(app.ID), oauth.Settings{Name: &taken}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a name that is taken: got %v, want a conflict", err)
	}
	if found, err := f.Get(t.Context(), f.admin, "fleet TWO"); err != nil || found.ID != app.ID {
		t.Errorf("by the new name: got %+v, %v", found, err)
	}
}
