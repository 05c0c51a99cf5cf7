// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/feed"
)

// Category names events that are switched together.
type Category string

// The categories; the words stand in rows and on the wire.
const (
	CategoryAccess      Category = "access_alarms"
	CategoryDirectory   Category = "directory_errors"
	CategoryDocument    Category = "documents_due"
	CategoryDueSoon     Category = "due_soon"
	CategoryException   Category = "exceptions"
	CategoryFailure     Category = "new_failures"
	CategoryFlip        Category = "test_flips"
	CategoryHeld        Category = "held_removals"
	CategoryIntegration Category = "integrations"
	CategoryOverdue     Category = "overdue"
	CategoryPolicy      Category = "policies"
	CategoryRejection   Category = "rejected_records"
	CategoryReview      Category = "reviews"
	CategorySource      Category = "stale_sources"
	CategoryTest        Category = "" // of a message that somebody asks for to see whether it comes
)

// Choice is whether a category is told, and when.
type Choice string

// The choices; the words stand in rows and on the wire. Now is at the end of the
// window.
const (
	Digest Choice = "digest"
	Now    Choice = "now"
	Off    Choice = "off"
)

// audience is who hears of an event unasked.
type audience int

const (
	admins    audience = iota // Admins, and whoever chooses the category and may read it
	acceptors                 // the people whom a policy asks to accept it
	approvers                 // Admins and the test's owner, but who asked
	owner                     // of a document
	reviewers                 // who decides in an access review, and who made it
	testers                   // owner and subscribers of a test, and who follows it
)

// rule says what an event means here.
type rule struct {
	event    string // type on the feed
	category Category
	to       audience
	quiet    bool // takes part in a line that is there, and opens none
}

// rules answers what is told. Types that are not here are not read.
func rules() []rule {
	return []rule{
		{event: "access_review.due_soon", category: CategoryReview, to: reviewers},
		{event: "access_review.overdue", category: CategoryReview, to: reviewers},
		{event: "access_review.started", category: CategoryReview, to: reviewers},
		{event: "connection.disconnected", category: CategoryIntegration, to: admins},
		{event: "connection.token_reuse_detected", category: CategoryIntegration, to: admins},
		{event: "directory.error", category: CategoryDirectory, to: admins},
		{event: "directory.mass_deactivation", category: CategoryAccess, to: admins},
		{event: "document.due", category: CategoryDocument, to: owner},
		{event: "document.due_soon", category: CategoryDocument, to: owner},
		{event: "exception.requested", category: CategoryException, to: approvers},
		{event: "lockout.prevented", category: CategoryAccess, to: admins},
		{event: "policy.version_approved", category: CategoryPolicy, to: acceptors},
		{event: "remediation.due_soon", category: CategoryDueSoon, to: testers},
		{event: "remediation.overdue", category: CategoryOverdue, to: testers},
		{event: "source.fresh", category: CategorySource, to: admins},
		{event: "source.stale", category: CategorySource, to: admins},
		{event: "sync.pushed", category: CategoryRejection, to: admins, quiet: true},
		{event: "sync.records_rejected", category: CategoryRejection, to: admins},
		{event: "sync.refused", category: CategoryRejection, to: admins},
		{event: "sync.removals_held", category: CategoryHeld, to: admins},
		{event: "test.failures_ended", category: CategoryFailure, to: testers, quiet: true},
		{event: "test.new_failures", category: CategoryFailure, to: testers},
		{event: "test.status_changed", category: CategoryFlip, to: testers},
		{event: "webhook.stopped", category: CategoryIntegration, to: admins},
	}
}

func ruleOf(event string) (rule, bool) {
	all := rules()
	i := slices.IndexFunc(all, func(r rule) bool { return r.event == event })
	if i < 0 {
		return rule{}, false
	}
	return all[i], true
}

// wanted answers the types that are read.
func wanted() (types []string) {
	for _, r := range rules() {
		types = append(types, r.event)
	}
	return types
}

// About describes a category to people.
type About struct {
	Category Category
	Default  Choice // for those whom it concerns, where nobody chose
	Sentence string
}

