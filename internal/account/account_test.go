// SPDX-License-Identifier: Apache-2.0

package account_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/passmuster/muster/internal/account"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/sheet"
)

// TestLinks follows links through syncs, renames and hands.
func TestLinks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		github := h.system("GitHub")
		ada := h.person("ada@example.com")
		h.push(github, plain("a", "ADA@Example.com"), plain("b", "bob@example.com"), plain("c", ""))
		h.wantOwner("a", "ada@example.com by e-mail")
		h.wantOwner("b", "nobody")
		bob := h.person("Bob@example.com")
		h.wantOwner("b", "Bob@example.com by e-mail")
		h.wantOwner("c", "nobody")

		_, err := h.people.Update(t.Context(), h.admin, ada.ID, directory.Attributes{Email: ptr("ada.lovelace@example.com")})
		h.ok(err)
		other := h.person("ada@example.com") // somebody else gets the old address
		h.push(github, plain("a", "ada@example.com"), plain("b", "bob@example.com"), plain("c", ""))
		h.wantOwner("a", "ada.lovelace@example.com by e-mail")

		a := h.by("a")
		for _, step := range []struct {
			choice account.Choice
			want   string
		}{
			{account.Choice{Person: bob.ID}, "Bob@example.com by hand"},
			{account.Choice{External: &account.ExternalOwner{Name: "Eve", Email: "eve@supplier.example"}}, "EXTERNAL Eve"},
			{account.Choice{Service: &account.ServiceOwner{Purpose: "nightly builds"}}, "SERVICE nightly builds"},
			{account.Choice{NewPerson: &directory.Attributes{Email: ptr("new@example.com")}}, "new@example.com by hand"},
			{account.Choice{Nobody: true}, "nobody"},
		} {
			_, err := h.accounts.SetOwner(t.Context(), h.admin, a.ID, step.choice)
			h.ok(err)
			h.wantOwner("a", step.want)
			h.push(github, plain("a", "ada@example.com"), plain("b", "bob@example.com"))
			h.wantOwner("a", step.want)
			h.push(github, plain("b", "bob@example.com")) // and gone
			h.wantOwner("a", step.want)
			h.recount()
		}
		h.push(github, plain("a", "other@example.com"), plain("b", "ada.lovelace@example.com"))
		h.wantOwner("b", "ada.lovelace@example.com by e-mail") // the account says somebody else
		h.push(github, plain("a", "other@example.com"), plain("b", "nobody@example.com"))
		h.wantOwner("b", "ada.lovelace@example.com by e-mail") // and then nobody known
		h.ok(h.people.Delete(t.Context(), h.admin, ada.ID))
		h.wantOwner("b", "nobody")
		_, err = h.accounts.SetOwner(t.Context(), h.admin, a.ID, account.Choice{Person: other.ID})
		h.ok(err)
		_, err = h.people.MarkNotPeople(t.Context(), h.admin, []directory.NotPerson{{ID: other.ID}})
		h.ok(err)
		h.wantOwner("a", "nobody")
		h.recount()
	})
}

// TestRefusals are choices that cannot be.
func TestRefusals(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		h.push(h.system("GitHub"), plain("a", "ada@example.com"))
		ada, robot := h.person("ada@example.com"), h.person("robot@example.com")
		_, err := h.people.MarkNotPeople(t.Context(), h.admin, []directory.NotPerson{{ID: robot.ID}})
		h.ok(err)
		a := h.by("a")
		for name, step := range map[string]struct {
			choice account.Choice
			id     account.ID
			want   fault.Kind
		}{
			"nothing":           {account.Choice{}, a.ID, fault.Invalid},
			"two things":        {account.Choice{Person: ada.ID, Nobody: true}, a.ID, fault.Invalid},
			"no such person":    {account.Choice{Person: "0123456789abcdef01234567"}, a.ID, fault.Invalid},
			"no person":         {account.Choice{Person: robot.ID}, a.ID, fault.Invalid},
			"no id of a person": {account.Choice{Person: "\x00"}, a.ID, fault.Invalid},
			"a known person":    {account.Choice{NewPerson: &directory.Attributes{Email: ptr("ADA@example.com")}}, a.ID, fault.Conflict},
			"no e-mail":         {account.Choice{NewPerson: &directory.Attributes{}}, a.ID, fault.Invalid},
			"no name":           {account.Choice{External: &account.ExternalOwner{Name: " "}}, a.ID, fault.Invalid},
			"no address":        {account.Choice{External: &account.ExternalOwner{Name: "Eve", Email: "eve"}}, a.ID, fault.Invalid},
			"no such account":   {account.Choice{Nobody: true}, "0123456789abcdef01234567", fault.NotFound},
			"no id":             {account.Choice{Nobody: true}, "x", fault.NotFound},
		} {
			if _, err := h.accounts.SetOwner(t.Context(), h.admin, step.id, step.choice); err == nil || fault.KindOf(err) != step.want {
				t.Errorf("%s: got %v, want kind %d", name, err, step.want)
			}
		}
		viewer := caller.Caller{Kind: caller.User, Grants: []caller.Permission{caller.WriteAccounts}, Workspace: h.admin.Workspace}
		choice := account.Choice{NewPerson: &directory.Attributes{Email: ptr("new@example.com")}}
		if _, err := h.accounts.SetOwner(t.Context(), viewer, a.ID, choice); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("a person made by who may not: got %v", err)
		}
		stranger := h.admin
		stranger.Workspace.Number++
		if _, err := h.accounts.Get(t.Context(), stranger, a.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("an account of another workspace: got %v", err)
		}
		h.wantOwner("a", "ada@example.com by e-mail")
		h.recount()
	})
}

