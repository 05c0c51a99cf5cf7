// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"net/http"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/web"
)

// Names of the cookie that holds what a link's holder comes with. Browsers take
// the first over HTTPS only, from the host itself.
const (
	plainLinkCookie  = "muster-link"
	secureLinkCookie = "__Host-muster-link"
)

// mountLinks mounts the making of links, and what their holders reach: the
// set-up of one directory, its log in words, and the making of tokens.
func (s *Service) mountLinks(server *web.Server, route router) {
	const read, write = caller.ReadSettings, caller.ManageProvisioning
	const one = "/{directoryId}"
	web.Register(server, route("POST", one+"/link", "createDirectoryLink", "Make a one-time link for an administrator elsewhere", write, http.StatusCreated), s.postLink)
	web.Register(server, route("GET", one+"/links", "listDirectoryLinks", "List links that are not over", read, 0), s.getLinks)
	web.Register(server, route("DELETE", one+"/links/{linkId}", "deleteDirectoryLink", "Take a link back", write, http.StatusNoContent), s.deleteLink)

	f := &linkFace{Service: s, web: server}
	open := func(method, path, id, summary string, status int) web.Route {
		return web.Route{
			Method: method, Path: "/v1/setup-links" + path, ID: id, Summary: summary, Permission: caller.OwnAccount, Class: web.ClassManage,
			Open: true, Status: status, Tag: "Provisioning",
		}
	}
	web.Register(server, open("POST", "/open", "openSetupLink", "Open a link, once", 0), f.open)
	web.Register(server, open("GET", "/directory", "getLinkedDirectory", "Get the directory of a link with its set-up", 0), f.getDirectory)
	web.Register(server, open("PUT", "/attribute", "putLinkedAttribute", "Name the attribute that carries the role, for the directory of a link", 0), f.putAttribute)
	web.Register(server, open("GET", "/requests", "listLinkedRequests", "List the requests of the provider of a link, in words", 0), f.getRequests)
	web.Register(server, open("POST", "/clients", "createLinkedClient", "Make a client for the directory of a link", http.StatusCreated), f.postClient)
	web.Register(server, open("POST", "/self-test", "selfTestLinkedDirectory", "Play the provider's requests against the directory of a link", 0), f.postSelfTest)
	web.Register(server, open("POST", "/tokens", "createLinkedToken", "Make a token for the directory of a link", http.StatusCreated), f.postToken)
}

// linkFace is the service for holders of links, who are no users.
type linkFace struct {
	*Service
	web *web.Server
}

type (
	linkInput struct {
		DirectoryInput
		Link string `path:"linkId"`
	}
	createLinkInput struct {
		DirectoryInput
		Body *api.DirectoryLinkInput
	}
	openLinkInput struct{ Body api.SetupLinkInput }
	// HolderInput is what a link's holder comes with.
	HolderInput struct {
		Header string `doc:"The secret that opening the link answered; browsers send it as a cookie." header:"Muster-Link" maxLength:"200"`
		Plain  string `cookie:"muster-link" maxLength:"200"`
		Secure string `cookie:"__Host-muster-link" maxLength:"200"`
	}
	holderRequestsInput struct {
		HolderInput
		LogFilterInput
		web.PageInput
	}
	holderTokenInput struct {
		HolderInput
		Body *api.DirectoryTokenInput
	}

	holderAttributeInput struct {
		HolderInput
		Body api.SetupLinkAttribute
	}
	holderClientInput struct {
		HolderInput
		Body *api.DirectoryClientInput
	}

	linkOutput  struct{ Body api.DirectoryLink }
	linksOutput struct {
		Body struct {
			Links []api.DirectoryLinkInfo `json:"links"`
		}
	}
	linkedOutput   struct{ Body api.LinkedDirectory }
	openLinkOutput struct {
		SetCookie string `header:"Set-Cookie"`
		Body      api.SetupLinkOpened
	}
)

func (s *Service) postLink(ctx context.Context, in *createLinkInput) (*linkOutput, error) {
	wanted := NewLink{Directory: in.Directory}
	if in.Body != nil && in.Body.MayNameAttribute != nil {
		wanted.NotAttribute = !*in.Body.MayNameAttribute
	}
	l, url, err := s.MakeLink(ctx, caller.From(ctx), wanted)
	if err != nil {
		return nil, err
	}
	return &linkOutput{api.DirectoryLink{ID: l.ID, URL: url, ExpiresAt: stamp(l.ExpiresAt)}}, nil
}

