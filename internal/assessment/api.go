// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/web"
)

// Mount mounts the routes of contract manage-api.md under /v1/tests, and
// Muster's own.
func (s *Service) Mount(server *web.Server) {
	const read, write = caller.ReadTests, caller.WriteTests
	body := formBody(server.API().OpenAPI().Components.Schemas)
	route := func(method, path, id, summary string, p caller.Permission, more web.Route) web.Route {
		more.Method, more.Path, more.ID, more.Summary = method, "/v1/tests"+path, id, summary
		more.Permission, more.Class, more.Tag = p, web.ClassManage, "Tests"
		more.Own = method+path == "GET"
		// A copy may be of another definition, whose records the owner need not see.
		if strings.HasPrefix(path, "/{testId}") && path != "/{testId}/copy" {
			more.Owned = "test"
		}
		return more
	}
	plain, made, taken := web.Route{}, web.Route{Status: http.StatusCreated, Describe: body}, web.Route{Status: http.StatusAccepted}
	web.Register(server, route("POST", "", "createTest", "Create a Custom Test", write, made), s.postTest)
	web.Register(server, route("GET", "", "listTests", "List tests", read, plain), s.getTests)
	web.Register(server, route("POST", "/preview", "previewTest", "Run a draft against the records as they are", read, web.Route{Describe: body}), s.postPreview)
	web.Register(server, route("GET", "/{testId}", "getTest", "Get test by ID", read, plain), s.getTest)
	web.Register(server, route("PATCH", "/{testId}", "updateTest", "Change what a test has beside its versions", write, plain), s.patchTest)
	web.Register(server, route("GET", "/{testId}/versions", "listTestVersions", "List a test's versions", read, plain), s.getVersions)
	web.Register(server, route("POST", "/{testId}/versions", "createTestVersion", "Give a test a new version", write, made), s.postVersion)
	web.Register(server, route("POST", "/{testId}/copy", "copyTest", "Make a new test of this one", write, made), s.postCopy)
	web.Register(server, route("POST", "/{testId}/deactivate", "deactivateTest", "Deactivate a test", write, plain), s.postDeactivate)
	web.Register(server, route("POST", "/{testId}/reactivate", "reactivateTest", "Reactivate a test", write, plain), s.postReactivate)
	web.Register(server, route("POST", "/{testId}/set-owner", "setTestOwner", "Set owner of a test", write, plain), s.postSetOwner)
	web.Register(server, route("GET", "/{testId}/subscribers", "listTestSubscribers", "List who wants to hear of a test", read, plain), s.getSubscribers)
	web.Register(server, route("PUT", "/{testId}/subscribers/{subscriberId}", "subscribeToTest", "Let somebody hear of a test", write, plain), s.putSubscriber)
	web.Register(server, route("DELETE", "/{testId}/subscribers/{subscriberId}", "unsubscribeFromTest", "Take somebody off a test's subscribers", write, web.Route{Status: http.StatusNoContent}), s.deleteSubscriber)
	web.Register(server, route("POST", "/{testId}/run", "runTest", "Judge every record again", write, plain), s.postRun)
	web.Register(server, route("GET", "/{testId}/entities", "listTestEntities", "Get test entities by test ID", read, plain), s.getEntities)
	web.Register(server, route("GET", "/{testId}/entities/{entityId}/explain", "explainTestEntity", "Say why a record has its outcome", read, plain), s.getExplanation)
	web.Register(server, route("POST", "/{testId}/entities/{entityId}/deactivate", "deactivateTestEntity", "Deactivate test entity", write, taken), s.postEntityDeactivate)
	web.Register(server, route("POST", "/{testId}/entities/{entityId}/reactivate", "reactivateTestEntity", "Reactivate test entity", write, taken), s.postEntityReactivate)
	s.mountFailures(server)
	s.mountExceptions(server)
	s.mountHistory(server)
}

// formBody documents the body that draft.go reads member by member.
func formBody(schemas huma.Registry) func(*huma.Operation) {
	return func(op *huma.Operation) {
		schema := schemas.Schema(reflect.TypeFor[api.TestInput](), true, "")
		op.RequestBody = &huma.RequestBody{
			Required: op.OperationID != "copyTest",
			Content:  map[string]*huma.MediaType{"application/json": {Schema: schema}},
		}
	}
}

