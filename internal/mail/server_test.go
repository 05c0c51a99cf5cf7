// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseServer(t *testing.T) {
	cases := []struct {
		url  string
		want server
	}{
		{"smtp://mail.example.com", server{host: "mail.example.com", port: "587", security: startTLS}},
		{"smtp://mail.example.com:25/", server{host: "mail.example.com", port: "25", security: startTLS}},
		{"smtp://mail.example.com?tls=required", server{host: "mail.example.com", port: "587", security: startTLS}},
		{"smtp://mail.internal:25?tls=none", server{host: "mail.internal", port: "25", security: inClear}},
		{"smtp://u:p@mail.example.com", server{host: "mail.example.com", port: "587", security: startTLS, user: "u", password: "p"}},
		{"smtp://u%40example.com:p%2F%3A%40@mail.example.com", server{
			host: "mail.example.com", port: "587", security: startTLS, user: "u@example.com", password: "p/:@",
		}},
		{"smtps://u:p@mail.example.com", server{host: "mail.example.com", port: "465", security: implicitTLS, user: "u", password: "p"}},
		{"smtps://[2001:db8::1]:4650", server{host: "2001:db8::1", port: "4650", security: implicitTLS}},
		{"smtp://localhost:25", server{host: "localhost", port: "25", security: inClear}},
		{"smtp://u:p@127.0.0.1:25", server{host: "127.0.0.1", port: "25", security: inClear, user: "u", password: "p"}},
		{"smtp://[::1]:25", server{host: "::1", port: "25", security: inClear}},
		{"smtp://u:p@localhost:25?tls=required", server{host: "localhost", port: "25", security: startTLS, user: "u", password: "p"}},
	}
	for _, c := range cases {
		got, err := parseServer(c.url)
		if err != nil {
			t.Errorf("%s: %v", c.url, err)
			continue
		}
		if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(server{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.url, diff)
		}
		if got.password != "" && strings.Contains(fmt.Sprint(got), got.password+"@") {
			t.Errorf("printed with its password: %v", got)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	const from = "muster@example.com"
	cases := []struct{ name, url, from, want string }{
		{"empty", "", from, "the URL is empty"},
		{"scheme", "https://u:hunter2@mail.example.com", from, "scheme smtp or smtps"},
		{"no scheme", "mail.example.com:25", from, "scheme smtp or smtps"},
		{"percent", "smtp://u:hunter2%zz@mail.example.com", from, "percent-encoded"},
		{"hash in the password", "smtp://u:hunter2#x@mail.example.com", from, "percent-encoded"},
		{"slash in the password", "smtp://u:hunter2/x@mail.example.com", from, "percent-encoded"},
		{"no host", "smtp://u:hunter2@", from, "names no host"},
		{"path", "smtp://u:hunter2@mail.example.com/in", from, "behind the host"},
		{"port", "smtp://u:hunter2@mail.example.com:70000", from, "between 1 and 65535"},
		{"port 0", "smtp://mail.example.com:0", from, "between 1 and 65535"},
		{"user alone", "smtp://hunter2@mail.example.com", from, "both user and password"},
		{"password alone", "smtp://:hunter2@mail.example.com", from, "both user and password"},
		{"password in clear", "smtp://u:hunter2@mail.example.com?tls=none", from, "would cross the network in clear"},
		{"password in clear to 127.0.0.1 by another name", "smtp://u:hunter2@localhost.example.com?tls=none", from, "would cross the network in clear"},
		{"control character", "smtp://u:hunter2%0D%0A@mail.example.com", from, "control character"},
		{"mode", "smtp://u:hunter2@mail.example.com?tls=maybe", from, "?tls= is required"},
		{"empty mode", "smtp://u:hunter2@mail.example.com?tls=", from, "?tls= is required"},
		{"parameter", "smtp://u:hunter2@mail.example.com?TLS=none", from, "tls=required or tls=none"},
		{"parameter twice", "smtp://mail.example.com?tls=none&tls=required", from, "tls=required or tls=none"},
		{"smtps with a mode", "smtps://u:hunter2@mail.example.com?tls=none", from, "takes no ?tls="},
		{"no sender", "smtp://mail.example.com", "", "sender of mail: there is no address"},
		{"two senders", "smtp://mail.example.com", "a@example.com, b@example.com", "not one mail address"},
		{"comma in a name", "smtp://mail.example.com", "Muster, Inc <a@example.com>", "not one mail address"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			sender, err := New(Options{From: c.from, URL: c.url})
			if err == nil || sender != nil {
				t.Fatalf("got %v, %v", sender, err)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %q, want %q in it", err, c.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the password is in %q", err)
			}
		})
	}
}

func TestComposeRefuses(t *testing.T) {
	sender, err := New(Options{From: "muster@example.com", URL: "smtp://localhost"})
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name, want string
		message    Message
	}{
		{"header by subject", "line break", Message{Subject: "a\r\nBcc: x@example.com", Text: "t", To: "a@example.com"}},
		{"header by LF", "line break", Message{Subject: "a\nb", Text: "t", To: "a@example.com"}},
		{"header by recipient", "line break", Message{Subject: "a", Text: "t", To: "a@example.com\r\nBcc: x@example.com"}},
		{"header by encoded name", "not one mail address", Message{Subject: "a", Text: "t", To: "=?utf-8?q?a=0D=0ABcc:_x?= <a@example.com>"}},
		{"command by quotes", "quotes", Message{Subject: "a", Text: "t", To: `"a> NOTIFY=NEVER <b"@example.com`}},
		{"two recipients", "not one mail address", Message{Subject: "a", Text: "t", To: "a@example.com, b@example.com"}},
		{"group", "not one mail address", Message{Subject: "a", Text: "t", To: "g: a@example.com, b@example.com;"}},
		{"two at signs", "quotes", Message{Subject: "a", Text: "t", To: `"a@b"@example.com`}},
		{"no recipient", "there is no address", Message{Subject: "a", Text: "t"}},
		{"not UTF-8", "not valid UTF-8", Message{Subject: "a\xff", Text: "t", To: "a@example.com"}},
		{"text not UTF-8", "not valid UTF-8", Message{Subject: "a", Text: "t\xff", To: "a@example.com"}},
		{"no subject", "1 to 500", Message{Text: "t", To: "a@example.com"}},
		{"long subject", "1 to 500", Message{Subject: strings.Repeat("a", 501), Text: "t", To: "a@example.com"}},
		{"no text", "empty", Message{Subject: "a", To: "a@example.com"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := sender.Send(t.Context(), c.message)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
		})
	}
}

// FuzzParseAddress holds every address that is taken to one recipient and one line.
func FuzzParseAddress(f *testing.F) {
	for _, seed := range []string{"a@example.com", "A B <a@example.com>", `"x" <a@b>`, "=?utf-8?q?a=0D?= <a@b>", "g: a@b;", `"a\"b"@c`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		address, err := parseAddress(text)
		if err != nil {
			return
		}
		if strings.ContainsAny(address.Address, "\r\n <>\"") || strings.ContainsAny(address.Name, "\r\n") {
			t.Fatalf("%q became %q", text, address)
		}
		again, err := parseAddress(address.String())
		if err != nil || *again != *address {
			t.Fatalf("%q became %q, read again %v, %v", text, address, again, err)
		}
	})
}
