// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"bytes"
	"math"

	"github.com/passmuster/muster/internal/jtd"
)

// never is the next instant of a truth that time alone does not change.
const never = math.MaxInt64

// instant is a timestamp to the nanosecond; finer digits are dropped.
type instant struct {
	ms int64 // unix milliseconds, rounded down
	ns int32 // what is above them: 0 to 999,999
}

// parseInstant reads an RFC 3339 date-time, the bytes between the quotes.
func parseInstant(text []byte) (instant, bool) {
	ms, ok := jtd.ParseTimestamp(text)
	if !ok {
		return instant{}, false
	}
	return instant{ms: ms, ns: belowMilli(text)}, true
}

// belowMilli reads the fourth to ninth digit of the fraction of a timestamp.
func belowMilli(text []byte) int32 {
	dot := bytes.IndexByte(text, '.')
	if dot < 0 {
		return 0
	}
	var ns int32
	scale := int32(100_000_000)
	for _, c := range text[dot+1:] {
		if c < '0' || c > '9' || scale == 0 {
			break
		}
		ns += int32(c-'0') * scale
		scale /= 10
	}
	return ns % 1_000_000
}

func (t instant) compare(u instant) int {
	if t.ms != u.ms {
		return compare(t.ms, u.ms)
	}
	return compare(int64(t.ns), int64(u.ns))
}

// ceil is t in milliseconds, rounded up.
func (t instant) ceil() int64 {
	if t.ns > 0 {
		return t.ms + 1
	}
	return t.ms
}

// relative says whether a relative operator holds for t at now, and the next
// now at which that changes, never when it stays. d is the duration in
// milliseconds. Because now is a whole millisecond, rounding t down at one
// boundary and up at the other loses nothing: n <= t is n <= floor(t), and
// t <= n is ceil(t) <= n.
func (t instant) relative(op Op, d, now int64) (holds bool, next int64) {
	switch op {
	case OpWithinLast: // n-D <= t <= n
		return window(t.ceil(), t.ms+d, now)
	case OpWithinNext: // n <= t <= n+D
		return window(t.ceil()-d, t.ms, now)
	case OpOlderThan: // t < n-D
		return window(t.ms+d+1, never-1, now)
	default: // OpFurtherThan: t > n+D
		return window(math.MinInt64, t.ceil()-d-1, now)
	}
}

// window says whether now is from first to last, both included, and when that changes.
func window(first, last, now int64) (holds bool, next int64) {
	switch {
	case now < first:
		return false, first
	case now > last:
		return false, never
	}
	return true, last + 1
}

const (
	minute = 60_000
	hour   = 60 * minute
	day    = 24 * hour
	week   = 7 * day
)

// maxDuration keeps instant plus duration far from overflow: 285,000 years.
const maxDuration = 1 << 53

// unit answers the length of a duration's unit in milliseconds and its name, 0
// when there is no such unit.
func unit(letter byte) (ms int64, name string) {
	switch letter {
	case 'm':
		return minute, "minute"
	case 'h':
		return hour, "hour"
	case 'd':
		return day, "day"
	case 'w':
		return week, "week"
	}
	return 0, ""
}

// parseDuration reads a duration: an integer from 1 without leading zeros, and
// m, h, d or w. It answers milliseconds.
func parseDuration(text string) (int64, bool) {
	last := len(text) - 1
	if last < 1 || text[0] == '0' {
		return 0, false
	}
	scale, _ := unit(text[last])
	if scale == 0 {
		return 0, false
	}
	var n int64
	for i := range last {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
		if n = n*10 + int64(text[i]-'0'); n > maxDuration/scale {
			return 0, false
		}
	}
	return n * scale, true
}

// spellDuration writes a duration in words: "90 days". What is no duration
// stays as it is.
func spellDuration(text string) string {
	if _, ok := parseDuration(text); !ok {
		return text
	}
	last := len(text) - 1
	_, name := unit(text[last])
	if text[:last] == "1" {
		return "1 " + name
	}
	return text[:last] + " " + name + "s"
}
