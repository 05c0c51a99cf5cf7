// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"context"
	"net/http"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/web"
)

// Mount mounts the routes under /v1/notifications.
func (s *Service) Mount(server *web.Server) {
	const manage, own, read = caller.ManageNotifications, caller.OwnAccount, caller.ReadSettings
	route := func(method, path, id, summary string, p caller.Permission, status int) web.Route {
		return web.Route{
			Method: method, Path: "/v1/notifications/" + path, ID: id, Summary: summary, Permission: p, Class: web.ClassManage, Status: status,
			Tag: "Notifications",
		}
	}
	const accepted, created, gone = http.StatusAccepted, http.StatusCreated, http.StatusNoContent
	web.Register(server, route("GET", "preferences", "getNotificationPreferences", "What one hears of, oneself", own, 0), s.getPreferences)
	web.Register(server, route("PATCH", "preferences", "updateNotificationPreferences", "Change what one hears of, oneself", own, 0), s.patchPreferences)
	web.Register(server, route("PUT", "preferences/slack", "setOwnNotificationSlack", "Hear by a Slack channel of one's own", own, 0), s.putSlack)
	web.Register(server, route("DELETE", "preferences/slack", "removeOwnNotificationSlack", "Take one's own Slack channel away", own, gone), s.deleteSlack)
	web.Register(server, route("PUT", "preferences/tests/{testId}", "chooseNotificationTest", "Follow or mute a test, oneself", own, 0), s.putTest)
	web.Register(server, route("DELETE", "preferences/tests/{testId}", "forgetNotificationTest", "Neither follow nor mute a test", own, gone), s.deleteTest)
	web.Register(server, route("POST", "preferences/test", "testOwnNotifications", "Send oneself a message, to see whether it comes", own, accepted), s.testOwn)
	web.Register(server, route("GET", "preferences/deliveries", "listOwnNotificationDeliveries", "List what was sent to oneself, the newest first", own, 0), s.ownDeliveries)
	web.Register(server, route("GET", "preferences/deliveries/{deliveryId}", "getOwnNotificationDelivery", "Get what was sent to oneself, with what it says", own, 0), s.ownDelivery)
	web.Register(server, route("GET", "settings", "getNotificationSettings", "What notifications go by", read, 0), s.getSettings)
	web.Register(server, route("PATCH", "settings", "updateNotificationSettings", "Change what notifications go by", manage, 0), s.patchSettings)
	web.Register(server, route("GET", "channels", "listNotificationChannels", "List the Slack channels of the workspace", read, 0), s.listChannels)
	web.Register(server, route("POST", "channels", "createNotificationChannel", "Add a Slack channel", manage, created), s.postChannel)
	web.Register(server, route("GET", "channels/{channelId}", "getNotificationChannel", "Get a Slack channel", read, 0), s.getChannel)
	web.Register(server, route("PATCH", "channels/{channelId}", "updateNotificationChannel", "Change a Slack channel", manage, 0), s.patchChannel)
	web.Register(server, route("DELETE", "channels/{channelId}", "deleteNotificationChannel", "Take a Slack channel away", manage, gone), s.deleteChannel)
	web.Register(server, route("POST", "channels/{channelId}/test", "testNotificationChannel", "Send a message to a Slack channel, to see whether it comes", manage, accepted), s.testChannel)
	web.Register(server, route("GET", "deliveries", "listNotificationDeliveries", "List what was sent to whom, the newest first", manage, 0), s.listDeliveries)
	web.Register(server, route("GET", "deliveries/{deliveryId}", "getNotificationDelivery", "Get what was sent to somebody, with what it says", manage, 0), s.getDelivery)
	s.mountUnsubscribe(server)
}

// What is embedded in an input is exported: huma reads it only then.
type (
	// ChannelInput names a channel.
	ChannelInput struct {
		Channel string `doc:"Id or name." path:"channelId"`
	}
	// DeliveryInput names a message.
	DeliveryInput struct {
		Delivery string `path:"deliveryId"`
	}
	// TestInput names a test.
	TestInput struct {
		Test string `doc:"Id or slug." path:"testId"`
	}
	channelOutput     struct{ Body api.NotificationChannel }
	deliveryOutput    struct{ Body api.NotificationDelivery }
	empty             struct{}
	preferencesOutput struct{ Body api.NotificationPreferences }
	settingsOutput    struct{ Body api.NotificationSettings }
	testOutput        struct{ Body api.NotificationTest }
)

