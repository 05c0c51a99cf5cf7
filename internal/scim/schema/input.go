// SPDX-License-Identifier: Apache-2.0

package schema

import (
	"errors"
	"slices"
	"strings"
)

// Object is a resource, an extension or a complex value: names in the schema's
// spelling, values string, bool, Number, []any or Object, never nil and never an
// empty []any or Object. The URN of an extension leads to an Object.
type Object = map[string]any

// Decoded is what a request's body held.
type Decoded struct {
	Ignored   []string      // names that were dropped because nothing can keep them, as sent
	Learned   []Learned     // names that no schema knew, now kept in Object
	Object    Object        // schemas included; no read-only attributes, no password
	Password  bool          // a password came along; it is kept nowhere
	Tolerated Tolerated     // what it took to read it
	Type      *ResourceType // with what was learned
}

// Input reads values as clients send them into the form of an Object: Decode
// whole resources, patch the values of its operations. One Input is one request;
// Decoded gathers what came along.
type Input struct {
	Decoded
	Mode Mode
}

// ErrIgnored is the answer of Value when a learned attribute is sent a value
// that cannot be kept (contract S8). The name is in Ignored; nothing changes.
var ErrIgnored = errors.New("the value of a learned attribute cannot be kept")

// NewInput starts the reading of one request.
func NewInput(rt *ResourceType, mode Mode) *Input {
	return &Input{Decoded: Decoded{Type: rt, Object: Object{}}, Mode: mode}
}

// Decode reads the body of a POST or PUT. All errors are *Error.
func Decode(raw []byte, rt *ResourceType, mode Mode) (Decoded, error) {
	body, err := ReadObject(raw)
	if err != nil {
		return Decoded{}, err
	}
	in := NewInput(rt, mode)
	err = in.Resource(body)
	return in.Decoded, err
}

// Resource reads a whole resource, as Parse answers it, into in.Object.
func (in *Input) Resource(body Object) error {
	listed, err := in.schemas(body)
	if err != nil {
		return err
	}
	if err := in.members("", body); err != nil {
		return err
	}
	for _, s := range in.Type.extensions {
		if in.Object[s.ID] == nil || listed[s.ID] {
			continue
		}
		if in.Mode == Strict {
			return Errorf(InvalidSyntax, "%s is sent but not listed in schemas.", s.ID)
		}
		in.Tolerated.Add(UnlistedExtension)
	}
	if err := CheckRequired(in.Object, in.Type); err != nil {
		return err
	}
	SetSchemas(in.Object, in.Type)
	return nil
}

// members reads the members of a resource, or of the extension urn.
func (in *Input) members(urn string, body Object) error {
	for _, name := range sortedNames(body) {
		full := name
		switch {
		case urn != "":
			full = urn + ":" + name
		case strings.EqualFold(name, markerURN):
			in.Tolerated.Add(MicrosoftMarker)
			continue
		case strings.EqualFold(name, "schemas"):
			continue
		}
		if err := in.member(urn, name, full, body[name]); err != nil {
			return err
		}
	}
	return nil
}

