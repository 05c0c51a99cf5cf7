// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// Mount mounts the routes under /v1/webhooks.
func (s *Service) Mount(server *web.Server) {
	const read, write = caller.ReadSettings, caller.ManageWebhooks
	route := func(method, path, id, summary string, p caller.Permission, status int) web.Route {
		return web.Route{
			Method: method, Path: "/v1/webhooks" + path, ID: id, Summary: summary, Permission: p, Class: web.ClassManage, Status: status, Tag: "Webhooks",
		}
	}
	const created, gone = http.StatusCreated, http.StatusNoContent
	web.Register(server, route("GET", "", "listWebhooks", "List webhooks", read, 0), s.list)
	web.Register(server, route("POST", "", "createWebhook", "Create a webhook", write, created), s.create)
	web.Register(server, route("GET", "/{webhookId}", "getWebhook", "Get webhook by ID", read, 0), s.get)
	web.Register(server, route("PATCH", "/{webhookId}", "updateWebhook", "Change what is said of a webhook", write, 0), s.patch)
	web.Register(server, route("DELETE", "/{webhookId}", "deleteWebhook", "Delete a webhook with its log", write, gone), s.delete)
	web.Register(server, route("POST", "/{webhookId}/disable", "disableWebhook", "Send nothing until it is enabled", write, 0), s.disable)
	web.Register(server, route("POST", "/{webhookId}/enable", "enableWebhook", "Send again, with or without what was missed", write, 0), s.enable)
	web.Register(server, route("POST", "/{webhookId}/rotate-secret", "rotateWebhookSecret", "Give a webhook a new secret; the old one signs too for a day", write, 0), s.rotate)
	web.Register(server, route("POST", "/{webhookId}/test", "testWebhook", "Send a test and say what came back", write, 0), s.test)
	web.Register(server, route("POST", "/{webhookId}/replay", "replayWebhookFailures", "Send all failed deliveries again since a date", write, 0), s.replayFailed)
	web.Register(server, route("GET", "/{webhookId}/deliveries", "listWebhookDeliveries", "List deliveries, the newest first", read, 0), s.deliveries)
	web.Register(server, route("GET", "/{webhookId}/deliveries/{deliveryId}", "getWebhookDelivery", "Get a delivery with its body and its attempts", read, 0), s.delivery)
	web.Register(server, route("POST", "/{webhookId}/deliveries/{deliveryId}/replay", "replayWebhookDelivery", "Send a delivery again", write, 0), s.replay)
}

// What is embedded in an input is exported: huma reads it only then.
type (
	// Input names an endpoint.
	Input struct {
		Webhook string `doc:"Id or name." path:"webhookId"`
	}

	// DeliveryInput names a delivery.
	DeliveryInput struct {
		Input
		Delivery string `path:"deliveryId"`
	}

	output         struct{ Body api.Webhook }
	secretOutput   struct{ Body api.WebhookSecret }
	deliveryOutput struct{ Body api.WebhookDeliveryDetail }
	nothing        struct{}
)

func (s *Service) answer(ctx context.Context, e Endpoint, err error) (*output, error) {
	if err != nil {
		return nil, err
	}
	return &output{s.wire(caller.From(ctx), e)}, nil
}

func (s *Service) answerSecret(ctx context.Context, e Endpoint, secret string, err error) (*secretOutput, error) {
	if err != nil {
		return nil, err
	}
	return &secretOutput{api.WebhookSecret{Webhook: s.wire(caller.From(ctx), e), Secret: secret}}, nil
}

func answerDelivery(d Delivery, err error) (*deliveryOutput, error) {
	if err != nil {
		return nil, err
	}
	return &deliveryOutput{d.detail()}, nil
}

// after answers the id that a page starts after.
func after(in web.PageInput) (string, error) {
	parts, err := web.DecodeCursor(in.PageCursor, 1)
	if err != nil || parts == nil {
		return "", err
	}
	return parts[0], nil
}

func (s *Service) list(ctx context.Context, in *web.PageInput) (*struct{ Body web.Page[api.Webhook] }, error) {
	from, err := after(*in)
	if err != nil {
		return nil, err
	}
	all, err := s.List(ctx, caller.From(ctx))
	if err != nil {
		return nil, err
	}
	page, more := []api.Webhook{}, false
	for _, e := range all {
		if e.ID <= from {
			continue
		}
		if more = len(page) == in.Size(); more {
			break
		}
		page = append(page, s.wire(caller.From(ctx), e))
	}
	cursor := func(w api.Webhook) string { return web.EncodeCursor(w.ID) }
	return &struct{ Body web.Page[api.Webhook] }{web.NewPage(page, cursor, more, from != "")}, nil
}

