// SPDX-License-Identifier: Apache-2.0

package review

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/account"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/sheet"
	"github.com/passmuster/muster/internal/web"
)

// Mount mounts the routes under /v1/access-reviews. Reviewers get through to those
// that are theirs without the permission.
func (s *Service) Mount(server *web.Server) {
	const read, write = caller.ReadReviews, caller.WriteReviews
	route := func(method, path, id, summary string, p caller.Permission) web.Route {
		return web.Route{Method: method, Path: "/v1/access-reviews" + path, ID: id, Summary: summary, Tag: "Access reviews", Permission: p, Class: web.ClassManage}
	}
	theirs := func(r web.Route) web.Route { r.Owned = "access-review"; return r }
	list, made, gone, report := route("GET", "", "listAccessReviews", "List access reviews", read), route("POST", "", "createAccessReview", "Draft an access review", write),
		route("DELETE", "/{reviewId}", "deleteAccessReview", "Delete a draft", write),
		theirs(route("GET", "/{reviewId}/report", "reportAccessReview", "The review and its accounts as JSON, CSV or XLSX", read))
	list.Own, made.Status, gone.Status, report.Describe = true, http.StatusCreated, http.StatusNoContent, describeReport
	web.Register(server, list, s.getReviews)
	web.Register(server, made, s.postReview)
	web.Register(server, theirs(route("GET", "/{reviewId}", "getAccessReview", "Get access review by ID", read)), s.getReview)
	web.Register(server, route("PATCH", "/{reviewId}", "editAccessReview", "Change an access review", write), s.patchReview)
	web.Register(server, gone, s.deleteReview)
	web.Register(server, route("POST", "/{reviewId}/start", "startAccessReview", "Freeze the list of accounts", write), s.postStart)
	web.Register(server, route("POST", "/{reviewId}/complete", "completeAccessReview", "Complete an access review", write), s.postComplete)
	web.Register(server, route("POST", "/{reviewId}/cancel", "cancelAccessReview", "Cancel an access review", write), s.postCancel)
	web.Register(server, theirs(route("GET", "/{reviewId}/accounts", "listAccessReviewAccounts", "List the accounts of a review", read)), s.getItems)
	web.Register(server, theirs(route("POST", "/{reviewId}/decide", "decideAccessReview", "Keep accounts, or have them removed", write)), s.postDecide)
	web.Register(server, report, s.getReport)
}

type reviewsInput struct {
	web.PageInput
	States []string `doc:"DRAFT, IN_PROGRESS, COMPLETED, CANCELLED." query:"statusMatchesAny,explode"`
}

// split splits a repeated parameter, whose values may be joined by commas too.
func split(values []string) (list []string) {
	for _, value := range strings.Split(strings.Join(values, ","), ",") {
		if value = strings.TrimSpace(value); value != "" {
			list = append(list, value)
		}
	}
	return list
}

func (in *reviewsInput) query() (q Query, err error) {
	q.Limit = in.Size()
	for _, word := range split(in.States) {
		state, ok := stateWords[word]
		if !ok {
			return q, web.InQuery("statusMatchesAny", "must be of [DRAFT IN_PROGRESS COMPLETED CANCELLED]")
		}
		q.States = append(q.States, state)
	}
	parts, err := web.DecodeCursor(in.PageCursor, 1)
	if err != nil || parts == nil {
		return q, err
	}
	if !db.ValidID(parts[0]) {
		return q, web.InQuery("pageCursor", "must be a cursor of an earlier answer of this list")
	}
	q.After = ID(parts[0])
	return q, nil
}

type reviewsOutput struct{ Body web.Page[api.AccessReview] }

func (s *Service) getReviews(ctx context.Context, in *reviewsInput) (*reviewsOutput, error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	list, more, err := s.List(ctx, caller.From(ctx), q)
	if err != nil {
		return nil, err
	}
	page := make([]api.AccessReview, len(list))
	for i, r := range list {
		page[i] = r.wire()
	}
	cursor := func(r api.AccessReview) string { return web.EncodeCursor(r.ID) }
	return &reviewsOutput{web.NewPage(page, cursor, more, q.After != "")}, nil
}

