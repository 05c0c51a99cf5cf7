// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/proof"
)

// Told is an event with the body of its entry, for who draws more from it than the
// trail shows.
type Told struct {
	Event
	Body map[string]any // its members, but for where the request came from; empty where the entry was altered
	Kind string         // of the entry
	Text json.Value     // the body as it stands; nil where the entry was altered
}

// After says which entries of a workspace are read, in the order of the tree.
type After struct {
	// Actions are those that are wanted: user.role_changed, or user. for all of a kind.
	// Empty: all.
	Actions   []string
	Limit     int
	Position  int64 // the first that may be one of them
	Span      int64 // how many places are looked at, at most
	Workspace int64
}

// TellAfter answers entries that have their place, and where to go on: past those that
// are not wanted, too. It is the position itself when nothing has happened.
func TellAfter(ctx context.Context, tx *db.Tx, a After) (told []Told, next int64, err error) {
	newest, err := Newest(ctx, tx, a.Workspace)
	if err != nil {
		return nil, 0, err
	}
	next = min(newest+1, a.Position+a.Span)
	if next <= a.Position {
		return nil, a.Position, nil
	}
	rows, err := selectAfter(ctx, tx, a, next)
	if err != nil {
		return nil, 0, fmt.Errorf("read entries from %d on: %w", a.Position, err)
	}
	for _, row := range rows {
		told = append(told, row.told())
	}
	if len(rows) == a.Limit {
		next = *rows[len(rows)-1].position + 1
	}
	return told, next, nil
}

// told answers a row with its body.
func (r trailRow) told() Told {
	event, body, entry := r.open()
	return Told{Body: body, Event: event, Kind: entry.Kind, Text: entry.Body}
}

// open answers a row as people read it, and what its entry says; nothing of that when
// its document does not fit its hash any more, which the event then says.
func (r trailRow) open() (Event, map[string]any, proof.Entry) {
	event := Event{
		Action: r.columns.action, Actor: Party{ID: r.columns.actorID, Kind: r.columns.actorKind}, ID: EventID(r.id), Leaf: r.leaf,
		Position: r.position, Summary: altered, Targets: []Party{{ID: r.columns.subjectID, Kind: r.columns.subjectKind}},
		Time: db.Time(r.created),
	}
	entry, err := proof.Decode(r.document)
	if err != nil || proof.Leaf(r.document) != r.leaf || entry.ID != r.id {
		return event, map[string]any{}, proof.Entry{}
	}
	a := accountOf(entry)
	event.Action, event.Actor, event.Address, event.Changes, event.Targets = a.action, a.actor, a.from, a.changes, a.targets
	event.Summary, event.Time = a.sentence(), db.Time(entry.Time)
	delete(a.body, "from")
	return event, a.body, entry
}

// Action is something that entries say was done.
type Action struct {
	Name     string // user.role_changed
	Sentence string // in general words: "Somebody gave … the role …"
}

// Actions answers what the trail has words for, sorted by name. An action that it tells
// in general words is not among them.
func Actions() []Action {
	var list []Action
	for i, row := range sentences {
		if i+1 < len(sentences) && sentences[i+1].action == row.action {
			continue // the last row of an action is the one without a condition
		}
		list = append(list, Action{row.action, row.general()})
	}
	slices.SortFunc(list, func(a, b Action) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// general answers a row's text without what depends on the entry.
func (s sentence) general() string {
	text := optional.ReplaceAllString(s.text, "")
	text = strings.NewReplacer("{actor}", "somebody", "{whose}", "somebody's", "{whom}", "somebody").Replace(text)
	text = counted.ReplaceAllString(text, "… $1")
	text = placeholder.ReplaceAllString(text, "…")
	if text[0] >= 'a' && text[0] <= 'z' { // else it begins with a value
		text = strings.ToUpper(text[:1]) + text[1:]
	}
	return text
}

var (
	counted     = regexp.MustCompile(`\{count ([^}]*)\}`)
	optional    = regexp.MustCompile(`\[[^\]]*\]`)
	placeholder = regexp.MustCompile(`\{[^}]*\}`)
)
