// SPDX-License-Identifier: Apache-2.0

package directory_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

var scim = directory.Source{Type: directory.SCIM}

func TestPeopleAreLinkedByEmail(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		typed := h.make("Jane.Doe@Example.com")
		h.same("display", typed.Name.Display, "Jane.Doe@Example.com")
		_, err := h.people.Create(t.Context(), h.admin, directory.Attributes{Email: ptr("jane.doe@example.COM")})
		h.fails(err, fault.Conflict, "Jane.Doe@Example.com")

		p, created, err := h.put(scim, "", directory.Attributes{
			Email: ptr("jane.doe@example.com"), First: ptr("Jane"), Last: ptr("Doe"), Active: ptr(true),
		})
		h.ok(err)
		h.same("created", created, false)
		h.same("id", p.ID, typed.ID)
		h.same("name", p.Name, directory.Name{Display: "Jane Doe", First: "Jane", Last: "Doe"})
		h.same("source", p.Source(directory.FieldEmail), scim)
		h.same("source", p.Source(directory.FieldStartDate), directory.Here())

		_, err = h.people.Update(t.Context(), h.admin, p.ID, directory.Attributes{Email: ptr("other@example.com")})
		h.fails(err, fault.Conflict, "the e-mail comes from the identity provider: change it there")
		_, err = h.people.Update(t.Context(), h.admin, p.ID, directory.Attributes{Last: ptr("Roe")})
		h.fails(err, fault.Conflict, "the name comes from the identity provider")
		p, err = h.people.Update(t.Context(), h.admin, p.ID, directory.Attributes{JobTitle: ptr(" Engineer "), Last: ptr("Doe")})
		h.ok(err)
		h.same("title", p.JobTitle, "Engineer")
		h.fails(h.people.Delete(t.Context(), h.admin, p.ID), fault.Conflict, "comes from the identity provider")

		// The address may change at its source; the person stays.
		moved, created, err := h.put(scim, p.ID, directory.Attributes{Email: ptr("jane@example.com")})
		h.ok(err)
		h.same("created", created, false)
		h.same("e-mail", moved.Email, "jane@example.com")
		h.same("old address", h.make("jane.doe@example.com").ID != p.ID, true)
		_, _, err = h.put(scim, p.ID, directory.Attributes{Email: ptr("JANE.doe@example.com")})
		h.fails(err, fault.Conflict, "jane.doe@example.com already")
	})
}

func TestPutChangesNothingTwice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		in := directory.Attributes{
			Active: ptr(true), Display: ptr("Ada"), Email: ptr("ada@example.com"), JobTitle: ptr("Engineer"), StartDate: ptr(day(0)),
		}
		p, created, err := h.put(scim, "", in)
		h.ok(err)
		h.same("created", created, true)
		before := len(h.entries())
		h.clock = h.clock.Add(time.Hour)
		again, _, err := h.put(scim, "", in)
		h.ok(err)
		h.same("updated at", again.UpdatedAt, p.UpdatedAt)
		h.same("entries", len(h.entries()), before)

		// Another source takes over what it names.
		other := directory.Source{Type: directory.Integration, IntegrationID: "hr", ResourceID: "7"}
		p, _, err = h.put(other, "", directory.Attributes{Email: ptr("ada@example.com"), StartDate: ptr(day(0))})
		h.ok(err)
		h.same("source", p.Source(directory.FieldStartDate), other)
		h.same("source", p.Source(directory.FieldJobTitle), scim)
		h.same("told", slices.Contains(h.told("Ada"),
			"updated; source of e-mail: the identity provider > an integration; source of start date: the identity provider > an integration"), true)

		// A source that goes away hands its fields back.
		h.ok(h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := h.people.Release(ctx, tx, h.admin, scim, p.ID)
			return err
		}))
		p = h.get(p.ID)
		h.same("state", p.Employment(h.clock), directory.Inactive)
		_, err = h.people.Update(t.Context(), h.admin, p.ID, directory.Attributes{JobTitle: ptr("Analyst")})
		h.ok(err)
		_, err = h.people.Update(t.Context(), h.admin, p.ID, directory.Attributes{StartDate: ptr(day(1))})
		h.fails(err, fault.Conflict, "an integration")
	})
}

