// SPDX-License-Identifier: Apache-2.0

package schema

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/passmuster/muster/internal/json"
)

// The URNs of the schemas in the folder data.
const (
	EnterpriseURN   = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	GroupURN        = "urn:ietf:params:scim:schemas:core:2.0:Group"
	ResourceTypeURN = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
	RoleURN         = "urn:okta:scim:schemas:core:1.0:Role"
	SchemaURN       = "urn:ietf:params:scim:schemas:core:2.0:Schema"
	UserURN         = "urn:ietf:params:scim:schemas:core:2.0:User"
)

// Meta is the meta attribute of a schema or resource type as it is answered.
type Meta struct {
	ResourceType string `json:"resourceType"`
	Location     string `json:"location,omitempty"`
}

// Schema is a schema in the form that /Schemas answers (RFC 7643 §7). It never
// changes once loaded.
type Schema struct {
	Schemas     []string     `json:"schemas"`
	ID          string       `json:"id"` // URN
	Name        string       `json:"name"`
	Description string       `json:"description"`
	Attributes  []*Attribute `json:"attributes"`
	Meta        *Meta        `json:"meta,omitempty"`

	names index // of Attributes
}

// At answers a copy whose meta.location is the given URL.
func (s *Schema) At(location string) *Schema {
	placed := *s
	placed.Meta = &Meta{ResourceType: "Schema", Location: location}
	return &placed
}

// Attribute answers the attribute of that name, in any letter case, or nil.
func (s *Schema) Attribute(name string) *Attribute { return s.names.get(name) }

// Extension is a schema that a resource type may carry beside its own.
type Extension struct {
	Schema   string `json:"schema"` // URN
	Required bool   `json:"required"`
}

// ResourceType is a resource type in the form that /ResourceTypes answers (RFC
// 7643 §6), with its schemas at hand. It never changes; With answers another.
type ResourceType struct {
	Schemas          []string    `json:"schemas"`
	ID               string      `json:"id"`
	Name             string      `json:"name"`
	Endpoint         string      `json:"endpoint"` // with a slash at its start
	Description      string      `json:"description"`
	Schema           string      `json:"schema"` // URN
	SchemaExtensions []Extension `json:"schemaExtensions,omitempty"`
	Meta             *Meta       `json:"meta,omitempty"`

	common     *Schema   // id, externalId, meta, schemas
	core       *Schema   // what Schema names
	extensions []*Schema // what SchemaExtensions names, then the learned ones
	learned    int       // names that With added
	order      []string  // top-level members in the order of printing
}

// At answers a copy whose meta.location is the given URL.
func (rt *ResourceType) At(location string) *ResourceType {
	placed := *rt
	placed.Meta = &Meta{ResourceType: "ResourceType", Location: location}
	return &placed
}

// Core answers the schema of the type itself, learned attributes included.
func (rt *ResourceType) Core() *Schema { return rt.core }

// Extensions answers the schemas that may stand beside the core, learned ones
// included, in the order of printing.
func (rt *ResourceType) Extensions() []*Schema { return slices.Clone(rt.extensions) }

// Extension answers the extension of that URN, in any letter case, or nil.
func (rt *ResourceType) Extension(urn string) *Schema {
	for _, s := range rt.extensions {
		if s.ID == urn || strings.EqualFold(s.ID, urn) {
			return s
		}
	}
	return nil
}

// Attribute answers a top-level attribute, common or of the core schema, by its
// name in any letter case, or nil.
func (rt *ResourceType) Attribute(name string) *Attribute {
	if a := rt.core.Attribute(name); a != nil {
		return a
	}
	return rt.common.Attribute(name)
}

//go:embed data/*.json
var files embed.FS

// built is what the folder data holds. A fault in it is the program's own.
var built = sync.OnceValue(func() map[string]*ResourceType {
	types := map[string]*ResourceType{}
	for _, name := range []string{"user", "group", "role"} {
		rt, err := load(name)
		if err != nil {
			panic(err)
		}
		types[name] = rt
	}
	return types
})

// User answers the resource type User with the Enterprise extension.
func User() *ResourceType { return built()["user"] }

// Group answers the resource type Group.
func Group() *ResourceType { return built()["group"] }

// Role answers the resource type Role, which is read only: Okta discovers roles
// by it.
func Role() *ResourceType { return built()["role"] }

// described is what the folder data holds of the documents of discovery.
var described = sync.OnceValue(func() []*Schema {
	var all []*Schema
	for _, name := range []string{"config", "resourcetype", "schema"} {
		text, err := files.ReadFile("data/schema_" + name + ".json")
		if err != nil {
			panic(err)
		}
		s, err := parseSchema(text)
		if err != nil {
			panic(err)
		}
		all = append(all, s)
	}
	return all
})

// Discovery answers the schemas of the documents by which clients find out what
// the service can do (RFC 7643 §8.7.2). No resource is of them.
func Discovery() []*Schema { return described() }

// load reads a resource type and the schemas it names from the folder data.
func load(name string) (*ResourceType, error) {
	text, err := files.ReadFile("data/type_" + name + ".json")
	if err != nil {
		return nil, err
	}
	var schemas [][]byte
	for _, file := range []string{"user", "group", "role", "enterprise"} {
		schema, err := files.ReadFile("data/" + file + ".json")
		if err != nil {
			return nil, err
		}
		schemas = append(schemas, schema)
	}
	return New(text, schemas...)
}

// New makes a resource type from its JSON and that of its schemas, in the form
// that the server answers. Schemas that it does not name are left out.
func New(resourceType []byte, schemas ...[]byte) (*ResourceType, error) {
	rt := &ResourceType{}
	if err := json.UnmarshalStrict(resourceType, rt); err != nil {
		return nil, fmt.Errorf("read resource type: %w", err)
	}
	known := map[string]*Schema{}
	for _, text := range schemas {
		s, err := parseSchema(text)
		if err != nil {
			return nil, err
		}
		known[s.ID] = s
	}
	common, err := files.ReadFile("data/common.json")
	if err != nil {
		return nil, err
	}
	if rt.common, err = parseSchema(common); err != nil {
		return nil, err
	}
	if rt.core = known[rt.Schema]; rt.core == nil {
		return nil, fmt.Errorf("resource type %s: no schema %s", rt.ID, rt.Schema)
	}
	for _, e := range rt.SchemaExtensions {
		s := known[e.Schema]
		if s == nil {
			return nil, fmt.Errorf("resource type %s: no schema %s", rt.ID, e.Schema)
		}
		rt.extensions = append(rt.extensions, s)
	}
	rt.order = rt.printOrder()
	return rt, nil
}

func parseSchema(text []byte) (*Schema, error) {
	s := &Schema{}
	if err := json.UnmarshalStrict(text, s); err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	s.names = newIndex(s.Attributes)
	for _, a := range s.Attributes {
		a.subs = newIndex(a.SubAttributes)
	}
	return s, nil
}

// printOrder is schemas, id, externalId, the core, the extensions, meta.
func (rt *ResourceType) printOrder() []string {
	order := []string{"schemas", "id", "externalId"}
	for _, a := range rt.core.Attributes {
		order = append(order, a.Name)
	}
	for _, s := range rt.extensions {
		order = append(order, s.ID)
	}
	return append(order, "meta")
}
