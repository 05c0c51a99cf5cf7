// SPDX-License-Identifier: Apache-2.0

package webhook_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/egress"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/webhook"
)

// holds says whether a request is signed by a secret. The library compares the time with
// the real clock, which these tests move, so the time is looked at apart.
func holds(t *testing.T, g got, secret string) bool {
	t.Helper()
	hook, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	return hook.VerifyIgnoringTimestamp([]byte(g.body), g.header) == nil
}

// TestDelivered is an event from the trail to the receiver and the log.
func TestDelivered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, r := newHouse(t, d), newReceiver(t)
		h.happen(1, 1) // before anybody listens
		r.does(func(w http.ResponseWriter, _ *http.Request, _ got) {
			w.WriteHeader(http.StatusAccepted)
			_, _ = w.Write([]byte("thanks" + strings.Repeat(".", 2000)))
		})
		m := h.create("Alerts", r.URL+"/in?key=hidden", "group.*")
		h.happen(2, 2)
		h.later(time.Second)
		h.pass()
		all := r.requests()
		if diff := cmp.Diff(groups(2, 2), subjects(t, all)); diff != "" {
			t.Fatal(diff)
		}
		g := all[0]
		if !holds(t, g, m.Secret) || g.header.Get("webhook-timestamp") != fmt.Sprint(h.now().Unix()) || strings.Contains(g.header.Get("webhook-signature"), " ") {
			t.Errorf("not signed well: %v", g.header)
		}
		var body struct {
			Type      string         `json:"type"`
			Timestamp time.Time      `json:"timestamp"`
			Data      map[string]any `json:"data"`
		}
		h.ok(json.Unmarshal([]byte(g.body), &body))
		if body.Type != "group.renamed" || !body.Timestamp.Equal(h.now().Add(-time.Second)) || body.Data["summary"] != "ada renamed the group G to Group 2" {
			t.Errorf("got %s", g.body)
		}
		list := h.deliveries(m.ID)
		if len(list) != 2 || list[0].ID != g.id || list[0].State != webhook.Delivered || list[0].Attempts != 1 {
			t.Fatalf("got %+v", list)
		}
		path := "/v1/webhooks/" + m.ID + "/deliveries"
		h.want("ada", "GET "+path+"/"+g.id, "", "200", `"state":"DELIVERED"`, `"status":202`, `"error":null`, `"answer":"thanks...`, `"type":"group.renamed"`)
		if got := h.delivery(m.ID, g.id); got.Body != g.body || len(got.Log) != 1 || len(got.Log[0].Answer) != 1024 {
			t.Errorf("got %+v", got)
		}
		h.want("ada", "GET "+path+"?pageSize=1", "", "200", `"hasNextPage":true`, list[1].ID)
		h.want("ada", "GET "+path+"?statesMatchesAny=FAILED,PENDING", "", "200", `"data":[]`)
		h.want("ada", "GET "+path+"?statesMatchesAny=LOST", "", "400")
		h.want("ada", "GET "+path+"?typesMatchesAny=group.renamed", "", "200", g.id)
		h.pass()
		if again := r.requests(); again != nil {
			t.Errorf("sent again: %v", again)
		}
	})
}

