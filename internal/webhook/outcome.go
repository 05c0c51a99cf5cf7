// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	// Timeout bounds a request, from the look-up of its host to the end of the answer.
	Timeout = 15 * time.Second

	// maxAnswer is how much of an answer's body the log keeps, in bytes.
	maxAnswer = 1024

	// giveUpAfter is how long a delivery is tried when nobody is there.
	giveUpAfter = 28 * time.Hour

	// disableAfter is after how long of nothing but failures an endpoint is switched off.
	disableAfter = 5 * 24 * time.Hour

	// manyAway is how many attempts in a row that find nobody there make an outage: fewer
	// may be one delivery that brings the receiver down.
	manyAway = 3

	// longestWait bounds Retry-After.
	longestWait = 24 * time.Hour
)

// Waits answers how long a delivery that was refused waits before each further attempt;
// after the last it has failed. Together they are 27 h 42 min 35 s.
func Waits() []time.Duration {
	return []time.Duration{
		5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 12 * time.Hour,
	}
}

// Rests answers how long an endpoint rests when nobody is there; the last again and again.
func Rests() []time.Duration {
	return []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute}
}

// spread makes a wait up to a tenth longer, so that what failed together does not come
// back together.
func spread(d time.Duration) time.Duration {
	return d + rand.N(d/10) //nolint:gosec // timing, not secrecy
}

// class is what an attempt came to.
type class int

const (
	arrived class = iota
	away          // nobody is there, or the receiver says that it is too much just now
	refused       // the receiver is there and says no
	gone          // and says no for good
)

// outcome is what one request came to.
type outcome struct {
	answer     string        // how the body begins; as text that the database takes
	err        string        // why there was no answer, in words
	retryAfter time.Duration // as the receiver asked; 0: it did not
	status     int           // 0: there was no answer
	took       time.Duration
}

func (o outcome) class() class {
	switch {
	case o.status >= 200 && o.status <= 299:
		return arrived
	case o.status == 410:
		return gone
	case o.status == 0, o.status == 408, o.status == 429, o.status == 502, o.status == 503, o.status == 504:
		return away
	}
	return refused
}

// words says what was wrong; "" when the delivery arrived.
func (o outcome) words() string {
	switch {
	case o.status == 0:
		return o.err
	case o.class() == arrived:
		return ""
	case o.status >= 300 && o.status <= 399:
		return fmt.Sprintf("the receiver answered %d; redirects are not followed, so the webhook needs the address that this one leads to", o.status)
	case o.status == 410:
		return "the receiver answered 410: it is gone for good"
	}
	return fmt.Sprintf("the receiver answered %d", o.status)
}

// text makes what a receiver sent fit for the log: valid UTF-8 without NUL, which
// PostgreSQL does not store.
func text(raw []byte) string {
	s := strings.ToValidUTF8(strings.ReplaceAll(string(raw), "\x00", ""), "\uFFFD")
	for len(s) > maxAnswer {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}

// waitOf reads the header Retry-After: seconds, or a date (RFC 9110 section 10.2.3). What
// is neither, or past, is 0.
func waitOf(header string, now time.Time) time.Duration {
	header = strings.TrimSpace(header)
	if seconds, err := strconv.ParseUint(header, 10, 32); err == nil {
		return min(time.Duration(seconds)*time.Second, longestWait)
	}
	for _, layout := range []string{time.RFC1123, "Monday, 02-Jan-06 15:04:05 MST", time.ANSIC} {
		if at, err := time.Parse(layout, header); err == nil {
			return max(0, min(at.Sub(now), longestWait))
		}
	}
	return 0
}
