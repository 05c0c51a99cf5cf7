// SPDX-License-Identifier: Apache-2.0

package program

import (
	"context"
	"net/http"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/web"
)

func (s *Service) mountFrameworks(server *web.Server) {
	const read, write = caller.ReadControls, caller.WriteControls
	route := func(method, path, id, summary string, p caller.Permission, more web.Route) web.Route {
		more.Method, more.Path, more.ID, more.Summary = method, "/v1/frameworks"+path, id, summary
		more.Permission, more.Class, more.Tag = p, web.ClassManage, "Frameworks"
		return more
	}
	plain, gone := web.Route{}, web.Route{Status: http.StatusNoContent}
	form := web.Route{BodyLimit: formLimit, Describe: web.BodyOf[api.FrameworkFile](server)}
	made := form
	made.Status = http.StatusCreated
	web.Register(server, route("GET", "", "listFrameworks", "List available frameworks", read, plain), s.getFrameworks)
	web.Register(server, route("POST", "", "createFramework", "Create a framework of one's own", write, made), s.postFramework)
	web.Register(server, route("GET", "/library", "listFrameworksLibrary", "List frameworks that Muster brings along", read, plain), s.getCatalogue)
	web.Register(server, route("POST", "/add-from-library", "addFrameworkFromLibrary", "Use a framework that Muster brings along", write, plain), s.postFrameworkFromLibrary)
	web.Register(server, route("GET", "/{frameworkId}", "getFramework", "Get framework by ID", read, plain), s.getFramework)
	web.Register(server, route("PUT", "/{frameworkId}", "replaceFramework", "Make a framework of one's own be as a file says", write, form), s.putFramework)
	web.Register(server, route("DELETE", "/{frameworkId}", "removeFramework", "Stop using a framework", write, gone), s.deleteFramework)
	web.Register(server, route("GET", "/{frameworkId}/controls", "listFrameworkControls", "List a framework's controls", read, plain), s.getFrameworkControls)
	web.Register(server, route("GET", "/{frameworkId}/export", "exportFramework", "A framework as a file", read, plain), s.getFrameworkExport)
	web.Register(server, route("GET", "/{frameworkId}/gaps", "getFrameworkGaps", "What is missing until a framework is met", read, plain), s.getGaps)
	web.Register(server, route("GET", "/{frameworkId}/scope", "getFrameworkScope", "The scope that decides what counts for a framework", read, plain), s.getScope)
	web.Register(server, route("PUT", "/{frameworkId}/scope", "bindFrameworkToScope", "Let a scope decide what counts for a framework", write, plain), s.putScope)
	const requirement = "/{frameworkId}/requirements/{requirementId}"
	web.Register(server, route("GET", requirement, "getRequirement", "A requirement with what is done about it", read, plain), s.getRequirement)
	web.Register(server, route("POST", requirement+"/controls", "mapControlToRequirement", "Let a control help to meet a requirement", write, plain), s.postRequirementControl)
	web.Register(server, route("DELETE", requirement+"/controls/{controlId}", "unmapControlFromRequirement", "Take a control from a requirement", write, gone), s.deleteRequirementControl)
	web.Register(server, route("GET", requirement+"/failures", "listRequirementFailures", "Records that break a requirement", caller.ReadTests, plain), s.getFailures)
}

// mountBreaches mounts the ways from a record or a test to requirements.
func (s *Service) mountBreaches(server *web.Server) {
	route := web.Route{
		Class: web.ClassManage, ID: "listTestRequirements", Method: http.MethodGet, Owned: "test", Path: "/v1/tests/{testId}/requirements",
		Permission: caller.ReadTests, Summary: "Requirements that a test is evidence for", Tag: "Tests",
	}
	web.Register(server, route, s.getTestRequirements)
	route.ID, route.Path, route.Summary, route.Owned = "listEntityRequirements", "/v1/entities/{entityId}/requirements", "Requirements that a record breaks", ""
	web.Register(server, route, s.getEntityRequirements)
}

type (
	// FrameworkRef names a framework.
	FrameworkRef struct {
		Framework string `doc:"Id, or the manage API's spelling such as SOC_2." path:"frameworkId"`
	}
	// RequirementRef names a requirement of a framework.
	RequirementRef struct {
		FrameworkRef
		Requirement string `doc:"Its reference, such as CC6.1." path:"requirementId"`
	}
	frameworkOutput struct{ Body api.FrameworkDetail }
)

func (d *FrameworkDetail) answer(err error) (*frameworkOutput, error) {
	if err != nil {
		return nil, err
	}
	return &frameworkOutput{d.wire()}, nil
}

func (s *Service) getFrameworks(ctx context.Context, in *struct{ web.PageInput }) (*struct{ Body web.Page[api.Framework] }, error) {
	from, err := in.After()
	if err != nil {
		return nil, err
	}
	list, more, err := s.Frameworks(ctx, caller.From(ctx), from, in.Size())
	if err != nil {
		return nil, err
	}
	page := make([]api.Framework, len(list))
	for i, f := range list {
		page[i] = f.wire()
	}
	cursor := func(a api.Framework) string { return web.EncodeCursor(a.ID) }
	return &struct{ Body web.Page[api.Framework] }{web.NewPage(page, cursor, more, from != "")}, nil
}

func (s *Service) postFramework(ctx context.Context, in *FormInput) (*frameworkOutput, error) {
	d, err := s.CreateFramework(ctx, caller.From(ctx), in.Body)
	return d.answer(err)
}

