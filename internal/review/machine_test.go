// SPDX-License-Identifier: Apache-2.0

package review_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/review"
)

// plain is a review as the model has it: what happened, in order, from which every
// state is computed anew.
type plain struct {
	decided map[string]string // KEEP or REMOVE, by account
	frozen  []string          // accounts, in order
	history map[string][]bool // whether each was active, at each instant since
	ended   bool
}

// state computes what became of an account.
func (p *plain) state(id string) string {
	active := p.history[id][len(p.history[id])-1]
	switch p.decided[id] {
	case "KEEP":
		return "KEPT"
	case "REMOVE":
		if active {
			return "TO_BE_REMOVED"
		}
		return "REMOVED"
	}
	if p.ended { // without a decision it can only have been gone
		return "GONE"
	}
	if active {
		return "PENDING"
	}
	return "GONE"
}

func (p *plain) lines() (lines []string) {
	for _, id := range p.frozen {
		lines = append(lines, id+" "+p.state(id))
	}
	return lines
}

// machine is two systems, whose accounts come and go, and reviews of them.
type machine struct {
	active  map[string]bool // by account, whose first letter is its system
	reviews map[review.ID]*plain
	order   []review.ID
	systems map[string]resource.Definition
}

// TestMachine pushes, decides, starts and completes at random, and compares each
// review with what its history comes to.
func TestMachine(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h, round := newHouse(t, engine), 0
		rapid.Check(t, func(r *rapid.T) {
			h.t = r
			round++
			m := &machine{active: map[string]bool{}, reviews: map[review.ID]*plain{}, systems: map[string]resource.Definition{}}
			for _, name := range []string{"a", "b"} {
				m.systems[name] = h.system(fmt.Sprintf("%s%d", name, round))
			}
			h.pushAny(r, m, "a")
			h.pushAny(r, m, "b")
			for range rapid.IntRange(1, 12).Draw(r, "steps") {
				h.machineStep(r, m)
				h.compare(r, m)
			}
		})
	})
}

// pushAny pushes any set of a system's accounts.
func (h *house) pushAny(r *rapid.T, m *machine, system string) {
	var ids []string
	for i := range 5 {
		id := fmt.Sprintf("%s%d", system, i)
		m.active[id] = false
		switch rapid.SampledFrom([]string{"active", "active", "deactivated", "left out"}).Draw(r, id) {
		case "active":
			ids, m.active[id] = append(ids, id), true
		case "deactivated":
			ids = append(ids, "-"+id)
		}
	}
	// More than a flip brings along, now and then.
	if rapid.IntRange(0, 9).Draw(r, "many") == 0 {
		for i := range 70 {
			ids = append(ids, fmt.Sprintf("-%sx%d%d", system, i, rapid.IntRange(0, 9).Draw(r, "x")))
		}
	}
	h.push(m.systems[system], ids...)
	for _, p := range m.reviews {
		for id := range p.history {
			p.history[id] = append(p.history[id], m.active[id])
		}
	}
}

func (h *house) machineStep(r *rapid.T, m *machine) {
	switch rapid.SampledFrom([]string{"push", "push", "start", "decide", "decide", "decide", "complete"}).Draw(r, "step") {
	case "push":
		h.pushAny(r, m, rapid.SampledFrom([]string{"a", "b"}).Draw(r, "system"))
	case "start":
		names := rapid.SampledFrom([][]string{{"a"}, {"b"}, {"a", "b"}}).Draw(r, "systems")
		var forms []review.SystemForm
		p := &plain{decided: map[string]string{}, history: map[string][]bool{}}
		for _, name := range names {
			forms = append(forms, review.SystemForm{Resource: m.systems[name].ID, Reviewer: h.ann.ID})
			for id, active := range m.active {
				if active && strings.HasPrefix(id, name) {
					p.frozen, p.history[id] = append(p.frozen, id), []bool{true}
				}
			}
		}
		id := h.started("Review", forms...).ID
		m.reviews[id], m.order = p, append(m.order, id)
	case "decide":
		h.decideAny(r, m)
	case "complete":
		if len(m.order) == 0 {
			return
		}
		id := rapid.SampledFrom(m.order).Draw(r, "review")
		p := m.reviews[id]
		may := !p.ended && !slices.ContainsFunc(p.frozen, func(a string) bool { return p.state(a) == "PENDING" })
		_, err := h.reviews.Complete(r.Context(), h.admin, id)
		if (err == nil) != may {
			r.Fatalf("complete: got %v, want that it may: %t", err, may)
		}
		p.ended = p.ended || err == nil
	}
}

func (h *house) decideAny(r *rapid.T, m *machine) {
	if len(m.order) == 0 {
		return
	}
	id := rapid.SampledFrom(m.order).Draw(r, "review")
	p := m.reviews[id]
	if len(p.frozen) == 0 {
		return
	}
	account := rapid.SampledFrom(p.frozen).Draw(r, "account")
	d := review.Decision{Again: rapid.Bool().Draw(r, "again"), Remove: rapid.Bool().Draw(r, "remove")}
	who := rapid.SampledFrom([]caller.Caller{h.ann, h.ann, h.ann, h.bob, h.app}).Draw(r, "who")
	may := !p.ended && who.ID != h.bob.ID && p.state(account) != "GONE" && (p.decided[account] == "" || d.Again)
	if err := h.decide(who, id, account, d); (err == nil) != may {
		r.Fatalf("decide on %s, %s: got %v, want that it may: %t", account, p.state(account), err, may)
	}
	if may {
		p.decided[account] = map[bool]string{true: "REMOVE", false: "KEEP"}[d.Remove]
	}
}

func (h *house) compare(r *rapid.T, m *machine) {
	h.recount()
	for _, id := range m.order {
		got, _ := h.items(h.admin, id, review.ItemQuery{})
		want := m.reviews[id].lines()
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			r.Fatalf("-want +got:\n%s", diff)
		}
		one, err := h.reviews.Get(r.Context(), h.admin, id)
		h.ok(err)
		if want := int64(len(got)); one.Counts.Total() != want {
			r.Fatalf("counts %v of %d", one.Counts, want)
		}
		pending, _ := h.items(h.admin, id, review.ItemQuery{States: []review.ItemState{review.Pending}})
		if int64(len(pending)) != one.Counts[review.Pending] {
			r.Fatalf("%d pending, counted %d", len(pending), one.Counts[review.Pending])
		}
	}
}
