// SPDX-License-Identifier: Apache-2.0

package notify_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/mail"
	"github.com/passmuster/muster/internal/notify"
	"github.com/passmuster/muster/internal/web"
)

// TestOneMailAWindow proves that what happens within a window comes as one mail, once,
// and that nothing is told of before the beginning.
func TestOneMailAWindow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.happen("ada", overdue("test-owen", 7, "long ago"))
		h.pass(time.Hour)
		h.collect() // begins
		h.happen("ada", overdue("test-owen", 2, "web-1", "<b>web-2</b>"))
		h.collect()
		h.pass(4 * time.Minute)
		h.happen("ada", overdue("test-owen", 1, "web-3"), overdue("test-owen-pam", 3, "secret-host"))
		h.collect()
		h.send() // too early
		if got := h.states(); len(got) != 2 || got[0] != "open " {
			t.Fatalf("got %q", got)
		}
		h.open(h.mails.Sender(t)) // whatever dies in between
		h.pass(time.Minute)
		h.send()
		h.send() // once is enough
		m := h.mails.Messages(t, 1)[0]
		if len(h.states()) != 2 || m.To[0] != "owen@example.com" {
			t.Errorf("got %q, %q", h.states(), m.To)
		}
		if want := "[Muster Default] 2 tests"; m.Subject != want {
			t.Errorf("got the subject %q, want %q", m.Subject, want)
		}
		for _, want := range []string{
			"3 failures are past the deadline: web-1, <b>web-2</b> and web-3.", "3 failures are past the deadline: secret-host and 2 more.",
			base + "/tests/test-owen\n", "No more mail of this kind: " + base + "/v1/notifications/unsubscribe?token=v1.",
		} {
			if !strings.Contains(m.Text, want) {
				t.Errorf("%q is not in the text:\n%s", want, m.Text)
			}
		}
		if strings.Contains(m.Text, "long ago") || !strings.Contains(m.HTML, "&lt;b&gt;web-2&lt;/b&gt;") {
			t.Errorf("got %s\n%s", m.Text, m.HTML)
		}
		h.pass(4 * time.Minute)
		h.send()
		m = h.mails.Messages(t, 2)[1]
		if m.To[0] != "pam@example.com" || strings.Contains(m.Text, "secret-host") || !strings.Contains(m.Text, "3 failures are past the deadline.\n") {
			t.Errorf("who has no role reads names: %q %s", m.To, m.Text)
		}
		if diff := cmp.Diff([]string{"sent owen@example.com", "sent pam@example.com"}, h.states()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestAlarmsAboutAccess proves that Admins hear when a directory deactivates many, and
// when the guard of the last Admin refuses something.
func TestAlarmsAboutAccess(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.collect()
		h.happen("ada", evidence.Entry{
			Kind: "directory", Subject: evidence.Subject{Kind: "directory", ID: "d0123456789abcdef0123456", Name: "Okta"},
			Body: map[string]any{"what": "mass deactivation", "deactivated": 6, "users": 20},
		}, evidence.Entry{
			Kind: "lockout", Subject: evidence.Subject{Kind: "user", ID: "0123456789abcdef01234567", Name: "Root"},
			Body: map[string]any{"what": "prevented", "attempt": "provisioning", "reason": "the last"},
		})
		h.collect()
		h.pass(5 * time.Minute)
		h.send()
		m := h.mails.Messages(t, 1)[0]
		if m.To[0] != "ada@example.com" || m.Subject != "[Muster Default] 2 alarms about who can sign in" {
			t.Errorf("got %q to %q, want one mail to the Admin", m.Subject, m.To)
		}
		for _, want := range []string{
			"deactivated an unusual share of its users within an hour: 6 of 20.", base + "/settings/provisioning/d0123456789abcdef0123456\n",
			"changing the account of Root: it would have left the workspace without an Admin who can sign in.", base + "/settings/members\n",
		} {
			if !strings.Contains(m.Text, want) {
				t.Errorf("%q is not in the text:\n%s", want, m.Text)
			}
		}
		if len(h.states()) != 1 {
			t.Errorf("got %q, want that nobody else hears", h.states())
		}
	})
}

