// SPDX-License-Identifier: Apache-2.0

package program

import (
	"context"
	"net/http"
	"strings"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/web"
)

// formLimit is how large a file form of a framework may be, in bytes.
const formLimit = 8 << 20

// Mount mounts the routes of contract manage-api.md under /v1/controls and
// /v1/frameworks, and Muster's own.
func (s *Service) Mount(server *web.Server) {
	const read, write = caller.ReadControls, caller.WriteControls
	route := func(method, path, id, summary string, p caller.Permission, more web.Route) web.Route {
		more.Method, more.Path, more.ID, more.Summary = method, "/v1/controls"+path, id, summary
		more.Permission, more.Class, more.Tag = p, web.ClassManage, "Controls"
		return more
	}
	plain, made, gone := web.Route{}, web.Route{Status: http.StatusCreated}, web.Route{Status: http.StatusNoContent}
	made.Describe = web.BodyOf[api.ControlInput](server)
	owned, edit := web.Route{Owned: "control"}, web.Route{Owned: "control", Describe: web.BodyOf[api.ControlEdit](server)}
	web.Register(server, route("POST", "", "createControl", "Create custom control", write, made), s.postControl)
	web.Register(server, route("GET", "", "listControls", "List controls", read, plain), s.getControls)
	web.Register(server, route("POST", "/add-from-library", "addControlFromLibrary", "Add control from the library", write, plain), s.postFromLibrary)
	web.Register(server, route("GET", "/controls-library", "listControlsLibrary", "List controls of the library", read, plain), s.getLibrary)
	web.Register(server, route("GET", "/{controlId}", "getControl", "Get control by an ID", read, owned), s.getControl)
	web.Register(server, route("PATCH", "/{controlId}", "updateControl", "Update a control's metadata", write, edit), s.patchControl)
	web.Register(server, route("DELETE", "/{controlId}", "removeControl", "Remove a control", write, gone), s.deleteControl)
	web.Register(server, route("GET", "/{controlId}/export", "exportControl", "A control as a file", read, owned), s.getControlExport)
	web.Register(server, route("POST", "/{controlId}/set-owner", "setControlOwner", "Set owner of a control", write, plain), s.postSetOwner)
	web.Register(server, route("POST", "/{controlId}/add-test-to-control", "addTestToControl", "Add control to test mapping", write, plain), s.postTest)
	web.Register(server, route("GET", "/{controlId}/tests", "listControlTests", "List a control's tests", caller.ReadTests, plain), s.getTests)
	web.Register(server, route("DELETE", "/{controlId}/tests/{testId}", "removeTestFromControl", "Remove control from test mapping", write, gone), s.deleteTest)
	s.mountFrameworks(server)
	s.mountBreaches(server)
	s.mountDocuments(server)
	s.mountWeaknesses(server)
}

// What is embedded in an input is exported: huma reads it only then.
type (
	// ControlRef names a control.
	ControlRef struct {
		Control string `doc:"Id or external id." path:"controlId"`
	}
	// FormInput has a raw body, so that every problem is named by its place.
	FormInput struct{ Body json.Value }

	controlOutput struct{ Body api.Control }
	controlsPage  struct{ Body web.Page[api.Control] }
	nothing       struct{}
)

// answer is the end of every route that answers a control.
func (s *Service) answer(ctx context.Context, control Control, err error) (*controlOutput, error) {
	if err != nil {
		return nil, err
	}
	list, err := s.Stands(ctx, caller.From(ctx), control)
	if err != nil {
		return nil, err
	}
	body, err := s.wireControls(ctx, list)
	if err != nil {
		return nil, err
	}
	return &controlOutput{body[0]}, nil
}

func (s *Service) postControl(ctx context.Context, in *FormInput) (*controlOutput, error) {
	control, err := s.Create(ctx, caller.From(ctx), in.Body)
	return s.answer(ctx, control, err)
}

type controlsInput struct {
	web.PageInput
	Frameworks []string `doc:"Ids of frameworks, or the manage API's spellings." query:"frameworkMatchesAny,explode"`
}

func (s *Service) getControls(ctx context.Context, in *controlsInput) (*controlsPage, error) {
	after, err := web.DecodeCursor(in.PageCursor, 1)
	if err != nil {
		return nil, err
	}
	q := ControlQuery{Frameworks: split(in.Frameworks), Limit: in.Size()}
	if after != nil {
		q.After = after[0]
	}
	list, more, err := s.List(ctx, caller.From(ctx), q)
	return s.controlsPage(ctx, list, more, after != nil, err)
}

