// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/web"
)

func instant(ms int64) string { return web.TimeOf(ms).String() }

func maybeInstant(ms *int64) *string {
	if ms == nil {
		return nil
	}
	text := instant(*ms)
	return &text
}

// wire shows an endpoint to a caller at an instant.
func (s *Service) wire(c caller.Caller, e Endpoint) api.Webhook {
	w := api.Webhook{
		ID: e.ID, Name: e.Name, URL: e.URL, Types: e.Types, State: "ENABLED", FailingSince: maybeInstant(e.FailingAt),
		LastArrived: maybeInstant(e.ArrivedAt), FailuresOfDay: e.Failures, Pending: e.Pending, PendingSince: maybeInstant(e.PendingAt), Behind: e.Behind, KeepDays: e.KeepDays, CreationDate: instant(e.CreatedAt), ModificationDate: instant(e.UpdatedAt),
	}
	if w.Types == nil {
		w.Types = []string{}
	}
	if c.Check(caller.ManageWebhooks) != nil {
		w.URL = e.Host()
	}
	if e.DisabledAt != nil {
		w.State, w.Disabled = "DISABLED", &api.WebhookDisabled{Date: instant(*e.DisabledAt), Reason: e.DisabledWhy}
	}
	now := db.Millis(s.Now())
	if e.OldUntil > now {
		w.OldSecretUntil = maybeInstant(&e.OldUntil)
	}
	if e.resumeAt > now && e.DisabledAt == nil {
		w.RestsUntil = maybeInstant(&e.resumeAt)
	}
	return w
}

func (d *Delivery) wire() api.WebhookDelivery {
	w := api.WebhookDelivery{
		ID: d.ID, Type: d.Type, Summary: d.Summary(), State: string(d.State), Attempts: d.Attempts, NextDate: maybeInstant(d.NextAt),
		CreationDate: instant(d.CreatedAt), EndDate: maybeInstant(d.EndedAt),
	}
	w.LastStatus, w.LastError = d.Last.wire()
	if d.Event != "" {
		w.EventID = &d.Event
	}
	return w
}

func (d *Delivery) detail() api.WebhookDeliveryDetail {
	w := api.WebhookDeliveryDetail{WebhookDelivery: d.wire(), Body: d.Body, Log: []api.WebhookAttempt{}}
	for _, a := range d.Log {
		one := api.WebhookAttempt{Number: a.Number, Date: instant(a.At), Duration: a.Took, Answer: a.Answer}
		one.Status, one.Error = a.wire()
		w.Log = append(w.Log, one)
	}
	return w
}

// wire answers the status and the error of an attempt, nil where there is none; both of
// no attempt at all.
func (a *Attempt) wire() (status *int64, wrong *string) {
	if a == nil {
		return nil, nil
	}
	if a.Status != 0 {
		status = &a.Status
	}
	if a.Error != "" {
		wrong = &a.Error
	}
	return status, wrong
}
