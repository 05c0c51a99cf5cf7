// SPDX-License-Identifier: Apache-2.0

package signin_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
)

func TestPasswordsAreKeptAsArgon2id(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		h.user("ada", "admin")
		h.user("bob", "editor")
		hashes := h.column(`SELECT hash FROM signin_password`)
		form := regexp.MustCompile(`^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`)
		for _, hash := range hashes {
			if !form.MatchString(hash) {
				t.Errorf("got %s, want the PHC form of argon2id", hash)
			}
		}
		if len(hashes) != 2 || hashes[0] == hashes[1] {
			t.Errorf("got %q, want two hashes of one password that differ", hashes)
		}
	})
}

func TestStrength(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), noMail)
	const email, name = "ada.lovelace@example.com", "Ada Lovelace"
	for _, test := range []struct{ name, password, want string }{
		{"good", adaPassword, ""},
		{"eight characters", "kq7!vxzp", ""},
		{"seven characters", "kq7!vxz", "it must have 8 to 1024"},
		{"none", "", "it must have 8 to 1024"},
		{"eight letters of several bytes", "жёлтыйюг", ""},
		{"seven letters of several bytes", "жёлтыйю", "it must have 8 to 1024"},
		{"as long as can be", strings.Repeat("kq7!vxzp", 128), ""},
		{"too long", strings.Repeat("kq7!vxzp", 128) + "k", "it must have 8 to 1024"},
		{"a megabyte", strings.Repeat("kq7!vxzp", 1<<17), "it must have 8 to 1024"},
		{"the e-mail", email, "e-mail or the name"},
		{"the e-mail in capitals", strings.ToUpper(email), "e-mail or the name"},
		{"the first part of the e-mail", "Ada.Lovelace", "e-mail or the name"},
		{"the name", name, "e-mail or the name"},
		{"the name with more", name + " 1815", ""},
		{"breached", "password123", "known from breaches"},
		{"breached, in capitals", "PASSWORD123", "known from breaches"},
		{"no UTF-8", "kq7!vxzp\xff", "must be text"},
		{"U+0000", "kq7!\x00vxzp", "must be text"},
		{"spaces count", "k q 7 ! v", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := h.CheckPassword(test.password, email, name)
			switch {
			case test.want == "" && err != nil:
				t.Errorf("got %v, want none", err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want) || pointer(err) != "/password"):
				t.Errorf("got %v, want %q at /password", err, test.want)
			case err != nil && len(test.password) > 8 && !strings.Contains(email+name, test.password) && strings.Contains(err.Error(), test.password):
				t.Errorf("%v repeats the password", err)
			}
		})
	}
}

// TestEveryAttemptCostsOneHash proves that the time of an answer does not tell
// whether there is an account.
func TestEveryAttemptCostsOneHash(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		h.user("ada", "admin")
		bob := h.user("bob", "editor")
		if _, err := h.access.Deactivate(t.Context(), h.cli, bob.Email); err != nil {
			t.Fatal(err)
		}
		_, err := h.access.Create(t.Context(), h.cli, access.NewUser{Email: "eve@example.com", Role: "editor"})
		h.ok(err)
		for _, test := range []struct{ name, workspace, email, password string }{
			{"wrong", "", "ada@example.com", newPassword},
			{"unknown", "", "nobody@example.com", newPassword},
			{"no such workspace", "nowhere", "ada@example.com", adaPassword},
			{"a workspace that no column holds", "no\x00where", "ada@example.com", adaPassword},
			{"deactivated", "", "bob@example.com", adaPassword},
			{"invited", "", "eve@example.com", newPassword},
			{"an e-mail that no column holds", "", "a\x00b@example.com\xff", newPassword},
			{"nothing", "", "", ""},
			{"a huge password", "", "ada@example.com", strings.Repeat("x", 1<<20)},
			{"a huge e-mail", "", strings.Repeat("x", 1<<20) + "@example.com", newPassword},
			{"a password that is no text", "", "ada@example.com", "\xff\x00"},
		} {
			before := h.Hashes()
			_, err := h.SignIn(t.Context(), test.workspace, test.email, test.password, from(desk))
			h.is(err, fault.Unauthorized)
			if got := h.Hashes() - before; got != 1 {
				t.Errorf("%s: %d hashes, want 1", test.name, got)
			}
		}
		before := h.Hashes()
		h.enter(access.User{Email: " ADA@Example.com "}, desk)
		if got := h.Hashes() - before; got != 1 {
			t.Errorf("right: %d hashes, want 1", got)
		}
	})
}