// TestMailIsTriedAgain proves that a server that is busy or hangs loses nothing, doubles
// nothing and holds up nobody else's mail for long.
func TestMailIsTriedAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		sender, err := mail.New(mail.Options{From: "Muster <muster@example.com>", Timeout: time.Second, URL: h.mails.URL})
		h.ok(err)
		h.open(sender)
		h.collect()
		h.happen("ada", overdue("test-busy", 1), overdue("test-hanging", 1), overdue("test-owen", 1))
		h.happen("other", stale("Laptops"))
		h.collect()
		h.pass(5 * time.Minute)
		h.send()
		m := h.mails.Messages(t, 2)
		if len(m) != 2 {
			t.Fatalf("%d mails, want those to owen and to the other workspace", len(m))
		}
		waiting := func() string { return fmt.Sprintf("%q", h.states()) }
		if got, want := waiting(), `["ready busy@example.com" "ready hanging@example.com" "sent owen@example.com"]`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		all, _, err := h.Deliveries(t.Context(), h.callers["ada"], notify.Query{Limit: 10, States: []notify.State{notify.Ready}})
		h.ok(err)
		for _, one := range all {
			if one.Tries != 1 || one.Error == "" || *one.NextAt != db.Millis(h.clock.Add(10*time.Second)) {
				t.Errorf("got %+v, want one try, why it failed, and the next in 10 seconds", one)
			}
		}
		h.send() // too early
		for range 40 {
			h.pass(time.Hour)
			h.ok(h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { // hanging costs a second each time
				_, err := tx.Exec(ctx, `UPDATE notify_batch SET next_at = $1 WHERE sent_to = 'hanging@example.com' AND state = 'ready'`, db.Millis(h.clock.Add(time.Hour)))
				return err
			}))
			h.send()
		}
		all, _, err = h.Deliveries(t.Context(), h.callers["ada"], notify.Query{Limit: 10, States: []notify.State{notify.Failed}})
		h.ok(err)
		if len(all) != 1 || all[0].SentTo != "busy@example.com" || !strings.HasPrefix(all[0].Error, "given up after a day: ") {
			t.Errorf("got %+v, want one that was given up", all)
		}
		if n := len(h.mails.Messages(t, 2)); n != 2 {
			t.Errorf("%d mails came, want 2", n)
		}
	})
}

// TestDeathWhileSending proves that a message of which nobody knows whether it arrived is
// sent once more, under the same Message-ID.
func TestDeathWhileSending(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.collect()
		h.happen("ada", overdue("test-owen", 1))
		h.collect()
		h.pass(5 * time.Minute)
		h.send()
		h.ok(h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { // as a process leaves it that dies before the end
			_, err := tx.Exec(ctx, `UPDATE notify_batch SET state = 'sending', content = '', ended_at = NULL, next_at = $1`, db.Millis(h.clock.Add(5*time.Minute)))
			return err
		}))
		h.send() // perhaps it goes on still
		if n := len(h.mails.Messages(t, 1)); n != 1 {
			t.Fatalf("%d mails, want 1", n)
		}
		h.pass(5 * time.Minute)
		h.send()
		h.pass(time.Hour)
		h.send()
		m := h.mails.Messages(t, 2)
		if len(m) != 2 || m[0].Header.Get("Message-ID") != m[1].Header.Get("Message-ID") || m[0].Header.Get("Message-ID") == "" {
			t.Errorf("got %d mails, %q", len(m), m[len(m)-1].Header.Get("Message-ID"))
		}
	})
}

