// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/scim/filter"
	"github.com/passmuster/muster/internal/scim/schema"
	"github.com/passmuster/muster/internal/web"
)

// clause is what a filter, or a part of one, says of rows. The document is text
// to the database, so only what has columns or tables of its own can be said:
// id, what is unique, externalId, active, meta, e-mail addresses, display names,
// members and groups. The rest selects more than passes, and filter.Match decides.
type clause struct {
	args    []any
	cond    string // with ? for each of args; "" says nothing, so every resource of the type is meant
	element bool   // it is about one value of an attribute, inside brackets
	exact   bool   // what it selects passes, and nothing else does
	reach   reach
}

// reach is how the database gets at what a clause selects. Statements say it by
// which columns they leave bare: PostgreSQL, before it has statistics of a table
// that has just been filled, takes one row for the least and then reads a whole
// directory where it should look one up.
type reach int

// From the widest to the narrowest.
const (
	byList reach = iota // one resource after the other
	byKey               // by an index that begins with directory and type
	byID                // by the primary key, given or found in another table
)

// The clauses that need no column.
func anything() clause { return clause{} }
func always() clause   { return clause{cond: "1 = 1", exact: true} }
func never() clause    { return clause{cond: "1 = 0", exact: true, reach: byID} }

// exactly answers a clause that says all.
func exactly(cond string, args ...any) clause { return clause{args: args, cond: cond, exact: true} }

// at says how the database gets at what is selected.
func (w clause) at(r reach) clause {
	w.reach = r
	return w
}

// atLeast makes a clause one that may select more than passes.
func (w clause) atLeast() clause {
	w.exact = false
	return w
}

// numbered writes placeholders from number first on for the question marks.
func numbered(text string, first int) string {
	var b strings.Builder
	b.Grow(len(text) + 16)
	for i := range len(text) {
		if text[i] != '?' {
			b.WriteByte(text[i])
			continue
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(first))
		first++
	}
	return b.String()
}

// maxClauses bounds the terms that are said in SQL: each shape of a filter is a
// statement that the database keeps.
const maxClauses = 8

// clauseOf says a filter in SQL, as far as that goes. $1 is the directory, $2 the
// resource type.
func clauseOf(f *filter.Filter, rt *schema.ResourceType) (clause, error) {
	if terms(f.Root()) > maxClauses {
		return anything(), nil
	}
	return filter.Visit(f, clauses{rt})
}

func terms(t *filter.Term) int {
	if len(t.Args) == 0 {
		return 1
	}
	n := 0
	for i := range t.Args {
		n += terms(&t.Args[i])
	}
	return n
}

// clauses makes clauses of a filter on resources of one type.
type clauses struct{ rt *schema.ResourceType }

// And joins parts. Of one value of an attribute it says less than is asked: the
// parts may hold for different values.
func (clauses) And(parts []clause) (clause, error) {
	all := clause{exact: true}
	var conds []string
	for _, p := range parts {
		all.element = all.element || p.element
		all.exact = all.exact && p.exact && !p.element
		all.reach = max(all.reach, p.reach)
		if p.cond != "" {
			conds = append(conds, "("+p.cond+")")
			all.args = append(all.args, p.args...)
		}
	}
	all.cond = strings.Join(conds, " AND ")
	return all, nil
}

// Or joins parts; one that says nothing makes the others worthless.
func (clauses) Or(parts []clause) (clause, error) {
	some := clause{exact: true} // what several indexes find, the database may as well walk over
	conds := make([]string, 0, len(parts))
	for _, p := range parts {
		some.element = some.element || p.element
		some.exact = some.exact && p.exact
		if p.cond == "" {
			return clause{element: some.element}, nil
		}
		conds = append(conds, "("+p.cond+")")
		some.args = append(some.args, p.args...)
	}
	some.cond = strings.Join(conds, " OR ")
	return some, nil
}

// Not negates what is exact; the opposite of a guess is worth nothing.
func (clauses) Not(p clause) (clause, error) {
	if !p.exact || p.element {
		return clause{element: p.element}, nil
	}
	return exactly("NOT ("+p.cond+")", p.args...), nil
}

// Has asks for one value; that it exists is what the part says already.
func (clauses) Has(_ schema.Ref, p clause) (clause, error) {
	p.element = false
	return p, nil
}

