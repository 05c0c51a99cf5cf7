// SPDX-License-Identifier: Apache-2.0

package schema

import "strings"

// oldURN begins the URNs of SCIM 2.0 before it was an RFC; OneLogin has sent it
// (contract S9).
const oldURN = "urn:scim:schemas:core:2.0"

// schemas reads the member schemas (RFC 7643 §3) and answers the extensions that
// it lists, by their URN.
func (in *Input) schemas(body Object) (map[string]bool, error) {
	value, err := in.schemasMember(body)
	if err != nil {
		return nil, err
	}
	base, listed := false, map[string]bool{}
	for _, element := range value {
		urn, ok := element.(string)
		if !ok {
			return nil, Errorf(InvalidSyntax, "schemas must be an array of URNs; %s stands in it.", kindOf(element))
		}
		switch s := in.Type.Extension(urn); {
		case strings.EqualFold(urn, in.Type.core.ID):
			base = true
		case s != nil:
			listed[s.ID] = true
		case strings.EqualFold(urn, markerURN):
			in.Tolerated.Add(MicrosoftMarker)
		case in.Mode == Strict:
			return nil, Errorf(InvalidSyntax, "schemas lists %s, which is not a schema of %s.", urn, in.Type.Name)
		case strings.EqualFold(urn, oldURN) || strings.EqualFold(urn, oldURN+":"+in.Type.Name):
			base = true
			in.Tolerated.Add(OldSchemaURN)
		default:
			in.Tolerated.Add(UnknownSchemaURN)
		}
	}
	if !base {
		return nil, Errorf(InvalidSyntax, "schemas must list %s.", in.Type.core.ID)
	}
	return listed, nil
}

// schemasMember answers the member schemas as an array, whatever its case.
func (in *Input) schemasMember(body Object) ([]any, error) {
	var found any
	for _, name := range sortedNames(body) {
		if !strings.EqualFold(name, "schemas") || body[name] == nil {
			continue
		}
		if found != nil {
			return nil, Errorf(InvalidSyntax, "schemas is sent twice.")
		}
		found = body[name]
	}
	switch v := found.(type) {
	case nil:
		return nil, Errorf(InvalidSyntax, "schemas is missing: it must list %s.", in.Type.core.ID)
	case []any:
		return v, nil
	case string:
		if in.Mode == Tolerant {
			in.Tolerated.Add(SchemasAlone)
			return []any{v}, nil
		}
	}
	return nil, Errorf(InvalidSyntax, "schemas must be an array of URNs; %s was sent.", kindOf(found))
}

// SetSchemas makes obj's schemas the core URN and those of the extensions that
// it has. To be called after the members of obj changed.
func SetSchemas(obj Object, rt *ResourceType) {
	urns := []any{rt.core.ID}
	for _, s := range rt.extensions {
		if obj[s.ID] != nil {
			urns = append(urns, s.ID)
		}
	}
	obj["schemas"] = urns
}
