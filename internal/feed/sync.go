// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
)

// The parts of an entry. They are for good: cursors stand in rows. Each test of a sync
// has partsATest from partTests on, and each of its records one from
// (its place + 1) << outcomeBits on, so that a page of these is found by the item.
const (
	partEntry    = 1
	partRejected = 2
	partHeld     = 3
	partTests    = 10
	partsATest   = 4
	outcomeBits  = 40
)

// synced is what a sync's entry says.
type synced struct {
	Accepted  int64               `json:"accepted"`
	Cause     string              `json:"cause"`
	Created   int64               `json:"created"`
	Failed    bool                `json:"failed"`
	Held      int64               `json:"held"`
	Number    int64               `json:"number"`
	Received  int64               `json:"received"`
	Rejected  int64               `json:"rejected"`
	Removed   int64               `json:"removed"`
	Stale     int64               `json:"stale"`
	Sync      string              `json:"sync"`
	Unchanged int64               `json:"unchanged"`
	Updated   int64               `json:"updated"`
	Verdicts  []resource.Verdicts `json:"verdicts"`
}

func parseSync(t evidence.Told) (s synced, err error) {
	if t.Text == nil {
		return s, nil // altered; its event says so
	}
	if err := json.Unmarshal(t.Text, &s); err != nil {
		return s, fmt.Errorf("read what the sync says: %w", err)
	}
	return s, nil
}

// data is what sync.pushed, sync.refused and sync.evaluated hold.
func (s synced) data(t evidence.Told) map[string]any {
	data := map[string]any{"cause": s.Cause, "definition": ref(t.Targets[0]), "sync": s.Sync}
	if s.Cause == "push" {
		for name, count := range map[string]int64{
			"accepted": s.Accepted, "created": s.Created, "held": s.Held, "received": s.Received, "rejected": s.Rejected, "removed": s.Removed,
			"stale": s.Stale, "unchanged": s.Unchanged, "updated": s.Updated,
		} {
			data[name] = count
		}
	}
	if t.Actor.Kind == "application" {
		data["application"] = ref(t.Actor)
	}
	return data
}

func ref(p evidence.Party) map[string]any { return map[string]any{"id": p.ID, "name": p.Name} }

// telling draws the events of a sync's entry.
type telling struct {
	list []Event
	sync synced
	told evidence.Told
}

// syncEvents answers the events of a sync's entry, but for those of single records.
func syncEvents(t evidence.Told) ([]Event, error) {
	s, err := parseSync(t)
	if err != nil || t.Text == nil {
		return []Event{of(t)}, err
	}
	own := of(t)
	own.Data = s.data(t)
	tell := &telling{list: []Event{own}, sync: s, told: t}
	name := t.Targets[0].Name
	if s.Rejected > 0 {
		tell.add(partRejected, RecordsRejected, fmt.Sprintf("%s of a push of %s rejected", were(s.Rejected), name), map[string]any{
			"received": s.Received, "rejected": s.Rejected, "rejectionsUrl": "/v1/resources/syncs/" + s.Sync + "/rejections",
		})
	}
	if s.Held > 0 {
		tell.add(partHeld, RemovalsHeld, fmt.Sprintf("%s of %s kept that the push left out", were(s.Held), name), map[string]any{"held": s.Held})
	}
	for i, v := range s.Verdicts {
		if v.Turn != nil {
			tell.turn(int64(partTests+partsATest*i), v)
		}
	}
	return tell.list, nil
}

// add adds an event. All have the definition and the sync.
func (tell *telling) add(part int64, kind, summary string, data map[string]any) *Event {
	e := tell.list[0]
	data["definition"], data["sync"] = ref(tell.told.Targets[0]), tell.sync.Sync
	e.Cursor.Part, e.Data, e.Summary, e.Type = part, data, summary, kind
	tell.list = append(tell.list, e)
	return &tell.list[len(tell.list)-1]
}

