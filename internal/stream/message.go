// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/egress"
	"github.com/passmuster/muster/internal/feed"
	"github.com/passmuster/muster/internal/json"
)

// structure is the SD-ID of our fields; the number is that for examples (RFC 5612).
const structure = "muster@32473"

// How long a message is at most, in bytes: what common receivers take without being told
// (RFC 5424 section 6.1 asks for 2,048), and what a datagram should have.
const (
	longest         = 8192
	longestDatagram = 2048
)

// The severities (RFC 5424 section 6.2.1).
const (
	warning = 4
	notice  = 5
	inform  = 6
)

// header is what is the same in all messages of a stream.
type header struct {
	facility  int64
	host      string // of the server, as it calls itself; "" when that is not known
	network   string
	workspace caller.Workspace
}

// message answers an event as RFC 5424 section 6 has it.
func (h header) message(e feed.Event) []byte {
	limit := longest
	if h.network == egress.UDP {
		limit = longestDatagram
	}
	data, err := json.Marshal(e.Data)
	if err != nil {
		data = nil // cannot be: it was JSON
	}
	whole := h.compose(e, param("data", string(data)), e.Summary)
	if len(whole) <= limit {
		return whole
	}
	over := param("truncated", "true")
	bare := h.compose(e, over, "")
	return h.compose(e, over, shorten(e.Summary, max(0, limit-len(bare))))
}

func (h header) compose(e feed.Event, more, text string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "<%d>1 %s %s muster - %s [%s", h.facility*8+severity(e), e.Time.UTC().Format("2006-01-02T15:04:05.000Z07:00"),
		field(h.host, 255), field(e.Type, 32), structure)
	for _, p := range [][2]string{
		{"id", e.Cursor.String()},
		{"type", e.Type},
		{"workspace", h.workspace.ID},
		{"actorKind", e.Actor.Kind},
		{"actorId", e.Actor.ID},
		{"actor", e.Actor.Name},
		{"subjectKind", e.Subject.Kind},
		{"subjectId", e.Subject.ID},
		{"subject", e.Subject.Name},
		{"address", e.Address},
	} {
		if p[1] != "" {
			b.WriteString(param(p[0], shorten(p[1], longParam)))
		}
	}
	b.WriteString(more + "]")
	if text != "" {
		b.WriteString(" \ufeff" + oneLine(text))
	}
	return []byte(b.String())
}

// longParam is how much of a name a message has, in bytes.
const longParam = 300

// param answers an SD-PARAM; section 6.3.3 says what is escaped.
func param(name, value string) string {
	value = strings.ToValidUTF8(value, "\ufffd")
	return " " + name + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `]`, `\]`).Replace(oneLine(value)) + `"`
}

// oneLine keeps line breaks and other controls out of receivers' files.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f {
			return ' '
		}
		return r
	}, text)
}

// field answers a part of the header: printable ASCII without spaces, "-" for nothing.
func field(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if r < 33 || r > 126 {
			return -1
		}
		return r
	}, text)
	return cmp.Or(text[:min(len(text), most)], "-")
}

// shorten cuts text to so many bytes.
func shorten(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "")
}

// severity says how much an event matters: warning where something went wrong or was
// refused, notice where people changed something.
func severity(e feed.Event) int64 {
	switch to, _ := e.Data["to"].(string); {
	case e.Type == feed.StatusChanged && to != "OK", e.Type == feed.OutcomeChanged && to == "FAILING":
		return warning
	}
	for _, word := range []string{"refused", "rejected", "held", "prevented", "new_failures", "overdue", "stale", "error", "mass_deactivation", "failed"} {
		if strings.HasSuffix(e.Type, "."+word) || strings.HasSuffix(e.Type, "_"+word) {
			return warning
		}
	}
	if strings.HasPrefix(e.Type, "sync.") || e.Actor.Kind == string(caller.System) {
		return inform
	}
	return notice
}

// frame answers a message as it goes over a stream: with its length before it
// (RFC 6587 section 3.4.1, RFC 5425 section 4.3). A datagram is the message.
func frame(network string, message []byte) []byte {
	if network == egress.UDP {
		return message
	}
	return append(fmt.Appendf(nil, "%d ", len(message)), message...)
}

// trial answers the event of a test message.
func trial(s Stream, c caller.Caller, now time.Time) feed.Event {
	e := feed.Event{Data: map[string]any{}, Summary: "A test of the stream " + s.Name, Time: now, Type: "stream.test"}
	e.Actor.ID, e.Actor.Kind, e.Actor.Name = cmp.Or(c.ID, string(c.Kind)), string(c.Kind), c.Name
	e.Subject.ID, e.Subject.Kind, e.Subject.Name = s.ID, "stream", s.Name
	return e
}
