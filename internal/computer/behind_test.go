// SPDX-License-Identifier: Apache-2.0

package computer_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/resource"
)

// unsettled is a view that is set otherwise while records are brought to it, so often.
type unsettled struct {
	resource.View

	times int
}

func (u *unsettled) Put(ctx context.Context, tx *db.Tx, d resource.Definition, rows []resource.Newest) (any, error) {
	told, err := u.View.Put(ctx, tx, d, rows)
	if err == nil && u.times > 0 {
		u.times--
		err = resource.SetBehind(ctx, tx, d, u)
	}
	return told, err
}

// TestSetOtherwiseMeanwhile: a view that is set otherwise while a push brings it up stays
// behind, and is made anew of all records.
func TestSetOtherwiseMeanwhile(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		view := &unsettled{View: h.computers, times: 1}
		h.records.Views[0] = view
		d := h.define("Macs", "macos_user_computer", "")
		var macs []string
		for i := range 150 {
			macs = append(macs, record(mac, fmt.Sprintf(`{"uniqueId":"%03d"}`, i)))
		}
		h.push(d, macs...)
		view.times = 1 // and once more while the first pass does
		for pass, want := range []bool{true, true, false, false} {
			late, err := h.records.HasLateViews(t.Context())
			if h.ok(err); late != want {
				t.Errorf("after %d passes the view is behind: %t, want %t", pass, late, want)
			}
			h.ok(h.records.RefreshViews(t.Context()))
		}
		h.recount()
	})
}
