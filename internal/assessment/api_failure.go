// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"strconv"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/web"
)

// mountFailures mounts the routes under /v1/remediations.
func (s *Service) mountFailures(server *web.Server) {
	route := func(method, path, id, summary string, p caller.Permission) web.Route {
		r := web.Route{Method: method, Path: "/v1/remediations" + path, ID: id, Summary: summary, Permission: p, Class: web.ClassManage, Tag: "Tests"}
		if path != "" {
			r.Owned = "remediation"
		}
		r.Own = path == ""
		return r
	}
	web.Register(server, route("GET", "", "listRemediations", "List failures with a deadline: open ones by due time, others by when they ended", caller.ReadTests), s.getFailures)
	web.Register(server, route("GET", "/{remediationId}", "getRemediation", "Get a failure with its deadline", caller.ReadTests), s.getFailure)
	web.Register(server, route("POST", "/{remediationId}/acknowledge", "acknowledgeRemediation", "Say something about a due time that was missed", caller.WriteTests), s.postAcknowledge)
}

type failuresInput struct {
	web.PageInput
	Status string `doc:"open when absent, which has the overdue ones too; ended has within, missed and excepted." enum:"open,overdue,ended,within,missed,excepted" query:"status"`
	Test   string `doc:"Id or slug of a test." query:"testId"`
}

type failuresOutput struct {
	Body web.Page[api.Remediation]
}

// FailureInput names a failure.
type FailureInput struct {
	Remediation string `path:"remediationId"`
}

type failureOutput struct{ Body api.Remediation }

func (s *Service) getFailures(ctx context.Context, in *failuresInput) (*failuresOutput, error) {
	q := FailureQuery{Limit: in.Size(), State: FailuresOpen, Test: in.Test}
	if in.Status != "" {
		q.State = FailureState(in.Status)
	}
	var err error
	if q.After, err = parsePlace(in.PageCursor); err != nil {
		return nil, err
	}
	c := caller.From(ctx)
	if c.Check(caller.ReadTests) != nil { // let in as somebody who may own
		q.Owner = c.ID
	}
	list, more, err := s.Failures(ctx, c, q)
	if err != nil {
		return nil, err
	}
	page, places := make([]api.Remediation, len(list)), map[string]string{}
	for i := range list {
		page[i] = list[i].wire(db.Millis(s.Now()))
		places[page[i].ID+page[i].Status] = list[i].Place().cursor()
	}
	cursor := func(r api.Remediation) string { return places[r.ID+r.Status] }
	return &failuresOutput{web.NewPage(page, cursor, more, q.After != nil)}, nil
}

func (p FailurePlace) cursor() string {
	text := func(n int64) string { return strconv.FormatInt(n, 10) }
	return web.EncodeCursor(text(p.At), text(p.Test), text(p.Item), text(p.Number))
}

func parsePlace(cursor string) (*FailurePlace, error) {
	parts, err := web.DecodeCursor(cursor, 4)
	if err != nil || parts == nil {
		return nil, err
	}
	var p FailurePlace
	for i, to := range []*int64{&p.At, &p.Test, &p.Item, &p.Number} {
		if *to, err = strconv.ParseInt(parts[i], 10, 64); err != nil {
			return nil, web.InQuery("pageCursor", "must be a cursor of an earlier answer of this list")
		}
	}
	return &p, nil
}

func (s *Service) answerFailure(f Failure, err error) (*failureOutput, error) {
	if err != nil {
		return nil, err
	}
	return &failureOutput{f.wire(db.Millis(s.Now()))}, nil
}

func (s *Service) getFailure(ctx context.Context, in *FailureInput) (*failureOutput, error) {
	return s.answerFailure(s.Failure(ctx, caller.From(ctx), FailureID(in.Remediation)))
}

func (s *Service) postAcknowledge(ctx context.Context, in *struct {
	FailureInput
	Body api.AcknowledgementInput
},
) (*failureOutput, error) {
	return s.answerFailure(s.AcknowledgeMiss(ctx, caller.From(ctx), FailureID(in.Remediation), in.Body.Comment))
}

// status answers the word of the wire for a failure at an instant.
func (f *Failure) status(now int64) string {
	switch {
	case f.Overdue(now):
		return "OVERDUE"
	case f.EndedAt == 0:
		return "OPEN"
	}
	return map[string]string{ResultExcepted: "EXCEPTED", ResultMissed: "MISSED", ResultWithin: "WITHIN"}[f.Result]
}

func (f *Failure) wire(now int64) api.Remediation {
	r := api.Remediation{
		ID: string(f.ID()), Status: f.status(now), Test: api.Named{ID: f.Test.PublicID, Name: f.Test.Name},
		Entity:       api.NamedEntity{ID: f.Entity, DisplayName: f.Name, UniqueID: f.Unique},
		DetectedDate: date(f.Detected), SLADeadlineDate: date(*f.Due),
	}
	if f.SLA != "" {
		r.SLA = &f.SLA
	}
	if f.EndedAt != 0 {
		r.RemediationDate, r.Ended = maybeDate(&f.EndedAt), &f.Ended
	}
	if f.Miss != nil {
		by := f.Miss.By
		r.Acknowledgement = &api.Acknowledgement{
			Comment: f.Miss.Comment, By: api.Author{Kind: by.Kind, ID: by.ID, Name: by.Name}, Date: date(f.Miss.At),
		}
	}
	return r
}
