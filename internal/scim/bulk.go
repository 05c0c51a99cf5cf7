// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/scim/schema"
)

// A Bulk request (RFC 7644 §3.7) is many operations, each in a transaction of its
// own, so that one that fails changes nothing and the others go on.
//
// Operations run in their order, since one may need what another frees. A POST that
// refers to what a later one makes, or to itself, makes its resource without that,
// and adds it as soon as it is known; so circles are no matter. Where that does not
// do, because what is left out is required, and for PUT and PATCH, the operation
// waits, and those on the same path after it.

// The schemas of Bulk messages (RFC 7644 §3.7).
const (
	bulkRequestURN  = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
	bulkResponseURN = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
	patchURN        = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
)

// bulkResult is the answer to one operation (RFC 7644 §3.7.3).
type bulkResult struct {
	Location string     `json:"location,omitempty"`
	Method   string     `json:"method"`
	BulkID   string     `json:"bulkId,omitempty"`
	Version  string     `json:"version,omitempty"`
	Status   string     `json:"status"`
	Response json.Value `json:"response,omitzero"` // of errors only
}

// bulkRun is a Bulk request at work.
type bulkRun struct {
	bulkMessage
	c       *call
	errors  int
	firm    map[int]bool            // POSTs that need all of their references from the start
	half    []int                   // POSTs whose resource is there without some references
	made    map[int]map[string]bool // of those: the references that it has
	ids     map[string]string       // of the resources that were made, by bulkId
	posts   map[string]int          // where each bulkId is made
	results []*bulkResult           // nil: not yet, or not at all
	s       *Service
}

// bulk runs a Bulk request and answers its BulkResponse.
func (s *Service) bulk(ctx context.Context, c *call, body []byte) ([]byte, error) {
	message, err := parseBulk(body)
	if err != nil {
		return nil, err
	}
	c.tolerated.Merge(message.tolerated)
	b := &bulkRun{
		bulkMessage: message, c: c, firm: map[int]bool{}, ids: map[string]string{}, made: map[int]map[string]bool{}, posts: map[string]int{},
		results: make([]*bulkResult, len(message.ops)), s: s,
	}
	for i, op := range b.ops {
		if _, twice := b.posts[op.id]; op.method == "POST" && op.id != "" && !twice {
			b.posts[op.id] = i
		}
	}
	if err := b.run(ctx); err != nil {
		return nil, err
	}
	c.subject, c.resource = "", ""
	answered := struct {
		Schemas    []string      `json:"schemas"`
		Operations []*bulkResult `json:"Operations"`
	}{Schemas: []string{bulkResponseURN}}
	for _, r := range b.results {
		if r != nil {
			answered.Operations = append(answered.Operations, r)
		}
	}
	return json.Marshal(answered)
}

// stopped says whether as many operations failed as the client accepts.
func (b *bulkRun) stopped() bool { return b.failOnErrors > 0 && b.errors >= b.failOnErrors }

func (b *bulkRun) run(ctx context.Context) error {
	pending := make([]int, len(b.ops))
	for i := range pending {
		pending[i] = i
	}
	for len(pending) > 0 && !b.stopped() {
		left, err := b.pass(ctx, pending)
		if err != nil {
			return err
		}
		if len(left) == len(pending) {
			b.ops[left[0]].wrong = &schema.Error{Status: statusConflict, Detail: "This operation and others wait for one another in a circle that cannot be resolved."}
			if err := b.do(ctx, left[0], b.ops[left[0]]); err != nil {
				return err
			}
			left = left[1:]
		}
		pending = left
	}
	return b.settle(ctx, true)
}

