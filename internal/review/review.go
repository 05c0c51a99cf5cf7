// SPDX-License-Identifier: Apache-2.0

package review

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/account"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
)

// ID names a review.
type ID string

// State is how far a review has come.
type State string

// The states; a review that is Starting is shown as a draft.
const (
	Draft     State = "draft"
	Starting  State = "starting"
	Started   State = "started"
	Completed State = "completed"
	Cancelled State = "cancelled"
)

// ItemState is what became of an account in a review.
type ItemState int64

// The states of items.
const (
	Pending ItemState = iota
	Kept
	ToRemove
	Removed
	Gone // before anybody decided

	itemStates = 5
)

var itemWords = []string{"PENDING", "KEPT", "TO_BE_REMOVED", "REMOVED", "GONE"}

// String answers the word of the wire.
func (s ItemState) String() string { return itemWords[s] }

// Actor is who did something.
type Actor struct {
	ID   string      `json:"id"`
	Kind caller.Kind `json:"kind"`
	Name string      `json:"name"`
}

func actorOf(c caller.Caller) Actor { return Actor{ID: c.ID, Kind: c.Kind, Name: c.Name} }

// Reviewer is a user who decides.
type Reviewer struct {
	Email  string
	ID     string
	MayOwn bool // the role lets objects be owned, and the user is not deactivated
	Name   string
}

// Counts are items by their states.
type Counts [itemStates]int64

// Total answers how many items there are.
func (c Counts) Total() (n int64) {
	for _, some := range c {
		n += some
	}
	return n
}

// System is a definition of accounts in a review.
type System struct {
	Counts     Counts
	Definition resource.Definition
	Reviewer   Reviewer // who is deleted has an ID only
}

// Review is an access review.
type Review struct {
	Counts      Counts
	CreatedAt   time.Time
	CreatedBy   Actor
	Description string
	DueAt       *time.Time
	EndedAt     *time.Time // completed or cancelled
	EndedBy     Actor
	ID          ID
	Name        string
	StartedAt   *time.Time
	StartedBy   Actor
	State       State
	Systems     []System // by definition

	token      string
	tokenUntil int64
	version    int64
}

// of answers the system of a definition.
func (r Review) of(definition int64) (System, bool) {
	i := slices.IndexFunc(r.Systems, func(s System) bool { return int64(s.Definition.Number) == definition })
	if i < 0 {
		return System{}, false
	}
	return r.Systems[i], true
}

// reviews says whether a user decides in the review.
func (r Review) reviews(user string) bool {
	return slices.ContainsFunc(r.Systems, func(s System) bool { return s.Reviewer.ID == user })
}

// Users tells what reviews need to know of the users of a workspace.
type Users interface {
	// Reviewer answers a user by id or e-mail; NotFound otherwise.
	Reviewer(ctx context.Context, c caller.Caller, ref string) (Reviewer, error)
}

// Options are what a Service is made of.
type Options struct {
	Accounts  *account.Service
	DB        *db.DB
	Directory *directory.Service
	Logger    *slog.Logger
	Now       func() time.Time
	Users     Users
}

// Service holds access reviews. It is an account.Watcher and safe for concurrent
// use.
type Service struct{ Options }

// New makes the service and has it watch accounts.
func New(o Options) *Service {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Service{o}
	o.Accounts.Watchers = append(o.Accounts.Watchers, s)
	return s
}

// Form is what a review is made from, and what an edit changes; nil leaves a member
// as it is.
type Form struct {
	Description *string
	DueAt       **time.Time
	Name        *string
	Systems     *[]SystemForm // all of them
}

// SystemForm names a system and who decides on its accounts, by id or e-mail.
type SystemForm struct {
	Resource resource.ID
	Reviewer string
}

// Limits.
const (
	maxName        = 200  // characters
	maxDescription = 4000 // characters
	maxSystems     = 200
)

func (r *Review) apply(f Form) (problems []fault.Problem) {
	wrong := func(pointer, message string) {
		problems = append(problems, fault.Problem{Pointer: pointer, Message: message})
	}
	if f.Name != nil {
		r.Name = strings.TrimSpace(*f.Name)
	}
	if r.Name == "" || utf8.RuneCountInString(r.Name) > maxName || strings.ContainsFunc(r.Name, unicode.IsControl) {
		wrong("/name", fmt.Sprintf("must have 1 to %d characters on one line", maxName))
	}
	if f.Description != nil {
		r.Description = strings.TrimSpace(*f.Description)
	}
	if utf8.RuneCountInString(r.Description) > maxDescription || strings.ContainsRune(r.Description, 0) {
		wrong("/description", fmt.Sprintf("must have at most %d characters", maxDescription))
	}
	if f.DueAt != nil {
		r.DueAt = *f.DueAt
	}
	return problems
}

// systems answers what a form says of systems. Every problem is named by its place.
func (s *Service) systems(ctx context.Context, c caller.Caller, forms []SystemForm) (list []System, problems []fault.Problem, err error) {
	if len(forms) > maxSystems {
		return nil, []fault.Problem{{Pointer: "/systems", Message: fmt.Sprintf("must be at most %d", maxSystems)}}, nil
	}
	seen := map[resource.ID]bool{}
	for i, f := range forms {
		at := fmt.Sprintf("/systems/%d", i)
		reviewer, err := s.Users.Reviewer(ctx, c, f.Reviewer)
		switch {
		case fault.KindOf(err) == fault.NotFound && err != nil:
			problems = append(problems, fault.Problem{Pointer: at + "/reviewerId", Message: "names no user of this workspace"})
		case err != nil:
			return nil, nil, err
		case !reviewer.MayOwn:
			problems = append(problems, fault.Problem{Pointer: at + "/reviewerId", Message: "names a user whose role cannot decide, or who is deactivated"})
		}
		d, known, err := s.definition(ctx, c, f.Resource)
		switch {
		case err != nil:
			return nil, nil, err
		case !known:
			problems = append(problems, fault.Problem{Pointer: at + "/resourceId", Message: "names no resource of the base type UserAccount"})
		case seen[f.Resource]:
			problems = append(problems, fault.Problem{Pointer: at + "/resourceId", Message: "is there twice"})
		}
		seen[f.Resource] = true
		list = append(list, System{Definition: d, Reviewer: reviewer})
	}
	slices.SortFunc(list, func(a, b System) int { return int(a.Definition.Number - b.Definition.Number) })
	return list, problems, nil
}

func (s *Service) definition(ctx context.Context, c caller.Caller, id resource.ID) (d resource.Definition, known bool, err error) {
	if !db.ValidID(string(id)) {
		return d, false, nil
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, err := resource.LookUpBase(ctx, tx, c.Workspace, "UserAccount")
		i := slices.IndexFunc(list, func(d resource.Definition) bool { return d.ID == id })
		if known = i >= 0; known {
			d = list[i]
		}
		return err
	})
	return d, known, err
}

func errNone(id ID) error {
	return fault.New(fault.NotFound, "there is no access review with the id %s", string(id[:min(len(id), 100)]))
}

// sees says whether the caller may look at the review: by permission, or as one of
// its reviewers.
func (r Review) sees(c caller.Caller) bool {
	return c.Check(caller.ReadReviews) == nil || c.Kind == caller.User && r.reviews(c.ID)
}

func asJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // strings and times that were read from JSON or the database
	}
	return string(text)
}
