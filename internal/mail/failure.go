// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/textproto"
	"slices"
	"strconv"
	"strings"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// Error is a failure between us and the server.
type Error struct {
	Code    int    // the server's reply (RFC 5321 section 4.2), 0 when it gave none
	Message string // what went wrong, with the server's words and without the password
}

// Error answers the message.
func (e *Error) Error() string { return e.Message }

// Permanent says that the server will refuse the same message again (a 5xx reply).
func (e *Error) Permanent() bool { return e.Code >= 500 && e.Code < 600 }

// failure makes an Error of what the library answers. The original is not kept:
// a server may repeat what it was sent.
func (s *Sender) failure(err error) error {
	words, code := err.Error(), 0
	var reply *textproto.Error
	if errors.As(err, &reply) {
		words, code = reply.Error(), reply.Code
	}
	var sending *gomail.SendError
	var unknown *loginError
	switch {
	case errors.As(err, &sending):
		// Its text is all that it lets out: reason, the server's words, who and what.
		if _, after, ok := strings.Cut(words, sending.Reason.String()+": "); ok {
			words, _, _ = strings.Cut(after, ", affected ")
		}
		if code = sending.ErrorCode(); code != 0 {
			words = stage(sending.Reason) + words
		}
	case errors.As(err, &unknown):
		words = unknown.Error()
	case reply != nil && strings.Contains(err.Error(), "SMTP AUTH failed"):
		words = "the server refused user and password: " + words
	}
	if strings.Contains(words, "does not support STARTTLS") { // the library has no type for it
		words = "the server does not offer STARTTLS; smtps:// is TLS from the first byte, ?tls=none sends in clear"
	}
	words, _, _ = strings.Cut(strings.TrimPrefix(words, "dial failed: "), "\n")
	return &Error{Code: code, Message: s.server.scrub("send mail by " + s.server.address() + ": " + words)}
}

// stage names what the server refused.
func stage(reason gomail.SendErrReason) string {
	switch reason {
	case gomail.ErrSMTPMailFrom:
		return "the server refused the sender: "
	case gomail.ErrSMTPRcptTo:
		return "the server refused the recipient: "
	case gomail.ErrSMTPData, gomail.ErrSMTPDataClose, gomail.ErrWriteContent:
		return "the server refused the message: "
	default:
		return ""
	}
}

// scrub takes the password out of a text, also as the commands of AUTH carry it.
func (s server) scrub(text string) string {
	if s.password == "" {
		return text
	}
	quoted := strconv.Quote(s.password)
	for _, secret := range []string{
		base64.StdEncoding.EncodeToString([]byte("\x00" + s.user + "\x00" + s.password)),
		base64.StdEncoding.EncodeToString([]byte(s.password)),
		s.password,
		quoted[1 : len(quoted)-1], // as package textproto writes what a server said
	} {
		text = strings.ReplaceAll(text, secret, "[password]")
	}
	return text
}

// login authenticates by what the server offers. The library's own choice cannot
// be used: it does not see that a connection it did not dial is under TLS. Under
// TLS, or on the machine, PLAIN is as good as any and works everywhere.
type login struct {
	chosen smtp.Auth
	server server
}

// loginError says that no way to authenticate is known to both sides.
type loginError struct{ offered []string }

func (e *loginError) Error() string {
	return fmt.Sprintf("the server offers no way to authenticate that is supported (PLAIN, LOGIN, SCRAM-SHA-256, CRAM-MD5); it offers %q", e.offered)
}

// Start implements smtp.Auth.
func (l *login) Start(info *smtp.ServerInfo) (string, []byte, error) {
	at := l.server
	inClear := loopback(at.host) // without TLS only there, by parseServer
	ways := []struct {
		name string
		auth smtp.Auth
	}{
		{"PLAIN", smtp.PlainAuth("", at.user, at.password, at.host, inClear)},
		{"LOGIN", smtp.LoginAuth(at.user, at.password, at.host, inClear)},
		{"SCRAM-SHA-256", smtp.ScramSHA256Auth(at.user, at.password)},
		{"CRAM-MD5", smtp.CRAMMD5Auth(at.user, at.password)},
	}
	for _, way := range ways {
		if slices.Contains(info.Auth, way.name) {
			l.chosen = way.auth
			return l.chosen.Start(info)
		}
	}
	return "", nil, &loginError{offered: info.Auth}
}

// Next implements smtp.Auth.
func (l *login) Next(fromServer []byte, more bool) ([]byte, error) {
	return l.chosen.Next(fromServer, more)
}
