// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"slices"
	"strconv"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/rule"
)

// A condition inside the outermost all or any decides about a record when it comes
// out as the whole does: all of them where all hold, those that do not where not
// all do. A scope decides when it leaves a record out. What has never decided
// proves nothing, and is said aloud. A condition is looked at by itself only until
// it has decided once, so a sound rule costs nothing. Conditions on related records
// are not followed.

// partScope is where the scope stands in a document.
const partScope = "/scope"

// undecided is a condition that has decided about no record yet.
type undecided struct {
	evaluator *rule.Evaluator // nil for the scope
	part      string
}

// branch is a condition that may decide.
type branch struct {
	node *rule.Node
	part string // JSON Pointer inside the document
}

// branches answers the conditions of a document that are followed; none where
// there is just one.
func (d Document) branches() (list []branch) {
	node, name := d.PassWhen, "/passWhen"
	if node == nil {
		node, name = d.FailWhen, "/failWhen"
	}
	kind, nodes := node.Branches()
	if len(nodes) > 1 {
		for i, n := range nodes {
			if len(n.Relates()) == 0 {
				list = append(list, branch{n, name + "/" + string(kind) + "/" + strconv.Itoa(i)})
			}
		}
	}
	if d.Scope != nil {
		list = append(list, branch{d.Scope, partScope})
	}
	return list
}

// openDecisions finds the conditions that have not decided yet.
func (e *evaluation) openDecisions(ctx context.Context, tx *db.Tx, t *judged) error {
	if t.program == nil {
		return nil
	}
	list := t.test.document.branches()
	if len(list) == 0 {
		return nil
	}
	known, err := selectDecisions(ctx, tx, t.test.number, t.test.version)
	if err != nil {
		return err
	}
	fields, err := fieldsOf(e.definition, t.program.relatives.find)
	if err != nil {
		return err
	}
	for _, b := range list {
		if slices.Contains(known, b.part) {
			continue
		}
		if b.part == partScope {
			t.undecided = append(t.undecided, undecided{part: b.part})
			continue
		}
		p, err := rule.Compile(b.node, fields)
		if err != nil {
			return err
		}
		t.undecided = append(t.undecided, undecided{p.NewEvaluator(), b.part})
	}
	return nil
}

// decide notes which conditions decided about the record that was just judged.
func (j *judged) decide(r rule.Record, now int64) {
	if len(j.undecided) == 0 {
		return
	}
	e := j.evaluator
	j.undecided = slices.DeleteFunc(j.undecided, func(u undecided) bool {
		decided := false
		switch {
		case u.evaluator == nil:
			decided = e.out
		case !e.out:
			truth, _ := u.evaluator.EvalRecord(r, now)
			decided = truth == e.truth
		}
		if decided {
			j.decided = append(j.decided, u.part)
		}
		return decided
	})
}

// flipDecisions notes them with the verdicts.
func (e *evaluation) flipDecisions(ctx context.Context, tx *db.Tx, t *judged) error {
	parts := t.decided
	if t.full && t.program != nil {
		parts = append(slices.Clone(parts), "")
	}
	return insertDecisions(ctx, tx, e.definition.Workspace.Number, t.test, parts)
}
