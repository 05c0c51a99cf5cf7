// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
	"github.com/passmuster/muster/internal/workspace"
)

// digest stands for a key's value: the first half of its SHA-256, so that maps
// hold no pointers. Rows hold its first 8 bytes, and what they find is compared
// in full.
type digest [16]byte

func digestOf(value []byte) digest {
	sum := sha256.Sum256(value)
	return digest(sum[:16])
}

// row answers the part of the digest that stands in rows.
func (d digest) row() int64 { return int64(binary.BigEndian.Uint64(d[:8])) }

// relatives are the definitions that a document relates to, by the names that
// its conditions have for them.
type relatives map[string]resource.Definition

// find answers the fields of one of them.
func (r relatives) find(name string) (*rule.Fields, error) {
	d, ok := r[name]
	if !ok {
		return nil, fmt.Errorf("the definition that %q meant is no more", name)
	}
	schema, err := d.RecordSchema()
	if err != nil {
		return nil, err
	}
	return rule.NewFields(schema), nil
}

// fieldsOf answers what conditions on the records of a definition may name.
func fieldsOf(d resource.Definition, find rule.Find) (*rule.Fields, error) {
	schema, err := d.RecordSchema()
	if err != nil {
		return nil, err
	}
	return rule.NewFields(schema).Relating(find), nil
}

// relativesOf looks up what a document was bound to when its version was made. A
// definition that is no more is left out.
func relativesOf(ctx context.Context, tx *db.Tx, w caller.Workspace, d Document) (relatives, error) {
	if len(d.Related) == 0 {
		return nil, nil
	}
	found := relatives{}
	for name, id := range d.Related {
		related, err := resource.LookUpByID(ctx, tx, w, id)
		if errors.Is(err, db.ErrNoRow) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("look up %s: %w", name, err)
		}
		found[name] = related
	}
	return found, nil
}

// version names the schemas that a rule is compiled against beside that of its
// own definition.
func (r relatives) version() string {
	var parts []string
	for name, d := range r {
		parts = append(parts, fmt.Sprintf("%s=%d.%d", name, d.Number, d.SchemaVersion))
	}
	slices.Sort(parts)
	return strings.Join(parts, ",")
}

// namer finds the definitions that an author names in relations, and notes them.
type namer struct {
	bound   map[string]resource.ID
	failed  error // of the database, not of the author
	find    func(name string) (resource.Definition, error)
	targets relatives
}

// errNoRelative is for the author of a rule.
func errNoRelative(name string) error {
	return fmt.Errorf("%q is no definition: it takes people, the name of a resource, or application/resource where several have the name", name)
}

// fields answers what a relation by that name may read.
func (n *namer) fields(name string) (*rule.Fields, error) {
	if _, known := n.targets[name]; !known {
		d, err := n.find(name)
		if errors.Is(err, db.ErrNoRow) {
			return nil, errNoRelative(name)
		}
		var several *severalError
		if errors.As(err, &several) {
			return nil, err
		}
		if err != nil {
			n.failed = err
			return nil, err
		}
		n.targets[name], n.bound[name] = d, d.ID
	}
	return n.targets.find(name)
}

// severalError says that a name means more than one definition.
type severalError struct{ message string }

// Error answers the sentence.
func (e *severalError) Error() string { return e.message }

// namer answers one for a test on a definition of an application.
func (s *Service) namer(ctx context.Context, c caller.Caller, application string) *namer {
	return &namer{
		bound:   map[string]resource.ID{},
		find:    func(name string) (resource.Definition, error) { return s.relative(ctx, c, application, name) },
		targets: relatives{},
	}
}

// relative answers the definition that a relation names: a system definition, a
// resourceId, the resource of that name of the test's own application, the only
// one of the workspace, or application/resource.
func (s *Service) relative(ctx context.Context, c caller.Caller, own, name string) (resource.Definition, error) {
	name = strings.TrimSpace(name)
	if s.Resource.IsSystem(name) {
		return s.Resource.System(ctx, c.Workspace, name)
	}
	d, err := s.relativeNamed(ctx, c, own, name)
	app, rest, cut := strings.Cut(name, "/")
	if !errors.Is(err, db.ErrNoRow) || !cut {
		return d, err
	}
	all, err := s.Applications.Applications(ctx, c)
	if err != nil {
		return resource.Definition{}, err
	}
	found, ok := application(all, strings.TrimSpace(app))
	if !ok {
		return resource.Definition{}, db.ErrNoRow
	}
	return s.findDefinition(ctx, c, found, strings.TrimSpace(rest))
}

func (s *Service) relativeNamed(ctx context.Context, c caller.Caller, own, name string) (d resource.Definition, err error) {
	var named []resource.Definition
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		if db.ValidID(name) {
			if d, err = resource.LookUpByID(ctx, tx, c.Workspace, resource.ID(name)); !errors.Is(err, db.ErrNoRow) {
				return err
			}
		}
		named, err = resource.LookUpNamed(ctx, tx, c.Workspace, name)
		return err
	})
	if err != nil || d.Number != 0 {
		return d, err
	}
	for _, one := range named {
		if one.Application == own {
			return one, nil
		}
	}
	switch len(named) {
	case 0:
		return d, db.ErrNoRow
	case 1:
		return named[0], nil
	}
	return d, &severalError{fmt.Sprintf("%d applications have a resource %q; write application/%s, or its resourceId", len(named), name, name)}
}

