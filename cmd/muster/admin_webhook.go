// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/webhook"
)

type adminWebhookCmd struct {
	Create     webhookCreateCmd     `cmd:"" help:"Make a webhook and show its secret, this once."`
	Delete     webhookDeleteCmd     `cmd:"" help:"Delete a webhook with its log."`
	Deliveries webhookDeliveriesCmd `cmd:"" help:"List deliveries, the newest first, or show one with its attempts."`
	Disable    webhookDisableCmd    `cmd:"" help:"Send nothing until it is enabled."`
	Edit       webhookEditCmd       `cmd:"" help:"Change the address, the name, or which events are wanted."`
	Enable     webhookEnableCmd     `cmd:"" help:"Send again, with or without what was missed."`
	List       webhookListCmd       `cmd:"" help:"List webhooks and how they stand."`
	Replay     webhookReplayCmd     `cmd:"" help:"Send a delivery again, or all that failed since a date."`
	Rotate     webhookRotateCmd     `cmd:"" help:"Make a new secret; the old one signs too for 24 hours."`
	Show       webhookShowCmd       `cmd:"" help:"Show a webhook."`
	Test       webhookTestCmd       `cmd:"" help:"Send a test and say what came back."`
}

// webhookRef names a webhook.
type webhookRef struct {
	Webhook string `arg:"" help:"Id or name of the webhook."`
}

type webhookJSON struct {
	ID           string   `json:"id"`
	Name         string   `json:"name"`
	URL          string   `json:"url"`
	Types        []string `json:"types"`
	State        string   `json:"state"`
	Reason       string   `json:"disabledReason,omitempty"`
	FailingSince string   `json:"failingSinceDate,omitempty"`
	Pending      int64    `json:"pending"`
	KeepDays     int64    `json:"keepDays"`
	Secret       string   `json:"secret,omitempty"`
}

func toWebhookJSON(e webhook.Endpoint) webhookJSON {
	j := webhookJSON{
		ID: e.ID, Name: e.Name, URL: e.URL, Types: append([]string{}, e.Types...), State: "ENABLED", Reason: e.DisabledWhy, Pending: e.Pending,
		KeepDays: e.KeepDays,
	}
	if e.DisabledAt != nil {
		j.State = "DISABLED"
	}
	if e.FailingAt != nil {
		j.FailingSince = stamp(*e.FailingAt)
	}
	return j
}

// stamp writes an instant of milliseconds since 1970.
func stamp(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.RFC3339) }

// standing says how a webhook stands, in a few words.
func (j webhookJSON) standing() string {
	switch {
	case j.Reason != "":
		return "disabled: " + j.Reason
	case j.FailingSince != "":
		return "failing since " + j.FailingSince
	}
	return "enabled"
}

func (j webhookJSON) wanted() string { return cmp.Or(strings.Join(j.Types, ","), "all") }

// webhookForm is what may be said of a webhook.
type webhookForm struct {
	KeepDays int64    `help:"How long the log keeps what came to an end, from 1 to 365." placeholder:"DAYS"`
	Types    []string `help:"Event types, noun.* for all of a noun; all but outcome.changed when none is named." placeholder:"TYPE"`
}

func (f webhookForm) form() (w webhook.Form) {
	if f.KeepDays != 0 {
		w.KeepDays = &f.KeepDays
	}
	if f.Types != nil {
		w.Types = &f.Types
	}
	return w
}

type webhookCreateCmd struct {
	Name string `arg:"" help:"Name of the webhook."`
	URL  string `arg:"" help:"Address that is told: https, or http where the server may reach private addresses." name:"url"`
	webhookForm
}

// Run makes a webhook.
func (c *webhookCreateCmd) Run(a *adminContext) error {
	return a.change(func() error {
		f := c.form()
		f.Name, f.URL = &c.Name, &c.URL
		e, secret, err := a.Webhooks.Create(a.sys.ctx, a.actor, f)
		if err != nil {
			return err
		}
		j := toWebhookJSON(e)
		j.Secret = secret
		a.next("muster admin webhook test " + shellQuote(e.Name) + a.again())
		return a.answer(j, "%s is told of %s (%s)\nsecret, shown this once: %s", e.Name, j.wanted(), e.ID, secret)
	})
}

type webhookEditCmd struct {
	webhookRef
	webhookForm

	Name string `help:"Another name." placeholder:"NAME"`
	URL  string `help:"Another address." name:"url" placeholder:"URL"`
}