// Compare says one comparison.
func (b clauses) Compare(t *filter.Term) (clause, error) {
	w := b.compare(t)
	w.element = t.Element
	return w, nil
}

func (b clauses) compare(t *filter.Term) clause {
	if t.Unknown {
		if t.Match(nil) {
			return always()
		}
		return never()
	}
	a := t.Ref.Attribute
	if t.Ref.Extension != "" || a == nil || a.Learned() || !web.Storable(t.Value.Raw) {
		return anything()
	}
	switch {
	case a.MultiValued:
		return b.values(t)
	case a.Type == schema.Complex && a.Name == "meta":
		return b.meta(t)
	case t.Ref.Sub != nil:
		return anything()
	case a.Name == "id":
		return idClause(t)
	case a.Name == "externalId":
		return externalClause(t)
	case a.Name == "active" && a.Type == schema.Boolean:
		return activeClause(t)
	case a.Name == unique(b.rt) && a.Type == schema.String:
		return uniqueClause(t)
	case a.Name == "displayName" && a.Type == schema.String && !a.CaseExact:
		return displayClause(t)
	}
	return anything()
}

// presence says Pr and comparisons with null of what every resource has.
func presence(t *filter.Term) clause {
	if t.Op == filter.Eq {
		return never()
	}
	return always()
}

func asksPresence(t *filter.Term) bool { return t.Op == filter.Pr || t.Value.Null }

func idClause(t *filter.Term) clause {
	id := t.Value.Text
	switch {
	case asksPresence(t):
		return presence(t)
	case t.Op >= filter.Co && t.Op <= filter.Ew:
		return anything()
	case db.ValidID(id): // hex digits sort alike in every collation
		if t.Op == filter.Eq {
			return exactly("r.id = ?", id).at(byID)
		}
		return exactly("r.id "+operator(t.Op)+" ?", id)
	case t.Op == filter.Eq:
		return never()
	case t.Op == filter.Ne:
		return always()
	}
	return anything()
}

func operator(op filter.Op) string {
	switch op {
	case filter.Ne:
		return "<>"
	case filter.Gt:
		return ">"
	case filter.Ge:
		return ">="
	case filter.Lt:
		return "<"
	case filter.Le:
		return "<="
	}
	return "="
}

// externalClause is about a column that is "" both for none and for an empty
// text, so the empty text is not asked for here.
func externalClause(t *filter.Term) clause {
	value := t.Value.Text
	switch {
	case asksPresence(t) && t.Op == filter.Eq:
		return exactly("r.external_id = ''") // an empty text is none here
	case asksPresence(t):
		return exactly("r.external_id <> ''")
	case value == "":
		return anything()
	case t.Op == filter.Eq: // the index has only what is not empty
		return exactly("r.external_id = ? AND r.external_id <> ''", value).at(byKey)
	case t.Op == filter.Ne:
		return exactly("r.external_id <> ?", value)
	case t.Op == filter.Sw:
		return exactly("SUBSTR(r.external_id, 1, ?) = ?", int64(utf8.RuneCountInString(value)), value)
	}
	return anything()
}

func activeClause(t *filter.Term) clause {
	switch {
	case asksPresence(t):
		return presence(t)
	case (t.Op == filter.Eq) == t.Value.Bool:
		return exactly("r.active")
	}
	return exactly("NOT r.active")
}

// uniqueClause is about name_key, which holds the folded value, or the id of a
// resource that has none.
func uniqueClause(t *filter.Term) clause {
	a := t.Ref.Attribute
	key := schema.Fold(t.Value.Text)
	certain := a.Required && !a.CaseExact
	switch {
	case certain && asksPresence(t):
		return presence(t)
	case asksPresence(t) || key == "":
		return anything()
	case t.Op == filter.Eq && certain:
		return exactly("r.name_key = ?", key).at(byKey)
	case t.Op == filter.Eq:
		return exactly("r.name_key = ?", key).at(byKey).atLeast()
	case !certain:
		return anything()
	case t.Op == filter.Ne:
		return exactly("r.name_key <> ?", key)
	case t.Op >= filter.Co && t.Op <= filter.Ew:
		return exactly("r.name_key LIKE ? ESCAPE '\\'", pattern(t.Op, key))
	}
	return anything() // order: the database may have another
}

