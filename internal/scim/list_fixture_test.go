// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/scim/schema"
	"github.com/passmuster/muster/internal/seal"
	"github.com/passmuster/muster/internal/workspace"
)

// shelf is a directory whose resources nobody follows, for what the engine does
// by itself.
type shelf struct {
	*Service
	c     *call
	clock time.Time
	t     testing.TB
}

func newShelf(t testing.TB, d *db.DB, types ...*schema.ResourceType) *shelf {
	t.Helper()
	h := &shelf{clock: time.UnixMilli(1_790_000_000_000), t: t}
	sealer, err := seal.New([]byte(strings.Repeat("k", seal.KeySize)))
	h.ok(err)
	now := func() time.Time { return h.clock }
	h.Service = New(Options{
		Access: access.New(access.Options{DB: d, Now: now}), DB: d, Now: now, Sealer: sealer, Types: types,
		BaseURL: func(context.Context) (string, error) { return "https://muster.example.com", nil },
	})
	w, err := workspace.New(d, now).Get(t.Context(), "")
	h.ok(err)
	h.c = h.directory(w.Caller(), 7)
	return h
}

// directory puts another directory up.
func (h *shelf) directory(w caller.Workspace, number int64) *call {
	h.t.Helper()
	id := DirectoryID(fmt.Sprintf("65f0%020d", number))
	h.write(func(ctx context.Context, tx *db.Tx) error {
		return tx.ExecOne(ctx, `
			INSERT INTO scim_directory (number, id, workspace, name, name_key, provider, state, strict, role_attribute, default_role,
				created_at, updated_at, learned)
			VALUES ($1, $2, $3, $4, $4, 'generic', 'linked', FALSE, '', '', 1, 1, 0)`, number, string(id), w.Number, string(id))
	})
	dir := Directory{ID: id, Name: string(id), Number: number, State: Linked, Workspace: w}
	return &call{
		actor: dir.actor(""), base: "https://muster.example.com/scim/v2/" + string(id), dir: dir, now: h.instant(), rehearsal: true, service: h.Service,
	}
}

func (h *shelf) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *shelf) write(fn func(ctx context.Context, tx *db.Tx) error) {
	h.t.Helper()
	h.ok(h.DB.Write(h.t.Context(), fn))
}

func (h *shelf) read(fn func(ctx context.Context, tx *db.Tx) error) {
	h.t.Helper()
	h.ok(h.DB.Read(h.t.Context(), fn))
}

// typed answers a resource type as the directory knows it.
func (h *shelf) typed(ctx context.Context, tx *db.Tx, name string) *schema.ResourceType {
	h.t.Helper()
	rt, err := h.typeOf(ctx, tx, h.c.dir, name)
	h.ok(err)
	return rt
}

// make makes a resource; the clock goes on by a millisecond.
func (h *shelf) make(kind, body string) (r Resource) {
	h.t.Helper()
	h.clock = h.clock.Add(time.Millisecond)
	h.c.now = h.instant()
	h.write(func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = h.create(ctx, tx, h.c, h.typed(ctx, tx, kind), []byte(body))
		return err
	})
	return r
}

func (h *shelf) user(name, more string) Resource {
	h.t.Helper()
	return h.make("User", fmt.Sprintf(`{"schemas": [%q], "userName": %q%s}`, schema.UserURN, name, more))
}

func (h *shelf) group(name string, members ...string) Resource {
	h.t.Helper()
	return h.make("Group", fmt.Sprintf(`{"schemas": [%q], "displayName": %q, "members": [%s]}`, schema.GroupURN, name, memberValues(members)))
}

func memberValues(members []string) string {
	list := make([]string, len(members))
	for i, m := range members {
		list[i] = fmt.Sprintf(`{"value": %q}`, m)
	}
	return strings.Join(list, ", ")
}

// tryPage is page with the error.
func (h *shelf) tryPage(kind string, q listQuery) (p pageRead, err error) {
	h.t.Helper()
	var body []byte
	err = h.DB.Read(h.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		body, err = h.list(ctx, tx, h.c, h.typed(ctx, tx, kind), q)
		return err
	})
	if err == nil {
		h.ok(json.Unmarshal(body, &p))
		p.body = string(body)
	}
	return p, err
}

func (h *shelf) page(kind string, q listQuery) pageRead {
	h.t.Helper()
	p, err := h.tryPage(kind, q)
	h.ok(err)
	return p
}

// pageRead is a ListResponse.
type pageRead struct {
	Schemas      []string         `json:"schemas"`
	TotalResults int              `json:"totalResults"`
	ItemsPerPage int              `json:"itemsPerPage"`
	StartIndex   int              `json:"startIndex"`
	NextCursor   *string          `json:"nextCursor"`
	Resources    []map[string]any `json:"Resources"`

	body string
}

func (p pageRead) ids() (ids []string) {
	for _, r := range p.Resources {
		id, _ := r["id"].(string)
		ids = append(ids, id)
	}
	return ids
}

// names answers what the resources are called, for tables.
func (p pageRead) names() string {
	var names []string
	for _, r := range p.Resources {
		for _, key := range []string{"userName", "displayName", "serialNumber"} {
			if name, ok := r[key].(string); ok {
				names = append(names, name)
				break
			}
		}
	}
	return strings.Join(names, " ")
}

func number(n int) *int          { return &n }
func cursor(text string) *string { return &text }