// Run changes a webhook.
func (c *webhookEditCmd) Run(a *adminContext) error {
	return a.change(func() error {
		f := c.form()
		if c.Name != "" {
			f.Name = &c.Name
		}
		if c.URL != "" {
			f.URL = &c.URL
		}
		return a.answerWebhook(a.Webhooks.Edit(a.sys.ctx, a.actor, c.Webhook, f))
	})
}

func (a *adminContext) answerWebhook(e webhook.Endpoint, err error) error {
	if err != nil {
		return err
	}
	j := toWebhookJSON(e)
	return a.answer(j, "%s (%s): %s\naddress  %s\nevents   %s\npending  %d", j.Name, j.ID, j.standing(), j.URL, j.wanted(), j.Pending)
}

type webhookListCmd struct{}

// Run lists webhooks.
func (c *webhookListCmd) Run(a *adminContext) error {
	return a.open(func() error {
		all, err := a.Webhooks.List(a.sys.ctx, a.actor)
		if err != nil {
			return err
		}
		list, rows := []webhookJSON{}, [][]string{{"NAME", "PENDING", "EVENTS", "ADDRESS", "STATE"}}
		for _, e := range all {
			j := toWebhookJSON(e)
			list, rows = append(list, j), append(rows, []string{j.Name, strconv.FormatInt(j.Pending, 10), j.wanted(), j.URL, j.standing()})
		}
		return a.answer(list, "%s", table(rows))
	})
}

type webhookShowCmd struct{ webhookRef }

// Run shows a webhook.
func (c *webhookShowCmd) Run(a *adminContext) error {
	return a.open(func() error { return a.answerWebhook(a.Webhooks.Get(a.sys.ctx, a.actor, c.Webhook)) })
}

type webhookDeleteCmd struct{ webhookRef }

// Run deletes a webhook.
func (c *webhookDeleteCmd) Run(a *adminContext) error {
	return a.change(func() error {
		if err := a.Webhooks.Delete(a.sys.ctx, a.actor, c.Webhook); err != nil {
			return err
		}
		return a.answer(map[string]string{"deleted": c.Webhook}, "%s is deleted", c.Webhook)
	})
}

type webhookDisableCmd struct {
	webhookRef

	Reason string `help:"Why, for the trail." placeholder:"TEXT"`
}

// Run switches a webhook off.
func (c *webhookDisableCmd) Run(a *adminContext) error {
	return a.change(func() error { return a.answerWebhook(a.Webhooks.Disable(a.sys.ctx, a.actor, c.Webhook, c.Reason)) })
}

type webhookEnableCmd struct {
	webhookRef

	SkipMissed bool `help:"Do not send what happened meanwhile, nor what waited."`
}

// Run switches a webhook on.
func (c *webhookEnableCmd) Run(a *adminContext) error {
	return a.change(func() error {
		missed := webhook.SendMissed
		if c.SkipMissed {
			missed = webhook.SkipMissed
		}
		return a.answerWebhook(a.Webhooks.Enable(a.sys.ctx, a.actor, c.Webhook, missed))
	})
}

type webhookRotateCmd struct{ webhookRef }

// Run makes a new secret.
func (c *webhookRotateCmd) Run(a *adminContext) error {
	return a.change(func() error {
		e, secret, err := a.Webhooks.Rotate(a.sys.ctx, a.actor, c.Webhook)
		if err != nil {
			return err
		}
		j := toWebhookJSON(e)
		j.Secret = secret
		return a.answer(j, "new secret of %s, shown this once: %s\nthe one before signs too until %s", e.Name, secret, stamp(e.OldUntil))
	})
}

type webhookDeliveryJSON struct {
	ID       string               `json:"id"`
	EventID  string               `json:"eventId,omitempty"`
	Type     string               `json:"type"`
	State    webhook.State        `json:"state"`
	Attempts int64                `json:"attempts"`
	Created  string               `json:"creationDate"`
	Next     string               `json:"nextAttemptDate,omitempty"`
	Body     string               `json:"body,omitempty"`
	Log      []webhookAttemptJSON `json:"log,omitempty"`
}

type webhookAttemptJSON struct {
	Number   int64  `json:"number"`
	Date     string `json:"date"`
	Duration int64  `json:"durationMs"`
	Status   int64  `json:"status"`
	Answer   string `json:"answer"`
	Error    string `json:"error,omitempty"`
}

