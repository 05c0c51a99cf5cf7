// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strconv"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/notify"
)

type adminNotificationCmd struct {
	Channel    notificationChannelCmd    `cmd:"" help:"Slack channels that are told."`
	Deliveries notificationDeliveriesCmd `cmd:"" help:"List what was sent to whom, the newest first."`
	Settings   notificationSettingsCmd   `cmd:"" help:"Show or change what notifications go by."`
}

type notificationChannelCmd struct {
	Add    channelAddCmd    `cmd:"" help:"Add a channel; the URL of its incoming webhook comes by standard input."`
	List   channelListCmd   `cmd:"" help:"List the channels."`
	Remove channelRemoveCmd `cmd:"" help:"Take a channel away."`
	Switch channelSwitchCmd `cmd:"" help:"Switch a channel on or off."`
	Test   channelTestCmd   `cmd:"" help:"Send a message to a channel, to see whether it comes; a running server sends it."`
}

type channelJSON struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Address    string            `json:"address"`
	Enabled    bool              `json:"enabled"`
	OffBecause string            `json:"offBecause,omitempty"`
	Choices    map[string]string `json:"choices"`
	Tests      []string          `json:"tests"`
}

func toChannelJSON(c notify.Channel) channelJSON {
	j := channelJSON{
		ID: c.ID, Name: c.Name, Address: c.Hint, Enabled: c.OffAt == nil, OffBecause: c.OffBecause, Choices: choicesJSON(c.Choices), Tests: c.Tests,
	}
	if j.Tests == nil {
		j.Tests = []string{}
	}
	return j
}

func choicesJSON(c notify.Choices) map[string]string {
	all := map[string]string{}
	for category, choice := range c {
		all[string(category)] = string(choice)
	}
	return all
}

func (a *adminContext) answerChannel(c notify.Channel, err error) error {
	if err != nil {
		return err
	}
	return a.answer(toChannelJSON(c), "%s: %s, %s", c.Name, c.Hint, onOff(c.OffAt == nil))
}

// choiceFlags are choices as flags say them: overdue=digest.
type choiceFlags struct {
	Choice map[string]string `help:"What is told, and when: CATEGORY=off, now or digest." placeholder:"CATEGORY=CHOICE"`
}

func (f choiceFlags) sent() map[string]*string {
	if f.Choice == nil {
		return nil
	}
	sent := map[string]*string{}
	for category, choice := range f.Choice {
		sent[category] = &choice
	}
	return sent
}

type channelAddCmd struct {
	choiceFlags

	Name string   `arg:"" help:"What it is called here, such as #security."`
	Test []string `help:"Id or slug of a test that it is told of; all without this flag." placeholder:"TEST"`
}

// Run adds a channel.
func (c *channelAddCmd) Run(a *adminContext) error {
	return a.change(func() error {
		text, err := a.readText("-")
		if err != nil {
			return err
		}
		url := strings.TrimSpace(text)
		form := notify.ChannelForm{Choices: c.sent(), Name: &c.Name, URL: &url}
		if c.Test != nil {
			form.Tests = &c.Test
		}
		return a.answerChannel(a.Notifications.CreateChannel(a.sys.ctx, a.actor, form))
	})
}

type channelListCmd struct{}

// Run lists channels.
func (c *channelListCmd) Run(a *adminContext) error {
	return a.open(func() error {
		all, err := a.Notifications.Channels(a.sys.ctx, a.actor)
		if err != nil {
			return err
		}
		list, rows := []channelJSON{}, [][]string{{"NAME", "ADDRESS", "IS", "BECAUSE"}}
		for _, one := range all {
			list, rows = append(list, toChannelJSON(one)), append(rows, []string{one.Name, one.Hint, onOff(one.OffAt == nil), one.OffBecause})
		}
		return a.answer(list, "%s", table(rows))
	})
}

// channelRef names a channel.
type channelRef struct {
	Channel string `arg:"" help:"Id or name of the channel."`
}

type channelRemoveCmd struct{ channelRef }

