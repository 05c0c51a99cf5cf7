// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"net/http"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// mountSetup mounts the set-up (contract section 3). Reads need ReadSettings,
// changes are the Admin's alone; no application has either.
func (s *Service) mountSetup(server *web.Server) {
	const read, write = caller.ReadSettings, caller.ManageProvisioning
	route := func(method, path, id, summary string, p caller.Permission, status int) web.Route {
		return web.Route{
			Method: method, Path: "/v1/directories" + path, ID: id, Summary: summary, Permission: p, Class: web.ClassManage, Status: status,
			Tag: "Provisioning",
		}
	}
	const one = "/{directoryId}"
	web.Register(server, route("GET", "", "listDirectories", "List directories", read, 0), s.getDirectories)
	web.Register(server, route("POST", "", "createDirectory", "Connect an identity provider", write, http.StatusCreated), s.postDirectory)
	web.Register(server, route("GET", one, "getDirectory", "Get a directory with its set-up", read, 0), s.getDirectory)
	web.Register(server, route("PATCH", one, "updateDirectory", "Change a directory, or switch it off and on", write, 0), s.patchDirectory)
	web.Register(server, route("DELETE", one, "deleteDirectory", "Delete a directory and revoke what it granted", write, 0), s.deleteDirectory)
	web.Register(server, route("POST", one+"/tokens", "createDirectoryToken", "Make a token beside those that there are", write, http.StatusCreated), s.postToken)
	web.Register(server, route("DELETE", one+"/tokens/{tokenId}", "revokeDirectoryToken", "Revoke a token", write, http.StatusNoContent), s.deleteToken)
	web.Register(server, route("GET", one+"/mapping", "getDirectoryMapping", "Get the roles of groups", read, 0), s.getMapping)
	web.Register(server, route("PUT", one+"/mapping", "putDirectoryMapping", "Replace the roles of groups", write, 0), s.putMapping)
	web.Register(server, route("GET", one+"/warnings", "listDirectoryWarnings", "List what to look at", read, 0), s.getWarnings)
	web.Register(server, route("DELETE", one+"/warnings/{warningId}", "dismissDirectoryWarning", "Dismiss a warning", write, http.StatusNoContent), s.deleteWarning)
	web.Register(server, route("POST", one+"/self-test", "selfTestDirectory", "Play the provider's requests against the directory", write, 0), s.postSelfTest)
	web.Register(server, route("POST", one+"/simulate", "simulateDirectoryUser", "Say what role a user would get, and why", read, 0), s.postSimulate)
	web.Register(server, route("POST", one+"/users/{userId}/adopt", "adoptDirectoryUser", "Hand a local account over to the directory", write, http.StatusNoContent), s.postAdopt)
	s.mountClients(server, route)
	s.mountHistory(server, route)
	s.mountLinks(server, route)
}

// Inputs; what is embedded is exported, as huma reads it only then.
type (
	// DirectoryInput names a directory.
	DirectoryInput struct {
		Directory DirectoryID `path:"directoryId"`
	}
	directoriesInput     struct{ web.PageInput }
	createDirectoryInput struct{ Body api.DirectoryInput }
	patchDirectoryInput  struct {
		DirectoryInput
		Body api.DirectoryPatch
	}
	tokenInput struct {
		DirectoryInput
		Token string `path:"tokenId"`
	}
	createTokenInput struct {
		DirectoryInput
		Body *api.DirectoryTokenInput
	}
	putMappingInput struct {
		DirectoryInput
		Body api.DirectoryMappingPut
	}
	warningInput struct {
		DirectoryInput
		Warning string `path:"warningId"`
	}
	simulateInput struct {
		DirectoryInput
		Body api.DirectorySimulateInput
	}
	directoryUserInput struct {
		DirectoryInput
		User string `doc:"Id of the user in the directory." path:"userId"`
	}

	directoriesOutput struct {
		Body web.Page[api.DirectorySummary]
	}
	directoryOutput       struct{ Body api.Directory }
	createDirectoryOutput struct{ Body api.DirectoryCreated }
	deleteDirectoryOutput struct {
		Status int
		Body   api.DirectoryDeletion
	}
	createTokenOutput struct{ Body api.DirectoryToken }
	mappingOutput     struct{ Body api.DirectoryMapping }
	warningsOutput    struct {
		Body struct {
			Warnings []api.DirectoryWarning `json:"warnings"`
		}
	}
	selfTestOutput struct{ Body api.DirectorySelfTest }
	simulateOutput struct{ Body api.DirectorySimulation }
	nothing        struct{}
)

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

