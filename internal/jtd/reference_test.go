// SPDX-License-Identifier: Apache-2.0

package jtd_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/jtd"
)

// This file is a second validator, written from RFC 8927 without a thought for
// speed. It shares no code with the one that it is held against: it decodes the
// instance into a tree and answers all problems in the order of First.

// object is a decoded JSON object that remembers the order of its members.
type object []pair

type pair struct {
	name  string
	value any // nil, bool, json.Number, string, []any or object
}

func (o object) get(name string) (any, bool) {
	for _, p := range o {
		if p.name == name {
			return p.value, true
		}
	}
	return nil, false
}

// decode reads a JSON text into a tree.
func decode(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return decodeValue(decoder)
}

func decodeValue(decoder *json.Decoder) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('['):
		list := []any{}
		for decoder.More() {
			value, err := decodeValue(decoder)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		_, err := decoder.Token()
		return list, err
	case json.Delim('{'):
		members := object{}
		for decoder.More() {
			name, err := decoder.Token()
			if err != nil {
				return nil, err
			}
			value, err := decodeValue(decoder)
			if err != nil {
				return nil, err
			}
			members = append(members, pair{name.(string), value})
		}
		_, err := decoder.Token()
		return members, err
	}
	return token, nil
}

// reference validates value against s and answers a line a problem.
type reference struct {
	root  *jtd.Schema
	lines []string
}

func (r *reference) add(code jtd.Code, at, schema []string, more string) {
	r.lines = append(r.lines, fmt.Sprintf("%s at %q by %q %s", code, jtd.Pointer(at), jtd.Pointer(schema), more))
}

// line is what reference writes for a problem.
func line(p jtd.Problem) string {
	return fmt.Sprintf("%s at %q by %q %s", p.Code, jtd.Pointer(p.InstancePath), jtd.Pointer(p.SchemaPath), p.Expected+p.Property)
}

func join(path []string, tokens ...string) []string { return slices.Concat(path, tokens) }

func (r *reference) validate(value any, s *jtd.Schema, at, schema []string, tag string) {
	if value == nil && s.Nullable {
		return
	}
	switch s.Form {
	case jtd.FormRef:
		r.validate(value, r.root.Definition(s.Ref), at, []string{"definitions", s.Ref}, "")
	case jtd.FormType:
		if !fits(value, s.Type) {
			r.add(jtd.WrongType, at, join(schema, "type"), string(s.Type))
		}
	case jtd.FormEnum:
		if word, ok := value.(string); !ok || !slices.Contains(s.Enum, word) {
			r.add(jtd.BadEnum, at, join(schema, "enum"), "")
		}
	case jtd.FormElements:
		list, ok := value.([]any)
		if !ok {
			r.add(jtd.WrongType, at, join(schema, "elements"), "array")
		}
		for i, element := range list {
			r.validate(element, s.Elements, join(at, strconv.Itoa(i)), join(schema, "elements"), "")
		}
	case jtd.FormValues:
		members, ok := value.(object)
		if !ok {
			r.add(jtd.WrongType, at, join(schema, "values"), "object")
		}
		for _, member := range members {
			r.validate(member.value, s.Values, join(at, member.name), join(schema, "values"), "")
		}
	case jtd.FormProperties:
		r.properties(value, s, at, schema, tag)
	case jtd.FormDiscriminator:
		r.discriminator(value, s, at, schema)
	}
}

func (r *reference) properties(value any, s *jtd.Schema, at, schema []string, tag string) {
	members, ok := value.(object)
	if !ok {
		keyword := "optionalProperties"
		if s.HasProperties {
			keyword = "properties"
		}
		r.add(jtd.WrongType, at, join(schema, keyword), "object")
		return
	}
	for _, member := range members {
		if _, _, known := s.Property(member.name); !known && !s.AdditionalProperties && (tag == "" || member.name != tag[1:]) {
			r.add(jtd.UnknownProperty, join(at, member.name), schema, member.name)
		}
	}
	for _, property := range s.Properties {
		inner, present := members.get(property.Name)
		if !present {
			r.add(jtd.MissingProperty, at, join(schema, "properties", property.Name), property.Name)
			continue
		}
		r.validate(inner, property.Schema, join(at, property.Name), join(schema, "properties", property.Name), "")
	}
	for _, property := range s.OptionalProperties {
		if inner, present := members.get(property.Name); present {
			r.validate(inner, property.Schema, join(at, property.Name), join(schema, "optionalProperties", property.Name), "")
		}
	}
}

func (r *reference) discriminator(value any, s *jtd.Schema, at, schema []string) {
	members, ok := value.(object)
	if !ok {
		r.add(jtd.WrongType, at, join(schema, "discriminator"), "object")
		return
	}
	tag, ok := members.get(s.Discriminator)
	if !ok {
		r.add(jtd.MissingProperty, at, join(schema, "discriminator"), s.Discriminator)
		return
	}
	word, ok := tag.(string)
	if !ok {
		r.add(jtd.WrongType, join(at, s.Discriminator), join(schema, "discriminator"), "string")
		return
	}
	for _, member := range s.Mapping {
		if member.Name == word {
			r.validate(value, member.Schema, at, join(schema, "mapping", word), "="+s.Discriminator)
			return
		}
	}
	r.add(jtd.BadEnum, join(at, s.Discriminator), join(schema, "mapping"), "")
}

func fits(value any, t jtd.Type) bool {
	switch value := value.(type) {
	case bool:
		return t == jtd.TypeBoolean
	case string:
		return t == jtd.TypeString || t == jtd.TypeTimestamp && isTimestamp(value)
	case json.Number:
		if t == jtd.TypeFloat32 || t == jtd.TypeFloat64 {
			return true
		}
		ranges := map[jtd.Type][2]int64{
			jtd.TypeInt8: {-1 << 7, 1<<7 - 1}, jtd.TypeInt16: {-1 << 15, 1<<15 - 1}, jtd.TypeInt32: {-1 << 31, 1<<31 - 1},
			jtd.TypeUint8: {0, 1<<8 - 1}, jtd.TypeUint16: {0, 1<<16 - 1}, jtd.TypeUint32: {0, 1<<32 - 1},
		}
		limits, integer := ranges[t]
		exact, ok := new(big.Rat).SetString(value.String())
		return integer && ok && exact.IsInt() &&
			exact.Cmp(big.NewRat(limits[0], 1)) >= 0 && exact.Cmp(big.NewRat(limits[1], 1)) <= 0
	}
	return false
}

func isTimestamp(s string) bool {
	grammar := regexp.MustCompile(`^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$`)
	if !grammar.MatchString(s) {
		return false
	}
	s = strings.ToUpper(s)
	leap := s[17:19] == "60"
	if leap {
		s = s[:17] + "59" + s[19:]
	}
	instant, err := time.Parse(time.RFC3339Nano, s)
	return err == nil && (!leap || instant.UTC().Format("15:04:05") == "23:59:59")
}
