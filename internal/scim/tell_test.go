// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/scim/schema"
)

// trail answers the events of the village with an action, oldest first.
func (h *village) trail(d *db.DB, action string) []evidence.Event {
	h.t.Helper()
	if h.events == nil {
		var err error
		h.events, err = evidence.New(h.t.Context(), evidence.Options{DB: d, Dir: h.t.TempDir(), Log: h.Logger, Now: h.now})
		h.ok(err)
	}
	events, _, err := h.events.Trail(h.t.Context(), h.admin, evidence.TrailFilter{Action: action}, evidence.TrailPage{Limit: 100})
	h.ok(err)
	slices.Reverse(events)
	return events
}

// TestEvents goes through the life of a directory and holds that everything stands
// on the trail under its name, with who, whom and what it was before.
func TestEvents(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		h.dir = h.set(h.dir, `state = 'validating', linked_at = NULL`)
		h.does("GET", "/Users", "")
		ada := h.user("ada", `, "vanta_roles": "editor"`)
		h.does("PATCH", "/Users/"+ada, patchBody("replace", "", `{"name": {"familyName": "King"}}`))
		h.does("PATCH", "/Users/"+ada, patchBody("replace", "", `{"name": {"familyName": "Byron"}}`))
		h.turn(ada, "false")
		staff := h.group("Staff", ada)
		h.does("PATCH", "/Groups/"+staff, patchBody("replace", "displayName", `"Crew"`))
		h.does("PATCH", "/Groups/"+staff, patchBody("remove", fmt.Sprintf("members[value eq %q]", ada), ""))
		h.does("DELETE", "/Groups/"+staff, "")
		h.does("DELETE", "/Users/"+ada, "")
		_, err := h.DeleteDirectory(t.Context(), h.admin, h.dir.ID)
		h.ok(err)

		want := map[string][]string{
			EventActivated:        {"The directory Okta is active: its provider's first list arrived from 192.0.2.1"},
			EventDeleted:          {"The command line deleted the directory Okta, and with it what it granted"},
			EventGroupCreated:     {"The directory Okta added the group Staff"},
			EventGroupDeleted:     {"The directory Okta deleted the group Crew"},
			EventGroupUpdated:     {"The directory Okta renamed the group Staff to Crew"},
			EventGroupUserAdded:   {"The directory Okta added ada to the group Staff"},
			EventGroupUserRemoved: {"The directory Okta removed ada from the group Crew"},
			EventUserCreated:      {"The directory Okta added the user ada with the role Editor"},
			EventUserDeleted:      {"The directory Okta deleted the user ada"},
			EventUserUpdated: {
				"The directory Okta changed the user ada: family name set to King",
				"The directory Okta changed the user ada: family name from King to Byron",
				"The directory Okta deactivated the user ada",
			},
		}
		for _, name := range Events() {
			var got []string
			for _, e := range h.trail(d, name) {
				got = append(got, e.Summary)
				if e.Action != name {
					t.Errorf("%s is called %s", name, e.Action)
				}
			}
			h.same(name, got, want[name])
		}
		h.same("of users", len(h.trail(d, "directory.user.")), 5)
		h.same("of groups", len(h.trail(d, "directory.group.")), 5)
		h.same("of the directory", len(h.trail(d, "directory.")), 3)

		updated := h.trail(d, EventUserUpdated)[1]
		h.same("actor", updated.Actor, evidence.Party{ID: string(h.dir.ID), Kind: "directory", Name: "Okta"})
		h.same("target", updated.Targets, []evidence.Party{{ID: ada, Kind: "directory_user", Name: "ada"}})
		h.same("before", updated.Changes, []evidence.Change{{Field: "name.familyName", Before: "King", After: "Byron"}})
		added := h.trail(d, EventGroupUserAdded)[0]
		h.same("who was added", added.Changes, []evidence.Change{{Field: "member", After: map[string]any{"id": ada, "name": "ada"}}})
	})
}

// TestDifferences tells pairs of states of a user.
func TestDifferences(t *testing.T) {
	for _, c := range []struct{ name, was, is, want string }{
		{"nothing", `{"title": "CEO"}`, `{"title": "CEO"}`, ``},
		{"a value", `{"title": "CEO"}`, `{"title": "CTO"}`, `title: CEO > CTO`},
		{"a lost value", `{"title": "CEO"}`, `{}`, `title: CEO > <nil>`},
		{"a part", `{"name": {"givenName": "A", "familyName": "B"}}`, `{"name": {"givenName": "A", "familyName": "C"}}`, `name.familyName: B > C`},
		{
			"a department", `{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "R"}}`,
			`{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "D", "manager": {"value": "1", "$ref": "x"}}}`,
			`department: R > D; manager.value: <nil> > 1`,
		},
		{"a foreign extension", `{"urn:x:2.0:User": {"a": 1}}`, `{"urn:x:2.0:User": {"a": 2}}`, `urn:x:2.0:User:a: 1 > 2`},
		{"a list", `{"emails": [{"value": "a@x"}]}`, `{"emails": [{"value": "b@x"}, {"value": "a@x"}]}`, `emails: [a@x] > [b@x a@x]`},
		{"a lost list", `{"emails": [{"value": "a@x"}]}`, `{}`, `emails: [a@x] > <nil>`},
		{"a list of texts", `{"roles2": ["a"]}`, `{"roles2": ["b"]}`, `roles2: [a] > [b]`},
		{"a list that shows no difference", `{"emails": [{"value": "a@x"}]}`, `{"emails": [{"value": "a@x", "primary": true}]}`, `attributes: <nil> > emails`},
		{"a list without values", `{}`, `{"addresses": [{"locality": "L"}]}`, `attributes: <nil> > addresses`},
		{"a secret", `{}`, `{"apiToken": "s3cret"}`, `attributes: <nil> > apiToken`},
		{"a secret within", `{"urn:x:2.0:User": {}}`, `{"urn:x:2.0:User": {"apiToken": "s3cret"}}`, `attributes: <nil> > urn:x:2.0:User`},
		{"a value that becomes a list", `{"x": "a"}`, `{"x": ["a"]}`, `attributes: <nil> > x`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got differences
			got.addOthers(object(t, c.was), object(t, c.is))
			var words []string
			for _, change := range got {
				words = append(words, fmt.Sprintf("%s: %v > %v", change.Field, change.Before, change.After))
			}
			if diff := cmp.Diff(c.want, strings.Join(words, "; ")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func object(t *testing.T, text string) schema.Object {
	t.Helper()
	obj, err := parseStored(text)
	if err != nil {
		t.Fatal(err)
	}
	return obj
}