// TestLife is an endpoint from its creation to its end.
func TestLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, r := newHouse(t, d), newReceiver(t)
		m := h.create("Alerts", r.URL+"/secret-path", "group.*")
		path := "/v1/webhooks/" + m.ID
		h.want("ada", "POST /v1/webhooks", `{"name":"Alerts","url":"https://x.example"}`, "409")
		h.want("ada", "POST /v1/webhooks", `{"name":" ","url":"ftp://x","types":["grup.*","test.status_change","*"],"keepDays":0}`, "400",
			`/name`, `/url`, `/types/0`, `did you mean \"group.*\"`, `did you mean \"test.status_changed\"`, `/types/2`, `/keepDays`)
		h.want("ada", "GET "+path, "", "200", `"url":"`+r.URL+`/secret-path"`, `"state":"ENABLED"`, `"disabled":null`, `"keepDays":30`)
		if got := h.want("viewer", "GET "+path, "", "200", `"url":"`+r.URL+`"`); strings.Contains(got, "secret") {
			t.Errorf("a viewer reads %s", got)
		}
		h.want("viewer", "GET /v1/webhooks", "", "200", m.ID)
		h.want("viewer", "POST "+path+"/rotate-secret", "", "403")
		h.want("nobody", "GET "+path, "", "403")
		h.want("other", "GET "+path, "", "404")
		h.want("ada", "PATCH "+path, `{"types":["user.*"],"url":"`+r.URL+`/other","keepDays":7}`, "200", `"types":["user.*"]`, `"keepDays":7`)

		var rotated made
		text := h.want("ada", "POST "+path+"/rotate-secret", "", "200", `"oldSecretUntilDate":"2026-06-01T12:00:00.000Z"`)
		h.ok(json.Unmarshal([]byte(text[4:]), &rotated))
		h.want("ada", "POST "+path+"/test", "", "200", `"type":"webhook.test"`, `"state":"DELIVERED"`, `"status":204`)
		if g := r.requests()[0]; !holds(t, g, m.Secret) || !holds(t, g, rotated.Secret) || m.Secret == rotated.Secret {
			t.Errorf("after a rotation: got %v", g.header)
		}
		h.later(24 * time.Hour)
		h.want("ada", "POST "+path+"/test", "", "200", `"state":"DELIVERED"`)
		if g := r.requests()[0]; holds(t, g, m.Secret) || !holds(t, g, rotated.Secret) {
			t.Errorf("a day after a rotation: got %v", g.header)
		}

		h.want("ada", "POST "+path+"/disable", `{"reason":"it moves"}`, "200", `"state":"DISABLED"`, `"reason":"it moves"`)
		h.want("ada", "POST "+path+"/disable", "", "409")
		h.happen(1, 3)
		h.want("ada", "GET "+path, "", "200", `"behind":7`) // its own changes too
		h.want("ada", "POST "+path+"/enable", `{"missed":"perhaps"}`, "400")
		h.want("ada", "POST "+path+"/enable", "", "200", `"state":"ENABLED"`)
		h.want("ada", "DELETE "+path, "", "204")
		h.want("ada", "GET "+path, "", "404")
		h.ok(h.Purge(t.Context()))
		h.ok(h.Send(t.Context()))
		h.create("Alerts", r.URL) // the name is free
		for _, table := range []string{"webhook_attempt", "webhook_delivery"} {
			if n := h.count(table); n != 0 {
				t.Errorf("%d rows of %s are left", n, table)
			}
		}
		trail := h.trail()
		if strings.Contains(trail, "secret-path") || strings.Contains(trail, "whsec_") || strings.Contains(trail, "/other") {
			t.Errorf("the trail tells secrets: %s", trail)
		}
		for _, want := range []string{`"what":"created"`, `"what":"edited"`, `"what":"secret rotated"`, `"what":"disabled"`, `"what":"enabled"`, `"what":"deleted"`} {
			if !strings.Contains(trail, want) {
				t.Errorf("the trail lacks %s", want)
			}
		}
	})
}

func (h *house) count(table string) (n int64) {
	h.Helper()
	h.ok(h.db.Read(h.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRow(ctx, "SELECT COUNT(*) FROM "+table).Scan(&n)
	}))
	return n
}

// trail answers all entries about webhooks.
func (h *house) trail() string {
	h.Helper()
	var all []string
	h.ok(h.db.Read(h.Context(), func(ctx context.Context, tx *db.Tx) error {
		all = nil
		return tx.Each(ctx, func(row db.Row) error {
			var text string
			err := row.Scan(&text)
			all = append(all, text)
			return err
		}, `SELECT document FROM evidence_entry WHERE kind = 'webhook' ORDER BY id`)
	}))
	return strings.Join(all, "\n")
}