func wireCategories(all []About) []api.NotificationCategory {
	list := []api.NotificationCategory{}
	for _, a := range all {
		audience := "concerned"
		if a.Category.forAdmins() {
			audience = "admins"
		}
		list = append(list, api.NotificationCategory{Audience: audience, Default: string(a.Default), ID: string(a.Category), Sentence: a.Sentence})
	}
	return list
}

func (c Choices) wire() api.NotificationChoices {
	out := api.NotificationChoices{}
	for category, choice := range c {
		out[string(category)] = string(choice)
	}
	return out
}

func answerOwn(own Own, err error) (*preferencesOutput, error) {
	if err != nil {
		return nil, err
	}
	body := api.NotificationPreferences{
		Categories: wireCategories(own.Hears), Defaults: own.effective(nil).wire(), DigestHour: own.clock.DigestHour, SendsMail: own.SendsMail, Tests: []api.NotificationTestChoice{},
		TimeZone: own.clock.zone.String(), WindowSeconds: int64(own.clock.Window / time.Second),
		Email: api.NotificationMailPreference{Enabled: !own.MailOff, Choices: own.Mail.wire(), Effective: own.effective(own.Mail).wire()},
	}
	if c := own.Slack; c != nil {
		body.Slack = &api.NotificationSlackPreference{
			Address: c.Hint, Enabled: c.active(), OffBecause: c.OffBecause, Choices: c.Choices.wire(), Effective: own.effective(c.Choices).wire(),
		}
	}
	for _, t := range own.Tests {
		body.Tests = append(body.Tests, api.NotificationTestChoice{TestID: t.Test, Name: t.Name, Choice: string(t.Choice)})
	}
	return &preferencesOutput{body}, nil
}

func (s *Service) getPreferences(ctx context.Context, _ *struct{}) (*preferencesOutput, error) {
	return answerOwn(s.Preferences(ctx, caller.From(ctx)))
}

func (s *Service) patchPreferences(ctx context.Context, in *struct {
	Body api.NotificationPreferencesChange
},
) (*preferencesOutput, error) {
	var change PreferenceChange
	if m := in.Body.Email; m != nil {
		change.Mail, change.MailOff = m.Choices, opposite(m.Enabled)
	}
	if in.Body.Slack != nil {
		change.Slack = in.Body.Slack.Choices
	}
	return answerOwn(s.Prefer(ctx, caller.From(ctx), change))
}

func opposite(on *bool) *bool {
	if on == nil {
		return nil
	}
	off := !*on
	return &off
}

func (s *Service) putSlack(ctx context.Context, in *struct{ Body api.NotificationURL }) (*preferencesOutput, error) {
	return answerOwn(s.PutOwnChannel(ctx, caller.From(ctx), in.Body.URL))
}

func (s *Service) deleteSlack(ctx context.Context, _ *struct{}) (*empty, error) {
	return nil, s.DeleteOwnChannel(ctx, caller.From(ctx))
}

func (s *Service) putTest(ctx context.Context, in *struct {
	TestInput
	Body api.NotificationTestInput
},
) (*preferencesOutput, error) {
	c := caller.From(ctx)
	if err := s.FollowTest(ctx, c, in.Test, Follow(in.Body.Choice)); err != nil {
		return nil, err
	}
	return answerOwn(s.Preferences(ctx, c))
}

func (s *Service) deleteTest(ctx context.Context, in *TestInput) (*empty, error) {
	return nil, s.FollowTest(ctx, caller.From(ctx), in.Test, "")
}

func (s *Service) testOwn(ctx context.Context, _ *struct{}) (*testOutput, error) {
	return answerTest(s.TestOwn(ctx, caller.From(ctx)))
}

func answerTest(queued []Delivery, err error) (*testOutput, error) {
	if err != nil {
		return nil, err
	}
	return &testOutput{api.NotificationTest{Deliveries: wireDeliveries(queued)}}, nil
}

