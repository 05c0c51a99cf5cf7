// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/breach"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/egress"
	"github.com/passmuster/muster/internal/mail"
	"github.com/passmuster/muster/internal/passkey"
	"github.com/passmuster/muster/internal/scim"
	"github.com/passmuster/muster/internal/seal"
	"github.com/passmuster/muster/internal/signin"
	"github.com/passmuster/muster/internal/sso"
)

// buildSignIn makes what decides who somebody is: users and roles, people, and
// the ways in. Users are guarded by the ways in, and those know users, so the
// last steps close the circle.
func (a *App) buildSignIn(ctx context.Context) (err error) {
	o := a.options
	sealer, err := a.openSealer(ctx)
	if err != nil {
		return err
	}
	a.sealer = sealer
	if a.breached, err = breach.New(o.Storage.BreachedPasswords); err != nil {
		return err
	}
	sender, err := newSender(o)
	if err != nil {
		return err
	}
	mails, err := a.Workspaces.Setting(ctx, settingMail)
	if err != nil {
		return err
	}
	a.Access = access.New(access.Options{DB: a.DB, Logger: o.Logger, Now: o.Now})
	a.SignIn = signin.New(signin.Options{
		Access: a.Access, BaseURL: a.linkBase, Breached: a.breached, DB: a.DB, Logger: o.Logger, Mail: sender, MailBy: mails == "yes",
		Now: o.Now, Sealer: sealer, Workspaces: a.Workspaces,
	})
	a.Passkeys = passkey.New(passkey.Options{
		Access: a.Access, BaseURL: a.Workspaces.BaseURL, DB: a.DB, Logger: o.Logger, Now: o.Now, SignIn: a.SignIn,
	})
	a.SSO = sso.New(sso.Options{
		Access: a.Access, Client: egress.New(egress.Options{AllowPrivate: o.Outside.AllowPrivateAddresses}), DB: a.DB,
		Logger: o.Logger, Now: o.Now, Plain: o.Outside.AllowPrivateAddresses, Sealer: sealer, SignIn: a.SignIn,
	})
	a.Directory = directory.New(directory.Options{
		DB: a.DB, Leaver: scim.Leaver{Leaver: a.Access}, Logger: o.Logger, Now: o.Now, Records: people{a}, UserName: a.userName,
	})
	a.SCIM = scim.New(scim.Options{
		Access: a.Access, BaseURL: a.linkBase, DB: a.DB, Directory: a.Directory, Logger: o.Logger, Now: o.Now, Sealer: sealer,
	})
	a.SignIn.Ways = map[signin.Method]signin.Way{
		signin.OIDC: a.SSO.Way(sso.OIDC), signin.Passkey: a.Passkeys, signin.SAML: a.SSO.Way(sso.SAML),
	}
	a.Access.Entrance = a.SignIn
	a.Workspaces.Founder = a.SignIn
	return nil
}

// settingMail says whether the server sends mail: links are a way in, and the
// commands beside it must know.
const settingMail = "mail"

// putMail notes what this server does about mail.
func (a *App) putMail(ctx context.Context) error {
	a.SignIn.MailBy = false
	value := "no"
	if a.SignIn.Mail.Configured() {
		value = "yes"
	}
	return a.Workspaces.PutSetting(ctx, settingMail, value)
}

// settingSecretsKey is the row that names the key that secrets are sealed with.
const settingSecretsKey = "secrets_key"

// openSealer refuses a key that is not the one the database's secrets were
// sealed with: half of them would be unreadable, and nobody would know why.
func (a *App) openSealer(ctx context.Context) (*seal.Sealer, error) {
	sealer, err := seal.Open(a.options.Storage.Data, a.options.Storage.SecretsKey)
	if err != nil {
		return nil, fmt.Errorf("secrets key: %w", err)
	}
	stored, err := a.Workspaces.Remember(ctx, settingSecretsKey, sealer.Fingerprint())
	if err != nil {
		return nil, err
	}
	if stored != sealer.Fingerprint() {
		return nil, errors.New("the secrets of this database were sealed with another key: " +
			"hand over that one by MUSTER_SECRETS_KEY, or as secrets.key in the data folder")
	}
	return sealer, nil
}

// newSender answers what sends mail, nil where nothing is set up.
func newSender(o Options) (*mail.Sender, error) {
	if o.Outside.MailURL == "" {
		return nil, nil //nolint:nilnil // package mail takes nil for "no mail"
	}
	return mail.New(mail.Options{From: o.Outside.MailFrom, Logger: o.Logger, Now: o.Now, URL: o.Outside.MailURL})
}

// linkBase answers what links begin with: what the last server called itself, or
// what the first one will unless it is told otherwise.
func (a *App) linkBase(ctx context.Context) (string, error) {
	base, err := a.Workspaces.BaseURL(ctx)
	if err == nil && base == "" {
		base = "http://127.0.0.1:8080"
	}
	return base, err
}

// userName answers what a user is called.
func (a *App) userName(ctx context.Context, tx *db.Tx, workspace int64, id string) (string, error) {
	user, err := a.Access.ByID(ctx, tx, workspace, access.UserID(id))
	return user.Label(), err
}

// offers answers the identity providers of a sign-in page.
func (a *App) offers(ctx context.Context, workspace int64) ([]api.SignInProvider, error) {
	offered, err := a.SSO.Offered(ctx, workspace)
	providers := make([]api.SignInProvider, 0, len(offered))
	for _, offer := range offered {
		providers = append(providers, api.SignInProvider{ID: offer.ID, Kind: string(offer.Kind), Name: offer.Name, Path: offer.StartPath})
	}
	return providers, err
}

// browser answers the workspaces that a caller's browser has sessions in.
func (a *App) browser(ctx context.Context, c caller.Caller) ([]string, error) {
	sessions, err := a.SignIn.Browser(ctx, c)
	ids := make([]string, 0, len(sessions))
	for _, x := range sessions {
		ids = append(ids, x.Workspace.ID)
	}
	return ids, err
}