// pass runs what waits for nothing, in order, and answers the others.
func (b *bulkRun) pass(ctx context.Context, pending []int) (left []int, err error) {
	held := map[string]bool{} // paths with an operation that waits
	for _, i := range pending {
		op := b.ops[i]
		if b.stopped() {
			return nil, nil
		}
		done := false
		switch {
		case b.ready(op) && (op.method == "POST" || !held[op.path]):
			done, err = true, b.do(ctx, i, op)
		case op.method == "POST" && op.wrong == nil && !b.firm[i]:
			done, err = b.begin(ctx, i, op)
		}
		if err != nil {
			return nil, err
		}
		if !done {
			held[op.path] = true
			left = append(left, i)
			continue
		}
		if err := b.settle(ctx, false); err != nil {
			return nil, err
		}
	}
	return left, nil
}

// ready says whether all that an operation refers to is known: made, failed, or
// nowhere. The resource in its path must be complete.
func (b *bulkRun) ready(op bulkOp) bool {
	for _, id := range op.refs {
		i, there := b.posts[id]
		if there && b.ids[id] == "" && b.results[i] == nil {
			return false
		}
		if there && slices.Contains(b.half, i) && strings.Contains(op.path, bulkPrefix+id) {
			return false
		}
	}
	return true
}

// begin makes the resource of a POST without what is open; false when it has to
// wait after all.
func (b *bulkRun) begin(ctx context.Context, i int, op bulkOp) (bool, error) {
	data, _ := op.data.(schema.Object)
	op.data = stripped(data, b.open)
	failed, had := b.errors, map[string]bool{}
	for _, id := range op.refs {
		had[id] = !b.open(id)
	}
	if err := b.do(ctx, i, op); err != nil {
		return false, err
	}
	switch {
	case b.results[i].Response == nil:
		b.half, b.made[i] = append(b.half, i), had
		b.results[i] = nil
	case b.results[i].Status == "400":
		b.firm[i], b.errors, b.results[i] = true, failed, nil
		return false, nil
	}
	return true, nil
}

// open says whether a reference leads to nothing yet.
func (b *bulkRun) open(id string) bool { return b.ids[id] == "" }

// settle completes the resources whose references are known by now. At the end,
// one that cannot be completed is taken away again: 409 (RFC 7644 §3.7.1).
func (b *bulkRun) settle(ctx context.Context, last bool) error {
	for _, i := range slices.Clone(b.half) {
		if !last && slices.ContainsFunc(b.ops[i].refs, b.awaited) {
			continue
		}
		b.half = slices.DeleteFunc(b.half, func(j int) bool { return i == j })
		if err := b.complete(ctx, i, b.ops[i]); err != nil {
			return err
		}
	}
	return nil
}

// awaited says whether the operation that a reference names has yet to run.
func (b *bulkRun) awaited(id string) bool {
	i, there := b.posts[id]
	return there && b.ids[id] == "" && b.results[i] == nil
}

// complete adds to a resource what it was made without.
func (b *bulkRun) complete(ctx context.Context, i int, op bulkOp) error {
	data, _ := op.data.(schema.Object)
	rest := op
	rest.method, rest.version, rest.path = "PATCH", "", strings.TrimRight(op.path, "/")+"/"+b.ids[op.id]
	rest.data = schema.Object{"schemas": []any{patchURN}, "Operations": additions("", data, func(id string) bool { return !b.made[i][id] })}
	if err := b.do(ctx, i, rest); err != nil {
		return err
	}
	r := b.results[i]
	r.Method = "POST"
	if r.Response == nil {
		r.Status = strconv.Itoa(statusCreated)
		return nil
	}
	why, failed := detailOf(r.Response), b.errors
	if err := b.do(ctx, i, bulkOp{method: "DELETE", path: rest.path}); err != nil {
		return err
	}
	b.errors = failed
	delete(b.ids, op.id)
	b.results[i] = &bulkResult{BulkID: op.id, Method: "POST", Status: strconv.Itoa(statusConflict), Response: refusal(&schema.Error{
		Status: statusConflict, Detail: "The references of this operation to later ones cannot be resolved: " + why,
	}).Body}
	return nil
}

func detailOf(response []byte) string {
	obj, err := schema.ReadObject(response)
	if err != nil {
		return ""
	}
	return text(obj, "detail")
}

