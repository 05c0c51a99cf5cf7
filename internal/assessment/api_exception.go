// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"net/http"
	"strings"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/web"
)

// mountExceptions mounts the routes under /v1/exceptions and /v1/exception-settings.
func (s *Service) mountExceptions(server *web.Server) {
	const read, write = caller.ReadTests, caller.WriteTests
	route := func(method, path, id, summary string, p caller.Permission) web.Route {
		return web.Route{Method: method, Path: "/v1/" + path, ID: id, Summary: summary, Permission: p, Class: web.ClassManage, Tag: "Exceptions"}
	}
	list := route("GET", "exceptions", "listExceptions", "List exceptions, the newest first", read)
	list.Own = true
	create := route("POST", "exceptions", "createException", "Leave a record, or all that a condition matches, out of a test", write)
	create.Status = http.StatusCreated
	create.Describe = web.BodyOf[api.ExceptionInput](server)
	get := route("GET", "exceptions/{exceptionId}", "getException", "Get an exception", read)
	get.Owned = "exception"
	end := route("POST", "exceptions/{exceptionId}/end", "endException", "End an exception before its time, or take a request back", write)
	end.Owned = "exception"
	s.mountAttachments(server)
	web.Register(server, list, s.getExceptions)
	web.Register(server, create, s.postException)
	web.Register(server, get, s.getException)
	web.Register(server, end, s.postEndException)
	web.Register(server, route("POST", "exceptions/{exceptionId}/approve", "approveException", "Let an exception count", write), s.postApproveException)
	web.Register(server, route("POST", "exceptions/{exceptionId}/decline", "declineException", "Decline an exception", write), s.postDeclineException)
	web.Register(server, route("GET", "exception-settings", "getExceptionSettings", "What exceptions go by", read), s.getExceptionSettings)
	web.Register(server, route("PATCH", "exception-settings", "updateExceptionSettings", "Change what exceptions go by", write), s.patchExceptionSettings)
}

type exceptionsInput struct {
	web.PageInput
	Status string `enum:"PENDING,APPROVED,DECLINED,ENDED" query:"status"`
	Test   string `doc:"Id or slug of a test." query:"testId"`
}

type (
	exceptionsOutput struct{ Body web.Page[api.Exception] }
	exceptionOutput  struct{ Body api.Exception }

	// ExceptionInput names an exception. It is exported because huma reads it only then.
	ExceptionInput struct {
		Exception string `path:"exceptionId"`
	}
	decisionInput struct {
		ExceptionInput
		Body *api.ExceptionDecision
	}
	exceptionSettingsBody struct{ Body api.ExceptionSettings }
)

func (d *decisionInput) comment() string {
	if d.Body == nil {
		return ""
	}
	return d.Body.Comment
}

func (s *Service) getExceptions(ctx context.Context, in *exceptionsInput) (*exceptionsOutput, error) {
	after, err := web.DecodeCursor(in.PageCursor, 1)
	if err != nil {
		return nil, err
	}
	c := caller.From(ctx)
	q := ExceptionQuery{Limit: in.Size(), State: ExceptionState(strings.ToLower(in.Status)), Test: in.Test}
	if after != nil {
		q.After = after[0]
	}
	if c.Check(caller.ReadTests) != nil { // let in as somebody who may own
		q.Owner = c.ID
	}
	list, more, err := s.Exceptions(ctx, c, q)
	if err != nil {
		return nil, err
	}
	page := make([]api.Exception, len(list))
	for i, x := range list {
		if page[i], err = s.wireException(ctx, x); err != nil {
			return nil, err
		}
	}
	cursor := func(x api.Exception) string { return web.EncodeCursor(x.ID) }
	return &exceptionsOutput{web.NewPage(page, cursor, more, after != nil)}, nil
}

func (s *Service) answerException(ctx context.Context, x Exception, err error) (*exceptionOutput, error) {
	if err != nil {
		return nil, err
	}
	body, err := s.wireException(ctx, x)
	return &exceptionOutput{body}, err
}

func (s *Service) postException(ctx context.Context, in *FormInput) (*exceptionOutput, error) {
	x, err := s.CreateException(ctx, caller.From(ctx), in.Body)
	return s.answerException(ctx, x, err)
}

func (s *Service) getException(ctx context.Context, in *ExceptionInput) (*exceptionOutput, error) {
	x, err := s.Exception(ctx, caller.From(ctx), in.Exception)
	return s.answerException(ctx, x, err)
}

func (s *Service) postEndException(ctx context.Context, in *ExceptionInput) (*exceptionOutput, error) {
	x, err := s.EndException(ctx, caller.From(ctx), in.Exception)
	return s.answerException(ctx, x, err)
}

func (s *Service) postApproveException(ctx context.Context, in *decisionInput) (*exceptionOutput, error) {
	x, err := s.ApproveException(ctx, caller.From(ctx), in.Exception, in.comment())
	return s.answerException(ctx, x, err)
}

func (s *Service) postDeclineException(ctx context.Context, in *decisionInput) (*exceptionOutput, error) {
	x, err := s.DeclineException(ctx, caller.From(ctx), in.Exception, in.comment())
	return s.answerException(ctx, x, err)
}

func (s *Service) getExceptionSettings(ctx context.Context, _ *struct{}) (*exceptionSettingsBody, error) {
	set, err := s.ExceptionSettings(ctx, caller.From(ctx))
	return &exceptionSettingsBody{api.ExceptionSettings{Approval: string(set.Approval)}}, err
}

func (s *Service) patchExceptionSettings(ctx context.Context, in *exceptionSettingsBody) (*exceptionSettingsBody, error) {
	set, err := s.ConfigureExceptions(ctx, caller.From(ctx), ExceptionSettings{Approval: Approval(in.Body.Approval)})
	return &exceptionSettingsBody{api.ExceptionSettings{Approval: string(set.Approval)}}, err
}

func (a Actor) wire() *api.Author {
	if a == (Actor{}) {
		return nil
	}
	return &api.Author{Kind: a.Kind, ID: a.ID, Name: a.Name}
}

func (s *Service) wireException(ctx context.Context, x Exception) (a api.Exception, err error) {
	a = api.Exception{
		ID: x.ID, Status: strings.ToUpper(string(x.State)), Test: api.Named{ID: x.Test.PublicID, Name: x.Test.Name}, Reason: x.Reason,
		UntilDate: maybeDate(x.Until), CreatedDate: date(x.CreatedAt), RequestedBy: *x.Actor.wire(),
		DecidedBy: x.DecidedBy.wire(), DecidedDate: maybeDate(x.DecidedAt), EndedBy: x.EndedBy.wire(), EndedDate: maybeDate(x.EndedAt),
	}
	a.File = x.File.wire()
	if x.Decision != "" {
		a.Decision = &x.Decision
	}
	if !x.conditional() {
		a.Entity, a.Fits = &api.NamedEntity{ID: x.Entity, DisplayName: x.Name, UniqueID: x.Unique}, true
		return a, nil
	}
	if a.Condition, err = x.Clause.Condition.MarshalJSON(); err != nil {
		return a, err
	}
	sentence := x.Clause.Condition.Sentence()
	a.Sentence = &sentence
	a.Fits, err = s.Fits(ctx, x)
	return a, err
}
