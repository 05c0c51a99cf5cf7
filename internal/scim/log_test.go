// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
)

// A flood is not told request by request, but nothing of it is forgotten: the days
// count every one, the log says how many it leaves out, steps and refusals stay.
func TestAFloodIsCountedAndNotTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c := o.connect("Okta", "okta")
		var clock atomic.Pointer[time.Time]
		stand := func(at time.Time) { clock.Store(&at) }
		stand(time.Now())
		o.Service.Now = func() time.Time { return *clock.Load() }
		const more = 25
		for range toldBurst + more {
			o.provide(c, http.StatusOK, "GET", "/Users?count=0", "")
		}
		o.provide(c, http.StatusNotFound, "GET", "/Users/000000000000000000000000", "")
		o.ok(o.FlushLog(t.Context()))

		if got := o.count(`SELECT COUNT(*) FROM scim_request WHERE status = 200`); got != toldBurst+1 {
			t.Errorf("%d rows, want %d told and one for the rest", got, toldBurst)
		}
		if got := o.count(`SELECT COUNT(*) FROM scim_request WHERE words LIKE $1`, fmt.Sprintf("%%, and %d more requests%%", more-1)); got != 1 {
			t.Errorf("%d rows say how many were left out", got)
		}
		if got := o.count(`SELECT COUNT(*) FROM scim_request WHERE status = 404`); got != 1 {
			t.Errorf("the refusal was told %d times", got)
		}
		one := o.admin(http.StatusOK, "GET", c.path, "")
		days, _ := one["requestsByDay"].([]any)
		today := days[len(days)-1]
		if at(today, "requests") != float64(toldBurst+more+1) || at(today, "failed") != 1.0 {
			t.Errorf("today is %v", today)
		}
		if done := strings.Join(o.stepsDone(one), " "); !strings.Contains(done, stepCredentials) || at(one, "state") != "linked" {
			t.Errorf("steps %s, state %v", done, at(one, "state"))
		}
		stand(clock.Load().Add(time.Second))
		o.provide(c, http.StatusOK, "GET", "/Users?count=0", "")
		o.ok(o.FlushLog(t.Context()))
		if got := o.count(`SELECT COUNT(*) FROM scim_request WHERE status = 200`); got != toldBurst+2 {
			t.Errorf("%d rows: what comes later is told again", got)
		}
	})
}

// What is remembered of a token does not outlive a change of it.
func TestRememberedTokensDieAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c := o.connect("Okta", "okta")
		for range 20 {
			made := o.admin(http.StatusCreated, "POST", c.path+"/tokens", `{}`)
			other := c
			other.token = str(made["token"])
			o.provide(other, http.StatusOK, "GET", "/Users?count=0", "")
			o.admin(http.StatusNoContent, "DELETE", c.path+"/tokens/"+str(made["id"]), "")
			o.provide(other, http.StatusUnauthorized, "GET", "/Users?count=0", "")
		}
		o.provide(c, http.StatusOK, "GET", "/Users?count=0", "")
		o.admin(http.StatusOK, "PATCH", c.path, `{"state":"unlinked"}`)
		o.provide(c, http.StatusForbidden, "GET", "/Users?count=0", "")
	})
}