// TestLeftOut keeps what a push leaves out, as deactivated since then.
func TestLeftOut(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		github := h.system("GitHub")
		h.push(github, plain("a", "a@example.com"), plain("b", "b@example.com"))
		h.push(github, plain("a", "a@example.com"))
		b := h.by("b")
		if b.Status != account.Left || b.LeftAt == nil || b.DeactivatedAt == nil || !b.DeactivatedAt.Equal(*b.LeftAt) {
			t.Errorf("left out: got %+v", b)
		}
		since := *b.LeftAt
		h.push(github, plain("a", "a@example.com"))
		if b = h.by("b"); !b.LeftAt.Equal(since) {
			t.Errorf("left out since %v, want %v", b.LeftAt, since)
		}
		sum, err := h.accounts.Summarize(t.Context(), h.admin, account.Query{})
		h.ok(err)
		if sum.Total != 2 || sum.Left != 1 || sum.Statuses[account.Deactivated] != 1 || sum.Statuses[account.Active] != 1 {
			t.Errorf("got %+v", sum)
		}
		h.push(github, plain("b", "b@example.com"))
		if b = h.by("b"); b.Status != account.Active || b.LeftAt != nil || b.DeactivatedAt != nil {
			t.Errorf("come back: got %+v", b)
		}
		h.recount()
	})
}

// many answers users of whom each is one in so many of something.
func many(prefix string, n int) (users []user) {
	for i := range n {
		u := plain(fmt.Sprintf("%s%05d", prefix, i), fmt.Sprintf("%s%05d@example.com", prefix, i))
		if i%7 == 0 {
			u.Level = "ADMIN"
		}
		if i%3 == 0 {
			u.Auth = "SSO"
		}
		if i%5 == 0 {
			u.MFA = ptr(i%2 == 0)
		}
		if i > n-4 { // a few, far away
			u.Level, u.Status = "EDITOR", "DEACTIVATED"
		}
		users = append(users, u)
	}
	return users
}

// TestLists compares filters, paging and counters with a look at every account;
// the sets are large enough for each way of reading, and to follow the flip.
func TestLists(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		small, large := h.system("Small"), h.system("Large")
		h.push(small, many("s", 90)...)
		ada := h.person("s00003@example.com")
		h.person("l00005@example.com")
		h.push(large, many("l", 3000)...)
		h.push(large, many("l", 2900)...) // 100 left out
		a, err := h.accounts.SetOwner(t.Context(), h.admin, h.by("l02000").ID, account.Choice{Person: ada.ID})
		h.ok(err)
		_, err = h.accounts.SetOwner(t.Context(), h.admin, h.by("l02001").ID, account.Choice{Service: &account.ServiceOwner{}})
		h.ok(err)
		h.recount()
		everything := h.all(account.Query{}, 100)
		if len(everything) != 3090 {
			t.Fatalf("got %d accounts", len(everything))
		}
		for name, q := range map[string]account.Query{
			"admins":                  {Levels: []account.Level{account.Admin}},
			"admins and editors":      {Levels: []account.Level{account.Admin, account.Editor}},
			"a few at the end":        {Levels: []account.Level{account.Editor}},
			"left out":                {Statuses: []account.Status{account.Deactivated, account.Left}},
			"mostly":                  {Statuses: []account.Status{account.Active}},
			"without a second factor": {MFA: []account.MFA{account.MFADisabled, account.MFAUnknown}},
			"unowned":                 {Kinds: []account.Kind{account.KindNone}},
			"owned":                   {Kinds: []account.Kind{account.KindPerson, account.KindService}},
			"of Ada":                  {Owner: ada.ID},
			"admins of Ada":           {Levels: []account.Level{account.Admin}, Owner: ada.ID},
			"of one system":           {Systems: []resource.ID{small.ID}},
			"of no system":            {Systems: []resource.ID{"x"}},
			"of the application":      {Applications: []string{h.app.ID}, Levels: []account.Level{account.Base}},
			"of another":              {Applications: []string{"x"}},
			"a name":                  {Prefix: "S0000"},
			"a broad word":            {Prefix: "name of l", MFA: []account.MFA{account.MFAEnabled}},
			"a login":                 {Prefix: "login-l0299"},
			"a broad login":           {Prefix: "login-"},
			"nobody's":                {Prefix: "zzz"},
		} {
			var want []string
			for _, a := range everything {
				if takes(q, a) {
					want = append(want, a.UniqueID)
				}
			}
			for _, size := range []int{37, 100} {
				var got []string
				for _, a := range h.all(q, size) {
					got = append(got, a.UniqueID)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s, by %d (-want +got):\n%.500s", name, size, diff)
				}
			}
			if q.Owner != "" || q.Prefix != "" {
				continue
			}
			sum, err := h.accounts.Summarize(t.Context(), h.admin, q)
			if h.ok(err); sum.Total != int64(len(want)) {
				t.Errorf("%s: counted %d, want %d", name, sum.Total, len(want))
			}
		}
		if a.Owner == nil || a.Owner.Person.ID != ada.ID {
			t.Errorf("got %+v", a.Owner)
		}
	})
}

