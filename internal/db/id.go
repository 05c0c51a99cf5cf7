// SPDX-License-Identifier: Apache-2.0

package db

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"sync"
	"time"
)

// NewID answers a new identifier: 24 lower-case hex digits, of which the first
// twelve are the milliseconds since 1970, so that ids sort by time. Ids of one
// millisecond have no order; see Tx.NewID.
func NewID(now time.Time) string { return newID(now).String() }

// number is an id before it is written.
type number [12]byte

func newID(now time.Time) (n number) {
	binary.BigEndian.PutUint64(n[:8], uint64(now.UnixMilli())<<16)
	if _, err := rand.Read(n[6:]); err != nil {
		panic(err) // crypto/rand never fails on the systems Go supports
	}
	return n
}

// String answers the id.
func (n number) String() string { return hex.EncodeToString(n[:]) }

func (n number) millis() int64 { return int64(binary.BigEndian.Uint64(n[:8]) >> 16) }

// successor answers the next number.
func (n number) successor() number {
	for i := len(n) - 1; i >= 0; i-- {
		if n[i]++; n[i] != 0 {
			break
		}
	}
	return n
}

// NewID is db.NewID for what must stand in the order in which it was written:
// each id is above those that this and other transactions of the same DB were
// given before. So it may be a little newer than now.
func (tx *Tx) NewID(now time.Time) string { return tx.ids.next(now) }

// clockSlack is how far a time may lie behind the last id. What is further behind
// comes from a clock that was set back, and ids begin there again.
const clockSlack = time.Minute

// rising makes ids of which each is above the last; the zero value is ready.
type rising struct {
	mu   sync.Mutex
	last number
}

func (r *rising) next(now time.Time) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if behind := r.last.millis() - now.UnixMilli(); behind < 0 || behind > clockSlack.Milliseconds() {
		r.last = newID(now)
	} else {
		r.last = r.last.successor()
	}
	return r.last.String()
}

// ValidID says whether s has the form of an identifier.
func ValidID(s string) bool {
	if len(s) != 24 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// Millis answers the form in which times are stored: milliseconds UTC.
func Millis(t time.Time) int64 { return t.UnixMilli() }

// Time is the inverse of Millis.
func Time(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