// sortedNames makes the order of errors and of learning the same every time.
func sortedNames(body Object) []string {
	names := make([]string, 0, len(body))
	for name := range body {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// member reads one member.
func (in *Input) member(urn, name, full string, value any) error {
	if value == nil {
		in.Tolerated.Add(NullValue)
	}
	ref, known := in.Type.Find(full, in.Mode)
	in.noteName(ref, full)
	if known && (ref.Sub != nil || ref.Attribute == nil && urn != "") {
		return in.oddMember(ref, full, value)
	}
	if !known {
		return in.unknown(urn, name, value)
	}
	if ref.Attribute == nil {
		return in.wholeSchema(ref, name, value)
	}
	if in.dropped(ref.Attribute, value) {
		return in.refusePassword(ref.Attribute)
	}
	read, err := in.Value(ref, value)
	if errors.Is(err, ErrIgnored) || err == nil && read == nil {
		return nil
	}
	if err != nil {
		return err
	}
	return in.put(ref, read)
}

// noteName notes how an attribute was named.
func (in *Input) noteName(ref Ref, name string) {
	if ref.Unqualified(name) {
		in.Tolerated.Add(UnqualifiedName)
	}
}

// put sets a value that must not be there yet: two spellings of one name are a
// repetition.
func (in *Input) put(ref Ref, value any) error {
	if ref.Get(in.Object) != nil {
		return Errorf(InvalidSyntax, "%s is sent twice.", ref)
	}
	ref.Set(in.Object, value)
	return nil
}

// oddMember reads a dotted member name, which only paths may have (RFC 7644
// §3.10), and only Tolerant takes.
func (in *Input) oddMember(ref Ref, full string, value any) error {
	if in.Mode == Strict || ref.Sub == nil || ref.Attribute.MultiValued {
		return in.drop(full)
	}
	in.Tolerated.Add(DottedName)
	if in.dropped(ref.Attribute, value) || in.dropped(ref.Sub, value) {
		return nil
	}
	read, err := in.Value(ref, value)
	if err != nil || read == nil {
		return err
	}
	parent, _ := ref.Get(in.Object).(Object)
	if parent[ref.Sub.Name] != nil {
		return Errorf(InvalidSyntax, "%s is sent twice.", ref)
	}
	if parent == nil {
		parent = Object{}
		ref.Set(in.Object, parent)
	}
	parent[ref.Sub.Name] = read
	return nil
}

// drop reports a name that nothing can keep; Strict refuses it.
func (in *Input) drop(name string) error {
	if in.Mode == Strict {
		return Errorf(InvalidSyntax, "%s is not an attribute of %s.", name, in.Type.Name)
	}
	in.ignore(name)
	return nil
}

// ignore reports a name that nothing can keep.
func (in *Input) ignore(name string) {
	in.Ignored = append(in.Ignored, name)
	in.Tolerated.Add(IgnoredAttribute)
}

// wholeSchema reads an extension, or, in tolerant mode, core attributes under
// their own URN.
func (in *Input) wholeSchema(ref Ref, name string, value any) error {
	if absent(value) {
		return nil
	}
	body, ok := value.(Object)
	switch {
	case !ok:
		return Errorf(InvalidValue, "%s must be an object with the attributes of that schema; %s was sent.", name, kindOf(value))
	case ref.Extension == "" && in.Mode == Strict:
		return Errorf(InvalidSyntax, "%s is sent as a member; its attributes belong to the top level.", name)
	case ref.Extension == "":
		in.Tolerated.Add(CoreURNMember)
		return in.members(in.Type.core.ID, body)
	}
	return in.members(ref.Extension, body)
}

// unknown reads a member that no schema knows (contract S8).
func (in *Input) unknown(urn, name string, value any) error {
	if in.Mode == Strict || urn != "" {
		return in.learnMember(urn, name, value)
	}
	if strings.IndexByte(name, ':') < 0 {
		return in.learnMember("", name, value)
	}
	if body, ok := value.(Object); ok {
		return in.members(name, body)
	}
	i := strings.LastIndexByte(name, ':')
	return in.learnMember(name[:i], name[i+1:], value)
}

func (in *Input) learnMember(urn, name string, value any) error {
	ref, kept, err := in.Learn(urn, name, value)
	if err != nil || !kept {
		return err
	}
	read, err := in.Value(ref, value)
	if err != nil {
		return err
	}
	return in.put(ref, read)
}

// dropped says whether an attribute of the client is not kept: what is read
// only (RFC 7644 §3.3), and what is never returned, which is the password.
func (in *Input) dropped(a *Attribute, value any) bool {
	if a.secret() && !absent(value) {
		in.Password = true
		in.Tolerated.Add(PasswordDropped)
	}
	return a.secret() || a.Mutability == ReadOnly
}

// secret says whether the attribute can be written and never read (RFC 7643
// §4.1.1, password): it is kept nowhere (contract S7).
func (a *Attribute) secret() bool {
	return a.Mutability == WriteOnly && a.Returned == ReturnedNever
}

func (in *Input) refusePassword(a *Attribute) error {
	if in.Mode == Strict && in.Password && a.secret() {
		return Errorf(InvalidValue, "%s is not taken: people sign in by other means. Take it out of the attributes that are sent.", a.Name)
	}
	return nil
}

// CheckRequired says whether all required attributes are there (RFC 7643 §7);
// one that is missing or blank is invalidValue.
func CheckRequired(obj Object, rt *ResourceType) error {
	if err := checkRequired("", obj, rt.core.Attributes); err != nil {
		return err
	}
	for i, s := range rt.extensions {
		inner, ok := obj[s.ID].(Object)
		if !ok {
			if rt.SchemaExtensions[i].Required {
				return Errorf(InvalidValue, "%s is required and was not sent.", s.ID)
			}
			continue
		}
		if err := checkRequired(s.ID+":", inner, s.Attributes); err != nil {
			return err
		}
	}
	return nil
}

func checkRequired(prefix string, obj Object, attributes []*Attribute) error {
	for _, a := range attributes {
		value := obj[a.Name]
		text, isText := value.(string)
		if a.Required && a.Mutability != ReadOnly && (value == nil || isText && strings.TrimSpace(text) == "") {
			return Errorf(InvalidValue, "%s%s is required and was not sent, or is blank.", prefix, a.Name)
		}
		for _, inner := range objectsIn(value) {
			if err := checkRequired(prefix+a.Name+".", inner, a.SubAttributes); err != nil {
				return err
			}
		}
	}
	return nil
}

// objectsIn answers the complex values of an attribute's value.
func objectsIn(value any) []Object {
	switch v := value.(type) {
	case Object:
		return []Object{v}
	case []any:
		var found []Object
		for _, element := range v {
			if obj, ok := element.(Object); ok {
				found = append(found, obj)
			}
		}
		return found
	}
	return nil
}
