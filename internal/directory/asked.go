// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

// Policies tells what policies ask of people: package policy.
type Policies interface {
	// Asked answers what is asked of each of the people who are here, by name. Groups
	// and leaves of the people are filled.
	Asked(ctx context.Context, w caller.Workspace, people []Person, now time.Time) (map[PersonID][]Asked, error)
	// Conditions answers who is asked for what as lists of ids, each a statement in
	// brackets about the workspace $1; arg answers the placeholder of a parameter.
	Conditions(now time.Time, arg func(value any) string) AskedConditions
}

// AskedConditions list who is asked for anything, of whom something of it is open, and
// of whom that is late.
type AskedConditions struct{ Any, Late, Open func() string }

// Asked is a policy that somebody is asked to accept.
type Asked struct {
	AcceptedAt *time.Time // nil: not yet
	DueAt      time.Time
	Name       string
}

const acceptTask = "ACCEPT_POLICIES"

// taskStatus answers the status of somebody's task of a kind by that of all tasks
// together: who is here has policies to accept, who has left has a departure, and
// nobody has other tasks.
func taskStatus(kind, summary string) string {
	left, hasLeft := strings.CutPrefix(summary, "OFFBOARDING_")
	switch {
	case hasLeft && kind == leavingTask:
		return left
	case !hasLeft && kind == acceptTask && summary != "PAUSED":
		return summary
	}
	return "NONE"
}

// tellAsked puts what policies ask of somebody who is here into the summary. Nothing is
// due during a leave: what is open waits, and is told as disabled since the leave began.
func tellAsked(s *api.TasksSummary, asked []Asked, p Person, now time.Time) {
	state := p.Employment(now)
	if len(asked) == 0 || state.gone() {
		return
	}
	task := &s.Details.AcceptPolicies
	var due, done *time.Time
	for _, a := range asked {
		item := api.TaskItem{Name: a.Name}
		if a.AcceptedAt != nil {
			task.AcceptedPolicies = append(task.AcceptedPolicies, item)
			if done == nil || a.AcceptedAt.After(*done) {
				done = a.AcceptedAt
			}
			continue
		}
		task.UnacceptedPolicies = append(task.UnacceptedPolicies, item)
		if due == nil || a.DueAt.Before(*due) {
			due = &a.DueAt
		}
	}
	switch {
	case due == nil:
		task.Status, task.CompletionDate = "COMPLETE", wireMaybe(done)
	case state == OnLeave:
		leave, _ := p.Leave(now)
		reason := "on leave"
		task.Disabled = &api.TaskDisabled{Date: wireTime(leave.Start), Reason: &reason}
		s.Status = "PAUSED"
		return
	case now.After(*due):
		task.Status, task.DueDate = "OVERDUE", wireMaybe(due)
	default:
		task.Status, task.DueDate = "DUE_SOON", wireMaybe(due)
	}
	s.Status, s.DueDate, s.CompletionDate = task.Status, task.DueDate, task.CompletionDate
}

// whereStanding narrows to those who are at one of the statuses asked for.
func (s *Service) whereStanding(ctx context.Context, tx *db.Tx, w caller.Workspace, f *filter, q Query, now time.Time) error {
	if q.standings == nil || len(q.standings) == len(summaryStatuses) {
		return nil
	}
	if q.NotPeople { // nothing is asked of them
		if !slices.Contains(q.standings, "NONE") {
			f.and("1 = 0")
		}
		return nil
	}
	var gone, either []string
	for _, state := range []string{"COMPLETE", "DUE_SOON", "OVERDUE"} {
		if slices.Contains(q.standings, "OFFBOARDING_"+state) {
			gone = append(gone, state)
		}
	}
	if len(gone) > 0 {
		text, err := s.whereLeaving(ctx, tx, w, f, gone, now)
		if err != nil {
			return err
		}
		either = append(either, text)
	}
	either = append(either, s.whereAsked(f, q.standings, now)...)
	if len(either) == 0 {
		either = []string{"1 = 0"}
	}
	f.and("(" + strings.Join(either, " OR ") + ")")
	return nil
}

// whereLeaving answers the condition for those whose departure is at one of some states.
func (s *Service) whereLeaving(ctx context.Context, tx *db.Tx, w caller.Workspace, f *filter, states []string, now time.Time) (string, error) {
	text := employed(f, []Employment{Former, Inactive}, now)
	if s.Departures == nil || len(states) == 3 {
		return text, nil
	}
	more, err := s.Departures.Narrow(ctx, tx, w, Narrowing{LeftAt: func() string { return leftAt(f, now) }, Now: now, States: states}, f.arg)
	return text + " AND " + more, err
}

// whereAsked answers the conditions for those who are here and at some statuses.
func (s *Service) whereAsked(f *filter, standings []string, now time.Time) (list []string) {
	here := func() string { return employed(f, []Employment{Current, OnLeave, Upcoming}, now) }
	if s.Policies == nil {
		if slices.Contains(standings, "NONE") {
			list = append(list, here())
		}
		return list
	}
	at := func() string { return employed(f, []Employment{Current, Upcoming}, now) }
	is := s.Policies.Conditions(now, f.arg)
	for _, state := range standings { // of one order, so that few statements are prepared
		switch state {
		case "NONE":
			list = append(list, here()+" AND p.id NOT IN "+is.Any())
		case "COMPLETE":
			list = append(list, here()+" AND p.id IN "+is.Any()+" AND p.id NOT IN "+is.Open())
		case "DUE_SOON":
			list = append(list, at()+" AND p.id IN "+is.Open()+" AND p.id NOT IN "+is.Late())
		case "OVERDUE":
			list = append(list, at()+" AND p.id IN "+is.Late())
		case "PAUSED":
			list = append(list, employed(f, []Employment{OnLeave}, now)+" AND p.id IN "+is.Open())
		}
	}
	return list
}
