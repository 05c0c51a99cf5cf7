// SPDX-License-Identifier: Apache-2.0

package sla

import (
	"context"
	"fmt"
	"time"
	_ "time/tzdata" // due times must not depend on what a machine has installed

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/deadline"
)

// Terms are the deadlines that a category had, and the zone that they are counted
// in. The zero Terms gives no due times.
type Terms struct {
	list []term
	zone *time.Location
}

// term is what a category's deadline was from an instant on.
type term struct {
	deadline.Term
	enabled bool
	since   int64 // ms
}

// TermsOf answers the terms of a workspace's category; none for "" and for a
// category that is no more.
func TermsOf(ctx context.Context, tx *db.Tx, workspace int64, slug string) (Terms, error) {
	if slug == "" {
		return Terms{}, nil
	}
	set, err := settingsOf(ctx, tx, workspace)
	if err != nil {
		return Terms{}, fmt.Errorf("read the time zone: %w", err)
	}
	list, err := selectTerms(ctx, tx, workspace, slug)
	if err != nil {
		return Terms{}, fmt.Errorf("read the deadlines of %s: %w", slug, err)
	}
	if shipped, ok := builtIn(slug); ok && len(list) == 0 {
		list = []term{{Term: shipped.Term, enabled: shipped.Enabled}}
	}
	return Terms{list: list, zone: set.zone}, nil
}

// Due answers when an item is due that was detected at an instant, both in ms:
// by the term that held then; nil when it has no deadline.
func (t Terms) Due(detected int64) *int64 {
	if len(t.list) == 0 {
		return nil
	}
	held := t.list[0]
	for _, later := range t.list[1:] {
		if later.since <= detected {
			held = later
		}
	}
	if !held.enabled {
		return nil
	}
	due := db.Millis(held.Term.Due(db.Time(detected), t.zone))
	return &due
}
