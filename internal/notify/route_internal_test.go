// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/caller"
)

const (
	theTest  = "00000000000000000000000a"
	another  = "00000000000000000000000b"
	theThing = "00000000000000000000000c"
)

// block is a paragraph of a file of cases: members in their order.
type block [][2]string

func (b block) all(name string) (list []string) {
	for _, member := range b {
		if member[0] == name && member[1] != "" {
			list = append(list, member[1])
		}
	}
	return list
}

func readBlocks(t *testing.T, path string) (blocks []block) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var b block
	for _, line := range append(strings.Split(string(text), "\n"), "") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		if strings.TrimSpace(line) == "" {
			if b != nil {
				blocks = append(blocks, b)
			}
			b = nil
			continue
		}
		name, value, _ := strings.Cut(line, ":")
		b = append(b, [2]string{name, strings.TrimSpace(value)})
	}
	return blocks
}

// theHouse is the one that testdata/route.txt describes.
func theHouse() *house {
	own, tests, applications := []caller.Permission{caller.OwnAccount}, caller.ReadTests, caller.ReadApplications
	user := func(name string, more ...caller.Permission) Person {
		return Person{Email: name + "@x.example", Grants: append(slices.Clone(own), more...), ID: name, Kind: kindUser, Name: name}
	}
	ada, ann := user("ada", caller.Permissions()...), user("ann", caller.Permissions()...)
	ada.Admin, ann.Admin = true, true
	h := &house{
		mail: true,
		roster: newRoster([]Person{
			ada, ann, user("eve"), user("fay", tests), user("mel", tests), user("owen"), user("rob", applications), user("sue", tests),
		}, []string{"Dan@x.example"}),
		follows: map[string]map[string]Follow{theTest: {"fay": Following, "mel": Muted}},
		preferences: map[ref]Preference{
			{kindUser, "ann"}: {MailOff: true},
			{kindUser, "rob"}: {Mail: Choices{CategoryHeld: Digest}},
			{kindUser, "sue"}: {Mail: Choices{CategoryFailure: Digest, CategoryFlip: Off}},
		},
	}
	off := int64(1)
	all := Choices{}
	for _, a := range Categories() {
		all[a.Category] = Now
	}
	h.channels = []Channel{
		{ID: "#all", Choices: Choices{CategoryFlip: Now, CategoryFailure: Now, CategoryHeld: Now}},
		{ID: "#some", Choices: Choices{CategoryFailure: Digest, CategoryException: Now}, Tests: []string{another}},
		{ID: "#off", Choices: all, OffAt: &off},
		{ID: "own-ann", Owner: "ann"},
	}
	return h
}

// concernsOf answers whom an event of the file concerns.
func concernsOf(h *house, r rule, dan bool) []Concern {
	user := func(owns bool, names ...string) (list []Concern) {
		for _, name := range names {
			list = append(list, Concern{ID: name, Kind: kindUser, Owns: owns})
		}
		return list
	}
	pam, _ := h.add(Person{Email: "pam@x.example", ID: "pam", Kind: kindPerson})
	_, there := h.add(Person{Email: "dan@X.example", ID: "dan's person", Kind: kindPerson})
	if there {
		panic("a person with the e-mail of a deactivated user is heard of")
	}
	person := []Concern{{ID: pam.ID, Kind: pam.Kind, Owns: r.to == acceptors}, {ID: "dan's person", Kind: kindPerson, Owns: r.to == acceptors}}
	switch {
	case dan:
		return user(true, "dan")
	case r.to == testers:
		return append(append(user(true, "owen"), user(false, "eve", "mel", "sue")...), person...)
	case r.to == acceptors:
		eve, _ := h.add(Person{Email: "EVE@x.example", ID: "eve's person", Kind: kindPerson})
		return append(user(true, eve.ID), person...)
	case r.to == admins:
		return nil
	}
	return user(true, "owen")
}

