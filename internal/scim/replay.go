// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/scim/schema"
)

// Replay repeats a request that was refused, as the provider sent it, and answers
// the repetition. Faults: NotFound; Conflict for one that succeeded, and where no
// provider would be heard either; Impossible where the log does not hold all that
// was sent, or where repeating makes no sense.
func (s *Service) Replay(ctx context.Context, c caller.Caller, id DirectoryID, request string) (Directory, Logged, error) {
	d, l, err := s.Request(ctx, c, id, request)
	if err != nil {
		return d, l, err
	}
	req, err := l.again()
	if err == nil {
		err = d.hears()
	}
	if err != nil {
		return d, l, err
	}
	req.Address, req.Agent = c.Address, "Muster: "+c.Name
	a := s.handle(ctx, d, nil, req)
	now := s.instant()
	if err := s.FlushLog(ctx); err != nil {
		return d, l, err
	}
	var repeated Logged
	err = s.change(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		repeated, err = selectReplay(ctx, tx, d.Number, l.ID)
		if errors.Is(err, db.ErrNoRow) { // the log was full
			repeated, err = Logged{Status: a.Status, Problem: problemOf(a)}, nil
		}
		if err != nil {
			return err
		}
		return appendDirectory(ctx, tx, d, deed{c, now, "request repeated", []evidence.Change{
			{Field: "request", After: l.Method + " " + l.Path}, {Field: "status", Before: l.Status, After: a.Status},
		}})
	})
	return d, repeated, err
}

// hears says whether a provider would be heard now.
func (d Directory) hears() error {
	switch d.State {
	case Unlinked:
		return fault.New(fault.Conflict, "the directory %q is switched off; switch it on first", d.Name)
	case Deleting:
		return fault.New(fault.Conflict, "the directory %q is being deleted", d.Name)
	}
	return nil
}

// again answers the request as it came, when the log holds enough of it.
func (l Logged) again() (request, error) {
	impossible := func(format string, args ...any) (request, error) {
		return request{}, fault.New(fault.Impossible, format, args...)
	}
	path, query, _ := strings.Cut(l.Path, "?")
	switch {
	case l.Status < 400:
		return request{}, fault.New(fault.Conflict, "this request succeeded; there is nothing to repeat")
	case l.Path == tokenPath:
		return impossible("this was a request for a token, which only the provider can repeat")
	case l.Status == 401:
		return impossible("this request came without a valid token, so nobody knows whether the provider sent it; let the provider send it again")
	case !l.changes():
		return impossible("this request changes nothing, so repeating it would help nobody; the provider asks again by itself")
	case l.Sent == "" && l.Method != methodDelete:
		return impossible("this request was refused before it was read, so the log does not hold what was sent; let the provider send it again")
	case strings.HasSuffix(l.Sent, "…"):
		return impossible("the log holds only the beginning of what was sent; let the provider send it again")
	}
	values, err := url.ParseQuery(strings.ReplaceAll(query, "+", "%2B"))
	if err != nil {
		return impossible("the log does not hold the query as it was sent; let the provider send it again")
	}
	req := request{Body: []byte(l.Sent), Header: map[string]string{}, Method: l.Method, Path: path, Query: values, ReplayOf: l.ID}
	if l.Sent == "" {
		return req, nil
	}
	body, err := schema.Parse(req.Body)
	if err != nil {
		return impossible("the log does not hold what was sent, since it was no JSON; let the provider send it again")
	}
	if name := withheld(body, ""); name != "" {
		return impossible("%s", fmt.Sprintf("the log does not hold the value of %s, which is a secret; let the provider send the request again", name))
	}
	return req, nil
}

// withheld answers the name of a concealed value that matters, "" when none does. A
// password does not: it is dropped whatever it is (contract S7).
func withheld(value any, name string) string {
	switch v := value.(type) {
	case string:
		if v == concealed {
			return name
		}
	case []any:
		for _, inner := range v {
			if found := withheld(inner, name); found != "" {
				return found
			}
		}
	case schema.Object:
		path, _ := v["path"].(string)
		for member, inner := range v {
			if strings.EqualFold(member, "password") || strings.EqualFold(member, "value") && isPassword(path) {
				continue
			}
			if found := withheld(inner, member); found != "" {
				return found
			}
		}
	}
	return ""
}

// isPassword says whether a path of a PATCH names the password of a user.
func isPassword(path string) bool {
	return strings.EqualFold(path, "password") || strings.EqualFold(path, schema.UserURN+":password")
}