// What is embedded in an input is exported: huma reads it only then.
type (
	// FormInput has a raw body, so that every problem is named by its place.
	FormInput struct{ Body json.Value }

	// TestInput names a test.
	TestInput struct {
		Test string `doc:"Id or slug." path:"testId"`
	}
	testFormInput struct {
		TestInput
		FormInput
	}
	// EntityInput names a record under a test.
	EntityInput struct {
		TestInput
		Entity string `doc:"Id of the record under the test." path:"entityId"`
	}
	pause struct {
		Reason string    `json:"deactivateReason" maxLength:"10000"`
		Until  *web.Time `json:"deactivateUntilDate,omitempty" nullable:"true"`
	}
	// PauseInput says why something is switched off, and until when.
	PauseInput     struct{ Body pause }
	testPauseInput struct {
		TestInput
		PauseInput
	}
	entityPauseInput struct {
		EntityInput
		PauseInput
	}

	testOutput struct{ Body api.Test }
	nothing    struct{}
)

func (p pause) pause() Pause {
	if p.Until == nil {
		return Pause{Reason: p.Reason}
	}
	until := p.Until.Millis()
	return Pause{Reason: p.Reason, Until: &until}
}

// answer is the end of every route that answers a test.
func (s *Service) answer(ctx context.Context, t Test, err error) (*testOutput, error) {
	if err != nil {
		return nil, err
	}
	body, err := s.Wire(ctx, t)
	if err != nil {
		return nil, err
	}
	return &testOutput{body[0]}, nil
}

func (s *Service) postTest(ctx context.Context, in *FormInput) (*testOutput, error) {
	t, err := s.Create(ctx, caller.From(ctx), in.Body)
	return s.answer(ctx, t, err)
}

func (s *Service) getTest(ctx context.Context, in *TestInput) (*testOutput, error) {
	t, err := s.Get(ctx, caller.From(ctx), in.Test)
	return s.answer(ctx, t, err)
}

func (s *Service) postVersion(ctx context.Context, in *testFormInput) (*testOutput, error) {
	t, err := s.NewVersion(ctx, caller.From(ctx), in.Test, in.Body)
	return s.answer(ctx, t, err)
}

type copyInput struct {
	TestInput
	Body json.Value `required:"false"`
}

func (s *Service) postCopy(ctx context.Context, in *copyInput) (*testOutput, error) {
	if len(in.Body) == 0 {
		in.Body = json.Value("{}")
	}
	t, err := s.Copy(ctx, caller.From(ctx), in.Test, in.Body)
	return s.answer(ctx, t, err)
}

func (s *Service) postDeactivate(ctx context.Context, in *testPauseInput) (*testOutput, error) {
	t, err := s.Deactivate(ctx, caller.From(ctx), in.Test, in.Body.pause())
	return s.answer(ctx, t, err)
}

func (s *Service) postReactivate(ctx context.Context, in *TestInput) (*testOutput, error) {
	t, err := s.Reactivate(ctx, caller.From(ctx), in.Test)
	return s.answer(ctx, t, err)
}

func (s *Service) postSetOwner(ctx context.Context, in *struct {
	TestInput
	Body api.SetOwner
},
) (*testOutput, error) {
	user := ""
	if in.Body.UserID != nil {
		user = *in.Body.UserID
	}
	t, err := s.SetOwner(ctx, caller.From(ctx), in.Test, user)
	return s.answer(ctx, t, err)
}

func (s *Service) postRun(ctx context.Context, in *TestInput) (*testOutput, error) {
	t, err := s.Run(ctx, caller.From(ctx), in.Test)
	return s.answer(ctx, t, err)
}

type testsInput struct {
	web.PageInput
	Category    string `query:"categoryFilter"`
	Control     string `doc:"Id or external id of a control." query:"controlFilter"`
	Framework   string `doc:"Id of a framework." query:"frameworkFilter"`
	Integration string `doc:"Id of an application." query:"integrationFilter"`
	Owner       string `doc:"Id of a user." query:"ownerFilter"`
	Rollout     bool   `query:"isInRollout"`
	Status      string `enum:"OK,DEACTIVATED,NEEDS_ATTENTION,IN_PROGRESS,INVALID,NOT_APPLICABLE" query:"statusFilter"`
}

type testsOutput struct{ Body web.Page[api.Test] }

