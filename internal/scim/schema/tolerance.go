// SPDX-License-Identifier: Apache-2.0

package schema

import "strings"

// Tolerance is a way in which a tolerant directory takes what the RFCs or the
// interop profile refuse. This is the one list of them, also of those that other
// packages practise: what reads a request answers which it needed, and the server
// counts them.
type Tolerance uint8

// The tolerances, by their names.
const (
	ArrayOfOne Tolerance = iota
	BareReference
	BareValue
	BareVersion
	BlankForNone
	BlankForPlus
	CoreURNMember
	DisplayNameForDisplay
	DottedName
	EndpointCase
	FilterAfterBrackets
	FilterMargin
	FilterPlus
	FilterUnquoted
	IgnoredAttribute
	LearnedAttribute
	LooseInteger
	MadeByFilter
	MessageMember
	MessageURN
	MicrosoftMarker
	NullValue
	NumberForText
	OddPageNumber
	OldSchemaURN
	OneForArray
	OperationAlone
	OperationCase
	ParameterCase
	PasswordDropped
	PatchWithoutPath
	PendingMember
	ProjectionPath
	ReadOnlyPatched
	RemoveWithValue
	SchemasAlone
	SeveralPrimaries
	TextForBoolean
	TextForNumber
	UnknownSchemaURN
	UnlistedExtension
	UnqualifiedName
)

// tolerances says name and meaning of each.
var tolerances = [...]struct{ name, words string }{
	ArrayOfOne:            {"array_of_one", "an array of one where one value belongs"},
	BareReference:         {"bare_reference", "an id in place of the object that refers to somebody, as for manager"},
	BareValue:             {"bare_value", "a plain value in place of an object with a value, as for members and e-mail addresses"},
	BareVersion:           {"bare_version", "a version without its quotes in If-Match or If-None-Match"},
	BlankForNone:          {"blank_for_none", "an empty text for no value where text cannot stand"},
	BlankForPlus:          {"blank_for_plus", "a blank for the + of a time zone in a filter"},
	CoreURNMember:         {"core_urn_member", "core attributes in an object under the core URN"},
	DisplayNameForDisplay: {"display_name_for_display", "displayName in place of display"},
	DottedName:            {"dotted_name", "a member whose name is a path, such as name.givenName"},
	EndpointCase:          {"endpoint_case", "an endpoint in another letter case, such as /users"},
	FilterAfterBrackets:   {"filter_after_brackets", `a comparison after brackets, such as emails[type eq "work"].value eq "x"`},
	FilterMargin:          {"filter_margin", "blanks around a filter, or & at its end"},
	FilterPlus:            {"filter_plus", "+ for a blank in a filter"},
	FilterUnquoted:        {"filter_unquoted", "text without quotes in a filter"},
	IgnoredAttribute:      {"ignored_attribute", "an attribute that nothing can keep; it is dropped"},
	LearnedAttribute:      {"learned_attribute", "an attribute that no schema declares; it is learned and kept"},
	LooseInteger:          {"loose_integer", "a whole number with a fraction of zeros or an exponent"},
	MadeByFilter:          {"made_by_filter", `a PATCH of a value that is not there; it is made, as by phoneNumbers[type eq "mobile"].value`},
	MessageMember:         {"message_member", "a member of a message in another letter case, or one that means nothing there"},
	MessageURN:            {"message_urn", "a message without its schema's URN in an array and as the RFC spells it"},
	MicrosoftMarker:       {"microsoft_marker", "Microsoft's marker URN of groups; it is dropped"},
	NullValue:             {"null_value", "null for no value"},
	NumberForText:         {"number_for_text", "a number for a text"},
	OddPageNumber:         {"odd_page_number", "startIndex or count that is no number; it counts as absent"},
	OldSchemaURN:          {"old_schema_urn", "the schema URN from before the RFC, urn:scim:schemas:core:2.0"},
	OneForArray:           {"one_for_array", "one value where an array belongs"},
	OperationAlone:        {"operation_alone", "a single operation where an array of them belongs"},
	OperationCase:         {"operation_case", "an operation or method in another letter case, such as Replace"},
	ParameterCase:         {"parameter_case", "a parameter in another letter case, such as startindex"},
	PasswordDropped:       {"password_dropped", "a password; it is dropped"},
	PatchWithoutPath:      {"patch_without_path", "an operation of a PATCH without a path"},
	PendingMember:         {"pending_member", "a member that is no resource here; it waits for one"},
	ProjectionPath:        {"projection_path", `brackets in attributes, such as emails[type eq "work"]; what is before them counts`},
	ReadOnlyPatched:       {"read_only_patched", "a PATCH that names what is read only among other things; that is passed over"},
	RemoveWithValue:       {"remove_with_value", "a removal with a value; only that goes"},
	SchemasAlone:          {"schemas_alone", "schemas as a text where an array belongs"},
	SeveralPrimaries:      {"several_primaries", "several primary values; the first stays"},
	TextForBoolean:        {"text_for_boolean", `"True" or "False" for a boolean`},
	TextForNumber:         {"text_for_number", "a text for a number"},
	UnknownSchemaURN:      {"unknown_schema_urn", "a URN in schemas that is none of the resource's"},
	UnlistedExtension:     {"unlisted_extension", "an extension that schemas does not list"},
	UnqualifiedName:       {"unqualified_name", "an attribute of an extension without its URN, such as manager"},
}

// Tolerances answers all of them.
func Tolerances() []Tolerance {
	all := make([]Tolerance, len(tolerances))
	for i := range all {
		all[i] = Tolerance(i)
	}
	return all
}

// String answers the name, in the letters of a metric's label.
func (t Tolerance) String() string { return tolerances[t].name }

// Words says what is tolerated, as a part of a sentence.
func (t Tolerance) Words() string { return tolerances[t].words }

// Tolerated is a set of tolerances, such as those that a request needed. The zero
// value is empty.
type Tolerated uint64

// Add puts one in.
func (s *Tolerated) Add(t Tolerance) { *s |= 1 << t }

// Merge puts all of another set in.
func (s *Tolerated) Merge(other Tolerated) { *s |= other }

// Each shows what is in the set, in order.
func (s Tolerated) Each(visit func(Tolerance)) {
	for t := Tolerance(0); s != 0; t, s = t+1, s>>1 {
		if s&1 != 0 {
			visit(t)
		}
	}
}

// String answers the names, separated by blanks.
func (s Tolerated) String() string {
	var names []string
	s.Each(func(t Tolerance) { names = append(names, t.String()) })
	return strings.Join(names, " ")
}
