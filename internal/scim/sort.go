// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/scim/filter"
	"github.com/passmuster/muster/internal/scim/schema"
)

// ordering is the order of a list (RFC 7644 §3.4.2.3). Without one it is by id,
// which is the order of creation.
type ordering struct {
	descending bool
	ref        *schema.Ref // nil: by id
	sql        string      // "" where the database cannot, or need not, sort
}

// orderOf reads sortBy and sortOrder. A name that means nothing is left aside,
// and so is what no answer shows: its order would tell it.
func orderOf(rt *schema.ResourceType, mode schema.Mode, by, order string) ordering {
	ref, ok := rt.Find(strings.TrimSpace(by), mode)
	if by == "" || !ok || ref.Attribute == nil {
		return ordering{}
	}
	if ref.Sub == nil && ref.Attribute.Type == schema.Complex {
		ref.Sub = ref.Attribute.Sub("value")
	}
	leaf := ref.Leaf()
	if leaf.Type == schema.Complex || leaf.Returned == schema.ReturnedNever || ref.Attribute.Returned == schema.ReturnedNever {
		return ordering{}
	}
	o := ordering{descending: strings.EqualFold(strings.TrimSpace(order), "descending"), ref: &ref}
	o.sql = o.columns(rt)
	return o
}

// columns says the order in SQL, where it has columns for that.
func (o ordering) columns(rt *schema.ResourceType) string {
	down := ""
	if o.descending {
		down = " DESC"
	}
	a := o.ref.Attribute
	switch {
	case o.ref.Extension != "" || a.Learned():
	case o.ref.String() == "id":
		return "r.id" + down
	case o.ref.String() == "meta.created":
		return "r.created_at" + down + ", r.id"
	case o.ref.String() == "meta.lastModified":
		return "r.updated_at" + down + ", r.id"
	case o.ref.Sub != nil || a.MultiValued || a.Type != schema.String || a.CaseExact:
	case a.Name == unique(rt) && a.Required:
		return "r.name_key" + down + ", r.id"
	case a.Name == "displayName" && a.Name != unique(rt):
		return "CASE WHEN d.name_key IS NULL THEN 1 ELSE 0 END" + down + ", d.name_key" + down + ", r.id"
	}
	return ""
}

// sortKey is what a resource is sorted by. An empty text is no value, as pr has
// it.
type sortKey struct {
	at     time.Time
	number schema.Number
	rank   int // of the kind of value: those of a learned attribute may differ
	text   string
}

// The ranks.
const (
	rankFalse = iota
	rankTrue
	rankNumber
	rankTime
	rankText
	rankNone // last, and first when descending
)

// key answers what a resource is sorted by: of several values the primary one, or
// the first.
func (o ordering) key(obj schema.Object) sortKey {
	if o.ref == nil { // the type does not know it
		return sortKey{rank: rankNone}
	}
	value := firstOf(o.ref.Get(obj))
	if inner, ok := value.(schema.Object); ok && o.ref.Sub != nil {
		value = firstOf(inner[o.ref.Sub.Name])
	}
	switch v := value.(type) {
	case bool:
		if v {
			return sortKey{rank: rankTrue}
		}
		return sortKey{rank: rankFalse}
	case schema.Number:
		return sortKey{rank: rankNumber, number: v}
	case string:
		return o.textKey(v)
	}
	return sortKey{rank: rankNone}
}

func (o ordering) textKey(v string) sortKey {
	leaf := o.ref.Leaf()
	if v == "" {
		return sortKey{rank: rankNone}
	}
	if leaf.Type == schema.DateTime {
		if at, ok := schema.ParseTime(v); ok {
			return sortKey{rank: rankTime, at: at}
		}
	}
	if !leaf.CaseExact {
		v = schema.Fold(v)
	}
	return sortKey{rank: rankText, text: v}
}

// firstOf answers the primary value of several, else the first.
func firstOf(value any) any {
	list, ok := value.([]any)
	if !ok {
		return value
	}
	for _, element := range list {
		if one, ok := element.(schema.Object); ok && one["primary"] == true {
			return one
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

func (k sortKey) compare(l sortKey) int {
	if k.rank != l.rank {
		return cmp.Compare(k.rank, l.rank)
	}
	switch k.rank {
	case rankNumber:
		return k.number.Compare(l.number)
	case rankTime:
		return k.at.Compare(l.at)
	}
	return strings.Compare(k.text, l.text)
}

// keyed is a resource that is to be sorted.
type keyed struct {
	id  string
	key sortKey
	of  int // which of several types it is of; 0 where there is one
}

// sort puts resources in order; those with equal keys by id.
func (o ordering) sort(all []keyed) {
	slices.SortFunc(all, func(a, b keyed) int {
		c := a.key.compare(b.key)
		if o.descending {
			c = -c
		}
		return cmp.Or(c, strings.Compare(a.id, b.id))
	})
}

// mentions says whether a filter or an order asks for an attribute of the core.
func mentions(f *filter.Filter, o ordering, name string) bool {
	if o.ref != nil && o.ref.Extension == "" && o.ref.Attribute.Name == name {
		return true
	}
	return f != nil && termMentions(f.Root(), name)
}

// termAsks says whether a filter asks for an attribute, wherever it stands.
func termAsks(t *filter.Term, a *schema.Attribute) bool {
	if t.Ref.Attribute == a {
		return true
	}
	for i := range t.Args {
		if termAsks(&t.Args[i], a) {
			return true
		}
	}
	return false
}

func termMentions(t *filter.Term, name string) bool {
	if a := t.Ref.Attribute; a != nil && t.Ref.Extension == "" && a.Name == name {
		return true
	}
	for i := range t.Args {
		if termMentions(&t.Args[i], name) {
			return true
		}
	}
	return false
}