func (s *Service) getDirectories(ctx context.Context, in *directoriesInput) (*directoriesOutput, error) {
	after, err := afterOf(in.PageInput)
	if err != nil {
		return nil, err
	}
	all, more, err := s.Directories(ctx, caller.From(ctx), after, in.Size())
	if err != nil {
		return nil, err
	}
	cursor := func(d api.DirectorySummary) string { return web.EncodeCursor(d.ID) }
	return &directoriesOutput{web.NewPage(wireEach(all, Listed.wire), cursor, more, after != "")}, nil
}

func (s *Service) postDirectory(ctx context.Context, in *createDirectoryInput) (*createDirectoryOutput, error) {
	d, token, err := s.CreateDirectory(ctx, caller.From(ctx), NewDirectory{
		DefaultRole: in.Body.DefaultRole, Name: in.Body.Name, Provider: Provider(in.Body.Provider), Strict: in.Body.Strict,
	})
	if err != nil {
		return nil, err
	}
	return &createDirectoryOutput{api.DirectoryCreated{ID: string(d.ID), BaseURL: s.baseURL(ctx, d), Token: token}}, nil
}

func (s *Service) getDirectory(ctx context.Context, in *DirectoryInput) (*directoryOutput, error) {
	o, err := s.Look(ctx, caller.From(ctx), in.Directory)
	if err != nil {
		return nil, err
	}
	return &directoryOutput{o.wire()}, nil
}

func (s *Service) patchDirectory(ctx context.Context, in *patchDirectoryInput) (*directoryOutput, error) {
	changes := DirectoryChanges{
		DefaultRole: in.Body.DefaultRole, Name: in.Body.Name, RoleAttribute: in.Body.RoleAttribute, Strict: in.Body.Strict,
	}
	if in.Body.State != nil {
		state := State(*in.Body.State)
		changes.State = &state
	}
	if _, err := s.ChangeDirectory(ctx, caller.From(ctx), in.Directory, changes); err != nil {
		return nil, err
	}
	return s.getDirectory(ctx, &in.DirectoryInput)
}

func (s *Service) deleteDirectory(ctx context.Context, in *DirectoryInput) (*deleteDirectoryOutput, error) {
	d, err := s.DeleteDirectory(ctx, caller.From(ctx), in.Directory)
	if err != nil {
		return nil, err
	}
	out := &deleteDirectoryOutput{Status: http.StatusOK, Body: api.DirectoryDeletion{
		ID: string(d.ID), Left: d.Left, State: "deleted", Warnings: wireEach(d.Warnings, Warning.wire),
	}}
	if d.Left > 0 {
		out.Status, out.Body.State = http.StatusAccepted, string(Deleting)
	}
	return out, nil
}

func (s *Service) postToken(ctx context.Context, in *createTokenInput) (*createTokenOutput, error) {
	return s.answerToken(ctx, caller.From(ctx), in.Directory, in.Body)
}

// answerToken is the end of every route that makes a token.
func (s *Service) answerToken(ctx context.Context, c caller.Caller, id DirectoryID, in *api.DirectoryTokenInput) (*createTokenOutput, error) {
	expires, err := expiryOf(in)
	if err != nil {
		return nil, err
	}
	text, t, err := s.MakeToken(ctx, c, id, expires)
	if err != nil {
		return nil, err
	}
	return &createTokenOutput{api.DirectoryToken{
		ID: t.ID, Token: text, Hint: t.Hint, CreatedAt: stamp(t.CreatedAt), ExpiresAt: maybeStamp(t.ExpiresAt),
	}}, nil
}

