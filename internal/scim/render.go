// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/scim/schema"
)

// groupsName is the attribute that says which groups a resource is in; it follows
// from the groups' members (RFC 7643 §4.1.2).
const groupsName = "groups"

// getStored reads one resource.
func (s *Service) getStored(ctx context.Context, tx *db.Tx, c *call, rt *schema.ResourceType, id string) (storedRow, error) {
	if !db.ValidID(id) {
		return storedRow{}, errNotFound(rt, id)
	}
	r, err := selectOneStored(ctx, tx, c.dir, rt.Name, id)
	if errors.Is(err, db.ErrNoRow) {
		return storedRow{}, errNotFound(rt, id)
	}
	if err == nil {
		c.subject, c.resource = shownName(r.document, id), id
	}
	return r, err
}

// render answers the JSON of one resource, as far as the query asks for it.
func (s *Service) render(ctx context.Context, tx *db.Tx, c *call, rt *schema.ResourceType, r storedRow, q listQuery) ([]byte, error) {
	v := s.listView(c, rt, q)
	k, err := v.kinOf(ctx, tx, r)
	if err != nil {
		return nil, err
	}
	if err := v.follow(ctx, tx, []storedRow{r}, &k); err != nil {
		return nil, err
	}
	return v.append(make([]byte, 0, len(r.document)+spliced), r, k)
}

// spliced is about how much the server adds to a document by itself.
const spliced = 600

// view is how resources of one type are answered.
type view struct {
	c         *call
	endpoints map[string]string // by the name of a resource type
	groups    bool              // they are loaded
	members   bool              // they are loaded
	p         *schema.Projection
	pointers  []pointer
	rt        *schema.ResourceType
	whole     bool // the answer holds all of the document, so it need not be parsed
}

func (s *Service) newView(c *call, rt *schema.ResourceType, p *schema.Projection) view {
	v := view{c: c, endpoints: s.endpoints, p: p, rt: rt}
	v.groups = hasGroups(rt) && p.Includes(groupsName)
	v.members = hasMembers(rt) && p.Includes(membersName)
	v.pointers = s.pointers(rt)
	return v
}

// listView is newView for the parameters of a list.
func (s *Service) listView(c *call, rt *schema.ResourceType, q listQuery) view {
	v := s.newView(c, rt, schema.NewProjection(rt, c.dir.mode(), q.Attributes, q.Excluded))
	v.whole = len(q.Attributes) == 0 && !s.hides(rt)
	for _, name := range q.Excluded {
		// What is not in the document takes nothing out of it.
		if name = schema.Fold(name); !(name == membersName && hasMembers(rt)) && !(name == groupsName && hasGroups(rt)) {
			v.whole = false
		}
	}
	return v
}

func hasGroups(rt *schema.ResourceType) bool {
	a := rt.Core().Attribute(groupsName)
	return a != nil && a.Mutability == schema.ReadOnly && !a.Learned()
}

// hides is hides of a type, worked out once.
func (s *Service) hides(rt *schema.ResourceType) bool {
	known, ok := s.hiding.Load(rt)
	if !ok {
		known = hides(rt)
		s.hiding.Store(rt, known)
	}
	is, _ := known.(bool)
	return is
}

// hides says whether a document of the type may hold what is not returned by
// default. A secret is in none.
func hides(rt *schema.ResourceType) bool {
	for _, s := range append(rt.Extensions(), rt.Core()) {
		for _, a := range s.Attributes {
			if hidden(a) {
				return true
			}
			for _, sub := range a.SubAttributes {
				if hidden(sub) {
					return true
				}
			}
		}
	}
	return false
}

func hidden(a *schema.Attribute) bool {
	return a.Returned == schema.ReturnedRequest || a.Returned == schema.ReturnedNever && a.Mutability != schema.WriteOnly
}

