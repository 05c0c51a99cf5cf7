// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
)

// reference reads a member that is a string, null for "", or absent.
func reference(name string, text json.Value) (*string, error) {
	if text == nil {
		return nil, nil //nolint:nilnil // nil leaves the member as it is
	}
	var ref string
	if text.Kind() != 'n' && json.Unmarshal(text, &ref) != nil {
		return nil, fault.At(fault.Problem{Pointer: "/" + name, Message: "must be a string or null"})
	}
	return &ref, nil
}

func (s *Service) patchTest(ctx context.Context, in *struct {
	TestInput
	Body api.TestChange
},
) (*testOutput, error) {
	a := Assignment{Category: in.Body.Category, Subscribers: in.Body.Subscribers}
	var err error
	if a.Owner, err = reference("owner", in.Body.Owner); err != nil {
		return nil, err
	}
	if a.SLA, err = reference("sla", in.Body.SLA); err != nil {
		return nil, err
	}
	if in.Body.Settings == nil {
		if in.Body.Reason != "" {
			return nil, fault.At(fault.Problem{Pointer: "/reason", Message: "goes with settings: nothing else of this makes a version"})
		}
		t, err := s.Assign(ctx, caller.From(ctx), in.Test, a)
		return s.answer(ctx, t, err)
	}
	t, err := s.Configure(ctx, caller.From(ctx), in.Test, Configuration{Assignment: a, Reason: in.Body.Reason, Settings: in.Body.Settings})
	return s.answer(ctx, t, err)
}

func (s Subscriber) wire() api.Subscriber {
	return api.Subscriber{ID: s.ID, Kind: s.Kind, DisplayName: s.label(), EmailAddress: s.Email}
}

func (s *Service) getSubscribers(ctx context.Context, in *TestInput) (*struct{ Body api.SubscriberList }, error) {
	list, err := s.Subscribers(ctx, caller.From(ctx), in.Test)
	body := api.SubscriberList{Subscribers: make([]api.Subscriber, len(list))}
	for i, one := range list {
		body.Subscribers[i] = one.wire()
	}
	return &struct{ Body api.SubscriberList }{body}, err
}

// SubscriberInput names somebody who wants to hear of a test.
type SubscriberInput struct {
	TestInput
	Subscriber string `doc:"Id or e-mail of a user or a person." path:"subscriberId"`
}

func (s *Service) putSubscriber(ctx context.Context, in *SubscriberInput) (*struct{ Body api.Subscriber }, error) {
	found, err := s.Subscribe(ctx, caller.From(ctx), in.Test, in.Subscriber)
	return &struct{ Body api.Subscriber }{found.wire()}, err
}

func (s *Service) deleteSubscriber(ctx context.Context, in *SubscriberInput) (*nothing, error) {
	return nil, s.Unsubscribe(ctx, caller.From(ctx), in.Test, in.Subscriber)
}
