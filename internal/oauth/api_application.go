// SPDX-License-Identifier: Apache-2.0

package oauth

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/web"
)

// mountApplications mounts the routes under /v1/applications.
func (s *Service) mountApplications(server *web.Server) {
	const read, write, secrets = caller.ReadApplications, caller.WriteApplications, caller.ManageSecrets
	route := func(method, path, id, summary string, p caller.Permission, status int) web.Route {
		return web.Route{
			Method: method, Path: "/v1/applications" + path, ID: id, Summary: summary, Permission: p, Class: web.ClassManage,
			Tag: "Applications", Status: status,
		}
	}
	web.Register(server, route("GET", "", "listApplications", "List applications", read, 0), s.getApplications)
	web.Register(server, route("POST", "", "createApplication", "Make an application, which gets its secret apart", write, http.StatusCreated), s.postApplication)
	web.Register(server, route("GET", "/{applicationId}", "getApplication", "Get an application by id, client id or name", read, 0), s.getApplication)
	web.Register(server, route("PATCH", "/{applicationId}", "updateApplication", "Change an application", write, 0), s.patchApplication)
	web.Register(server, route("DELETE", "/{applicationId}", "deleteApplication", "Take an application away; its tokens end, what it pushed stays", write, http.StatusNoContent), s.deleteApplication)
	web.Register(server, route("POST", "/{applicationId}/secret", "rotateApplicationSecret", "Make a secret; those before end, at once or with the grace", secrets, http.StatusCreated), s.postSecret)
	web.Register(server, route("GET", "/{applicationId}/tokens", "listApplicationTokens", "List the live tokens of an application, newest first", read, 0), s.getTokens)
	web.Register(server, route("DELETE", "/{applicationId}/tokens/{tokenId}", "revokeApplicationToken", "End a token at once", write, http.StatusNoContent), s.deleteToken)
}

type (
	// ApplicationRef names an application. It is exported because huma reads it only
	// then.
	ApplicationRef struct {
		Application string `doc:"Id, client id or name." path:"applicationId"`
	}
	applicationOutput struct{ Body api.Application }
	nothing           struct{}
)

func (app Application) wire(k known) api.Application {
	a := api.Application{
		ID: string(app.ID), Name: app.Name, Description: app.Description, Type: string(app.Type), Distribution: string(app.Distribution),
		ClientID: app.ClientID, Scopes: texts(app.Scopes), RedirectURIs: append([]string{}, app.RedirectURIs...), AcceptForm: app.AcceptForm,
		OverlappingTokens: app.OverlappingTokens, RotationGraceSeconds: app.RotationGrace.Seconds(),
		LastTokenDate: maybeDate(app.MintedAt), CreatedDate: date(app.CreatedAt), UpdatedDate: date(app.UpdatedAt),
	}
	if at, ok := k.secrets[app.ID]; ok {
		a.SecretDate = maybeDate(&at)
	}
	if name, ok := k.publishers[app.ID]; ok {
		a.Publisher = &name
	}
	return a
}

func date(at time.Time) string { return web.TimeOf(at.UnixMilli()).String() }

func maybeDate(at *time.Time) *string {
	if at == nil {
		return nil
	}
	text := date(*at)
	return &text
}

func texts[T ~string](list []T) []string {
	all := make([]string, len(list))
	for i, one := range list {
		all[i] = string(one)
	}
	return all
}

// answerApplication is the end of every route that answers an application.
func (s *Service) answerApplication(ctx context.Context, app Application, err error) (*applicationOutput, error) {
	if err != nil {
		return nil, err
	}
	k, err := s.known(ctx, caller.From(ctx))
	if err != nil {
		return nil, err
	}
	return &applicationOutput{app.wire(k)}, nil
}

type applicationsInput struct {
	web.PageInput
	Type string `doc:"Only applications of a type." enum:"build,manage,audit" query:"type"`
}

func (s *Service) getApplications(ctx context.Context, in *applicationsInput) (*struct{ Body web.Page[api.Application] }, error) {
	after, err := web.DecodeCursor(in.PageCursor, 1)
	if err != nil {
		return nil, err
	}
	all, err := s.List(ctx, caller.From(ctx))
	if err != nil {
		return nil, err
	}
	k, err := s.known(ctx, caller.From(ctx))
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(app Application) bool {
		return len(after) > 0 && string(app.ID) <= after[0] || in.Type != "" && string(app.Type) != in.Type
	})
	page := make([]api.Application, min(len(all), in.Size()))
	for i := range page {
		page[i] = all[i].wire(k)
	}
	cursor := func(a api.Application) string { return web.EncodeCursor(a.ID) }
	return &struct{ Body web.Page[api.Application] }{web.NewPage(page, cursor, len(all) > len(page), after != nil)}, nil
}

