// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"errors"
	"slices"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
)

// Actor is who did something, as rows keep it.
type Actor struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// SyncRow is what is known of a number, or of a push that failed.
type SyncRow struct {
	Actor          Actor
	Cause          Cause
	CommittedAt    int64 // ms
	Counts         Result
	Definition     ID
	DefinitionName string
	Failure        string
	ID             string
	Number         *int64 // nil: failed
	SchemaVersion  int64
	Source         string // whose records it is about; "" of a private application
	StartedAt      int64  // ms
	definition     Number
}

// SyncPlace is where a page of syncs begins: after one that was committed then.
type SyncPlace struct {
	At int64 // ms
	ID string
}

// Syncs answers up to limit syncs of a definition after a place, newest first, and
// whether more follow: pushes, failed ones too, or whatever moved it on.
func (s *Service) Syncs(ctx context.Context, c caller.Caller, id ID, everything bool, after *SyncPlace, limit int) (list []SyncRow, more bool, err error) {
	d, err := s.visible(ctx, c, id)
	if err != nil {
		return nil, false, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, err = selectSyncs(ctx, tx, d.Number, everything, after, limit+1)
		return err
	})
	if len(list) > limit {
		return list[:limit], true, err
	}
	return list, false, err
}

var errNoSync = fault.New(fault.NotFound, "syncId not found")

// Sync answers one sync of the workspace by its id.
func (s *Service) Sync(ctx context.Context, c caller.Caller, id string) (row SyncRow, err error) {
	if !db.ValidID(id) {
		return row, errNoSync
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		row, err = selectSync(ctx, tx, c.Workspace, id)
		return err
	})
	if errors.Is(err, db.ErrNoRow) {
		return row, errNoSync
	}
	return row, err
}

// The kinds of changes of records, in the order in which a sync lists them.
const (
	ChangeCreated = "created"
	ChangeUpdated = "updated"
	ChangeRemoved = "removed"
)

// Changes of records by kind, in the order of lists.
func changeKinds() []string { return []string{ChangeCreated, ChangeUpdated, ChangeRemoved} }

// RecordChange is what a sync did to a record.
type RecordChange struct {
	difference
	Item   Item
	Kind   string
	Record Browsed
}

// ChangePlace is where a page of changes begins: after an item of a kind.
type ChangePlace struct {
	Item Item
	Kind string
}

// Changes answers up to limit records that a sync created, updated and removed, in
// this order, and whether more follow; only those of one kind unless that is "".
func (s *Service) Changes(ctx context.Context, c caller.Caller, id, only string, after ChangePlace, limit int) (list []RecordChange, more bool, err error) {
	row, err := s.Sync(ctx, c, id)
	if err != nil || row.Number == nil || !row.Cause.changes() {
		return nil, false, err
	}
	counts := map[string]int64{ChangeCreated: row.Counts.Created, ChangeUpdated: row.Counts.Updated, ChangeRemoved: row.Counts.Removed}
	begun := after.Kind == ""
	for _, kind := range changeKinds() {
		place := ChangePlace{Kind: kind}
		if kind == after.Kind {
			begun, place = true, after
		}
		if !begun || counts[kind] == 0 || only != "" && only != kind {
			continue
		}
		part, err := s.changesOf(ctx, row, place, limit+1-len(list))
		if err != nil {
			return nil, false, err
		}
		if list = append(list, part...); len(list) > limit {
			return list[:limit], true, nil
		}
	}
	return list, false, nil
}

