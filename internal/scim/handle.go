// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/scim/schema"
	"github.com/passmuster/muster/internal/web"
)

// request is one request of a provider without HTTP around it, so that the
// set-up can replay one and play some itself.
type request struct {
	Address   string
	Agent     string
	Body      []byte
	Header    map[string]string // lower-case names: if-match, if-none-match, prefer
	Method    string
	Path      string // after the base URL; begins with a slash
	Query     url.Values
	ReplayOf  string           // id of the request that this one repeats; rehearsal for the self-test's
	Tolerated schema.Tolerated // what it took to read it so far
	Wrong     error            // what makes it fail whatever it asks for; nil for nothing
}

// asGet answers the request as a GET if it is a HEAD: net/http leaves the body
// out.
func (r request) asGet() request {
	if r.Method == methodHead {
		r.Method = methodGet
	}
	return r
}

// rehearsal marks what the self-test sends: nobody follows it.
const rehearsal = "self-test"

// answer is what the provider hears.
type answer struct {
	Body   []byte
	Header map[string]string
	Status int
}

// Methods of requests.
const (
	methodDelete = "DELETE"
	methodGet    = "GET"
	methodHead   = "HEAD"
	methodPatch  = "PATCH"
	methodPost   = "POST"
	methodPut    = "PUT"
)

// Statuses of answers.
const (
	statusOK         = 200
	statusCreated    = 201
	statusNoContent  = 204
	statusNotChanged = 304
	statusBadRequest = 400
	statusForbidden  = 403
	statusNotFound   = 404
	statusNoMethod   = 405
	statusConflict   = 409
	statusInternal   = 500
	statusNotBuilt   = 501

	statusPrecondition = 412
	statusTooMany      = 429
	statusUnauthorized = 401
)

// refusal is an answer that says what is wrong (RFC 7644 §3.12).
func refusal(err *schema.Error) answer {
	body, failed := json.Marshal(err)
	if failed != nil {
		body = nil
	}
	return answer{Body: body, Status: err.Status}
}

// handle answers a request of a provider that has proved to belong to the
// directory, logs it, and ticks the steps of the set-up that it does.
func (s *Service) handle(ctx context.Context, d Directory, token []byte, req request) answer {
	began := s.Now()
	c := &call{
		actor: d.actor(req.Address), base: s.baseURL(ctx, d), dir: d, now: s.instant(), rehearsal: req.ReplayOf == rehearsal, service: s,
	}
	a, err := s.dispatch(ctx, c, req)
	if err != nil {
		a = s.explain(ctx, c, err)
	}
	if token != nil {
		s.used.note(token, began)
	}
	if !c.rehearsal {
		s.tally.count(c.tolerated)
		s.note(c, req, a, began)
	}
	return a
}

// refuse answers, and logs, a request that is refused before it is looked at.
func (s *Service) refuse(ctx context.Context, d Directory, req request, err error) answer {
	c := &call{actor: d.actor(req.Address), dir: d, service: s}
	a := s.explain(ctx, c, err)
	s.note(c, req, a, s.Now())
	return a
}

// explain turns an error into what a provider may see; what is none of ours is
// logged and named nowhere else.
func (s *Service) explain(ctx context.Context, c *call, err error) answer {
	var known *schema.Error
	var locked *access.LockoutError
	if errors.As(err, &locked) {
		err = s.Access.NoteRefused(ctx, c.actor, err)
		c.warn("lockout", c.subject, locked.Error())
		if !errors.As(err, &known) {
			return refusal(&schema.Error{Status: statusForbidden, Detail: "Refused by the lock-out guard: " + locked.Error() + "."})
		}
	}
	if errors.As(err, &known) {
		return refusal(known)
	}
	s.Logger.LogAttrs(ctx, slog.LevelError, "a provider's request failed", slog.String("directory", string(c.dir.ID)), slog.Any("error", err))
	return refusal(&schema.Error{Status: statusInternal, Detail: "Something went wrong here; try again. Nothing was changed."})
}

// baseLasts is how long the base URL is remembered: it changes when a server
// starts.
const baseLasts = time.Second

// baseURL answers the base URL of a directory, without a slash at its end.
func (s *Service) baseURL(ctx context.Context, d Directory) string {
	base, err := s.bases.get(s.Now(), baseLasts, func() (string, error) { return s.BaseURL(ctx) })
	if err != nil {
		s.Logger.LogAttrs(ctx, slog.LevelError, "the base URL cannot be read", slog.Any("error", err))
	}
	return base + "/scim/v2/" + string(d.ID)
}

