// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"maps"
	"strconv"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/scim/schema"
)

// Resource is a resource of a directory as it is stored.
type Resource struct {
	Account       access.UserID // of a user; "" while there is none
	Active        bool
	CreatedAt     time.Time
	DeactivatedAt *time.Time // nil while active
	Follower      string     // id of the person, or group of people, that follows it; "" for none
	ID            string
	Object        schema.Object // without members and what the server answers by itself
	Role          access.RoleID // the last that was resolved; "" for none
	Type          string        // name of the resource type
	UpdatedAt     time.Time
	Version       int64

	document string // Object as it is stored
	grounds  string // what gave a role when Role was found (ground.go)
}

// row answers the resource as lists read it.
func (r Resource) row() storedRow {
	return storedRow{
		active: r.Active, created: db.Millis(r.CreatedAt), document: r.document, grouped: true, id: r.ID,
		updated: db.Millis(r.UpdatedAt), version: r.Version,
	}
}

// etag answers the version as HTTP and meta have it (RFC 7644 §3.14).
func (r Resource) etag() string { return `W/"v` + strconv.FormatInt(r.Version, 10) + `"` }

// text answers an attribute of the core schema that is a string.
func text(obj schema.Object, name string) string {
	value, _ := obj[name].(string)
	return value
}

// part answers a sub-attribute that is a string.
func part(obj schema.Object, name, sub string) string {
	inner, _ := obj[name].(schema.Object)
	return text(inner, sub)
}

// nameOf answers what people call a resource.
func (r Resource) nameOf() string {
	for _, name := range []string{"displayName", "userName"} {
		if value := text(r.Object, name); value != "" {
			return value
		}
	}
	return r.ID
}

// activeOf says whether a resource is active; one that says nothing is.
func activeOf(obj schema.Object) bool {
	active, said := obj["active"].(bool)
	return active || !said
}

// hasActive says whether resources of a type are active or not.
func hasActive(rt *schema.ResourceType) bool {
	a := rt.Attribute("active")
	return a != nil && a.Type == schema.Boolean && !a.Learned()
}

// saying answers obj with active in it: one that says nothing of it is active, in
// lists, answers and filters alike.
func saying(rt *schema.ResourceType, obj schema.Object) schema.Object {
	if !hasActive(rt) || obj["active"] != nil {
		return obj
	}
	said := make(schema.Object, len(obj)+1)
	maps.Copy(said, obj)
	said["active"] = true
	return said
}

// unique answers the attribute of a type that is unique in a directory: the one
// that the schema says so of, and displayName of groups, since providers look
// groups up by it and link to one only after a conflict (contract S5).
func unique(rt *schema.ResourceType) string {
	for _, a := range rt.Core().Attributes {
		if a.Uniqueness == schema.UniqueServer {
			return a.Name
		}
	}
	if rt.Core().Attribute("displayName") != nil {
		return "displayName"
	}
	return ""
}

// keyOf answers what is unique about a resource, folded; its id where the type
// has nothing.
func keyOf(rt *schema.ResourceType, obj schema.Object, id string) string {
	name := unique(rt)
	value := text(obj, name)
	if value == "" {
		return id
	}
	return schema.Fold(value)
}

// looked are the paths that providers look up before a create, beside what the
// row itself has (contract 1.4).
func looked(rt *schema.ResourceType, obj schema.Object) map[string][]string {
	values := map[string][]string{}
	add := func(path, value string) {
		if value != "" {
			values[path] = append(values[path], schema.Fold(value))
		}
	}
	if unique(rt) != "displayName" {
		add("displayName", text(obj, "displayName"))
	}
	list, _ := obj["emails"].([]any)
	for _, element := range list {
		one, _ := element.(schema.Object)
		add("emails.value", text(one, "value"))
	}
	return values
}

// stored answers the document that is kept: canonical, without members.
func stored(rt *schema.ResourceType, obj schema.Object) string {
	return string(schema.Canonical(without(obj), rt))
}

// without answers obj without its members; it copies only when it must.
func without(obj schema.Object) schema.Object {
	if _, there := obj[membersName]; !there {
		return obj
	}
	rest := make(schema.Object, len(obj))
	for key, value := range obj {
		if key != membersName {
			rest[key] = value
		}
	}
	return rest
}

// membersName is the attribute whose values have a table of their own (RFC 7643
// §4.2).
const membersName = "members"

// hasMembers says whether resources of a type have members.
func hasMembers(rt *schema.ResourceType) bool { return rt.Core().Attribute(membersName) != nil }

// Member is a member of a group as it is stored.
type Member struct {
	Display string // as it was sent, "" for none
	Known   string // type of the resource with the value; "" while it is pending
	Name    string // what that resource is called now
	Value   string
}

// membersOf reads the members that a body holds.
func membersOf(obj schema.Object) []Member {
	list, _ := obj[membersName].([]any)
	members := make([]Member, 0, len(list))
	for _, element := range list {
		one, _ := element.(schema.Object)
		if value := text(one, "value"); value != "" {
			members = append(members, Member{Display: text(one, "display"), Value: value})
		}
	}
	return members
}

// wire answers a member as an answer shows it: display, $ref and type are the
// server's (contract S14).
func (m Member) wire(base string) schema.Object {
	one := schema.Object{"value": m.Value}
	display := m.Display
	if m.Known != "" {
		one["type"] = m.Known
		one["$ref"] = base + "/" + m.Known + "s/" + m.Value
		display = m.Name
	}
	if display != "" {
		one["display"] = display
	}
	return one
}

// parseStored reads a document back.
func parseStored(document string) (schema.Object, error) {
	value, err := schema.Parse([]byte(document))
	if err != nil {
		return nil, err
	}
	obj, _ := value.(schema.Object)
	return obj, nil
}

// timeText writes an instant as SCIM answers it (RFC 7643 §2.3.5).
func timeText(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

// learnedText is a learned name as rows keep it.
func learnedText(l schema.Learned) (string, error) {
	text, err := json.Marshal(l)
	return string(text), err
}