// TestNobodyWhoLeft proves that what waits for somebody who is deactivated, or wants no
// mail, goes nowhere.
func TestNobodyWhoLeft(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	h.collect()
	h.happen("ada", overdue("test-owen", 1))
	h.collect()
	h.gone[h.callers["owen"].ID] = true
	h.happen("ada", overdue("test-owen", 1))
	h.collect()
	h.pass(time.Hour)
	h.send()
	if diff := cmp.Diff([]string{"dropped "}, h.states()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	h.mails.Messages(t, 0)
}

// TestWithoutAWay proves that where nothing can be sent nothing is read or kept, and that
// later begins at the end.
func TestWithoutAWay(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	h.collect()
	h.open(nil)
	h.collect() // forgets
	h.happen("ada", overdue("test-owen", 1), stale("Laptops"))
	if due, err := h.HasNews(t.Context()); due || err != nil {
		t.Errorf("got %v, %v: somebody reads for nobody", due, err)
	}
	h.open(h.mails.Sender(t))
	h.pass(time.Minute)
	h.collect()
	if got := h.states(); len(got) != 0 {
		t.Errorf("got %q of what happened while nothing could be sent", got)
	}
	_, err := h.TestOwn(t.Context(), caller.Caller{Kind: caller.Application})
	h.is(err, fault.Forbidden)
}

func (h *house) is(err error, want fault.Kind) {
	h.Helper()
	if got := fault.KindOf(err); err == nil || got != want {
		h.Errorf("got %v of kind %v, want %v", err, got, want)
	}
}

// TestStorm proves that very many events make one line each for what they are about, and
// a count of the rest.
func TestStorm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.collect()
		var entries []evidence.Entry
		for i := range 700 {
			entries = append(entries, stale(fmt.Sprintf("source-%03d", i)))
		}
		for range 500 {
			entries = append(entries, overdue("test-owen", 10_000, "a", "b"))
		}
		h.happen("ada", entries...)
		h.collect()
		h.pass(5 * time.Minute)
		h.send()
		m := h.mails.Messages(t, 2)
		bodies := m[0].Text + m[1].Text
		for _, want := range []string{"And 675 more.", "5,000,000 failures are past the deadline: a, b and 4,999,998 more."} {
			if !strings.Contains(bodies, want) {
				t.Errorf("%q is not in\n%s", want, bodies)
			}
		}
	})
}

// TestDigest proves that a digest comes at its hour in the zone of the workspace, over the
// change to summer time as well.
func TestDigest(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	h.ok(h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.ExecOne(ctx, `INSERT INTO sla_setting (workspace, zone) VALUES ($1, 'Europe/Berlin')`, h.callers["ada"].Workspace.Number)
	}))
	h.ask("owen", "PATCH", "preferences", `{"email":{"choices":{"overdue":"digest"}}}`, 200, nil)
	h.collect()
	h.clock = time.Date(2026, 3, 28, 20, 0, 0, 0, time.UTC) // the night before the change
	h.happen("ada", overdue("test-owen", 1))
	h.collect()
	h.clock = time.Date(2026, 3, 29, 5, 59, 59, 0, time.UTC)
	h.send()
	h.mails.Messages(t, 0)
	h.clock = time.Date(2026, 3, 29, 6, 0, 0, 0, time.UTC) // 8 o'clock
	h.send()
	if got, want := h.mails.Messages(t, 1)[0].Subject, "[Muster Default] Daily digest: Disks of test-owen: 1 failure is past the deadline"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestUnsubscribe proves that looking at a link changes nothing, that posting to it ends
// mail for its own recipient only, without a session, and that no other token does.
func TestUnsubscribe(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.ask("ada", "PATCH", "settings", `{"windowSeconds":0}`, 200, nil)
		h.collect()
		h.happen("ada", overdue("test-owen-ada", 1))
		h.collect()
		h.send()
		var link string
		for _, m := range h.mails.Messages(t, 2) {
			if m.To[0] == "owen@example.com" {
				link = strings.Trim(m.Header.Get("List-Unsubscribe"), "<>")
				if got := m.Header.Get("List-Unsubscribe-Post"); got != "List-Unsubscribe=One-Click" {
					t.Errorf("got %q", got)
				}
				if !strings.Contains(m.Text, link) {
					t.Errorf("%s is not in the text", link)
				}
			}
		}
		path, found := strings.CutPrefix(link, base+"/v1/notifications/")
		if !found {
			t.Fatalf("got the link %q", link)
		}
		enabled := func(who string) bool {
			var p api.NotificationPreferences
			h.ask(who, "GET", "preferences", "", 200, &p)
			return p.Email.Enabled
		}
		page := h.ask("", "GET", path, "", 200, nil)
		if !enabled("owen") || !strings.Contains(page, "<form method=\"post\"") {
			t.Errorf("a look has ended it: %s", page)
		}
		last := path[len(path)-2]
		for _, wrong := range []string{"unsubscribe", "unsubscribe?token=", "unsubscribe?token=v1.x", path[:len(path)-2] + string(last^1) + path[len(path)-1:]} {
			h.ask("", "POST", wrong, "", 404, nil)
		}
		answer, err := http.Post(h.url+"/v1/notifications/"+path, "application/x-www-form-urlencoded", strings.NewReader("List-Unsubscribe=One-Click"))
		h.ok(err)
		h.ok(answer.Body.Close())
		if answer.StatusCode != http.StatusOK || enabled("owen") || !enabled("ada") {
			t.Errorf("got %d, %v, %v", answer.StatusCode, enabled("owen"), enabled("ada"))
		}
		h.ask("", "POST", path, "", 200, nil) // again
		h.happen("ada", overdue("test-owen", 1))
		h.collect()
		h.send()
		if n := len(h.mails.Messages(t, 2)); n != 2 {
			t.Errorf("%d mails, want none after it", n)
		}
		h.ask("owen", "PATCH", "preferences", `{"email":{"enabled":true}}`, 200, nil)
		if !enabled("owen") {
			t.Error("there is no way back")
		}
	})
}

