// SPDX-License-Identifier: Apache-2.0

package proof

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"time"

	"github.com/passmuster/muster/internal/json"
)

// timeLayout is RFC 3339 in UTC with milliseconds, always with all digits.
const timeLayout = "2006-01-02T15:04:05.000Z"

// writer builds one canonical object by hand: its callers name the members in
// sorted order. The first error sticks.
type writer struct {
	buf []byte
	err error
}

func (w *writer) raw(text string) *writer {
	w.buf = append(w.buf, text...)
	return w
}

func (w *writer) bytes(text []byte) *writer {
	w.buf = append(w.buf, text...)
	return w
}

func (w *writer) number(n int64) *writer {
	w.buf = strconv.AppendInt(w.buf, n, 10)
	return w
}

func (w *writer) quote(text string) *writer {
	buf, err := json.AppendQuote(w.buf, text)
	if err != nil {
		w.fail(err)
		return w
	}
	w.buf = buf
	return w
}

func (w *writer) ref(r Ref) *writer {
	return w.raw(`{"id":`).quote(r.ID).raw(`,"kind":`).quote(r.Kind).raw(`,"name":`).quote(r.Name).raw(`}`)
}

func (w *writer) hash(h Hash) *writer {
	w.buf = append(w.buf, '"')
	w.buf = base64.StdEncoding.AppendEncode(w.buf, h[:])
	w.buf = append(w.buf, '"')
	return w
}

func (w *writer) hashes(list []Hash) *writer {
	w.buf = append(w.buf, '[')
	for i, h := range list {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		w.hash(h)
	}
	w.buf = append(w.buf, ']')
	return w
}

func (w *writer) time(ms int64) *writer {
	t := time.UnixMilli(ms).UTC()
	if year := t.Year(); year < 0 || year > 9999 {
		w.fail(fmt.Errorf("time %d ms is not within the years 0 to 9999", ms))
		return w
	}
	w.buf = t.AppendFormat(w.buf, timeLayout)
	return w
}

func (w *writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// parseTime is lenient where time.Parse is; callers print again and compare.
func parseTime(text string) (int64, error) {
	t, err := time.Parse(timeLayout, text)
	if err != nil {
		return 0, fmt.Errorf("%q is no time in UTC with milliseconds", text)
	}
	return t.UnixMilli(), nil
}