// do runs one operation and keeps its result. An error is one that ends the whole
// request.
func (b *bulkRun) do(ctx context.Context, i int, op bulkOp) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	one := *b.c
	one.now, one.warnings = b.s.instant(), nil
	if bareVersion(op.version) {
		one.note(schema.BareVersion)
	}
	result := &bulkResult{BulkID: op.id, Method: op.method}
	b.results[i] = result
	status, err := b.perform(ctx, &one, i, op, result)
	if err != nil {
		b.errors++
		a := b.s.explain(ctx, &one, err)
		status, result.Response, result.Version = a.Status, a.Body, ""
		if op.method == "POST" {
			result.Location = ""
		}
	} else {
		b.c.dir = one.dir // with what it learned
	}
	b.c.tolerated.Merge(one.tolerated)
	b.c.warnings = append(b.c.warnings, one.warnings...)
	result.Status = strconv.Itoa(status)
	return nil
}

// perform runs one operation in a transaction of its own.
func (b *bulkRun) perform(ctx context.Context, c *call, i int, op bulkOp, result *bulkResult) (status int, err error) {
	if err := op.wrong; err != nil {
		return 0, err
	}
	if op.method == "POST" && b.posts[op.id] != i {
		return 0, schema.Errorf(schema.InvalidValue, "Two operations have the bulkId %q.", op.id)
	}
	path, data, err := b.resolved(op)
	if err != nil {
		return 0, err
	}
	rt, id, err := b.s.bulkPath(c, op.method, path)
	if err != nil {
		return 0, err
	}
	if id != "" {
		result.Location = c.base + rt.Endpoint + "/" + id
	}
	cond := condition{op.version}
	var r Resource
	err = b.s.within(ctx, c, rt.Name, func(ctx context.Context, tx *db.Tx, rt *schema.ResourceType) (err error) {
		switch op.method {
		case "POST":
			r, err = b.s.create(ctx, tx, c, rt, schema.Canonical(data, rt))
		case "PUT":
			r, err = b.s.replace(ctx, tx, c, rt, edit{schema.Canonical(data, rt), cond, id})
		case "PATCH":
			r, err = b.s.patch(ctx, tx, c, rt, edit{schema.Canonical(data, rt), cond, id})
		default:
			err = b.s.remove(ctx, tx, c, rt, edit{cond: cond, id: id})
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	if op.method == "DELETE" {
		return statusNoContent, nil
	}
	result.Location, result.Version = c.base+rt.Endpoint+"/"+r.ID, r.etag()
	if op.method == "POST" {
		b.ids[op.id] = r.ID
		return statusCreated, nil
	}
	return statusOK, nil
}

// bulkPath reads the path of an operation, which may be a whole URL.
func (s *Service) bulkPath(c *call, method, path string) (rt *schema.ResourceType, id string, err error) {
	path, _, _ = strings.Cut(strings.TrimPrefix(path, c.base), "?")
	segments := strings.Split(strings.Trim(path, "/"), "/")
	for _, each := range s.baseTypes() {
		if strings.EqualFold(strings.Trim(each.Endpoint, "/"), segments[0]) {
			rt = each
		}
	}
	switch {
	case rt == nil || len(segments) > 2:
		return nil, "", &schema.Error{Status: statusNotFound, Detail: fmt.Sprintf("There is no endpoint %q for operations.", path)}
	case method == "POST" && len(segments) != 1:
		return nil, "", schema.Errorf(schema.InvalidPath, "A POST goes to an endpoint such as %s, not to a resource.", rt.Endpoint)
	case method != "POST" && len(segments) != 2:
		return nil, "", schema.Errorf(schema.InvalidPath, "A %s goes to a resource, such as %s/<id>.", method, rt.Endpoint)
	case len(segments) == 2:
		id = segments[1]
		if !db.ValidID(id) {
			return nil, "", errNotFound(rt, id)
		}
	}
	return rt, id, nil
}