// TestAnHourAway is a receiver that is down for an hour, in the middle of which it does not
// even answer: nothing is lost, nothing is doubled, nothing else waits, and everything is
// there within eleven minutes of its return, in its order.
func TestAnHourAway(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, down, up := newHouse(t, d), newReceiver(t), newReceiver(t)
		m := h.create("Down", down.URL, "group.*")
		h.create("Up", up.URL, "group.*")
		down.does(status(http.StatusServiceUnavailable))
		said := 0
		for minute := range 60 {
			switch minute {
			case 20:
				down.does(func(w http.ResponseWriter, _ *http.Request, _ got) { panic(http.ErrAbortHandler) })
			case 40:
				down.does(status(http.StatusBadGateway))
			}
			h.happen(said+1, 2)
			h.pass()
			if diff := cmp.Diff(groups(said+1, 2), subjects(t, up.requests())); diff != "" {
				t.Fatalf("minute %d, the other receiver: %s", minute, diff)
			}
			said += 2
			if minute == 0 {
				h.want("ada", "GET /v1/webhooks/"+m.ID, "", "200", `"restsUntilDate":"2026-05-31T12:00:05.`, `"failuresOfDay":1`)
			}
			h.later(time.Minute)
		}
		if tries := len(down.requests()); tries < 5 || tries > 15 {
			t.Errorf("the receiver that was down got %d requests", tries)
		}
		h.want("ada", "GET /v1/webhooks/"+m.ID, "", "200", `"pending":120`, `"failingSinceDate":"2026-05-31T12:00:00.000Z"`, `"state":"ENABLED"`,
			`"pendingSinceDate":"2026-05-31T12:00:00.000Z"`, `"lastArrivedDate":null`, `"behind":0`)
		if got := h.want("ada", "GET /v1/webhooks", "", "200"); strings.Count(got, `"failuresOfDay":0`) != 1 || strings.Count(got, `"lastArrivedDate":"2026-05-31T12:59:00.000Z"`) != 1 {
			t.Errorf("after an hour: %s", got)
		}
		down.does(status(http.StatusOK))
		h.later(11 * time.Minute)
		h.pass()
		// The first that is asked is any of those that wait: it looks whether the receiver is back.
		list := down.requests()
		got, ids := subjects(t, list)[1:], map[string]bool{}
		for _, g := range list {
			ids[g.id] = true
		}
		if len(list) != said || len(ids) != said || !slices.IsSortedFunc(got, cmp2) {
			t.Errorf("got %d requests of %d ids: %v", len(list), len(ids), got)
		}
		for _, one := range h.deliveries(m.ID) {
			if one.State != webhook.Delivered {
				t.Errorf("got %+v", one)
			}
		}
		h.want("ada", "GET /v1/webhooks/"+m.ID, "", "200", `"pending":0`, `"failingSinceDate":null`, `"restsUntilDate":null`, `"pendingSinceDate":null`,
			`"lastArrivedDate":"2026-05-31T13:11:00.000Z"`)
		if first := h.delivery(m.ID, h.deliveries(m.ID)[0].ID); len(first.Log) < 2 || first.Log[0].Status != 503 || first.Log[0].Error != "the receiver answered 503" {
			t.Errorf("the log: %+v", first.Log)
		}
	})
}

