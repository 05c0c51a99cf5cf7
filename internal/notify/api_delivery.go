// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"context"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/web"
)

// deliveriesInput narrows the log.
type deliveriesInput struct {
	web.PageInput
	Medium string   `enum:"email,slack" query:"medium"`
	To     string   `doc:"Id of a user, person or channel." query:"recipientId"`
	States []string `enum:"open,ready,sending,sent,failed,dropped" query:"stateMatchesAny,explode"`
}

func (in deliveriesInput) query() (q Query, err error) {
	q = Query{Limit: in.Size(), Medium: in.Medium, To: in.To}
	for _, state := range in.States {
		q.States = append(q.States, State(state))
	}
	q.Before, err = in.After()
	return q, err
}

// deliveriesOutput is a page of the log.
type deliveriesOutput struct {
	Body web.Page[api.NotificationDelivery]
}

func (s *Service) listDeliveries(ctx context.Context, in *deliveriesInput) (*deliveriesOutput, error) {
	return answerDeliveries(ctx, *in, s.Deliveries)
}

func (s *Service) ownDeliveries(ctx context.Context, in *deliveriesInput) (*deliveriesOutput, error) {
	return answerDeliveries(ctx, *in, s.OwnDeliveries)
}

func answerDeliveries(ctx context.Context, in deliveriesInput, list lists) (*deliveriesOutput, error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	all, more, err := list(ctx, caller.From(ctx), q)
	if err != nil {
		return nil, err
	}
	cursor := func(d api.NotificationDelivery) string { return web.EncodeCursor(d.ID) }
	return &deliveriesOutput{web.NewPage(wireDeliveries(all), cursor, more, q.Before != "")}, nil
}

func (s *Service) getDelivery(ctx context.Context, in *DeliveryInput) (*deliveryOutput, error) {
	return answerDelivery(s.Delivery(ctx, caller.From(ctx), in.Delivery))
}

func (s *Service) ownDelivery(ctx context.Context, in *DeliveryInput) (*deliveryOutput, error) {
	return answerDelivery(s.OwnDelivery(ctx, caller.From(ctx), in.Delivery))
}

func answerDelivery(d Delivery, err error) (*deliveryOutput, error) {
	if err != nil {
		return nil, err
	}
	return &deliveryOutput{d.wire()}, nil
}

func wireDeliveries(all []Delivery) []api.NotificationDelivery {
	list := make([]api.NotificationDelivery, len(all))
	for i, d := range all {
		list[i] = d.wire()
	}
	return list
}

func (d Delivery) wire() api.NotificationDelivery {
	a := api.NotificationDelivery{
		ID: d.ID, Medium: string(d.To.Medium), RecipientKind: d.To.Kind, RecipientID: d.To.ID, RecipientName: d.Recipient, SentTo: d.SentTo, Timing: string(d.Timing),
		State: string(d.State), Subject: d.Subject, Lines: d.Lines, Tries: d.Tries, OpenedDate: web.TimeOf(d.OpenedAt).String(),
		NextDate: maybeDate(d.NextAt), EndedDate: maybeDate(d.EndedAt),
	}
	if d.Error != "" {
		a.LastError = &d.Error
	}
	for _, s := range d.Said {
		a.Sections = append(a.Sections, s.wire())
	}
	return a
}

func (s said) wire() api.NotificationSection {
	a := api.NotificationSection{More: s.More, Things: []api.NotificationThing{}, Title: s.Title}
	for _, t := range s.Things {
		a.Things = append(a.Things, api.NotificationThing{Name: t.Name, Path: t.Path, Sentences: append([]string{}, t.Sentences...)})
	}
	return a
}
