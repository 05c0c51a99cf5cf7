// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
)

// Record is the newest version of one uniqueId, gone or not.
type Record struct {
	CreatedAt int64  // ms, when the uniqueId first came
	DeletedAt *int64 // ms, nil while it exists
	Document  json.Value
	Item      Item
	UpdatedAt int64 // ms, when this version came
}

// deletedFor is how long removed records stay in these answers.
const deletedFor = 90 * 24 * time.Hour

// readStride is how many records a streamed answer reads at once.
const readStride = 500

// Records answers up to limit records of a definition after an item, and
// whether more follow. Removed ones leave the list after 90 days.
func (s *Service) Records(ctx context.Context, d Definition, source string, after Item, limit int) (list []Record, more bool, err error) {
	cutoff := db.Millis(s.Now().Add(-deletedFor))
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		head, err := selectHead(ctx, tx, d.Number)
		if err != nil {
			return err
		}
		list, more, err = recordsAt(ctx, tx, listing{d.Number, source, head.Number, head.Items, cutoff, after, limit})
		return err
	})
	return list, more, err
}

// WriteRecords writes every record as JSON, between comma and comma, pinned to
// the head at its start. wrap turns a record into its text.
func (s *Service) WriteRecords(ctx context.Context, d Definition, source string, w io.Writer) error {
	head, err := s.headOf(ctx, d.Number)
	if err != nil {
		return err
	}
	page := listing{d.Number, source, head.Number, head.Items, db.Millis(s.Now().Add(-deletedFor)), 0, readStride}
	var text []byte
	for first := true; ; {
		var list []Record
		var more bool
		if err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
			list, more, err = recordsAt(ctx, tx, page)
			return err
		}); err != nil {
			return err
		}
		for _, record := range list {
			text = text[:0]
			if !first {
				text = append(text, ',')
			}
			first = false
			if _, err := w.Write(record.append(text)); err != nil {
				return err
			}
		}
		if !more {
			return nil
		}
		page.after = list[len(list)-1].Item
	}
}

const wireTime = `"2006-01-02T15:04:05.000Z"`

// append appends the record as the API answers it: what was pushed, then
// createdAt, updatedAt and, when it is gone, deletedAt.
func (r Record) append(dst []byte) []byte {
	dst = append(dst, r.Document[:len(r.Document)-1]...)
	for _, field := range []struct {
		name string
		at   *int64
	}{{"createdAt", &r.CreatedAt}, {"updatedAt", &r.UpdatedAt}, {"deletedAt", r.DeletedAt}} {
		if field.at != nil {
			dst = append(dst, `,"`+field.name+`":`...)
			dst = db.Time(*field.at).AppendFormat(dst, wireTime)
		}
	}
	return append(dst, '}')
}

// Rejections writes the rejections of a sync of the caller's application, and of its
// source, one JSON text a line.
func (s *Service) Rejections(ctx context.Context, c caller.Caller, sync string, w io.Writer) error {
	if !db.ValidID(sync) {
		return fault.New(fault.NotFound, "syncId not found")
	}
	var application, source string
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		application, source, err = selectSyncOwner(ctx, tx, c.Workspace, sync)
		return err
	})
	if errors.Is(err, db.ErrNoRow) || err == nil && c.Kind == caller.Application && (application != c.ID || source != c.Source) {
		return fault.New(fault.NotFound, "syncId not found")
	}
	if err != nil {
		return err
	}
	for after := int64(-1); ; {
		lines, last, err := s.rejectionsAfter(ctx, c, sync, after)
		if err != nil || len(lines) == 0 {
			return err
		}
		if _, err := w.Write(lines); err != nil {
			return err
		}
		after = last
	}
}

func (s *Service) rejectionsAfter(ctx context.Context, c caller.Caller, sync string, after int64) (lines []byte, last int64, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		lines, last, err = selectRejections(ctx, tx, c.Workspace, sync, after, readStride)
		return err
	})
	return lines, last, err
}

// EntityID answers the public id of an item: seconds of its creation, number of
// its definition and item, so that it sorts by time and is found without an
// index of its own.
func EntityID(d Number, item Item, createdAt int64) string {
	var id [12]byte
	binary.BigEndian.PutUint32(id[:4], uint32(createdAt/1000))
	id[4], id[5], id[6] = byte(d>>16), byte(d>>8), byte(d)
	id[7] = byte(item >> 32)
	binary.BigEndian.PutUint32(id[8:], uint32(item))
	return hex.EncodeToString(id[:])
}

// EntityRef is what an entity's id says.
type EntityRef struct {
	Definition Number
	Item       Item
	Second     int64 // of its creation, since 1970
}

// ParseEntityID is the inverse of EntityID; whether the item exists, and began
// at that second, is for the caller to look up.
func ParseEntityID(id string) (EntityRef, bool) {
	raw, err := hex.DecodeString(id)
	if err != nil || !db.ValidID(id) {
		return EntityRef{}, false
	}
	return EntityRef{
		Definition: Number(raw[4])<<16 | Number(raw[5])<<8 | Number(raw[6]),
		Item:       Item(raw[7])<<32 | Item(binary.BigEndian.Uint32(raw[8:])),
		Second:     int64(binary.BigEndian.Uint32(raw[:4])),
	}, true
}
