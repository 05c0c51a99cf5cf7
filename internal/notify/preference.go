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

	Defaults Choices   // of the workspace
	Slack    *Channel  // the user's own; nil for none
	Tests    []OwnTest // followed and muted ones, by id
}

// OwnTest is what a user said of a test.
type OwnTest struct {
	Choice Follow
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
	if err != nil {
		return own, fmt.Errorf("read preferences: %w", err)
	}
	return own, nil
}

func ownOf(ctx context.Context, tx *db.Tx, c caller.Caller) (own Own, err error) {
	w := c.Workspace.Number
	if own.Preference, err = selectPreference(ctx, tx, w, ref{kindUser, c.ID}); err != nil {
		return own, err
	}
	set, err := selectSettings(ctx, tx, w)
	if err != nil {
		return own, err
	}
	own.Defaults = set.Choices
	follows, err := selectFollows(ctx, tx, w, c.ID)
	if err != nil {
		return own, err
	}
	for _, test := range slices.Sorted(maps.Keys(follows)) {
		own.Tests = append(own.Tests, OwnTest{follows[test][c.ID], test})
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
	found, err := s.Things.Test(ctx, c.Workspace, test)
	if err != nil {
		return err
	}
	mine := slices.ContainsFunc(found.Concerns, func(one Concern) bool { return one.Kind == kindUser && one.ID == c.ID })
	if err := c.Check(caller.ReadTests); err != nil && !mine || found.ID == "" {
		// Who may not read tests does not learn which there are.
		return fault.New(fault.NotFound, "there is no test %q that you may read", test)
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		follows, err := selectFollows(ctx, tx, c.Workspace.Number, c.ID)
		before := follows[found.ID][c.ID]
		if err != nil || before == choice {
			return err
		}
		if choice == "" {
			_, err = deleteFollow(ctx, tx, c.Workspace.Number, found.ID, c.ID)
		} else {
			err = putFollow(ctx, tx, c, found.ID, choice, s.millis())
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
