// SPDX-License-Identifier: Apache-2.0

package jtd

import "github.com/passmuster/muster/internal/json"

// MarshalJSON writes the schema without white space: keywords in the order of
// the struct's fields, names in source order, and nothing that says the
// default. Parse answers an equal schema.
func (s *Schema) MarshalJSON() ([]byte, error) {
	p := printer{}
	p.schema(s)
	return p.out, p.err
}

// String answers the JSON text of the schema, for people and for storing.
func (s *Schema) String() string {
	text, err := s.MarshalJSON()
	if err != nil { // a name that is not UTF-8: such a schema was not parsed
		return err.Error()
	}
	return string(text)
}

type printer struct {
	out []byte
	err error // the first
}

func (p *printer) schema(s *Schema) {
	p.open('{')
	if len(s.Definitions) > 0 {
		p.members("definitions", s.Definitions)
	}
	if s.Nullable {
		p.flag("nullable")
	}
	if s.Metadata != nil {
		p.key("metadata")
		p.out = append(p.out, s.Metadata...)
	}
	p.form(s)
	p.out = append(p.out, '}')
}

func (p *printer) form(s *Schema) {
	switch s.Form {
	case FormRef:
		p.word("ref", s.Ref)
	case FormType:
		p.word("type", string(s.Type))
	case FormEnum:
		p.key("enum")
		p.open('[')
		for _, word := range s.Enum {
			p.comma()
			p.quote(word)
		}
		p.out = append(p.out, ']')
	case FormElements:
		p.key("elements")
		p.schema(s.Elements)
	case FormValues:
		p.key("values")
		p.schema(s.Values)
	case FormProperties:
		p.properties(s)
	case FormDiscriminator:
		p.word("discriminator", s.Discriminator)
		p.members("mapping", s.Mapping)
	case FormEmpty:
	}
}

func (p *printer) properties(s *Schema) {
	if s.hasProperties() {
		p.members("properties", s.Properties)
	}
	if len(s.OptionalProperties) > 0 || !s.hasProperties() {
		p.members("optionalProperties", s.OptionalProperties)
	}
	if s.AdditionalProperties {
		p.flag("additionalProperties")
	}
}

func (p *printer) members(keyword string, members []Member) {
	p.key(keyword)
	p.open('{')
	for _, member := range members {
		p.key(member.Name)
		p.schema(member.Schema)
	}
	p.out = append(p.out, '}')
}

func (p *printer) open(bracket byte) { p.out = append(p.out, bracket) }

// comma separates, unless the bracket has just been opened.
func (p *printer) comma() {
	if last := p.out[len(p.out)-1]; last != '{' && last != '[' {
		p.out = append(p.out, ',')
	}
}

func (p *printer) key(name string) {
	p.comma()
	p.quote(name)
	p.out = append(p.out, ':')
}

func (p *printer) word(keyword, value string) {
	p.key(keyword)
	p.quote(value)
}

func (p *printer) flag(keyword string) {
	p.key(keyword)
	p.out = append(p.out, "true"...)
}

func (p *printer) quote(s string) {
	out, err := json.AppendQuote(p.out, s)
	p.out = out
	if err != nil && p.err == nil {
		p.err = err
	}
}
