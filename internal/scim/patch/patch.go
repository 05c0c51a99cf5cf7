// SPDX-License-Identifier: Apache-2.0

package patch

import (
	"errors"
	"fmt"
	"strings"

	"github.com/passmuster/muster/internal/scim/filter"
	"github.com/passmuster/muster/internal/scim/schema"
)

// URN is the schema of a PATCH message (RFC 7644 §3.5.2).
const URN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

// What one message may hold. More is answered with 413.
const (
	MaxBytes      = 4 << 20 // of the message
	MaxOperations = 10_000  // after objects are taken apart
	MaxValues     = 10_000  // values in arrays, such as members, of all operations together
)

// Patch is a message held against a resource type. The zero value changes
// nothing. It is safe for use by several goroutines.
type Patch struct {
	Ignored   []string             // names that were dropped because nothing can keep them, as sent
	Learned   []schema.Learned     // names that no schema knew; Type knows them
	Password  bool                 // a password came along; it is kept nowhere
	Tolerated schema.Tolerated     // what it took to read it
	Type      *schema.ResourceType // with what was learned

	mode schema.Mode
	ops  []operation
}

// verb is what an operation does, in the RFC's spelling.
type verb string

const (
	add     verb = "add"
	remove  verb = "remove"
	replace verb = "replace"
)

// operation is one change of one attribute.
type operation struct {
	at     int           // which of the message's Operations it comes from
	target filter.Target // never a whole extension, but to remove it
	value  any           // in the form of an Object's values; nil: take out
	verb   verb
}

// Empty says whether there is nothing to apply.
func (p Patch) Empty() bool { return len(p.ops) == 0 }

// Parse reads the body of a PATCH request on a resource of the type, which
// carries what its directory has learned. All errors are *schema.Error.
func Parse(raw []byte, rt *schema.ResourceType, mode schema.Mode) (Patch, error) {
	if len(raw) > MaxBytes {
		return Patch{}, tooLarge("The message is longer than %d bytes: send its operations in several requests.", MaxBytes)
	}
	body, err := schema.ReadObject(raw)
	if err != nil {
		return Patch{}, err
	}
	r := reader{in: schema.NewInput(rt, mode)}
	operations, err := r.message(body)
	if err != nil {
		return Patch{}, err
	}
	for i, element := range operations {
		r.at = i
		if err := r.operation(element); err != nil {
			return Patch{}, located(i, err)
		}
	}
	return Patch{
		Ignored: r.in.Ignored, Learned: r.in.Learned, Password: r.in.Password, Tolerated: r.in.Tolerated, Type: r.in.Type,
		mode: mode, ops: r.ops,
	}, nil
}

// located puts the place of an operation before an error's detail.
func located(at int, err error) error {
	var known *schema.Error
	if !errors.As(err, &known) {
		return err
	}
	placed := *known
	placed.Detail = fmt.Sprintf("Operations[%d]: %s", at, known.Detail)
	return &placed
}

func tooLarge(format string, args ...any) error {
	return &schema.Error{Detail: fmt.Sprintf(format, args...), Status: 413}
}

// reader reads one message.
type reader struct {
	at     int // the operation at hand
	in     *schema.Input
	nested bool // the path at hand was a member's name, not written as a path
	ops    []operation
	values int // elements of arrays so far
	verb   verb
}

func (r *reader) strict() bool { return r.in.Mode == schema.Strict }

// note puts down what was tolerated.
func (r *reader) note(t schema.Tolerance) { r.in.Tolerated.Add(t) }

// options are how paths are read.
func (r *reader) options() filter.Options {
	return filter.Options{Mode: r.in.Mode, Tolerated: &r.in.Tolerated}
}

// message checks the envelope and answers the operations.
func (r *reader) message(body schema.Object) ([]any, error) {
	fields, err := r.fields(body, "schemas", "Operations")
	if err != nil {
		return nil, err
	}
	if err := r.schemas(fields["schemas"]); err != nil {
		return nil, err
	}
	operations, ok := fields["Operations"].([]any)
	if one, single := fields["Operations"].(schema.Object); single && !r.strict() {
		r.note(schema.OperationAlone)
		operations, ok = []any{one}, true
	}
	switch {
	case !ok || len(operations) == 0:
		return nil, schema.Errorf(schema.InvalidSyntax, "Operations must be an array with at least one operation.")
	case len(operations) > MaxOperations:
		return nil, tooLarge("There are more than %d operations: send them in several requests.", MaxOperations)
	}
	return operations, nil
}

