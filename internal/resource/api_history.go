// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"slices"
	"strconv"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/web"
)

// mountHistory mounts the routes of syncs and records, as people look at them.
func (s *Service) mountHistory(server *web.Server) {
	route := func(path, id, summary string) web.Route {
		return web.Route{
			Method: "GET", Path: "/v1/" + path, ID: id, Summary: summary, Permission: caller.ReadApplications, Class: web.ClassManage, Tag: "Definitions",
		}
	}
	web.Register(server, route("definitions/{resourceId}/syncs", "listSyncs", "List the pushes of a definition, newest first"), s.getSyncs)
	web.Register(server, route("syncs/{syncId}", "getSync", "Get a push by its id"), s.getSync)
	web.Register(server, route("syncs/{syncId}/changes", "listSyncChanges", "List the records that a push created, updated and removed, in this order"), s.getChanges)
	web.Register(server, route("definitions/{resourceId}/records", "listRecords", "List the records of a definition"), s.getRecords)
	web.Register(server, route("definitions/{resourceId}/records/{recordId}", "getRecord", "Get a record, gone or not"), s.getRecord)
	web.Register(server, route("definitions/{resourceId}/records/{recordId}/versions", "listRecordVersions", "List the versions of a record, newest first"), s.getVersions)
}

type (
	// SyncRef names a push. It is exported because huma reads it only then.
	SyncRef struct {
		Sync string `doc:"Id of the push." path:"syncId"`
	}
	// RecordRef names a record.
	RecordRef struct {
		DefinitionRef
		Record string `doc:"Id of the record, as under its tests." path:"recordId"`
	}
	recordsOutput struct{ Body web.Page[api.Record] }
	syncOutput    struct{ Body api.SyncRun }
)

func cursorOf(number int64) string { return web.EncodeCursor(strconv.FormatInt(number, 10)) }

// numberCursor reads a cursor of one number; 0 when there is none.
func numberCursor(text string) (int64, error) {
	parts, err := web.DecodeCursor(text, 1)
	if err != nil || parts == nil {
		return 0, err
	}
	number, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || number < 1 {
		return 0, web.InQuery("pageCursor", "must be a cursor of an earlier answer of this list")
	}
	return number, nil
}

func (a Actor) wire() api.Actor { return api.Actor{ID: a.ID, Kind: a.Kind, Name: a.Name} }

func (s SyncRow) wire() api.SyncRun {
	r := s.Counts
	run := api.SyncRun{
		ID: s.ID, DefinitionID: string(s.Definition), DefinitionName: s.DefinitionName, Cause: string(s.Cause), Failed: s.Number == nil,
		Actor: s.Actor.wire(), StartedDate: web.TimeOf(s.StartedAt).String(), CommittedDate: web.TimeOf(s.CommittedAt).String(),
		SchemaVersion: s.SchemaVersion, Received: r.Received, Accepted: r.Accepted, Rejected: r.Rejected, Created: r.Created,
		Updated: r.Updated, Unchanged: r.Unchanged, Removed: r.Removed, Held: r.Held, Source: s.Source, Stale: r.Stale, Warned: r.Warned,
	}
	if s.Failure != "" {
		run.Failure = &s.Failure
	}
	if r.Rejected > 0 {
		url := "/v1/resources/syncs/" + s.ID + "/rejections"
		run.RejectionsURL = &url
	}
	return run
}

type syncsInput struct {
	DefinitionRef
	web.PageInput
	Cause string `doc:"push when absent: pushes only, those that failed too. all: whatever moved the definition on." enum:"push,all" query:"cause"`
}

func (s *Service) getSyncs(ctx context.Context, in *syncsInput) (*struct{ Body web.Page[api.SyncRun] }, error) {
	parts, err := web.DecodeCursor(in.PageCursor, 2)
	if err != nil {
		return nil, err
	}
	var after *SyncPlace
	if parts != nil {
		at, err := strconv.ParseInt(parts[0], 10, 64)
		if err != nil {
			return nil, web.InQuery("pageCursor", "must be a cursor of an earlier answer of this list")
		}
		after = &SyncPlace{At: at, ID: parts[1]}
	}
	list, more, err := s.Syncs(ctx, caller.From(ctx), ID(in.ID), in.Cause == "all", after, in.Size())
	if err != nil {
		return nil, err
	}
	page, at := make([]api.SyncRun, len(list)), map[string]int64{}
	for i, one := range list {
		page[i], at[one.ID] = one.wire(), one.CommittedAt
	}
	cursor := func(r api.SyncRun) string { return web.EncodeCursor(strconv.FormatInt(at[r.ID], 10), r.ID) }
	return &struct{ Body web.Page[api.SyncRun] }{web.NewPage(page, cursor, more, after != nil)}, nil
}

func (s *Service) getSync(ctx context.Context, in *SyncRef) (*syncOutput, error) {
	row, err := s.Sync(ctx, caller.From(ctx), in.Sync)
	if err != nil {
		return nil, err
	}
	return &syncOutput{row.wire()}, nil
}

func (d difference) wire() []api.FieldChange {
	list := make([]api.FieldChange, len(d.list))
	for i, c := range d.list {
		list[i] = api.FieldChange{Pointer: c.Pointer, Before: c.Before, After: c.After, TooLong: c.TooLong}
	}
	return list
}

type changesInput struct {
	SyncRef
	web.PageInput
	Change string `doc:"Only one kind." enum:"created,updated,removed" query:"change"`
}