func (s *Service) getLinks(ctx context.Context, in *DirectoryInput) (*linksOutput, error) {
	all, err := s.Links(ctx, caller.From(ctx), in.Directory)
	if err != nil {
		return nil, err
	}
	out := &linksOutput{}
	out.Body.Links = wireEach(all, Link.wire)
	return out, nil
}

func (s *Service) deleteLink(ctx context.Context, in *linkInput) (*nothing, error) {
	return nil, s.DropLink(ctx, caller.From(ctx), in.Directory, in.Link)
}

func (f *linkFace) open(ctx context.Context, in *openLinkInput) (*openLinkOutput, error) {
	o, err := f.OpenLink(ctx, caller.From(ctx), in.Body.Link)
	if err != nil {
		return nil, err
	}
	return &openLinkOutput{
		SetCookie: f.cookie(o.Secret, o.Link.ExpiresAt),
		Body:      api.SetupLinkOpened{Secret: o.Secret, ExpiresAt: stamp(o.Link.ExpiresAt), Directory: o.Directory.wire()},
	}, nil
}

func (f *linkFace) cookie(secret string, expires time.Time) string {
	cookie := http.Cookie{
		Name: plainLinkCookie, Value: secret, Path: "/", Expires: expires, HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: f.web.Secure(),
	}
	if cookie.Secure {
		cookie.Name = secureLinkCookie
	}
	return cookie.String()
}

// holder answers whose link a request comes with. A server that is reached over
// HTTPS takes no cookie that was set without.
func (f *linkFace) holder(ctx context.Context, in HolderInput) (Guest, error) {
	secret := in.Header
	if secret == "" {
		secret = in.Plain
		if f.web.Secure() {
			secret = in.Secure
		}
	}
	return f.ByLink(ctx, caller.From(ctx), secret)
}

func (f *linkFace) getDirectory(ctx context.Context, in *HolderInput) (*linkedOutput, error) {
	g, err := f.holder(ctx, *in)
	if err != nil {
		return nil, err
	}
	o, err := f.Look(ctx, g.As, g.Directory.ID)
	if err != nil {
		return nil, err
	}
	return &linkedOutput{api.LinkedDirectory{
		Directory: o.wire(), Workspace: g.Directory.Workspace.Name, LinkExpiresAt: stamp(g.Link.ExpiresAt), MayNameAttribute: g.Link.NamesAttribute,
	}}, nil
}

func (f *linkFace) putAttribute(ctx context.Context, in *holderAttributeInput) (*linkedOutput, error) {
	g, err := f.holder(ctx, in.HolderInput)
	if err != nil {
		return nil, err
	}
	if err := f.NameAttribute(ctx, g, in.Body.RoleAttribute); err != nil {
		return nil, err
	}
	return f.getDirectory(ctx, &in.HolderInput)
}

func (f *linkFace) getRequests(ctx context.Context, in *holderRequestsInput) (*requestsOutput, error) {
	g, err := f.holder(ctx, in.HolderInput)
	if err != nil {
		return nil, err
	}
	return f.answerRequests(ctx, g.As, g.Directory.ID, in.LogFilterInput, in.PageInput)
}

func (f *linkFace) postToken(ctx context.Context, in *holderTokenInput) (*createTokenOutput, error) {
	g, err := f.holder(ctx, in.HolderInput)
	if err != nil {
		return nil, err
	}
	return f.answerToken(ctx, g.As, g.Directory.ID, in.Body)
}

func (f *linkFace) postClient(ctx context.Context, in *holderClientInput) (*createClientOutput, error) {
	g, err := f.holder(ctx, in.HolderInput)
	if err != nil {
		return nil, err
	}
	return f.answerClient(ctx, g.As, g.Directory.ID, in.Body)
}

func (f *linkFace) postSelfTest(ctx context.Context, in *HolderInput) (*selfTestOutput, error) {
	g, err := f.holder(ctx, *in)
	if err != nil {
		return nil, err
	}
	return f.answerSelfTest(ctx, g.As, g.Directory.ID)
}