// split takes repeated and comma-joined values alike.
func split(values []string) (list []string) {
	for _, value := range values {
		for one := range strings.SplitSeq(value, ",") {
			if one = strings.TrimSpace(one); one != "" {
				list = append(list, one)
			}
		}
	}
	return list
}

func (s *Service) controlsPage(ctx context.Context, list []Counted, more, later bool, err error) (*controlsPage, error) {
	if err != nil {
		return nil, err
	}
	page, err := s.wireControls(ctx, list)
	if err != nil {
		return nil, err
	}
	cursor := func(a api.Control) string { return web.EncodeCursor(a.ID) }
	return &controlsPage{web.NewPage(page, cursor, more, later)}, nil
}

func (s *Service) postFromLibrary(ctx context.Context, in *struct{ Body api.LibraryControl }) (*controlOutput, error) {
	control, err := s.AddFromLibrary(ctx, caller.From(ctx), in.Body.ControlID)
	return s.answer(ctx, control, err)
}

func (s *Service) getLibrary(_ context.Context, in *struct{ web.PageInput }) (*controlsPage, error) {
	from, err := in.After()
	if err != nil {
		return nil, err
	}
	list, more, err := s.Library(from, in.Size())
	if err != nil {
		return nil, err
	}
	page := make([]api.Control, len(list))
	for i, e := range list {
		page[i] = e.wire()
	}
	cursor := func(a api.Control) string { return web.EncodeCursor(a.ID) }
	return &controlsPage{web.NewPage(page, cursor, more, from != "")}, nil
}

func (s *Service) getControl(ctx context.Context, in *ControlRef) (*struct{ Body api.ControlDetail }, error) {
	d, err := s.GetDetail(ctx, caller.From(ctx), in.Control)
	if err != nil {
		return nil, err
	}
	body, err := s.wireDetail(ctx, d)
	return &struct{ Body api.ControlDetail }{body}, err
}

func (s *Service) patchControl(ctx context.Context, in *struct {
	ControlRef
	FormInput
},
) (*controlOutput, error) {
	control, err := s.Edit(ctx, caller.From(ctx), in.Control, in.Body)
	return s.answer(ctx, control, err)
}

func (s *Service) deleteControl(ctx context.Context, in *ControlRef) (*nothing, error) {
	return nil, s.Delete(ctx, caller.From(ctx), in.Control)
}

func (s *Service) getControlExport(ctx context.Context, in *ControlRef) (*struct{ Body api.ControlFile }, error) {
	file, err := s.ExportControl(ctx, caller.From(ctx), in.Control)
	return &struct{ Body api.ControlFile }{file}, err
}

func (s *Service) postSetOwner(ctx context.Context, in *struct {
	ControlRef
	Body api.SetOwner
},
) (*controlOutput, error) {
	user := ""
	if in.Body.UserID != nil {
		user = *in.Body.UserID
	}
	control, err := s.SetOwner(ctx, caller.From(ctx), in.Control, user)
	return s.answer(ctx, control, err)
}

func (s *Service) postTest(ctx context.Context, in *struct {
	ControlRef
	Body api.TestID
},
) (*struct{ Body api.TestAndControl }, error) {
	control, test, err := s.AddTest(ctx, caller.From(ctx), in.Control, in.Body.TestID)
	if err != nil {
		return nil, err
	}
	out, err := s.answer(ctx, control, nil)
	if err != nil {
		return nil, err
	}
	tests, err := s.Tests.Wire(ctx, test)
	if err != nil {
		return nil, err
	}
	return &struct{ Body api.TestAndControl }{api.TestAndControl{Control: out.Body, Test: tests[0]}}, nil
}

type controlTestsInput struct {
	ControlRef
	web.PageInput
}

func (s *Service) getTests(ctx context.Context, in *controlTestsInput) (*struct{ Body web.Page[api.Test] }, error) {
	from, err := in.After()
	if err != nil {
		return nil, err
	}
	list, more, err := s.TestsOf(ctx, caller.From(ctx), in.Control, from, in.Size())
	if err != nil {
		return nil, err
	}
	page, err := s.Tests.Wire(ctx, list...)
	if err != nil {
		return nil, err
	}
	cursor := func(a api.Test) string { return web.EncodeCursor(a.ID) }
	return &struct{ Body web.Page[api.Test] }{web.NewPage(page, cursor, more, from != "")}, nil
}

func (s *Service) deleteTest(ctx context.Context, in *struct {
	ControlRef
	assessment.TestInput
},
) (*nothing, error) {
	return nil, s.RemoveTest(ctx, caller.From(ctx), in.Control, in.Test)
}