var webhookURL = regexp.MustCompile(`verysecretword|services/T0`)

// TestSlack proves that channels are told by their choices, that nobody reads a URL again,
// that Slack's wish for a pause is kept, and that a webhook that is gone is switched off.
func TestSlack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.open(nil) // no mail at all
		h.collect()
		h.ask("ada", "PATCH", "settings", `{"windowSeconds":0}`, 200, nil)
		var made api.NotificationChannel
		text := h.ask("ada", "POST", "channels", fmt.Sprintf(`{"name":"#security","url":%q,"choices":{"overdue":"now"},"tests":["test-owen"]}`, h.post.url), 201, &made)
		h.ask("ada", "POST", "channels", fmt.Sprintf(`{"name":"#SECURITY","url":%q}`, h.post.url), 409, nil)
		if !strings.HasSuffix(made.Address, "/…word") || webhookURL.MatchString(text) {
			t.Errorf("got %s", text)
		}
		h.pass(time.Second)
		h.collect()
		h.happen("ada", overdue("test-owen", 2, "<!channel>", "a&b"), overdue("test-pam", 1), stale("Laptops"))
		h.collect()
		h.send()
		got := h.post.got()
		if len(got) != 1 || !strings.Contains(got[0], "&lt;!channel&gt; and a&amp;b") || !strings.Contains(got[0], "<"+base+"/tests/test-owen|") || strings.Contains(got[0], "Laptops") {
			t.Fatalf("got %q", got)
		}
		h.post.answers(429, "slow down", http.Header{"Retry-After": {"90"}})
		h.happen("ada", overdue("test-owen", 1))
		h.collect()
		h.send()
		h.pass(89 * time.Second)
		h.send()
		if n := len(h.post.got()); n != 2 {
			t.Errorf("%d requests, want none before Slack wants one", n)
		}
		h.post.answers(200, "ok", nil)
		h.pass(time.Second)
		h.send()
		h.post.answers(404, "no_service", nil)
		h.happen("ada", overdue("test-owen", 1))
		h.collect()
		h.send()
		h.ask("ada", "GET", "channels/%23security", "", 200, &made)
		if made.Enabled || !strings.Contains(made.OffBecause, "404 no_service") {
			t.Errorf("got %+v", made)
		}
		if diff := cmp.Diff([]string{"sent #security", "sent #security", "failed #security"}, h.states()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		h.ask("ada", "POST", "channels/"+made.ID+"/test", "", 422, nil)
		h.post.answers(200, "ok", nil)
		h.ask("ada", "PATCH", "channels/"+made.ID, `{"enabled":true}`, 200, nil)
		h.ask("ada", "POST", "channels/"+made.ID+"/test", "", 202, nil)
		h.send()
		if got := h.post.got(); !strings.Contains(got[len(got)-1], "Notifications reach you here. ada asked for this message") {
			t.Errorf("got %s", got[len(got)-1])
		}
		h.settled()
		if webhookURL.MatchString(h.log.String()) || webhookURL.MatchString(h.trail()) {
			t.Error("the URL stands in the log or on the trail")
		}
		if !strings.Contains(h.trail(), "notification_channel.disabled") {
			t.Errorf("the trail does not say that the channel was switched off:\n%s", h.trail())
		}
		h.ask("ada", "DELETE", "channels/"+made.ID, "", 204, nil)
	})
}