// kinship is what resources have to do with others, by their ids.
type kinship struct {
	groups  map[string][]groupOf
	members map[string][]Member
	pointed map[string]called // by its own id
}

// kin loads what the view needs, in at most two statements.
func (v view) kin(ctx context.Context, tx *db.Tx, ids []string) (k kinship, err error) {
	if len(ids) == 0 {
		return k, nil
	}
	if len(ids) == 1 {
		return v.kinOf(ctx, tx, storedRow{grouped: true, id: ids[0]})
	}
	if v.groups {
		if k.groups, err = selectGroupsOf(ctx, tx, v.c.dir, ids); err != nil {
			return k, err
		}
	}
	if v.members {
		k.members, err = selectMembersOf(ctx, tx, v.c.dir, ids)
	}
	return k, err
}

// kinOf is kin for one resource that was read by itself.
func (v view) kinOf(ctx context.Context, tx *db.Tx, r storedRow) (k kinship, err error) {
	if v.groups {
		if r.grouped {
			if r.groups, err = selectGroups(ctx, tx, v.c.dir, r.id); err != nil {
				return k, err
			}
		}
		k.groups = map[string][]groupOf{r.id: r.groups}
	}
	if v.members {
		k.members, err = selectMembersOf(ctx, tx, v.c.dir, []string{r.id})
	}
	return k, err
}

// complete answers a resource with what the server answers by itself. obj is not
// changed.
func (v view) complete(obj schema.Object, r storedRow, k kinship) schema.Object {
	whole := make(schema.Object, len(obj)+4)
	for name, value := range obj {
		whole[name] = value
	}
	if hasActive(v.rt) {
		whole["active"] = r.active
	}
	whole["id"] = r.id
	whole["meta"] = schema.Object{
		"resourceType": v.rt.Name, "created": timeText(db.Time(r.created)), "lastModified": timeText(db.Time(r.updated)),
		"location": v.location(v.rt.Name, r.id), "version": etagOf(r.version),
	}
	if groups := k.groups[r.id]; len(groups) > 0 {
		list := make([]any, len(groups))
		for i, g := range groups {
			one := schema.Object{"value": g.id, "$ref": v.location("Group", g.id), "type": "direct"}
			if g.name != "" {
				one["display"] = g.name
			}
			list[i] = one
		}
		whole[groupsName] = list
	}
	if members := k.members[r.id]; len(members) > 0 {
		list := make([]any, len(members))
		for i, m := range members {
			list[i] = v.member(m)
		}
		whole[membersName] = list
	}
	for _, p := range v.pointers {
		p.complete(v, whole, k)
	}
	return whole
}

// member answers a member as an answer shows it; $ref, type and the display of
// one who is known are the server's (contract S14).
func (v view) member(m Member) schema.Object {
	one := schema.Object{"value": m.Value}
	display := m.Display
	if m.Known != "" {
		one["$ref"], one["type"] = v.location(m.Known, m.Value), m.Known
		display = m.Name
	}
	if display != "" {
		one["display"] = display
	}
	return one
}

// location answers the URL of a resource.
func (v view) location(kind, id string) string { return v.c.base + v.endpoints[kind] + "/" + id }

// parsed is complete for a row.
func (v view) parsed(r storedRow, k kinship) (schema.Object, error) {
	obj, err := parseStored(r.document)
	if err != nil {
		return nil, err
	}
	return v.complete(obj, r, k), nil
}

// append appends the JSON of a row.
func (v view) append(dst []byte, r storedRow, k kinship) ([]byte, error) {
	if v.whole {
		if spliced, ok := v.splice(dst, r, k); ok {
			return spliced, nil
		}
	}
	obj, err := v.parsed(r, k)
	if err != nil {
		return dst, err
	}
	return schema.Append(dst, v.p.Apply(obj), v.rt), nil
}

