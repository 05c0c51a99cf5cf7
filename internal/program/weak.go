// SPDX-License-Identifier: Apache-2.0

package program

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

// weakControl is the kind of weakness that is a control without a test.
const weakControl = "CONTROL_WITHOUT_TEST"

// Weakness is evidence that proves less than it seems to: of a test, or a control
// that has none.
type Weakness struct {
	assessment.Weakness

	Control *Control // nil: of a test, or of what no test reads
}

// Key names a weakness among all of a workspace.
func (w *Weakness) Key() string {
	if w.Control != nil {
		return weakControl + " " + w.Control.ID
	}
	return w.Weakness.Key()
}

// WeakQuery asks for a page of weaknesses.
type WeakQuery struct {
	After string // key of the last one seen; "": from the first
	Kind  string // "": all
	Limit int
}

// Weaknesses answers a page of what is weak in the caller's workspace, by key, and
// whether more follows. Controls are for those who may read them.
func (s *Service) Weaknesses(ctx context.Context, c caller.Caller, q WeakQuery) (list []Weakness, more bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		list = nil
		tests, err := s.Tests.Weaknesses(ctx, tx, c.Workspace)
		if err != nil {
			return err
		}
		for _, w := range tests {
			list = append(list, Weakness{Weakness: w})
		}
		var controls []Control
		if mayRead := c.Check(caller.ReadControls) == nil; mayRead {
			controls, err = selectBareControls(ctx, tx, c.Workspace)
		}
		for i := range controls {
			control := &controls[i]
			w := Weakness{Control: control}
			w.Kind, w.Sentence = weakControl, fmt.Sprintf("neither a test nor a document is evidence for the control %s", control.Name)
			list = append(list, w)
		}
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("list weak evidence: %w", err)
	}
	list = slices.DeleteFunc(list, func(w Weakness) bool {
		return q.Kind != "" && string(w.Kind) != q.Kind || q.After != "" && w.Key() <= q.After
	})
	slices.SortFunc(list, func(a, b Weakness) int { return cmp.Compare(a.Key(), b.Key()) })
	more = len(list) > q.Limit
	return list[:min(len(list), q.Limit)], more, nil
}