// pattern is a LIKE pattern for a text that is folded, as the column is: SQLite's
// LIKE ignores the case of ASCII letters, and neither has capitals.
func pattern(op filter.Op, folded string) string {
	escaped := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(folded)
	switch op {
	case filter.Sw:
		return escaped + "%"
	case filter.Ew:
		return "%" + escaped
	}
	return "%" + escaped + "%"
}

// valueRows selects the resources that have a value in scim_value.
const valueRows = "r.id IN (SELECT v.resource FROM scim_value v WHERE v.directory = $1 AND v.path = "

// displayClause is about a display name that is not what is unique: one value,
// folded, and no row for an empty text.
func displayClause(t *filter.Term) clause {
	const rows = valueRows + "'displayName'"
	key := t.Value.Text
	switch {
	case asksPresence(t) && t.Op == filter.Eq:
		return exactly("NOT " + rows + ")")
	case asksPresence(t):
		return exactly(rows + ")")
	case key == "":
		return anything()
	case t.Op == filter.Eq:
		return exactly(rows+" AND v.name_key = ?)", key).at(byID)
	case t.Op == filter.Ne:
		return exactly("NOT "+rows+" AND v.name_key = ?)", key)
	case t.Op >= filter.Co && t.Op <= filter.Ew:
		return exactly(rows+" AND v.name_key LIKE ? ESCAPE '\\')", pattern(t.Op, key))
	}
	return anything()
}

// values says comparisons with the values of multi-valued attributes that have
// rows. ne passes when any value differs, which rows do not tell.
func (b clauses) values(t *filter.Term) clause {
	a := t.Ref.Attribute
	if a.Type != schema.Complex || t.Ref.Sub == nil || t.Ref.Sub.Name != "value" {
		return anything()
	}
	switch {
	case a.Name == "emails" && !t.Ref.Sub.CaseExact:
		return emailClause(t)
	case t.Op != filter.Eq || t.Value.Null:
		return anything()
	case a.Name == membersName && t.Ref.Sub.CaseExact:
		return exactly("r.id IN (SELECT m.grp FROM scim_member m WHERE m.value = ?)", t.Value.Text).at(byID)
	case a.Name == groupsName && a.Mutability == schema.ReadOnly && t.Ref.Sub.CaseExact:
		return exactly("r.id IN (SELECT m.value FROM scim_member m WHERE m.grp = ?) AND "+
			"EXISTS (SELECT 1 FROM scim_resource g WHERE g.id = ? AND g.directory + 0 = $1)", t.Value.Text, t.Value.Text).at(byID)
	}
	return anything()
}

func emailClause(t *filter.Term) clause {
	const rows = valueRows + "'emails.value'"
	key := t.Value.Text
	switch {
	case t.Op == filter.Pr:
		return exactly(rows + ")")
	case key == "" || t.Value.Null:
		return anything()
	case t.Op == filter.Eq:
		return exactly(rows+" AND v.name_key = ?)", key).at(byID)
	case t.Op >= filter.Co && t.Op <= filter.Ew:
		return exactly(rows+" AND v.name_key LIKE ? ESCAPE '\\')", pattern(t.Op, key))
	}
	return anything()
}

func (b clauses) meta(t *filter.Term) clause {
	if t.Ref.Sub == nil {
		return anything()
	}
	switch t.Ref.Sub.Name {
	case "created":
		return instantClause("r.created_at", t)
	case "lastModified":
		return instantClause("r.updated_at", t)
	case "resourceType":
		if t.Match(schema.Object{"meta": schema.Object{"resourceType": b.rt.Name}}) {
			return always()
		}
		return never()
	}
	return anything()
}

// instantClause compares a time, which rows keep to the millisecond, with one
// that may be finer.
func instantClause(column string, t *filter.Term) clause {
	if asksPresence(t) {
		return presence(t)
	}
	at := t.Value.Time
	fine := !at.Truncate(time.Millisecond).Equal(at)
	op := t.Op
	switch {
	case op >= filter.Co && op <= filter.Ew:
		return anything()
	case fine && op == filter.Eq:
		return never()
	case fine && op == filter.Ne:
		return always()
	case fine && op == filter.Ge: // db.Millis rounds down
		op = filter.Gt
	case fine && op == filter.Lt:
		op = filter.Le
	}
	return exactly(column+" "+operator(op)+" ?", db.Millis(at))
}
