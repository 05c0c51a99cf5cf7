// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
)

// Channel is a place in Slack, by its incoming webhook.
type Channel struct {
	Choices    Choices // of a workspace's channel: what is not in it is off
	CreatedAt  int64   // ms
	Hint       string  // host and last four characters of the URL
	ID         string
	Name       string
	OffAt      *int64 // ms; nil: it is used
	OffBecause string
	Owner      string   // id of the user whose own it is; "": the workspace's
	Tests      []string // ids of the tests that it is about; none: all
	UpdatedAt  int64    // ms

	sealed  string
	version int64
}

func (c Channel) active() bool { return c.OffAt == nil }

// Limits of channels.
const (
	maxChannelName  = 100
	maxChannelTests = 500
	maxChannels     = 50
	maxURL          = 1000
)

func purposeOf(channel string) string { return "notify_channel.sealed " + channel }

// ChannelForm says what a channel is to be; nil leaves a member as it is.
type ChannelForm struct {
	Choices map[string]*string
	Enabled *bool
	Name    *string
	Tests   *[]string // ids or slugs
	URL     *string
}

// Channels answers those of the caller's workspace that belong to nobody alone, the
// oldest first.
func (s *Service) Channels(ctx context.Context, c caller.Caller) (all []Channel, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = selectChannels(ctx, tx, c.Workspace.Number)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list channels: %w", err)
	}
	return slices.DeleteFunc(all, func(one Channel) bool { return one.Owner != "" }), nil
}

// Channel answers a channel of the workspace by id or name.
func (s *Service) Channel(ctx context.Context, c caller.Caller, ref string) (Channel, error) {
	all, err := s.Channels(ctx, c)
	if err != nil {
		return Channel{}, err
	}
	return namedChannel(all, ref)
}

func namedChannel(all []Channel, ref string) (Channel, error) {
	i := slices.IndexFunc(all, func(one Channel) bool { return one.Owner == "" && (one.ID == ref || strings.EqualFold(one.Name, ref)) })
	if i < 0 {
		return Channel{}, fault.New(fault.NotFound, "there is no channel %q", ref)
	}
	return all[i], nil
}

// ownChannel answers the caller's own channel; nil for none.
func ownChannel(ctx context.Context, tx *db.Tx, c caller.Caller) (*Channel, error) {
	all, err := selectChannels(ctx, tx, c.Workspace.Number)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(one Channel) bool { return one.Owner == c.ID })
	if i < 0 {
		return nil, nil //nolint:nilnil // most have none
	}
	return &all[i], nil
}

// CreateChannel makes a channel in the caller's workspace. Faults: Conflict for a name
// that is taken, Impossible when there are too many, Invalid.
func (s *Service) CreateChannel(ctx context.Context, c caller.Caller, f ChannelForm) (made Channel, err error) {
	if f.URL == nil || f.Name == nil {
		return made, fault.At(fault.Problem{Pointer: "", Message: "a channel needs a name and the URL of an incoming webhook"})
	}
	made = Channel{Choices: Choices{}, CreatedAt: s.millis()}
	if f.Choices == nil {
		for _, about := range Categories() {
			if about.Category != CategoryPolicy { // asks each person for something of their own
				made.Choices[about.Category] = about.Default
			}
		}
	}
	tests, err := s.testsOf(ctx, c, f.Tests)
	if err != nil {
		return made, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		made.ID = tx.NewID(s.Now())
		after, err := s.shaped(made, f, tests)
		if err != nil {
			return err
		}
		if err := unlike(ctx, tx, c, after); err != nil {
			return err
		}
		made = after
		if err := insertChannel(ctx, tx, c.Workspace.Number, made); err != nil {
			return err
		}
		return s.changed(ctx, tx, c, deed{"notification_channel", "created", made.subject()}, Channel{}.differences(made))
	})
	if err != nil {
		return Channel{}, fmt.Errorf("create channel: %w", err)
	}
	return made, nil
}

// unlike refuses a name that another channel of the workspace has, and too many.
func unlike(ctx context.Context, tx *db.Tx, c caller.Caller, made Channel) error {
	all, err := selectChannels(ctx, tx, c.Workspace.Number)
	if err != nil {
		return err
	}
	n := 0
	for _, other := range all {
		if other.Owner != "" {
			continue
		}
		if n++; other.ID != made.ID && strings.EqualFold(other.Name, made.Name) {
			return fault.New(fault.Conflict, "there is a channel named %q already", other.Name)
		}
	}
	if n >= maxChannels && made.version == 0 {
		return fault.New(fault.Impossible, "a workspace has at most %d channels", maxChannels)
	}
	return nil
}

