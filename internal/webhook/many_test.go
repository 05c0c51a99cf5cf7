// SPDX-License-Identifier: Apache-2.0

package webhook_test

import (
	"testing"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
)

// TestManyAtOnce fills and sends a thousand events, and says how long both took.
func TestManyAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, r := newHouse(t, d), newReceiver(t)
		m := h.create("Alerts", r.URL, "group.*")
		const many = 1000
		h.happen(1, many)
		began := time.Now()
		h.ok(h.Fill(t.Context()))
		filled := time.Since(began)
		began = time.Now()
		h.ok(h.Send(t.Context()))
		sent := time.Since(began)
		if n := len(r.requests()); n != many {
			t.Errorf("got %d requests", n)
		}
		h.want("ada", "GET /v1/webhooks/"+m.ID, "", "200", `"pending":0`)
		t.Logf("%d events: filled in %s, sent in %s: %.0f a second", many, filled, sent, many/sent.Seconds())
	})
}
