// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/web"
)

// Mount mounts the routes of contract manage-api.md under /v1/people and
// /v1/groups, and Muster's own.
func (s *Service) Mount(server *web.Server) {
	const read, write = caller.ReadPeople, caller.WritePeople
	route := func(method, path, id, summary string, p caller.Permission, more web.Route) web.Route {
		more.Method, more.Path, more.ID, more.Summary = method, "/v1/people"+path, id, summary
		more.Permission, more.Class, more.Tag = p, web.ClassManage, "People"
		return more
	}
	plain, made, gone := web.Route{}, web.Route{Status: http.StatusCreated}, web.Route{Status: http.StatusNoContent}
	file := files{server.API().OpenAPI().Components.Schemas}
	web.Register(server, route("GET", "", "listPeople", "List people", read, plain), s.getPeople)
	web.Register(server, route("POST", "", "createPerson", "Create a person", write, made), s.postPerson)
	web.Register(server, route("GET", "/export", "exportPeople", "Everybody as CSV", read, web.Route{Describe: file.export}), s.getExport)
	web.Register(server, route("POST", "/import", "importPeople", "Make people be as a CSV file says", write, web.Route{Accept: []string{csvType}, Describe: file.take}), s.postImport)
	web.Register(server, route("POST", "/mark-as-not-people", "markAsNotPeople", "Mark as not people", write, plain), s.postNotPeople)
	web.Register(server, route("POST", "/mark-as-people", "markAsPeople", "Mark as people", write, plain), s.postPeople)
	web.Register(server, route("POST", "/offboard", "offboardPeople", "Offboard people", write, plain), s.postOffboard)
	web.Register(server, route("GET", "/{personId}", "getPerson", "Get person by ID", read, plain), s.getPerson)
	web.Register(server, route("PATCH", "/{personId}", "updatePerson", "Update person metadata", write, plain), s.patchPerson)
	web.Register(server, route("DELETE", "/{personId}", "deletePerson", "Delete a person made here", write, gone), s.deletePerson)
	web.Register(server, route("POST", "/{personId}/clear-leave", "clearLeave", "Remove leave information", write, plain), s.postClearLeave)
	web.Register(server, route("POST", "/{personId}/set-leave", "setLeave", "Set leave information", write, plain), s.postSetLeave)
	s.mountGroups(server)
}

// What is embedded in an input is exported: huma reads it only then.
type (
	// PersonInput names a person.
	PersonInput struct {
		Person string `path:"personId"`
	}
	personOutput struct{ Body api.Person }
	bulkOutput   struct{ Body api.BulkResponse }
	nothing      struct{}
)

// answer is the end of every route that answers a person.
// answerOf answers what makes an answer of a person.
func (s *Service) answerOf(ctx context.Context) func(Person, error) (*personOutput, error) {
	return func(p Person, err error) (*personOutput, error) {
		if err != nil {
			return nil, err
		}
		list, err := s.shown(ctx, []Person{p})
		if err != nil {
			return nil, err
		}
		return &personOutput{list[0]}, nil
	}
}

// shown answers people as the manage API shows them, with what policies ask of those
// who are here, and how far the departure of those has come who have left.
func (s *Service) shown(ctx context.Context, people []Person) ([]api.Person, error) {
	now, departures := s.instant(), map[PersonID]Departure{}
	if s.Departures != nil {
		var err error
		if departures, err = s.Departures.Departures(ctx, caller.From(ctx).Workspace, people, now); err != nil {
			return nil, err
		}
	}
	asked := map[PersonID][]Asked{}
	if s.Policies != nil {
		var err error
		if asked, err = s.Policies.Asked(ctx, caller.From(ctx).Workspace, people, now); err != nil {
			return nil, err
		}
	}
	list := make([]api.Person, len(people))
	for i, p := range people {
		list[i] = p.wire(now)
		if !p.NotPerson {
			tellAsked(&list[i].TasksSummary, asked[p.ID], p, now)
		}
		if d, leaving := departures[p.ID]; leaving && p.Employment(now).gone() && !p.NotPerson {
			d.tell(&list[i].TasksSummary, now)
		}
	}
	return list, nil
}

func results(list []Result, err error) (*bulkOutput, error) {
	if err != nil {
		return nil, err
	}
	return &bulkOutput{wireResults(list)}, nil
}

// optional is a member that may be absent, or null to take something away.
type optional[T any] struct {
	given bool
	value *T // nil for null
}

// UnmarshalJSON reads the value or null.
func (o *optional[T]) UnmarshalJSON(text []byte) error {
	o.given = true
	return json.Unmarshal(text, &o.value)
}

// Schema documents the value.
func (optional[T]) Schema(r huma.Registry) *huma.Schema {
	schema := *huma.SchemaFromType(r, typeOf[T]())
	schema.Nullable = true
	return &schema
}

