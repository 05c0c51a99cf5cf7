// SPDX-License-Identifier: Apache-2.0

package web

import (
	"encoding/base64"

	"github.com/danielgtaylor/huma/v2"

	"github.com/passmuster/muster/internal/json"
)

const defaultPageSize = 10

// PageInput is embedded in the input of a list (contract manage-api.md).
type PageInput struct {
	PageSize   int    `doc:"Entries on a page; 10 when absent." maximum:"100" minimum:"1" query:"pageSize"` // 0 = absent
	PageCursor string `doc:"A cursor of an earlier answer; the page starts just after it." query:"pageCursor"`

	asked bool // the query has one of the two, empty or not
}

// Resolve is called by huma after the query was read, and looks at what an empty
// value hides: an empty size is an error, an empty cursor asks for the first page.
func (p *PageInput) Resolve(ctx huma.Context) []error {
	address := ctx.URL()
	query := address.Query()
	p.asked = query.Has("pageSize") || query.Has("pageCursor")
	if query.Get("pageCursor") == "" {
		p.PageCursor = "" // huma takes a name without a value for true
	}
	if query.Has("pageSize") && query.Get("pageSize") == "" {
		return []error{failureOf(ctx.Context(), InQuery("pageSize", "must be a number from 1 to 100"))}
	}
	return nil
}

// Size answers the number of entries asked for.
func (p PageInput) Size() int {
	if p.PageSize == 0 {
		return defaultPageSize
	}
	return p.PageSize
}

// Asked says whether the request names a page at all. Clients begin their loops
// with an empty cursor, which is enough.
func (p PageInput) Asked() bool { return p.asked || p.PageSize != 0 || p.PageCursor != "" }

// Page is the answer of a list.
type Page[T any] struct {
	Results PageResults[T] `json:"results"`
}

// PageResults are a page's entries and where it stands in the list.
type PageResults[T any] struct {
	Data     []T      `json:"data"`
	PageInfo PageInfo `json:"pageInfo"`
}

// PageInfo says where a page stands; the cursors are null on an empty page.
type PageInfo struct {
	EndCursor       *string `json:"endCursor"`
	HasNextPage     bool    `json:"hasNextPage"`
	HasPreviousPage bool    `json:"hasPreviousPage"`
	StartCursor     *string `json:"startCursor"`
}

// NewPage makes the answer of a list; cursor answers an entry's own.
func NewPage[T any](data []T, cursor func(T) string, hasNext, hasPrevious bool) Page[T] {
	info := PageInfo{HasNextPage: hasNext, HasPreviousPage: hasPrevious}
	if len(data) > 0 {
		start, end := cursor(data[0]), cursor(data[len(data)-1])
		info.StartCursor, info.EndCursor = &start, &end
	}
	return Page[T]{Results: PageResults[T]{Data: data, PageInfo: info}}
}

// EncodeCursor makes an opaque cursor of the sort keys of an entry.
func EncodeCursor(parts ...string) string {
	text, err := json.Marshal(parts)
	if err != nil {
		panic(err) // keys come from the database, which holds UTF-8 only
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// After answers the id that the page starts just after, of a list by ids; "" for the
// first page. A cursor that is none is an Invalid fault.
func (p *PageInput) After() (id string, err error) {
	parts, err := DecodeCursor(p.PageCursor, 1)
	if err != nil || parts == nil {
		return "", err
	}
	return parts[0], nil
}

// DecodeCursor answers the sort keys of a cursor; nil for the empty one. What
// EncodeCursor did not make of want parts is an Invalid fault.
func DecodeCursor(s string, want int) ([]string, error) {
	if s == "" {
		return nil, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(s)
	var parts []string
	if err == nil {
		err = json.Unmarshal(text, &parts)
	}
	if err != nil || len(parts) != want {
		return nil, InQuery("pageCursor", "must be a cursor of an earlier answer of this list")
	}
	return parts, nil
}
