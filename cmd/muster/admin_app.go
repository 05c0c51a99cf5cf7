// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/oauth"
)

type adminAppCmd struct {
	Configure    appConfigureCmd `cmd:"" help:"Change settings of an application."`
	Create       appCreateCmd    `cmd:"" help:"Make an application; its secret is shown only now."`
	Delete       appDeleteCmd    `cmd:"" help:"Take an application away; its tokens end, what it pushed stays."`
	List         appListCmd      `cmd:"" help:"List the applications."`
	RotateSecret appRotateCmd    `cmd:"" help:"Give an application a new secret."`
	Tokens       appTokensCmd    `cmd:"" help:"List the live tokens of an application."`
}

type appCreateCmd struct {
	Name         string   `help:"Name of the application." placeholder:"N" required:""`
	Type         string   `default:"build" help:"build, manage or audit." placeholder:"TYPE"`
	Distribution string   `default:"private" help:"private, or public: installed by many workspaces." placeholder:"D"`
	RedirectURI  []string `help:"Where a public application may be sent back to; may be repeated." name:"redirect-uri" placeholder:"U" sep:"none"`
	Scope        []string `help:"A scope that it holds; may be repeated. Without it, every scope of the type." placeholder:"S" sep:"none"`
}

// Run makes an application.
func (c *appCreateCmd) Run(a *adminContext) error {
	return a.change(func() error {
		app, secret, err := a.OAuth.Create(a.sys.ctx, a.actor, oauth.NewApplication{
			Distribution: oauth.Distribution(strings.ToLower(c.Distribution)), Name: c.Name, RedirectURIs: c.RedirectURI,
			Scopes: toScopes(c.Scope), Type: oauth.Type(strings.ToLower(c.Type)),
		})
		if err != nil {
			return err
		}
		if err := a.answerSecret(app, secret, fmt.Sprintf("%q is made: %s, %s", app.Name, app.Type, app.Distribution)); err != nil {
			return err
		}
		if app.Type == oauth.Build {
			a.next(fmt.Sprintf("muster admin resource create --app %s --name 'Internal Server' --base CustomResource%s", app.ID, a.again()))
		} else {
			a.next("ask for a token: POST " + a.baseURL() + "/oauth/token")
		}
		return nil
	})
}

// toScopes splits at spaces and commas, too: that is how tokens ask for them.
func toScopes(texts []string) []caller.Scope {
	var scopes []caller.Scope
	for _, text := range texts {
		for _, scope := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' }) {
			scopes = append(scopes, caller.Scope(scope))
		}
	}
	return scopes
}

type secretJSON struct {
	ID           string `json:"id"`
	ClientID     string `json:"clientId"`
	ClientSecret string `json:"clientSecret"`
}

// answerSecret prints what a client needs; the secret cannot be read again.
func (a *adminContext) answerSecret(app oauth.Application, secret, first string) error {
	return a.answer(secretJSON{ID: string(app.ID), ClientID: app.ClientID, ClientSecret: secret},
		"%s\nid             %s\nclient id      %s\nclient secret  %s  (keep it now: it is not shown again)\nserver         %s",
		first, app.ID, app.ClientID, secret, a.baseURL())
}

// baseURL answers what the last server called itself.
func (a *adminContext) baseURL() string {
	base, err := a.Workspaces.BaseURL(a.sys.ctx)
	if err != nil || base == "" { // only for a suggestion
		return "http://127.0.0.1:8080"
	}
	return base
}

type appRotateCmd struct {
	App string `arg:"" help:"Id, client id or name of the application." name:"id"`
}

// Run gives an application a new secret.
func (c *appRotateCmd) Run(a *adminContext) error {
	return a.change(func() error {
		app, err := a.OAuth.Get(a.sys.ctx, a.actor, c.App)
		if err != nil {
			return err
		}
		secret, err := a.OAuth.RotateSecret(a.sys.ctx, a.actor, string(app.ID))
		if err != nil {
			return err
		}
		first := fmt.Sprintf("%q has a new secret; the old one and its tokens are dead", app.Name)
		switch {
		case app.RotationGrace > 0:
			first = fmt.Sprintf("%q has a new secret; the old one lives on for %s", app.Name, app.RotationGrace)
		case app.Distribution == oauth.Public:
			first = fmt.Sprintf("%q has a new secret; its tokens stay", app.Name)
		}
		return a.answerSecret(app, secret, first)
	})
}

