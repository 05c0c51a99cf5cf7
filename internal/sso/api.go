// SPDX-License-Identifier: Apache-2.0

package sso

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/seal"
	"github.com/passmuster/muster/internal/signin"
	"github.com/passmuster/muster/internal/web"
)

// Options are what a Service is made of.
type Options struct {
	Access *access.Service  // required
	Client *http.Client     // asks providers; package egress makes one that leaves private addresses alone
	DB     *db.DB           // required
	Logger *slog.Logger     // nil: nothing is logged
	Now    func() time.Time // nil: time.Now
	Plain  bool             // providers may be reached by http; for networks of one's own
	Sealer *seal.Sealer     // required
	SignIn *signin.Service  // required
}

// New answers a service.
func New(o Options) *Service {
	s := &Service{
		access: o.Access, db: o.DB, log: o.Logger, now: o.Now, outbound: outbound{o.Client}, plain: o.Plain, sealer: o.Sealer,
		sessions: o.SignIn,
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.issuers = &issuers{find: s.discover, known: map[ProviderID]answer{}, now: s.now}
	return s
}

// face is the service on a server, whose address providers know.
type face struct {
	*Service
	site site
	web  *web.Server
}

// Mount mounts the routes for admins under /v1/sso, and those that browsers pass on
// their way to a provider and back under /sso.
func (s *Service) Mount(server *web.Server) {
	const read, write = caller.ReadSettings, caller.ManageSignIn
	f := &face{Service: s, site: site{server.BaseURL()}, web: server}
	route := func(method, path, id, summary string, p caller.Permission, status int) web.Route {
		return web.Route{
			Method: method, Path: "/v1/sso/providers" + path, ID: id, Summary: summary, Status: status,
			Permission: p, Class: web.ClassManage, Tag: "Single sign-on",
		}
	}
	web.Register(server, route("GET", "", "listSsoProviders", "List identity providers", read, 0), f.list)
	web.Register(server, route("POST", "", "createSsoProvider", "Create an identity provider", write, http.StatusCreated), f.create)
	web.Register(server, route("GET", "/{providerId}", "getSsoProvider", "Get identity provider by ID", read, 0), f.get)
	web.Register(server, route("PATCH", "/{providerId}", "updateSsoProvider", "Change an identity provider", write, 0), f.patch)
	web.Register(server, route("DELETE", "/{providerId}", "deleteSsoProvider", "Delete an identity provider", write, http.StatusNoContent), f.delete)
	web.Register(server, route("POST", "/{providerId}/test", "testSsoProvider", "Try an identity provider", write, 0), f.try)
	web.Register(server, route("GET", "/{providerId}/identities", "listSsoIdentities", "List users who are linked to an identity provider", read, 0), f.identities)
	web.Register(server, route("DELETE", "/{providerId}/identities/{userId}", "deleteSsoIdentity", "Take a user's link to an identity provider away", write, http.StatusNoContent), f.unlink)
	f.mountBrowser()
}

// ProviderInput names a provider; exported, as huma reads what is embedded only then.
type ProviderInput struct {
	Provider string `path:"providerId"`
}

type (
	draftInput struct{ Body api.SSOProviderInput }
	patchInput struct {
		ProviderInput
		Body api.SSOProviderInput
	}
	listInput       struct{ web.PageInput }
	identitiesInput struct {
		ProviderInput
		web.PageInput
	}
	unlinkInput struct {
		ProviderInput
		User string `path:"userId"`
	}

	providerOutput   struct{ Body api.SSOProvider }
	listOutput       struct{ Body web.Page[api.SSOProvider] }
	identitiesOutput struct{ Body web.Page[api.SSOIdentity] }
	testOutput       struct{ Body api.SSOTest }
	nothing          struct{}
)

func (f *face) answer(p Provider, err error) (*providerOutput, error) {
	if err != nil {
		return nil, err
	}
	return &providerOutput{f.wire(p)}, nil
}

func (f *face) create(ctx context.Context, in *draftInput) (*providerOutput, error) {
	return f.answer(f.Create(ctx, caller.From(ctx), draftOf(in.Body)))
}

func (f *face) get(ctx context.Context, in *ProviderInput) (*providerOutput, error) {
	return f.answer(f.Get(ctx, caller.From(ctx), ProviderID(in.Provider)))
}

func (f *face) patch(ctx context.Context, in *patchInput) (*providerOutput, error) {
	return f.answer(f.Change(ctx, caller.From(ctx), ProviderID(in.Provider), draftOf(in.Body)))
}

func (f *face) delete(ctx context.Context, in *ProviderInput) (*nothing, error) {
	return nil, f.Delete(ctx, caller.From(ctx), ProviderID(in.Provider))
}

func (f *face) list(ctx context.Context, in *listInput) (*listOutput, error) {
	after, err := afterOf(in.PageInput)
	if err != nil {
		return nil, err
	}
	all, more, err := f.List(ctx, caller.From(ctx), after, in.Size())
	if err != nil {
		return nil, err
	}
	page := make([]api.SSOProvider, len(all))
	for i, p := range all {
		page[i] = f.wire(p)
	}
	cursor := func(p api.SSOProvider) string { return web.EncodeCursor(p.ID) }
	return &listOutput{web.NewPage(page, cursor, more, after != "")}, nil
}

// afterOf answers the id that a page starts after; "" for the first page.
func afterOf(in web.PageInput) (string, error) {
	after, err := web.DecodeCursor(in.PageCursor, 1)
	if err != nil || after == nil {
		return "", err
	}
	if !db.ValidID(after[0]) {
		return "", web.InQuery("pageCursor", "must be a cursor of an earlier answer of this list")
	}
	return after[0], nil
}

func (f *face) try(ctx context.Context, in *ProviderInput) (*testOutput, error) {
	problems, err := f.Try(ctx, caller.From(ctx), ProviderID(in.Provider), f.site)
	if err != nil {
		return nil, err
	}
	return &testOutput{api.SSOTest{OK: len(problems) == 0, Problems: wireProblems(problems)}}, nil
}

func (f *face) identities(ctx context.Context, in *identitiesInput) (*identitiesOutput, error) {
	after, err := afterOf(in.PageInput)
	if err != nil {
		return nil, err
	}
	all, more, err := f.Identities(ctx, caller.From(ctx), ProviderID(in.Provider), after, in.Size())
	if err != nil {
		return nil, err
	}
	page := make([]api.SSOIdentity, len(all))
	for i, x := range all {
		page[i] = api.SSOIdentity{
			UserID: string(x.User), EmailAddress: x.Email, Subject: x.Subject,
			FirstUsedDate: date(x.FirstUsedAt), LastUsedDate: date(x.LastUsedAt),
		}
	}
	cursor := func(x api.SSOIdentity) string { return web.EncodeCursor(x.UserID) }
	return &identitiesOutput{web.NewPage(page, cursor, more, after != "")}, nil
}

func (f *face) unlink(ctx context.Context, in *unlinkInput) (*nothing, error) {
	return nil, f.Unlink(ctx, caller.From(ctx), ProviderID(in.Provider), access.UserID(in.User))
}