func toWebhookDeliveryJSON(d webhook.Delivery) webhookDeliveryJSON {
	j := webhookDeliveryJSON{ID: d.ID, EventID: d.Event, Type: d.Type, State: d.State, Attempts: d.Attempts, Created: stamp(d.CreatedAt), Body: d.Body}
	if d.NextAt != nil {
		j.Next = stamp(*d.NextAt)
	}
	for _, t := range d.Log {
		j.Log = append(j.Log, webhookAttemptJSON{t.Number, stamp(t.At), t.Took, t.Status, t.Answer, t.Error})
	}
	return j
}

func (a *adminContext) answerWebhookDelivery(d webhook.Delivery) error {
	j, rows := toWebhookDeliveryJSON(d), [][]string{{"ATTEMPT", "DATE", "MS", "STATUS", "ERROR", "ANSWER"}}
	for _, t := range j.Log {
		rows = append(rows, []string{
			strconv.FormatInt(t.Number, 10), t.Date, strconv.FormatInt(t.Duration, 10), strconv.FormatInt(t.Status, 10), t.Error,
			strings.Join(strings.Fields(plain(t.Answer)), " "),
		})
	}
	return a.answer(j, "%s, %s: %s\n%s\n\n%s", j.ID, j.Type, j.State, j.Body, table(rows))
}

type webhookDeliveriesCmd struct {
	webhookRef

	Delivery string          `arg:"" help:"Id of one (msg_…), to see its body and its attempts." optional:""`
	Limit    int             `default:"50" help:"How many at most." placeholder:"N"`
	State    []webhook.State `enum:"PENDING,DELIVERED,FAILED,SKIPPED" help:"PENDING, DELIVERED, FAILED or SKIPPED; all without." placeholder:"STATE"`
	Types    []string        `help:"Event types; all without." placeholder:"TYPE"`
}

// Run lists deliveries, or shows one.
func (c *webhookDeliveriesCmd) Run(a *adminContext) error {
	return a.open(func() error {
		if c.Delivery != "" {
			d, err := a.Webhooks.Delivery(a.sys.ctx, a.actor, c.Webhook, c.Delivery)
			if err != nil {
				return err
			}
			return a.answerWebhookDelivery(d)
		}
		if c.Limit < 1 {
			return usagef("--limit must be at least 1")
		}
		all, more, err := a.Webhooks.Deliveries(a.sys.ctx, a.actor, c.Webhook, webhook.Query{Limit: c.Limit, States: c.State, Types: c.Types})
		if err != nil {
			return err
		}
		list, rows := []webhookDeliveryJSON{}, [][]string{{"ID", "CREATED", "STATE", "ATTEMPTS", "TYPE", "NEXT"}}
		for _, d := range all {
			j := toWebhookDeliveryJSON(d)
			list, rows = append(list, j), append(rows, []string{j.ID, j.Created, string(j.State), strconv.FormatInt(j.Attempts, 10), j.Type, j.Next})
		}
		if more {
			a.sys.say("there are more; see --limit")
		}
		return a.answer(list, "%s", table(rows))
	})
}

type webhookReplayCmd struct {
	webhookRef

	Delivery string    `arg:"" help:"Id of the delivery (msg_…)." optional:"" xor:"which"`
	Since    time.Time `help:"All failed ones that were made from then on, such as 2026-05-31T00:00:00Z." placeholder:"TIME" xor:"which"`
}

// Run sends again.
func (c *webhookReplayCmd) Run(a *adminContext) error {
	if (c.Delivery == "") == c.Since.IsZero() {
		return usagef("name the id of a delivery, or --since when")
	}
	return a.change(func() error {
		var err error
		count := int64(1)
		if c.Delivery != "" {
			_, err = a.Webhooks.Replay(a.sys.ctx, a.actor, c.Webhook, c.Delivery)
		} else {
			count, err = a.Webhooks.ReplayFailed(a.sys.ctx, a.actor, c.Webhook, c.Since)
		}
		if err != nil {
			return err
		}
		return a.answer(map[string]int64{"replayed": count}, "%d to be sent again; muster serve does", count)
	})
}

type webhookTestCmd struct{ webhookRef }

// Run sends a test. A test that does not arrive is a misfit.
func (c *webhookTestCmd) Run(a *adminContext) error {
	return a.open(func() error {
		d, err := a.Webhooks.Test(a.sys.ctx, a.actor, c.Webhook)
		if err != nil {
			return err
		}
		if err := a.answerWebhookDelivery(d); err != nil || d.State == webhook.Delivered {
			return err
		}
		return &misfitError{fmt.Sprintf("the test did not arrive: %s", d.Log[0].Error)}
	})
}
