// SPDX-License-Identifier: Apache-2.0

package mailtest

import (
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Message is one that the server took.
type Message struct {
	Data      string      // as it came
	Encrypted bool        // it came over TLS
	From      string      // of the envelope
	HTML      string      // decoded, lines end in LF; "" for none
	Header    mail.Header // as it came
	Subject   string      // decoded
	Text      string      // decoded, lines end in LF
	To        []string    // of the envelope
	User      string      // who authenticated, "" for nobody
}

// Messages waits until n messages have arrived since the start and answers all of
// them, oldest first. Not for several goroutines at once.
func (s *Server) Messages(t testing.TB, n int) []Message {
	t.Helper()
	for len(s.came) < n || len(s.arrivals) > 0 {
		select {
		case line, ok := <-s.arrivals:
			if !ok {
				t.Fatalf("the mail server ended; %d of %d messages came", len(s.came), n)
			}
			s.came = append(s.came, parse(t, line))
		case <-time.After(patience):
			t.Fatalf("%d of %d messages came within %s", len(s.came), n, patience)
		}
	}
	return s.came
}

// parse reads a message by the standard library, so that it is another reader than
// the writer under test.
func parse(t testing.TB, line url.Values) Message {
	t.Helper()
	data := line.Get("data")
	read, err := mail.ReadMessage(strings.NewReader(data))
	if err != nil {
		t.Fatalf("read message: %v\n%s", err, data)
	}
	m := Message{
		Data: data, Encrypted: line.Get("encrypted") != "", From: line.Get("from"), Header: read.Header,
		To: line["to"], User: line.Get("user"),
	}
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject")); err != nil {
		t.Fatalf("decode subject: %v", err)
	}
	m.take(t, read.Header, read.Body)
	return m
}

// take keeps a part, or the parts that it has.
func (m *Message) take(t testing.TB, header interface{ Get(string) string }, body io.Reader) {
	t.Helper()
	kind, parameters, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		t.Fatalf("content type %q: %v", header.Get("Content-Type"), err)
	}
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(body, parameters["boundary"])
		for {
			part, err := parts.NextRawPart()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				t.Fatalf("read part: %v", err)
			}
			m.take(t, part.Header, part)
		}
	}
	switch strings.ToLower(header.Get("Content-Transfer-Encoding")) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatalf("read body: %v", err)
	}
	plain := strings.ReplaceAll(string(text), "\r\n", "\n")
	switch kind {
	case "text/plain":
		m.Text = plain
	case "text/html":
		m.HTML = plain
	default:
		t.Fatalf("a part of type %s", kind)
	}
}