// Input names a review.
type Input struct {
	Review string `path:"reviewId"`
}

type reviewOutput struct{ Body api.AccessReview }

func answer(r Review, err error) (*reviewOutput, error) {
	if err != nil {
		return nil, err
	}
	return &reviewOutput{r.wire()}, nil
}

func (s *Service) getReview(ctx context.Context, in *Input) (*reviewOutput, error) {
	return answer(s.Get(ctx, caller.From(ctx), ID(in.Review)))
}

type reviewForm struct {
	Description *string       `json:"description,omitempty"`
	DueDate     *web.Time     `json:"dueDate,omitempty"`
	Name        *string       `json:"name,omitempty"`
	Systems     *[]systemForm `doc:"All of them." json:"systems,omitempty"`
}

type systemForm struct {
	Resource string `doc:"A resource of the base type UserAccount." json:"resourceId"`
	Reviewer string `doc:"Id or e-mail of the user who decides on its accounts." json:"reviewerId"`
}

func (f reviewForm) form() Form {
	out := Form{Description: f.Description, Name: f.Name}
	if f.DueDate != nil {
		at := db.Time(f.DueDate.Millis())
		due := &at
		out.DueAt = &due
	}
	if f.Systems != nil {
		list := make([]SystemForm, len(*f.Systems))
		for i, s := range *f.Systems {
			list[i] = SystemForm{Resource: resource.ID(s.Resource), Reviewer: s.Reviewer}
		}
		out.Systems = &list
	}
	return out
}

type createInput struct{ Body reviewForm }

func (s *Service) postReview(ctx context.Context, in *createInput) (*reviewOutput, error) {
	return answer(s.Create(ctx, caller.From(ctx), in.Body.form()))
}

type patchInput struct {
	Input
	Body reviewForm
}

func (s *Service) patchReview(ctx context.Context, in *patchInput) (*reviewOutput, error) {
	return answer(s.Edit(ctx, caller.From(ctx), ID(in.Review), in.Body.form()))
}

type nothing struct{}

func (s *Service) deleteReview(ctx context.Context, in *Input) (*nothing, error) {
	return nil, s.Delete(ctx, caller.From(ctx), ID(in.Review))
}

func (s *Service) postStart(ctx context.Context, in *Input) (*reviewOutput, error) {
	return answer(s.Start(ctx, caller.From(ctx), ID(in.Review)))
}

func (s *Service) postComplete(ctx context.Context, in *Input) (*reviewOutput, error) {
	return answer(s.Complete(ctx, caller.From(ctx), ID(in.Review)))
}

type cancelInput struct {
	Input
	Body struct {
		Reason string `json:"reason" maxLength:"2000" minLength:"1"`
	}
}

func (s *Service) postCancel(ctx context.Context, in *cancelInput) (*reviewOutput, error) {
	return answer(s.Cancel(ctx, caller.From(ctx), ID(in.Review), in.Body.Reason))
}

type itemsInput struct {
	Input
	web.PageInput
	States  []string `doc:"PENDING, KEPT, TO_BE_REMOVED, REMOVED, GONE." query:"statusMatchesAny,explode"`
	Systems []string `doc:"Of one of these resources." query:"resourceId,explode"`
}

func (in *itemsInput) query() (q ItemQuery, err error) {
	q.Limit = in.Size()
	for _, word := range split(in.States) {
		i := slices.Index(itemWords, word)
		if i < 0 {
			return q, web.InQuery("statusMatchesAny", "must be of %v", itemWords)
		}
		q.States = append(q.States, ItemState(i))
	}
	for _, id := range split(in.Systems) {
		q.System = append(q.System, resource.ID(id))
	}
	parts, err := web.DecodeCursor(in.PageCursor, 1)
	if err != nil || parts == nil {
		return q, err
	}
	if q.After, err = strconv.ParseInt(parts[0], 10, 64); err != nil {
		return q, web.InQuery("pageCursor", "must be a cursor of an earlier answer of this list")
	}
	return q, nil
}

