// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"net/http"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/web"
)

// mountClients mounts the clients of directories. Their token endpoint is in
// api_grant.go.
func (s *Service) mountClients(server *web.Server, route router) {
	const read, write = caller.ReadSettings, caller.ManageProvisioning
	const all, one = "/{directoryId}/clients", "/{directoryId}/clients/{clientId}"
	web.Register(server, route("GET", all, "listDirectoryClients", "List the clients of a directory", read, 0), s.getClients)
	web.Register(server, route("POST", all, "createDirectoryClient", "Make a client that gets its tokens by itself", write, http.StatusCreated), s.postClient)
	web.Register(server, route("DELETE", one, "deleteDirectoryClient", "Delete a client and end its tokens", write, http.StatusNoContent), s.deleteClient)
	web.Register(server, route("PUT", one+"/keys", "putDirectoryClientKeys", "Replace the public keys of a client", write, 0), s.putKeys)
	web.Register(server, route("POST", one+"/secrets", "createDirectoryClientSecret", "Make a secret beside those that a client has", write, http.StatusCreated), s.postSecret)
	web.Register(server, route("DELETE", one+"/secrets/{secretId}", "revokeDirectoryClientSecret", "Revoke a secret and end its tokens", write, http.StatusNoContent), s.deleteSecret)
}

type (
	// ClientInput names a client.
	ClientInput struct {
		DirectoryInput
		Client string `path:"clientId"`
	}
	createClientInput struct {
		DirectoryInput
		Body *api.DirectoryClientInput
	}
	putKeysInput struct {
		ClientInput
		Body api.DirectoryKeys
	}
	createSecretInput struct {
		ClientInput
		Body *api.DirectoryTokenInput
	}
	secretInput struct {
		ClientInput
		Secret string `path:"secretId"`
	}

	clientsOutput struct {
		Body struct {
			TokenURL string                `json:"tokenUrl" doc:"Where clients get their tokens, and what assertions name as aud."`
			Clients  []api.DirectoryClient `json:"clients" doc:"The newest first."`
		}
	}
	createClientOutput struct{ Body api.DirectoryClientCreated }
	clientOutput       struct{ Body api.DirectoryClient }
	createSecretOutput struct{ Body api.DirectoryClientSecret }
)

func (in ClientInput) ref() ClientRef { return ClientRef{Client: in.Client, Directory: in.Directory} }

func (s *Service) getClients(ctx context.Context, in *DirectoryInput) (*clientsOutput, error) {
	d, all, err := s.Clients(ctx, caller.From(ctx), in.Directory)
	if err != nil {
		return nil, err
	}
	out := &clientsOutput{}
	out.Body.TokenURL, out.Body.Clients = s.TokenURL(ctx, d), wireEach(all, Client.wire)
	return out, nil
}

func (s *Service) postClient(ctx context.Context, in *createClientInput) (*createClientOutput, error) {
	return s.answerClient(ctx, caller.From(ctx), in.Directory, in.Body)
}

// answerClient is the end of every route that makes a client.
func (s *Service) answerClient(ctx context.Context, c caller.Caller, id DirectoryID, in *api.DirectoryClientInput) (*createClientOutput, error) {
	if in == nil {
		in = &api.DirectoryClientInput{}
	}
	expires, err := expiryOf(&api.DirectoryTokenInput{ExpiresAt: in.ExpiresAt})
	if err != nil {
		return nil, err
	}
	made, err := s.MakeClient(ctx, c, id, NewClient{Expires: expires, Keys: keysIn(in.DirectoryKeys), Name: in.Name, NoSecret: noSecret(in)})
	if err != nil {
		return nil, err
	}
	out := &createClientOutput{api.DirectoryClientCreated{DirectoryClient: made.Client.wire(), TokenURL: s.TokenURL(ctx, made.Directory)}}
	if made.Secret != "" {
		out.Body.ClientSecret = &made.Secret
	}
	return out, nil
}

func keysIn(in api.DirectoryKeys) NewKeys { return NewKeys{JWKS: in.JWKS, PEM: in.PEM} }

// noSecret says whether a client is made without a secret: where nothing is said,
// one with keys is.
func noSecret(in *api.DirectoryClientInput) bool {
	if in.Secret != nil {
		return !*in.Secret
	}
	return len(in.JWKS) > 0 || in.PEM != ""
}

func (s *Service) deleteClient(ctx context.Context, in *ClientInput) (*nothing, error) {
	return nil, s.DeleteClient(ctx, caller.From(ctx), in.ref())
}

func (s *Service) putKeys(ctx context.Context, in *putKeysInput) (*clientOutput, error) {
	one, err := s.PutKeys(ctx, caller.From(ctx), in.ref(), keysIn(in.Body))
	if err != nil {
		return nil, err
	}
	return &clientOutput{one.wire()}, nil
}

func (s *Service) postSecret(ctx context.Context, in *createSecretInput) (*createSecretOutput, error) {
	expires, err := expiryOf(in.Body)
	if err != nil {
		return nil, err
	}
	text, secret, err := s.MakeSecret(ctx, caller.From(ctx), in.ref(), expires)
	if err != nil {
		return nil, err
	}
	return &createSecretOutput{api.DirectoryClientSecret{
		ID: secret.ID, ClientID: in.Client, ClientSecret: text, Hint: secret.Hint, CreatedAt: stamp(secret.CreatedAt), ExpiresAt: maybeStamp(secret.ExpiresAt),
	}}, nil
}

func (s *Service) deleteSecret(ctx context.Context, in *secretInput) (*nothing, error) {
	return nil, s.RevokeSecret(ctx, caller.From(ctx), in.ref(), in.Secret)
}
