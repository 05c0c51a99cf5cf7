// SPDX-License-Identifier: Apache-2.0

package assessment_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
)

// weak writes what is weak about a test, or, under "", what no test reads of the
// servers.
func (h *house) weak(slug string) (list []string) {
	h.t.Helper()
	h.ok(h.db.Read(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		list = []string{}
		all, err := h.tests.Weaknesses(ctx, tx, h.manager.Workspace)
		for _, w := range all {
			if w.Test.Slug == slug && (slug != "" || w.Definition == h.servers.ID) {
				list = append(list, fmt.Sprintf("%s %s: %s", w.Kind, w.Part, w.Sentence))
			}
		}
		return err
	}))
	return list
}

func TestWeakEvidence(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.push(server("a", true, 9000, `"tier":"gold"`), server("b", true, 9000))
		h.same("no test", h.weak(""), []string{"UNREAD_FIELDS : no test reads active, memory, seen, tags, tier of InternalServer"})

		// All hold: all decided. A scope that leaves nothing out proves nothing.
		h.create(form("sized", sized, `"scope":{"field":"active","op":"equals","value":true}`, `"freshness":"24h"`))
		const scope = "UNDECIDED_CONDITION /scope: its scope has never left out a record: active is true"
		h.same("scope", h.weak("sized"), []string{scope})
		h.same("reads", h.weak(""), []string{"UNREAD_FIELDS : no test reads seen, tags, tier of InternalServer"})
		h.push(server("a", true, 9000, `"tier":"gold"`), server("b", true, 9000), server("c", false, 1))
		h.same("the scope decided", h.weak("sized"), []string{})

		// The second of any never decides while the first one holds.
		h.create(form("either", `"passWhen":{"any":[{"field":"memory","op":"gte","value":1},{"field":"tier","op":"equals","value":"tin"}]}`))
		h.same("either", h.weak("either"), []string{"UNDECIDED_CONDITION /passWhen/any/1: this condition has never decided about a record: tier is \"tin\""})
		h.push(server("a", true, 9000, `"tier":"tin"`), server("b", true, 9000))
		h.same("either, once", h.weak("either"), []string{})
		h.push(server("a", true, 9000, `"tier":"gold"`), server("b", true, 9000))
		h.same("once is enough", h.weak("either"), []string{})
		if _, err := h.tests.NewVersion(t.Context(), h.manager, "either", []byte(`{"passWhen":{"all":[{"field":"memory","op":"lt","value":1},{"field":"active","op":"equals","value":true}]}}`)); err != nil {
			t.Fatal(err)
		}
		h.same("a new version begins anew", h.weak("either"), []string{"UNDECIDED_CONDITION /passWhen/all/1: this condition has never decided about a record: active is true"})

		// Nothing but exceptions, nothing at all, and nothing new.
		x := h.exempt(`{"test":"sized","reason":"all","condition":{"field":"active","op":"exists"}}`)
		h.same("exceptions", h.weak("sized"), []string{"ONLY_EXCEPTIONS : exceptions cover all 2 records that the test is about"})
		_, err := h.tests.EndException(t.Context(), h.manager, x.ID)
		h.ok(err)
		h.push(server("c", false, 1))
		h.same("out of scope", h.weak("sized"), []string{"NO_RECORDS : its scope leaves out the one record of InternalServer"})
		h.push()
		h.same("no record", h.weak("sized"), []string{"NO_RECORDS : InternalServer has no record"})
		h.push(server("a", true, 9000))
		h.pass(25 * time.Hour)
		h.same("stale", h.weak("sized"), []string{"STALE_SOURCE : the newest push of InternalServer is older than 24h"})
		_, err = h.tests.Deactivate(t.Context(), h.manager, "sized", assessment.Pause{Reason: "off"})
		h.ok(err)
		h.same("off", h.weak("sized"), []string{})
	})
}

// TestDecisionsAreKept holds that what has decided is not looked at any more.
func TestDecisionsAreKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.push(server("a", true, 9000))
		test := h.create(form("sized", sized, `"scope":{"field":"active","op":"exists"}`))
		h.same("rows", h.count(`SELECT COUNT(*) FROM assessment_decision WHERE test = $1`, test.Number), int64(3)) // two conditions, and that all was looked at
		h.push(server("a", true, 9001))
		h.same("rows", h.count(`SELECT COUNT(*) FROM assessment_decision WHERE test = $1`, test.Number), int64(3))
	})
}
