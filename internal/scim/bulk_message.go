// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/passmuster/muster/internal/scim/schema"
)

// bulkMessage is a BulkRequest (RFC 7644 §3.7).
type bulkMessage struct {
	failOnErrors int // 0: never stop
	ops          []bulkOp
	tolerated    schema.Tolerated
}

// bulkOp is one of its operations.
type bulkOp struct {
	data    any
	id      string // bulkId
	method  string // in capitals
	path    string
	refs    []string // bulkIds that path and data name
	version string
	wrong   error // what makes it fail whatever happens; nil for nothing
}

const statusTooLarge = 413

// parseBulk reads a message. What is wrong with one operation alone fails only
// that one.
func parseBulk(body []byte) (m bulkMessage, err error) {
	if len(body) > maxPayload {
		return m, &schema.Error{Status: statusTooLarge, Detail: fmt.Sprintf("The size of the bulk request exceeds maxPayloadSize (%d).", maxPayload)}
	}
	obj, err := schema.ReadObject(body)
	if err != nil {
		return m, err
	}
	m.noteMembers(obj, "schemas", "failOnErrors", "Operations")
	urns, _ := memberOf(obj, "schemas").([]any)
	if !slices.Contains(urns, any(bulkRequestURN)) {
		return m, schema.Errorf(schema.InvalidSyntax, "schemas must list %s.", bulkRequestURN)
	}
	if limit := memberOf(obj, "failOnErrors"); limit != nil {
		number, _ := limit.(schema.Number)
		if m.failOnErrors, err = strconv.Atoi(string(number)); err != nil || m.failOnErrors < 1 {
			return m, schema.Errorf(schema.InvalidValue, "failOnErrors must be a whole number above 0.")
		}
	}
	list, ok := memberOf(obj, "Operations").([]any)
	if !ok {
		return m, schema.Errorf(schema.InvalidSyntax, "Operations must be an array.")
	}
	if len(list) > maxOperations {
		return m, &schema.Error{Status: statusTooLarge, Detail: fmt.Sprintf("%d operations exceed maxOperations (%d).", len(list), maxOperations)}
	}
	known := map[string]bool{}
	for i, element := range list {
		one, ok := element.(schema.Object)
		if !ok {
			return m, schema.Errorf(schema.InvalidSyntax, "Operations[%d] must be an object.", i)
		}
		m.noteMembers(one, "method", "bulkId", "version", "path", "data")
		op := parseOperation(one)
		if method, _ := memberOf(one, "method").(string); method != op.method {
			m.tolerated.Add(schema.OperationCase)
		}
		known[op.id] = true
		m.ops = append(m.ops, op)
	}
	for i := range m.ops {
		m.ops[i].findRefs(known)
	}
	return m, nil
}

// noteMembers notes members in another letter case, and those that mean nothing.
func (m *bulkMessage) noteMembers(obj schema.Object, known ...string) {
	for name := range obj {
		if !slices.Contains(known, name) {
			m.tolerated.Add(schema.MessageMember)
		}
	}
}

// memberOf answers a member of a message in any letter case.
func memberOf(obj schema.Object, name string) any {
	if value, there := obj[name]; there {
		return value
	}
	for key, value := range obj {
		if strings.EqualFold(key, name) {
			return value
		}
	}
	return nil
}

func parseOperation(obj schema.Object) bulkOp {
	field := func(name string) string {
		value, _ := memberOf(obj, name).(string)
		return value
	}
	op := bulkOp{
		data: memberOf(obj, "data"), id: field("bulkId"), method: strings.ToUpper(field("method")), path: strings.TrimSpace(field("path")),
		version: field("version"),
	}
	_, isObject := op.data.(schema.Object)
	switch {
	case op.method != "POST" && op.method != "PUT" && op.method != "PATCH" && op.method != "DELETE":
		op.wrong = schema.Errorf(schema.InvalidSyntax, "method must be POST, PUT, PATCH or DELETE.")
	case op.path == "":
		op.wrong = schema.Errorf(schema.InvalidPath, "path is missing.")
	case op.method == "POST" && op.id == "":
		op.wrong = schema.Errorf(schema.InvalidSyntax, "A POST must have a bulkId.")
	case op.method != "DELETE" && !isObject:
		op.wrong = schema.Errorf(schema.InvalidSyntax, "data must be an object.")
	}
	return op
}

// bulkPrefix begins a reference to another operation's resource (RFC 7644 §3.7.2).
const bulkPrefix = "bulkId:"

// refEnd are the characters that end a reference inside a path or a filter.
const refEnd = "\"'/[](),;? \t\r\n"

// eachRef shows the references in a text. whole says that the text is nothing
// else.
func eachRef(text string, visit func(start, end int, id string, whole bool)) {
	for at := 0; ; {
		i := strings.Index(text[at:], bulkPrefix)
		if i < 0 {
			return
		}
		start := at + i
		from := start + len(bulkPrefix)
		end := len(text)
		if n := strings.IndexAny(text[from:], refEnd); n >= 0 {
			end = from + n
		}
		if start == 0 || strings.IndexByte(refEnd+":=", text[start-1]) >= 0 {
			visit(start, end, text[from:end], start == 0 && end == len(text))
		}
		at = end
	}
}