func TestLeaves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		p := h.make("ada@example.com")
		c := t.Context()
		_, err := h.people.SetLeave(c, h.admin, p.ID, directory.Leave{Start: day(1), End: ptr(day(1))})
		h.fails(err, fault.Invalid, "/endDate")
		_, err = h.people.SetLeave(c, h.admin, p.ID, directory.Leave{Start: h.clock.AddDate(0, 0, -1)})
		h.ok(err)
		h.same("state", h.get(p.ID).Employment(h.clock), directory.OnLeave)
		// The next one takes its place.
		next := directory.Leave{Start: h.clock.AddDate(0, 0, 2), End: ptr(h.clock.AddDate(0, 0, 4))}
		p, err = h.people.SetLeave(c, h.admin, p.ID, next)
		h.ok(err)
		h.same("leaves", p.Leaves, []directory.Leave{next})
		h.same("state", p.Employment(h.clock), directory.Current)
		h.clock = h.clock.AddDate(0, 0, 3)
		h.same("state", h.get(p.ID).Employment(h.clock), directory.OnLeave)
		p, err = h.people.ClearLeave(c, h.admin, p.ID)
		h.ok(err)
		h.same("state", p.Employment(h.clock), directory.Current)
		h.same("leaves", h.get(p.ID).Leaves, []directory.Leave{{Start: next.Start, End: &h.clock}})
		before := len(h.entries())
		_, err = h.people.ClearLeave(c, h.admin, p.ID)
		h.ok(err)
		h.same("entries", len(h.entries()), before)
	})
}

func TestWhoLeavesLosesTheirAccount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		c := t.Context()
		boss, ada, bob, eve := h.make("boss@example.com"), h.make("ada@example.com"), h.make("bob@example.com"), h.make("eve@example.com")
		h.last = "ada@example.com"
		foreign := directory.PersonID(db.NewID(h.clock))
		results, err := h.people.Offboard(c, h.admin, []directory.Offboarding{
			{ID: bob.ID, Acknowledger: string(boss.ID)},
			{ID: ada.ID, Acknowledger: string(boss.ID)},
			{ID: foreign, Acknowledger: string(boss.ID)},
			{ID: "nobody", Acknowledger: string(boss.ID)},
			{ID: eve.ID, Acknowledger: "nobody"},
		})
		h.ok(err)
		var words []string
		for _, r := range results {
			word := "done"
			if r.Refusal != nil {
				word = r.Refusal.Message
			}
			words = append(words, word)
		}
		h.same("results", words, []string{
			"done", "ada@example.com is the last Admin who can sign in", "there is no person with the id " + string(foreign),
			"there is no person with the id nobody", "there is nobody with the acknowledgerId nobody",
		})
		h.same("left", slices.Contains(h.left, "bob@example.com"), true)
		h.same("bob", h.get(bob.ID).Employment(h.clock), directory.Former)
		h.same("ada", h.get(ada.ID).Employment(h.clock), directory.Current)
		h.same("ada", h.get(ada.ID).JobTitle, "") // what the guard wrote is gone with its refusal
		h.same("told", h.told("bob@example.com"), []string{
			"created; email:  > bob@example.com; name:  > bob@example.com",
			"offboarded; endDate:  > 2026-05-31T12:00:00.000Z; employment: CURRENT > FORMER",
		})

		// By a source.
		h.left = nil
		_, _, err = h.put(scim, "", directory.Attributes{Email: ptr("ada@example.com"), Active: ptr(false)})
		h.fails(err, fault.Impossible, "last Admin")
		h.same("ada", h.get(ada.ID).Employment(h.clock), directory.Current)
		p, _, err := h.put(scim, "", directory.Attributes{Email: ptr("eve@example.com"), Active: ptr(false)})
		h.ok(err)
		h.same("state", p.Employment(h.clock), directory.Inactive)
		h.same("left", h.left, []string{"eve@example.com"})
		// Acknowledged twice is acknowledged once, and the date stays.
		for range 2 {
			h.clock = h.clock.Add(time.Hour)
			_, err = h.people.Offboard(c, h.admin, []directory.Offboarding{{ID: bob.ID, Acknowledger: string(boss.ID)}})
			h.ok(err)
		}
		h.same("left", h.left, []string{"eve@example.com"})
		h.same("told", len(h.told("bob@example.com")), 2)
	})
}

