// SPDX-License-Identifier: Apache-2.0

package directory_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/fault"
)

const (
	bossMail = "boss@example.com"
	bossNote = "Directory tool: boss@example.com is the last Admin who can sign in"
)

// noticed answers what was written down since it was last asked.
func (h *house) noticed() []string {
	list := h.noted
	h.noted = nil
	return list
}

func TestRefusalsAreWrittenDown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		c := t.Context()
		h.last = bossMail
		past := ptr(h.clock.AddDate(0, 0, -1))
		_, err := h.people.Create(c, h.admin, directory.Attributes{Email: ptr(bossMail), EndDate: past})
		h.fails(err, fault.Impossible, "last Admin")
		h.same("create", h.noticed(), []string{bossNote})

		boss, bob := h.make(bossMail), h.make("bob@example.com")
		_, err = h.people.Update(c, h.admin, boss.ID, directory.Attributes{EndDate: past})
		h.fails(err, fault.Impossible, "last Admin")
		h.same("update", h.noticed(), []string{bossNote})
		_, err = h.people.Update(c, h.admin, boss.ID, directory.Attributes{Email: ptr("nonsense")})
		h.fails(err, fault.Invalid, "nonsense")
		h.same("another fault", len(h.noticed()), 0)

		results, err := h.people.Offboard(c, h.admin, []directory.Offboarding{
			{ID: boss.ID, Acknowledger: string(bob.ID)},
			{ID: bob.ID, Acknowledger: string(boss.ID)},
			{ID: boss.ID, Acknowledger: string(bob.ID)},
		})
		h.ok(err)
		h.same("refused", []bool{results[0].Refusal != nil, results[1].Refusal != nil, results[2].Refusal != nil}, []bool{true, false, true})
		h.same("offboard", h.noticed(), []string{bossNote, bossNote})

		file := "email,status\n" + bossMail + ",FORMER\nnew@example.com,CURRENT\n"
		h.same("problems", len(h.imported(file, directory.ImportOptions{DryRun: true}).Problems), 1)
		h.same("dry run", len(h.noticed()), 0)
		h.same("problems", len(h.imported(file, directory.ImportOptions{}).Problems), 1)
		h.same("import", h.noticed(), []string{bossNote})

		// A source's transaction is its own, and so is what it writes down.
		_, _, err = h.put(scim, "", directory.Attributes{Email: ptr(bossMail), Active: ptr(false)})
		h.fails(err, fault.Impossible, "last Admin")
		h.same("put", len(h.noticed()), 0)

		// Switched off while away, the boss would have left with the leave.
		_, err = h.people.SetLeave(c, h.admin, boss.ID, directory.Leave{Start: h.clock.AddDate(0, 0, -1)})
		h.ok(err)
		_, _, err = h.put(scim, "", directory.Attributes{Email: ptr(bossMail), Active: ptr(false)})
		h.ok(err)
		_, err = h.people.ClearLeave(c, h.admin, boss.ID)
		h.fails(err, fault.Impossible, "last Admin")
		h.same("leave", h.noticed(), []string{bossNote})
	})
}

func TestThePassTriesAgainEveryMinute(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		c := t.Context()
		var log bytes.Buffer
		h.people = directory.New(directory.Options{DB: d, Leaver: h, Logger: slog.New(slog.NewTextHandler(&log, nil)), Now: h.now})
		boss := h.make(bossMail)
		end := h.clock.AddDate(0, 0, 1)
		ends := func(at time.Time) {
			_, err := h.people.Update(c, h.admin, boss.ID, directory.Attributes{EndDate: &at})
			h.ok(err)
		}
		note := strings.Replace(bossNote, "Directory tool", "muster", 1)
		ends(end)
		h.last, h.clock = bossMail, end
		for i := range 3 {
			due, err := h.people.HasLeaving(c)
			h.ok(err)
			h.same("due", due, true)
			h.ok(h.people.Leave(c))
			if i == 0 {
				h.same("first", h.noticed(), []string{note})
			}
			due, err = h.people.HasLeaving(c)
			h.ok(err)
			h.same("at once", due, false)
			h.clock = h.clock.Add(time.Minute)
		}
		h.same("once", len(h.noticed()), 0)
		h.same("log", strings.Count(log.String(), "whose account stays"), 1)

		// Who comes back and leaves anew is refused anew.
		end = h.clock.AddDate(0, 0, 1)
		ends(end)
		h.clock = end
		h.ok(h.people.Leave(c))
		h.same("anew", h.noticed(), []string{note})
		h.last, h.clock = "", h.clock.Add(time.Minute)
		h.ok(h.people.Leave(c))
		h.same("left", h.left, []string{bossMail})
		due, err := h.people.HasLeaving(c)
		h.ok(err)
		h.same("due", due, false)
	})
}