// cmp2 compares g2 and g10 by number.
func cmp2(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// TestRefusal is one event that the receiver never takes: others go on, it is tried for
// more than a day, then it failed, and a replay sends the same.
func TestRefusal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, r := newHouse(t, d), newReceiver(t)
		m := h.create("Alerts", r.URL, "group.*")
		picky := func(w http.ResponseWriter, _ *http.Request, g got) {
			if g.subject(t) == "g2" {
				w.WriteHeader(http.StatusInternalServerError)
			}
		}
		r.does(picky)
		h.happen(1, 3)
		h.pass()
		if diff := cmp.Diff(groups(1, 3), subjects(t, r.requests())); diff != "" {
			t.Fatal(diff)
		}
		poison := h.deliveries(m.ID)[1]
		h.want("ada", "GET /v1/webhooks/"+m.ID+"/deliveries?statesMatchesAny=PENDING", "", "200", poison.ID, `"summary":"ada renamed the group G to Group 2"`,
			`"lastStatus":500,"lastError":"the receiver answered 500"`)
		h.want("ada", "GET /v1/webhooks/"+m.ID+"/deliveries?statesMatchesAny=DELIVERED", "", "200", `"lastStatus":200,"lastError":null`)
		for i, wait := range webhook.Waits() {
			at := time.UnixMilli(*h.delivery(m.ID, poison.ID).NextAt)
			if left := at.Sub(h.now()); left < wait || left > wait+wait/10 {
				t.Errorf("wait %d is %s, want %s and up to a tenth more", i+1, left, wait)
			}
			h.later(at.Sub(h.now()) - time.Millisecond)
			h.happen(10+i, 1)
			h.pass()
			h.later(time.Millisecond)
			h.pass()
			if diff := cmp.Diff([]string{fmt.Sprint("g", 10+i), "g2"}, subjects(t, r.requests())); diff != "" {
				t.Fatalf("wait %d: %s", i+1, diff)
			}
		}
		failed := h.delivery(m.ID, poison.ID)
		if failed.State != webhook.Failed || failed.NextAt != nil || len(failed.Log) != 11 || failed.Log[10].Error != "the receiver answered 500" {
			t.Errorf("got %+v", failed)
		}
		h.later(48 * time.Hour)
		h.pass()
		h.want("ada", "POST /v1/webhooks/"+m.ID+"/replay", `{"sinceDate":"2026-06-30T00:00:00Z"}`, "200", `"replayed":0`)
		h.want("ada", "POST /v1/webhooks/"+m.ID+"/replay", `{"sinceDate":"2026-05-31T00:00:00Z"}`, "200", `"replayed":1`)
		r.does(status(http.StatusOK))
		h.pass()
		again := r.requests()
		if len(again) != 1 || again[0].id != poison.ID || again[0].body != failed.Body || !holds(t, again[0], m.Secret) {
			t.Errorf("got %+v", again)
		}
		h.want("ada", "POST /v1/webhooks/"+m.ID+"/deliveries/"+poison.ID+"/replay", "", "200", `"state":"PENDING"`, poison.ID)
		h.pass()
		if len(r.requests()) != 1 || h.delivery(m.ID, poison.ID).State != webhook.Delivered {
			t.Error("what has arrived is not sent again though it was asked for")
		}
		if trail := h.trail(); strings.Count(trail, `"what":"replayed"`) != 2 {
			t.Errorf("the trail: %s", trail)
		}
		h.want("ada", "POST /v1/webhooks/"+m.ID+"/deliveries/msg_nothing/replay", "", "404")
	})
}

// TestAnswers are answers with a meaning of their own.
func TestAnswers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, r, elsewhere := newHouse(t, d), newReceiver(t), newReceiver(t)
		m := h.create("Alerts", r.URL, "group.*")
		next := func() time.Duration { return time.UnixMilli(*h.deliveries(m.ID)[0].NextAt).Sub(h.now()) }
		r.does(func(w http.ResponseWriter, _ *http.Request, _ got) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
		})
		h.happen(1, 1)
		h.pass()
		if got := next(); got != time.Hour {
			t.Errorf("Retry-After: the next attempt is in %s", got)
		}
		r.does(func(w http.ResponseWriter, req *http.Request, _ got) {
			http.Redirect(w, req, elsewhere.URL, http.StatusTemporaryRedirect)
		})
		h.later(time.Hour)
		h.pass()
		if len(elsewhere.requests()) != 0 || !strings.Contains(h.delivery(m.ID, h.deliveries(m.ID)[0].ID).Log[1].Error, "redirects are not followed") {
			t.Error("a redirect was followed")
		}
		r.does(status(http.StatusGone))
		h.later(time.Minute)
		h.pass()
		h.want("ada", "GET /v1/webhooks/"+m.ID, "", "200", `"state":"DISABLED"`, `410`)
		if h.deliveries(m.ID)[0].State != webhook.Failed || !strings.Contains(h.trail(), `"what":"stopped"`) {
			t.Error("410 was not heeded")
		}
		h.want("ada", "POST /v1/webhooks/"+m.ID+"/replay", `{"sinceDate":"2026-05-31T00:00:00Z"}`, "409")

		r.does(status(http.StatusOK))
		r.requests()
		h.happen(2, 3) // while it is disabled
		h.pass()
		if got := r.requests(); got != nil {
			t.Errorf("a disabled endpoint got %v", got)
		}
		h.want("ada", "POST /v1/webhooks/"+m.ID+"/enable", "", "200")
		h.pass()
		if diff := cmp.Diff(groups(2, 3), subjects(t, r.requests())); diff != "" {
			t.Errorf("what happened meanwhile: %s", diff)
		}
		h.want("ada", "POST /v1/webhooks/"+m.ID+"/disable", "", "200", "switched off by ada")
		h.happen(5, 3)
		h.want("ada", "POST /v1/webhooks/"+m.ID+"/enable", `{"missed":"skip"}`, "200")
		h.happen(8, 1)
		h.pass()
		if diff := cmp.Diff(groups(8, 1), subjects(t, r.requests())); diff != "" {
			t.Errorf("after skipping: %s", diff)
		}
	})
}