func TestThePassFollowsTheClock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		c := t.Context()
		ada, bob, eve := h.make("ada@example.com"), h.make("bob@example.com"), h.make("eve@example.com")
		end := h.clock.AddDate(0, 0, 7)
		for _, p := range []directory.Person{ada, bob} {
			_, err := h.people.Update(c, h.admin, p.ID, directory.Attributes{EndDate: &end})
			h.ok(err)
		}
		// Eve's account is off while she is away; she has not left until she should be back.
		_, err := h.people.SetLeave(c, h.admin, eve.ID, directory.Leave{Start: h.clock.AddDate(0, 0, -1), End: ptr(h.clock.AddDate(0, 0, 3))})
		h.ok(err)
		_, _, err = h.put(scim, eve.ID, directory.Attributes{Active: ptr(false)})
		h.ok(err)
		h.ok(h.people.Leave(c))
		h.same("left", h.left, []string(nil))

		h.clock = h.clock.AddDate(0, 0, 3)
		h.ok(h.people.Leave(c))
		h.same("left", h.left, []string{"eve@example.com"})

		h.left, h.last, h.clock = nil, "bob@example.com", end
		due, err := h.people.HasLeaving(c)
		h.ok(err)
		h.same("due", due, true)
		h.ok(h.people.Leave(c))
		h.same("left", slices.Sorted(slices.Values(h.left)), []string{"ada@example.com"})
		h.same("told", slices.Contains(h.told("ada@example.com"), "left; employment:  > FORMER"), true)
		// The date stands; the account is tried again later, and edits go on.
		h.same("bob", h.get(bob.ID).Employment(h.clock), directory.Former)
		_, err = h.people.Update(c, h.admin, bob.ID, directory.Attributes{JobTitle: ptr("Founder")})
		h.ok(err)
		due, err = h.people.HasLeaving(c)
		h.ok(err)
		h.same("due", due, false)
		h.left, h.last, h.clock = nil, "", end.Add(time.Hour)
		h.ok(h.people.Leave(c))
		h.same("left", h.left, []string{"bob@example.com"})
		h.left = nil
		h.clock = end.Add(48 * time.Hour)
		h.ok(h.people.Leave(c))
		h.same("left", h.left, []string(nil))
	})
}

func TestGroups(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		c := t.Context()
		ada, bob := h.make("ada@example.com"), h.make("bob@example.com")
		team, err := h.people.CreateGroup(c, h.admin, "Engineering")
		h.ok(err)
		_, err = h.people.CreateGroup(c, h.admin, " engineering ")
		h.fails(err, fault.Conflict, "Engineering")
		for range 2 {
			p, err := h.people.Join(c, h.admin, team.ID, ada.ID)
			h.ok(err)
			h.same("groups", p.Groups, []directory.GroupID{team.ID})
		}
		results, err := h.people.JoinAll(c, h.admin, team.ID, []directory.PersonID{ada.ID, "nobody", bob.ID})
		h.ok(err)
		h.same("refused", []bool{results[0].Refusal == nil, results[1].Refusal == nil, results[2].Refusal == nil}, []bool{true, false, true})
		h.same("members", h.members(team.ID), sortedIDs(ada.ID, bob.ID))
		_, err = h.people.Quit(c, h.admin, team.ID, ada.ID)
		h.ok(err)
		h.same("members", h.members(team.ID), []directory.PersonID{bob.ID})
		h.same("told", h.told("Engineering"), []string{
			"created; name:  > Engineering", "members added; member:  > ada@example.com", "members added; member:  > bob@example.com",
			"members removed; member: ada@example.com > ",
		})

		// A source pushes a group of the same name: it is the same group.
		var pushed directory.Group
		h.ok(h.db.Write(c, func(ctx context.Context, tx *db.Tx) error {
			var created bool
			var err error
			if pushed, created, err = h.people.PutGroup(ctx, tx, h.admin, scim, "", "ENGINEERING"); err != nil {
				return err
			}
			h.same("created", created, false)
			added, err := h.people.AddMembers(ctx, tx, h.admin, scim, pushed.ID, ada.ID, bob.ID)
			h.same("added", added, []directory.PersonID{ada.ID})
			return err
		}))
		h.same("id", pushed.ID, team.ID)
		_, err = h.people.Join(c, h.admin, team.ID, ada.ID)
		h.fails(err, fault.Conflict, "the group ENGINEERING comes from the identity provider: change its members there")
		_, err = h.people.QuitAll(c, h.admin, team.ID, []directory.PersonID{ada.ID})
		h.fails(err, fault.Conflict, "change its members there")
		_, err = h.people.RenameGroup(c, h.admin, team.ID, "Other")
		h.fails(err, fault.Conflict, "change its name there")
		h.fails(h.people.DeleteGroup(c, h.admin, team.ID), fault.Conflict, "remove it there")
		h.fails(h.people.Delete(c, h.admin, ada.ID), fault.Conflict, "remove them there first")
		h.ok(h.db.Write(c, func(ctx context.Context, tx *db.Tx) error {
			removed, err := h.people.RemoveMembers(ctx, tx, h.admin, team.ID, ada.ID)
			h.same("removed", removed, []directory.PersonID{ada.ID})
			return err
		}))
		h.ok(h.people.Delete(c, h.admin, ada.ID))
		_, err = h.people.Get(c, h.admin, ada.ID)
		h.fails(err, fault.NotFound, string(ada.ID))
	})
}