// changesOf answers up to limit changes of one kind.
func (s *Service) changesOf(ctx context.Context, row SyncRow, after ChangePlace, limit int) (list []RecordChange, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := selectDefinitionByNumber(ctx, tx, row.definition)
		if err != nil {
			return err
		}
		items, err := selectChanged(ctx, tx, row.definition, *row.Number, after, limit)
		if err != nil {
			return err
		}
		records, err := browse(ctx, tx, d, *row.Number, items)
		if err != nil {
			return err
		}
		before := map[Item]json.Value{}
		if after.Kind == ChangeUpdated {
			stood, err := selectDocuments(ctx, tx, row.definition, *row.Number-1, items)
			if err != nil {
				return err
			}
			for _, one := range stood {
				before[one.item] = one.document
			}
		}
		for _, record := range records {
			change := RecordChange{Item: record.Item, Kind: after.Kind, Record: record}
			if was := before[record.Item]; was != nil {
				change.difference = differencesOf(was, record.Document)
			}
			list = append(list, change)
		}
		return nil
	})
	return list, err
}

// Browsed is the newest record of an item at a number, as people look at it.
type Browsed struct {
	Newest
	EntityID    string
	Held, Stale bool
}

// Name answers the record's displayName, its uniqueId when that is empty.
func (b Browsed) Name() string { return Entity{Document: b.Document, UniqueID: b.UniqueID}.Name() }

// browse answers the newest records of items, which rise, at a number.
func browse(ctx context.Context, tx *db.Tx, d Definition, number int64, items []Item) ([]Browsed, error) {
	rows, err := selectNewest(ctx, tx, d.Number, number, items)
	if err != nil {
		return nil, err
	}
	marks, err := selectMarks(ctx, tx, d.Number, number, items)
	if err != nil {
		return nil, err
	}
	list := make([]Browsed, len(rows))
	for i, row := range rows {
		list[i] = Browsed{Newest: row, EntityID: d.PublicID(row.Item, row.CreatedAt, row.UniqueID)}
	}
	for _, m := range marks {
		if i := slices.IndexFunc(list, func(b Browsed) bool { return b.Item == m.item }); i >= 0 {
			list[i].Held, list[i].Stale = list[i].Held || m.kind == markHeld, list[i].Stale || m.kind == markStale
		}
	}
	return list, nil
}

// RecordQuery asks for a page of records.
type RecordQuery struct {
	After  Item   // of a list by item
	Begins string // only those whose uniqueId begins so, by uniqueId; "" for all, by item
	Beyond string // of a list by uniqueId
	Gone   bool   // those that a push left out, instead of those that exist
	Limit  int
}

// goneStep is how many items one request looks at to find those that are gone.
const goneStep = 10_000

// Browse answers a page of records of a definition and the place that the next one
// begins after, nil when nothing follows. A page of records that are gone may be
// short although more follow: it looks at some items at a time.
func (s *Service) Browse(ctx context.Context, c caller.Caller, id ID, q RecordQuery) (list []Browsed, next *Item, err error) {
	d, err := s.visible(ctx, c, id)
	if err != nil {
		return nil, nil, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		head, err := selectHead(ctx, tx, d.Number)
		if err != nil {
			return err
		}
		items, follows, err := q.items(ctx, tx, d, head)
		if err != nil {
			return err
		}
		next = follows
		if q.Begins == "" {
			list, err = browse(ctx, tx, d, head.Number, items)
			return err
		}
		sorted := slices.Sorted(slices.Values(items))
		if list, err = browse(ctx, tx, d, head.Number, sorted); err != nil {
			return err
		}
		slices.SortFunc(list, func(a, b Browsed) int { return slices.Index(items, a.Item) - slices.Index(items, b.Item) })
		return nil
	})
	return list, next, err
}

// items answers those of a page, and the last of them when more follow.
func (q RecordQuery) items(ctx context.Context, tx *db.Tx, d Definition, head Head) (items []Item, next *Item, err error) {
	switch {
	case q.Begins != "":
		items, err = selectItemsBeginning(ctx, tx, d.Number, head.Number, q)
	case !q.Gone:
		items, err = selectItemsAfter(ctx, tx, d.Number, head.Number, q.After, q.Limit+1)
	case head.Current == head.Items: // nothing is gone
	default:
		return q.gone(ctx, tx, d, head)
	}
	if len(items) > q.Limit {
		items = items[:q.Limit]
		next = &items[q.Limit-1]
	}
	return items, next, err
}

