// SPDX-License-Identifier: Apache-2.0

package test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/mail/mailtest"
)

// TestNotifications turns a test by a push, kills the server before the window is over,
// and wants one mail to the test's owner, and one message in Slack, from the next server.
func TestNotifications(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p place) {
		mails, slack := mailtest.Start(t), make(chan string, 100)
		hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			slack <- string(body)
		}))
		t.Cleanup(hook.Close)
		flags := []string{"--mail-url", mails.URL, "--mail-from", "Muster <muster@example.com>", "--allow-private-addresses"}
		build, manage := p.application(t, "Inventory", "build"), p.application(t, "Console", "manage")
		servers := p.definition(t, build, "Server")
		// Their invitations are no notifications: this server mails none.
		n := &notified{server: p.serve(t), t: t}
		admin, owner := n.user("admin@example.com"), n.user("owner@example.com")
		n.stop(t)
		n.server = p.serve(t, flags...)
		n.wait(`SELECT COUNT(*) FROM notify_cursor`, 1) // what happens from here on is told
		n.admin(t, &struct{}{}, "notification", "settings", "--window", "1h")
		push := func(elements ...string) {
			if a := n.call(t, "PUT", "/v1/resources/custom_resource", set(servers, elements...), bearer(n.token(t, build))); a.status != 200 {
				t.Fatalf("push: %s", a)
			}
		}
		push(goodServer)
		n.say(bearer(n.token(t, manage)), 201, "POST", "/v1/tests", sizedTest)
		n.say(admin, 201, "POST", "/v1/notifications/channels",
			`{"name":"#security","url":"`+hook.URL+`/services/secretword","choices":{"test_flips":"now"},"tests":["sized"]}`)
		n.settle()
		n.say(bearer(n.token(t, manage)), 200, "POST", "/v1/tests/sized/set-owner", `{"userId":"owner@example.com"}`)
		push(goodServer, weakServer)
		n.wait(`SELECT COUNT(*) FROM notify_line l JOIN notify_batch b ON b.id = l.batch WHERE b.kind <> 'channel'`, 1)
		n.settle()

		n.kill(t)
		mails.Messages(t, 0)
		n.exec(`UPDATE notify_batch SET next_at = 1 WHERE state = 'open'`) // the hour is over
		n.server = p.serve(t, flags...)
		m := mails.Messages(t, 1)[0]
		if m.To[0] != "owner@example.com" || m.Subject != "[Muster Default] Sized: Needs attention now (was: OK)" {
			t.Errorf("got a mail to %q: %s", m.To, m.Subject)
		}
		for _, want := range []string{"1 new failure: b.", "1 of 2 records fails now.", n.url + "/tests/"} {
			if !strings.Contains(m.Text, want) {
				t.Errorf("%q is not in\n%s", want, m.Text)
			}
		}
		if said := <-slack; !strings.Contains(said, "Needs attention now (was: OK).") {
			t.Errorf("Slack was told %s", said)
		}
		n.wait(`SELECT COUNT(*) FROM notify_batch WHERE state = 'sent'`, 2)
		n.admin(t, &struct{}{}, "notification", "settings", "--window", "0s")
		push(goodServer)
		if m := mails.Messages(t, 2); len(m) != 2 || m[1].Subject != "[Muster Default] Sized: OK now (was: needs attention)" {
			t.Errorf("got %d mails, the last one: %s", len(m), m[len(m)-1].Subject)
		}
		n.say(owner, 403, "PATCH", "/v1/notifications/settings", `{"windowSeconds":1}`)
		n.say(owner, 202, "POST", "/v1/notifications/preferences/test", "")
		if m := mails.Messages(t, 3)[2]; !strings.Contains(m.Text, "Notifications reach you here.") {
			t.Errorf("got %s", m.Text)
		}
		n.wait(`SELECT COUNT(*) FROM notify_batch WHERE state <> 'sent'`, 0)
		if strings.Contains(n.logged(), "secretword") {
			t.Error("the URL of the channel stands in the log")
		}
		n.stop(t)
	})
}

// notified is a server whose notifications are looked at.
type notified struct {
	*server

	t *testing.T
}

// user makes one, with the role that the e-mail begins with if there is such, and answers
// the header of a session.
func (n *notified) user(email string) string {
	n.t.Helper()
	role := "collaborator"
	if strings.HasPrefix(email, "admin") {
		role = "admin"
	}
	var user struct{ ID string }
	n.admin(n.t, &user, "user", "create", "--email", email, "--role", role)
	var link struct{ URL string }
	n.admin(n.t, &link, "user", "invite", user.ID)
	_, token, _ := strings.Cut(link.URL, "#")
	return cookieIn(n.t, n.call(n.t, "POST", "/v1/invitations/accept", `{"token":"`+token+`","password":"`+estatePassword+`"}`))
}

// say sends a request that must be answered by a status.
func (n *notified) say(who string, status int, method, path, body string) {
	n.t.Helper()
	if a := n.call(n.t, method, path, body, who, "Content-Type: application/json"); a.status != status {
		n.t.Fatalf("%s %s: got %s, want %d", method, path, a, status)
	}
}

// wait polls until a count is what it should come to.
func (n *notified) wait(query string, want int) {
	n.t.Helper()
	d := n.openDatabase(n.t)
	defer func() { _ = d.Close() }()
	ctx, cancel := context.WithTimeout(n.t.Context(), patience)
	defer cancel()
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for {
		var got int
		if err := d.QueryRowContext(ctx, query).Scan(&got); err != nil {
			n.t.Fatalf("%s is not %s yet: %v", query, strconv.Itoa(want), err)
		}
		if got == want {
			return
		}
		<-poll.C
	}
}

// settle waits until all that has happened was read.
func (n *notified) settle() {
	n.t.Helper()
	n.wait(`SELECT COUNT(*) FROM evidence_entry e JOIN notify_cursor c ON c.workspace = e.workspace WHERE e.position IS NULL OR e.position >= c.position`, 0)
}

func (n *notified) exec(statement string) {
	n.t.Helper()
	d := n.openDatabase(n.t)
	_, err := d.ExecContext(n.t.Context(), statement)
	if closed := d.Close(); err == nil {
		err = closed
	}
	if err != nil {
		n.t.Fatal(err)
	}
}
