// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"context"
	"slices"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

// Departures tells how far the departure of people has come: package offboarding.
type Departures interface {
	// Departures answers that of each of the people who has left.
	Departures(ctx context.Context, w caller.Workspace, people []Person, now time.Time) (map[PersonID]Departure, error)
	// Narrow answers a condition on the row p of somebody who has left, in a statement
	// about the workspace $1, that holds for all whose departure is at one of some
	// states and for few others; arg answers the placeholder of a parameter.
	Narrow(ctx context.Context, tx *db.Tx, w caller.Workspace, n Narrowing, arg func(value any) string) (string, error)
}

// Narrowing is what a list asks of departures.
type Narrowing struct {
	LeftAt func() string // answers an expression for when somebody left, in ms
	Now    time.Time
	States []string // of COMPLETE, DUE_SOON and OVERDUE, in this order; one at least
}

// Departure is how far somebody's leaving has come.
type Departure struct {
	CompletedAt *time.Time // nil while something is open
	Done        []string   // what is done, in words
	DueAt       *time.Time // nil: by no deadline
	Open        []string   // what has to be done, in words
}

// status answers the word for a task of it.
func (d Departure) status(now time.Time) string {
	switch {
	case len(d.Open) == 0:
		return "COMPLETE"
	case d.DueAt != nil && now.After(*d.DueAt):
		return "OVERDUE"
	}
	return "DUE_SOON"
}

// tell puts the departure into what is asked of somebody.
func (d Departure) tell(s *api.TasksSummary, now time.Time) {
	task := &s.Details.CompleteOffboardingCustomTasks
	task.Status, task.DueDate, task.CompletionDate = d.status(now), wireMaybe(d.DueAt), wireMaybe(d.CompletedAt)
	task.CompletedCustomOffboardingTasks, task.IncompleteCustomOffboardingTasks = items(d.Done), items(d.Open)
	s.Status, s.DueDate, s.CompletionDate = "OFFBOARDING_"+task.Status, task.DueDate, task.CompletionDate
}

func items(names []string) []api.TaskItem {
	list := make([]api.TaskItem, len(names))
	for i, name := range names {
		list[i] = api.TaskItem{Name: name}
	}
	return list
}

const leavingTask = "COMPLETE_CUSTOM_OFFBOARDING_TASKS"

var (
	summaryStatuses = []string{
		"COMPLETE", "DUE_SOON", "NONE", "OFFBOARDING_COMPLETE", "OFFBOARDING_DUE_SOON", "OFFBOARDING_OVERDUE", "OVERDUE", "PAUSED",
	}
	taskTypes = []string{
		"COMPLETE_TRAININGS", "ACCEPT_POLICIES", "COMPLETE_CUSTOM_TASKS", leavingTask, "INSTALL_DEVICE_MONITORING", "COMPLETE_BACKGROUND_CHECKS",
	}
)

// tasksAsked is what a list of people asks of tasks; nil asks nothing.
type tasksAsked struct{ statuses, summary, types []string }

func (a tasksAsked) anything() bool { return len(a.statuses)+len(a.summary) > 0 }

// states answers the statuses of all tasks together at which somebody has the tasks
// that are asked for: that status says what each task's is (taskStatus).
func (a tasksAsked) states() []string {
	return slices.DeleteFunc(slices.Clone(summaryStatuses), func(summary string) bool {
		if len(a.summary) > 0 && !slices.Contains(a.summary, summary) {
			return true
		}
		return len(a.statuses) > 0 && !slices.ContainsFunc(taskTypes, func(kind string) bool {
			return (len(a.types) == 0 || slices.Contains(a.types, kind)) && slices.Contains(a.statuses, taskStatus(kind, summary))
		})
	})
}

// keptStep is how many people are looked at together when a first page was not enough.
const keptStep = 100

// kept answers a page of the people who have the tasks that are asked for. The rows
// are asked for by what the states can be known by; who is at another one after all is
// left out here.
func (s *Service) kept(ctx context.Context, q Query, asked tasksAsked) (page []api.Person, more bool, err error) {
	page = []api.Person{}
	limit := q.Limit
	if asked.anything() {
		q.standings = asked.states()
	}
	if q.standings != nil && len(q.standings) == 0 {
		return page, false, nil
	}
	for {
		people, further, err := s.List(ctx, caller.From(ctx), q)
		if err != nil {
			return nil, false, err
		}
		list, err := s.shown(ctx, people)
		if err != nil {
			return nil, false, err
		}
		for _, p := range list {
			switch {
			case q.standings != nil && !slices.Contains(q.standings, p.TasksSummary.Status):
			case len(page) == limit:
				return page, true, nil
			default:
				page = append(page, p)
			}
		}
		if !further || q.standings == nil {
			return page, further, nil
		}
		q.Limit = max(limit, keptStep) // somebody was not at the state after all
		q.After = people[len(people)-1].ID
	}
}