// solid is a member that may be absent, but not null, which would say nothing.
type solid[T any] struct{ optional[T] }

// Schema documents the value.
func (solid[T]) Schema(r huma.Registry) *huma.Schema { return r.Schema(typeOf[T](), true, "") }

// check answers a problem for null; pointer is where the member stands.
func (o solid[T]) check(pointer string) []fault.Problem {
	if !o.given || o.value != nil {
		return nil
	}
	return []fault.Problem{{Pointer: pointer, Message: "must not be null: leave it out to keep it as it is"}}
}

// textOf is nil when absent, "" for null.
func textOf(o optional[string]) *string {
	switch {
	case !o.given:
		return nil
	case o.value == nil:
		return new(string)
	}
	return o.value
}

// timeOf is nil when absent, the zero time for null.
func timeOf(o optional[web.Time]) *time.Time {
	switch {
	case !o.given:
		return nil
	case o.value == nil:
		return &time.Time{}
	}
	at := db.Time(o.value.Millis())
	return &at
}

type peopleInput struct {
	web.PageInput
	Employment []string `doc:"In one of these states." query:"employmentStatus,explode"`
	Group      string   `doc:"Members of this group." query:"groupId"`
	NotPerson  bool     `doc:"What is marked as not a person, instead of people." query:"notPerson"`
	Prefix     string   `doc:"Beginning of the e-mail or of a word of the name." query:"q"`
	TaskStatus []string `doc:"With a task of such a status, of the types asked for." query:"taskStatusMatchesAny,explode"`
	TaskType   []string `doc:"With a task of such a type." query:"taskTypeMatchesAny,explode"`
	Tasks      []string `doc:"By the status of all tasks together." query:"tasksSummaryStatusMatchesAny,explode"`
}

// wordsOf splits a repeated parameter, whose values may be joined by commas too,
// and refuses what is none of allowed.
func wordsOf[T ~string](name string, values []string, allowed []T) (list []T, err error) {
	for _, value := range strings.Split(strings.Join(values, ","), ",") {
		value = strings.TrimSpace(value)
		if value == "" {
			continue
		}
		if !slices.Contains(allowed, T(value)) {
			return nil, web.InQuery(name, "must be of %v", allowed)
		}
		list = append(list, T(value))
	}
	return list, nil
}

// query answers what the list is to hold, and what it asks of tasks.
func (in *peopleInput) query() (q Query, asked tasksAsked, err error) {
	q = Query{Group: GroupID(in.Group), Limit: in.Size(), NotPeople: in.NotPerson, Prefix: in.Prefix}
	if q.Employment, err = wordsOf("employmentStatus", in.Employment, Employments()); err != nil {
		return q, asked, err
	}
	for _, f := range []struct {
		allowed []string
		given   []string
		name    string
		to      *[]string
	}{
		{summaryStatuses, in.Tasks, "tasksSummaryStatusMatchesAny", &asked.summary},
		{[]string{"COMPLETE", "DUE_SOON", "OVERDUE", "NONE"}, in.TaskStatus, "taskStatusMatchesAny", &asked.statuses},
		{taskTypes, in.TaskType, "taskTypeMatchesAny", &asked.types},
	} {
		if *f.to, err = wordsOf(f.name, f.given, f.allowed); err != nil {
			return q, asked, err
		}
	}
	return q, asked, nil
}

type peopleOutput struct{ Body web.Page[api.Person] }

// idCursor reads a cursor that holds an id; "" for the empty one.
func idCursor(text string) (string, error) {
	parts, err := web.DecodeCursor(text, 1)
	if err != nil || parts == nil {
		return "", err
	}
	if !db.ValidID(parts[0]) {
		return "", web.InQuery("pageCursor", "must be a cursor of an earlier answer of this list")
	}
	return parts[0], nil
}

func (s *Service) getPeople(ctx context.Context, in *peopleInput) (*peopleOutput, error) {
	after, err := idCursor(in.PageCursor)
	if err != nil {
		return nil, err
	}
	q, asked, err := in.query()
	if err != nil {
		return nil, err
	}
	q.After = PersonID(after)
	page, more, err := s.kept(ctx, q, asked)
	if err != nil {
		return nil, err
	}
	cursor := func(p api.Person) string { return web.EncodeCursor(p.ID) }
	return &peopleOutput{web.NewPage(page, cursor, more, after != "")}, nil
}

func (s *Service) getPerson(ctx context.Context, in *PersonInput) (*personOutput, error) {
	return s.answerOf(ctx)(s.Get(ctx, caller.From(ctx), PersonID(in.Person)))
}

// personForm is what a person is made from, and what a PATCH changes.
type personForm struct {
	Email      solid[string]         `json:"emailAddress,omitzero" maxLength:"254" minLength:"1"`
	Employment solid[employmentForm] `json:"employment,omitzero"`
	Name       solid[nameForm]       `json:"name,omitzero"`
}

