// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/evidence"
)

// What is drawn from the entries of syncs, and what their Data hold beside definition
// {id, name} and sync (its id):
//
//	FailuresEnded    test {id, name, slug}, count, sample [{id, name}]
//	NewFailures      test, count, sample
//	OutcomeChanged   test, entity {id, name}, from, to; NONE before, GONE after
//	RecordsRejected  received, rejected, rejectionsUrl
//	RemovalsHeld     held
//	StatusChanged    test, from, to, failing, total
//
// sync.pushed and sync.refused hold the counts of a push, cause, and application
// {id, name}; sync.evaluated holds cause. All others hold what the entry's body does,
// but for "what": "changes" [{field, before, after}], "reason", and more.
const (
	FailuresEnded   = "test.failures_ended"
	NewFailures     = "test.new_failures"
	OutcomeChanged  = "outcome.changed"
	RecordsRejected = "sync.records_rejected"
	RemovalsHeld    = "sync.removals_held"
	StatusChanged   = "test.status_changed"
)

// Type is a kind of event.
type Type struct {
	Name       string
	Permission caller.Permission // that a person needs to be told of it
	Sentence   string            // what it says, in general words
}

// drawn are the types that no entry has for its action.
func drawn() []Type {
	return []Type{
		{OutcomeChanged, caller.ReadTests, "The outcome of a record under a test is another; one event a record, and only where it is asked for by name"},
		{RecordsRejected, caller.ReadApplications, "Records of a push were rejected"},
		{RemovalsHeld, caller.ReadApplications, "Records were kept that a push left out"},
		{FailuresEnded, caller.ReadTests, "Records fail a test no more"},
		{NewFailures, caller.ReadTests, "Records began to fail a test"},
		{StatusChanged, caller.ReadTests, "The status of a test is another"},
	}
}

// Types answers all types, by name.
func Types() []Type {
	list := drawn()
	for _, a := range evidence.Actions() {
		list = append(list, Type{a.Name, PermissionOf(a.Name), a.Sentence})
	}
	slices.SortFunc(list, func(a, b Type) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// nouns are what somebody must be allowed to read to be told of what has to do with it.
// Whatever is not among them takes the right to read the audit trail.
var nouns = map[string]caller.Permission{
	"access_review": caller.ReadReviews, "account": caller.ReadAccounts, "connection": caller.ReadApplications, "control": caller.ReadControls, "definition": caller.ReadApplications,
	"document": caller.ReadDocuments, "exception": caller.ReadTests, "framework": caller.ReadControls, "outcome": caller.ReadTests,
	"person": caller.ReadPeople, "policy": caller.ReadPolicies, "program": caller.ReadControls, "remediation": caller.ReadTests,
	"scope": caller.ReadControls, "sla": caller.ReadTests, "source": caller.ReadApplications, "sync": caller.ReadApplications, "test": caller.ReadTests,
	"test_version": caller.ReadTests, "vulnerability": caller.ReadVulnerabilities,
}

// PermissionOf answers what somebody needs to be told of events of a type.
func PermissionOf(eventType string) caller.Permission {
	noun, _, _ := strings.Cut(eventType, ".")
	return cmp.Or(nouns[noun], caller.ReadAudit)
}

// MayHear says whether a caller may be told of events of a type: who reads the audit
// trail may read all that is on it.
func MayHear(c caller.Caller, eventType string) bool {
	return c.Check(PermissionOf(eventType)) == nil || c.Check(caller.ReadAudit) == nil
}

// Want says which events are wanted.
type Want struct {
	Types []string // exact names, or "test.*" for all of a noun; empty: all but outcome.changed
}

// Has says whether events of a type are wanted.
func (w Want) Has(eventType string) bool {
	if len(w.Types) == 0 {
		return eventType != OutcomeChanged
	}
	return slices.ContainsFunc(w.Types, func(wanted string) bool {
		noun, all := strings.CutSuffix(wanted, "*")
		return wanted == eventType || all && strings.HasPrefix(eventType, noun)
	})
}

// actions answers which entries may hold what is wanted, as evidence asks for them.
func (w Want) actions() (actions []string) {
	syncs := slices.ContainsFunc(drawn(), func(t Type) bool { return w.Has(t.Name) })
	if syncs && len(w.Types) > 0 {
		actions = append(actions, "sync.")
	}
	for _, wanted := range w.Types {
		if noun, all := strings.CutSuffix(wanted, "*"); all {
			actions = append(actions, noun)
		} else {
			actions = append(actions, wanted)
		}
	}
	return actions
}

// clean answers a name for one line: control characters become spaces, and what turns
// the direction of writing goes.
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