// dispatch finds what a request asks for. Names of endpoints are taken in any
// letter case and with a slash at their end (contract E1).
func (s *Service) dispatch(ctx context.Context, c *call, req request) (answer, error) {
	if c.dir.State == Unlinked {
		return answer{}, &schema.Error{Status: statusForbidden, Detail: "Provisioning is switched off for this directory; switch it on in Muster's settings."}
	}
	if req.Wrong != nil {
		return answer{}, req.Wrong
	}
	req = req.asGet()
	c.noteParameters(req)
	segments := strings.Split(strings.TrimPrefix(req.Path, "/"), "/")
	if !web.Storable(req.Path) || len(segments) > 1 && slices.Contains(segments, "") {
		return answer{}, errNoPath()
	}
	head, rest := segments[0], segments[1:]
	s.noteEndpoint(c, head)
	switch schema.Fold(head) {
	case "serviceproviderconfig", "schemas", "resourcetypes":
		return s.toDiscover(ctx, c, req, head, strings.Join(rest, "/"), false)
	case "bulk":
		return s.toBulk(ctx, c, req, rest)
	case "me":
		return answer{}, &schema.Error{Status: statusNotBuilt, Detail: "A directory's token stands for no user, so there is no /Me."}
	case "roles":
		return s.toRoles(ctx, c, req, rest)
	case "", ".search":
		return s.toEverything(ctx, c, req, segments)
	}
	for _, rt := range s.baseTypes() {
		if strings.EqualFold(strings.Trim(rt.Endpoint, "/"), head) {
			return s.toType(ctx, c, req, rt.Name, rest)
		}
	}
	return answer{}, &schema.Error{Status: statusNotFound, Detail: fmt.Sprintf("There is no endpoint /%s here.", head)}
}

// noteEndpoint notes an endpoint in another letter case than its own.
func (s *Service) noteEndpoint(c *call, head string) {
	switch head {
	case "", ".search", "Bulk", "Groups", "Me", "ResourceTypes", "Roles", "Schemas", "ServiceProviderConfig", "Users":
		return
	}
	for _, rt := range s.baseTypes() {
		if strings.Trim(rt.Endpoint, "/") == head {
			return
		}
	}
	c.note(schema.EndpointCase)
}

func errNoPath() error {
	return &schema.Error{Status: statusNotFound, Detail: "There is nothing at this path."}
}

// refuseMethod says which methods a path takes (RFC 9110 §15.5.6). Who may GET
// may HEAD.
func refuseMethod(req request, allowed ...string) answer {
	list := strings.Replace(strings.Join(allowed, ", "), methodGet, methodGet+", "+methodHead, 1)
	a := refusal(&schema.Error{Status: statusNoMethod, Detail: web.Shorten(req.Method) + " is not allowed here; " + list + " is."})
	a.Header = map[string]string{"Allow": list}
	return a
}

// toType answers a request on resources of a type.
func (s *Service) toType(ctx context.Context, c *call, req request, name string, rest []string) (answer, error) {
	switch {
	case len(rest) == 0 && req.Method == methodGet:
		return s.toList(ctx, c, name, queryOf(req.Query))
	case len(rest) == 0 && req.Method == methodPost:
		return s.toCreate(ctx, c, req, name)
	case len(rest) == 1 && rest[0] == ".search" && req.Method == methodPost:
		q, err := c.searchOf(req.Body)
		if err != nil {
			return answer{}, err
		}
		return s.toList(ctx, c, name, q)
	case len(rest) == 1 && rest[0] != ".search":
		return s.toOne(ctx, c, req, name, rest[0])
	case len(rest) > 1:
		return answer{}, errNoPath()
	case len(rest) == 1:
		return refuseMethod(req, methodPost), nil
	}
	return refuseMethod(req, methodGet, methodPost), nil
}

func (s *Service) toOne(ctx context.Context, c *call, req request, name, id string) (answer, error) {
	switch req.Method {
	case methodGet:
		return s.toGet(ctx, c, req, name, id)
	case methodPut, methodPatch:
		return s.toChange(ctx, c, req, name, id)
	case methodDelete:
		err := s.within(ctx, c, name, func(ctx context.Context, tx *db.Tx, rt *schema.ResourceType) error {
			return s.remove(ctx, tx, c, rt, edit{cond: condition{req.Header["if-match"]}, id: id})
		})
		return answer{Status: statusNoContent}, err
	}
	return refuseMethod(req, methodGet, methodPut, methodPatch, methodDelete), nil
}

