// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/breach"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/seal"
	"github.com/passmuster/muster/internal/signin"
	"github.com/passmuster/muster/internal/workspace"
)

// doorman lets people in by their passwords, as the product does.
type doorman struct {
	*village
	doors *signin.Service
}

const localPassword = "violet-Harbour-39"

func newDoorman(t *testing.T, d *db.DB) *doorman {
	t.Helper()
	h := newVillage(t, d)
	sealer, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	h.ok(err)
	breached, err := breach.New("")
	h.ok(err)
	t.Cleanup(func() { h.ok(breached.Close()) })
	s := signin.New(signin.Options{
		Access: h.Access, BaseURL: h.BaseURL, Breached: breached, DB: d, Logger: h.Logger, Now: h.now, Sealer: sealer,
		Workspaces: workspace.New(d, h.now),
	})
	h.Access.Entrance = s
	return &doorman{doors: s, village: h}
}

// local makes an account here, with a password and a session, and answers the
// session's cookie.
func (m *doorman) local(name, role string) string {
	m.t.Helper()
	ctx, email := m.t.Context(), name+"@example.com"
	_, err := m.Access.Create(ctx, m.admin, access.NewUser{Email: email, Name: "Local " + name, Role: role, Status: access.Active})
	m.ok(err)
	m.ok(m.doors.PutPassword(ctx, m.admin, email, localPassword))
	return m.enter(name)
}

// enter signs in by password.
func (m *doorman) enter(name string) string {
	m.t.Helper()
	out, err := m.doors.SignIn(m.t.Context(), "", name+"@example.com", localPassword, signin.From{})
	if err != nil {
		m.t.Fatalf("%s cannot sign in: %v", name, err)
	}
	return out.Opened.Cookie
}

// kept answers everything that the database holds about the account of somebody,
// sessions and when it was seen apart.
func (m *doorman) kept(name string) (rows []string) {
	m.t.Helper()
	m.read(func(ctx context.Context, tx *db.Tx) error {
		rows = nil
		return tx.Each(ctx, func(row db.Row) error {
			fields := make([]any, 9)
			into := make([]any, len(fields))
			for i := range fields {
				into[i] = &fields[i]
			}
			err := row.Scan(into...)
			rows = append(rows, fmt.Sprint(fields))
			return err
		}, `
			SELECT u.id, u.email, u.name, u.role, u.status, u.source, COALESCE(u.deactivated_at, 0), u.updated_at, COALESCE(p.hash, '')
			FROM access_user u LEFT JOIN signin_password p ON p.user_id = u.id WHERE LOWER(u.email) = $1`, name+"@example.com")
	})
	return rows
}

