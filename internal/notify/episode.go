// SPDX-License-Identifier: Apache-2.0

package notify

import "time"

// What every push repeats is told when it begins, when it gets worse, and once a day.
const againAfter = 24 * time.Hour

// told is what was said last of such a thing.
type told struct{ at, size int64 }

// episodeOf answers what an event repeats, "" when it stands for itself, and how bad it
// is.
func episodeOf(r rule, e event) (key string, size int64) {
	switch e.kind {
	case "sync.records_rejected":
		return "rejected:" + e.about(r).ID, e.facts.Rejected
	case "sync.removals_held":
		return "held:" + e.about(r).ID, e.facts.Held
	case "sync.refused":
		return "refused:" + e.about(r).ID, 1
	}
	return "", 0
}

// endedBy answers the episodes that an event ends: a push without the trouble.
func endedBy(r rule, e event) (keys []string) {
	if e.kind != "sync.pushed" {
		return nil
	}
	keys = append(keys, "refused:"+e.about(r).ID)
	if e.facts.Rejected == 0 {
		keys = append(keys, "rejected:"+e.about(r).ID)
	}
	if e.facts.Held == 0 {
		keys = append(keys, "held:"+e.about(r).ID)
	}
	return keys
}

// news says whether an event tells more than what was told before.
func (t told) news(size, at int64) bool {
	return size > t.size || at-t.at >= againAfter.Milliseconds()
}