// TestWhatWasThereStaysInEvidence holds that entries name the members of groups,
// and what was there before it was taken away.
func TestWhatWasThereStaysInEvidence(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		c := t.Context()
		bob := h.make("bob@example.com")
		ada, err := h.people.Create(c, h.admin, directory.Attributes{
			Display: ptr("Ada"), Email: ptr("ada@example.com"), JobTitle: ptr("Analyst"), StartDate: ptr(day(0)),
		})
		h.ok(err)
		leave := directory.Leave{Start: h.clock.AddDate(0, 0, -1)}
		_, err = h.people.SetLeave(c, h.admin, ada.ID, leave)
		h.ok(err)
		_, err = h.people.ClearLeave(c, h.admin, ada.ID)
		h.ok(err)
		team, err := h.people.CreateGroup(c, h.admin, "Engineering")
		h.ok(err)
		_, err = h.people.JoinAll(c, h.admin, team.ID, []directory.PersonID{ada.ID, bob.ID})
		h.ok(err)
		for _, e := range h.entries() {
			if e.Body.What == "members added" {
				h.same("members", e.Body.Members, []map[string]any{
					{"kind": "person", "id": string(ada.ID), "name": "Ada"}, {"kind": "person", "id": string(bob.ID), "name": "bob@example.com"},
				})
			}
		}
		h.ok(h.people.Delete(c, h.admin, ada.ID))
		h.ok(h.people.DeleteGroup(c, h.admin, team.ID))
		from := "from " + wire(leave.Start)
		h.same("person", h.told("Ada"), []string{
			"created; email:  > ada@example.com; name:  > Ada; jobTitle:  > Analyst; startDate:  > " + wire(day(0)),
			"leave set; leave:  > " + from + "; employment: CURRENT > ON_LEAVE",
			"leave cleared; leave: " + from + " > " + from + " to " + wire(h.clock) + "; employment: ON_LEAVE > CURRENT",
			"deleted; email: ada@example.com > ; name: Ada > ; jobTitle: Analyst > ; startDate: " + wire(day(0)) + " > ; leave: " +
				from + " to " + wire(h.clock) + " > ; employment: CURRENT > ; groups: Engineering > ",
		})
		h.same("group", h.told("Engineering"), []string{
			"created; name:  > Engineering", "members added; member:  > Ada; member:  > bob@example.com",
			"deleted; name: Engineering > ; members: 1 > ",
		})
	})
}

func wire(at time.Time) string { return web.TimeOf(db.Millis(at)).String() }