// turn adds what came out differently under a test.
func (tell *telling) turn(part int64, v resource.Verdicts) {
	t := v.Turn
	add := func(part int64, kind, summary string, data map[string]any) {
		data["test"] = testOf(t)
		e := tell.add(part, kind, summary, data)
		e.Subject = evidence.Party{ID: t.ID, Kind: "test", Name: t.Name}
		e.Targets = []evidence.Party{e.Subject, tell.told.Targets[0]}
	}
	if t.Before != t.After {
		add(part, StatusChanged, fmt.Sprintf("The test %s went from %s to %s: %d of %s", t.Name, status(t.Before), status(t.After), v.Failing, failOf(t.Total)),
			map[string]any{"failing": v.Failing, "from": t.Before, "to": t.After, "total": t.Total})
	}
	if t.Began > 0 {
		add(part+1, NewFailures, fmt.Sprintf("%s under the test %s", began(t.Began), t.Name), map[string]any{"count": t.Began, "items": t.Failing})
	}
	if t.Ended > 0 {
		add(part+2, FailuresEnded, fmt.Sprintf("%s under the test %s", ended(t.Ended), t.Name), map[string]any{"count": t.Ended, "items": t.Fixed})
	}
}

func testOf(t *resource.Turn) map[string]any {
	return map[string]any{"id": t.ID, "name": t.Name, "slug": t.Slug}
}

// status answers a status in words: "needs attention"; OK stays.
func status(word string) string {
	if word == string(assessment.StatusOK) {
		return word
	}
	return strings.ToLower(strings.ReplaceAll(word, "_", " "))
}

func were(n int64) string {
	if n == 1 {
		return "1 record was"
	}
	return fmt.Sprintf("%d records were", n)
}

func failOf(total int64) string {
	if total == 1 {
		return "1 record fails"
	}
	return fmt.Sprintf("%d records fail", total)
}

func began(n int64) string {
	if n == 1 {
		return "1 record began to fail"
	}
	return fmt.Sprintf("%d records began to fail", n)
}

func ended(n int64) string {
	if n == 1 {
		return "1 record fails no more"
	}
	return fmt.Sprintf("%d records fail no more", n)
}

// definitions are those that a page has looked up; nil for one that is no more.
type definitions map[string]*resource.Definition

// definition answers that of a sync's entry, nil when there is none any more.
func (r *reader) definition(ctx context.Context, t evidence.Told) (*resource.Definition, error) {
	id := t.Targets[0].ID
	if d, known := r.definitions[id]; known {
		return d, nil
	}
	d, err := resource.LookUpByID(ctx, r.tx, r.workspace, resource.ID(id))
	switch {
	case errors.Is(err, db.ErrNoRow):
		r.definitions[id] = nil
	case err != nil:
		return nil, fmt.Errorf("look up definition %s: %w", id, err)
	default:
		r.definitions[id] = &d
	}
	return r.definitions[id], nil
}

// name puts the records of an event's sample in place of their items.
func (r *reader) name(ctx context.Context, t evidence.Told, e *Event) error {
	items, ok := e.Data["items"].([]resource.Item)
	if !ok {
		return nil
	}
	delete(e.Data, "items")
	named, err := r.entities(ctx, t, items)
	if err != nil {
		return err
	}
	list, names := []any{}, []string{}
	for _, item := range items {
		if n, ok := named[item]; ok {
			name, _ := n["name"].(string)
			list, names = append(list, n), append(names, name)
		}
	}
	e.Data["sample"] = list
	if count, _ := e.Data["count"].(int64); len(names) > 0 {
		if more := count - int64(len(names)); more > 0 {
			names = append(names, fmt.Sprintf("%d more", more))
		}
		e.Summary += ": " + strings.Join(names, ", ")
	}
	return nil
}