func (s *Service) answerSettings(set Settings, err error) (*settingsOutput, error) {
	if err != nil {
		return nil, err
	}
	return &settingsOutput{api.NotificationSettings{
		WindowSeconds: int64(set.Window / time.Second), DigestHour: set.DigestHour, Choices: set.Choices.wire(),
		Effective: Choices(nil).over(set.Choices).wire(), Categories: wireCategories(Categories()), SendsMail: s.Mail.Configured(),
		TimeZone: set.Zone,
	}}, nil
}

func (s *Service) getSettings(ctx context.Context, _ *struct{}) (*settingsOutput, error) {
	return s.answerSettings(s.Settings(ctx, caller.From(ctx)))
}

func (s *Service) patchSettings(ctx context.Context, in *struct {
	Body api.NotificationSettingsChange
},
) (*settingsOutput, error) {
	change := SettingsChange{Choices: in.Body.Choices, DigestHour: in.Body.DigestHour}
	if seconds := in.Body.WindowSeconds; seconds != nil {
		window := time.Duration(-1) // refused with its place
		if *seconds >= 0 && *seconds <= int64(maxWindow/time.Second) {
			window = time.Duration(*seconds) * time.Second
		}
		change.Window = &window
	}
	return s.answerSettings(s.Configure(ctx, caller.From(ctx), change))
}

func (c Channel) wire() api.NotificationChannel {
	a := api.NotificationChannel{
		ID: c.ID, Name: c.Name, Address: c.Hint, Enabled: c.active(), OffBecause: c.OffBecause, OffDate: maybeDate(c.OffAt), Choices: c.Choices.wire(),
		Tests: c.Tests, CreatedDate: web.TimeOf(c.CreatedAt).String(), UpdatedDate: web.TimeOf(c.UpdatedAt).String(),
	}
	if a.Tests == nil {
		a.Tests = []string{}
	}
	return a
}

func maybeDate(ms *int64) *string {
	if ms == nil {
		return nil
	}
	text := web.TimeOf(*ms).String()
	return &text
}

func answerChannel(c Channel, err error) (*channelOutput, error) {
	if err != nil {
		return nil, err
	}
	return &channelOutput{c.wire()}, nil
}

func (s *Service) listChannels(ctx context.Context, in *web.PageInput) (*struct {
	Body web.Page[api.NotificationChannel]
}, error,
) {
	after, err := in.After()
	if err != nil {
		return nil, err
	}
	all, err := s.Channels(ctx, caller.From(ctx))
	if err != nil {
		return nil, err
	}
	page, more := []api.NotificationChannel{}, false
	for _, c := range all {
		switch {
		case c.ID <= after:
		case len(page) == in.Size():
			more = true
		default:
			page = append(page, c.wire())
		}
	}
	cursor := func(c api.NotificationChannel) string { return web.EncodeCursor(c.ID) }
	return &struct {
		Body web.Page[api.NotificationChannel]
	}{web.NewPage(page, cursor, more, after != "")}, nil
}

func (s *Service) postChannel(ctx context.Context, in *struct {
	Body api.NotificationChannelInput
},
) (*channelOutput, error) {
	b := in.Body
	return answerChannel(s.CreateChannel(ctx, caller.From(ctx), ChannelForm{Choices: b.Choices, Name: &b.Name, Tests: b.Tests, URL: &b.URL}))
}

func (s *Service) getChannel(ctx context.Context, in *ChannelInput) (*channelOutput, error) {
	return answerChannel(s.Channel(ctx, caller.From(ctx), in.Channel))
}

func (s *Service) patchChannel(ctx context.Context, in *struct {
	ChannelInput
	Body api.NotificationChannelChange
},
) (*channelOutput, error) {
	b := in.Body
	return answerChannel(s.EditChannel(ctx, caller.From(ctx), in.Channel, ChannelForm{
		Choices: b.Choices, Enabled: b.Enabled, Name: b.Name, Tests: b.Tests, URL: b.URL,
	}))
}

func (s *Service) deleteChannel(ctx context.Context, in *ChannelInput) (*empty, error) {
	return nil, s.DeleteChannel(ctx, caller.From(ctx), in.Channel)
}

func (s *Service) testChannel(ctx context.Context, in *ChannelInput) (*testOutput, error) {
	return answerTest(s.TestChannel(ctx, caller.From(ctx), in.Channel))
}