// splice puts what the server answers by itself into the stored text: the id
// after schemas, the rest at the end. No URN holds a bracket, so the first one
// ends schemas.
func (v view) splice(dst []byte, r storedRow, k kinship) ([]byte, bool) {
	doc, start := r.document, len(dst)
	end := strings.IndexByte(doc, ']') + 1
	if !strings.HasPrefix(doc, `{"schemas":[`) || end == 0 || doc[len(doc)-1] != '}' {
		return dst, false
	}
	dst = append(dst, doc[:end]...)
	dst = append(append(append(dst, `,"id":"`...), r.id...), '"')
	dst, ok := v.appendPointed(dst, doc[end:len(doc)-1], k)
	if !ok {
		return dst[:start], false
	}
	if groups := k.groups[r.id]; len(groups) > 0 {
		dst = append(dst, `,"groups":`...)
		for i, g := range groups {
			dst = append(v.appendLink(dst, i, g.id, "Group"), `,"type":"direct"`...)
			dst = append(appendDisplay(dst, g.name), '}')
		}
		dst = append(dst, ']')
	}
	if members := k.members[r.id]; len(members) > 0 {
		dst = append(dst, `,"members":`...)
		for i, m := range members {
			dst = append(v.appendMember(dst, i, m), '}')
		}
		dst = append(dst, ']')
	}
	return append(v.appendMeta(append(dst, ','), r), '}'), true
}

func (v view) appendMeta(dst []byte, r storedRow) []byte {
	dst = append(append(dst, `"meta":{"resourceType":"`...), v.rt.Name...)
	dst = append(append(dst, `","created":"`...), timeText(db.Time(r.created))...)
	dst = append(append(dst, `","lastModified":"`...), timeText(db.Time(r.updated))...)
	dst = append(append(dst, `","location":`...), quoted(v.location(v.rt.Name, r.id))...)
	dst = append(dst, `,"version":"W/\"v`...)
	return append(strconv.AppendInt(dst, r.version, 10), `\""}`...)
}

func (v view) appendMember(dst []byte, i int, m Member) []byte {
	if m.Known == "" {
		dst = append(append(dst, opening(i)...), quoted(m.Value)...)
		return appendDisplay(dst, m.Display)
	}
	dst = append(append(append(v.appendLink(dst, i, m.Value, m.Known), `,"type":"`...), m.Known...), '"')
	return appendDisplay(dst, m.Name)
}

// appendLink begins an element of groups or members.
func (v view) appendLink(dst []byte, i int, id, kind string) []byte {
	dst = append(append(dst, opening(i)...), quoted(id)...)
	return append(append(dst, `,"$ref":`...), quoted(v.location(kind, id))...)
}

// opening begins an array with the first of its elements, and the others.
func opening(i int) string {
	if i == 0 {
		return `[{"value":`
	}
	return `,{"value":`
}

func appendDisplay(dst []byte, name string) []byte {
	if name == "" {
		return dst
	}
	return append(append(dst, `,"display":`...), quoted(name)...)
}

// quoted answers a JSON string.
func quoted(value string) []byte {
	q, err := json.AppendQuote(make([]byte, 0, len(value)+2), value)
	if err != nil { // not UTF-8: no text of a request is like that
		q, _ = json.AppendQuote(nil, strings.ToValidUTF8(value, "\uFFFD"))
	}
	return q
}

func etagOf(version int64) string { return Resource{Version: version}.etag() }

// matches says whether a version is in a list of If-Match or If-None-Match (RFC
// 9110 §13.1). The comparison is weak, and quotes may be missing: clients send
// meta.version as they please.
func matches(header, etag string) bool {
	wanted := opaque(etag)
	for _, one := range strings.Split(header, ",") { // no version has a comma
		one = strings.TrimSpace(one)
		if one == "*" || one != "" && opaque(one) == wanted {
			return true
		}
	}
	return false
}

func opaque(etag string) string {
	return strings.Trim(strings.TrimPrefix(etag, "W/"), `"`)
}
