// SPDX-License-Identifier: Apache-2.0

package home

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/document"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/policy"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/review"
)

// mostWork is how many items of a kind are listed.
const mostWork = 100

// WorkKind says what somebody is to do.
type WorkKind string

// The kinds.
const (
	WorkDocument  WorkKind = "document"        // theirs has nothing, or what is too old or soon will be
	WorkException WorkKind = "exception"       // to approve or decline
	WorkPolicy    WorkKind = "policy"          // to accept
	WorkApproval  WorkKind = "policy_approval" // a version to approve or return
	WorkRenewal   WorkKind = "policy_renewal"  // theirs expires, or is not approved
	WorkRemoval   WorkKind = "removal"         // accounts of systems that they review
	WorkReview    WorkKind = "review"          // accounts to decide on
	WorkTest      WorkKind = "test"            // theirs fails
)

// WorkItem is one thing that waits for somebody.
type WorkItem struct {
	Count    int64
	Due      *int64 // ms; nil: there is none
	ID       string
	Kind     WorkKind
	Name     string
	Status   string
	System   string // name; "" where there is none
	SystemID string
	Overdue  bool
}

// Work is what waits for the caller.
type Work struct {
	Capped bool
	Items  []WorkItem
	Now    int64 // ms
}

// work is what one request gathers.
type work struct {
	*Work
	*Service
	caller caller.Caller
}

// MyWork answers what waits for the user who asks, the most urgent first. Forbidden for
// who is none.
func (s *Service) MyWork(ctx context.Context, c caller.Caller) (*Work, error) {
	if c.Kind != caller.User {
		return nil, fault.New(fault.Forbidden, "only a user has work of their own; sign in")
	}
	w := &work{Service: s, Work: &Work{Items: []WorkItem{}, Now: db.Millis(s.Now())}, caller: c}
	for _, part := range []struct {
		what string
		read func(context.Context) error
	}{
		{"tests", w.tests}, {"access reviews", w.reviews}, {"documents", w.documents}, {"policies to accept", w.accept}, {"policies", w.policies}, {"exceptions", w.exceptions},
	} {
		if err := part.read(ctx); err != nil {
			return nil, fmt.Errorf("read the %s that wait for a user: %w", part.what, err)
		}
	}
	for i := range w.Items {
		one := &w.Items[i]
		one.Overdue = one.Overdue || one.Due != nil && *one.Due < w.Now
	}
	slices.SortStableFunc(w.Items, urgency)
	return w.Work, nil
}

// urgency puts what is overdue first, then what has a due time, by it.
func urgency(a, b WorkItem) int {
	rank := func(one WorkItem) int {
		switch {
		case one.Overdue:
			return 0
		case one.Due != nil:
			return 1
		}
		return 2
	}
	at := func(one WorkItem) int64 {
		if one.Due == nil {
			return 0
		}
		return *one.Due
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(at(a), at(b)))
}

func (w *work) may(p caller.Permission) bool { return w.caller.Check(p) == nil }

func (w *work) add(more bool, items ...WorkItem) {
	w.Items = append(w.Items, items...)
	w.Capped = w.Capped || more
}

// tests are those of the caller that fail.
func (w *work) tests(ctx context.Context) error {
	list, more, err := w.Tests.List(ctx, w.caller, assessment.TestQuery{Owner: w.caller.ID, Status: assessment.StatusNeedsAttention, Limit: mostWork})
	if err != nil || len(list) == 0 {
		return err
	}
	failures, _, err := w.Tests.Failures(ctx, w.caller, assessment.FailureQuery{Owner: w.caller.ID, State: assessment.FailuresOpen, Limit: mostWork})
	if err != nil {
		return err
	}
	overdue, _, err := w.Tests.Failures(ctx, w.caller, assessment.FailureQuery{Owner: w.caller.ID, State: assessment.FailuresOverdue, Limit: mostWork})
	if err != nil {
		return err
	}
	due := map[string]*int64{}
	for _, f := range append(overdue, failures...) {
		if at := due[f.Test.ID]; f.Due != nil && (at == nil || *f.Due < *at) {
			due[f.Test.ID] = f.Due
		}
	}
	for _, t := range list {
		w.add(more, WorkItem{Kind: WorkTest, ID: t.PublicID(), Name: t.Document.Name, Count: t.Counts[assessment.Failing], Due: due[t.ID]})
	}
	return nil
}

