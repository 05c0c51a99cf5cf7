// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/passmuster/muster/internal/scim/schema"
)

// window is the part of a list that is asked for.
type window struct {
	after   string // cursor: the last id that was answered; "" at the start, and in other orders
	count   int    // resources at most
	cursors bool   // pages by cursor (RFC 9865)
	offset  int    // resources to pass over
	total   int    // as a page before counted it; -1 on the first
}

// The sizes of pages.
const (
	defaultCount = 100
	maxCount     = 1000
)

// windowOf reads the parameters of paging (RFC 7644 §3.4.2.4, RFC 9865 §2).
func (s *Service) windowOf(c *call, kind string, q listQuery) (window, error) {
	w := window{count: defaultCount, total: -1}
	if q.Count != nil {
		w.count = min(max(*q.Count, 0), maxCount)
	}
	if q.StartIndex != nil && q.Cursor == nil {
		w.offset = max(*q.StartIndex, 1) - 1
	}
	if q.Cursor == nil {
		return w, nil
	}
	w.cursors = true
	if *q.Cursor == "" {
		return w, nil
	}
	return s.openCursor(c, kind, q, *q.Cursor)
}

// cursorPurpose binds a cursor to its directory, type and query, so that it opens
// for no other.
func cursorPurpose(c *call, kind string, q listQuery) string {
	query := sha256.New()
	for _, text := range []string{q.Filter, q.SortBy, strings.ToLower(q.SortOrder)} {
		// A hash takes everything.
		_, _ = fmt.Fprintf(query, "%d %s", len(text), text)
	}
	return "scim_cursor " + string(c.dir.ID) + " " + kind + " " + hex.EncodeToString(query.Sum(nil))
}

// sealCursor answers the cursor at which a window goes on. Nothing of it is kept
// here, so none expires.
func (s *Service) sealCursor(c *call, kind string, q listQuery, w window) (string, error) {
	plain := fmt.Sprintf("%d %d %d %s", w.count, w.offset, w.total, w.after)
	return s.Sealer.Seal(cursorPurpose(c, kind, q), []byte(plain))
}

func (s *Service) openCursor(c *call, kind string, q listQuery, cursor string) (window, error) {
	w := window{cursors: true}
	plain, err := s.Sealer.Open(cursorPurpose(c, kind, q), cursor)
	if err != nil {
		return w, schema.Errorf(schema.InvalidCursor, "The cursor is none that this directory gave for this query: begin again without a value.")
	}
	fields := strings.SplitN(string(plain), " ", 4)
	if len(fields) != 4 {
		return w, fmt.Errorf("a cursor has %d fields", len(fields))
	}
	w.after = fields[3]
	if _, err := fmt.Sscan(strings.Join(fields[:3], " "), &w.count, &w.offset, &w.total); err != nil {
		return w, fmt.Errorf("read a cursor: %w", err)
	}
	if q.Count != nil && min(*q.Count, maxCount) != w.count {
		return w, schema.Errorf(schema.InvalidCount, "The cursor is for pages of %d: count must stay as it was.", w.count)
	}
	return w, nil
}
