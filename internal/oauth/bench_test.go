// SPDX-License-Identifier: Apache-2.0

package oauth_test

import (
	"net/http"
	"testing"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/oauth"
	"github.com/passmuster/muster/internal/web"
)

func engines(b *testing.B, bench func(b *testing.B, f *fixture)) {
	b.Helper()
	b.Run("sqlite", func(b *testing.B) { bench(b, start(b, dbtest.SQLite(b), web.Limits{})) })
	b.Run("postgresql", func(b *testing.B) {
		bench(b, start(b, dbtest.Open(b, db.Options{URL: dbtest.PostgreSQL(b)}), web.Limits{}))
	})
}

// BenchmarkMint goes through HTTP, one client after the other and many at once.
func BenchmarkMint(b *testing.B) {
	engines(b, func(b *testing.B, f *fixture) {
		c := f.create(b, oauth.NewApplication{Name: "Fleet"})
		for b.Loop() {
			f.mint(b, c)
		}
	})
}

func BenchmarkMintParallel(b *testing.B) {
	engines(b, func(b *testing.B, f *fixture) {
		c := f.create(b, oauth.NewApplication{Name: "Fleet"})
		transport, _ := f.server.Client().Transport.(*http.Transport)
		transport.MaxIdleConnsPerHost = 64
		b.SetParallelism(8)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				f.mint(b, c)
			}
		})
	})
}

// BenchmarkCaller is what each request under /v1 pays.
func BenchmarkCaller(b *testing.B) {
	engines(b, func(b *testing.B, f *fixture) {
		token := f.mint(b, f.create(b, oauth.NewApplication{Name: "Fleet"}))
		for b.Loop() {
			if _, err := f.Caller(b.Context(), token); err != nil {
				b.Fatal(err)
			}
		}
	})
}
