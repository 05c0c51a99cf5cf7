// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
)

// sentence answers what happened, for people: by the first row of sentences that
// fits, or in general words.
func (a account) sentence() string {
	for _, row := range sentences {
		if row.action == a.action && a.fits(row.when) {
			return opening(a.fill(row.text))
		}
	}
	return opening(a.fill(a.general()))
}

// fits says whether a row's condition holds: "" always, "version=1" when that
// member of the body reads so, "version" when it says anything, "changes=role"
// when just these fields changed, "changed" when any did, "self" when the actor
// is the subject, "after active=no" when a changed field reads so.
func (a account) fits(when string) bool {
	member, value, compared := strings.Cut(when, "=")
	switch {
	case when == "":
		return true
	case when == "changed":
		return len(a.changes) > 0
	case when == "self":
		return a.self()
	case member == "changes":
		return value == strings.Join(a.fields(), ",")
	}
	said := a.member(member)
	if side := strings.Fields(member)[0]; side == "before" || side == "after" {
		said = a.value(member)
	}
	if !compared {
		return said != ""
	}
	return said == value
}

// self says whether somebody did it to themselves.
func (a account) self() bool {
	subject := a.targets[0]
	return subject.ID != "" && subject.Kind == a.actor.Kind && subject.ID == a.actor.ID
}

func (a account) fields() []string {
	fields := make([]string, len(a.changes))
	for i, c := range a.changes {
		fields[i] = c.Field
	}
	slices.Sort(fields)
	return fields
}

// general makes a row for an action that has none: "Ada Byron deleted the group
// Staff", "Ada Byron changed the logo of the workspace Acme".
func (a account) general() string {
	subject := a.targets[0]
	object := "the " + words(subject.Kind) + " {subject}"
	switch {
	case subject.Kind == "" && subject.Name == "" && subject.ID == "":
		object = "the " + words(a.kind)
	case subject.Kind != a.kind && a.self():
		object = article(words(a.kind)) + " of their own"
	case subject.Kind != a.kind:
		object = article(words(a.kind)) + " of " + object
	}
	return a.did(object) + "[ (reason: {reason})]"
}

// did answers what was done to an object. That something was created or deleted
// says enough: the changes hold what it was.
func (a account) did(object string) string {
	done := strings.TrimPrefix(a.action, noun(a.kind)+".")
	steps := strings.Split(done, "_")
	verb, thing := steps[len(steps)-1], steps[:len(steps)-1]
	switch {
	case done == "created" || done == "deleted":
		return "{actor} " + done + " " + object
	case len(thing) == 0:
	case past(verb) != "":
		object = "the " + strings.Join(thing, " ") + " of " + object
	default:
		return "{actor}: " + words(done) + ", " + object + "[: {changes}]"
	}
	return "{actor} " + cmp.Or(past(verb), verb) + " " + object + "[: {changes}]"
}

// past answers the past tense of a participle; "" for another word.
func past(participle string) string {
	switch participle {
	case "begun":
		return "began"
	case "given":
		return "gave"
	case "taken":
		return "took"
	case "left", "lost", "made", "put", "reset", "sent", "set":
		return participle
	}
	if strings.HasSuffix(participle, "ed") {
		return participle
	}
	return ""
}

