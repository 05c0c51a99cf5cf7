// SPDX-License-Identifier: Apache-2.0

package passkey

import (
	"context"
	"net/http"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/web"
)

// bodyLimit is far above any authenticator's answer.
const bodyLimit = 64 << 10

// Mount mounts the routes of a user's own passkeys, and the open ones to sign in.
func (s *Service) Mount(server *web.Server) {
	f := &face{server: server, service: s}
	route := func(method, path, id, summary string, more web.Route) web.Route {
		more.Method, more.Path, more.ID, more.Summary = method, "/v1/passkeys"+path, id, summary
		more.BodyLimit, more.Class, more.Permission, more.Tag = bodyLimit, web.ClassManage, caller.OwnAccount, "Passkeys"
		return more
	}
	plain, open := web.Route{}, web.Route{Open: true}
	made, gone := web.Route{Status: http.StatusCreated}, web.Route{Status: http.StatusNoContent}
	web.Register(server, route("GET", "", "listPasskeys", "List your passkeys", plain), f.list)
	web.Register(server, route("POST", "", "createPasskey", "Add a passkey of yours", made), f.register)
	web.Register(server, route("POST", "/challenge", "beginPasskey", "Begin to add a passkey", plain), f.beginRegistration)
	web.Register(server, route("POST", "/sign-in", "signInWithPasskey", "Sign in with a passkey", open), f.signIn)
	web.Register(server, route("POST", "/sign-in/challenge", "beginPasskeySignIn", "Begin to sign in with a passkey", open), f.beginSignIn)
	web.Register(server, route("PATCH", "/{passkeyId}", "renamePasskey", "Rename a passkey of yours", plain), f.rename)
	web.Register(server, route("DELETE", "/{passkeyId}", "deletePasskey", "Remove a passkey of yours", gone), f.remove)
}

// face is the service as the web sees it.
type face struct {
	server  *web.Server
	service *Service
}

// What is embedded in an input is exported: huma reads it only then.
type (
	// Ref names a passkey.
	Ref struct {
		ID string `path:"passkeyId"`
	}
	registerInput struct{ Body api.PasskeyInput }
	renameInput   struct {
		Ref
		Body api.PasskeyChange
	}
	signInInput struct{ Body api.PasskeySignIn }
	// The body may be left out: a pointer says so.
	beginSignInInput struct{ Body *api.PasskeySignInStart }

	challengeOutput struct{ Body api.PasskeyChallenge }
	listOutput      struct{ Body web.Page[api.Passkey] }
	passkeyOutput   struct{ Body api.Passkey }
	signInOutput    struct {
		SetCookie string `header:"Set-Cookie"`
		Body      api.PasskeySignedIn
	}
	nothing struct{}
)

func (p Passkey) wire() api.Passkey {
	out := api.Passkey{ID: string(p.ID), Name: p.Name, CreatedAt: web.TimeOf(db.Millis(p.CreatedAt)).String()}
	if p.LastUsedAt != nil {
		at := web.TimeOf(db.Millis(*p.LastUsedAt)).String()
		out.LastUsedAt = &at
	}
	return out
}

func (f *face) list(ctx context.Context, _ *nothing) (*listOutput, error) {
	all, err := f.service.List(ctx, caller.From(ctx))
	page := make([]api.Passkey, len(all))
	for i, p := range all {
		page[i] = p.wire()
	}
	cursor := func(p api.Passkey) string { return web.EncodeCursor(p.ID) }
	return &listOutput{web.NewPage(page, cursor, false, false)}, err
}

func (f *face) beginRegistration(ctx context.Context, _ *nothing) (*challengeOutput, error) {
	ch, err := f.service.BeginRegistration(ctx, caller.From(ctx))
	return &challengeOutput{ch.wire()}, err
}

func (c Challenge) wire() api.PasskeyChallenge {
	return api.PasskeyChallenge{Ticket: c.Ticket, PublicKey: c.PublicKey}
}

func (f *face) register(ctx context.Context, in *registerInput) (*passkeyOutput, error) {
	p, err := f.service.Register(ctx, caller.From(ctx), NewPasskey{
		Credential: in.Body.Credential, Name: in.Body.Name, Ticket: in.Body.Ticket,
	})
	return &passkeyOutput{p.wire()}, err
}

func (f *face) rename(ctx context.Context, in *renameInput) (*passkeyOutput, error) {
	p, err := f.service.Rename(ctx, caller.From(ctx), ID(in.ID), in.Body.Name)
	return &passkeyOutput{p.wire()}, err
}

func (f *face) remove(ctx context.Context, in *Ref) (*nothing, error) {
	return nil, f.service.Delete(ctx, caller.From(ctx), ID(in.ID))
}

func (f *face) beginSignIn(ctx context.Context, in *beginSignInInput) (*challengeOutput, error) {
	if in.Body == nil {
		in.Body = &api.PasskeySignInStart{}
	}
	ch, err := f.service.BeginSignIn(ctx, in.Body.Workspace)
	return &challengeOutput{ch.wire()}, err
}

func (f *face) signIn(ctx context.Context, in *signInInput) (*signInOutput, error) {
	opened, err := f.service.SignIn(ctx, caller.From(ctx), Answer{
		Agent: web.UserAgent(ctx), Cookie: f.server.SessionOf(ctx), Credential: in.Body.Credential, Ticket: in.Body.Ticket,
	})
	if err != nil {
		return nil, err
	}
	cookie := f.server.SessionCookie(opened.Cookie, opened.Expires)
	return &signInOutput{SetCookie: cookie, Body: api.PasskeySignedIn{State: "signed_in"}}, nil
}