// TestGivenUp is a receiver that is gone without a word: its deliveries fail after a day,
// and after five the endpoint is switched off.
func TestGivenUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, r := newHouse(t, d), newReceiver(t)
		m := h.create("Alerts", r.URL, "group.*")
		r.does(status(http.StatusBadGateway))
		h.happen(1, 1)
		for hour := range 29 {
			if state := h.deliveries(m.ID); hour > 0 && state[0].State != webhook.Pending {
				t.Fatalf("given up after %d hours", hour)
			}
			h.pass()
			h.later(time.Hour)
		}
		if got := h.deliveries(m.ID)[0].State; got != webhook.Failed {
			t.Errorf("got %s", got)
		}
		h.later(96 * time.Hour)
		h.happen(2, 1)
		h.pass()
		h.want("ada", "GET /v1/webhooks/"+m.ID, "", "200", `"state":"DISABLED"`, "nothing has arrived since 2026-05-31T12:00:00.000Z", `"pending":1`)
		r.does(status(http.StatusOK))
		h.want("ada", "POST /v1/webhooks/"+m.ID+"/enable", "", "200", `"failingSinceDate":null`)
		h.pass()
		if got := h.deliveries(m.ID); got[0].State != webhook.Failed || got[1].State != webhook.Delivered {
			t.Errorf("got %+v", got)
		}
	})
}

// TestSlowNextToFast: who takes long makes nobody wait.
func TestSlowNextToFast(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, slow, fast := newHouse(t, d), newReceiver(t), newReceiver(t)
		began, release := make(chan bool, 10), make(chan bool)
		slow.does(func(http.ResponseWriter, *http.Request, got) { began <- true; <-release })
		arrives := make(chan string, 10)
		fast.does(func(_ http.ResponseWriter, _ *http.Request, g got) { arrives <- g.subject(t) })
		s := h.create("Slow", slow.URL, "group.*")
		h.create("Fast", fast.URL, "group.*")
		h.happen(1, 3)
		h.ok(h.Fill(t.Context()))
		sent := make(chan error, 1)
		go func() { sent <- h.Send(t.Context()) }()
		wait(t, began)
		for i := 1; i <= 3; i++ {
			if got := wait(t, arrives); got != fmt.Sprint("g", i) {
				t.Errorf("got %s", got)
			}
		}
		h.happen(4, 1) // taken up by the pass that still waits for the slow one
		h.ok(h.Fill(t.Context()))
		if got := wait(t, arrives); got != "g4" {
			t.Errorf("got %s", got)
		}
		if n := len(slow.requests()); n != 1 {
			t.Errorf("the slow one has %d requests at once", n)
		}
		close(release)
		h.ok(wait(t, sent))
		for _, one := range h.deliveries(s.ID) {
			if one.State != webhook.Delivered {
				t.Errorf("the slow one: got %+v", one)
			}
		}
	})
}

// wait answers what a channel gets.
func wait[T any](t *testing.T, from <-chan T) (got T) {
	t.Helper()
	select {
	case got = <-from:
	case <-time.After(patience):
		t.Fatal("it does not come")
	}
	return got
}

// TestTwoProcesses fill and send side by side: everything is sent once.
func TestTwoProcesses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, r := newHouse(t, d), newReceiver(t)
		const many = 60
		m := h.create("Alerts", r.URL, "group.*")
		h.happen(1, many)
		done := make(chan error, 4)
		for range cap(done) {
			s := h.service()
			go func() {
				err := s.Fill(t.Context())
				if err == nil {
					err = s.Send(t.Context())
				}
				done <- err
			}()
		}
		for range cap(done) {
			h.ok(wait(t, done))
		}
		h.pass()
		ids := map[string]bool{}
		all := r.requests()
		for _, g := range all {
			ids[g.id] = true
		}
		if len(all) != many || len(ids) != many || len(h.deliveries(m.ID)) != many {
			t.Errorf("got %d requests of %d ids and %d deliveries", len(all), len(ids), len(h.deliveries(m.ID)))
		}
	})
}