// reviews are accounts that wait for the caller's decision, and for their removal.
func (w *work) reviews(ctx context.Context) error {
	if w.Reviews == nil || !w.caller.MayOwn && !w.may(caller.ReadReviews) {
		return nil
	}
	list, more, err := w.Reviews.List(ctx, w.caller, review.Query{Limit: mostWork, States: []review.State{review.Started, review.Completed}})
	if err != nil {
		return err
	}
	for _, r := range list {
		for _, system := range r.Systems {
			if system.Reviewer.ID != w.caller.ID {
				continue
			}
			if err := w.system(ctx, more, r, system); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *work) system(ctx context.Context, more bool, r review.Review, system review.System) error {
	item := WorkItem{ID: string(r.ID), Name: r.Name, System: system.Definition.Name, SystemID: string(system.Definition.ID)}
	if n := system.Counts[review.Pending]; n > 0 && r.State == review.Started {
		item.Kind, item.Count = WorkReview, n
		if r.DueAt != nil {
			due := db.Millis(*r.DueAt)
			item.Due = &due
		}
		w.add(more, item)
	}
	n := system.Counts[review.ToRemove]
	if n == 0 {
		return nil
	}
	item.Kind, item.Count, item.Due = WorkRemoval, n, nil
	q := review.ItemQuery{Limit: mostWork, States: []review.ItemState{review.ToRemove}, System: []resource.ID{system.Definition.ID}}
	_, accounts, _, err := w.Reviews.Items(ctx, w.caller, r.ID, q)
	for _, one := range accounts {
		if one.DueAt != nil && (item.Due == nil || db.Millis(*one.DueAt) < *item.Due) {
			due := db.Millis(*one.DueAt)
			item.Due = &due
		}
	}
	w.add(more, item)
	return err
}

// documents are the caller's that lack something, or soon will.
func (w *work) documents(ctx context.Context) error {
	if w.Documents == nil || !w.caller.MayOwn && !w.may(caller.ListDocuments) {
		return nil
	}
	list, more, err := w.Documents.List(ctx, w.caller, document.Query{
		Limit: mostWork, Owner: w.caller.ID, Statuses: []document.Status{document.NeedsDocument, document.NeedsUpdate, document.OK},
	})
	for _, d := range list {
		if d.Status == document.OK && !d.Soon(w.Now) {
			continue
		}
		w.add(more, WorkItem{Kind: WorkDocument, ID: d.ID, Name: d.Title, Status: string(d.Status), Count: 1, Due: d.Due()})
	}
	return err
}

// accept are the policies that the caller has to accept.
func (w *work) accept(ctx context.Context) error {
	if w.Policies == nil {
		return nil
	}
	list, err := w.Policies.Own(ctx, w.caller)
	for _, t := range list {
		status := t.Status(db.Time(w.Now))
		if status == "COMPLETE" || status == "PAUSED" {
			continue
		}
		due := db.Millis(t.DueAt)
		w.add(false, WorkItem{Kind: WorkPolicy, ID: t.Policy.ID, Name: t.Policy.Settings.Name, Status: status, Count: 1, Due: &due})
	}
	return err
}

// policies are versions that wait for the caller's approval, and policies of the caller
// that do not count, or soon will not.
func (w *work) policies(ctx context.Context) error {
	if w.Policies == nil || !w.may(caller.ReadPolicies) {
		return nil
	}
	list, more, err := w.Policies.List(ctx, w.caller, "", mostWork)
	now := db.Time(w.Now)
	for _, p := range list {
		latest, approver := p.Latest(now), p.Settings.Approver
		item := WorkItem{ID: p.ID, Name: p.Settings.Name, Status: string(latest), Count: 1}
		switch {
		case latest == policy.Pending && w.may(caller.WritePolicies) && (approver == "" || approver == w.caller.ID):
			item.Kind = WorkApproval
			w.add(more, item)
		case p.Settings.Owner == w.caller.ID && latest != policy.Approved && latest != policy.Pending:
			item.Kind = WorkRenewal
			if at := p.Expires(); at != nil {
				due := db.Millis(*at)
				item.Due = &due
			}
			w.add(more, item)
		}
	}
	return err
}

// exceptions are those that the caller may approve.
func (w *work) exceptions(ctx context.Context) error {
	if !w.may(caller.WriteTests) {
		return nil
	}
	settings, err := w.Tests.ExceptionSettings(ctx, w.caller)
	if err != nil {
		return err
	}
	list, more, err := w.Tests.Exceptions(ctx, w.caller, assessment.ExceptionQuery{Limit: mostWork, State: assessment.ExceptionPending})
	for _, x := range list {
		if settings.Approval == assessment.ApprovalOther && x.Actor.ID == w.caller.ID {
			continue
		}
		w.add(more, WorkItem{Kind: WorkException, ID: x.ID, Name: cmp.Or(x.Name, x.Unique, x.Reason), Count: 1, System: x.Test.Name, SystemID: x.Test.PublicID})
	}
	return err
}