func (h *house) settled() {
	h.Helper()
	h.ok(h.events.Drain(h.Context()))
}

// trail answers actions, sentences and changes of the default workspace.
func (h *house) trail() string {
	h.Helper()
	events, _, err := h.events.Trail(h.Context(), h.callers["ada"], evidence.TrailFilter{}, evidence.TrailPage{Limit: 100})
	h.ok(err)
	var out strings.Builder
	for _, e := range events {
		fmt.Fprintf(&out, "%s: %s %v\n", e.Action, e.Summary, e.Changes)
	}
	return out.String()
}

// TestPreferences holds preferences to what they say, and each user to their own.
func TestPreferences(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		var p api.NotificationPreferences
		h.ask("owen", "GET", "preferences", "", 200, &p)
		if !p.Email.Enabled || p.Slack != nil || len(p.Email.Choices) != 0 || p.Email.Effective["new_failures"] != "now" || len(p.Categories) != 8 || p.Email.Effective["stale_sources"] != "off" {
			t.Errorf("got %+v", p)
		}
		h.ask("ada", "PATCH", "settings", `{"choices":{"new_failures":"off"},"digestHour":6}`, 200, nil)
		h.ask("owen", "PATCH", "preferences", `{"email":{"choices":{"test_flips":"off","overdue":"digest"}}}`, 200, nil)
		h.ask("owen", "PATCH", "preferences", `{"email":{"choices":{"test_flips":null}}}`, 200, &p)
		if diff := cmp.Diff(api.NotificationChoices{"overdue": "digest"}, p.Email.Choices); diff != "" || p.Email.Effective["new_failures"] != "off" || p.Defaults["overdue"] != "now" {
			t.Errorf("got %+v", p.Email)
		}
		for body, pointer := range map[string]string{
			`{"email":{"choices":{"all":"now"}}}`:        "/email/choices/all",
			`{"email":{"choices":{"overdue":"yearly"}}}`: "/email/choices/overdue",
		} {
			if text := h.ask("owen", "PATCH", "preferences", body, 400, nil); !strings.Contains(text, pointer) {
				t.Errorf("%s: %s does not name %s", body, text, pointer)
			}
		}
		h.ask("owen", "PATCH", "preferences", `{"slack":{"choices":{"overdue":"now"}}}`, 422, nil)
		for _, url := range []string{"", "hooks.slack.com/x", "https://hooks.slack.com", "ftp://hooks.slack.com/x", "https://u:p@hooks.slack.com/x"} {
			h.ask("owen", "PUT", "preferences/slack", fmt.Sprintf(`{"url":%q}`, url), 400, nil)
		}
		h.ask("owen", "PUT", "preferences/slack", fmt.Sprintf(`{"url":%q}`, h.post.url), 200, nil)
		text := h.ask("owen", "PATCH", "preferences", `{"slack":{"choices":{"overdue":"now"}}}`, 200, &p)
		if p.Slack == nil || p.Slack.Choices["overdue"] != "now" || webhookURL.MatchString(text) {
			t.Errorf("got %s", text)
		}
		h.ask("owen", "POST", "preferences/test", "", 202, nil)
		var sent api.NotificationTest
		h.ask("owen", "POST", "preferences/test", "", 202, &sent)
		if len(sent.Deliveries) != 2 || sent.Deliveries[0].State != "open" || sent.Deliveries[1].RecipientName != "Slack of owen" {
			t.Errorf("got %+v", sent)
		}
		h.send()
		for _, one := range sent.Deliveries { // the way of one's own, and nobody else's
			h.ask("owen", "GET", "preferences/deliveries/"+one.ID, "", 200, &one)
			if one.State != "sent" || one.Sections[0].Things[0].Sentences[0] != "Notifications reach you here. owen asked for this message." {
				t.Errorf("got %+v", one)
			}
			h.ask("ada", "GET", "preferences/deliveries/"+one.ID, "", 404, nil)
			h.ask("other", "GET", "deliveries/"+one.ID, "", 404, nil)
			h.ask("owen", "GET", "deliveries/"+one.ID, "", 403, nil)
		}
		if m := h.mails.Messages(t, 1); len(m) != 1 || !strings.HasPrefix(m[0].Subject, "[Muster Default] Notifications reach you here") || len(h.post.got()) != 1 {
			t.Errorf("got %+v, %q", m, h.post.got())
		}
		h.ask("owen", "DELETE", "preferences/slack", "", 204, nil)
		h.ask("owen", "DELETE", "preferences/slack", "", 404, nil)
		h.ask("ada", "PUT", "preferences/tests/test-owen", `{"choice":"follow"}`, 200, &p)
		if diff := cmp.Diff([]api.NotificationTestChoice{{TestID: "test-owen", Name: "Disks of test-owen", Choice: "follow"}}, p.Tests); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		h.ask("owen", "PUT", "preferences/tests/test-ada", `{"choice":"follow"}`, 404, nil) // not his, and he reads no tests
		h.ask("other", "PUT", "preferences/tests/test-owen", `{"choice":"follow"}`, 404, nil)
		h.ask("owen", "PUT", "preferences/tests/test-owen", `{"choice":"mute"}`, 200, nil)
		h.ask("owen", "GET", "settings", "", 403, nil)
		h.ask("owen", "GET", "deliveries", "", 403, nil)
		h.ask("", "GET", "preferences", "", 401, nil)
		h.collect()
		h.happen("ada", overdue("test-owen", 1))
		h.collect()
		h.pass(time.Hour)
		h.send()
		if m := h.mails.Messages(t, 2)[1]; m.To[0] != "ada@example.com" {
			t.Errorf("got a mail to %q, want one to who follows", m.To)
		}
		h.ask("ada", "DELETE", "preferences/tests/test-owen", "", 204, nil)
		var page web.Page[api.NotificationDelivery]
		h.ask("ada", "GET", "deliveries?medium=email&stateMatchesAny=sent&pageSize=1", "", 200, &page)
		if len(page.Results.Data) != 1 || page.Results.Data[0].SentTo != "ada@example.com" || page.Results.Data[0].Lines != 1 {
			t.Errorf("got %+v", page)
		}
		h.ask("other", "GET", "deliveries", "", 200, &page)
		if len(page.Results.Data) != 0 {
			t.Errorf("another workspace reads %+v", page)
		}
	})
}

