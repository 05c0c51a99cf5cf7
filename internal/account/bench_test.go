// SPDX-License-Identifier: Apache-2.0

package account_test

import (
	"fmt"
	"testing"

	"github.com/passmuster/muster/internal/account"
	"github.com/passmuster/muster/internal/db/dbtest"
)

// BenchmarkList reads first pages of a hundred of 200,000 accounts, of which one in a
// thousand is an Admin's.
func BenchmarkList(b *testing.B) {
	const systems, each = 4, 50_000
	h := newHouse(b, dbtest.SQLite(b))
	for n := range systems {
		d := h.system(fmt.Sprintf("System %d", n))
		users := make([]user, each)
		for i := range users {
			users[i] = plain(fmt.Sprintf("u%d-%d", n, i), fmt.Sprintf("user%d@example.com", i))
			if i%1000 == 999 {
				users[i].Level = "ADMIN"
			}
		}
		h.push(d, users...)
	}
	for name, q := range map[string]account.Query{
		"all":              {},
		"admins":           {Levels: []account.Level{account.Admin}},
		"admins, no MFA":   {Levels: []account.Level{account.Admin}, MFA: []account.MFA{account.MFADisabled, account.MFAUnknown}, Statuses: []account.Status{account.Active}},
		"of nobody":        {Kinds: []account.Kind{account.KindNone}},
		"search few":       {Prefix: "user49999@"},
		"search broad":     {Prefix: "user"},
		"search broad+few": {Prefix: "user", Levels: []account.Level{account.Admin}},
	} {
		q.Limit = 100
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := h.accounts.List(b.Context(), h.admin, q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("summary", func(b *testing.B) {
		for b.Loop() {
			if _, err := h.accounts.Summarize(b.Context(), h.admin, account.Query{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