// entities answers ids and names of items as of a sync, of those that are gone too.
func (r *reader) entities(ctx context.Context, t evidence.Told, items []resource.Item) (map[resource.Item]map[string]any, error) {
	d, err := r.definition(ctx, t)
	if err != nil || d == nil || len(items) == 0 {
		return nil, err
	}
	s, err := parseSync(t)
	if err != nil {
		return nil, err
	}
	items = slices.Compact(slices.Sorted(slices.Values(items)))
	rows, err := resource.NewestOf(ctx, r.tx, d.Number, s.Number, items)
	if err != nil {
		return nil, fmt.Errorf("look up records: %w", err)
	}
	named := map[resource.Item]map[string]any{}
	for _, n := range rows {
		e := resource.Entity{CreatedAt: n.CreatedAt, Document: n.Document, Item: n.Item, UniqueID: n.UniqueID}
		named[n.Item] = map[string]any{"id": resource.EntityID(d.Number, n.Item, n.CreatedAt), "name": clean(e.Name())}
	}
	return named, nil
}

// outcomes adds the changes of single records, and says whether that was all of them.
func (r *reader) outcomes(ctx context.Context, t evidence.Told, after int64) (whole bool, err error) {
	s, err := parseSync(t)
	if err != nil || t.Text == nil {
		return true, err
	}
	d, err := r.definition(ctx, t)
	if err != nil || d == nil {
		return true, err
	}
	for i, v := range s.Verdicts {
		base := int64(i+1) << outcomeBits
		at := assessment.ChangesAt{Definition: d.Number, Limit: min(step, r.limit-len(r.events)+1), Number: s.Number, Test: v.Test}
		if after > base {
			at.After = resource.Item(after - base)
		}
		if v.Turn == nil || after >= base+1<<outcomeBits {
			continue // nothing turned that has a row, or it was had
		}
		if whole, err := r.changes(ctx, t, v, at, base); err != nil || !whole {
			return false, err
		}
	}
	return true, nil
}

// changes adds those under one test.
func (r *reader) changes(ctx context.Context, t evidence.Told, v resource.Verdicts, at assessment.ChangesAt, base int64) (whole bool, err error) {
	for {
		list, last, err := assessment.OutcomeChanges(ctx, r.tx, at)
		if err != nil {
			return false, err
		}
		items := make([]resource.Item, len(list))
		for i, c := range list {
			items[i] = c.Item
		}
		named, err := r.entities(ctx, t, items)
		if err != nil {
			return false, err
		}
		for _, c := range list {
			if len(r.events) == r.limit {
				return false, nil
			}
			r.events = append(r.events, change(t, v, c, base, named[c.Item]))
		}
		if at.After = last; last == 0 {
			return true, nil
		}
	}
}

// change answers the event of one record.
func change(t evidence.Told, v resource.Verdicts, c assessment.OutcomeChange, base int64, entity map[string]any) Event {
	e := of(t)
	if entity == nil {
		entity = map[string]any{"id": "", "name": ""}
	}
	name, _ := entity["name"].(string)
	sync := t.Body["sync"]
	e.Cursor.Part, e.Type = base+int64(c.Item), OutcomeChanged
	e.Data = map[string]any{"definition": ref(t.Targets[0]), "entity": entity, "from": c.Before, "sync": sync, "test": testOf(v.Turn), "to": c.Now}
	e.Subject = evidence.Party{ID: v.Turn.ID, Kind: "test", Name: v.Turn.Name}
	id, _ := entity["id"].(string)
	e.Targets = []evidence.Party{e.Subject, {ID: id, Kind: "entity", Name: name}, t.Targets[0]}
	if c.Before == assessment.OutcomeNone.String() {
		e.Summary = fmt.Sprintf("%s, which is new, is %s under the test %s", cmp.Or(name, "A record"), status(c.Now), v.Turn.Name)
		return e
	}
	e.Summary = fmt.Sprintf("%s went from %s to %s under the test %s", cmp.Or(name, "A record"), status(c.Before), status(c.Now), v.Turn.Name)
	return e
}