type employmentForm struct {
	EndDate   optional[web.Time] `json:"endDate,omitzero"`
	JobTitle  optional[string]   `json:"jobTitle,omitzero"`
	StartDate optional[web.Time] `json:"startDate,omitzero"`
}

type nameForm struct {
	Display optional[string] `json:"display,omitzero" doc:"First and last when null."`
	First   optional[string] `json:"first,omitzero"`
	Last    optional[string] `json:"last,omitzero"`
}

func (f personForm) attributes() (Attributes, error) {
	in := Attributes{Email: f.Email.value}
	if name := f.Name.value; name != nil {
		in.Display, in.First, in.Last = textOf(name.Display), textOf(name.First), textOf(name.Last)
	}
	if e := f.Employment.value; e != nil {
		in.EndDate, in.JobTitle, in.StartDate = timeOf(e.EndDate), textOf(e.JobTitle), timeOf(e.StartDate)
	}
	if wrong := slices.Concat(f.Email.check("/emailAddress"), f.Employment.check("/employment"), f.Name.check("/name")); len(wrong) > 0 {
		return in, fault.At(wrong...)
	}
	return in, nil
}

type newPersonInput struct{ Body personForm }

func (s *Service) postPerson(ctx context.Context, in *newPersonInput) (*personOutput, error) {
	said, err := in.Body.attributes()
	if err != nil {
		return nil, err
	}
	return s.answerOf(ctx)(s.Create(ctx, caller.From(ctx), said))
}

type editPersonInput struct {
	PersonInput
	Body personForm
}

func (s *Service) patchPerson(ctx context.Context, in *editPersonInput) (*personOutput, error) {
	said, err := in.Body.attributes()
	if err != nil {
		return nil, err
	}
	return s.answerOf(ctx)(s.Update(ctx, caller.From(ctx), PersonID(in.Person), said))
}

func (s *Service) deletePerson(ctx context.Context, in *PersonInput) (*nothing, error) {
	return nil, s.Delete(ctx, caller.From(ctx), PersonID(in.Person))
}

type leaveInput struct {
	PersonInput
	Body struct {
		EndDate   *web.Time `doc:"Open when null. The day itself is not away any more." json:"endDate,omitempty" nullable:"true"`
		StartDate web.Time  `json:"startDate"`
	}
}

func (s *Service) postSetLeave(ctx context.Context, in *leaveInput) (*personOutput, error) {
	l := Leave{Start: db.Time(in.Body.StartDate.Millis())}
	if in.Body.EndDate != nil {
		end := db.Time(in.Body.EndDate.Millis())
		l.End = &end
	}
	return s.answerOf(ctx)(s.SetLeave(ctx, caller.From(ctx), PersonID(in.Person), l))
}

func (s *Service) postClearLeave(ctx context.Context, in *PersonInput) (*personOutput, error) {
	return s.answerOf(ctx)(s.ClearLeave(ctx, caller.From(ctx), PersonID(in.Person)))
}

type notPeopleInput struct {
	Body struct {
		Updates []struct {
			ID     string `json:"id"`
			Reason string `json:"reason" maxLength:"10000"`
		} `json:"updates" maxItems:"100"`
	}
}

func (s *Service) postNotPeople(ctx context.Context, in *notPeopleInput) (*bulkOutput, error) {
	list := make([]NotPerson, len(in.Body.Updates))
	for i, u := range in.Body.Updates {
		list[i] = NotPerson{ID: PersonID(u.ID), Reason: u.Reason}
	}
	return results(s.MarkNotPeople(ctx, caller.From(ctx), list))
}

// idsBody names people.
type idsBody struct {
	Updates []idUpdate `json:"updates" maxItems:"100"`
}

type idUpdate struct {
	ID string `json:"id"`
}

func (b idsBody) people() []PersonID {
	ids := make([]PersonID, len(b.Updates))
	for i, u := range b.Updates {
		ids[i] = PersonID(u.ID)
	}
	return ids
}

type idsInput struct{ Body idsBody }

func (s *Service) postPeople(ctx context.Context, in *idsInput) (*bulkOutput, error) {
	return results(s.MarkPeople(ctx, caller.From(ctx), in.Body.people()))
}

type offboardInput struct {
	Body struct {
		Updates []struct {
			Acknowledger string `doc:"Id of the person or user who vouches that they are gone." json:"acknowledgerId"`
			ID           string `json:"id"`
		} `json:"updates" maxItems:"1000"`
	}
}

func (s *Service) postOffboard(ctx context.Context, in *offboardInput) (*bulkOutput, error) {
	list := make([]Offboarding, len(in.Body.Updates))
	for i, u := range in.Body.Updates {
		list[i] = Offboarding{Acknowledger: u.Acknowledger, ID: PersonID(u.ID)}
	}
	return results(s.Offboard(ctx, caller.From(ctx), list))
}