func (s *Service) create(ctx context.Context, in *struct{ Body api.WebhookInput }) (*secretOutput, error) {
	b := in.Body
	e, secret, err := s.Create(ctx, caller.From(ctx), Form{KeepDays: b.KeepDays, Name: &b.Name, Types: b.Types, URL: &b.URL})
	return s.answerSecret(ctx, e, secret, err)
}

func (s *Service) get(ctx context.Context, in *Input) (*output, error) {
	e, err := s.Get(ctx, caller.From(ctx), in.Webhook)
	return s.answer(ctx, e, err)
}

func (s *Service) patch(ctx context.Context, in *struct {
	Input
	Body api.WebhookEdit
},
) (*output, error) {
	e, err := s.Edit(ctx, caller.From(ctx), in.Webhook, Form{KeepDays: in.Body.KeepDays, Name: in.Body.Name, Types: in.Body.Types, URL: in.Body.URL})
	return s.answer(ctx, e, err)
}

func (s *Service) delete(ctx context.Context, in *Input) (*nothing, error) {
	return nil, s.Delete(ctx, caller.From(ctx), in.Webhook)
}

func (s *Service) disable(ctx context.Context, in *struct {
	Input
	Body *api.WebhookDisable
},
) (*output, error) {
	reason := ""
	if in.Body != nil {
		reason = in.Body.Reason
	}
	e, err := s.Disable(ctx, caller.From(ctx), in.Webhook, reason)
	return s.answer(ctx, e, err)
}

func (s *Service) enable(ctx context.Context, in *struct {
	Input
	Body *api.WebhookEnable
},
) (*output, error) {
	missed := SendMissed
	if in.Body != nil && in.Body.Missed != "" {
		missed = Missed(in.Body.Missed)
	}
	e, err := s.Enable(ctx, caller.From(ctx), in.Webhook, missed)
	return s.answer(ctx, e, err)
}

func (s *Service) rotate(ctx context.Context, in *Input) (*secretOutput, error) {
	e, secret, err := s.Rotate(ctx, caller.From(ctx), in.Webhook)
	return s.answerSecret(ctx, e, secret, err)
}

func (s *Service) test(ctx context.Context, in *Input) (*deliveryOutput, error) {
	return answerDelivery(s.Test(ctx, caller.From(ctx), in.Webhook))
}

func (s *Service) replayFailed(ctx context.Context, in *struct {
	Input
	Body api.WebhookReplay
},
) (*struct{ Body api.WebhookReplayed }, error) {
	since, err := time.Parse(time.RFC3339, in.Body.Since)
	if err != nil {
		return nil, fault.At(fault.Problem{Pointer: "/sinceDate", Message: "must be a time such as 2026-05-31T00:00:00Z"})
	}
	count, err := s.ReplayFailed(ctx, caller.From(ctx), in.Webhook, since)
	if err != nil {
		return nil, err
	}
	return &struct{ Body api.WebhookReplayed }{api.WebhookReplayed{Replayed: count}}, nil
}

type deliveriesInput struct {
	Input
	web.PageInput
	States []string `doc:"PENDING, DELIVERED, FAILED, SKIPPED." query:"statesMatchesAny,explode"`
	Types  []string `doc:"Event types." query:"typesMatchesAny,explode"`
}

func (s *Service) deliveries(ctx context.Context, in *deliveriesInput) (*struct{ Body web.Page[api.WebhookDelivery] }, error) {
	from, err := after(in.PageInput)
	if err != nil {
		return nil, err
	}
	q := Query{After: from, Limit: in.Size(), Types: split(in.Types)}
	for _, word := range split(in.States) {
		state := State(word)
		if !state.valid() {
			return nil, web.InQuery("statesMatchesAny", "must be of PENDING, DELIVERED, FAILED, SKIPPED")
		}
		q.States = append(q.States, state)
	}
	list, more, err := s.Deliveries(ctx, caller.From(ctx), in.Webhook, q)
	if err != nil {
		return nil, err
	}
	page := make([]api.WebhookDelivery, len(list))
	for i := range list {
		page[i] = list[i].wire()
	}
	cursor := func(d api.WebhookDelivery) string { return web.EncodeCursor(d.ID) }
	return &struct{ Body web.Page[api.WebhookDelivery] }{web.NewPage(page, cursor, more, from != "")}, nil
}

// split takes repeated and comma-joined values alike.
func split(values []string) (list []string) {
	for _, value := range values {
		for one := range strings.SplitSeq(value, ",") {
			if one = strings.TrimSpace(one); one != "" {
				list = append(list, one)
			}
		}
	}
	return list
}

func (s *Service) delivery(ctx context.Context, in *DeliveryInput) (*deliveryOutput, error) {
	return answerDelivery(s.Delivery(ctx, caller.From(ctx), in.Webhook, in.Delivery))
}

func (s *Service) replay(ctx context.Context, in *DeliveryInput) (*deliveryOutput, error) {
	return answerDelivery(s.Replay(ctx, caller.From(ctx), in.Webhook, in.Delivery))
}
