// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
)

// Own is all that concerns notifications of one user.
type Own struct {
	Preference

	Hears     []About // the categories of which the user may hear
	SendsMail bool
	Slack     *Channel  // the user's own; nil for none
	Tests     []OwnTest // followed and muted ones, by id

	clock   clock // with the defaults of the workspace
	isAdmin bool
}

// effective answers what holds for choices of the user: who is no Admin hears of what
// concerns the whole workspace only when they chose it.
func (o Own) effective(chosen Choices) Choices {
	all := chosen.over(o.clock.Choices)
	for _, about := range Categories() {
		if _, said := chosen[about.Category]; !said && about.Category.forAdmins() && !o.isAdmin {
			all[about.Category] = Off
		}
	}
	return all
}

// OwnTest is what a user said of a test.
type OwnTest struct {
	Choice Follow
	Name   string // "" for one that is gone, or that the user may not read any more
	Test   string
}

// errNotUser is what an application gets, and the command line.
func errNotUser() error {
	return fault.New(fault.Forbidden, "notifications of one's own are for users; sign in")
}

// Preferences answers those of the user who asks. Faults: Forbidden for who is none.
func (s *Service) Preferences(ctx context.Context, c caller.Caller) (own Own, err error) {
	if c.Kind != caller.User {
		return own, errNotUser()
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		own, err = ownOf(ctx, tx, c)
		return err
	})
	if err == nil {
		own, err = s.completed(ctx, c, own)
	}
	if err != nil {
		return own, fmt.Errorf("read preferences: %w", err)
	}
	return own, nil
}

// completed adds what other features know of the user and of the tests.
func (s *Service) completed(ctx context.Context, c caller.Caller, own Own) (Own, error) {
	me, there, err := s.People.User(ctx, c.Workspace, c.ID)
	if err != nil || !there {
		return own, err
	}
	own.isAdmin, own.SendsMail, own.Hears = me.Admin, s.Mail.Configured(), nil
	for _, about := range Categories() {
		if about.Category.reaches(me) {
			own.Hears = append(own.Hears, about)
		}
	}
	ids, err := s.readable(ctx, c, own.Tests)
	if err != nil {
		return own, err
	}
	standings, err := s.Things.Standings(ctx, c.Workspace, ids)
	for i := range own.Tests {
		own.Tests[i].Name = standings[own.Tests[i].Test].Name
	}
	return own, err
}

