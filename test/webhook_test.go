// SPDX-License-Identifier: Apache-2.0

package test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// hookMessage is a message that a receiver got.
type hookMessage struct {
	body, id string
	Type     string `json:"type"`
	Data     struct {
		Data struct {
			From string `json:"from"`
			To   string `json:"to"`
		} `json:"data"`
		ID      string                `json:"id"`
		Subject struct{ Name string } `json:"subject"`
		Summary string                `json:"summary"`
	} `json:"data"`
}

// listens is a receiver of webhooks whose answers are given by a function.
type listens struct {
	*httptest.Server

	got    chan hookMessage
	secret string // checks signatures once it is set
}

func newListens(t *testing.T, answer func(http.ResponseWriter, hookMessage)) *listens {
	t.Helper()
	l := &listens{got: make(chan hookMessage, 10_000)}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		one := hookMessage{body: string(body), id: r.Header.Get("webhook-id")}
		if err == nil {
			err = json.Unmarshal(body, &one)
		}
		if err == nil && l.secret != "" {
			var hook *standardwebhooks.Webhook
			if hook, err = standardwebhooks.NewWebhook(l.secret); err == nil {
				err = hook.Verify(body, r.Header)
			}
		}
		if err != nil {
			t.Errorf("a message: %v in %s", err, body)
		}
		l.got <- one
		answer(w, one)
	}))
	t.Cleanup(l.Close)
	return l
}

func fine(w http.ResponseWriter, _ hookMessage) { w.WriteHeader(http.StatusNoContent) }

// next answers the next message of a type.
func (l *listens) next(t *testing.T, kind string) hookMessage {
	t.Helper()
	for limit := time.After(patience); ; {
		select {
		case one := <-l.got:
			if one.Type == kind {
				return one
			}
		case <-limit:
			t.Fatalf("there is no %s", kind)
		}
	}
}

// webhook makes one by the command line and answers its id.
func (p place) webhook(t *testing.T, l *listens, name string, types ...string) string {
	t.Helper()
	var made struct{ ID, Secret string }
	args := []string{"webhook", "create", name, l.URL + "/in"}
	if len(types) > 0 {
		args = append(args, "--types", strings.Join(types, ","))
	}
	p.admin(t, &made, args...)
	l.secret = made.Secret
	return made.ID
}

// becomes waits until an administration command prints something.
func (p place) becomes(t *testing.T, want string, args ...string) {
	t.Helper()
	limit := time.After(patience)
	for poll := time.NewTicker(200 * time.Millisecond); ; {
		out := string(p.run(t, append([]string{"admin", "--json"}, args...)...))
		if strings.Contains(out, want) {
			poll.Stop()
			return
		}
		select {
		case <-poll.C:
		case <-limit:
			t.Fatalf("muster admin %s: got %s, want %s", strings.Join(args, " "), out, want)
		}
	}
}

// TestWebhooks is all of the way: a push turns a test, and receivers are told, whatever
// becomes of them and of the server.
func TestWebhooks(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p place) {
		const private = "--allow-private-addresses"
		build, manage := p.application(t, "Inventory", "build"), p.application(t, "Console", "manage")
		resource := p.definition(t, build, "Server")
		s := p.serve(t, private)
		push := func(records ...string) {
			t.Helper()
			if a := s.call(t, "PUT", "/v1/resources/custom_resource", set(resource, records...), bearer(s.token(t, build))); a.status != 200 {
				t.Fatal(a)
			}
		}
		push(goodServer)
		if a := s.call(t, "POST", "/v1/tests", sizedTest, bearer(s.token(t, manage))); a.status != 201 {
			t.Fatal(a)
		}
		fast, gone := newListens(t, fine), newListens(t, func(w http.ResponseWriter, _ hookMessage) { w.WriteHeader(http.StatusGone) })
		hold := make(chan bool)
		slow := newListens(t, func(http.ResponseWriter, hookMessage) { <-hold })
		p.webhook(t, slow, "slow", "test.status_changed", "control.created")
		p.webhook(t, fast, "fast")
		goneID := p.webhook(t, gone, "gone", "test.status_changed")

		// A field that should not be there, as people push it, shows in no body.
		const password = "hunter2-XyZzY"
		weak := strings.Replace(weakServer, `"active":`, `"note":"password=`+password+`","active":`, 1)
		if weak == weakServer {
			t.Fatal("the record has no note")
		}
		push(goodServer, weak)
		changed := fast.next(t, "test.status_changed")
		if changed.Data.Data.From != "OK" || changed.Data.Data.To != "NEEDS_ATTENTION" || !strings.HasPrefix(changed.id, "msg_") {
			t.Errorf("got %+v", changed)
		}
		if strings.Contains(changed.body, password) {
			t.Errorf("a message tells a secret: %s", changed.body)
		}
		slow.next(t, "test.status_changed") // which waits for its answer
		gone.next(t, "test.status_changed")
		p.becomes(t, `"state":"DISABLED"`, "webhook", "show", goneID)
		fast.next(t, "webhook.stopped")

		// The server dies with the slow request open. What others had does not come again.
		control := func(n int) {
			t.Helper()
			a := s.call(t, "POST", "/v1/controls", fmt.Sprintf(`{"externalId":"C-%d","name":"Control %d","description":"d","effectiveDate":"2026-01-01T00:00:00Z","domain":"PRIVACY"}`, n, n), bearer(s.token(t, manage)))
			if a.status != 201 {
				t.Fatal(a)
			}
		}
		const many = 30
		for n := range many {
			control(n)
		}
		fast.next(t, "control.created") // some are on their way
		s.kill(t)
		close(hold)
		s = p.serve(t, private)
		p.expire(t)
		seen, ids := map[string]int{}, map[string]bool{}
		for len(seen) < many-1 { // one has been read above
			one := fast.next(t, "control.created")
			seen[one.Data.ID]++
			ids[one.id] = true
			if strings.Contains(one.body, password) {
				t.Errorf("a message tells a secret: %s", one.body)
			}
		}
		twice := 0
		for _, times := range seen {
			twice += times - 1
		}
		if twice > 1 || len(ids) != len(seen) {
			t.Errorf("%d came again, with %d ids for %d events", twice, len(ids), len(seen))
		}
		again := slow.next(t, "control.created") // after the one that was cut off, under its old id
		if again.id == "" {
			t.Error("there is no id")
		}
		p.becomes(t, "[]", "webhook", "deliveries", "slow", "--state", "PENDING")
		p.becomes(t, "[]", "webhook", "deliveries", "fast", "--state", "FAILED")
		s.stop(t)
	})
}

// expire ends the leases and claims of a server that was killed, as half a minute would.
func (p place) expire(t *testing.T) {
	t.Helper()
	d := p.openDatabase(t)
	defer func() { _ = d.Close() }()
	for _, statement := range []string{`UPDATE jobs_lease SET until = 0`, `UPDATE webhook_delivery SET next_at = 0 WHERE claim <> ''`} {
		if _, err := d.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}
