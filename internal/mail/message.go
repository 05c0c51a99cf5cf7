// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"
)

// Message is one mail to one person.
type Message struct {
	HTML string // the same as Text for those who prefer it; "" for none
	// ID is the part of the Message-ID before the @: letters, digits and dots. A
	// message that is sent again under the same ID is one message to those who look.
	// "" draws one.
	ID      string
	Subject string // one line; required
	Text    string // required
	To      string // one address, with or without a name; required
	// Unsubscribe is the address that ends mail of this kind (RFC 2369): who opens it
	// is asked, and where it begins with https:// who posts to it is not (RFC 8058).
	// "" for mail that nobody can end.
	Unsubscribe string
}

var (
	idForm          = regexp.MustCompile(`^[A-Za-z0-9]+(\.[A-Za-z0-9]+)*$`)
	unsubscribeForm = regexp.MustCompile(`^https?://[!#-;=?-~]+$`) // nothing that ends the angle brackets
)

// maxSubject is the longest subject in bytes; more is an accident.
const maxSubject = 500

// compose makes the message that goes over the line (RFC 5322).
func (s *Sender) compose(m Message) (*gomail.Msg, error) {
	to, err := parseAddress(m.To)
	if err != nil {
		return nil, fmt.Errorf("recipient: %w", err)
	}
	if err := checkLine(m.Subject); err != nil {
		return nil, fmt.Errorf("subject: %w", err)
	}
	switch {
	case m.Subject == "" || len(m.Subject) > maxSubject:
		return nil, fmt.Errorf("subject: it needs 1 to %d bytes", maxSubject)
	case m.Text == "":
		return nil, errors.New("the text is empty")
	case !utf8.ValidString(m.Text) || !utf8.ValidString(m.HTML):
		return nil, errors.New("the text is not valid UTF-8")
	}
	id := m.ID
	switch {
	case id == "":
		id = rand.Text()
	case !idForm.MatchString(id):
		return nil, errors.New("the id needs letters, digits and single dots between them")
	}
	if m.Unsubscribe != "" && !unsubscribeForm.MatchString(m.Unsubscribe) {
		return nil, errors.New("the address to unsubscribe at is no URL")
	}
	message := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	message.FromMailAddress(s.from)
	message.ToMailAddress(to)
	message.Subject(m.Subject)
	message.SetDateWithValue(s.now())
	// The part behind the @ is the sender's domain: the library would tell the
	// machine's name.
	message.SetMessageIDWithValue(id + s.from.Address[strings.LastIndexByte(s.from.Address, '@'):])
	message.SetGenHeader("Auto-Submitted", "auto-generated")
	message.SetGenHeader("X-Auto-Response-Suppress", "All") // Exchange does not know RFC 3834
	if m.Unsubscribe != "" {
		message.SetGenHeader("List-Unsubscribe", "<"+m.Unsubscribe+">")
	}
	if strings.HasPrefix(m.Unsubscribe, "https://") {
		message.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	message.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		message.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return message, nil
}

// parseAddress reads one address, with or without a name. Addresses whose local
// part needs quotes are refused: nobody has one, and quotes are where an address
// turns into a second one.
func parseAddress(text string) (*mail.Address, error) {
	if err := checkLine(text); err != nil {
		return nil, err
	}
	if text == "" {
		return nil, errors.New("there is no address")
	}
	address, err := mail.ParseAddress(text)
	if err != nil {
		return nil, fmt.Errorf("%q is not one mail address, such as person@example.com or Person <person@example.com>", text)
	}
	if err := checkLine(address.Name + address.Address); err != nil {
		return nil, err
	}
	if strings.ContainsAny(address.Address, " \"\\(),:;<>[]") || strings.Count(address.Address, "@") != 1 {
		return nil, fmt.Errorf("%q is an address that needs quotes or brackets, which is not supported", address.Address)
	}
	return address, nil
}

// checkLine refuses what could end a header: control characters, CR and LF among
// them, and the line separators of Unicode.
func checkLine(text string) error {
	if !utf8.ValidString(text) {
		return errors.New("it is not valid UTF-8")
	}
	bad := func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }
	if strings.ContainsFunc(text, bad) {
		return errors.New("it holds a line break or another control character")
	}
	return nil
}