func (s *Service) deleteToken(ctx context.Context, in *tokenInput) (*nothing, error) {
	return nil, s.RevokeToken(ctx, caller.From(ctx), in.Directory, in.Token)
}

func (s *Service) getMapping(ctx context.Context, in *DirectoryInput) (*mappingOutput, error) {
	all, groups, err := s.Mappings(ctx, caller.From(ctx), in.Directory)
	if err != nil {
		return nil, err
	}
	return &mappingOutput{api.DirectoryMapping{Groups: wireEach(groups, PushedGroup.wire), Mapping: wireEach(all, Mapping.wire)}}, nil
}

func (s *Service) putMapping(ctx context.Context, in *putMappingInput) (*mappingOutput, error) {
	all := make([]NewMapping, len(in.Body.Mapping))
	for i, m := range in.Body.Mapping {
		all[i] = NewMapping{Group: m.GroupID, Role: m.Role}
	}
	if err := s.PutMappings(ctx, caller.From(ctx), in.Directory, all); err != nil {
		return nil, err
	}
	return s.getMapping(ctx, &in.DirectoryInput)
}

func (s *Service) getWarnings(ctx context.Context, in *DirectoryInput) (*warningsOutput, error) {
	all, err := s.Warnings(ctx, caller.From(ctx), in.Directory)
	if err != nil {
		return nil, err
	}
	out := &warningsOutput{}
	out.Body.Warnings = wireEach(all, Warning.wire)
	return out, nil
}

func (s *Service) deleteWarning(ctx context.Context, in *warningInput) (*nothing, error) {
	return nil, s.DismissWarning(ctx, caller.From(ctx), in.Directory, in.Warning)
}

func (s *Service) postSelfTest(ctx context.Context, in *DirectoryInput) (*selfTestOutput, error) {
	return s.answerSelfTest(ctx, caller.From(ctx), in.Directory)
}

// answerSelfTest is the end of every route that runs the self-test.
func (s *Service) answerSelfTest(ctx context.Context, c caller.Caller, id DirectoryID) (*selfTestOutput, error) {
	got, err := s.SelfTest(ctx, c, id)
	if err != nil {
		return nil, err
	}
	return &selfTestOutput{api.DirectorySelfTest{Passed: got.Passed, Note: got.Note, Steps: wireEach(got.Steps, Rehearsed.wire)}}, nil
}

// simulated answers for somebody who has arrived, or is supposed.
func (s *Service) simulated(ctx context.Context, c caller.Caller, id DirectoryID, in api.DirectorySimulateInput) (Simulation, error) {
	switch p := in.Suppose; {
	case p == nil && in.User == "":
		return Simulation{}, fault.At(fault.Problem{Pointer: "/user", Message: "must name somebody who has arrived, or suppose must describe somebody"})
	case p == nil:
		return s.Simulate(ctx, c, id, in.User)
	case in.User != "":
		return Simulation{}, fault.At(fault.Problem{Pointer: "/suppose", Message: "must not stand beside user: ask for one of them"})
	default:
		return s.Suppose(ctx, c, id, Supposed{Before: p.NothingNew, CurrentRole: p.CurrentRole, Email: p.Email, Groups: p.Groups, Values: p.Values})
	}
}

func (s *Service) postSimulate(ctx context.Context, in *simulateInput) (*simulateOutput, error) {
	sim, err := s.simulated(ctx, caller.From(ctx), in.Directory, in.Body)
	if err != nil {
		return nil, err
	}
	return &simulateOutput{sim.wire()}, nil
}

func (s *Service) postAdopt(ctx context.Context, in *directoryUserInput) (*nothing, error) {
	_, err := s.Adopt(ctx, caller.From(ctx), in.Directory, in.User)
	return nil, err
}
