// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"fmt"
	"testing"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/scim/schema"
)

// benchShelf has 10,000 users, of whom each is in one of 100 groups.
func benchShelf(b *testing.B) (*shelf, []string) {
	b.Helper()
	h := newShelf(b, dbtest.SQLite(b))
	users := make([]string, 10_000)
	h.write(func(ctx context.Context, tx *db.Tx) error {
		for i := range users {
			h.clock = h.clock.Add(1_000_000)
			h.c.now = h.instant()
			body := fmt.Sprintf(`{"schemas": [%q, %q], "userName": "user%[3]d@example.com", "externalId": "x%[3]d", "displayName": "User Number %[3]d",
				"name": {"givenName": "User", "familyName": "Number %[3]d"}, "title": "Engineer", "locale": "en-GB",
				"emails": [{"value": "user%[3]d@example.com", "type": "work", "primary": true}], "active": true,
				%[2]q: {"department": "Research", "employeeNumber": "%[3]d"}}`, schema.UserURN, schema.EnterpriseURN, i)
			r, err := h.create(ctx, tx, h.c, schema.User(), []byte(body))
			if err != nil {
				return err
			}
			users[i] = r.ID
		}
		return nil
	})
	for i := range 100 {
		h.group(fmt.Sprintf("Group %d", i), users[i*100:(i+1)*100]...)
	}
	return h, users
}

// BenchmarkList measures what providers ask for, on SQLite and by all cores.
func BenchmarkList(b *testing.B) {
	h, users := benchShelf(b)
	list := func(name, kind string, query func(i int) listQuery) {
		rt := schema.User()
		if kind == "Group" {
			rt = schema.Group()
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					q := query(i)
					err := h.DB.Read(b.Context(), func(ctx context.Context, tx *db.Tx) error {
						_, err := h.list(ctx, tx, h.c, rt, q)
						return err
					})
					if err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
	b.Run("get", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for i := 0; pb.Next(); i++ {
				err := h.DB.Glance(b.Context(), func(ctx context.Context, tx *db.Tx) error {
					c := *h.c
					r, err := h.getStored(ctx, tx, &c, schema.User(), users[i%len(users)])
					if err != nil {
						return err
					}
					_, err = h.render(ctx, tx, &c, schema.User(), r, listQuery{})
					return err
				})
				if err != nil {
					b.Error(err)
				}
			}
		})
	})
	one := func(format string) func(i int) listQuery {
		return func(i int) listQuery { return listQuery{Filter: fmt.Sprintf(format, i%10_000)} }
	}
	list("userName", "User", one(`userName eq "user%d@example.com"`))
	list("externalId", "User", one(`externalId eq "x%d"`))
	list("email", "User", one(`emails[type eq "work"].value eq "user%d@example.com"`))
	list("group", "Group", func(i int) listQuery {
		return listQuery{Filter: fmt.Sprintf(`displayName eq "group %d"`, i%100), Excluded: []string{"members"}}
	})
	list("member", "Group", func(i int) listQuery {
		return listQuery{Filter: fmt.Sprintf(`members eq %q`, users[i%len(users)]), Excluded: []string{"members"}}
	})
	list("page", "User", func(i int) listQuery { return listQuery{StartIndex: number(i%10*100 + 1), Count: number(100)} })
	list("lastPage", "User", func(int) listQuery { return listQuery{StartIndex: number(9901), Count: number(100)} })
	list("pageOfGroups", "Group", func(int) listQuery { return listQuery{Excluded: []string{"members"}} })
	list("pageOfIDs", "User", func(int) listQuery { return listQuery{Attributes: []string{"id"}} })
	list("scan", "User", one(`title eq "Engineer %d"`))
}
