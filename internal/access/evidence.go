// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/web"
)

func (u User) subject() evidence.Subject {
	return evidence.Subject{Kind: "user", ID: string(u.ID), Name: u.Label()}
}

// deed is what was done, when and by whom.
type deed struct {
	actor   caller.Caller
	at      time.Time
	what    string // created, updated, …
	changes []evidence.Change
}

func (d deed) body() map[string]any {
	entry := map[string]any{"what": d.what}
	if len(d.changes) > 0 {
		entry["changes"] = d.changes
	}
	return entry
}

// appendUser leaves the entry that says who did what to a user.
func appendUser(ctx context.Context, tx *db.Tx, u User, d deed) error {
	return evidence.Append(ctx, tx, d.at, evidence.Entry{Actor: d.actor, Kind: "user", Subject: u.subject(), Body: d.body()})
}

// appendRole leaves the entry that says who did what to a custom role.
func appendRole(ctx context.Context, tx *db.Tx, r Role, d deed) error {
	return evidence.Append(ctx, tx, d.at, evidence.Entry{
		Actor: d.actor, Kind: "role", Subject: evidence.Subject{Kind: "role", ID: string(r.ID), Name: r.Name}, Body: d.body(),
	})
}

// differences collects fields that differ; "" counts as nothing there.
type differences []evidence.Change

func (d *differences) add(field, before, after string) {
	if before == after {
		return
	}
	c := evidence.Change{Field: field}
	if before != "" {
		c.Before = before
	}
	if after != "" {
		c.After = after
	}
	*d = append(*d, c)
}

// userChanges answers how two states of a user differ. A role is told by name,
// but two roles of one name still differ.
func userChanges(before, after User) []evidence.Change {
	var d differences
	d.add("email", before.Email, after.Email)
	d.add("name", before.Name, after.Name)
	if before.Role.ID != after.Role.ID {
		d.add("role", before.Role.Name, after.Role.Name)
	}
	d.add("status", string(before.Status), string(after.Status))
	d.add("auditWindow", windowText(before.Window), windowText(after.Window))
	return d
}

func windowText(w *caller.Window) string {
	if w == nil {
		return ""
	}
	return timeText(w.From) + " to " + timeText(w.To)
}

func timeText(at time.Time) string { return web.TimeOf(db.Millis(at)).String() }

// roleChanges answers how two states of a custom role differ. Of one that is made
// or taken away it tells the areas that it opens.
func roleChanges(before, after Role) []evidence.Change {
	var d differences
	d.add("name", before.Name, after.Name)
	nothing := None
	if before.ID == "" || after.ID == "" {
		nothing = ""
	}
	for _, area := range caller.Areas() {
		was, is := before.Areas[area.Name], after.Areas[area.Name]
		if was == "" || was == None {
			was = nothing
		}
		if is == "" || is == None {
			is = nothing
		}
		d.add("area "+area.Name, string(was), string(is))
	}
	return d
}
