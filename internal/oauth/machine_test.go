// SPDX-License-Identifier: Apache-2.0

package oauth_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/oauth"
)

// modelCode, modelRefresh and model say what a connection must do, as slowly and
// plainly as the contract does.
type modelCode struct {
	value   string
	expires time.Time
	minted  int // the family that it minted; 0: none
	spent   bool
}

type modelRefresh struct {
	value      string
	family     int
	generation int
	ends       time.Time // zero: not in sight
}

type model struct {
	access      string // the newest access token
	accessEnds  time.Time
	codes       []*modelCode
	connected   bool
	everythere  bool // there has been a connection
	families    int
	family      int // that lives
	generation  int
	reason      oauth.Reason
	refreshes   []*modelRefresh
	accessAlive bool
}

func (m *model) end(reason oauth.Reason) { m.connected, m.accessAlive, m.reason = false, false, reason }

func (m *model) mint(now time.Time, held tokens) {
	m.access, m.accessEnds, m.accessAlive = held.access, now.Add(time.Hour), true
	m.refreshes = append(m.refreshes, &modelRefresh{value: held.refresh, family: m.family, generation: m.generation})
}

// redeem answers whether tokens are due; good says that the request fits the code.
func (m *model) redeem(c *modelCode, now time.Time, good bool) bool {
	if c.spent {
		if c.minted != 0 && c.minted == m.family && m.connected {
			m.end(oauth.CodeReused)
		}
		return false
	}
	c.spent = true
	if !good || !now.Before(c.expires) {
		return false
	}
	m.families++
	m.family, m.generation, m.connected, m.everythere, m.reason = m.families, 0, true, true, ""
	c.minted = m.family
	return true
}

func (m *model) refresh(r *modelRefresh, now time.Time) bool {
	switch {
	case !m.connected || r.family != m.family:
		return false
	case !r.ends.IsZero() && !now.Before(r.ends):
		m.end(oauth.RefreshReused)
		return false
	}
	if r.generation == m.generation {
		for _, old := range m.refreshes {
			if old.family == m.family && old.generation == m.generation-1 {
				old.ends = now.Add(3 * time.Hour)
			}
		}
		m.generation++
	}
	return true
}

// TestMachineOfConnections lets a partner, a customer and a thief do things in
// any order, and holds what works against the model.
func TestMachineOfConnections(t *testing.T) {
	e := startEstate(t, dbtest.SQLite(t))
	sources := 0
	rapid.Check(t, func(rt *rapid.T) {
		sources++
		run := &machine{estate: e, model: &model{}, source: fmt.Sprintf("acct_%d", sources), t: t}
		for range rapid.IntRange(5, 40).Draw(rt, "steps") {
			run.step(rt)
			run.check(rt)
		}
	})
}

type machine struct {
	*estate
	*model
	source string
	t      *testing.T
}

func (x *machine) step(rt *rapid.T) {
	steps := []func(*rapid.T){x.allow, x.pass, x.pass}
	if len(x.codes) > 0 {
		steps = append(steps, x.useCode, x.useCode)
	}
	if len(x.refreshes) > 0 {
		steps = append(steps, x.useRefresh, x.useRefresh, x.useRefresh, x.useRefresh, x.suspend)
	}
	if x.everythere {
		steps = append(steps, x.leave)
	}
	rapid.SampledFrom(steps).Draw(rt, "step")(rt)
}

func (x *machine) allow(*rapid.T) {
	code := x.consent(x.t, "ada", "source_id", x.source)
	x.codes = append(x.codes, &modelCode{value: code, expires: x.clock.now().Truncate(time.Millisecond).Add(30 * time.Second)})
}

func (x *machine) pass(rt *rapid.T) {
	x.clock.pass(rapid.SampledFrom([]time.Duration{
		time.Millisecond, 29 * time.Second, time.Minute, time.Hour - time.Millisecond, time.Hour, 2 * time.Hour, 3 * time.Hour,
	}).Draw(rt, "time"))
}

// granted compares an answer with what was due.
func (x *machine) granted(rt *rapid.T, got answer, due bool) {
	if due != (got.status == http.StatusOK) {
		rt.Fatalf("got %d %s, due: %t", got.status, got.body, due)
	}
	if due {
		x.mint(x.clock.now(), x.tokensOf(x.t, got))
	} else if got.json(x.t)["error"] != "invalid_grant" {
		rt.Fatalf("got %s", got.body)
	}
}

func (x *machine) useCode(rt *rapid.T) {
	c := rapid.SampledFrom(x.codes).Draw(rt, "code")
	source, good := x.source, true
	if rapid.IntRange(0, 4).Draw(rt, "wrong") == 4 {
		source, good = "another", false
	}
	due := x.model.redeem(c, x.clock.now(), good)
	x.granted(rt, x.send(x.t, "/oauth/token", x.partner.redeeming(c.value, "source_id", source)), due)
}

func (x *machine) useRefresh(rt *rapid.T) {
	// The newest ones are what clients use.
	list := x.refreshes
	if rapid.Bool().Draw(rt, "recent") {
		list = list[max(0, len(list)-2):]
	}
	r := rapid.SampledFrom(list).Draw(rt, "refresh token")
	due := x.model.refresh(r, x.clock.now())
	x.granted(rt, x.send(x.t, "/oauth/token", x.partner.refreshing(r.value)), due)
}

func (x *machine) suspend(rt *rapid.T) {
	r := rapid.SampledFrom(x.refreshes).Draw(rt, "suspended")
	if x.connected && r.family == x.family && (r.ends.IsZero() || x.clock.now().Before(r.ends)) {
		x.end(oauth.PartnerLeft)
	}
	if got := x.send(x.t, "/v1/oauth/token/suspend", x.partner.ask("token", r.value)); got.status != http.StatusOK {
		rt.Fatalf("got %d %s", got.status, got.body)
	}
}

func (x *machine) leave(rt *rapid.T) {
	n := x.connection(x.t, x.customer, x.source)
	if x.connected || x.reason != oauth.PartnerLeft {
		x.end(oauth.CustomerLeft)
	}
	if err := x.Disconnect(x.t.Context(), x.customer, string(n.Application), string(n.ID)); err != nil {
		rt.Fatal(err)
	}
}

// check holds the newest access token and the connection against the model.
func (x *machine) check(rt *rapid.T) {
	if !x.everythere {
		return
	}
	works := x.call(x.t, x.access) == http.StatusOK
	if want := x.accessAlive && x.clock.now().Before(x.accessEnds); works != want {
		rt.Fatalf("the access token works: %t, want %t", works, want)
	}
	n := x.connection(x.t, x.customer, x.source)
	if (n.State == oauth.Connected) != x.connected || n.Reason != x.reason {
		rt.Fatalf("got %s %q, want connected %t %q", n.State, n.Reason, x.connected, x.reason)
	}
}
