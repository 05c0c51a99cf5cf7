// SPDX-License-Identifier: Apache-2.0

package computer_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/computer"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/facet"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/mapping"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/workspace"
)

// house is a workspace with an application that pushes computers.
type house struct {
	t         testing.TB
	admin     caller.Caller
	app       caller.Caller
	clock     time.Time
	computers *computer.Service
	db        *db.DB
	mappings  *mapping.Service
	people    *directory.Service
	records   *resource.Service
}

func newHouse(t testing.TB, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, clock: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), db: d}
	w, err := workspace.New(d, h.now).Get(t.Context(), "default")
	h.ok(err)
	h.app = caller.Caller{Kind: caller.Application, ID: db.NewID(h.clock), Name: "Demo", Workspace: w.Caller()}
	h.admin = caller.Caller{Kind: caller.CommandLine, Name: "muster admin", Workspace: w.Caller()}
	h.ok(d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.ExecOne(ctx, `INSERT INTO oauth_application (id, workspace, name, name_key, type, distribution, client_id, scopes,
			redirect_uris, overlapping_tokens, rotation_grace, accept_form, created_at, updated_at)
			VALUES ($1, $2, $1, $1, 'build', 'private', $1, '[]', '[]', 1, 0, FALSE, 0, 0)`, h.app.ID, w.Number)
	}))
	h.people = directory.New(directory.Options{DB: d, Now: h.now})
	h.mappings = mapping.New(mapping.Options{DB: d, Now: h.now})
	h.computers, err = computer.New(computer.Options{DB: d, Directory: h.people, Mappings: h.mappings, Now: h.now})
	h.ok(err)
	h.records = resource.New(resource.Options{
		DB: d, Judge: assessment.NewJudge(d), Now: h.now, Owner: "test", Views: []resource.View{h.computers}, Wait: time.Minute,
	})
	h.mappings.Refresher = h.records
	return h
}

func (h *house) now() time.Time { return h.clock }

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("unexpected: %v", err)
	}
}

func (h *house) define(name, base, schema string) resource.Definition {
	h.t.Helper()
	n := resource.NewDefinition{Application: h.app.ID, Base: base, Name: name}
	if schema != "" {
		n.Schema = []byte(schema)
	}
	d, err := h.records.Create(h.t.Context(), h.app, n)
	h.ok(err)
	return d
}

func (h *house) push(d resource.Definition, elements ...string) {
	h.t.Helper()
	h.clock = h.clock.Add(time.Second)
	result, err := h.records.Push(h.t.Context(), h.app, resource.Push{
		Base: d.Base, Default: resource.Strict,
		Body: strings.NewReader(fmt.Sprintf(`{"resourceId":%q,"resources":[%s]}`, d.ID, strings.Join(elements, ","))),
	})
	h.ok(err)
	if result.Failure != "" {
		h.t.Fatalf("refused: %s", result.Failure)
	}
}

// record merges JSON objects into one.
func record(parts ...string) string {
	all := map[string]any{}
	for _, part := range parts {
		if err := json.Unmarshal([]byte(part), &all); err != nil {
			panic(err)
		}
	}
	text, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return string(text)
}

const (
	mac = `{"uniqueId":"mac","displayName":"Ada's Mac","externalUrl":"https://x.example","collectedTimestamp":"2026-02-28T00:00:00Z",
		"osName":"Sequoia","osVersion":"15.3","hardwareUuid":"U-1","serialNumber":"S-1","applications":[],"browserExtensions":[],"drives":[],
		"users":[],"systemScreenlockPolicies":[],"isManaged":true,"autoUpdatesEnabled":true}`
	windows = `{"uniqueId":"win","displayName":"Bob's PC","externalUrl":"https://x.example","collectedTimestamp":"2026-02-28T00:00:00Z",
		"osName":"Windows 11","osVersion":"23H2","hardwareUuid":"U-2","serialNumber":"S-2","programs":[],"browserExtensions":[],"drives":[],
		"users":[],"systemScreenlockPolicies":[],"isManaged":true,"autoUpdatesEnabled":true}`
)

// all answers every computer that a query finds, read in pages of a size.
func (h *house) all(q computer.Query, size int) (list []computer.Computer) {
	h.t.Helper()
	for q.Limit = size; ; {
		page, more, err := h.computers.List(h.t.Context(), h.admin, q)
		h.ok(err)
		list = append(list, page...)
		if !more {
			return list
		}
		last := page[len(page)-1]
		q.After = facet.Key{Definition: int64(last.Definition.Number), Item: int64(last.Item)}
	}
}

// outcomes answers what the four checks say.
func outcomes(c computer.Computer) string {
	var words []string
	for _, o := range c.Outcomes {
		words = append(words, o.String())
	}
	return strings.Join(words, " ")
}

// recount compares the tallies with the rows.
func (h *house) recount() {
	h.t.Helper()
	h.ok(h.db.Read(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		for _, query := range []string{
			`SELECT COUNT(*) FROM (SELECT workspace, definition, facet, amount FROM computer_record_tally WHERE amount <> 0
				EXCEPT SELECT workspace, definition, facet, COUNT(*) FROM computer_record GROUP BY workspace, definition, facet) more`,
			`SELECT COUNT(*) FROM (SELECT workspace, definition, facet, COUNT(*) AS amount FROM computer_record GROUP BY workspace, definition, facet
				EXCEPT SELECT workspace, definition, facet, amount FROM computer_record_tally) less`,
		} {
			var wrong int64
			if err := tx.QueryRow(ctx, query).Scan(&wrong); err != nil {
				return err
			}
			if wrong != 0 {
				h.t.Errorf("%d tallies do not fit the rows", wrong)
			}
		}
		return nil
	}))
}
