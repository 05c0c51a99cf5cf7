// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/web"
)

// positionsAPage is how many places of the tree one step of an export looks at.
const positionsAPage = 1000

// EachEvent calls fn for the events that a filter lets through, oldest first, in
// the order of the tree: an entry that has no place yet comes with the next
// export, and none is ever skipped. after is the last event of the export that
// is to go on, "" for the first. It reads in short transactions and holds one
// step. Invalid when after names no entry of the tree.
func (s *Service) EachEvent(ctx context.Context, c caller.Caller, f TrailFilter, after EventID, fn func(Event) error) error {
	q := f.query(c)
	from, err := s.positionAfter(ctx, c, after)
	if err != nil {
		return err
	}
	at, err := s.state(ctx, c.Workspace.Number)
	if err != nil {
		return fmt.Errorf("read the state of the evidence: %w", err)
	}
	for ; from < at.size; from += positionsAPage {
		var rows []trailRow
		err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			rows, err = selectPositions(ctx, tx, q, from, min(from+positionsAPage, at.size))
			return err
		})
		if err != nil {
			return fmt.Errorf("read the audit trail from %d on: %w", from, err)
		}
		for _, row := range rows {
			if err := fn(row.event()); err != nil {
				return err
			}
		}
	}
	return nil
}

// positionAfter answers the first position of an export that goes on after an
// event.
func (s *Service) positionAfter(ctx context.Context, c caller.Caller, after EventID) (int64, error) {
	if after == "" {
		return 0, nil
	}
	event, err := s.Event(ctx, c, after)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return 0, web.InQuery("after", "there is no event %q", after)
	case err != nil:
		return 0, err
	case event.Position == nil:
		return 0, web.InQuery("after", "event %q has no place in the evidence yet; try again in a second", after)
	}
	return *event.Position + 1, nil
}

// WriteTrail writes events as EachEvent finds them, one canonical api.EventLine a
// line. A line's id, position and leaf are those of the entry in a pack.
func (s *Service) WriteTrail(ctx context.Context, c caller.Caller, f TrailFilter, after EventID, w io.Writer) error {
	return s.EachEvent(ctx, c, f, after, func(e Event) error {
		text, err := json.Marshal(api.EventLine{EventLog: e.wire(), Leaf: hex.EncodeToString(e.Leaf[:])})
		if err != nil {
			return fmt.Errorf("write event %s: %w", e.ID, err)
		}
		line, err := json.Canonical(text)
		if err != nil {
			return fmt.Errorf("write event %s: %w", e.ID, err)
		}
		_, err = w.Write(append(line, '\n'))
		return err
	})
}
