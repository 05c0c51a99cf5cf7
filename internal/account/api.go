// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/facet"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/sheet"
	"github.com/passmuster/muster/internal/web"
)

// Mount mounts the routes under /v1/accounts.
func (s *Service) Mount(server *web.Server) {
	const read, write = caller.ReadAccounts, caller.WriteAccounts
	route := func(method, path, id, summary string, p caller.Permission) web.Route {
		return web.Route{Method: method, Path: "/v1/accounts" + path, ID: id, Summary: summary, Tag: "Accounts", Permission: p, Class: web.ClassManage}
	}
	export := route("GET", "/export", "exportAccounts", "Accounts as CSV or XLSX", read)
	export.Describe = describeExport
	web.Register(server, route("GET", "", "listAccessAccounts", "List accounts", read), s.getAccounts)
	web.Register(server, export, s.getExport)
	web.Register(server, route("POST", "/set-owners", "setAccountOwners", "Say whose accounts are", write), s.postOwners)
	web.Register(server, route("GET", "/summary", "countAccounts", "Count accounts", read), s.getSummary)
	web.Register(server, route("GET", "/{accountId}", "getAccessAccount", "Get account by ID", read), s.getAccount)
	web.Register(server, route("POST", "/{accountId}/clear-owner", "clearAccountOwner", "Take the owner of an account away", write), s.postClear)
	web.Register(server, route("POST", "/{accountId}/set-owner", "setAccountOwner", "Say whose an account is", write), s.postOwner)
}

