// SPDX-License-Identifier: Apache-2.0

package jtd_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/passmuster/muster/internal/jtd"
)

// maker draws schemas, and instances that fit them or almost do.
type maker struct {
	*rapid.T
	root        *jtd.Schema
	definitions []string
}

// wordList has few names, so that schema and instance often meet, among
// them those that need escapes and those that look alike.
func wordList() []string {
	return []string{"", "a", "b", "c", "name", "names", "memory", "sizeInGigabytes", "sizeInGigabyteX", "a/b", "~", "\"", "\\", "é", "😀", "\n", "type", "0"}
}

func (m maker) chance(percent int) bool {
	return rapid.IntRange(0, 99).Draw(m.T, "chance") < percent
}

func (m maker) words(least, most int) []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(wordList()), least, most, rapid.ID[string]).Draw(m.T, "words")
}

// drawRoot draws a schema with definitions; a ref is never a definition's own
// form, so that there are no circles.
func (m maker) drawRoot() *jtd.Schema {
	m.definitions = m.words(0, 3)
	var definitions []jtd.Member
	for _, name := range m.definitions {
		definitions = append(definitions, jtd.Member{Name: name, Schema: m.schema(2, false)})
	}
	root := m.schema(3, true)
	root.Definitions = definitions
	return root
}

func (m maker) schema(depth int, refs bool) *jtd.Schema {
	forms := []jtd.Form{jtd.FormEmpty, jtd.FormType, jtd.FormType, jtd.FormEnum}
	if refs && len(m.definitions) > 0 {
		forms = append(forms, jtd.FormRef, jtd.FormRef)
	}
	if depth > 0 {
		forms = append(forms, jtd.FormElements, jtd.FormValues, jtd.FormProperties, jtd.FormProperties, jtd.FormProperties, jtd.FormDiscriminator)
	}
	form := rapid.SampledFrom(forms).Draw(m.T, "form")
	if form == jtd.FormProperties {
		s := m.properties(depth, m.words(0, 6))
		s.Nullable = m.chance(20)
		return s
	}
	s := &jtd.Schema{Form: form, Nullable: m.chance(20)}
	switch form {
	case jtd.FormType:
		s.Type = jtd.Type(rapid.SampledFrom(strings.Fields("boolean string timestamp float32 float64 int8 uint8 int16 uint16 int32 uint32")).Draw(m.T, "type"))
	case jtd.FormEnum:
		s.Enum = m.words(1, 4)
	case jtd.FormRef:
		s.Ref = rapid.SampledFrom(m.definitions).Draw(m.T, "ref")
	case jtd.FormElements:
		s.Elements = m.schema(depth-1, true)
	case jtd.FormValues:
		s.Values = m.schema(depth-1, true)
	case jtd.FormDiscriminator:
		s.Discriminator = rapid.SampledFrom(wordList()).Draw(m.T, "tag")
		for _, word := range m.words(0, 3) {
			names := slices.DeleteFunc(m.words(0, 4), func(name string) bool { return name == s.Discriminator })
			s.Mapping = append(s.Mapping, jtd.Member{Name: word, Schema: m.properties(depth, names)})
		}
	}
	return s
}

func (m maker) properties(depth int, names []string) *jtd.Schema {
	s := &jtd.Schema{Form: jtd.FormProperties, AdditionalProperties: m.chance(20)}
	for _, name := range names {
		member := jtd.Member{Name: name, Schema: m.schema(depth-1, true)}
		if m.chance(60) {
			s.Properties = append(s.Properties, member)
		} else {
			s.OptionalProperties = append(s.OptionalProperties, member)
		}
	}
	s.HasProperties = len(s.Properties) > 0 || m.chance(50)
	return s
}