// within runs a change of one resource in a transaction of its own.
func (s *Service) within(ctx context.Context, c *call, name string, fn func(context.Context, *db.Tx, *schema.ResourceType) error) error {
	dir := c.dir
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		c.dir, c.warnings = dir, nil // the function may run again
		rt, err := s.typeOf(ctx, tx, c.dir, name)
		if err != nil {
			return err
		}
		return fn(ctx, tx, rt)
	})
	if c.dir.learned != dir.learned {
		s.known.forget()
	}
	return err
}

func (s *Service) toCreate(ctx context.Context, c *call, req request, name string) (answer, error) {
	var a answer
	rt, err := s.typeNow(ctx, c, name)
	if err != nil {
		return a, err
	}
	read, err := schema.Decode(req.Body, rt, c.dir.mode()) // ahead of the transaction: others wait for that
	if err != nil {
		return a, err
	}
	c.tolerated.Merge(read.Tolerated)
	err = s.within(ctx, c, name, func(ctx context.Context, tx *db.Tx, _ *schema.ResourceType) error {
		r, err := s.createObject(ctx, tx, c, rt, read)
		if err != nil {
			return err
		}
		a, err = s.changed(ctx, tx, c, req, r, statusCreated)
		return err
	})
	return a, err
}

func (s *Service) toGet(ctx context.Context, c *call, req request, name, id string) (a answer, err error) {
	err = s.DB.Glance(ctx, func(ctx context.Context, tx *db.Tx) error {
		rt, err := s.typeOf(ctx, tx, c.dir, name)
		if err != nil {
			return err
		}
		r, err := s.getStored(ctx, tx, c, rt, id)
		if err != nil {
			return err
		}
		etag := etagOf(r.version)
		if known := req.Header["if-none-match"]; known != "" && matches(known, etag) {
			a = answer{Status: statusNotChanged, Header: map[string]string{"ETag": etag}}
			return nil
		}
		a, err = s.shown(ctx, tx, c, req, rt, r, statusOK)
		return err
	})
	return a, err
}

// quietMembers is up to how many members a change of a group answers with the
// group; above, and where nobody asked for attributes, with 204 (contract 1.7).
const quietMembers = 100

func (s *Service) toChange(ctx context.Context, c *call, req request, name, id string) (answer, error) {
	var a answer
	err := s.within(ctx, c, name, func(ctx context.Context, tx *db.Tx, rt *schema.ResourceType) error {
		change := s.patch
		if req.Method == methodPut {
			change = s.replace
		}
		r, err := change(ctx, tx, c, rt, edit{req.Body, condition{req.Header["if-match"]}, id})
		if err != nil {
			return err
		}
		if req.Method == methodPatch && hasMembers(rt) && !req.Query.Has("attributes") && !req.Query.Has("excludedAttributes") {
			many, err := hasMoreMembers(ctx, tx, id, quietMembers)
			if err != nil {
				return err
			}
			if many {
				a = answer{Status: statusNoContent, Header: map[string]string{"ETag": r.etag()}}
				return nil
			}
		}
		a, err = s.changed(ctx, tx, c, req, r, statusOK)
		return err
	})
	return a, err
}

// changed is the answer that carries a resource after a change, with what the
// change taught.
func (s *Service) changed(ctx context.Context, tx *db.Tx, c *call, req request, r Resource, status int) (answer, error) {
	rt, err := s.typeOf(ctx, tx, c.dir, r.Type)
	if err != nil {
		return answer{}, err
	}
	c.about(r)
	row := r.row()
	row.grouped = row.grouped && status != statusCreated // nobody knew its id before
	return s.shown(ctx, tx, c, req, rt, row, status)
}

// shown is the answer that carries one resource.
//
//nolint:revive // seven things that belong to nobody else
func (s *Service) shown(
	ctx context.Context, tx *db.Tx, c *call, req request, rt *schema.ResourceType, r storedRow, status int,
) (answer, error) {
	body, err := s.render(ctx, tx, c, rt, r, queryOf(req.Query))
	location := c.base + rt.Endpoint + "/" + r.id
	header := map[string]string{"ETag": etagOf(r.version), "Content-Location": location}
	if status == statusCreated {
		header["Location"] = location
	}
	return answer{Body: body, Header: header, Status: status}, err
}