// TestLocalPassword checks, for all that a provider and the settings can do, that
// a local account is neither adopted nor switched off silently: role, status,
// password and sessions stay, and there is a warning (contract 1.11). A second
// Admin makes sure that it is not the lock-out guard that keeps it.
func TestLocalPassword(t *testing.T) {
	doings := []struct {
		name string
		do   func(m *doorman, ada string)
		warn string
	}{
		{"create", func(m *doorman, ada string) { m.user(ada, "") }, warnLocal},
		{"create with a lesser role", func(m *doorman, ada string) { m.user(ada, `, "vanta_roles": "employee"`) }, warnLocal},
		{"create with Admin", func(m *doorman, ada string) { m.user(ada, `, "vanta_roles": "admin"`) }, warnLocal},
		{"create as not active", func(m *doorman, ada string) { m.user(ada, `, "active": false`) }, warnLocal},
		{"create with a password", func(m *doorman, ada string) { m.user(ada, `, "password": "another-Horse-77"`) }, warnLocal},
		{"create in capitals", func(m *doorman, ada string) {
			m.does("POST", "/Users", fmt.Sprintf(`{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "%[1]s@EXAMPLE.org",
				"emails": [{"value": "%[1]s@EXAMPLE.com", "primary": true}]}`, strings.ToUpper(ada)))
		}, warnLocal},
		{"create by userName alone", func(m *doorman, ada string) {
			m.does("POST", "/Users", `{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "`+ada+`@example.com"}`)
		}, warnLocal},
		{"deactivate", func(m *doorman, ada string) { m.turn(m.user(ada, ""), "false") }, warnLocal},
		{"deactivate and reactivate", func(m *doorman, ada string) {
			id := m.user(ada, "")
			m.turn(id, "false")
			m.turn(id, "true")
		}, warnLocal},
		{"replace", func(m *doorman, ada string) {
			m.does("PUT", "/Users/"+m.user(ada, ""), userBody(ada, `, "active": false, "title": "Countess"`))
		}, warnLocal},
		{"delete", func(m *doorman, ada string) { m.does("DELETE", "/Users/"+m.user(ada, ""), "") }, warnLocal},
		{"delete and create again", func(m *doorman, ada string) {
			m.does("DELETE", "/Users/"+m.user(ada, ""), "")
			m.user(ada, `, "active": false`)
		}, warnLocal},
		{"take the address", func(m *doorman, ada string) {
			id := m.user("not-"+ada, "")
			m.does("PATCH", "/Users/"+id, patchBody("replace", `emails[type eq "work"].value`, `"`+ada+`@example.com"`))
			m.turn(id, "false")
			m.does("DELETE", "/Users/"+id, "")
		}, warnEmailTaken},
		{"a mapped group", func(m *doorman, ada string) {
			id := m.user(ada, "")
			group := m.group("Group of "+ada, id)
			m.maps(group, "employee")
			m.does("PATCH", "/Groups/"+group, patchBody("remove", fmt.Sprintf("members[value eq %q]", id), ""))
			m.does("DELETE", "/Groups/"+group, "")
		}, warnLocal},
		{"a bulk", func(m *doorman, ada string) {
			m.does("POST", "/Bulk", fmt.Sprintf(`{"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [
				{"method": "POST", "path": "/Users", "bulkId": "a", "data": %s},
				{"method": "PATCH", "path": "/Users/bulkId:a", "data": %s}]}`, userBody(ada, ""), patchBody("replace", "active", "false")))
		}, warnLocal},
		{"another default role", func(m *doorman, ada string) {
			m.user(ada, "")
			role := "editor"
			_, err := m.ChangeDirectory(m.t.Context(), m.admin, m.dir.ID, DirectoryChanges{DefaultRole: &role})
			m.ok(err)
		}, warnLocal},
		{"a directory that goes", func(m *doorman, ada string) {
			other, off := m.connect("For "+ada), Unlinked
			m.doesIn(other, "POST", "/Users", userBody(ada, ""))
			_, err := m.ChangeDirectory(m.t.Context(), m.admin, other.ID, DirectoryChanges{State: &off})
			m.ok(err)
			_, err = m.DeleteDirectory(m.t.Context(), m.admin, other.ID)
			m.ok(err)
		}, warnLocal},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		m := newDoorman(t, d)
		m.local("root", "admin")
		for i, doing := range doings {
			roles := []string{"admin"}
			if i%4 == 0 {
				roles = append(roles, "editor")
			}
			for _, role := range roles {
				name := fmt.Sprint(role, i)
				cookie, before := m.local(name, role), m.kept(name)
				doing.do(m, name)
				what := doing.name + " of an " + role
				m.same(what, m.kept(name), before)
				m.same(what+": one account", len(before), 1)
				if c, err := m.doors.Caller(t.Context(), cookie); err != nil || c.Check(caller.ReadSettings) != nil {
					t.Errorf("%s: the session: %v", what, err)
				}
				m.enter(name)
				if warned := m.warned(); len(warned) == 0 || warned[0][:len(doing.warn)] != doing.warn {
					t.Errorf("%s: warned of %v, want %s", what, warned, doing.warn)
				}
			}
		}
	})
}

// TestLocalAsleep checks that a provider does not wake a local account that was
// switched off here, and that an invitation to Admin is not passed on.
func TestLocalAsleep(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		m := newDoorman(t, d)
		m.local("root", "admin")
		m.local("ada", "admin")
		_, err := m.Access.Deactivate(t.Context(), m.admin, "ada@example.com")
		m.ok(err)
		_, err = m.Access.Create(t.Context(), m.admin, access.NewUser{Email: "bob@example.com", Role: "admin"})
		m.ok(err)
		for _, name := range []string{"ada", "bob"} {
			before := m.kept(name)
			id := m.user(name, `, "vanta_roles": "employee"`)
			m.turn(id, "false")
			m.turn(id, "true")
			m.same(name, m.kept(name), before)
			m.same(name+": warning", m.warned(), []string{warnLocal + " " + name})
		}
	})
}