// instance writes a JSON text for s, in which one value in ten is another's.
func (m maker) instance(s *jtd.Schema, depth int) string {
	if m.chance(8) {
		return m.anything(2)
	}
	if s.Nullable && m.chance(20) || depth > 12 {
		return "null"
	}
	switch s.Form {
	case jtd.FormRef:
		return m.instance(m.root.Definition(s.Ref), depth+1)
	case jtd.FormType:
		return m.primitive(s.Type)
	case jtd.FormEnum:
		return m.quote(rapid.SampledFrom(s.Enum).Draw(m.T, "word"))
	case jtd.FormElements:
		var elements []string
		for range rapid.IntRange(0, 3).Draw(m.T, "count") {
			elements = append(elements, m.instance(s.Elements, depth+1))
		}
		return m.brackets("[", "]", elements)
	case jtd.FormValues:
		var members []string
		for _, name := range m.words(0, 3) {
			members = append(members, m.member(name, m.instance(s.Values, depth+1)))
		}
		return m.brackets("{", "}", members)
	case jtd.FormProperties:
		return m.object(s, depth, nil)
	case jtd.FormDiscriminator:
		if len(s.Mapping) == 0 {
			return m.anything(2)
		}
		chosen := rapid.SampledFrom(s.Mapping).Draw(m.T, "mapping")
		return m.object(chosen.Schema, depth, map[string]string{s.Discriminator: m.quote(chosen.Name)})
	}
	return m.anything(2)
}

// object writes an object for a properties form, with more members given.
func (m maker) object(s *jtd.Schema, depth int, more map[string]string) string {
	values := map[string]string{}
	if m.chance(15) {
		for _, name := range m.words(1, 2) {
			values[name] = m.anything(1)
		}
	}
	for _, property := range s.Properties {
		if !m.chance(4) {
			values[property.Name] = m.instance(property.Schema, depth+1)
		}
	}
	for _, property := range s.OptionalProperties {
		if m.chance(60) {
			values[property.Name] = m.instance(property.Schema, depth+1)
		}
	}
	for name, value := range more {
		if !m.chance(4) {
			values[name] = value
		}
	}
	var members []string
	for _, name := range wordList() {
		if value, ok := values[name]; ok {
			members = append(members, m.member(name, value))
		}
	}
	return m.brackets("{", "}", rapid.Permutation(members).Draw(m.T, "order"))
}

func (m maker) primitive(t jtd.Type) string {
	switch t {
	case jtd.TypeBoolean:
		return rapid.SampledFrom([]string{"true", "false"}).Draw(m.T, "boolean")
	case jtd.TypeString:
		return m.quote(rapid.SampledFrom(wordList()).Draw(m.T, "string"))
	case jtd.TypeTimestamp:
		return m.timestamp()
	}
	return m.number()
}

func (m maker) timestamp() string {
	return fmt.Sprintf(`"%04d-%02d-%02d%s%02d:%02d:%02d%s%s"`,
		rapid.IntRange(0, 9999).Draw(m.T, "year"), rapid.IntRange(1, 12).Draw(m.T, "month"), rapid.IntRange(1, 30).Draw(m.T, "day"),
		rapid.SampledFrom([]string{"T", "t"}).Draw(m.T, "t"),
		rapid.SampledFrom([]int{0, 12, 23, 23}).Draw(m.T, "hour"), rapid.SampledFrom([]int{0, 30, 59, 59}).Draw(m.T, "minute"), rapid.IntRange(57, 60).Draw(m.T, "second"),
		rapid.SampledFrom([]string{"", ".5", ".123456789012"}).Draw(m.T, "fraction"),
		rapid.SampledFrom([]string{"Z", "z", "+00:00", "-00:30", "+23:59"}).Draw(m.T, "zone"))
}

func (m maker) number() string {
	if m.chance(30) {
		return rapid.SampledFrom([]string{"-0", "0.0", "1.0e2", "12.5E+1", "1.5", "1e-3", "100e-2", "1e400", "12345678901234567890123", "4294967295.0"}).Draw(m.T, "spelling")
	}
	edge := rapid.SampledFrom([]int64{0, math.MaxInt8, math.MinInt8, math.MaxUint8, math.MaxInt16, math.MinInt16, math.MaxUint16, math.MaxInt32, math.MinInt32, math.MaxUint32}).Draw(m.T, "edge")
	return fmt.Sprint(edge + rapid.Int64Range(-1, 1).Draw(m.T, "beside"))
}

