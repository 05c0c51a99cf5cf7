// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"context"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

type sessionOutput struct{ Body api.Session }

func (f *face) getSession(ctx context.Context, _ *nothing) (*sessionOutput, error) {
	c := caller.From(ctx)
	own, err := f.service.Current(ctx, c)
	if err != nil {
		return nil, err
	}
	account, err := f.service.Account(ctx, c, "")
	if err != nil {
		return nil, err
	}
	browser, err := f.service.Browser(ctx, c)
	if err != nil {
		return nil, err
	}
	here, err := f.service.Workspaces.Get(ctx, c.Workspace.ID)
	if err != nil {
		return nil, err
	}
	body := own.wire(account.User, c)
	body.Workspace = api.Workspace{ID: here.ID, Slug: here.Slug, Name: here.Name, CreatedAt: timeText(here.CreatedAt)}
	for _, x := range browser {
		body.Workspaces = append(body.Workspaces, api.SessionWorkspace{ID: x.Workspace.ID, Name: x.Workspace.Name, Current: x.ID == own.ID})
	}
	return &sessionOutput{body}, nil
}

func (x Session) wire(user access.User, c caller.Caller) api.Session {
	body := api.Session{
		CreatedAt: timeText(x.CreatedAt), ExpiresAt: timeText(x.ExpiresAt), ID: x.ID, IdleEndsAt: timeText(x.SeenAt.Add(x.Idle)),
		MayOwn: c.MayOwn, Method: string(x.Method), Permissions: []string{}, ProvedAt: timeText(x.ProvedAt), Provider: x.provider(),
		User: wireUser(user), Workspaces: []api.SessionWorkspace{},
	}
	if w := c.Window; w != nil {
		body.AuditWindow = &api.AuditWindow{StartDate: timeText(w.From), EndDate: timeText(w.To)}
	}
	for _, p := range c.Grants {
		body.Permissions = append(body.Permissions, string(p))
	}
	return body
}

func wireUser(u access.User) api.SessionUser {
	return api.SessionUser{
		ID: string(u.ID), Email: u.Email, DisplayName: u.Name,
		Role: api.RoleRef{ID: string(u.Role.ID), Slug: u.Role.Slug, Name: u.Role.Name},
	}
}

func (x Session) provider() *string {
	if x.Provider == "" {
		return nil
	}
	return &x.Provider
}

func timeText(at time.Time) string { return web.TimeOf(db.Millis(at)).String() }

type sessionsInput struct {
	User string `doc:"Id of a user, for who may manage users; one's own when absent." query:"userId"`
}

func (f *face) getSessions(ctx context.Context, in *sessionsInput) (*struct{ Body api.SessionList }, error) {
	c := caller.From(ctx)
	user := access.UserID(c.ID)
	if in.User != "" && in.User != c.ID {
		if err := c.Check(caller.ManageUsers); err != nil {
			return nil, err
		}
		other, err := f.service.Access.Get(ctx, c, in.User)
		if err != nil {
			return nil, err
		}
		user = other.ID
	}
	all, err := f.service.Sessions(ctx, c, user)
	list := api.SessionList{Sessions: []api.SessionSummary{}}
	for _, x := range all {
		list.Sessions = append(list.Sessions, api.SessionSummary{
			Address: x.Address, Agent: x.Agent, CreatedAt: timeText(x.CreatedAt), Current: x.ID == c.Session,
			ExpiresAt: timeText(x.ExpiresAt), ID: x.ID, LastSeenAt: timeText(x.SeenAt), Method: string(x.Method),
			Provider: x.provider(), UserID: string(x.User),
		})
	}
	return &struct{ Body api.SessionList }{list}, err
}

func (f *face) deleteSessions(ctx context.Context, _ *nothing) (*nothing, error) {
	return nil, f.service.RevokeOthers(ctx, caller.From(ctx))
}

func (f *face) deleteOneSession(ctx context.Context, in *struct {
	Session string `path:"sessionId"`
},
) (*nothing, error) {
	return nil, f.service.Revoke(ctx, caller.From(ctx), in.Session)
}

type offerInput struct {
	Workspace string `doc:"Slug or id; the default workspace when absent." query:"workspace"`
}

func (f *face) getOffer(ctx context.Context, in *offerInput) (*struct{ Body api.SignInOffer }, error) {
	w, err := f.service.Workspaces.Get(ctx, in.Workspace)
	if err != nil {
		return nil, err
	}
	offer := api.SignInOffer{Workspace: api.SignInWorkspace{Slug: w.Slug, Name: w.Name}}
	err = f.service.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		set, err := settings(ctx, tx, w.Number)
		if err != nil {
			return err
		}
		offer.Password, offer.Passkey = set.Enabled[Password], set.Enabled[Passkey]
		offer.MagicLink = set.Enabled[MagicLink] && f.service.hasMail()
		offer.SetUp, err = f.service.needsSetUp(ctx, tx, w.Caller())
		return err
	})
	if err != nil {
		return nil, err
	}
	offer.Providers, err = f.offers(ctx, w.Number)
	return &struct{ Body api.SignInOffer }{offer}, err
}

type settingsOutput struct{ Body api.SignInSettings }

func (f *face) wireSettings(s Settings, err error) (*settingsOutput, error) {
	if err != nil {
		return nil, err
	}
	return &settingsOutput{api.SignInSettings{
		Methods: api.SignInMethods{
			Password: s.Enabled[Password], Passkey: s.Enabled[Passkey], MagicLink: s.Enabled[MagicLink], OIDC: s.Enabled[OIDC], SAML: s.Enabled[SAML],
		},
		Session: api.SessionSettings{IdleMinutes: int64(s.Idle / time.Minute), LifetimeMinutes: int64(s.Lifetime / time.Minute)},
		Mail:    f.service.hasMail(), Passwords: api.PasswordRules{MinLength: minPassword, MaxLength: maxPassword},
	}}, nil
}

func (f *face) getSettings(ctx context.Context, _ *nothing) (*settingsOutput, error) {
	return f.wireSettings(f.service.Settings(ctx, caller.From(ctx)))
}

func (f *face) patchSettings(ctx context.Context, in *struct{ Body api.SignInSettingsChange }) (*settingsOutput, error) {
	change := Change{Enabled: map[Method]bool{}}
	if m := in.Body.Methods; m != nil {
		for method, on := range map[Method]*bool{Password: m.Password, Passkey: m.Passkey, MagicLink: m.MagicLink, OIDC: m.OIDC, SAML: m.SAML} {
			if on != nil {
				change.Enabled[method] = *on
			}
		}
	}
	if x := in.Body.Session; x != nil {
		var err error
		if change.Idle, err = minutes("/session/idleMinutes", x.IdleMinutes); err != nil {
			return nil, err
		}
		if change.Lifetime, err = minutes("/session/lifetimeMinutes", x.LifetimeMinutes); err != nil {
			return nil, err
		}
	}
	return f.wireSettings(f.service.Configure(ctx, caller.From(ctx), change))
}

// minutes reads a number of minutes that a duration can hold.
func minutes(pointer string, n *int64) (*time.Duration, error) {
	if n == nil {
		return nil, nil //nolint:nilnil // nothing was asked for
	}
	if *n < 0 || *n > int64(maxLifetime/time.Minute) {
		return nil, fault.At(fault.Problem{Pointer: pointer, Message: "must be a number of minutes up to 90 days"})
	}
	d := time.Duration(*n) * time.Minute
	return &d, nil
}
