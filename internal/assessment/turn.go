// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"cmp"

	"github.com/passmuster/muster/internal/resource"
)

// sampled is how many items an entry names of those that turned.
const sampled = 5

// turn answers what came out differently under a test, for its entry in evidence:
// records by item, never by name. nil when nothing did but that records came which
// pass, or went that passed. It is asked after Flip.
func (j *judged) turn() *resource.Turn {
	t := &resource.Turn{
		After: string(j.after), Before: string(cmp.Or(j.tally.status, StatusInProgress)), ID: publicID(j.test.document.BuiltIn != "", &Test{ID: j.test.id, Slug: j.test.slug}),
		Name: j.test.document.Name, Slug: j.test.slug, Total: j.counts.Evaluated(),
	}
	if !j.hasWindow {
		t.Before = string(StatusInProgress) // no verdicts held, as after a pause
	}
	told := t.Before != t.After
	for item, s := range j.states {
		before, now := s.before(), s.now()
		if now == OutcomeNone || now == before {
			continue
		}
		switch item := resource.Item(item); {
		case now == Failing:
			t.Began++
			t.Failing = sample(t.Failing, item)
		case before == Failing:
			t.Ended++
			t.Fixed = sample(t.Fixed, item)
		case before == OutcomeNone && (now == Passing || now == gone), before == Passing && now == gone:
			continue
		}
		told = true
	}
	if !told {
		return nil
	}
	return t
}

func sample(items []resource.Item, item resource.Item) []resource.Item {
	if len(items) < sampled {
		items = append(items, item)
	}
	return items
}