// readable answers those of some tests that a user may read.
func (s *Service) readable(ctx context.Context, c caller.Caller, tests []OwnTest) (ids []string, err error) {
	for _, one := range tests {
		id := one.Test
		if c.Check(caller.ReadTests) != nil {
			if id, err = s.mayRead(ctx, c, id); err != nil {
				return nil, err
			}
		}
		if id != "" {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// mayRead answers the id of a test that a user may read, by role or as its owner; "" for
// others, and where there is none.
func (s *Service) mayRead(ctx context.Context, c caller.Caller, test string) (string, error) {
	found, err := s.Things.Test(ctx, c.Workspace, test)
	if err != nil {
		return "", err
	}
	mine := slices.ContainsFunc(found.Concerns, func(one Concern) bool { return one.Kind == kindUser && one.ID == c.ID })
	if c.Check(caller.ReadTests) != nil && !mine {
		return "", nil
	}
	return found.ID, nil
}

func ownOf(ctx context.Context, tx *db.Tx, c caller.Caller) (own Own, err error) {
	w := c.Workspace.Number
	if own.Preference, err = selectPreference(ctx, tx, w, ref{kindUser, c.ID}); err != nil {
		return own, err
	}
	if own.clock, err = clockOf(ctx, tx, w); err != nil {
		return own, err
	}
	follows, err := selectFollows(ctx, tx, w, c.ID)
	if err != nil {
		return own, err
	}
	for _, test := range slices.Sorted(maps.Keys(follows)) {
		own.Tests = append(own.Tests, OwnTest{Choice: follows[test][c.ID], Test: test})
	}
	own.Slack, err = ownChannel(ctx, tx, c)
	return own, err
}

// PreferenceChange changes preferences; nil leaves one as it is. A choice of nil goes
// back to the default.
type PreferenceChange struct {
	Mail    map[string]*string
	MailOff *bool
	Slack   map[string]*string // Impossible for who has no channel of their own
}

// Prefer changes the preferences of the user who asks. Faults: Forbidden for who is
// none, Impossible, Invalid.
func (s *Service) Prefer(ctx context.Context, c caller.Caller, change PreferenceChange) (own Own, err error) {
	if c.Kind != caller.User {
		return own, errNotUser()
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := ownOf(ctx, tx, c)
		if err != nil {
			return err
		}
		after := before.Preference
		if after.Mail, err = readChoices("/email/choices", before.Mail, change.Mail); err != nil {
			return err
		}
		if change.MailOff != nil {
			after.MailOff = *change.MailOff
		}
		if err := s.putPreference(ctx, tx, c, ref{kindUser, c.ID}, before.Preference, after); err != nil {
			return err
		}
		if err := s.preferSlack(ctx, tx, c, before.Slack, change.Slack); err != nil {
			return err
		}
		own, err = ownOf(ctx, tx, c)
		return err
	})
	if err == nil {
		own, err = s.completed(ctx, c, own)
	}
	if err != nil {
		return own, fmt.Errorf("change preferences: %w", err)
	}
	return own, nil
}

func (s *Service) preferSlack(ctx context.Context, tx *db.Tx, c caller.Caller, own *Channel, sent map[string]*string) error {
	if len(sent) == 0 {
		return nil
	}
	if own == nil {
		return fault.New(fault.Impossible, "you have no Slack channel of your own yet; set one first (PUT …/preferences/slack)")
	}
	after := *own
	var err error
	if after.Choices, err = readChoices("/slack/choices", own.Choices, sent); err != nil {
		return err
	}
	return s.saveChannel(ctx, tx, c, *own, after)
}

// putPreference saves what somebody prefers, with its entry.
func (s *Service) putPreference(ctx context.Context, tx *db.Tx, c caller.Caller, who ref, before, after Preference) error {
	var changes []evidence.Change
	tell := teller(&changes)
	tell("mail", yes(!before.MailOff), yes(!after.MailOff))
	before.Mail.told(after.Mail, tell)
	if len(changes) == 0 {
		return nil
	}
	if err := putPreference(ctx, tx, c.Workspace.Number, who, after, s.millis()); err != nil {
		return err
	}
	subject := evidence.Subject{Kind: who.Kind, ID: who.ID, Name: c.Name}
	return s.changed(ctx, tx, c, deed{"notification_preference", "updated", subject}, changes)
}

// FollowTest lets the user who asks hear of a test, or not; "" goes back to what ownership
// and subscription say. Faults: Forbidden for who is no user or may not read the test,
// NotFound.
func (s *Service) FollowTest(ctx context.Context, c caller.Caller, test string, choice Follow) error {
	if c.Kind != caller.User {
		return errNotUser()
	}
	id, err := s.mayRead(ctx, c, test)
	if err != nil {
		return err
	}
	if id == "" {
		// Who may not read tests does not learn which there are.
		return fault.New(fault.NotFound, "there is no test %q that you may read", test)
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		follows, err := selectFollows(ctx, tx, c.Workspace.Number, c.ID)
		before := follows[id][c.ID]
		if err != nil || before == choice {
			return err
		}
		if choice == "" {
			_, err = deleteFollow(ctx, tx, c.Workspace.Number, id, c.ID)
		} else {
			err = putFollow(ctx, tx, c, id, choice, s.millis())
		}
		if err != nil {
			return err
		}
		var changes []evidence.Change
		teller(&changes)("test "+test, string(before), string(choice))
		subject := evidence.Subject{Kind: kindUser, ID: c.ID, Name: c.Name}
		return s.changed(ctx, tx, c, deed{"notification_preference", "updated", subject}, changes)
	})
}
