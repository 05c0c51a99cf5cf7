// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/web"
)

// describer documents the bodies that routes stream, which types do not show.
type describer struct {
	schemas huma.Registry
}

func (d describer) put(op *huma.Operation) {
	op.RequestBody = &huma.RequestBody{
		Required:    true,
		Description: "The complete current set of the definition. May come with Content-Encoding gzip or zstd.",
		Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{
			Type: huma.TypeObject, Required: []string{"resourceId", "resources"},
			Properties: map[string]*huma.Schema{
				"resourceId": {Type: huma.TypeString, Description: "Id of the definition."},
				"resources": {
					Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true},
					Description: "Records: the fields of the base type and, where the definition has a schema, customProperties.",
				},
			},
		}}},
	}
	d.answer(op, "200", "Taken", reflect.TypeFor[api.PutResult]())
	// A set that was refused whole, a set of which no record was valid, a request
	// that is wrong in itself.
	refused := &huma.Schema{AnyOf: []*huma.Schema{
		huma.SchemaFromType(d.schemas, reflect.TypeFor[api.PutRefusal]()),
		huma.SchemaFromType(d.schemas, reflect.TypeFor[api.PutResult]()),
		huma.SchemaFromType(d.schemas, reflect.TypeFor[web.ErrorBody]()),
	}}
	d.content(op, "400", "Nothing was taken", jsonType, refused)
}

func (d describer) answer(op *huma.Operation, status, text string, t reflect.Type) {
	d.content(op, status, text, jsonType, huma.SchemaFromType(d.schemas, t))
}

func (d describer) content(op *huma.Operation, status, text, kind string, schema *huma.Schema) {
	if op.Responses[status] == nil {
		op.Responses[status] = &huma.Response{Description: text}
	}
	op.Responses[status].Content = map[string]*huma.MediaType{kind: {Schema: schema}}
}

// record is what was pushed, with three times.
func record() *huma.Schema {
	at := &huma.Schema{Type: huma.TypeString, Format: "date-time"}
	return &huma.Schema{
		Type: huma.TypeObject, AdditionalProperties: true, Required: []string{"createdAt", "uniqueId", "updatedAt"},
		Properties: map[string]*huma.Schema{
			"createdAt": at, "deletedAt": at, "uniqueId": {Type: huma.TypeString}, "updatedAt": at,
		},
	}
}

func everything() *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeObject, Required: []string{"resources"},
		Properties: map[string]*huma.Schema{"resources": {Type: huma.TypeArray, Items: record()}},
	}
}

func (d describer) all(op *huma.Operation) {
	d.content(op, "200", "Every record", jsonType, everything())
}

func (d describer) list(op *huma.Operation) {
	page := &huma.Schema{
		Type: huma.TypeObject, Required: []string{"results"},
		Properties: map[string]*huma.Schema{"results": {
			Type: huma.TypeObject, Required: []string{"data", "pageInfo"},
			Properties: map[string]*huma.Schema{
				"data":     {Type: huma.TypeArray, Items: record()},
				"pageInfo": huma.SchemaFromType(d.schemas, reflect.TypeFor[api.PageInfo]()),
			},
		}},
	}
	d.content(op, "200", "A page when pageSize or pageCursor is given, else every record", jsonType,
		&huma.Schema{OneOf: []*huma.Schema{page, everything()}})
}

func (d describer) rejections(op *huma.Operation) {
	d.content(op, "200", "One rejection a line", "application/x-ndjson", huma.SchemaFromType(d.schemas, reflect.TypeFor[api.Rejection]()))
}
