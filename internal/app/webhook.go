// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"

	"github.com/passmuster/muster/internal/egress"
	"github.com/passmuster/muster/internal/webhook"
)

// settingPrivate says whether the server may reach private addresses: the commands beside
// it hold webhooks to the same rule.
const settingPrivate = "private_addresses"

func (a *App) buildWebhooks(ctx context.Context) error {
	o := a.options
	private, err := a.Workspaces.Setting(ctx, settingPrivate)
	if err != nil {
		return err
	}
	a.Webhooks = webhook.New(webhook.Options{
		DB: a.DB, Feed: a.Feed, Logger: o.Logger, Now: o.Now, Post: a.poster(o.Outside.AllowPrivateAddresses || private == "yes"), Sealer: a.sealer,
	})
	return nil
}

func (a *App) poster(private bool) webhook.Poster {
	return webhook.NewPoster(egress.Options{AllowPrivate: private}, a.options.Version)
}

// putPrivate notes what this server may reach, and holds to it whatever another one was
// allowed before.
func (a *App) putPrivate(ctx context.Context) error {
	private, value := a.options.Outside.AllowPrivateAddresses, "no"
	if private {
		value = "yes"
	}
	a.Webhooks.Post = a.poster(private)
	return a.Workspaces.PutSetting(ctx, settingPrivate, value)
}