// fields answers the members of an object of the protocol under their right
// names.
func (r *reader) fields(body schema.Object, names ...string) (map[string]any, error) {
	found := make(map[string]any, len(names))
	for key, value := range body {
		name := r.fieldName(key, names)
		if name == "" && r.strict() {
			return nil, schema.Errorf(schema.InvalidSyntax, "%q has no meaning here; known are %s.", key, strings.Join(names, ", "))
		}
		if _, twice := found[name]; twice && name != "" {
			return nil, schema.Errorf(schema.InvalidSyntax, "%s is sent twice, in different letter case.", name)
		}
		if key != name {
			r.note(schema.MessageMember)
		}
		found[name] = value
	}
	return found, nil
}

func (r *reader) fieldName(key string, names []string) string {
	for _, name := range names {
		if key == name || !r.strict() && strings.EqualFold(key, name) {
			return name
		}
	}
	return ""
}

// schemas looks for the message's URN. Tolerant takes it by itself, in any
// letter case, and its forms from before the RFC (contract S9).
func (r *reader) schemas(value any) error {
	list, ok := value.([]any)
	if one, single := value.(string); single && !r.strict() {
		list, ok = []any{one}, true
	}
	for _, element := range list {
		urn, _ := element.(string)
		switch _, single := value.(string); {
		case urn == URN && !single:
			return nil
		case urn == URN || !r.strict() && tolerableURN(schema.Fold(urn)):
			r.note(schema.MessageURN)
			return nil
		}
	}
	if !ok {
		return schema.Errorf(schema.InvalidSyntax, "schemas is missing, or not an array: it must list %s.", URN)
	}
	return schema.Errorf(schema.InvalidSyntax, "schemas must list %s.", URN)
}

func tolerableURN(folded string) bool {
	return strings.HasSuffix(folded, ":patchop") || strings.HasPrefix(folded, "urn:scim:schemas:core:")
}

// operation reads one operation.
func (r *reader) operation(element any) error {
	body, ok := element.(schema.Object)
	if !ok {
		return schema.Errorf(schema.InvalidSyntax, "An operation must be an object with op, path and value.")
	}
	fields, err := r.fields(body, "op", "path", "value")
	if err != nil {
		return err
	}
	if r.verb, err = r.readVerb(fields["op"]); err != nil {
		return err
	}
	path, isText := fields["path"].(string)
	if fields["path"] != nil && !isText {
		return schema.Errorf(schema.InvalidSyntax, "path must be a string.")
	}
	value, given := fields["value"]
	if r.values += elements(value); r.values > MaxValues {
		return tooLarge("There are more than %d values in the operations up to here: send them in several requests.", MaxValues)
	}
	path = strings.TrimSpace(path)
	switch {
	case path == "":
		return r.pathless(value)
	case !given && r.verb != remove:
		return schema.Errorf(schema.InvalidValue, "%s of %s needs a value.", r.verb, path)
	}
	r.nested = false
	return r.place(path, value)
}

func (r *reader) readVerb(value any) (verb, error) {
	text, _ := value.(string)
	op := verb(text)
	if !r.strict() {
		op = verb(schema.Fold(strings.TrimSpace(text)))
	}
	if op != verb(text) {
		r.note(schema.OperationCase)
	}
	switch op {
	case add, remove, replace:
		return op, nil
	}
	return "", schema.Errorf(schema.InvalidSyntax, "op must be add, remove or replace.")
}

// elements counts the elements of all arrays in a value.
func elements(value any) int {
	n := 0
	switch v := value.(type) {
	case []any:
		n = len(v)
		for _, element := range v {
			n += elements(element)
		}
	case schema.Object:
		for _, member := range v {
			n += elements(member)
		}
	}
	return n
}

// emit adds an operation.
func (r *reader) emit(t filter.Target, value any) error {
	if len(r.ops) == MaxOperations {
		return tooLarge("There are more than %d changes in the operations up to here: send them in several requests.", MaxOperations)
	}
	r.ops = append(r.ops, operation{at: r.at, target: t, value: value, verb: r.verb})
	return nil
}
