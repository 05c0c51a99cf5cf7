// SPDX-License-Identifier: Apache-2.0

package main

import (
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/scim"
)

type directoryTokenCmd struct {
	Create tokenCreateCmd `cmd:"" default:"withargs" help:"Make a token beside those that there are."`
	List   tokenListCmd   `cmd:"" help:"List the tokens, without themselves."`
	Revoke tokenRevokeCmd `cmd:"" help:"End a token at once."`
}

type tokenCreateCmd struct {
	directoryRef
	For time.Duration `help:"How long it works, such as 2160h; for ever when absent." placeholder:"DURATION"`
}

type directoryTokenJSON struct {
	ID        string `json:"id"`
	Token     string `json:"token"`
	ExpiresAt string `json:"expiresAt"`
}

// Run makes a token.
func (c *tokenCreateCmd) Run(a *adminContext) error {
	expires, err := a.until(c.For)
	if err != nil {
		return err
	}
	return a.change(func() error {
		d, err := c.in(a)
		if err != nil {
			return err
		}
		text, t, err := a.SCIM.MakeToken(a.sys.ctx, a.actor, d.ID, expires)
		if err != nil {
			return err
		}
		return a.answer(directoryTokenJSON{ID: t.ID, Token: text, ExpiresAt: maybeTime(t.ExpiresAt, "")},
			"%q has another token; the ones before still work\ntoken  %s  (keep it now: it is not shown again)", d.Name, text)
	})
}

// maybeTime writes an instant, or what stands for none.
func maybeTime(at *time.Time, none string) string {
	if at == nil {
		return none
	}
	return timeText(at.UnixMilli())
}

type tokenListCmd struct{ directoryRef }

// Run lists tokens.
func (c *tokenListCmd) Run(a *adminContext) error {
	return a.open(func() error {
		d, err := c.in(a)
		if err != nil {
			return err
		}
		o, err := a.SCIM.Look(a.sys.ctx, a.actor, d.ID)
		if err != nil {
			return err
		}
		rows, list := [][]string{{"ID", "BEGINS", "MADE", "LAST USED", "EXPIRES"}}, []api.DirectoryTokenInfo{}
		for _, t := range o.Tokens {
			rows = append(rows, []string{t.ID, t.Hint, timeText(t.CreatedAt.UnixMilli()), maybeTime(t.LastUsedAt, "never"), maybeTime(t.ExpiresAt, "never")})
			list = append(list, t.API())
		}
		return a.answer(list, "%s", table(rows))
	})
}

type tokenRevokeCmd struct {
	directoryRef
	Token string `arg:"" help:"Id of the token." name:"token"`
}

// Run ends a token.
func (c *tokenRevokeCmd) Run(a *adminContext) error {
	return a.change(func() error {
		d, err := c.in(a)
		if err != nil {
			return err
		}
		if err := a.SCIM.RevokeToken(a.sys.ctx, a.actor, d.ID, c.Token); err != nil {
			return err
		}
		return a.done(c.Token, "the token is dead")
	})
}

// done answers what was taken away, by its id.
func (a *adminContext) done(id, words string) error {
	return a.answer(struct {
		ID string `json:"id"`
	}{id}, "%s", words)
}

type directoryLinkCmd struct {
	Create linkCreateCmd `cmd:"" default:"withargs" help:"Make a link; it opens once and works for seven days."`
	List   linkListCmd   `cmd:"" help:"List the links that are not over."`
	Revoke linkRevokeCmd `cmd:"" help:"Take a link back."`
}

type linkCreateCmd struct {
	directoryRef
	NoAttribute bool `help:"Its holder may not name the attribute that carries the role."`
}

// Run makes a link.
func (c *linkCreateCmd) Run(a *adminContext) error {
	return a.change(func() error {
		d, err := c.in(a)
		if err != nil {
			return err
		}
		l, url, err := a.SCIM.MakeLink(a.sys.ctx, a.actor, scim.NewLink{Directory: d.ID, NotAttribute: c.NoAttribute})
		if err != nil {
			return err
		}
		return a.answer(api.DirectoryLink{ID: l.ID, URL: url, ExpiresAt: timeText(l.ExpiresAt.UnixMilli())},
			"%s\nThe link opens once, in one browser, and works until %s.", url, l.ExpiresAt.UTC().Format(time.RFC1123))
	})
}

type linkListCmd struct{ directoryRef }

// Run lists links.
func (c *linkListCmd) Run(a *adminContext) error {
	return a.open(func() error {
		d, err := c.in(a)
		if err != nil {
			return err
		}
		all, err := a.SCIM.Links(a.sys.ctx, a.actor, d.ID)
		if err != nil {
			return err
		}
		rows, list := [][]string{{"ID", "MADE BY", "OPENED", "EXPIRES"}}, []api.DirectoryLinkInfo{}
		for _, l := range all {
			rows = append(rows, []string{l.ID, l.Maker.Name, maybeTime(l.OpenedAt, "not yet"), timeText(l.ExpiresAt.UnixMilli())})
			list = append(list, l.API())
		}
		return a.answer(list, "%s", table(rows))
	})
}

type linkRevokeCmd struct {
	directoryRef
	Link string `arg:"" help:"Id of the link." name:"link"`
}

// Run takes a link back.
func (c *linkRevokeCmd) Run(a *adminContext) error {
	return a.change(func() error {
		d, err := c.in(a)
		if err != nil {
			return err
		}
		if err := a.SCIM.DropLink(a.sys.ctx, a.actor, d.ID, c.Link); err != nil {
			return err
		}
		return a.done(c.Link, "the link does not work any more")
	})
}