// EditChannel changes a channel of the workspace, by id or name. Faults: Conflict,
// Invalid, NotFound.
func (s *Service) EditChannel(ctx context.Context, c caller.Caller, ref string, f ChannelForm) (after Channel, err error) {
	tests, err := s.testsOf(ctx, c, f.Tests)
	if err != nil {
		return after, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		all, err := selectChannels(ctx, tx, c.Workspace.Number)
		if err != nil {
			return err
		}
		before, err := namedChannel(all, ref)
		if err != nil {
			return err
		}
		if after, err = s.shaped(before, f, tests); err != nil {
			return err
		}
		if err := unlike(ctx, tx, c, after); err != nil {
			return err
		}
		return s.saveChannel(ctx, tx, c, before, after)
	})
	if err != nil {
		return after, fmt.Errorf("change channel %s: %w", ref, err)
	}
	return after, nil
}

// saveChannel writes a channel that was changed, with its entry.
func (s *Service) saveChannel(ctx context.Context, tx *db.Tx, c caller.Caller, before, after Channel) error {
	changes := before.differences(after)
	if len(changes) == 0 {
		return nil
	}
	after.UpdatedAt = s.millis()
	err := updateChannel(ctx, tx, c.Workspace.Number, after)
	if isNoRow(err) {
		return fault.New(fault.Conflict, "somebody else changed this channel at the same moment; look at it and try again")
	}
	if err != nil {
		return err
	}
	return s.changed(ctx, tx, c, deed{"notification_channel", "updated", after.subject()}, changes)
}

// DeleteChannel takes a channel of the workspace away; what waits for it is dropped.
func (s *Service) DeleteChannel(ctx context.Context, c caller.Caller, ref string) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		all, err := selectChannels(ctx, tx, c.Workspace.Number)
		if err != nil {
			return err
		}
		found, err := namedChannel(all, ref)
		if err != nil {
			return err
		}
		return s.removeChannel(ctx, tx, c, found)
	})
}

func (s *Service) removeChannel(ctx context.Context, tx *db.Tx, c caller.Caller, found Channel) error {
	if err := dropWaiting(ctx, tx, c.Workspace.Number, found.address(), s.millis(), "the channel was deleted"); err != nil {
		return err
	}
	if err := deleteChannel(ctx, tx, c.Workspace.Number, found.ID); err != nil {
		return err
	}
	return s.changed(ctx, tx, c, deed{"notification_channel", "deleted", found.subject()}, nil)
}

// PutOwnChannel makes a URL the caller's own Slack channel. Faults: Forbidden for who is
// no user, Invalid.
func (s *Service) PutOwnChannel(ctx context.Context, c caller.Caller, address string) (own Own, err error) {
	if c.Kind != caller.User {
		return own, errNotUser()
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := ownChannel(ctx, tx, c)
		if err != nil {
			return err
		}
		on, name := true, "Slack of "+plain(c.Name)
		form := ChannelForm{Enabled: &on, URL: &address}
		if before != nil {
			after, err := s.shaped(*before, form, nil)
			if err != nil {
				return err
			}
			err = s.saveChannel(ctx, tx, c, *before, after)
			own, err = ownAfter(ctx, tx, c, err)
			return err
		}
		made := Channel{Choices: Choices{}, CreatedAt: s.millis(), ID: tx.NewID(s.Now()), Name: clipTo(name, maxChannelName), Owner: c.ID}
		if made, err = s.shaped(made, form, nil); err != nil {
			return err
		}
		if err := insertChannel(ctx, tx, c.Workspace.Number, made); err != nil {
			return err
		}
		err = s.changed(ctx, tx, c, deed{"notification_channel", "created", made.subject()}, Channel{}.differences(made))
		own, err = ownAfter(ctx, tx, c, err)
		return err
	})
	if err != nil {
		return own, err
	}
	return s.completed(ctx, c, own)
}

func ownAfter(ctx context.Context, tx *db.Tx, c caller.Caller, err error) (Own, error) {
	if err != nil {
		return Own{}, err
	}
	return ownOf(ctx, tx, c)
}

