// SPDX-License-Identifier: Apache-2.0

package web

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// BodyOf documents a JSON body of a route that reads it member by member
// (Route.Describe).
func BodyOf[T any](s *Server) func(*huma.Operation) {
	schemas := s.API().OpenAPI().Components.Schemas
	return func(op *huma.Operation) {
		schema := schemas.Schema(reflect.TypeFor[T](), true, "")
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: schema}}}
	}
}