// sortedIDs sorts: ids of one millisecond have no order.
func sortedIDs(ids ...directory.PersonID) []directory.PersonID {
	slices.Sort(ids)
	return ids
}

func (h *house) members(id directory.GroupID) (ids []directory.PersonID) {
	h.t.Helper()
	h.ok(h.people.EachMember(h.t.Context(), h.admin, id, func(p directory.Person) error {
		ids = append(ids, p.ID)
		return nil
	}))
	return ids
}

func TestSearch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		c := t.Context()
		jane, err := h.people.Create(c, h.admin, directory.Attributes{Email: ptr("jd@example.com"), First: ptr("Jane"), Last: ptr("van Dören")})
		h.ok(err)
		robot := h.make("janitor@example.com")
		_, err = h.people.MarkNotPeople(c, h.admin, []directory.NotPerson{{ID: robot.ID, Reason: "a mailbox"}})
		h.ok(err)
		find := func(q directory.Query) (ids []directory.PersonID) {
			q.Limit = 10
			people, _, err := h.people.List(c, h.admin, q)
			h.ok(err)
			for _, p := range people {
				ids = append(ids, p.ID)
			}
			return ids
		}
		for prefix, want := range map[string]bool{
			"j": true, "JANE v": true, "dör": true, "DÖREN": true, "jd@": true, "van": true, "ane": false, "example.com": false, "%": false, "jane_": false,
		} {
			h.same(prefix, len(find(directory.Query{Prefix: prefix})) == 1, want)
		}
		h.same("not people", find(directory.Query{NotPeople: true, Prefix: "jan"}), []directory.PersonID{robot.ID})
		_, err = h.people.Update(c, h.admin, jane.ID, directory.Attributes{Last: ptr("Roe")})
		h.ok(err)
		h.same("renamed", len(find(directory.Query{Prefix: "dör"})), 0)
		h.same("renamed", find(directory.Query{Prefix: "roe"}), []directory.PersonID{jane.ID})
		_, err = h.people.MarkPeople(c, h.admin, []directory.PersonID{robot.ID})
		h.ok(err)
		h.same("both", len(find(directory.Query{Prefix: "jan"})), 2)
	})
}

// No workspace sees or changes what is another's.
func TestWorkspacesAreApart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		c := t.Context()
		p := h.make("ada@example.com")
		g, err := h.people.CreateGroup(c, h.admin, "Engineering")
		h.ok(err)
		_, err = h.people.Join(c, h.admin, g.ID, p.ID)
		h.ok(err)
		h.ok(d.Write(c, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO workspace (number, id, slug, name, created_at) VALUES (99, 'other', 'other', 'Other', 0)`)
			return err
		}))
		stranger := h.admin
		stranger.Workspace.Number, stranger.Workspace.ID = 99, "other"
		_, err = h.people.Get(c, stranger, p.ID)
		h.fails(err, fault.NotFound, "no person")
		_, err = h.people.Update(c, stranger, p.ID, directory.Attributes{JobTitle: ptr("x")})
		h.fails(err, fault.NotFound, "no person")
		h.fails(h.people.Delete(c, stranger, p.ID), fault.NotFound, "no person")
		_, err = h.people.GetGroup(c, stranger, g.ID)
		h.fails(err, fault.NotFound, "no group")
		h.fails(h.people.EachMember(c, stranger, g.ID, nil), fault.NotFound, "no group")
		_, err = h.people.Join(c, stranger, g.ID, p.ID)
		h.fails(err, fault.NotFound, "no group")
		mine, err := h.people.CreateGroup(c, stranger, "Engineering")
		h.ok(err)
		_, err = h.people.Join(c, stranger, mine.ID, p.ID)
		h.fails(err, fault.NotFound, "no person")
		_, err = h.people.Create(c, stranger, directory.Attributes{Email: ptr("ada@example.com")})
		h.ok(err)
		people, _, err := h.people.List(c, stranger, directory.Query{Group: g.ID, Limit: 10})
		h.ok(err)
		h.same("members", len(people), 0)
		people, _, err = h.people.List(c, stranger, directory.Query{Prefix: "ada", Limit: 10})
		h.ok(err)
		h.same("found", len(people), 1)
	})
}
