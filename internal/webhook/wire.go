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
		ID: e.ID, Name: e.Name, URL: e.URL, Types: e.Types, State: "ENABLED", FailingSince: maybeInstant(e.FailingAt), Pending: e.Pending,
		KeepDays: e.KeepDays, CreationDate: instant(e.CreatedAt), ModificationDate: instant(e.UpdatedAt),
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
	if e.OldUntil > db.Millis(s.Now()) {
		w.OldSecretUntil = maybeInstant(&e.OldUntil)
	}
	return w
}

func (d *Delivery) wire() api.WebhookDelivery {
	w := api.WebhookDelivery{
		ID: d.ID, Type: d.Type, State: string(d.State), Attempts: d.Attempts, NextDate: maybeInstant(d.NextAt), CreationDate: instant(d.CreatedAt),
		EndDate: maybeInstant(d.EndedAt),
	}
	if d.Event != "" {
		w.EventID = &d.Event
	}
	return w
}

func (d *Delivery) detail() api.WebhookDeliveryDetail {
	w := api.WebhookDeliveryDetail{WebhookDelivery: d.wire(), Body: d.Body, Log: []api.WebhookAttempt{}}
	for _, a := range d.Log {
		one := api.WebhookAttempt{Number: a.Number, Date: instant(a.At), Duration: a.Took, Answer: a.Answer}
		if a.Status != 0 {
			one.Status = &a.Status
		}
		if a.Error != "" {
			one.Error = &a.Error
		}
		w.Log = append(w.Log, one)
	}
	return w
}
