// SPDX-License-Identifier: Apache-2.0

package account_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/passmuster/muster/internal/account"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/resource"
)

// model is what accounts and owners must be, worked out anew at each step from
// plain maps and the sentences of doc.go.
type model struct {
	logins map[string]*modelled         // by "system/uniqueId"
	staff  map[string]*directory.Person // by id
}

type modelled struct {
	user
	left  bool
	said  bool
	how   string // "by e-mail", "by hand"; of people
	owner string // as told, without how
	whose directory.PersonID
}

// rounds is how often the machine runs on each engine, unless it fails.
const rounds = 15

// TestMachine lets people join, move, get other names and leave, and accounts
// come, change, vanish and return, in any order.
func TestMachine(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		round, failed := 0, false
		rapid.Check(t, func(r *rapid.T) {
			if round++; round > rounds && !failed {
				return
			}
			defer func() { failed = failed || r.Failed() }()
			m := newMachine(r, engine, round)
			r.Repeat(map[string]func(*rapid.T){
				"":              m.check,
				"account hand":  m.hand,
				"person joins":  m.join,
				"person leaves": m.leave,
				"person moves":  m.rename,
				"person or not": m.mark,
				"push":          m.push,
			})
		})
	})
}

type machine struct {
	*house
	model

	round   int
	systems []resource.Definition
}

// newMachine begins a round with systems and e-mails of its own on one database.
func newMachine(t *rapid.T, engine *db.DB, round int) *machine {
	m := &machine{house: newHouse(t, engine), model: model{map[string]*modelled{}, map[string]*directory.Person{}}, round: round}
	m.clock = m.clock.Add(time.Duration(round) * time.Hour)
	m.systems = []resource.Definition{m.system("one"), m.system("two")}
	return m
}

// mine says whether an account is of this round.
func (m *machine) mine(id string) bool {
	ref, ok := resource.ParseEntityID(id)
	return ok && slices.ContainsFunc(m.systems, func(d resource.Definition) bool { return d.Number == ref.Definition })
}

func (m *machine) email(r *rapid.T) string {
	return fmt.Sprintf("p%d@round%d.example", rapid.IntRange(0, 5).Draw(r, "email"), m.round)
}

func (m *machine) anybody(r *rapid.T) *directory.Person {
	if len(m.staff) == 0 {
		r.Skip("nobody")
	}
	return m.staff[rapid.SampledFrom(slices.Sorted(maps.Keys(m.staff))).Draw(r, "person")]
}

func (m *machine) holder(email string) *directory.Person {
	for _, p := range m.staff {
		if strings.EqualFold(p.Email, email) {
			return p
		}
	}
	return nil
}

func (m *machine) join(r *rapid.T) {
	email := m.email(r)
	if m.holder(email) != nil {
		r.Skip("known")
	}
	p := m.person(strings.ToUpper(email[:1]) + email[1:])
	m.staff[string(p.ID)] = &p
	m.adopt(&p)
}

// adopt is what a person's coming means: accounts of which nobody has said
// anything are theirs.
func (m *machine) adopt(p *directory.Person) {
	if p.NotPerson {
		return
	}
	for _, a := range m.logins {
		if !a.said && a.Email != "" && strings.EqualFold(a.Email, p.Email) {
			a.said, a.how, a.whose = true, "by e-mail", p.ID
		}
	}
}

func (m *machine) rename(r *rapid.T) {
	p, email := m.anybody(r), m.email(r)
	if other := m.holder(email); other != nil && other != p {
		r.Skip("taken")
	}
	_, err := m.house.people.Update(m.t.Context(), m.admin, p.ID, directory.Attributes{Email: &email})
	m.ok(err)
	moved := !strings.EqualFold(p.Email, email)
	if p.Email = email; moved {
		m.adopt(p)
	}
}

func (m *machine) leave(r *rapid.T) {
	p := m.anybody(r)
	if rapid.Bool().Draw(r, "by a date") { // stays the owner
		end := m.now()
		_, err := m.house.people.Update(m.t.Context(), m.admin, p.ID, directory.Attributes{EndDate: &end})
		m.ok(err)
		return
	}
	m.ok(m.house.people.Delete(m.t.Context(), m.admin, p.ID))
	m.release(p)
	delete(m.staff, string(p.ID))
}

func (m *machine) release(p *directory.Person) {
	for _, a := range m.logins {
		if a.whose == p.ID {
			a.said, a.how, a.owner, a.whose = false, "", "", ""
		}
	}
	for _, other := range m.staff { // who has the address by now
		if other != p {
			m.adopt(other)
		}
	}
}

func (m *machine) mark(r *rapid.T) {
	p := m.anybody(r)
	var err error
	if p.NotPerson {
		_, err = m.house.people.MarkPeople(m.t.Context(), m.admin, []directory.PersonID{p.ID})
	} else {
		_, err = m.house.people.MarkNotPeople(m.t.Context(), m.admin, []directory.NotPerson{{ID: p.ID}})
	}
	m.ok(err)
	if p.NotPerson = !p.NotPerson; p.NotPerson {
		m.release(p)
	} else {
		m.adopt(p)
	}
}