// Run takes a channel away.
func (c *channelRemoveCmd) Run(a *adminContext) error {
	return a.change(func() error {
		if err := a.Notifications.DeleteChannel(a.sys.ctx, a.actor, c.Channel); err != nil {
			return err
		}
		return a.answer(map[string]bool{"removed": true}, "%s is told nothing any more", c.Channel)
	})
}

type channelSwitchCmd struct {
	channelRef

	To string `arg:"" enum:"on,off" help:"on or off."`
}

// Run switches a channel.
func (c *channelSwitchCmd) Run(a *adminContext) error {
	return a.change(func() error {
		on := c.To == "on"
		return a.answerChannel(a.Notifications.EditChannel(a.sys.ctx, a.actor, c.Channel, notify.ChannelForm{Enabled: &on}))
	})
}

type channelTestCmd struct{ channelRef }

// Run asks for a message.
func (c *channelTestCmd) Run(a *adminContext) error {
	return a.open(func() error {
		if _, err := a.Notifications.TestChannel(a.sys.ctx, a.actor, c.Channel); err != nil {
			return err
		}
		return a.answer(map[string]bool{"queued": true}, "a running server sends it within a second or two; see `muster admin notification deliveries`")
	})
}

type notificationDeliveriesCmd struct {
	Limit int `default:"20" help:"How many." placeholder:"N"`
}

type deliveryJSON struct {
	ID      string `json:"id"`
	Opened  string `json:"openedDate"`
	Medium  string `json:"medium"`
	SentTo  string `json:"sentTo"`
	State   string `json:"state"`
	Subject string `json:"subject"`
	Tries   int64  `json:"tries"`
	Error   string `json:"lastError,omitempty"`
}

// Run lists what was sent.
func (c *notificationDeliveriesCmd) Run(a *adminContext) error {
	return a.open(func() error {
		all, _, err := a.Notifications.Deliveries(a.sys.ctx, a.actor, notify.Query{Limit: max(1, min(c.Limit, 1000))})
		if err != nil {
			return err
		}
		list, rows := []deliveryJSON{}, [][]string{{"OPENED", "BY", "TO", "STATE", "TRIES", "SUBJECT", "LAST ERROR"}}
		for _, d := range all {
			opened := db.Time(d.OpenedAt).UTC().Format(time.RFC3339)
			list = append(list, deliveryJSON{d.ID, opened, string(d.To.Medium), d.SentTo, string(d.State), d.Subject, d.Tries, d.Error})
			rows = append(rows, []string{opened, string(d.To.Medium), d.SentTo, string(d.State), strconv.FormatInt(d.Tries, 10), d.Subject, d.Error})
		}
		return a.answer(list, "%s", table(rows))
	})
}

type notificationSettingsCmd struct {
	choiceFlags

	DigestHour *int64         `help:"Hour of daily digests, 0 to 23, in the workspace's time zone." placeholder:"HOUR"`
	Window     *time.Duration `help:"From the first event for somebody to the message, such as 15m; 0s sends at once." placeholder:"DURATION"`
}

type notificationSettingsJSON struct {
	WindowSeconds int64             `json:"windowSeconds"`
	DigestHour    int64             `json:"digestHour"`
	Choices       map[string]string `json:"choices"`
}

// Run shows settings, or changes those that flags name.
func (c *notificationSettingsCmd) Run(a *adminContext) error {
	change := notify.SettingsChange{Choices: c.sent(), DigestHour: c.DigestHour, Window: c.Window}
	show := func(set notify.Settings, err error) error {
		if err != nil {
			return err
		}
		j := notificationSettingsJSON{int64(set.Window / time.Second), set.DigestHour, choicesJSON(set.Choices)}
		return a.answer(j, "messages come %s after the first event, digests at %d o'clock", set.Window, set.DigestHour)
	}
	if c.Choice == nil && c.DigestHour == nil && c.Window == nil {
		return a.open(func() error { return show(a.Notifications.Settings(a.sys.ctx, a.actor)) })
	}
	return a.change(func() error { return show(a.Notifications.Configure(a.sys.ctx, a.actor, change)) })
}