// link tells the definition of a test that its rules are others now, which holds
// it, and links the test to what it relates to.
func (j *Judge) link(ctx context.Context, tx *db.Tx, t Test) error {
	if err := resource.RaiseEpoch(ctx, tx, t.Definition.Number); err != nil {
		return err
	}
	_, err := j.linkUp(ctx, tx, t.row(), t.Definition)
	return err
}

// Refit links tests to what they relate to after an edit of a definition: what does
// not fit a schema has no links, and may fit this one. It answers the definitions
// whose rules it raised: those with keys to fill, then those with tests that relate
// to the edited one.
func (j *Judge) Refit(ctx context.Context, tx *db.Tx, edited resource.Definition) ([]resource.Number, error) {
	numbers, err := selectDependents(ctx, tx, edited)
	if err != nil {
		return nil, err
	}
	for _, number := range numbers {
		if err := resource.RaiseEpoch(ctx, tx, number); err != nil {
			return nil, err
		}
	}
	var raised []resource.Number
	for _, number := range append(slices.Clone(numbers), edited.Number) {
		keyed, err := j.linkAll(ctx, tx, number)
		if err != nil {
			return nil, err
		}
		raised = append(raised, keyed...)
	}
	return append(raised, numbers...), nil
}

// linkAll links the active tests of a definition, and answers what linkUp does.
func (j *Judge) linkAll(ctx context.Context, tx *db.Tx, number resource.Number) (raised []resource.Number, err error) {
	d, err := resource.LookUp(ctx, tx, number)
	if err != nil {
		return nil, err
	}
	rows, err := selectTests(ctx, tx, number)
	for _, row := range rows {
		if err != nil {
			break
		}
		var some []resource.Number
		some, err = j.linkUp(ctx, tx, row, d)
		raised = append(raised, some...)
	}
	return raised, err
}

// linkUp keeps what finds the records of a test's relations: keys on both sides,
// and the links between them. A key that is new on a related definition asks for
// an evaluation of that one, which fills it; linkUp answers those.
func (j *Judge) linkUp(ctx context.Context, tx *db.Tx, row testRow, on resource.Definition) (raised []resource.Number, err error) {
	exceptions, err := selectExceptions(ctx, tx, row.number)
	if err != nil {
		return nil, err
	}
	p, err := j.excepting(ctx, tx, row, on, exceptions)
	if err != nil || p == nil {
		return nil, err
	}
	links, err := p.links(func(d resource.Number, fields string) (int64, error) {
		key, made, err := ensureKey(ctx, tx, on.Workspace, d, fields)
		if made && err == nil && d != on.Number {
			raised = append(raised, d)
			err = resource.RaiseEpoch(ctx, tx, d)
		}
		return key, err
	})
	for _, l := range links {
		if err == nil {
			err = j.tie(ctx, tx, on.Workspace, l)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("link test %s: %w", row.id, err)
	}
	return raised, nil
}

// tie keeps a link. A run of the related definition either flips before the test is
// judged for the first time, or sees the link when it flips.
func (j *Judge) tie(ctx context.Context, tx *db.Tx, w caller.Workspace, l link) error {
	made, err := putLink(ctx, tx, w, l)
	if err != nil || !made || l.related == l.definition {
		return err
	}
	return resource.Hold(ctx, tx, l.related)
}

// ensureKey answers the number of a key, made when it is not there yet.
func ensureKey(ctx context.Context, tx *db.Tx, w caller.Workspace, d resource.Number, fields string) (number int64, made bool, err error) {
	k, err := selectKey(ctx, tx, d, fields)
	if err == nil {
		err = holdKey(ctx, tx, k.number)
	}
	if !errors.Is(err, db.ErrNoRow) {
		return k.number, false, err
	}
	if number, err = workspace.Next(ctx, tx, "assessment_key"); err != nil {
		return 0, false, err
	}
	return number, true, insertKey(ctx, tx, w, keyRow{definition: d, fields: fields, number: number})
}

// links answers how the program relates to other definitions. number answers that
// of a key; a link with a key that has none, 0, is answered too.
func (p *program) links(number func(d resource.Number, fields string) (int64, error)) (list []link, err error) {
	for _, part := range p.parts() {
		for _, r := range part.program.Relations() {
			ours, err := number(p.definition, r.Ours.String())
			if err != nil {
				return nil, err
			}
			for _, target := range r.Targets {
				l := link{definition: p.definition, ours: ours, related: part.relatives[target.Name].Number}
				if l.theirs, err = number(l.related, target.Key.String()); err != nil {
					return nil, err
				}
				if !slices.Contains(list, l) {
					list = append(list, l)
				}
			}
		}
	}
	return list, nil
}

// relations answers all relations of all conditions.
func (p *program) relations() (list []*rule.Relation) {
	for _, part := range p.parts() {
		list = append(list, part.program.Relations()...)
	}
	return list
}