func article(noun string) string {
	if strings.ContainsRune("aeio", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}

// fill puts values into a row's text: {name} stands for a value, and what is in
// [brackets] goes when a value in it is empty.
func (a account) fill(row string) string {
	var out strings.Builder
	for row != "" {
		at := strings.IndexAny(row, "[{")
		if at < 0 {
			break
		}
		out.WriteString(row[:at])
		last := strings.IndexByte(row[at:], row[at]+2) + at // ] and } stand two after their openers
		inside := row[at+1 : last]
		if row[at] == '{' {
			out.WriteString(a.value(inside))
		} else if !a.lacks(inside) {
			out.WriteString(a.fill(inside))
		}
		row = row[last+1:]
	}
	return out.String() + row
}

// lacks says whether one of a text's values is empty.
func (a account) lacks(text string) bool {
	for {
		_, rest, more := strings.Cut(text, "{")
		if !more {
			return false
		}
		var name string
		if name, text, _ = strings.Cut(rest, "}"); a.value(name) == "" {
			return true
		}
	}
}

// value answers what stands for {name}; see sentences.
func (a account) value(name string) string {
	first, field, ofChange := strings.Cut(name, " ")
	switch {
	case name == "actor":
		return a.who()
	case name == "subject":
		return cmp.Or(line(a.targets[0].Name), line(a.targets[0].ID))
	case name == "whom" && a.self():
		return "themselves"
	case name == "whom":
		return a.value("subject")
	case name == "whose" && a.self():
		return "their own"
	case name == "whose":
		return a.value("subject") + "'s"
	case name == "changes":
		return tell(a.changes)
	case strings.HasPrefix(name, "changes but "):
		return tell(slices.DeleteFunc(slices.Clone(a.changes), func(c Change) bool { return c.Field == strings.TrimPrefix(name, "changes but ") }))
	case name == "address":
		return line(a.from)
	case ofChange && first == "count":
		return count(a.member(field), field)
	case ofChange && first == "words":
		return words(a.member(field))
	case ofChange && first == "before":
		return a.change(field, func(c Change) any { return c.Before })
	case ofChange && first == "after":
		return a.change(field, func(c Change) any { return c.After })
	}
	for one := range strings.SplitSeq(name, "|") {
		if said := a.member(one); said != "" {
			return said
		}
	}
	return ""
}

// count answers a number with what it counts: "1 file", "2 files".
func count(number, things string) string {
	if number == "1" {
		things = strings.TrimSuffix(things, "s")
	}
	if number == "" {
		return ""
	}
	return number + " " + things
}

// who answers the actor's name with what it is, unless it is a person.
func (a account) who() string {
	name := line(a.actor.Name)
	switch caller.Kind(a.actor.Kind) {
	case caller.CommandLine:
		return "the command line"
	case caller.System:
		return "Muster"
	case caller.Visitor:
		return cmp.Or(name, "somebody who was not signed in")
	case caller.User:
		return cmp.Or(name, "the user "+line(a.actor.ID))
	default:
		return "the " + words(a.actor.Kind) + " " + cmp.Or(name, line(a.actor.ID))
	}
}

// member answers a member of the body as words.
func (a account) member(name string) string {
	value := a.body[name]
	if ms, ok := value.(float64); ok && (name == "until" || name == "due" || name == "lastPush") {
		return day(db.Time(int64(ms)))
	}
	return say(value)
}

// day answers an instant: the date alone where a day begins.
func day(at time.Time) string {
	if at = at.UTC(); at.Equal(at.Truncate(24 * time.Hour)) {
		return at.Format("2 January 2006")
	}
	return at.Format("2 January 2006 15:04 UTC")
}

// instants are times as they stand in changes.
var instants = regexp.MustCompile(`\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)

// periods are calendar periods as they stand in changes (ISO 8601).
var periods = regexp.MustCompile(`^P(\d{1,3})([DWMY])$`)

// codes are words of the code with several parts, in capitals.
var codes = regexp.MustCompile(`^[A-Z]+(_[A-Z]+)+$`)

// dated puts the times, periods and code words in a change's value as people write them.
func dated(value string) string {
	if found := periods.FindStringSubmatch(value); found != nil {
		unit := map[string]string{"D": "day", "M": "month", "W": "week", "Y": "year"}[found[2]]
		switch found[1] {
		case "0":
			return "none"
		case "1":
			return "1 " + unit
		}
		return found[1] + " " + unit + "s"
	}
	if codes.MatchString(value) {
		return strings.ToLower(words(value))
	}
	return instants.ReplaceAllStringFunc(value, func(text string) string {
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return text
		}
		return day(at)
	})
}

// change answers one side of a field's changes: a group may have many members
// more.
func (a account) change(field string, side func(Change) any) string {
	var parts []string
	for _, c := range a.changes {
		if said := say(side(c)); c.Field == field && said != "" {
			parts = append(parts, dated(said))
		}
	}
	return enumerate(parts)
}

// fewNames is how many names a sentence lists.
const fewNames = 5

// enumerate answers a list in words: "A, B and C", "A, B, C, D, E and 3 more".
func enumerate(parts []string) string {
	if more := len(parts) - fewNames; more > 0 {
		parts = append(slices.Clone(parts[:fewNames]), strconv.Itoa(more)+" more")
	}
	last := len(parts) - 1
	if last < 1 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}

// tell answers changes in words: "name from A to B, role set to C".
func tell(changes []Change) string {
	var parts []string
	for i, c := range changes {
		if left := len(changes) - i; i+1 >= fewChanges && left > 1 {
			parts = append(parts, strconv.Itoa(left)+" fields more")
			break
		}
		parts = append(parts, c.String())
	}
	return strings.Join(parts, ", ")
}

// fewChanges is how many changes a sentence tells.
const fewChanges = 5

// String answers a change in words.
func (c Change) String() string {
	field, before, after := fieldWords(c.Field), dated(say(c.Before)), dated(say(c.After))
	switch {
	case before == "" && after == "":
		return field + " changed"
	case before == "" && slices.Contains([]string{"changed", "removed", "set"}, after):
		return field + " " + after // a secret, of which no more is told
	case before == "":
		return field + " set to " + after
	case after == "":
		return field + " removed (was " + before + ")"
	case utf8.RuneCountInString(before) > longValue || utf8.RuneCountInString(after) > longValue:
		return field + " changed"
	}
	return field + " from " + before + " to " + after
}

// fieldWords answers the path of a field in words: name.familyName is "family
// name", manager.displayName "manager display name", and a URN goes.
func fieldWords(path string) string {
	name := path[strings.LastIndexByte(path, ':')+1:]
	return strings.ReplaceAll(words(strings.TrimPrefix(name, "name.")), ".", " ")
}

// longValue is how much of a change's value a sentence takes; the change itself
// has all of it.
const longValue = 120

// say answers a JSON value in words; "" for nothing.
func say(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case bool:
		if value {
			return "yes"
		}
		return "no"
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64)
	case string:
		return line(value)
	case []any:
		parts := make([]string, len(value))
		for i, element := range value {
			parts[i] = say(element)
		}
		return cmp.Or(strings.Join(parts, ", "), "nothing")
	case map[string]any:
		if name := text(value["name"]); name != "" {
			return line(name)
		}
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(encoded)
}

// maxLine is how much of one value a sentence shows.
const maxLine = 400

// line answers text for a sentence: one line, not too long.
func line(text string) string {
	text = strings.TrimSpace(clean(text))
	if utf8.RuneCountInString(text) > maxLine {
		text = string([]rune(text)[:maxLine]) + "…"
	}
	return text
}

// words answers a name of the code in words: sign_in and signIn are "sign in".
func words(name string) string {
	var out strings.Builder
	var before rune
	for _, r := range clean(name) {
		switch {
		case r == '_' || r == '-':
			out.WriteByte(' ')
		case unicode.IsUpper(r) && unicode.IsLower(before):
			out.WriteByte(' ')
			out.WriteRune(unicode.ToLower(r))
		default:
			out.WriteRune(r)
		}
		before = r
	}
	return out.String()
}

// opening answers a sentence that begins with a capital, unless a name does.
func opening(sentence string) string {
	for _, lower := range []string{"the ", "somebody "} {
		if strings.HasPrefix(sentence, lower) {
			return strings.ToUpper(sentence[:1]) + sentence[1:]
		}
	}
	return sentence
}