func (s *Service) getChanges(ctx context.Context, in *changesInput) (*struct{ Body web.Page[api.RecordChange] }, error) {
	parts, err := web.DecodeCursor(in.PageCursor, 2)
	if err != nil {
		return nil, err
	}
	var after ChangePlace
	if parts != nil {
		item, err := strconv.ParseInt(parts[1], 10, 64)
		if err != nil || !slices.Contains(changeKinds(), parts[0]) {
			return nil, web.InQuery("pageCursor", "must be a cursor of an earlier answer of this list")
		}
		after = ChangePlace{Item: Item(item), Kind: parts[0]}
	}
	list, more, err := s.Changes(ctx, caller.From(ctx), in.Sync, in.Change, after, in.Size())
	if err != nil {
		return nil, err
	}
	page, items := make([]api.RecordChange, len(list)), map[string]Item{}
	for i, c := range list {
		page[i] = api.RecordChange{
			RecordID: c.Record.EntityID, UniqueID: c.Record.UniqueID, DisplayName: c.Record.Name(), Change: c.Kind, Fields: c.wire(), MoreFields: c.more,
		}
		items[c.Record.EntityID] = c.Item
	}
	cursor := func(c api.RecordChange) string {
		return web.EncodeCursor(c.Change, strconv.FormatInt(int64(items[c.RecordID]), 10))
	}
	return &struct{ Body web.Page[api.RecordChange] }{web.NewPage(page, cursor, more, parts != nil)}, nil
}

func wireRecords(list []Browsed) []api.Record {
	page := make([]api.Record, len(list))
	for i, b := range list {
		page[i] = b.wire()
	}
	return page
}

func (b Browsed) wire() api.Record {
	r := api.Record{
		ID: b.EntityID, UniqueID: b.UniqueID, DisplayName: b.Name(), Source: b.Source, Document: b.Document, Held: b.Held, Stale: b.Stale,
		CreatedDate: web.TimeOf(b.CreatedAt).String(), UpdatedDate: web.TimeOf(b.UpdatedAt).String(),
	}
	if b.DeletedAt != nil {
		text := web.TimeOf(*b.DeletedAt).String()
		r.DeletedDate = &text
	}
	return r
}

// cursorsByItem answers the cursor of each record, by its id.
func cursorsByItem(list []Browsed) map[string]string {
	cursors := map[string]string{}
	for _, b := range list {
		cursors[b.EntityID] = cursorOf(int64(b.Item))
	}
	return cursors
}

type recordsInput struct {
	DefinitionRef
	web.PageInput
	Begins string `doc:"Only records whose uniqueId begins with this, exactly as written; the list is by uniqueId then. Names are not searched: no index knows them." query:"q"`
	State  string `doc:"current when absent. removed: what a push left out; such a page may be short although more follow." enum:"current,removed" query:"state"`
}

func (s *Service) getRecords(ctx context.Context, in *recordsInput) (*recordsOutput, error) {
	q := RecordQuery{Begins: in.Begins, Gone: in.State == "removed", Limit: in.Size()}
	var err error
	if in.Begins == "" {
		var item int64
		item, err = numberCursor(in.PageCursor)
		q.After = Item(item)
	} else {
		var parts []string
		if parts, err = web.DecodeCursor(in.PageCursor, 2); parts != nil { // of a list by uniqueId: two parts
			q.Beyond = parts[1]
		}
	}
	if err != nil {
		return nil, err
	}
	list, next, err := s.Browse(ctx, caller.From(ctx), ID(in.ID), q)
	if err != nil {
		return nil, err
	}
	cursors := cursorsByItem(list)
	cursor := func(r api.Record) string {
		if in.Begins != "" {
			return web.EncodeCursor("uniqueId", r.UniqueID)
		}
		return cursors[r.ID]
	}
	page := web.NewPage(wireRecords(list), cursor, next != nil, in.PageCursor != "")
	if next != nil && in.Begins == "" { // further on than the last that is shown, perhaps
		end := cursorOf(int64(*next))
		page.Results.PageInfo.EndCursor = &end
	}
	return &recordsOutput{page}, nil
}

func (s *Service) getRecord(ctx context.Context, in *RecordRef) (*struct{ Body api.Record }, error) {
	one, err := s.Record(ctx, caller.From(ctx), ID(in.ID), in.Record)
	if err != nil {
		return nil, err
	}
	return &struct{ Body api.Record }{one.wire()}, nil
}

func (s *Service) getVersions(ctx context.Context, in *struct {
	RecordRef
	web.PageInput
},
) (*struct{ Body web.Page[api.RecordVersion] }, error) {
	before, err := numberCursor(in.PageCursor)
	if err != nil {
		return nil, err
	}
	list, more, err := s.Versions(ctx, caller.From(ctx), ID(in.ID), in.Record, before, in.Size())
	if err != nil {
		return nil, err
	}
	page, numbers := make([]api.RecordVersion, len(list)), map[string]int64{}
	for i, v := range list {
		page[i] = api.RecordVersion{
			Change: v.Came, FromDate: web.TimeOf(v.From.StartedAt).String(), Removed: v.Removed, SyncID: v.From.ID, Actor: v.From.Actor.wire(),
			Document: v.Document, Fields: v.wire(), MoreFields: v.more,
		}
		if v.To != nil {
			text := web.TimeOf(*v.To).String()
			page[i].ToDate = &text
		}
		numbers[v.From.ID] = v.Number
	}
	cursor := func(v api.RecordVersion) string { return cursorOf(numbers[v.SyncID]) }
	return &struct{ Body web.Page[api.RecordVersion] }{web.NewPage(page, cursor, more, before > 0)}, nil
}
