// SPDX-License-Identifier: Apache-2.0

package program_test

import (
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/program"
)

// TestStatusOfAControl is the table of the contract, with its edges.
func TestStatusOfAControl(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.push(h.servers, server("good", true, 16), server("bad", false, 4))
		all := `"passWhen":{"field":"active","op":"exists"}`
		none := `"passWhen":{"field":"active","op":"equals","value":true},"scope":{"field":"memory","op":"gt","value":99}`
		h.test("ok", all)
		h.test("ok-too", all)
		h.test("fails")
		h.test("nothing", none)
		h.test("stale", all, `"freshness":"1h"`)
		h.test("off", all)
		_, err := h.tests.Deactivate(t.Context(), h.manager, "off", assessment.Pause{Reason: "for now"})
		h.ok(err)
		h.clock = h.clock.Add(2 * time.Hour) // the push is stale now
		for i, c := range []struct {
			tests  string
			status program.Status
			want   program.Tally
		}{
			{`[]`, program.NoEvidenceMapped, program.Tally{}},
			{`["ok"]`, program.Completed, program.Tally{TestsMapped: 1, TestsPassing: 1, TestsTotal: 1}},
			{`["ok","ok-too"]`, program.Completed, program.Tally{TestsMapped: 2, TestsPassing: 2, TestsTotal: 2}},
			{`["ok","fails"]`, program.InProgress, program.Tally{TestsMapped: 2, TestsPassing: 1, TestsTotal: 2}},
			{`["fails"]`, program.NotStarted, program.Tally{TestsMapped: 1, TestsTotal: 1}},
			{`["ok","stale"]`, program.InProgress, program.Tally{TestsMapped: 2, TestsPassing: 1, TestsTotal: 2}},
			{`["stale"]`, program.NotStarted, program.Tally{TestsMapped: 1, TestsTotal: 1}},
			{`["ok","off","nothing"]`, program.Completed, program.Tally{TestsMapped: 3, TestsPassing: 1, TestsTotal: 1}},
			{`["off","nothing"]`, program.NotStarted, program.Tally{TestsMapped: 2}},
		} {
			t.Run(c.tests, func(t *testing.T) {
				got := h.detail(h.control("c"+strconv.Itoa(i), `"tests":`+c.tests).ID).Tally
				if got != c.want || got.Status() != c.status {
					t.Errorf("got %s %+v, want %s %+v", got.Status(), got, c.status, c.want)
				}
			})
		}
	})
}

// recount counts a framework over as the contract has it, from what single
// requests answer.
func (h *house) recount(ref string) (c program.Counters) {
	h.t.Helper()
	f := h.framework(ref)
	controls, tests := map[string]bool{}, map[string]assessment.Status{}
	for _, list := range f.Controls {
		for _, control := range list {
			if controls[control.ID] {
				continue
			}
			controls[control.ID] = true
			passing, counted := 0, 0
			own, _, err := h.TestsOf(h.t.Context(), h.manager, control.ID, "", 1000)
			h.ok(err)
			for _, t := range own {
				got, err := h.tests.Get(h.t.Context(), h.manager, t.ID)
				h.ok(err)
				tests[t.ID] = got.Status
				if got.Status == "DEACTIVATED" || got.Status == "NOT_APPLICABLE" {
					continue
				}
				counted++
				if got.Status == "OK" {
					passing++
				}
			}
			if passing > 0 && passing == counted {
				c.ControlsCompleted++
			}
		}
	}
	c.ControlsTotal, c.TestsMapped = len(controls), len(tests)
	for _, status := range tests {
		switch status {
		case "OK":
			c.TestsPassing++
			c.TestsTotal++
		case "NEEDS_ATTENTION", "INVALID", "IN_PROGRESS":
			c.TestsTotal++
		}
	}
	return c
}

// TestCountersAreARecount does what people do, in a random order, and counts over
// after each step.
func TestCountersAreARecount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		random := rand.New(rand.NewPCG(20260228, 1))
		h.ok2(h.CreateFramework(t.Context(), h.manager, []byte(`{"slug":"acme","name":"Acme","categories":[{"ref":"A","name":"a","requirements":[
			{"ref":"R1","name":"one"},{"ref":"R2","name":"two","requirements":[{"ref":"R2a","name":"finer"}]}]}]}`)))
		for _, name := range []string{"c0", "c1", "c2", "c3", "c4"} {
			h.control(name)
		}
		for i, more := range []string{
			`"reducer":"all"`, `"freshness":"2h"`, `"onEmpty":"pass"`, `"scope":{"field":"memory","op":"gt","value":8}`, `"reducer":{"atMostFailing":1}`, `"reducer":"any"`,
		} {
			h.test("t"+strconv.Itoa(i), more)
		}
		for step := range 40 {
			h.step(random)
			list, _, err := h.Frameworks(t.Context(), h.manager, "", 100)
			h.ok(err)
			for _, f := range list {
				if f.ID != "acme" && f.ID != "soc2" {
					continue
				}
				if got, want := f.Counters, h.recount(f.ID); got != want {
					t.Fatalf("step %d: %s counts %+v, a recount %+v", step, f.ID, got, want)
				}
			}
		}
	})
}

func (h *house) ok2(_ program.FrameworkDetail, err error) {
	h.t.Helper()
	h.ok(err)
}

// step does one thing; what is refused changes nothing, which is as good.
func (h *house) step(random *rand.Rand) {
	h.t.Helper()
	ctx, control, test := h.t.Context(), "c"+strconv.Itoa(random.IntN(5)), "t"+strconv.Itoa(random.IntN(6))
	place := []string{"acme/R1", "acme/R2", "acme/R2a", "soc2/CC6.1"}[random.IntN(4)]
	framework, requirement := place[:4], place[5:]
	switch random.IntN(9) {
	case 0, 1:
		_, _, err := h.AddTest(ctx, h.manager, control, test)
		h.ok(err)
	case 2:
		_ = h.RemoveTest(ctx, h.manager, control, test)
	case 3, 4:
		_, err := h.MapRequirement(ctx, h.manager, framework, requirement, control)
		h.ok(err)
	case 5:
		_ = h.UnmapRequirement(ctx, h.manager, framework, requirement, control)
	case 6:
		h.push(h.servers, server("a", random.IntN(2) == 0, random.IntN(20)), server("b", random.IntN(2) == 0, random.IntN(20)))
	case 7:
		if _, err := h.tests.Deactivate(ctx, h.manager, test, assessment.Pause{Reason: "for now"}); random.IntN(2) == 0 {
			h.ok(err)
			_, err = h.tests.Reactivate(ctx, h.manager, test)
			h.ok(err)
		}
	case 8:
		h.clock = h.clock.Add(time.Hour)
	}
}