// takes is what a query means.
func takes(q account.Query, a account.Account) bool {
	in := func(ok bool, length int) bool { return length == 0 || ok }
	word := func() bool {
		for _, text := range append(strings.Fields(a.FullName), a.Email, a.AccountName, a.FullName) {
			if strings.HasPrefix(strings.ToLower(text), strings.ToLower(q.Prefix)) {
				return true
			}
		}
		return false
	}
	return in(contains(q.Kinds, a.Kind), len(q.Kinds)) && in(contains(q.Levels, a.Level), len(q.Levels)) && in(contains(q.MFA, a.MFA), len(q.MFA)) &&
		in(contains(q.Statuses, a.Status), len(q.Statuses)) && in(contains(q.Systems, a.Definition.ID), len(q.Systems)) &&
		in(contains(q.Applications, a.Definition.Application), len(q.Applications)) &&
		(q.Owner == "" || a.Owner != nil && a.Owner.Person != nil && a.Owner.Person.ID == q.Owner) && (q.Prefix == "" || word())
}

func contains[T comparable](list []T, value T) bool {
	for _, one := range list {
		if one == value {
			return true
		}
	}
	return false
}

// TestExport reads back what is exported, and finds no formula in it.
func TestExport(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		evil := plain("=1+1", "ada@example.com")
		evil.Name, evil.Login = "=HYPERLINK(\"http://evil.example\";\"x\")\u0000\u0001", "2026-02-03T04:05:06.789Z"
		h.push(h.system("GitHub"), evil, plain("b", "b@example.com"))
		h.person("ada@example.com")
		var out bytes.Buffer
		h.ok(h.accounts.Export(t.Context(), h.admin, account.Query{}, sheet.CSV, &out))
		rows, err := csv.NewReader(&out).ReadAll()
		h.ok(err)
		if len(rows) != 3 || rows[1][3] != "'=1+1" || !strings.HasPrefix(rows[1][4], "'=HYPERLINK") || rows[1][17] != "PERSON" ||
			rows[1][15] != "2026-02-03T04:05:06.789Z" || rows[2][17] != "NONE" {
			t.Errorf("got %q", rows)
		}
		out.Reset()
		h.ok(h.accounts.Export(t.Context(), h.admin, account.Query{}, sheet.XLSX, &out))
		file, err := excelize.OpenReader(&out)
		h.ok(err)
		cells, err := file.GetRows("Accounts")
		h.ok(err)
		if formula, err := file.GetCellFormula("Accounts", "D2"); err != nil || formula != "" || len(cells) != 3 || cells[1][3] != "=1+1" {
			t.Errorf("got %q, formula %q, %v", cells, formula, err)
		}
		if kind, err := file.GetCellType("Accounts", "D2"); err != nil || kind != excelize.CellTypeInlineString {
			t.Errorf("a text is of type %v, %v", kind, err)
		}
		h.ok(file.Close())
	})
}

// TestBehind makes the view anew of what is stored, as after an upgrade.
func TestBehind(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		d := h.system("GitHub")
		h.push(d, many("a", 300)...)
		h.push(d, many("a", 250)...)
		want := h.all(account.Query{}, 100)
		h.forget(d)
		if due, err := h.records.HasLateViews(t.Context()); err != nil || !due {
			t.Fatalf("nothing is behind: %v, %v", due, err)
		}
		h.ok(h.records.RefreshViews(t.Context()))
		if diff := cmp.Diff(want, h.all(account.Query{}, 100), cmp.AllowUnexported(account.Account{})); diff != "" {
			t.Errorf("made anew (-want +got):\n%.500s", diff)
		}
		if due, err := h.records.HasLateViews(t.Context()); err != nil || due {
			t.Errorf("still behind: %v, %v", due, err)
		}
		h.forget(d)
		h.push(d, many("a", 250)[:249]...) // a push brings up the whole of it
		if got := h.all(account.Query{}, 100); len(got) != 300 {
			t.Errorf("got %d accounts", len(got))
		}
		h.recount()
	})
}