// Categories answers all there are, in the order in which they are shown.
func Categories() []About {
	return []About{
		{CategoryFlip, Now, "A test of yours begins or ceases to need attention."},
		{CategoryFailure, Now, "Records begin to fail a test of yours."},
		{CategoryOverdue, Now, "Failing records of a test of yours are past their deadline."},
		{CategoryDueSoon, Digest, "Failing records of a test of yours come near their deadline."},
		{CategoryDocument, Now, "A document of yours is due, or is due soon."},
		{CategoryReview, Now, "An access review in which you decide has started, is due soon or is overdue."},
		{CategoryPolicy, Now, "A policy asks you to accept it."},
		{CategoryException, Now, "Somebody asks for an exception that you may approve."},
		{CategorySource, Now, "A source has not pushed for longer than a test allows."},
		{CategoryHeld, Now, "A push would have removed so many records that they are held."},
		{CategoryRejection, Now, "Records of a push were rejected, or a whole push was."},
		{CategoryAccess, Now, "A directory deactivates an unusual share of its users, or something was refused that would have left no Admin who can sign in."},
		{CategoryDirectory, Now, "Requests of a directory begin to fail."},
		{CategoryIntegration, Now, "A webhook was switched off, or a connection was lost."},
	}
}

// forAdmins says whether a category is of the whole workspace: Admins hear of it unasked.
func (c Category) forAdmins() bool {
	return !slices.ContainsFunc(rules(), func(r rule) bool { return r.category == c && r.to != admins })
}

// reaches says whether somebody may ever hear of a category: of what concerns the whole
// workspace, who may read it.
func (c Category) reaches(p Person) bool {
	return !c.forAdmins() || slices.ContainsFunc(rules(), func(r rule) bool {
		return r.category == c && slices.Contains(p.Grants, feed.PermissionOf(r.event))
	})
}

// known says whether there is such a category.
func (c Category) known() bool {
	return slices.ContainsFunc(Categories(), func(a About) bool { return a.Category == c })
}

// aboutTests says whether a category is about tests: channels that name tests hear of
// those only.
func (c Category) aboutTests() bool {
	return c == CategoryFlip || c == CategoryFailure || c == CategoryOverdue || c == CategoryDueSoon || c == CategoryException
}

// Choices are those that somebody made; a category that is not in it was left alone.
type Choices map[Category]Choice

// over answers choices with the default of each category that they leave open.
func (c Choices) over(base Choices) Choices {
	all := Choices{}
	for _, about := range Categories() {
		all[about.Category] = about.Default
	}
	maps.Copy(all, base)
	maps.Copy(all, c)
	return all
}

// readChoices checks what somebody sent: a null takes a choice back. at is the place of
// the object in the body.
func readChoices(at string, before Choices, sent map[string]*string) (Choices, error) {
	after, problems := maps.Clone(before), []fault.Problem(nil)
	if after == nil {
		after = Choices{}
	}
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		category, choice := Category(name), sent[name]
		switch {
		case !category.known():
			problems = append(problems, fault.Problem{Pointer: at + "/" + escapePointer(name), Message: "is no category; there are " + categoryNames()})
		case choice == nil:
			delete(after, category)
		case *choice != string(Off) && *choice != string(Now) && *choice != string(Digest):
			problems = append(problems, fault.Problem{Pointer: at + "/" + name, Message: "must be off, now, digest or null"})
		default:
			after[category] = Choice(*choice)
		}
	}
	if problems != nil {
		return nil, fault.At(problems...)
	}
	return after, nil
}

func categoryNames() string {
	var names []string
	for _, about := range Categories() {
		names = append(names, string(about.Category))
	}
	return strings.Join(names, ", ")
}

// escapePointer writes a member name as RFC 6901 wants it.
func escapePointer(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(clip(name))
}

// told says what distinguishes two sets of choices, for the trail.
func (c Choices) told(after Choices, tell func(field, was, is string)) {
	for _, about := range Categories() {
		if was, is := c[about.Category], after[about.Category]; was != is {
			tell(fmt.Sprintf("choice of %s", about.Category), string(was), string(is))
		}
	}
}