func (s *Service) getCatalogue(ctx context.Context, _ *struct{}) (*struct{ Body []api.FrameworkEntry }, error) {
	list, err := s.Catalogue(ctx, caller.From(ctx))
	if err != nil {
		return nil, err
	}
	body := make([]api.FrameworkEntry, len(list))
	for i, f := range list {
		body[i] = f.wire()
	}
	return &struct{ Body []api.FrameworkEntry }{body}, nil
}

func (s *Service) postFrameworkFromLibrary(ctx context.Context, in *struct{ Body api.LibraryFramework }) (*frameworkOutput, error) {
	d, err := s.AddFramework(ctx, caller.From(ctx), in.Body.FrameworkID)
	return d.answer(err)
}

func (s *Service) getFramework(ctx context.Context, in *FrameworkRef) (*frameworkOutput, error) {
	d, err := s.GetFramework(ctx, caller.From(ctx), in.Framework)
	return d.answer(err)
}

func (s *Service) putFramework(ctx context.Context, in *struct {
	FrameworkRef
	FormInput
},
) (*frameworkOutput, error) {
	d, err := s.ReplaceFramework(ctx, caller.From(ctx), in.Framework, in.Body)
	return d.answer(err)
}

func (s *Service) deleteFramework(ctx context.Context, in *FrameworkRef) (*nothing, error) {
	return nil, s.DeleteFramework(ctx, caller.From(ctx), in.Framework)
}

func (s *Service) getFrameworkControls(ctx context.Context, in *struct {
	FrameworkRef
	web.PageInput
},
) (*controlsPage, error) {
	from, err := in.After()
	if err != nil {
		return nil, err
	}
	list, more, err := s.ControlsOfFramework(ctx, caller.From(ctx), in.Framework, from, in.Size())
	return s.controlsPage(ctx, list, more, from != "", err)
}

func (s *Service) getFrameworkExport(ctx context.Context, in *FrameworkRef) (*struct{ Body api.FrameworkFile }, error) {
	file, err := s.FrameworkFile(ctx, caller.From(ctx), in.Framework)
	return &struct{ Body api.FrameworkFile }{file}, err
}

func (s *Service) getGaps(ctx context.Context, in *FrameworkRef) (*struct{ Body api.FrameworkGaps }, error) {
	g, err := s.Gaps(ctx, caller.From(ctx), in.Framework)
	if err != nil {
		return nil, err
	}
	return &struct{ Body api.FrameworkGaps }{g.wire()}, nil
}

func (s *Service) getRequirement(ctx context.Context, in *RequirementRef) (*struct{ Body api.RequirementState }, error) {
	r, err := s.GetRequirement(ctx, caller.From(ctx), in.Framework, in.Requirement)
	if err != nil {
		return nil, err
	}
	return &struct{ Body api.RequirementState }{r.wire()}, nil
}

func (s *Service) postRequirementControl(ctx context.Context, in *struct {
	RequirementRef
	Body api.ControlID
},
) (*controlOutput, error) {
	control, err := s.MapRequirement(ctx, caller.From(ctx), in.Framework, in.Requirement, in.Body.ControlID)
	return s.answer(ctx, control, err)
}

func (s *Service) deleteRequirementControl(ctx context.Context, in *struct {
	RequirementRef
	ControlRef
},
) (*nothing, error) {
	return nil, s.UnmapRequirement(ctx, caller.From(ctx), in.Framework, in.Requirement, in.Control)
}

type failuresInput struct {
	RequirementRef
	web.PageInput
}

func (s *Service) getFailures(ctx context.Context, in *failuresInput) (*struct {
	Body web.Page[api.RequirementFailure]
}, error,
) {
	after, err := web.DecodeCursor(in.PageCursor, 2)
	if err != nil {
		return nil, err
	}
	q := FailureQuery{Limit: in.Size()}
	if after != nil {
		q.AfterTest, q.AfterEntity = after[0], after[1]
	}
	groups, more, err := s.Failures(ctx, caller.From(ctx), in.Framework, in.Requirement, q)
	if err != nil {
		return nil, err
	}
	page := []api.RequirementFailure{}
	for _, g := range groups {
		for _, e := range g.Page.Wire() {
			page = append(page, api.RequirementFailure{Entity: e, Test: wireTest(g.Test)})
		}
	}
	cursor := func(a api.RequirementFailure) string { return web.EncodeCursor(a.Test.ID, a.Entity.ID) }
	return &struct {
		Body web.Page[api.RequirementFailure]
	}{web.NewPage(page, cursor, more, after != nil)}, nil
}

type breachesOutput struct{ Body api.BrokenRequirements }

func (s *Service) getTestRequirements(ctx context.Context, in *assessment.TestInput) (*breachesOutput, error) {
	t, list, err := s.RequirementsOfTest(ctx, caller.From(ctx), in.Test)
	if err != nil {
		return nil, err
	}
	return &breachesOutput{wireBreaches(api.Named{ID: t.ID, Name: t.Document.Name}, list)}, nil
}

func (s *Service) getEntityRequirements(ctx context.Context, in *struct {
	Entity string `doc:"Id of a record, as a test lists it." path:"entityId"`
},
) (*breachesOutput, error) {
	name, list, err := s.RequirementsOfRecord(ctx, caller.From(ctx), in.Entity)
	if err != nil {
		return nil, err
	}
	return &breachesOutput{wireBreaches(api.Named{ID: in.Entity, Name: name}, list)}, nil
}