func TestRoute(t *testing.T) {
	needs := map[audience]caller.Permission{
		acceptors: caller.ReadPolicies, admins: caller.ReadApplications, approvers: caller.ReadTests, owner: caller.ReadDocuments,
		reviewers: caller.ReadReviews, testers: caller.ReadTests,
	}
	for _, b := range readBlocks(t, "testdata/route.txt") {
		name := b.all("event")[0]
		kind, _, dan := strings.Cut(name, " of ")
		t.Run(name, func(t *testing.T) {
			r, known := ruleOf(kind)
			if !known {
				t.Fatalf("no rule for %s", kind)
			}
			e := event{actor: "ada", kind: kind, subject: thing{ID: theThing, Kind: "x"}}
			if r.to == testers {
				e.facts.Test = thing{ID: theTest, Name: "Disks"}
			}
			if r.to == approvers {
				e.subject = thing{ID: theTest, Kind: "test", Name: "Disks"}
			}
			h := theHouse()
			var got []string
			for _, to := range h.route(r, e, concernsOf(h, r, dan), needs[r.to]) {
				text := fmt.Sprintf("%s %s %s %s", to.Medium, to.Kind, to.ID, to.timing)
				if to.bare {
					text += " bare"
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(b.all("want"), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// eventOfCase reads a line of testdata/line.txt.
func eventOfCase(text string) event {
	words := strings.Fields(text)
	e := event{facts: facts{Test: thing{ID: theTest, Name: "Disks"}}}
	status := map[string]string{"OK": "OK", "BAD": "NEEDS_ATTENTION"}
	kinds := map[string]string{"new": "test.new_failures", "ended": "test.failures_ended", "late": "remediation.overdue", "soon": "remediation.due_soon"}
	if words[0] == "status" {
		e.kind, e.facts.From, e.facts.To = "test.status_changed", status[words[1]], status[words[2]]
		return e
	}
	if kind := kinds[words[0]]; kind != "" {
		e.kind = kind
		e.facts.Count, _ = strconv.ParseInt(words[1], 10, 64)
		rest := strings.Join(words[2:], " ")
		for _, name := range strings.Fields(rest) {
			e.facts.Sample = append(e.facts.Sample, thing{ID: "x", Name: strings.NewReplacer(`\r`, "\r", `\n`, "\n").Replace(name)})
		}
		return e
	}
	kind, summary, _ := strings.Cut(text, " ")
	return event{kind: kind, subject: thing{ID: theThing, Kind: "x", Name: "Laptops"}, summary: summary}
}

func TestLine(t *testing.T) {
	for _, b := range readBlocks(t, "testdata/line.txt") {
		t.Run(b.all("name")[0], func(t *testing.T) {
			var l line
			for _, text := range b.all("event") {
				e := eventOfCase(text)
				r, known := ruleOf(e.kind)
				if !known {
					t.Fatalf("no rule for %s", e.kind)
				}
				l = l.with(r, e)
			}
			var now *standing
			for _, text := range b.all("now") {
				now = &standing{name: "Disks"}
				word := ""
				if _, err := fmt.Sscanf(text, "%s %d/%d", &word, &now.failing, &now.total); err != nil {
					t.Fatal(err)
				}
				now.status = map[string]string{"OK": "OK", "BAD": "NEEDS_ATTENTION"}[word]
			}
			if diff := cmp.Diff(b.all("want"), l.sentences(now)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestEpisodes proves that what every push repeats is told once a day, when it gets worse,
// and anew after it was over.
func TestEpisodes(t *testing.T) {
	const hour, day = 3_600_000, 24 * 3_600_000
	before := map[string]told{}
	push := func(kind string, at, rejected int64) bool {
		e := event{at: at, facts: facts{Definition: thing{ID: theThing}, Rejected: rejected}, kind: kind}
		r, _ := ruleOf(kind)
		out := step{episodes: map[string]told{}}
		return out.news(r, e, before)
	}
	for i, c := range []struct {
		kind         string
		at, rejected int64
		want         bool
	}{
		{"sync.pushed", 0, 3, false},
		{"sync.records_rejected", 0, 3, true},
		{"sync.records_rejected", hour, 3, false},
		{"sync.records_rejected", 2 * hour, 2, false},
		{"sync.records_rejected", 3 * hour, 4, true},
		{"sync.records_rejected", 4 * hour, 4, false},
		{"sync.records_rejected", 3*hour + day, 4, true},
		{"sync.pushed", 4*hour + day, 0, false},
		{"sync.records_rejected", 5*hour + day, 1, true},
		{"sync.refused", 6*hour + day, 0, true},
		{"sync.refused", 7*hour + day, 0, false},
		{"sync.pushed", 8*hour + day, 1, false},
		{"sync.refused", 9*hour + day, 0, true},
		{"sync.records_rejected", 9*hour + day, 1, false},
	} {
		if got := push(c.kind, c.at, c.rejected); got != c.want {
			t.Errorf("%d: %s of %d: got %v, want %v", i, c.kind, c.rejected, got, c.want)
		}
	}
}

// TestTurns proves that a test is told of when it begins or ceases to need somebody.
func TestTurns(t *testing.T) {
	r, _ := ruleOf("test.status_changed")
	for statuses, want := range map[[2]string]bool{
		{"OK", "NEEDS_ATTENTION"}: true, {"NEEDS_ATTENTION", "OK"}: true, {"IN_PROGRESS", "NEEDS_ATTENTION"}: true, {"NEEDS_ATTENTION", "DEACTIVATED"}: true,
		{"OK", "INVALID"}: true, {"IN_PROGRESS", "OK"}: false, {"OK", "NOT_APPLICABLE"}: false, {"DEACTIVATED", "OK"}: false,
	} {
		out := step{episodes: map[string]told{}}
		if got := out.news(r, event{kind: r.event, facts: facts{From: statuses[0], To: statuses[1]}}, nil); got != want {
			t.Errorf("%v: got %v", statuses, got)
		}
	}
}

// TestRules holds the table to what is shown of it.
func TestRules(t *testing.T) {
	used := map[Category]bool{}
	for _, r := range rules() {
		used[r.category] = true
		if !r.category.known() {
			t.Errorf("%s: no category %q", r.event, r.category)
		}
	}
	for _, a := range Categories() {
		if !used[a.Category] {
			t.Errorf("nothing is told as %s", a.Category)
		}
		if !slices.ContainsFunc(heads(), func(h head) bool { return h.category == a.Category.sectionOf() }) {
			t.Errorf("%s has no section in messages", a.Category)
		}
	}
	if !slices.IsSortedFunc(rules(), func(a, b rule) int { return strings.Compare(a.event, b.event) }) {
		t.Error("the rules are not sorted")
	}
}