func (q RecordQuery) gone(ctx context.Context, tx *db.Tx, d Definition, head Head) (items []Item, next *Item, err error) {
	last := min(q.After+goneStep, Item(head.Items))
	if items, err = selectGone(ctx, tx, d.Number, head.Number, [2]Item{q.After, last}, q.Limit); err != nil {
		return nil, nil, err
	}
	if len(items) == q.Limit {
		last = items[len(items)-1]
	}
	if last < Item(head.Items) {
		next = &last
	}
	return items, next, nil
}

// errNoRecord says that there never was such a record.
var errNoRecord = fault.New(fault.NotFound, "recordId not found")

// Record answers a record of a definition by its public id, gone or not.
func (s *Service) Record(ctx context.Context, c caller.Caller, id ID, record string) (one Browsed, err error) {
	d, err := s.visible(ctx, c, id)
	if err != nil {
		return one, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		one, err = recordIn(ctx, tx, d, record)
		return err
	})
	return one, err
}

func recordIn(ctx context.Context, tx *db.Tx, d Definition, record string) (Browsed, error) {
	item, ok, err := ItemOf(ctx, tx, d.Number, record)
	if err != nil {
		return Browsed{}, err
	}
	if !ok {
		return Browsed{}, errNoRecord
	}
	head, err := selectHead(ctx, tx, d.Number)
	if err != nil {
		return Browsed{}, err
	}
	list, err := browse(ctx, tx, d, head.Number, []Item{item})
	if err == nil && len(list) == 0 {
		err = errNoRecord // written ahead: not there yet
	}
	if err != nil {
		return Browsed{}, err
	}
	return list[0], nil
}

// RecordVersion is a record as it was for a while.
type RecordVersion struct {
	difference
	Came     string // ChangeCreated, ChangeUpdated or ChangeRestored
	Document json.Value
	Ended    int64 // its number's end; 0: it stands
	From     SyncRow
	Number   int64
	Removed  bool   // at its end nothing followed
	To       *int64 // ms; nil: it stands
}

// ChangeRestored is how a record came that had been gone.
const ChangeRestored = "restored"

// Versions answers up to limit versions of a record before a number, newest first,
// and whether more follow; before 0 is the newest.
func (s *Service) Versions(ctx context.Context, c caller.Caller, id ID, record string, before int64, limit int) (list []RecordVersion, more bool, err error) {
	d, err := s.visible(ctx, c, id)
	if err != nil {
		return nil, false, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		one, err := recordIn(ctx, tx, d, record)
		if err != nil {
			return err
		}
		list, err = versionsOf(ctx, tx, d, one.Item, before, limit)
		return err
	})
	if len(list) > limit {
		return list[:limit], true, err
	}
	return list, false, err
}

// versionsOf answers one more than limit versions, of which the last is told of only
// as what came before.
func versionsOf(ctx context.Context, tx *db.Tx, d Definition, item Item, before int64, limit int) ([]RecordVersion, error) {
	head, err := selectHead(ctx, tx, d.Number)
	if err != nil {
		return nil, err
	}
	begin := before // a version that ended with it came before that one, too
	if before == 0 {
		begin = head.Number + 1
	}
	list, err := selectVersions(ctx, tx, d.Number, item, begin, limit+1)
	next := before // that followed
	for i := range list {
		v := &list[i]
		if err == nil {
			v.From, err = selectSyncNumbered(ctx, tx, d.Number, v.Number)
		}
		if err == nil && v.Ended > 0 && v.Ended <= head.Number {
			var end SyncRow
			end, err = selectSyncNumbered(ctx, tx, d.Number, v.Ended)
			v.To = &end.StartedAt
			v.Removed = v.Ended != next
		}
		next = v.Number
		v.Came = ChangeCreated
		if i+1 < len(list) {
			v.Came = ChangeRestored
			if older := list[i+1]; older.Ended == v.Number {
				v.Came, v.difference = ChangeUpdated, differencesOf(older.Document, v.Document)
			}
		}
	}
	return list, err
}
