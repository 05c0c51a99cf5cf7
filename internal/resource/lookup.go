// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"errors"
	"slices"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
)

// What package assessment reads of records and definitions, in a transaction of
// its own, so that verdicts and records come from one snapshot. number is
// always a head of the definition that the caller read in the same transaction
// or pinned before.

// Entity is a record as a test shows it.
type Entity struct {
	CreatedAt int64 // ms, when the uniqueId first came
	Document  json.Value
	Held      bool // left out of the newest push, and kept by a guard
	Item      Item
	Stale     bool // its newest element was rejected
	UniqueID  string
	UpdatedAt int64 // ms, when this version came
}

// Name answers the record's displayName, its uniqueId when that is empty.
func (e Entity) Name() string {
	var named struct {
		DisplayName string `json:"displayName"`
	}
	if json.Unmarshal(e.Document, &named) != nil || named.DisplayName == "" {
		return e.UniqueID
	}
	return named.DisplayName
}

// LookUp answers a definition by its number; db.ErrNoRow when there is none.
func LookUp(ctx context.Context, tx *db.Tx, number Number) (Definition, error) {
	return selectDefinitionByNumber(ctx, tx, number)
}

// LookUpByName answers an application's definition of a name, ignoring case;
// db.ErrNoRow when there is none.
func LookUpByName(ctx context.Context, tx *db.Tx, w caller.Workspace, application, name string) (Definition, error) {
	return selectDefinitionByName(ctx, tx, w, application, nameKey(name))
}

// LookUpByID answers a definition of the workspace by its resourceId;
// db.ErrNoRow when there is none.
func LookUpByID(ctx context.Context, tx *db.Tx, w caller.Workspace, id ID) (Definition, error) {
	return selectDefinition(ctx, tx, w, id)
}

// LookUpNamed answers the definitions of a name, ignoring case, of all applications
// of the workspace, oldest first.
func LookUpNamed(ctx context.Context, tx *db.Tx, w caller.Workspace, name string) ([]Definition, error) {
	return selectDefinitionsNamed(ctx, tx, w, nameKey(name))
}

// HeadOf answers where a definition's history stands.
func HeadOf(ctx context.Context, tx *db.Tx, definition Number) (Head, error) {
	return selectHead(ctx, tx, definition)
}

// LastPush answers when a definition was last pushed, in ms, 0 for never: a definition with
// several sources is as fresh as the one of them that has been silent for longest.
func LastPush(ctx context.Context, tx *db.Tx, definition Number) (int64, error) {
	return selectLastPush(ctx, tx, definition)
}

// LastPushes is LastPush for all definitions of a workspace.
func LastPushes(ctx context.Context, tx *db.Tx, w caller.Workspace) (map[Number]int64, error) {
	return selectLastPushes(ctx, tx, w)
}

// IsClaimed says whether a push or an evaluation of the definition runs at an
// instant in ms.
func IsClaimed(ctx context.Context, tx *db.Tx, definition Number, now int64) (bool, error) {
	until, err := selectClaimUntil(ctx, tx, definition)
	if errors.Is(err, db.ErrNoRow) {
		return false, nil
	}
	return until >= now, err
}

// Stretch is a part of the records of a definition.
type Stretch struct {
	After      Item // the first is the next one
	Definition Number
	Last       Item // the last that may be one of them
	Limit      int  // how many at most
	Number     int64
}

// EachDocument calls fn with the records of a stretch, by rising item. The
// bytes are valid until fn returns.
func EachDocument(ctx context.Context, tx *db.Tx, at Stretch, fn func(Item, []byte) error) error {
	return eachDocument(ctx, tx, at, fn)
}

// Identity is what a public id is made of.
type Identity struct {
	CreatedAt int64 // ms
	UniqueID  string
}

// Identities answers those of items, whose records need not exist.
func Identities(ctx context.Context, tx *db.Tx, definition Number, items []Item) (map[Item]Identity, error) {
	return selectIdentities(ctx, tx, definition, items)
}

// PresentSince answers since when items have been there without a break at a number, in
// ms: the commit of the push that brought them, or brought them back. now stands for
// that of a number that is being made.
func PresentSince(ctx context.Context, tx *db.Tx, at Stretch, now int64, items []Item) (map[Item]int64, error) {
	return selectPresentSince(ctx, tx, at, now, items)
}

// Document is a record and its item.
type Document struct {
	Item Item
	Text []byte
}

// Documents answers those of the items that exist at number, by rising item.
func Documents(ctx context.Context, tx *db.Tx, definition Number, number int64, items []Item) ([]Document, error) {
	rows, err := selectDocuments(ctx, tx, definition, number, items)
	list := make([]Document, len(rows))
	for i, row := range rows {
		list[i] = Document{row.item, row.document}
	}
	return list, err
}

