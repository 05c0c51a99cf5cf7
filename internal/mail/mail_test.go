// SPDX-License-Identifier: Apache-2.0

package mail_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	netmail "net/mail"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/passmuster/muster/internal/mail"
	"github.com/passmuster/muster/internal/mail/mailtest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

const link = "https://muster.example.com/sign-in?token=abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz=ü"

func TestSend(t *testing.T) {
	server := mailtest.Start(t)
	var log bytes.Buffer
	sender, err := mail.New(mail.Options{
		From:   `"Müster, GmbH" <muster@example.com>`,
		Logger: slog.New(slog.NewTextHandler(&log, nil)),
		Now:    func() time.Time { return time.Date(2027, 2, 3, 4, 5, 6, 0, time.UTC) },
		URL:    server.URL,
	})
	if err != nil {
		t.Fatal(err)
	}
	text := "Grüße!\n\n" + link + "\n.\n..two dots\nFrom here\n" + strings.Repeat("long ", 500) + "\n"
	err = sender.Send(t.Context(), mail.Message{
		HTML:    "<p>Grüße! <a href=\"" + link + "\">Open</a></p>",
		Subject: "Anmelden für Größe & Söhne — 日本語 " + strings.Repeat("und so weiter ", 12),
		Text:    text,
		To:      "Zoë Ångström <zoe@example.com>",
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := sender.Send(t.Context(), mail.Message{Subject: "two", Text: "plain", To: "two@example.com"}); err != nil {
		t.Fatal(err)
	}
	messages := server.Messages(t, 2)
	if len(messages) != 2 {
		t.Fatalf("%d messages", len(messages))
	}
	first, second := messages[0], messages[1]
	checkFirst(t, first, text)
	if second.Text != "plain\n" || second.HTML != "" || second.Subject != "two" {
		t.Errorf("second: %+v", second)
	}
	if first.Header.Get("Message-Id") == second.Header.Get("Message-Id") {
		t.Error("two messages have one id")
	}
	if strings.Contains(log.String(), "zoe@") || !strings.Contains(log.String(), "mail sent") {
		t.Errorf("log: %s", log.String())
	}
}

func checkFirst(t *testing.T, m mailtest.Message, text string) {
	t.Helper()
	type facts struct {
		Agent, Auto, Date, From, FromName, HTML, Subject, Text, To, ToName string
		Envelope                                                           []string
	}
	from, err := netmail.ParseAddress(m.Header.Get("From"))
	if err != nil {
		t.Fatal(err)
	}
	to, err := netmail.ParseAddress(m.Header.Get("To"))
	if err != nil {
		t.Fatal(err)
	}
	got := facts{
		Agent: m.Header.Get("User-Agent") + m.Header.Get("X-Mailer"), Auto: m.Header.Get("Auto-Submitted"), Date: m.Header.Get("Date"),
		From: from.Address, FromName: from.Name, HTML: m.HTML, Subject: m.Subject, Text: m.Text, To: to.Address, ToName: to.Name,
		Envelope: append([]string{m.From}, m.To...),
	}
	want := facts{
		Auto: "auto-generated", Date: "Wed, 03 Feb 2027 04:05:06 +0000", From: "muster@example.com", FromName: "Müster, GmbH",
		HTML:    "<p>Grüße! <a href=\"" + link + "\">Open</a></p>",
		Subject: "Anmelden für Größe & Söhne — 日本語 " + strings.Repeat("und so weiter ", 12),
		Text:    text, To: "zoe@example.com", ToName: "Zoë Ångström",
		Envelope: []string{"muster@example.com", "zoe@example.com"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("delivered (-want +got):\n%s", diff)
	}
	id := m.Header.Get("Message-Id")
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(id, "<") || !strings.HasSuffix(id, "@example.com>") || strings.Contains(m.Data, host) {
		t.Errorf("message id %q, or the message names this machine", id)
	}
	for line := range strings.SplitSeq(m.Data, "\r\n") {
		if len(line) > 998 {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
}

func TestSecurity(t *testing.T) {
	const user, password = "muster@example.com", "p@ss/wörd: #?%"
	cases := []struct {
		name      string
		options   mailtest.Options
		encrypted bool
	}{
		{"STARTTLS, PLAIN", mailtest.Options{Password: password, TLS: mailtest.STARTTLS, User: user}, true},
		{"STARTTLS, LOGIN", mailtest.Options{Password: password, TLS: mailtest.STARTTLS, User: user, Without: []string{"PLAIN"}}, true},
		{"STARTTLS, nobody", mailtest.Options{TLS: mailtest.STARTTLS}, true},
		{"implicit TLS", mailtest.Options{Password: password, TLS: mailtest.Implicit, User: user}, true},
		{"loopback in clear", mailtest.Options{Password: password, User: user}, false},
		{"loopback in clear, LOGIN", mailtest.Options{Password: password, User: user, Without: []string{"PLAIN"}}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			server := mailtest.StartWith(t, c.options)
			sender := server.Sender(t)
			if err := sender.Check(t.Context()); err != nil {
				t.Fatalf("check: %v", err)
			}
			if err := sender.Send(t.Context(), mail.Message{Subject: "s", Text: "t", To: "a@example.com"}); err != nil {
				t.Fatal(err)
			}
			m := server.Messages(t, 1)[0]
			if m.Encrypted != c.encrypted || m.User != c.options.User {
				t.Errorf("encrypted %t, user %q", m.Encrypted, m.User)
			}
		})
	}
}

func TestFailures(t *testing.T) {
	const password = `s3cret-"s3cret`
	message := mail.Message{Subject: "s", Text: "t", To: "a@example.com"}
	plain := mailtest.Start(t)
	starttls := mailtest.StartWith(t, mailtest.Options{Password: password, TLS: mailtest.STARTTLS, User: "muster"})
	noWay := mailtest.StartWith(t, mailtest.Options{Password: password, TLS: mailtest.STARTTLS, User: "muster", Without: []string{"PLAIN", "LOGIN"}})
	cases := []struct {
		name      string
		options   mail.Options
		to        string
		want      []string
		permanent bool
		code      int
	}{
		{
			name: "wrong password", options: mail.Options{Roots: starttls.Roots, URL: swap(t, starttls.URL, `wr0ng-"password`)},
			want: []string{"refused user and password", "535"}, permanent: true, code: 535,
		},
		{
			name: "no password", options: mail.Options{Roots: starttls.Roots, URL: swap(t, starttls.URL, "")},
			want: []string{"refused the sender", "530"}, permanent: true, code: 530,
		},
		{
			name: "no way to authenticate", options: mail.Options{Roots: noWay.Roots, URL: noWay.URL},
			want: []string{"no way to authenticate"},
		},
		{
			name: "certificate of nobody we know", options: mail.Options{URL: starttls.URL},
			want: []string{"certificate"},
		},
		{
			name: "STARTTLS required and not offered", options: mail.Options{URL: plain.URL + "?tls=required"},
			want: []string{"STARTTLS"},
		},
		{
			name: "a server in clear as smtps", options: mail.Options{URL: "smtps" + strings.TrimPrefix(plain.URL, "smtp")},
			want: []string{"TLS"},
		},
		{
			name: "refused recipient", options: mail.Options{URL: plain.URL}, to: mailtest.Refused,
			want: []string{"refused the recipient", "550", "5.1.1"}, permanent: true, code: 550,
		},
		{
			name: "busy recipient", options: mail.Options{URL: plain.URL}, to: mailtest.Busy,
			want: []string{"refused the recipient", "451", "4.3.0"}, code: 451,
		},
		{
			name: "nobody listens", options: mail.Options{URL: "smtp://" + closedPort(t)},
			want: []string{"refused"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.options.From = "muster@example.com"
			sender, err := mail.New(c.options)
			if err != nil {
				t.Fatal(err)
			}
			m := message
			if c.to != "" {
				m.To = c.to
			}
			err = sender.Send(t.Context(), m)
			checkFailure(t, err, c.want, c.code, c.permanent)
		})
	}
	if err := starttls.Sender(t).Send(t.Context(), message); err != nil {
		t.Errorf("after all that: %v", err)
	}
}

func checkFailure(t *testing.T, err error, want []string, code int, permanent bool) {
	t.Helper()
	var failure *mail.Error
	if !errors.As(err, &failure) {
		t.Fatalf("%T: %v", err, err)
	}
	t.Log(err)
	for _, words := range want {
		if !strings.Contains(err.Error(), words) {
			t.Errorf("%v, without %q", err, words)
		}
	}
	if failure.Code != code || failure.Permanent() != permanent {
		t.Errorf("code %d, permanent %t", failure.Code, failure.Permanent())
	}
	for _, secret := range []string{"s3cret", "wr0ng", "d3IwbmctInBhc3N3b3Jk"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the password is in %v", err)
		}
	}
}

// swap answers the URL with another password, or with neither user nor password.
func swap(t *testing.T, text, password string) string {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if password == "" {
		u.User = nil
	} else {
		u.User = url.UserPassword(u.User.Username(), password)
	}
	return u.String()
}

// closedPort answers an address where nobody listens: the test has taken it, so that
// nobody else can.
func closedPort(t *testing.T) string {
	t.Helper()
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err == nil {
		t.Cleanup(func() { _ = syscall.Close(socket) })
		err = syscall.Bind(socket, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	}
	if err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(socket)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port)
}

// TestHanging proves that the context ends a conversation wherever it stands.
func TestHanging(t *testing.T) {
	server := mailtest.Start(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := silent.Close(); err != nil {
			t.Error(err)
		}
	})
	cases := []struct{ name, url, to string }{
		{"no greeting", "smtp://" + silent.Addr().String(), "a@example.com"},
		{"no TLS handshake", "smtps://" + silent.Addr().String(), "a@example.com"},
		{"no answer to a recipient", server.URL, mailtest.Hanging},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			sender, err := mail.New(mail.Options{From: "muster@example.com", URL: c.url})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			start := time.Now()
			err = sender.Send(ctx, mail.Message{Subject: "s", Text: "t", To: c.to})
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
			if took := time.Since(start); took > time.Minute {
				t.Errorf("it took %s", took)
			}
		})
	}
	t.Run("time-out of its own", func(t *testing.T) {
		sender, err := mail.New(mail.Options{From: "muster@example.com", Timeout: 300 * time.Millisecond, URL: cases[0].url})
		if err != nil {
			t.Fatal(err)
		}
		if err := sender.Check(t.Context()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

func TestNilSender(t *testing.T) {
	var sender *mail.Sender
	if sender.Configured() {
		t.Error("nil is configured")
	}
	if err := sender.Send(t.Context(), mail.Message{}); !errors.Is(err, mail.ErrNotConfigured) {
		t.Errorf("send: %v", err)
	}
	if err := sender.Check(t.Context()); !errors.Is(err, mail.ErrNotConfigured) {
		t.Errorf("check: %v", err)
	}
}