// DeleteOwnChannel takes the caller's own Slack channel away. NotFound when there is none.
func (s *Service) DeleteOwnChannel(ctx context.Context, c caller.Caller) error {
	if c.Kind != caller.User {
		return errNotUser()
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := ownChannel(ctx, tx, c)
		if err != nil {
			return err
		}
		if found == nil {
			return fault.New(fault.NotFound, "you have no Slack channel of your own")
		}
		return s.removeChannel(ctx, tx, c, *found)
	})
}

func (c Channel) address() address { return address{c.ID, kindChannel, mediumSlack} }

// testsOf looks tests up; nil for nil.
func (s *Service) testsOf(ctx context.Context, c caller.Caller, refs *[]string) ([]string, error) {
	if refs == nil {
		return nil, nil
	}
	if len(*refs) > maxChannelTests {
		return nil, fault.At(fault.Problem{Pointer: "/tests", Message: fmt.Sprintf("must be at most %d", maxChannelTests)})
	}
	ids := []string{}
	for i, one := range *refs {
		found, err := s.Things.Test(ctx, c.Workspace, one)
		if err != nil {
			return nil, err
		}
		if found.ID == "" {
			return nil, fault.At(fault.Problem{Pointer: fmt.Sprintf("/tests/%d", i), Message: "names no test of this workspace"})
		}
		if !slices.Contains(ids, found.ID) {
			ids = append(ids, found.ID)
		}
	}
	return ids, nil
}

// shaped answers a channel as a form wants it. tests are those of the form, looked up.
func (s *Service) shaped(c Channel, f ChannelForm, tests []string) (Channel, error) {
	var problems []fault.Problem
	wrong := func(pointer string, err error) {
		if err != nil {
			problems = append(problems, fault.Problem{Pointer: pointer, Message: err.Error()})
		}
	}
	if f.Name != nil {
		c.Name = strings.TrimSpace(*f.Name)
		wrong("/name", checkName(c.Name))
	}
	if f.URL != nil {
		wrong("/url", s.sealURL(&c, strings.TrimSpace(*f.URL)))
	}
	if f.Tests != nil {
		c.Tests = tests
	}
	if f.Enabled != nil {
		c.switchTo(*f.Enabled, s.millis())
	}
	choices, err := readChoices("/choices", c.Choices, f.Choices)
	if err != nil || problems != nil {
		var known *fault.Error
		if errors.As(err, &known) {
			problems = append(problems, known.Problems...)
		}
		return c, fault.At(problems...)
	}
	c.Choices, c.UpdatedAt = choices, s.millis()
	return c, nil
}

func (c *Channel) switchTo(on bool, now int64) {
	switch {
	case on:
		c.OffAt, c.OffBecause = nil, ""
	case c.OffAt == nil:
		c.OffAt, c.OffBecause = &now, "somebody switched it off"
	}
}

func checkName(name string) error {
	if name == "" || utf8.RuneCountInString(name) > maxChannelName || strings.ContainsFunc(name, unicode.IsControl) || plain(name) == "" {
		return fmt.Errorf("must have 1 to %d characters on one line", maxChannelName)
	}
	return nil
}

// sealURL takes the URL of an incoming webhook. Whoever knows it may post, so it is
// sealed and never shown again.
func (s *Service) sealURL(c *Channel, text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || len(text) > maxURL || strings.Trim(u.Path, "/") == "":
		return errors.New("must be the URL of an incoming webhook, such as https://hooks.slack.com/services/T…/B…/…")
	case u.Scheme != "https" && (!s.Plain || u.Scheme != "http"):
		return errors.New("must begin with https://")
	}
	if c.sealed, err = s.Sealer.Seal(purposeOf(c.ID), []byte(text)); err != nil {
		return err
	}
	c.Hint = u.Host + "/…" + text[max(len(text)-4, len(u.Scheme)+3+len(u.Host)):]
	return nil
}

func (c Channel) subject() evidence.Subject {
	return evidence.Subject{Kind: "notification_channel", ID: c.ID, Name: c.Name}
}

func (c Channel) differences(after Channel) (changes []evidence.Change) {
	tell := teller(&changes)
	tell("name", c.Name, after.Name)
	tell("address", c.Hint, after.Hint)
	if c.Hint == after.Hint && c.sealed != after.sealed {
		changes = append(changes, evidence.Change{Field: "address", After: "changed"})
	}
	if c.ID != "" {
		tell("enabled", yes(c.active()), yes(after.active()))
	}
	tell("tests", strings.Join(c.Tests, ", "), strings.Join(after.Tests, ", "))
	c.Choices.told(after.Choices, tell)
	return changes
}

func clipTo(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}