// Filters narrow lists, counters and exports. What is embedded in an input is
// exported: huma reads it only then.
type Filters struct {
	Applications []string `doc:"Of one of these integrations." query:"integrationId,explode"`
	Kinds        []string `doc:"With such an owner: NONE, PERSON, EXTERNAL, SERVICE." query:"ownerKindMatchesAny,explode"`
	Levels       []string `doc:"With such a permission level: ADMIN, EDITOR, BASE." query:"permissionLevelMatchesAny,explode"`
	MFA          []string `doc:"With such a second factor: ENABLED, DISABLED, UNKNOWN, NOT_REQUIRED." query:"mfaMatchesAny,explode"`
	Statuses     []string `doc:"ACTIVE or DEACTIVATED; what a push left out is deactivated." query:"statusMatchesAny,explode"`
	Systems      []string `doc:"Of one of these resource definitions." query:"resourceId,explode"`
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

// valuesOf answers what words of the wire stand for: every value with the word.
func valuesOf[T ~int64](name string, given []string, known []string) (list []T, err error) {
	for _, word := range split(given) {
		if !slices.Contains(known, word) {
			return nil, web.InQuery(name, "must be of %v", slices.Compact(slices.Clone(known)))
		}
		for value, other := range known {
			if other == word {
				list = append(list, T(value))
			}
		}
	}
	return list, nil
}

func (in Filters) query() (q Query, err error) {
	q.Applications = split(in.Applications)
	for _, id := range split(in.Systems) {
		q.Systems = append(q.Systems, resource.ID(id))
	}
	if q.Kinds, err = valuesOf[Kind]("ownerKindMatchesAny", in.Kinds, kindWords); err != nil {
		return q, err
	}
	if q.Levels, err = valuesOf[Level]("permissionLevelMatchesAny", in.Levels, levelWords); err != nil {
		return q, err
	}
	if q.MFA, err = valuesOf[MFA]("mfaMatchesAny", in.MFA, mfaWords); err != nil {
		return q, err
	}
	q.Statuses, err = valuesOf[Status]("statusMatchesAny", in.Statuses, statusWords)
	return q, err
}

// Search narrows lists and exports further.
type Search struct {
	Filters

	Owner  string `doc:"Accounts of this person." query:"ownerId"`
	Prefix string `doc:"Beginning of the e-mail, of the account's name or of a word of a name." query:"q"`
}

func (in Search) query() (Query, error) {
	q, err := in.Filters.query()
	q.Owner, q.Prefix = directory.PersonID(in.Owner), in.Prefix
	if in.Owner != "" && !db.ValidID(in.Owner) {
		return q, web.InQuery("ownerId", "must be the id of a person")
	}
	return q, err
}

type listInput struct {
	web.PageInput
	Search
}

type listOutput struct{ Body web.Page[api.AccessAccount] }

func (s *Service) getAccounts(ctx context.Context, in *listInput) (*listOutput, error) {
	q, err := in.Search.query()
	if err != nil {
		return nil, err
	}
	if q.After, err = keyOfCursor(in.PageCursor); err != nil {
		return nil, err
	}
	q.Limit = in.Size()
	c := caller.From(ctx)
	list, more, err := s.List(ctx, c, q)
	if err != nil {
		return nil, err
	}
	named, err := s.systems(ctx, c)
	if err != nil {
		return nil, err
	}
	page, now := make([]api.AccessAccount, len(list)), s.instant()
	for i, a := range list {
		page[i] = named.account(a, now)
	}
	cursor := func(a api.AccessAccount) string {
		ref, _ := resource.ParseEntityID(a.ID)
		return web.EncodeCursor(strconv.FormatInt(int64(ref.Definition), 10), strconv.FormatInt(int64(ref.Item), 10))
	}
	return &listOutput{web.NewPage(page, cursor, more, q.After != facet.Key{})}, nil
}

// keyOfCursor reads a cursor: where an account stands.
func keyOfCursor(text string) (key facet.Key, err error) {
	parts, err := web.DecodeCursor(text, 2)
	if err != nil || parts == nil {
		return key, err
	}
	var failed [2]error
	key.Definition, failed[0] = strconv.ParseInt(parts[0], 10, 64)
	key.Item, failed[1] = strconv.ParseInt(parts[1], 10, 64)
	if failed[0] != nil || failed[1] != nil {
		return key, web.InQuery("pageCursor", "must be a cursor of an earlier answer of this list")
	}
	return key, nil
}

func (s *Service) systems(ctx context.Context, c caller.Caller) (systems, error) {
	names, err := s.Applications.ApplicationNames(ctx, c)
	return systems{names}, err
}

// RefInput names an account.
type RefInput struct {
	Account string `path:"accountId"`
}

type accountOutput struct{ Body api.AccessAccount }

func (s *Service) answer(ctx context.Context, a Account, err error) (*accountOutput, error) {
	if err != nil {
		return nil, err
	}
	named, err := s.systems(ctx, caller.From(ctx))
	if err != nil {
		return nil, err
	}
	return &accountOutput{named.account(a, s.instant())}, nil
}

func (s *Service) getAccount(ctx context.Context, in *RefInput) (*accountOutput, error) {
	a, err := s.Get(ctx, caller.From(ctx), ID(in.Account))
	return s.answer(ctx, a, err)
}

type summaryInput struct{ Filters }

type summaryOutput struct{ Body api.AccountSummary }

func (s *Service) getSummary(ctx context.Context, in *summaryInput) (*summaryOutput, error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	c := caller.From(ctx)
	sum, err := s.Summarize(ctx, c, q)
	if err != nil {
		return nil, err
	}
	named, err := s.systems(ctx, c)
	if err != nil {
		return nil, err
	}
	return &summaryOutput{named.summary(sum)}, nil
}

// OwnerForm is the choice of an owner: exactly one of its members.
type OwnerForm struct {
	External *struct {
		DisplayName  string `json:"displayName" maxLength:"400" minLength:"1"`
		EmailAddress string `json:"emailAddress,omitempty" maxLength:"254"`
	} `doc:"Somebody who does not work here." json:"external,omitempty"`
	NewPerson *struct {
		EmailAddress string `json:"emailAddress" maxLength:"254" minLength:"1"`
		Name         struct {
			First string `json:"first,omitempty"`
			Last  string `json:"last,omitempty"`
		} `json:"name,omitzero"`
	} `doc:"Somebody who is added to the people." json:"newPerson,omitempty"`
	PersonID string `doc:"An existing person." json:"personId,omitempty"`
	Service  *struct {
		Purpose string `json:"purpose,omitempty" maxLength:"400"`
	} `doc:"No person uses it." json:"serviceAccount,omitempty"`
}

func (f OwnerForm) choice() Choice {
	c := Choice{Person: directory.PersonID(f.PersonID)}
	if f.External != nil {
		c.External = &ExternalOwner{Email: f.External.EmailAddress, Name: f.External.DisplayName}
	}
	if f.NewPerson != nil {
		c.NewPerson = &directory.Attributes{Email: &f.NewPerson.EmailAddress, First: &f.NewPerson.Name.First, Last: &f.NewPerson.Name.Last}
	}
	if f.Service != nil {
		c.Service = &ServiceOwner{Purpose: f.Service.Purpose}
	}
	return c
}

type ownerInput struct {
	RefInput
	Body OwnerForm
}

func (s *Service) postOwner(ctx context.Context, in *ownerInput) (*accountOutput, error) {
	a, err := s.SetOwner(ctx, caller.From(ctx), ID(in.Account), in.Body.choice())
	return s.answer(ctx, a, err)
}

func (s *Service) postClear(ctx context.Context, in *RefInput) (*accountOutput, error) {
	a, err := s.SetOwner(ctx, caller.From(ctx), ID(in.Account), Choice{Nobody: true})
	return s.answer(ctx, a, err)
}

type ownersInput struct {
	Body struct {
		Updates []struct {
			OwnerForm
			ID string `json:"id"`
		} `json:"updates" maxItems:"100"`
	}
}

type bulkOutput struct{ Body api.BulkResponse }

// postOwners sets owners one by one: what is refused for one leaves the others.
func (s *Service) postOwners(ctx context.Context, in *ownersInput) (*bulkOutput, error) {
	out := &bulkOutput{Body: api.BulkResponse{Results: make([]api.BulkResult, len(in.Body.Updates))}}
	for i, u := range in.Body.Updates {
		line := api.BulkResult{ID: web.Shorten(u.ID), Status: "SUCCESS"}
		switch _, err := s.SetOwner(ctx, caller.From(ctx), ID(u.ID), u.choice()); fault.KindOf(err) {
		case fault.Internal:
			if err != nil {
				return nil, err
			}
		case fault.NotFound:
			line.Status, line.Message = "NOT_FOUND", err.Error()
		default:
			line.Status, line.Message = "ERROR", err.Error()
		}
		out.Body.Results[i] = line
	}
	return out, nil
}

type exportInput struct {
	Search
	Format string `default:"csv" enum:"csv,xlsx" query:"format"`
}

type exportOutput struct {
	Disposition string `header:"Content-Disposition"`
	Body        func(huma.Context)
}

func describeExport(op *huma.Operation) {
	text := &huma.Schema{Type: huma.TypeString}
	op.Responses["200"].Content = map[string]*huma.MediaType{
		"text/csv": {Schema: text}, sheet.XLSX.MediaType(): {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
	}
}

func (s *Service) getExport(ctx context.Context, in *exportInput) (*exportOutput, error) {
	q, err := in.Search.query()
	if err != nil {
		return nil, err
	}
	c, format := caller.From(ctx), sheet.Format(in.Format)
	return &exportOutput{
		Disposition: `attachment; filename="accounts.` + in.Format + `"`,
		Body: web.StreamBody(http.StatusOK, format.MediaType(), func(w io.Writer) error {
			return s.Export(ctx, c, q, format, w)
		}),
	}, nil
}