func (s *Service) getTests(ctx context.Context, in *testsInput) (*testsOutput, error) {
	after, err := web.DecodeCursor(in.PageCursor, 1)
	if err != nil {
		return nil, err
	}
	q := TestQuery{
		Application: in.Integration, Filter: TestFilter{Control: in.Control, Framework: in.Framework}, Limit: in.Size(), Status: Status(in.Status),
		Nothing: in.Rollout, Owner: in.Owner,
	}
	if c := caller.From(ctx); c.Check(caller.ReadTests) != nil { // let in as somebody who may own
		q.Nothing = q.Nothing || q.Owner != "" && q.Owner != c.ID
		q.Owner = c.ID
	}
	if in.Category != "" {
		var ok bool
		if q.Category, ok = parseCategory(in.Category); !ok {
			return nil, web.InQuery("categoryFilter", "must be a category of tests, such as ACCOUNTS_ACCESS")
		}
	}
	if after != nil {
		q.After = after[0]
	}
	tests, more, err := s.List(ctx, caller.From(ctx), q)
	if err != nil {
		return nil, err
	}
	page, err := s.Wire(ctx, tests...)
	if err != nil {
		return nil, err
	}
	ids := map[string]string{} // lists go by ids, which built-in tests don't show
	for i, t := range tests {
		ids[page[i].ID] = t.ID
	}
	cursor := func(t api.Test) string { return web.EncodeCursor(ids[t.ID]) }
	return &testsOutput{web.NewPage(page, cursor, more, after != nil)}, nil
}

type versionsInput struct {
	TestInput
	web.PageInput
}

type versionsOutput struct{ Body web.Page[api.TestVersion] }

func (s *Service) getVersions(ctx context.Context, in *versionsInput) (*versionsOutput, error) {
	after, err := numberCursor(in.PageCursor)
	if err != nil {
		return nil, err
	}
	list, more, err := s.Versions(ctx, caller.From(ctx), in.Test, after, in.Size())
	if err != nil {
		return nil, err
	}
	page := make([]api.TestVersion, len(list))
	for i, v := range list {
		if page[i], err = v.wire(); err != nil {
			return nil, err
		}
	}
	return &versionsOutput{web.NewPage(page, versionCursor, more, after > 0)}, nil
}

type previewOutput struct{ Body api.TestPreview }

func (s *Service) postPreview(ctx context.Context, in *FormInput) (*previewOutput, error) {
	p, err := s.Preview(ctx, caller.From(ctx), in.Body)
	if err != nil {
		return nil, err
	}
	return &previewOutput{p.wire()}, nil
}

type entitiesInput struct {
	TestInput
	web.PageInput
	Status string `doc:"FAILING when absent." enum:"FAILING,DEACTIVATED,PASSING,IN_PROGRESS,OUT_OF_SCOPE" query:"entityStatus"`
}

type entitiesOutput struct{ Body web.Page[api.Entity] }

func (s *Service) getEntities(ctx context.Context, in *entitiesInput) (*entitiesOutput, error) {
	after, err := web.DecodeCursor(in.PageCursor, 1)
	if err != nil {
		return nil, err
	}
	q := EntityQuery{Limit: in.Size(), Outcome: Failing}
	if after != nil {
		q.After = after[0]
	}
	if in.Status != "" {
		if q.Outcome, err = ParseOutcome(in.Status); err != nil {
			return nil, web.InQuery("entityStatus", "%v", err)
		}
	}
	found, err := s.Entities(ctx, caller.From(ctx), in.Test, q)
	if err != nil {
		return nil, err
	}
	page := found.Wire()
	cursor := func(e api.Entity) string { return web.EncodeCursor(e.ID) }
	return &entitiesOutput{web.NewPage(page, cursor, found.More, after != nil)}, nil
}

type explanationOutput struct{ Body api.TestExplanation }

func (s *Service) getExplanation(ctx context.Context, in *EntityInput) (*explanationOutput, error) {
	x, err := s.Explain(ctx, caller.From(ctx), in.Test, in.Entity)
	if err != nil {
		return nil, err
	}
	return &explanationOutput{x.wire()}, nil
}

func (s *Service) postEntityDeactivate(ctx context.Context, in *entityPauseInput) (*nothing, error) {
	return nil, s.DeactivateEntity(ctx, caller.From(ctx), in.Test, in.Entity, in.Body.pause())
}

func (s *Service) postEntityReactivate(ctx context.Context, in *EntityInput) (*nothing, error) {
	return nil, s.ReactivateEntity(ctx, caller.From(ctx), in.Test, in.Entity)
}