func (m *machine) hand(r *rapid.T) {
	if len(m.logins) == 0 {
		r.Skip("none")
	}
	key := rapid.SampledFrom(slices.Sorted(maps.Keys(m.logins))).Draw(r, "account")
	a, choice := m.logins[key], account.Choice{}
	switch rapid.IntRange(0, 3).Draw(r, "owner") {
	case 0:
		p := m.anybody(r)
		if p.NotPerson {
			r.Skip("not a person")
		}
		choice.Person = p.ID
		a.said, a.how, a.owner, a.whose = true, "by hand", "", p.ID
	case 1:
		choice.External = &account.ExternalOwner{Name: "Eve"}
		a.said, a.how, a.owner, a.whose = true, "", "EXTERNAL Eve", ""
	case 2:
		choice.Service = &account.ServiceOwner{Purpose: "builds"}
		a.said, a.how, a.owner, a.whose = true, "", "SERVICE builds", ""
	case 3:
		choice.Nobody = true
		a.said, a.how, a.owner, a.whose = true, "", "nobody", ""
	}
	for _, one := range m.all(account.Query{Systems: []resource.ID{m.systems[0].ID, m.systems[1].ID}}, 100) {
		if one.Definition.Name+"/"+one.UniqueID == key {
			_, err := m.house.accounts.SetOwner(m.t.Context(), m.admin, one.ID, choice)
			m.ok(err)
			return
		}
	}
	r.Fatalf("%s is not listed", key)
}

func (m *machine) push(r *rapid.T) {
	d := rapid.SampledFrom(m.systems).Draw(r, "system")
	users := map[string]user{}
	for _, id := range rapid.SliceOfNDistinct(rapid.IntRange(0, 7), 0, 6, rapid.ID[int]).Draw(r, "ids") {
		u := plain(fmt.Sprintf("u%d", id), m.email(r))
		u.Status = rapid.SampledFrom([]string{"ACTIVE", "ACTIVE", "DEACTIVATED"}).Draw(r, "status")
		u.Level = rapid.SampledFrom([]string{"ADMIN", "BASE"}).Draw(r, "level")
		u.MFA = rapid.SampledFrom([]*bool{nil, ptr(true), ptr(false)}).Draw(r, "mfa")
		users[u.ID] = u
	}
	m.house.push(d, slices.Collect(maps.Values(users))...)
	for key, a := range m.logins {
		if name, id, _ := strings.Cut(key, "/"); name == d.Name {
			_, there := users[id]
			a.left = !there
		}
	}
	for id, u := range users {
		key := d.Name + "/" + id
		a, known := m.logins[key]
		if !known {
			a = &modelled{}
			m.logins[key] = a
		}
		changed := known && a.Email != u.Email
		a.user = u
		p := m.holder(u.Email)
		if p != nil && !p.NotPerson && (!a.said || a.how == "by e-mail" && changed) {
			a.said, a.how, a.whose = true, "by e-mail", p.ID
		}
	}
	for _, a := range m.logins { // one that is gone may be linked when it is looked at next
		if p := m.holder(a.Email); !a.said && p != nil && !p.NotPerson {
			m.t.Fatalf("the model forgets a link")
		}
	}
}

// check compares what is listed, and counted, with the model.
func (m *machine) check(r *rapid.T) {
	want, got := map[string]string{}, map[string]string{}
	counts := map[string]int64{}
	for key, a := range m.logins {
		status := a.Status
		if a.left {
			status = "LEFT"
		}
		owner := a.owner
		for _, p := range m.staff {
			if p.ID == a.whose && a.whose != "" {
				owner = p.Email + " " + a.how
			}
		}
		if owner == "" {
			owner = "nobody"
		}
		want[key] = fmt.Sprintf("%s %s %v %s", status, a.Level, a.MFA == nil, owner)
		counts[status]++
		if owner == "nobody" {
			counts["unowned"]++
		}
	}
	owners, fed := map[string]string{}, m.fed()
	for _, a := range m.all(account.Query{Systems: []resource.ID{m.systems[0].ID, m.systems[1].ID}}, 7) {
		status := a.Status.String()
		if a.Status == account.Left {
			status = "LEFT"
		}
		got[a.Definition.Name+"/"+a.UniqueID] = fmt.Sprintf("%s %s %v %s", status, a.Level, a.MFA == account.MFAUnknown, told(a))
		if o := a.Owner; o != nil {
			owners[string(a.ID)] = strings.ToLower(o.Kind.String()) + " " + o.Email
		}
	}
	maps.DeleteFunc(fed, func(id, _ string) bool { return !m.mine(id) })
	if diff := cmp.Diff(want, got); diff != "" {
		r.Fatalf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff(owners, fed); diff != "" {
		r.Fatalf("what rules see (-want +got):\n%s", diff)
	}
	sum, err := m.house.accounts.Summarize(m.t.Context(), m.admin, account.Query{Systems: []resource.ID{m.systems[0].ID, m.systems[1].ID}})
	m.ok(err)
	counted := map[string]int64{
		"ACTIVE": sum.Statuses[account.Active], "DEACTIVATED": sum.Statuses[account.Deactivated] - sum.Left, "LEFT": sum.Left,
		"unowned": sum.Kinds[account.KindNone],
	}
	for what, n := range counted {
		if n != counts[what] {
			r.Fatalf("counted %d %s, want %d", n, what, counts[what])
		}
	}
	m.recount()
}