func (s *Service) toList(ctx context.Context, c *call, name string, q listQuery) (a answer, err error) {
	rt, err := s.typeNow(ctx, c, name)
	if err != nil {
		return a, err
	}
	l, err := s.newLister(c, rt, q)
	if err != nil {
		return a, err
	}
	read := s.DB.Read
	if l.looksUp() {
		read = s.DB.Glance
	}
	err = read(ctx, func(ctx context.Context, tx *db.Tx) error {
		a.Body, err = s.listWith(ctx, tx, c, l, q)
		return err
	})
	a.Status = statusOK
	return a, err
}

func (s *Service) toRoles(ctx context.Context, c *call, req request, rest []string) (answer, error) {
	q := queryOf(req.Query)
	switch searches := len(rest) == 1 && rest[0] == ".search"; {
	case len(rest) > 1:
		return answer{}, errNoPath()
	case searches && req.Method != methodPost:
		return refuseMethod(req, methodPost), nil
	case searches:
		var err error
		if q, err = c.searchOf(req.Body); err != nil {
			return answer{}, err
		}
		rest = nil
	case req.Method != methodGet:
		return refuseMethod(req, methodGet), nil
	}
	body, err := s.roles(ctx, c, strings.Join(rest, ""), q)
	return answer{Body: body, Status: statusOK}, err
}

func (s *Service) toBulk(ctx context.Context, c *call, req request, rest []string) (answer, error) {
	if len(rest) > 0 {
		return answer{}, errNoPath()
	}
	if req.Method != methodPost {
		return refuseMethod(req, methodPost), nil
	}
	body, err := s.bulk(ctx, c, req.Body)
	return answer{Body: body, Status: statusOK}, err
}

// toEverything answers a search over all types (RFC 7644 §3.4.2.1). It comes in
// pages, so no search is too large.
func (s *Service) toEverything(ctx context.Context, c *call, req request, segments []string) (answer, error) {
	q := queryOf(req.Query)
	switch searches := segments[0] != ""; {
	case len(segments) > 1:
		return answer{}, errNoPath()
	case searches && req.Method != methodPost:
		return refuseMethod(req, methodPost), nil
	case searches:
		var err error
		if q, err = c.searchOf(req.Body); err != nil {
			return answer{}, err
		}
	case req.Method != methodGet:
		return refuseMethod(req, methodGet), nil
	}
	body, err := s.listAll(ctx, c, q)
	return answer{Body: body, Status: statusOK}, err
}

// toDiscover answers what the service provider can do.
func (s *Service) toDiscover(ctx context.Context, c *call, req request, kind, rest string, anonymous bool) (answer, error) {
	if req.Method != methodGet {
		return refuseMethod(req, methodGet), nil
	}
	var types []*schema.ResourceType
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		types = nil
		for _, base := range s.baseTypes() {
			rt, err := s.typeOf(ctx, tx, c.dir, base.Name)
			if err != nil {
				return err
			}
			if anonymous {
				rt = base
			}
			types = append(types, rt)
		}
		return nil
	})
	if err != nil {
		return answer{}, err
	}
	status, body := s.discover(c, schema.Fold(kind), rest, types, anonymous)
	return answer{Body: body, Status: status}, nil
}

// note puts a request into the log. One that is not told by itself costs no more
// than to count it.
func (s *Service) note(c *call, req request, a answer, began time.Time) {
	row := loggedRow{
		directory: c.dir.Number, steps: stepsOf(c, req, a), tolerated: c.tolerated, warnings: c.warnings, workspace: c.dir.Workspace.Number,
		Logged: Logged{At: began, Method: req.Method, Status: a.Status},
	}
	told := s.log.tells(c.dir.Number, a.Status >= 400, began)
	if !told && s.log.counts(row) {
		return
	}
	row.Address, row.Agent, row.ID = req.Address, req.Agent, db.NewID(began)
	row.Answered, row.Sent = loggedAnswer(a.Body), redacted(req.Body, loggedSent)
	row.Path, row.Problem, row.ReplayOf = req.Path, problemOf(a), req.ReplayOf
	if len(req.Query) > 0 {
		row.Path += "?" + safeQuery(req.Query)
	}
	row.Resource, row.Subject, row.Took = c.resource, c.subject, s.Now().Sub(began)
	row.Words = wordsOf(req, a, c.subject)
	s.log.put(row, told)
}