// TestPurge proves that the log ends, and what waits does not.
func TestPurge(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	h.collect()
	h.happen("ada", overdue("test-owen", 1))
	h.collect()
	h.pass(time.Hour)
	h.send()
	h.happen("ada", overdue("test-busy", 1))
	h.collect()
	h.pass(91 * 24 * time.Hour)
	h.ok(h.Purge(t.Context()))
	if diff := cmp.Diff([]string{"open "}, h.states()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestLogKeepsWhatWasSaid proves that the log says what a message says before and after it
// was sent, and holds nothing by which its recipient could be spoken for.
func TestLogKeepsWhatWasSaid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.collect()
		h.happen("ada", overdue("test-owen", 2, "web-1", "web-2"))
		h.collect()
		var page web.Page[api.NotificationDelivery]
		h.ask("ada", "GET", "deliveries?recipientId="+h.callers["owen"].ID, "", 200, &page)
		if len(page.Results.Data) != 1 || page.Results.Data[0].RecipientName != "owen" || page.Results.Data[0].Sections != nil {
			t.Fatalf("got %+v", page.Results.Data)
		}
		want := []api.NotificationSection{{Title: "Tests", Things: []api.NotificationThing{{
			Name: "Disks of test-owen", Path: "/tests/test-owen", Sentences: []string{"2 failures are past the deadline: web-1 and web-2."},
		}}}}
		said := func() {
			t.Helper()
			var one api.NotificationDelivery
			h.ask("ada", "GET", "deliveries/"+page.Results.Data[0].ID, "", 200, &one)
			if diff := cmp.Diff(want, one.Sections); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
		said()
		h.pass(time.Hour)
		h.send()
		said()
		var content string
		h.ok(h.db.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return tx.QueryRow(ctx, `SELECT content FROM notify_batch`).Scan(&content)
		}))
		if strings.Contains(content, "token=") || strings.Contains(content, "html") {
			t.Errorf("the log holds %s", content)
		}
		h.ask("ada", "GET", "deliveries?recipientId=nobody", "", 200, &page)
		if len(page.Results.Data) != 0 {
			t.Errorf("got %+v", page.Results.Data)
		}
	})
}
