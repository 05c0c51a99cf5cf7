// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
)

// Requests that fail are news once, until an hour was without one; what providers mean to
// fail is none.
func TestErrorsAreToldOnceAnEpisode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c := o.connect("Okta", "okta")
		var clock atomic.Pointer[time.Time]
		stand := func(at time.Time) { clock.Store(&at) }
		stand(time.Now())
		o.Service.Now = func() time.Time { return *clock.Load() }
		told := func(want int64) {
			t.Helper()
			o.ok(o.FlushLog(t.Context()))
			if got := o.count(`SELECT COUNT(*) FROM evidence_entry WHERE action = 'directory.error'`); got != want {
				t.Errorf("told %d times, want %d", got, want)
			}
		}
		o.provide(c, http.StatusNotFound, "GET", "/Users/000000000000000000000000", "")
		told(0)
		for range 3 {
			o.provide(c, http.StatusBadRequest, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]}`)
		}
		told(1)
		stand(clock.Load().Add(50 * time.Minute))
		o.provide(c, http.StatusBadRequest, "POST", "/Users", `{}`)
		told(1)
		stand(clock.Load().Add(50 * time.Minute)) // it never was calm for an hour
		o.provide(c, http.StatusBadRequest, "POST", "/Users", `{}`)
		told(1)
		stand(clock.Load().Add(2 * time.Hour))
		o.provide(c, http.StatusBadRequest, "POST", "/Users", `{}`)
		told(2)
	})
}
