// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/passmuster/muster/internal/scim/schema"
)

// queryOf reads the parameters of a list (RFC 7644 §3.4.2). What is no number
// counts as absent: clients send odd ones, and a list is still what they want.
func queryOf(query url.Values) listQuery {
	q := listQuery{
		Attributes: schema.SplitNames(query.Get("attributes")), Excluded: schema.SplitNames(query.Get("excludedAttributes")),
		Filter: strings.TrimSpace(query.Get("filter")), SortBy: query.Get("sortBy"), SortOrder: query.Get("sortOrder"),
		Count: numberOf(query.Get("count")), StartIndex: numberOf(query.Get("startIndex")),
	}
	if query.Has("cursor") {
		cursor := query.Get("cursor")
		q.Cursor = &cursor
	}
	return q
}

func numberOf(text string) *int {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		return nil
	}
	return &n
}

// searchURN is the schema of a search by POST (RFC 7644 §3.4.3).
const searchURN = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"

// searchOf reads the body of a search, whose names are those of the parameters.
func (c *call) searchOf(body []byte) (listQuery, error) {
	value, err := schema.ReadObject(body)
	if err != nil {
		return listQuery{}, err
	}
	query := url.Values{}
	for name, member := range value {
		if paramName(name) != name {
			c.note(schema.MessageMember)
		}
		switch v := member.(type) {
		case string:
			query.Set(paramName(name), v)
		case schema.Number:
			query.Set(paramName(name), string(v))
		case []any:
			var names []string
			for _, element := range v {
				if one, ok := element.(string); ok {
					names = append(names, one)
				}
			}
			query.Set(paramName(name), strings.Join(names, ","))
		}
	}
	urns := query.Get("schemas")
	if !strings.Contains(schema.Fold(urns), schema.Fold(searchURN)) {
		return listQuery{}, schema.Errorf(schema.InvalidSyntax, "schemas must list %s.", searchURN)
	}
	if _, list := memberOf(value, "schemas").([]any); !list || !strings.Contains(urns, searchURN) {
		c.note(schema.MessageURN)
	}
	return queryOf(query), nil
}

// paramName answers the parameter that a member of a search is, in any letter
// case.
func paramName(name string) string {
	for _, known := range []string{"attributes", "excludedAttributes", "filter", "sortBy", "sortOrder", "count", "startIndex", "cursor", "schemas"} {
		if strings.EqualFold(name, known) {
			return known
		}
	}
	return name
}

// parseQuery reads a query as providers write it: only & stands between
// parameters, and their names are known in any letter case. A filter that is lost
// on the way would list everybody, so what cannot be read is refused.
func parseQuery(raw string) (query url.Values, used schema.Tolerated, err error) {
	query = url.Values{}
	for pair := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err == nil {
			value, err = url.QueryUnescape(value)
		}
		if err != nil {
			return nil, 0, schema.Errorf(schema.InvalidFilter, "The query is not percent-encoded correctly.")
		}
		if name == "" {
			continue
		}
		if paramName(name) != name {
			used.Add(schema.ParameterCase)
		}
		query.Add(paramName(name), value)
	}
	return query, used, nil
}
