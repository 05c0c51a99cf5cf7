// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/jtd"
)

// fieldsIn lists the fields of a base type, those inside of objects and arrays too.
// Base types have neither definitions nor discriminators.
func fieldsIn(schema *jtd.Schema) (list []api.BaseField) {
	for _, part := range []struct {
		members  []jtd.Member
		required bool
	}{{schema.Properties, true}, {schema.OptionalProperties, false}} {
		for _, member := range part.members {
			list = append(list, fieldsOf(member.Name, member.Schema, part.required)...)
		}
	}
	return list
}

func fieldsOf(path string, schema *jtd.Schema, required bool) []api.BaseField {
	field := api.BaseField{Path: path, Type: "any", Required: required, Nullable: schema.Nullable}
	var inner []api.BaseField
	switch schema.Form {
	case jtd.FormType:
		field.Type = string(schema.Type)
	case jtd.FormEnum:
		field.Type, field.Values = "enum", schema.Enum
	case jtd.FormElements:
		field.Type = "array"
		inner = fieldsOf(path+"[]", schema.Elements, true)
	case jtd.FormProperties:
		field.Type = "object"
		for _, one := range fieldsIn(schema) {
			one.Path = path + "." + one.Path
			inner = append(inner, one)
		}
	default:
	}
	return append([]api.BaseField{field}, inner...)
}
