// SPDX-License-Identifier: Apache-2.0

package db

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"time"
)

// NewID answers a new identifier: 24 lower-case hex digits, of which the first
// twelve are the milliseconds since 1970, so that ids sort by time.
func NewID(now time.Time) string {
	var id [12]byte
	binary.BigEndian.PutUint64(id[:8], uint64(now.UnixMilli())<<16)
	if _, err := rand.Read(id[6:]); err != nil {
		panic(err) // crypto/rand never fails on the systems Go supports
	}
	return hex.EncodeToString(id[:])
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