// findRefs notes what the operation refers to. A text that merely holds a
// reference, as a note may, means one only if there is such an operation.
func (op *bulkOp) findRefs(known map[string]bool) {
	note := func(text string) {
		eachRef(text, func(_, _ int, id string, whole bool) {
			if (whole || known[id]) && !slices.Contains(op.refs, id) {
				op.refs = append(op.refs, id)
			}
		})
	}
	note(op.path)
	eachText(op.data, note)
}

func eachText(value any, visit func(string)) {
	switch v := value.(type) {
	case string:
		visit(v)
	case []any:
		for _, element := range v {
			eachText(element, visit)
		}
	case schema.Object:
		for _, inner := range v {
			eachText(inner, visit)
		}
	}
}

// resolved answers an operation's path and data with ids in the place of its
// references.
func (b *bulkRun) resolved(op bulkOp) (path string, data schema.Object, err error) {
	for _, id := range refsOf(op) {
		if b.ids[id] != "" {
			continue
		}
		if _, there := b.posts[id]; there {
			return "", nil, schema.Errorf(schema.InvalidValue, "The operation with the bulkId %q, which this one refers to, has made nothing.", id)
		}
		return "", nil, schema.Errorf(schema.InvalidValue, "No operation that makes a resource has the bulkId %q.", id)
	}
	data, _ = b.withIDs(op.data).(schema.Object)
	return b.inText(op.path), data, nil
}

// refsOf answers the references that an operation still has: those that were
// stripped off are none.
func refsOf(op bulkOp) (refs []string) {
	for _, id := range op.refs {
		named := false
		look := func(text string) {
			eachRef(text, func(_, _ int, other string, _ bool) { named = named || other == id })
		}
		look(op.path)
		eachText(op.data, look)
		if named {
			refs = append(refs, id)
		}
	}
	return refs
}

func (b *bulkRun) withIDs(value any) any {
	switch v := value.(type) {
	case string:
		return b.inText(v)
	case []any:
		list := make([]any, len(v))
		for i, element := range v {
			list[i] = b.withIDs(element)
		}
		return list
	case schema.Object:
		obj := make(schema.Object, len(v))
		for name, inner := range v {
			obj[name] = b.withIDs(inner)
		}
		return obj
	}
	return value
}

func (b *bulkRun) inText(text string) string {
	if !strings.Contains(text, bulkPrefix) {
		return text
	}
	var made strings.Builder
	at := 0
	eachRef(text, func(start, end int, id string, _ bool) {
		if b.ids[id] != "" {
			made.WriteString(text[at:start])
			made.WriteString(b.ids[id])
			at = end
		}
	})
	made.WriteString(text[at:])
	return made.String()
}

// stripped answers data without what refers to something open: the value, and the
// object that it says something of, such as a member or a manager.
func stripped(data schema.Object, open func(id string) bool) schema.Object {
	kept := make(schema.Object, len(data))
	for name, value := range data {
		if value, ok := strip(value, open); ok {
			kept[name] = value
		}
	}
	return kept
}

func strip(value any, open func(id string) bool) (any, bool) {
	switch v := value.(type) {
	case string:
		is := false
		eachRef(v, func(_, _ int, id string, whole bool) { is = is || whole && open(id) })
		return v, !is
	case []any:
		kept := make([]any, 0, len(v))
		for _, element := range v {
			if element, ok := strip(element, open); ok {
				kept = append(kept, element)
			}
		}
		return kept, len(kept) > 0 || len(v) == 0
	case schema.Object:
		for _, inner := range v {
			if _, isText := inner.(string); !isText {
				continue
			}
			if _, ok := strip(inner, open); !ok {
				return nil, false
			}
		}
		kept := stripped(v, open)
		return kept, len(kept) > 0 || len(v) == 0
	}
	return value, true
}

// additions are the operations of a PATCH that add what stripped takes away.
// prefix is the URN of an extension and a colon, "" for the core.
func additions(prefix string, data schema.Object, open func(id string) bool) []any {
	var ops []any
	for _, name := range slices.Sorted(maps.Keys(data)) {
		value := data[name]
		kept, all := strip(value, open)
		if all && schema.Equal(kept, value) {
			continue
		}
		inner, isObject := value.(schema.Object)
		if isObject && prefix == "" && strings.Contains(name, ":") {
			ops = append(ops, additions(name+":", inner, open)...)
			continue
		}
		if list, several := value.([]any); several {
			value = slices.DeleteFunc(slices.Clone(list), func(element any) bool {
				kept, all := strip(element, open)
				return all && schema.Equal(kept, element)
			})
		}
		ops = append(ops, schema.Object{"op": "add", "path": prefix + name, "value": value})
	}
	return ops
}
