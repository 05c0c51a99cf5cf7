// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"fmt"
	"testing"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
)

// BenchmarkFollow measures a create, and a membership, with all that follows it
// and without (a rehearsal), one after the other.
func BenchmarkFollow(b *testing.B) {
	for name, d := range map[string]func() *db.DB{
		"sqlite":     func() *db.DB { return dbtest.SQLite(b) },
		"postgresql": func() *db.DB { return dbtest.Open(b, db.Options{URL: dbtest.PostgreSQL(b)}) },
	} {
		for _, replay := range []string{"", rehearsal} {
			b.Run(fmt.Sprintf("%s/create/followed=%t", name, replay == ""), func(b *testing.B) {
				h := newVillage(b, d())
				n := 0
				for b.Loop() {
					n++
					h.plays(replay, "POST", "/Users", userBody(fmt.Sprint("u", n), ""))
				}
			})
			b.Run(fmt.Sprintf("%s/member/followed=%t", name, replay == ""), func(b *testing.B) {
				h := newVillage(b, d())
				ada, staff := h.user("ada", ""), h.group("Staff")
				add, remove := patchBody("add", "members", memberList([]string{ada})), patchBody("remove", fmt.Sprintf("members[value eq %q]", ada), "")
				for b.Loop() {
					h.plays(replay, "PATCH", "/Groups/"+staff, add)
					h.plays(replay, "PATCH", "/Groups/"+staff, remove)
				}
			})
		}
	}
}

func (h *village) plays(replay, method, path, body string) {
	h.t.Helper()
	a := h.handle(h.t.Context(), h.dir, nil, request{Method: method, Path: path, Body: []byte(body), ReplayOf: replay})
	if a.Status >= statusNotFound {
		h.t.Fatalf("%d %s", a.Status, a.Body)
	}
}