// TestCutOff is a process that died in the middle of a request: the delivery is sent again
// when the claim has run out, with its old id, and the log says so.
func TestCutOff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, r := newHouse(t, d), newReceiver(t)
		m := h.create("Alerts", r.URL, "group.*")
		h.happen(1, 2)
		h.ok(h.Fill(t.Context()))
		first := h.deliveries(m.ID)[0]
		h.ok(d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return tx.ExecOne(ctx, `UPDATE webhook_delivery SET claim = 'dead', attempts = 1, next_at = $2 WHERE id = $1`,
				first.ID, db.Millis(h.now().Add(30*time.Second)))
		}))
		h.pass()
		if diff := cmp.Diff(groups(2, 1), subjects(t, r.requests())); diff != "" {
			t.Error(diff)
		}
		h.later(31 * time.Second)
		h.pass()
		if all := r.requests(); len(all) != 1 || all[0].id != first.ID {
			t.Errorf("got %v", all)
		}
		if log := h.delivery(m.ID, first.ID).Log; len(log) != 2 || !strings.Contains(log[0].Error, "whether it arrived is not known") || log[1].Status != 204 {
			t.Errorf("the log: %+v", log)
		}
	})
}

// TestWhereItMayGo: addresses inside are refused unless they are allowed, and what went
// wrong is told in words that hold no address.
func TestWhereItMayGo(t *testing.T) {
	d := dbtest.SQLite(t)
	h, r := newHouse(t, d), newReceiver(t)
	m := h.create("Alerts", r.URL+"/in?key=hidden", "group.*")
	h.Post = webhook.NewPoster(egress.Options{}, "test")
	h.want("ada", "POST /v1/webhooks", `{"name":"Plain","url":"http://x.example"}`, "400", "https://")
	h.want("ada", "POST /v1/webhooks", `{"name":"Inside","url":"https://10.1.2.3/x"}`, "400", `/url`, "10.1.2.3 leads to a private address (private), which is refused")
	h.want("ada", "POST /v1/webhooks", `{"name":"Cloud","url":"https://[fe80::1]/x"}`, "400", `/url`, "not public (link-local)")
	got := h.want("ada", "POST /v1/webhooks/"+m.ID+"/test", "", "200", `"state":"FAILED"`, `"status":null`, "leads to a private address (loopback), which is refused")
	_, log, _ := strings.Cut(got, `"log":`)
	if len(r.requests()) != 0 || strings.Contains(log, "hidden") {
		t.Errorf("got %s", got)
	}
	h.Post = webhook.NewPoster(egress.Options{AllowPrivate: true}, "test")
	for url, want := range map[string]string{
		"http://127.0.0.1:1/":     "nobody takes connections there: connection refused",
		"http://nothing.invalid/": "was not found",
	} {
		h.want("ada", "PATCH /v1/webhooks/"+m.ID, `{"url":"`+url+`"}`, "200")
		h.want("ada", "POST /v1/webhooks/"+m.ID+"/test", "", "200", want)
	}
	h.want("ada", "PATCH /v1/webhooks/"+m.ID, `{"url":"http://169.254.169.254/latest/meta-data"}`, "400", "/url", "is not public (link-local)")
}

// TestPurge: the log keeps what ended for as long as it was told to, and what waits.
func TestPurge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, r := newHouse(t, d), newReceiver(t)
		m := h.create("Alerts", r.URL, "group.*")
		h.happen(1, 2)
		h.pass()
		r.does(status(http.StatusBadRequest))
		h.happen(3, 1)
		h.pass()
		h.later(30*24*time.Hour - time.Minute)
		h.ok(h.Purge(t.Context()))
		if n := len(h.deliveries(m.ID)); n != 3 {
			t.Errorf("before the time: %d are left", n)
		}
		h.later(2 * time.Minute)
		h.ok(h.Purge(t.Context()))
		if list := h.deliveries(m.ID); len(list) != 1 || list[0].State != webhook.Pending {
			t.Errorf("after the time: got %+v", list)
		}
		if n := h.count("webhook_attempt"); n != 1 {
			t.Errorf("%d attempts are left", n)
		}
	})
}