type itemsOutput struct {
	Body web.Page[api.AccessReviewAccount]
}

func (s *Service) getItems(ctx context.Context, in *itemsInput) (*itemsOutput, error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	r, list, more, err := s.Items(ctx, caller.From(ctx), ID(in.Review), q)
	if err != nil {
		return nil, err
	}
	page, numbers, now := make([]api.AccessReviewAccount, len(list)), map[string]int64{}, s.Now()
	for i, item := range list {
		page[i], numbers[string(item.Account)] = item.wire(r, now), item.Number
	}
	cursor := func(a api.AccessReviewAccount) string {
		return web.EncodeCursor(strconv.FormatInt(numbers[a.AccountID], 10))
	}
	return &itemsOutput{web.NewPage(page, cursor, more, q.After != 0)}, nil
}

type decideInput struct {
	Input
	Body struct {
		Updates []decisionForm `json:"updates" maxItems:"100"`
	}
}

type decisionForm struct {
	Account  string    `json:"accountId"`
	Again    bool      `doc:"Over a decision that was made before." json:"again,omitempty"`
	Decision string    `enum:"KEEP,REMOVE" json:"decision"`
	DueDate  *web.Time `doc:"When it is to be removed; by the SLA account-access-revocation otherwise." json:"removeByDate,omitempty"`
	Reason   string    `doc:"Needed for an account of one's own." json:"reason,omitempty"`
}

type bulkOutput struct{ Body api.BulkResponse }

// postDecide decides one by one: what is refused for one leaves the others.
func (s *Service) postDecide(ctx context.Context, in *decideInput) (*bulkOutput, error) {
	if _, err := s.Get(ctx, caller.From(ctx), ID(in.Review)); err != nil {
		return nil, err
	}
	out := &bulkOutput{Body: api.BulkResponse{Results: make([]api.BulkResult, len(in.Body.Updates))}}
	for i, u := range in.Body.Updates {
		d := Decision{Account: account.ID(u.Account), Again: u.Again, Reason: u.Reason, Remove: u.Decision == "REMOVE"}
		if u.DueDate != nil {
			at := db.Time(u.DueDate.Millis())
			d.DueAt = &at
		}
		line := api.BulkResult{ID: web.Shorten(u.Account), Status: "SUCCESS"}
		switch err := s.Decide(ctx, caller.From(ctx), ID(in.Review), d); {
		case err == nil:
		case fault.KindOf(err) == fault.Internal:
			return nil, err
		case fault.KindOf(err) == fault.NotFound:
			line.Status, line.Message = "NOT_FOUND", err.Error()
		default:
			line.Status, line.Message = "ERROR", err.Error()
		}
		out.Body.Results[i] = line
	}
	return out, nil
}

type reportInput struct {
	Input
	Format string `default:"json" enum:"json,csv,xlsx" query:"format"`
}

type reportOutput struct {
	Disposition string `header:"Content-Disposition"`
	Body        func(huma.Context)
}

func describeReport(op *huma.Operation) {
	text := &huma.Schema{Type: huma.TypeString}
	op.Responses["200"].Content = map[string]*huma.MediaType{
		"application/json": {Schema: &huma.Schema{Type: huma.TypeObject}}, "text/csv": {Schema: text},
		sheet.XLSX.MediaType(): {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
	}
}

func (s *Service) getReport(ctx context.Context, in *reportInput) (*reportOutput, error) {
	c, id := caller.From(ctx), ID(in.Review)
	if _, err := s.Get(ctx, c, id); err != nil {
		return nil, err
	}
	out := &reportOutput{Disposition: `attachment; filename="access-review.` + in.Format + `"`}
	if in.Format == "json" {
		out.Body = web.StreamBody(http.StatusOK, "application/json", func(w io.Writer) error { return s.Report(ctx, c, id, w) })
		return out, nil
	}
	format := sheet.Format(in.Format)
	out.Body = web.StreamBody(http.StatusOK, format.MediaType(), func(w io.Writer) error { return s.Table(ctx, c, id, format, w) })
	return out, nil
}