func TestARefusalThatCannotBeWrittenDown(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	var log bytes.Buffer
	h.people = directory.New(directory.Options{DB: h.db, Leaver: forgetful{h}, Logger: slog.New(slog.NewTextHandler(&log, nil)), Now: h.now})
	boss := h.make(bossMail)
	h.last = bossMail
	results, err := h.people.Offboard(t.Context(), h.admin, []directory.Offboarding{{ID: boss.ID, Acknowledger: string(boss.ID)}})
	h.ok(err)
	h.same("refused", results[0].Refusal != nil, true)
	h.same("log", strings.Count(log.String(), "not in the audit trail"), 1)
}

// forgetful cannot write anything down.
type forgetful struct{ *house }

// NoteRefused is of directory.Leaver.
func (forgetful) NoteRefused(_ context.Context, _ caller.Caller, err error) error {
	return errors.Join(err, errors.New("the disk is full"))
}

func TestWhoHasLeftTakesNobodysEmail(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		c := t.Context()
		told := func(what string, want ...string) {
			t.Helper()
			h.same(what, h.left, want)
			h.left = nil
		}
		past := ptr(h.clock.AddDate(0, 0, -1))
		move := func(id directory.PersonID, to string) error {
			_, err := h.people.Update(c, h.admin, id, directory.Attributes{Email: &to})
			return err
		}
		// Whoever is new and has left already.
		former, err := h.people.Create(c, h.admin, directory.Attributes{Email: ptr("former@example.com"), EndDate: past})
		h.ok(err)
		told("created", "former@example.com")
		h.imported("email,endDate\nold@example.com,2020-01-01\n", directory.ImportOptions{})
		told("imported", "old@example.com")
		off, _, err := h.put(scim, "", directory.Attributes{Email: ptr("off@example.com"), Active: ptr(false)})
		h.ok(err)
		told("put", "off@example.com")

		h.ok(move(former.ID, "user@example.com"))
		told("FORMER", "user@example.com")
		h.ok(move(former.ID, "User@Example.com"))
		told("the same address")
		_, _, err = h.put(scim, off.ID, directory.Attributes{Email: ptr("user2@example.com")})
		h.ok(err)
		told("INACTIVE", "user2@example.com")
		_, err = h.people.Update(c, h.admin, h.make("ada@example.com").ID, directory.Attributes{Email: ptr("user3@example.com"), EndDate: past})
		h.ok(err)
		told("at once", "ada@example.com", "user3@example.com")
		h.ok(move(h.make("bob@example.com").ID, "bob2@example.com"))
		told("CURRENT")

		// The guard has its say, after what is wrong with the address itself.
		h.last = bossMail
		h.fails(move(former.ID, bossMail), fault.Impossible, "last Admin")
		h.same("noted", h.noticed(), []string{bossNote})
		h.same("e-mail", h.get(former.ID).Email, "User@Example.com")
		boss := h.make(bossMail)
		h.fails(move(former.ID, bossMail), fault.Conflict, "already")
		h.same("noted", len(h.noticed()), 0)

		// Whom the pass may not let go yet does not get away by another address.
		end := h.clock.AddDate(0, 0, 1)
		_, err = h.people.Update(c, h.admin, boss.ID, directory.Attributes{EndDate: &end})
		h.ok(err)
		h.clock = end
		h.ok(h.people.Leave(c))
		h.noticed()
		h.fails(move(boss.ID, "gone@example.com"), fault.Impossible, "last Admin")
		h.same("noted", h.noticed(), []string{bossNote})
		h.last = ""
		h.ok(move(boss.ID, "gone@example.com"))
		told("both", bossMail, "gone@example.com")
	})
}