// anything writes a value that no schema asked for.
func (m maker) anything(depth int) string {
	kinds := []string{"null", "true", "number", "string", "timestamp"}
	if depth > 0 {
		kinds = append(kinds, "array", "object")
	}
	switch kind := rapid.SampledFrom(kinds).Draw(m.T, "kind"); kind {
	case "number":
		return m.number()
	case "string":
		return m.primitive(jtd.TypeString)
	case "timestamp":
		return m.timestamp()
	case "array":
		return m.brackets("[", "]", []string{m.anything(depth - 1), m.anything(depth - 1)})
	case "object":
		var members []string
		for _, name := range m.words(0, 3) {
			members = append(members, m.member(name, m.anything(depth-1)))
		}
		return m.brackets("{", "}", members)
	default:
		return kind
	}
}

func (m maker) brackets(open, end string, parts []string) string {
	return open + m.space() + strings.Join(parts, m.space()+","+m.space()) + m.space() + end
}

func (m maker) member(name, value string) string {
	return m.quote(name) + m.space() + ":" + m.space() + value
}

func (m maker) space() string {
	return rapid.SampledFrom([]string{"", "", "", " ", "\n\t"}).Draw(m.T, "space")
}

// quote spells a string in one of the ways that JSON has.
func (m maker) quote(s string) string {
	if m.chance(15) {
		var quoted strings.Builder
		for _, r := range s {
			if r > 0xFFFF {
				r -= 0x10000
				fmt.Fprintf(&quoted, `\u%04x\u%04X`, 0xD800+r>>10, 0xDC00+r&0x3FF)
				continue
			}
			fmt.Fprintf(&quoted, `\u%04x`, r)
		}
		return `"` + quoted.String() + `"`
	}
	text, err := json.Marshal(s)
	if err != nil {
		m.Fatal(err)
	}
	return string(text)
}

// TestAgainstReference holds All and First against the plain validator of reference_test.go.
func TestAgainstReference(t *testing.T) {
	valid, invalid := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		m := maker{T: t}
		m.root = m.drawRoot()
		checkPrint(t, m.root)
		validator, err := jtd.Compile(m.root)
		if err != nil {
			t.Fatal(err)
		}
		for range 4 {
			instance := m.instance(m.root, 0)
			if checkReference(t, m.root, validator, []byte(instance)) {
				valid++
			} else {
				invalid++
			}
		}
	})
	t.Logf("%d valid instances, %d others", valid, invalid)
}

// checkPrint holds a schema against what its printed form parses to.
func checkPrint(t *rapid.T, schema *jtd.Schema) {
	parsed, err := jtd.Parse([]byte(schema.String()))
	if err != nil {
		t.Fatalf("%s: %v", schema, err)
	}
	if diff := cmp.Diff(schema, parsed, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("print then parse differs (-want +got):\n%s", diff)
	}
}

// checkReference holds the validator against the reference and says whether
// the instance is valid.
func checkReference(t rapid.TB, schema *jtd.Schema, validator *jtd.Validator, instance []byte) bool {
	tree, err := decode(instance)
	if err != nil {
		t.Fatalf("%s: %v", instance, err)
	}
	want := &reference{root: schema}
	want.validate(tree, schema, nil, nil, "")
	var got []string
	for _, p := range validator.All(instance) {
		got = append(got, line(p))
	}
	if diff := cmp.Diff(want.lines, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("schema %s\ninstance %s\n(-want +got):\n%s", schema, instance, diff)
	}
	first, ok := validator.First(instance)
	if ok != (len(got) == 0) || !ok && line(first) != got[0] {
		t.Fatalf("schema %s\ninstance %s\nFirst = %v %s", schema, instance, ok, line(first))
	}
	return ok
}