// ItemsAfter answers up to limit items that exist at number, by rising item.
func ItemsAfter(ctx context.Context, tx *db.Tx, definition Number, number int64, after Item, limit int) ([]Item, error) {
	return selectItemsAfter(ctx, tx, definition, number, after, limit)
}

// ItemsBut is ItemsAfter without the items for which a condition on resource_item i holds;
// $1 in it is the definition. It is for a feature that keeps rows of few items, or of
// nearly all.
func ItemsBut(ctx context.Context, tx *db.Tx, at Stretch, condition string) ([]Item, error) {
	return selectItemsBut(ctx, tx, at, condition)
}

// Entities answers those of the items, which rise, that exist at number.
func Entities(ctx context.Context, tx *db.Tx, definition Number, number int64, items []Item) ([]Entity, error) {
	if len(items) == 0 {
		return nil, nil
	}
	list, versions, err := selectEntities(ctx, tx, definition, number, items)
	if err != nil {
		return nil, err
	}
	times, err := CommitTimes(ctx, tx, definition, versions)
	if err != nil {
		return nil, err
	}
	marks, err := selectMarks(ctx, tx, definition, number, items)
	if err != nil {
		return nil, err
	}
	for i := range list {
		list[i].UpdatedAt = times[versions[i]]
		for _, m := range marks {
			if m.item == list[i].Item {
				list[i].Held, list[i].Stale = list[i].Held || m.kind == markHeld, list[i].Stale || m.kind == markStale
			}
		}
	}
	return list, nil
}

// CommitTimes answers when numbers of a definition were committed, in ms.
func CommitTimes(ctx context.Context, tx *db.Tx, definition Number, numbers []int64) (map[int64]int64, error) {
	return selectCommitTimes(ctx, tx, definition, numbers)
}

// ItemOf answers the item behind an entity's public id; ok is false when there
// never was one. It may be gone by now.
func ItemOf(ctx context.Context, tx *db.Tx, definition Number, id string) (item Item, ok bool, err error) {
	entity, ok := ParseEntityID(id)
	if !ok || entity.Definition != definition {
		return 0, false, nil
	}
	createdAt, err := selectItemCreated(ctx, tx, definition, entity.Item)
	if errors.Is(err, db.ErrNoRow) {
		return 0, false, nil
	}
	return entity.Item, err == nil && uint32(createdAt/1000) == uint32(entity.Second), err
}

// Populated answers the definitions of all workspaces that have records now.
func Populated(ctx context.Context, tx *db.Tx) ([]Number, error) { return selectPopulated(ctx, tx) }

// EntityOf answers the public id of the record that a definition has, or had, under a
// uniqueId; db.ErrNoRow when it never had one.
func EntityOf(ctx context.Context, tx *db.Tx, d Definition, unique string) (string, error) {
	item, createdAt, err := selectItemNamed(ctx, tx, d.Number, unique)
	return EntityID(d.Number, item, createdAt), err
}

// DefinitionsOf answers the definitions of an application of any workspace, by number: for
// somebody of another one who is asked to allow what it pushes.
func DefinitionsOf(ctx context.Context, tx *db.Tx, application string) ([]Definition, error) {
	return selectDefinitionsOf(ctx, tx, application)
}

// Definitions answers all definitions that applications of the workspace made, by
// number.
func Definitions(ctx context.Context, tx *db.Tx, w caller.Workspace) ([]Definition, error) {
	return selectDefinitions(ctx, tx, w, "")
}

// LookUpBase answers the workspace's definitions of some base types, by number.
func LookUpBase(ctx context.Context, tx *db.Tx, w caller.Workspace, bases ...Base) ([]Definition, error) {
	list, err := selectDefinitions(ctx, tx, w, "")
	return slices.DeleteFunc(list, func(d Definition) bool { return !slices.Contains(bases, d.Base) }), err
}

// NewestOf answers the newest versions at a number of items, which rise, gone or not.
func NewestOf(ctx context.Context, tx *db.Tx, definition Number, number int64, items []Item) ([]Newest, error) {
	return selectNewest(ctx, tx, definition, number, items)
}

// Refusal answers why the newest push of a definition was refused; "" when it was not,
// and before the first.
func Refusal(ctx context.Context, tx *db.Tx, d Definition) (string, error) {
	return selectRefusal(ctx, tx, d.Number)
}

// Existing answers which of the items, which rise, exist at a number.
func Existing(ctx context.Context, tx *db.Tx, definition Number, number int64, items []Item) ([]Item, error) {
	return selectExisting(ctx, tx, definition, number, items)
}
