// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/oauth"
)

type appTokensCmd struct {
	App string `arg:"" help:"Id, client id or name of the application." name:"id"`
}

// Run lists the tokens that can be used now; none of them is shown.
func (c *appTokensCmd) Run(a *adminContext) error {
	return a.open(func() error {
		tokens, err := a.OAuth.Tokens(a.sys.ctx, a.actor, c.App)
		if err != nil {
			return err
		}
		now := a.sys.now()
		rows := [][]string{{"TOKEN", "CREATED", "EXPIRES", "LAST USED", "LIVE"}}
		list := []tokenJSON{}
		for _, token := range tokens {
			t := toTokenJSON(token, now)
			list = append(list, t)
			used, live := "never", "no"
			if t.LastUsedAt != nil {
				used = *t.LastUsedAt
			}
			if t.Live {
				live = "yes"
			}
			rows = append(rows, []string{"vat_" + t.Hint + "…", t.CreatedAt, t.ExpiresAt, used, live})
		}
		return a.answer(list, "%s", table(rows))
	})
}

type tokenJSON struct {
	Hint       string         `json:"hint"` // the six characters after vat_
	Scopes     []caller.Scope `json:"scopes"`
	Source     string         `json:"source"`
	CreatedAt  string         `json:"createdAt"`
	ExpiresAt  string         `json:"expiresAt"`
	LastUsedAt *string        `json:"lastUsedAt"` // null: never
	Live       bool           `json:"live"`
}

func toTokenJSON(token oauth.Token, now time.Time) tokenJSON {
	out := tokenJSON{
		Hint: strings.TrimPrefix(token.Hint, "vat_"), Scopes: token.Scopes, Source: token.Source,
		CreatedAt: timeText(token.CreatedAt.UnixMilli()), ExpiresAt: timeText(token.ExpiresAt.UnixMilli()),
		Live: now.Before(token.ExpiresAt),
	}
	if token.LastUsedAt != nil {
		used := timeText(token.LastUsedAt.UnixMilli())
		out.LastUsedAt = &used
	}
	return out
}
