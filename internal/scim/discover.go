// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"fmt"
	"strings"

	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/scim/schema"
)

// What a Bulk request may hold (RFC 7644 §3.7.4).
const (
	maxOperations = 1000
	maxPayload    = 1 << 20 // bytes
)

// configURN is the schema of the service provider's configuration (RFC 7643 §5).
const configURN = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"

// discover answers what the service provider can do (RFC 7644 §4). kind is the
// endpoint's name, folded; rest names one schema or resource type, "" means all.
// types are those of the directory; who is anonymous sees none of what it learned
// (contract E3). Parameters of lists mean nothing here.
func (s *Service) discover(c *call, kind, rest string, types []*schema.ResourceType, anonymous bool) (status int, body []byte) {
	if anonymous {
		types = s.baseTypes()
	}
	types = append(types[:len(types):len(types)], schema.Role())
	var value any
	switch schema.Fold(kind) {
	case "serviceproviderconfig":
		if rest == "" {
			value = configOf(c)
		}
	case "schemas":
		value = s.schemas(c, rest, types)
	case "resourcetypes":
		value = resourceTypes(c, rest, types)
	}
	if value == nil {
		a := refusal(&schema.Error{Status: statusNotFound, Detail: fmt.Sprintf("There is no %q here.", strings.TrimSuffix(kind+"/"+rest, "/"))})
		return a.Status, a.Body
	}
	body, err := json.Marshal(value)
	if err != nil { // the values are all our own
		a := refusal(&schema.Error{Status: statusInternal, Detail: err.Error()})
		return a.Status, a.Body
	}
	return statusOK, body
}

// listed is a ListResponse of what is no resource.
func listed[T any](values []T) any {
	return struct {
		Schemas      []string `json:"schemas"`
		TotalResults int      `json:"totalResults"`
		ItemsPerPage int      `json:"itemsPerPage"`
		StartIndex   int      `json:"startIndex"`
		Resources    []T      `json:"Resources"`
	}{[]string{listURN}, len(values), len(values), 1, values}
}

func (s *Service) schemas(c *call, urn string, types []*schema.ResourceType) any {
	var all []*schema.Schema
	seen := map[string]bool{}
	add := func(several ...*schema.Schema) {
		for _, one := range several {
			if key := schema.Fold(one.ID); !seen[key] {
				seen[key] = true
				all = append(all, one.At(c.base+"/Schemas/"+one.ID))
			}
		}
	}
	for _, rt := range types {
		add(rt.Core())
		add(rt.Extensions()...)
	}
	add(schema.Discovery()...)
	if urn == "" {
		return listed(all)
	}
	for _, one := range all {
		if strings.EqualFold(one.ID, urn) {
			return one
		}
	}
	return nil
}

func resourceTypes(c *call, name string, types []*schema.ResourceType) any {
	all := make([]*schema.ResourceType, len(types))
	for i, rt := range types {
		all[i] = rt.At(c.base + "/ResourceTypes/" + rt.Name)
		if strings.EqualFold(rt.Name, name) {
			return all[i]
		}
	}
	if name == "" {
		return listed(all)
	}
	return nil
}

// config is the service provider's configuration (RFC 7643 §5, RFC 9865 §4).
type config struct {
	Schemas        []string     `json:"schemas"`
	Patch          support      `json:"patch"`
	Bulk           bulkConfig   `json:"bulk"`
	Filter         filterConfig `json:"filter"`
	ChangePassword support      `json:"changePassword"`
	Sort           support      `json:"sort"`
	ETag           support      `json:"etag"`
	Pagination     paging       `json:"pagination"`
	Authentication []scheme     `json:"authenticationSchemes"`
	Conformant     bool         `json:"interopProfileConformant,omitzero"` // contract 1.12
	Meta           schema.Meta  `json:"meta"`
}

type support struct {
	Supported bool `json:"supported"`
}

type bulkConfig struct {
	Supported  bool `json:"supported"`
	Operations int  `json:"maxOperations"`
	Payload    int  `json:"maxPayloadSize"`
}

type filterConfig struct {
	Supported bool `json:"supported"`
	Results   int  `json:"maxResults"`
}

type paging struct {
	Cursor      bool   `json:"cursor"`
	Index       bool   `json:"index"`
	Method      string `json:"defaultPaginationMethod"`
	DefaultSize int    `json:"defaultPageSize"`
	MaxSize     int    `json:"maxPageSize"`
}

type scheme struct {
	Type        string `json:"type"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Spec        string `json:"specUri"`
	Primary     bool   `json:"primary"`
}

func configOf(c *call) any {
	yes := support{Supported: true}
	return config{
		Schemas: []string{configURN}, Patch: yes, Sort: yes, ETag: yes,
		Authentication: []scheme{{
			Type: "oauthbearertoken", Name: "OAuth Bearer Token", Primary: true,
			Description: "The directory's token, in the header Authorization.", Spec: "https://www.rfc-editor.org/info/rfc6750",
		}, {
			Type: "oauth2", Name: "OAuth 2.0 Client Credentials",
			Description: "A token for an hour from " + c.base + tokenPath + ", by a client's secret or an assertion that it signs (RFC 7523).",
			Spec:        "https://www.rfc-editor.org/info/rfc6749",
		}},
		Bulk:       bulkConfig{Supported: true, Operations: maxOperations, Payload: maxPayload},
		Conformant: c.dir.Strict,
		Filter:     filterConfig{Supported: true, Results: maxCount},
		Meta:       schema.Meta{ResourceType: "ServiceProviderConfig", Location: c.base + "/ServiceProviderConfig"},
		Pagination: paging{Cursor: true, Index: true, Method: "index", DefaultSize: defaultCount, MaxSize: maxCount},
	}
}