func (s *Service) postApplication(ctx context.Context, in *struct{ Body api.ApplicationInput }) (*applicationOutput, error) {
	wanted := NewApplication{
		Description: in.Body.Description, Distribution: Distribution(in.Body.Distribution), Name: in.Body.Name,
		RedirectURIs: in.Body.RedirectURIs, Type: Type(in.Body.Type),
	}
	if in.Body.Scopes != nil {
		wanted.Scopes = []caller.Scope{}
	}
	for _, scope := range in.Body.Scopes {
		wanted.Scopes = append(wanted.Scopes, caller.Scope(scope))
	}
	app, err := s.Register(ctx, caller.From(ctx), wanted)
	return s.answerApplication(ctx, app, err)
}

func (s *Service) getApplication(ctx context.Context, in *ApplicationRef) (*applicationOutput, error) {
	app, err := s.Get(ctx, caller.From(ctx), in.Application)
	return s.answerApplication(ctx, app, err)
}

func (s *Service) patchApplication(ctx context.Context, in *struct {
	ApplicationRef
	Body api.ApplicationChange
},
) (*applicationOutput, error) {
	change := Settings{
		AcceptForm: in.Body.AcceptForm, Description: in.Body.Description, Name: in.Body.Name,
		OverlappingTokens: in.Body.OverlappingTokens, RedirectURIs: in.Body.RedirectURIs,
	}
	if seconds := in.Body.RotationGraceSeconds; seconds != nil {
		// What is far beyond the limit would wrap around in nanoseconds.
		grace := time.Duration(max(-1, min(*seconds, 2*maxGrace.Seconds())) * float64(time.Second))
		change.RotationGrace = &grace
	}
	app, err := s.Configure(ctx, caller.From(ctx), in.Application, change)
	return s.answerApplication(ctx, app, err)
}

func (s *Service) deleteApplication(ctx context.Context, in *ApplicationRef) (*nothing, error) {
	return nil, s.Delete(ctx, caller.From(ctx), in.Application)
}

type secretOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         api.ApplicationSecret
}

func (s *Service) postSecret(ctx context.Context, in *ApplicationRef) (*secretOutput, error) {
	app, err := s.Get(ctx, caller.From(ctx), in.Application)
	if err != nil {
		return nil, err
	}
	secret, err := s.RotateSecret(ctx, caller.From(ctx), string(app.ID))
	if err != nil {
		return nil, err
	}
	return &secretOutput{CacheControl: "no-store", Body: api.ApplicationSecret{ClientID: app.ClientID, ClientSecret: secret}}, nil
}

func (s *Service) getTokens(ctx context.Context, in *struct {
	ApplicationRef
	web.PageInput
},
) (*struct {
	Body web.Page[api.ApplicationToken]
}, error,
) {
	after, err := web.DecodeCursor(in.PageCursor, 1)
	if err != nil {
		return nil, err
	}
	tokens, err := s.Tokens(ctx, caller.From(ctx), in.Application)
	if err != nil {
		return nil, err
	}
	if after != nil { // a token that died meanwhile leaves its place: then from the beginning
		tokens = tokens[1+slices.IndexFunc(tokens, func(t Token) bool { return t.ID() == after[0] }):]
	}
	page := make([]api.ApplicationToken, min(len(tokens), in.Size()))
	for i := range page {
		t := tokens[i]
		page[i] = api.ApplicationToken{
			ID: t.ID(), Hint: tokenPrefix + t.Hint, Source: t.Source, Scopes: texts(t.Scopes), CreatedDate: date(t.CreatedAt),
			ExpiresDate: date(t.ExpiresAt), LastUsedDate: maybeDate(t.LastUsedAt),
		}
	}
	cursor := func(t api.ApplicationToken) string { return web.EncodeCursor(t.ID) }
	return &struct {
		Body web.Page[api.ApplicationToken]
	}{web.NewPage(page, cursor, len(tokens) > len(page), after != nil)}, nil
}

func (s *Service) deleteToken(ctx context.Context, in *struct {
	ApplicationRef
	Token string `doc:"Id of the token, as lists show it." path:"tokenId"`
},
) (*nothing, error) {
	return nil, s.Revoke(ctx, caller.From(ctx), in.Application, in.Token)
}
