// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/proof"
)

// account is an entry with its body opened, as the trail tells it.
type account struct {
	action  string
	actor   Party
	body    map[string]any // members of the body, without what follows
	changes []Change
	from    string
	kind    string
	targets []Party // the first is the subject
}

// accountOf opens an entry. A body may hold anything: what has another form than
// the trail expects is passed over.
func accountOf(e proof.Entry) account {
	a := account{actor: party(e.Actor), body: map[string]any{}, kind: e.Kind}
	if a.actor.ID == "" {
		a.actor.ID = a.actor.Kind
	}
	_ = json.Unmarshal(e.Body, &a.body) // proof.Decode holds that it is an object
	a.action = noun(e.Kind) + "." + what(e.Kind, a.body)
	a.changes = changesOf(a.body["changes"])
	from, _ := a.body["from"].(map[string]any)
	a.from = text(from["address"])
	a.targets = append([]Party{party(e.Subject)}, others(a.body)...)
	return a
}

// provisioned begins the kinds of what a directory provisioned.
const provisioned = "directory_"

// noun answers the first part of an action: the kind, but that what a directory
// provisioned is told as a part of it, directory.user.
func noun(kind string) string {
	if of, found := strings.CutPrefix(kind, provisioned); found {
		return "directory." + of
	}
	return kind
}

// kindOf answers the kind of the entries with an action; of directory.user. too.
func kindOf(action string) string {
	end := strings.LastIndexByte(action, '.')
	if end < 0 {
		return action
	}
	return strings.ReplaceAll(action[:end], ".", "_")
}

func party(r proof.Ref) Party { return Party{ID: r.ID, Kind: r.Kind, Name: r.Name} }

// what answers the second part of an action: what the body says was done, in
// snake case. Kinds that do not say it have their own words.
func what(kind string, body map[string]any) string {
	said := snake(cmp.Or(text(body["what"]), text(body["action"])))
	switch {
	case said == "active" && kind == "test":
		return "reactivated" // as entries of the first release have it
	case said != "":
		return said
	case kind == kindSync && body["failed"] == true:
		return "refused"
	case kind == kindSync && body["cause"] == "push":
		return "pushed"
	case kind == kindSync:
		return "evaluated"
	case kind == "test_version":
		return "created"
	}
	return "recorded"
}

// snake answers a phrase as one word: "role changed" is role_changed.
func snake(phrase string) string {
	words := strings.FieldsFunc(strings.ToLower(phrase), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	return strings.Join(words, "_")
}

// changesOf reads the list of Change in a body; nil for anything else.
func changesOf(member any) (changes []Change) {
	list, _ := member.([]any)
	for _, element := range list {
		object, _ := element.(map[string]any)
		field := text(object["field"])
		if field == "" {
			return nil
		}
		changes = append(changes, Change{Field: field, Before: object["before"], After: object["after"]})
	}
	return changes
}

// others answers what an entry names beside its subject: every member of the
// body that is an object with an id and a name, or a list of such. The member
// says what it is, unless the object has a kind.
func others(body map[string]any) (list []Party) {
	for member, value := range body {
		objects, isList := value.([]any)
		if !isList {
			objects = []any{value}
		}
		for _, one := range objects {
			object, _ := one.(map[string]any)
			id, name := text(object["id"]), text(object["name"])
			if id != "" && name != "" {
				list = append(list, Party{ID: id, Kind: cmp.Or(text(object["kind"]), member), Name: name})
			}
		}
	}
	slices.SortFunc(list, func(a, b Party) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID)) })
	return list
}

// text answers a value that is a string; "" for any other.
func text(value any) string {
	s, _ := value.(string)
	return s
}

// trailColumns are what the trail is asked for.
type trailColumns struct {
	action, actorID, actorKind, names, subjectID, subjectKind string

	targets []target // beside the subject; none of a sync
}

// target is something that an entry names beside its subject.
type target struct{ id, kind string }

// maxNames bounds the column that names are searched in. It takes an entry that
// names a hundred people.
const maxNames = 8000

func trailOf(e proof.Entry) trailColumns {
	a := accountOf(e)
	names := []string{a.actor.Name, a.targets[0].Name}
	for _, other := range a.targets[1:] {
		names = append(names, other.Name, other.ID)
	}
	joined := searchable(strings.Join(names, "\n"))
	if len(joined) > maxNames {
		joined = strings.ToValidUTF8(joined[:maxNames], "")
	}
	return trailColumns{
		action: a.action, actorID: storable(a.actor.ID), actorKind: storable(a.actor.Kind), names: joined,
		subjectID: storable(e.Subject.ID), subjectKind: storable(e.Subject.Kind), targets: a.further(),
	}
}

// maxTarget is the longest id that is looked up.
const maxTarget = 200

// further answers the targets that are looked up beside the subject, each once.
func (a account) further() (list []target) {
	if a.kind == kindSync {
		return nil
	}
	known := map[string]bool{storable(a.targets[0].ID): true}
	for _, other := range a.targets[1:] {
		id := storable(other.ID)
		if !known[id] && id != "" && len(id) <= maxTarget {
			known[id], list = true, append(list, target{id: id, kind: storable(other.Kind)})
		}
	}
	return list
}

// searchable answers text as it is compared in searches.
func searchable(text string) string { return storable(strings.ToLower(strings.TrimSpace(text))) }

// storable answers text without what PostgreSQL has no place for.
func storable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", "")
}

// trailRow is an entry as the trail reads it.
type trailRow struct {
	columns  trailColumns
	created  int64
	document []byte
	id       string
	leaf     proof.Hash
	position *int64
}

// event answers a row as people read it. One whose document does not fit its
// hash any more is shown as such, with what its columns say.
func (r trailRow) event() Event {
	event, _, _ := r.open()
	return event
}

const altered = "This entry was altered in the database after it was written; export and verify the evidence"

// clean answers text for one line: control characters become spaces, and what
// turns the direction of writing goes.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Bidi_Control, r):
			return -1
		case unicode.IsControl(r):
			return ' '
		}
		return r
	}, text)
}
