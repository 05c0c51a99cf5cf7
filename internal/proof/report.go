// SPDX-License-Identifier: Apache-2.0

package proof

import (
	"fmt"
	"slices"
	"strings"
)

// What a Mismatch concerns when it is not an entry.
const (
	PartCheckpoint = "checkpoint"
	PartHeader     = "header"
	PartTrailer    = "trailer"
)

// Mismatch is the first thing in a pack that does not fit.
type Mismatch struct {
	// Position is the place in the tree of the first entry that does not fit, or
	// that is missing: -1 when all entries fit, or none could be looked at.
	Position int64
	// ID is the id of the entry that stands at Position, empty when it cannot be
	// read.
	ID string
	// Kind is the kind of that entry, or what else does not fit: header, checkpoint,
	// trailer. Empty when it cannot be read.
	Kind string
	// Line is where it was noticed, counted from 1.
	Line int64
	// Reason is a sentence without a full stop.
	Reason string
}

// Error says all of it in one line.
func (m *Mismatch) Error() string {
	var where strings.Builder
	switch {
	case m.Position >= 0:
		fmt.Fprintf(&where, "entry %d", m.Position)
		if m.ID != "" {
			fmt.Fprintf(&where, " (%s %s)", m.Kind, m.ID)
		}
	case m.Kind != "":
		fmt.Fprintf(&where, "the %s", m.Kind)
	default:
		where.WriteString("the pack")
	}
	return fmt.Sprintf("%s does not fit: %s (line %d)", where.String(), m.Reason, m.Line)
}

// KindCount says how many entries are of one kind.
type KindCount struct {
	Kind  string
	Count int64
}

// Report says what was verified.
type Report struct {
	WorkspaceID   string
	WorkspaceName string // as the exporter wrote it; no signature covers it
	Origin        string
	Key           string // public key, one line
	Fingerprint   string // of Key
	Size          int64  // entries
	Root          Hash
	Signed        int64 // when the checkpoint was signed, unix ms; 0 when it does not say
	Kinds         []KindCount
	First, Last   int64 // earliest and latest time of an entry, unix ms; 0 without entries
	Checkpoints   int64 // whose signature and root were checked, the pack's own included
}

// String answers the report as lines for people.
func (r Report) String() string {
	var text strings.Builder
	row := func(name, value string) { fmt.Fprintf(&text, "%-13s%s\n", name, value) }
	workspace := r.WorkspaceID
	if r.WorkspaceName != "" {
		workspace += " (" + r.WorkspaceName + ")"
	}
	row("workspace", workspace)
	row("entries", fmt.Sprint(r.Size))
	for _, k := range r.Kinds {
		row("", fmt.Sprintf("%d %s", k.Count, k.Kind))
	}
	if r.Size > 0 {
		row("from", timeText(r.First))
		row("to", timeText(r.Last))
	}
	row("root", r.Root.String())
	if r.Signed != 0 {
		row("signed", timeText(r.Signed))
	}
	row("key", r.Fingerprint)
	row("checkpoints", fmt.Sprintf("%d checked", r.Checkpoints))
	return text.String()
}

func timeText(ms int64) string {
	w := writer{}
	w.time(ms)
	return string(w.buf)
}

// count adds an entry to the report.
func (r *Report) count(e Entry, kinds map[string]int64) {
	if r.Size == 0 || e.Time < r.First {
		r.First = e.Time
	}
	if r.Size == 0 || e.Time > r.Last {
		r.Last = e.Time
	}
	r.Size++
	kinds[e.Kind]++
}

// sortKinds puts the counts in order of their kind.
func sortKinds(kinds map[string]int64) []KindCount {
	list := make([]KindCount, 0, len(kinds))
	for kind, count := range kinds {
		list = append(list, KindCount{Kind: kind, Count: count})
	}
	slices.SortFunc(list, func(a, b KindCount) int { return strings.Compare(a.Kind, b.Kind) })
	return list
}