type appConfigureCmd struct {
	App               string         `arg:"" help:"Id, client id or name of the application." name:"id"`
	AcceptForm        *bool          `help:"Accept form-encoded token requests." negatable:""`
	OverlappingTokens *int           `help:"Live tokens at once; 1 is what clients know." placeholder:"N"`
	RedirectURI       []string       `help:"Replace the redirect URIs; may be repeated." name:"redirect-uri" placeholder:"U" sep:"none"`
	RotationGrace     *time.Duration `help:"How long a rotated secret and its tokens live on." placeholder:"DURATION"`
}

// Run changes settings of an application.
func (c *appConfigureCmd) Run(a *adminContext) error {
	settings := oauth.Settings{
		AcceptForm: c.AcceptForm, OverlappingTokens: c.OverlappingTokens, RotationGrace: c.RotationGrace,
	}
	if len(c.RedirectURI) > 0 {
		settings.RedirectURIs = &c.RedirectURI
	}
	if settings == (oauth.Settings{}) {
		return usagef("there is nothing to change: give --accept-form, --overlapping-tokens, --redirect-uri or --rotation-grace")
	}
	return a.change(func() error {
		app, err := a.OAuth.Configure(a.sys.ctx, a.actor, c.App, settings)
		if err != nil {
			return err
		}
		return a.answer(toAppJSON(app), "%q accepts form-encoded token requests: %t; live tokens at once: %d; rotation grace: %s",
			app.Name, app.AcceptForm, app.OverlappingTokens, app.RotationGrace)
	})
}

type appDeleteCmd struct {
	App string `arg:"" help:"Id, client id or name of the application." name:"id"`
}

// Run takes an application away.
func (c *appDeleteCmd) Run(a *adminContext) error {
	return a.change(func() error {
		app, err := a.OAuth.Get(a.sys.ctx, a.actor, c.App)
		if err != nil {
			return err
		}
		if err := a.OAuth.Delete(a.sys.ctx, a.actor, string(app.ID)); err != nil {
			return err
		}
		return a.answer(toAppJSON(app), "%q is gone; what it pushed stays", app.Name)
	})
}

type appListCmd struct{}

// Run lists the applications.
func (c *appListCmd) Run(a *adminContext) error {
	return a.open(func() error {
		apps, err := a.OAuth.List(a.sys.ctx, a.actor)
		if err != nil {
			return err
		}
		rows := [][]string{{"ID", "NAME", "TYPE", "DISTRIBUTION", "CLIENT ID"}}
		list := []appJSON{}
		for _, app := range apps {
			list = append(list, toAppJSON(app))
			rows = append(rows, []string{string(app.ID), app.Name, string(app.Type), string(app.Distribution), app.ClientID})
		}
		return a.answer(list, "%s", table(rows))
	})
}

type appJSON struct {
	ID                   string         `json:"id"`
	Name                 string         `json:"name"`
	Type                 string         `json:"type"`
	Distribution         string         `json:"distribution"`
	ClientID             string         `json:"clientId"`
	Scopes               []caller.Scope `json:"scopes"`
	RedirectURIs         []string       `json:"redirectUris"`
	AcceptForm           bool           `json:"acceptForm"`
	OverlappingTokens    int            `json:"overlappingTokens"`
	RotationGraceSeconds float64        `json:"rotationGraceSeconds"`
	CreatedAt            string         `json:"createdAt"`
}

func toAppJSON(app oauth.Application) appJSON {
	return appJSON{
		ID: string(app.ID), Name: app.Name, Type: string(app.Type), Distribution: string(app.Distribution), ClientID: app.ClientID,
		Scopes: app.Scopes, RedirectURIs: app.RedirectURIs, AcceptForm: app.AcceptForm, OverlappingTokens: app.OverlappingTokens,
		RotationGraceSeconds: app.RotationGrace.Seconds(), CreatedAt: timeText(app.CreatedAt.UnixMilli()),
	}
}
