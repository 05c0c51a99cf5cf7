// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"fmt"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
)

// remindStep is how many documents one transaction tells of.
const remindStep = 200

// HasReminders says whether there is something to tell.
func (s *Service) HasReminders(ctx context.Context) (due bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, err := selectDue(ctx, tx, db.Millis(s.Now()), 1)
		due = len(list) > 0
		return err
	})
	return due, err
}

// Remind is a pass. It says on the audit trail, once for each renewal, that a
// document is due soon (document.due_soon), when its reminder window begins, and
// that it is due (document.due); and it ends deactivations whose time has come
// (document.deactivation_ended).
func (s *Service) Remind(ctx context.Context) error {
	for {
		count := 0
		err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			list, err := selectDue(ctx, tx, db.Millis(s.Now()), remindStep)
			if err != nil {
				return err
			}
			count = len(list)
			for _, one := range list {
				if err := s.remind(ctx, tx, one); err != nil {
					return fmt.Errorf("document %s: %w", one.id, err)
				}
			}
			return nil
		})
		if err != nil || count < remindStep {
			return err
		}
	}
}

// dueDocument is one of which there is something to tell.
type dueDocument struct {
	id        string
	workspace caller.Workspace
}

func (s *Service) remind(ctx context.Context, tx *db.Tx, one dueDocument) error {
	now := s.Now()
	if err := lockDocument(ctx, tx, one.workspace, one.id); err != nil {
		return err
	}
	d, err := selectDocument(ctx, tx, one.workspace, one.id, db.Millis(now))
	if err != nil {
		return err
	}
	if d.nextAt == nil || *d.nextAt > db.Millis(now) {
		return nil // somebody renewed it meanwhile
	}
	var what string
	body := map[string]any{}
	if d.dueAt != nil {
		body["due"] = *d.dueAt
	}
	switch {
	case d.deactivatedAt != nil:
		what = "deactivation ended"
		d.reactivate(*d.deactivatedUntil)
	case d.dueAt != nil && *d.dueAt <= db.Millis(now):
		what, d.told = "due", toldDue
	default:
		what, d.told = "due soon", toldSoon
	}
	if d.Owner != "" {
		body["ownerId"] = d.Owner
	}
	d.nextAt = d.next()
	if err := updateDocument(ctx, tx, &d); err != nil {
		return err
	}
	house := caller.Caller{Kind: caller.System, Name: "muster", Workspace: one.workspace}
	return evidence.Append(ctx, tx, now, d.entry(house, what, nil, body))
}
