// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
)

// Judge evaluates the tests of a definition for the sync engine. It implements
// resource.Judge and is safe for concurrent use.
type Judge struct {
	db       *db.DB
	mu       sync.Mutex
	programs map[programKey]*program
}

// programKey names a compiled version: a schema edit compiles it anew.
type programKey struct{ test, version, schema int64 }

// NewJudge makes the judge that package resource is given.
func NewJudge(d *db.DB) *Judge {
	return &Judge{db: d, programs: map[programKey]*program{}}
}

// Open loads the tests of a definition and says what must be judged beside the
// records that change.
func (j *Judge) Open(ctx context.Context, d resource.Definition, head resource.Head, now time.Time) (resource.Evaluation, error) {
	e := &evaluation{ahead: newAhead(d), db: j.db, definition: d, head: head, now: db.Millis(now)}
	err := j.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		var err error
		if e.ending, err = selectEnding(ctx, tx, d.Number); err != nil {
			return err
		}
		rows, err := selectTests(ctx, tx, d.Number)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			t, err := j.open(ctx, tx, e, row)
			if err != nil {
				return fmt.Errorf("open test %s: %w", row.id, err)
			}
			e.tests = append(e.tests, t)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return e, e.want(ctx)
}

func (j *Judge) open(ctx context.Context, tx *db.Tx, e *evaluation, row testRow) (*judged, error) {
	t := &judged{test: row, due: map[resource.Item]bool{}, exceptions: map[resource.Item]exception{}}
	window, err := selectWindow(ctx, tx, row.number, e.head.Number)
	if err != nil {
		return nil, err
	}
	t.hasWindow = window.version != 0
	t.full = window.version != row.version
	if t.tally, err = selectTally(ctx, tx, row.number); err != nil {
		return nil, err
	}
	if t.hasWindow {
		t.counts = t.tally.counts
	}
	if err := j.arm(t, e.definition, window.schema); err != nil {
		return nil, err
	}
	return t, e.openExceptions(ctx, tx, t)
}

// arm gives a test its compiled rule, or marks it broken when the rule does not
// fit the schema. A schema that changed since the last evaluation is a reason
// to judge everything again.
func (j *Judge) arm(t *judged, d resource.Definition, evaluatedUnder int64) error {
	p, err := j.program(t.test, d)
	if err != nil {
		return err
	}
	if evaluatedUnder != d.SchemaVersion {
		t.full = true
	}
	if t.broken = p == nil; !t.broken {
		t.evaluator = p.evaluator()
	}
	return nil
}

// program answers the compiled rule; nil when it does not fit the schema.
func (j *Judge) program(row testRow, d resource.Definition) (*program, error) {
	key := programKey{row.number, row.version, d.SchemaVersion}
	j.mu.Lock()
	defer j.mu.Unlock()
	if p, ok := j.programs[key]; ok {
		return p, nil
	}
	schema, err := d.RecordSchema()
	if err != nil {
		return nil, err
	}
	p := fit(row.document, rule.NewFields(schema))
	j.programs[key] = p
	return p, nil
}

// fit compiles a document that still fits the fields, else answers nil.
func fit(d Document, fields *rule.Fields) *program {
	for _, node := range []*rule.Node{d.Scope, d.PassWhen, d.FailWhen} {
		if node != nil && len(node.Check(fields)) > 0 {
			return nil
		}
	}
	p, err := compile(d, fields)
	if err != nil {
		return nil
	}
	return p
}

// Misfits names the active tests whose rules would not fit the definition.
func (j *Judge) Misfits(ctx context.Context, d resource.Definition) (names []string, err error) {
	schema, err := d.RecordSchema()
	if err != nil {
		return nil, err
	}
	fields := rule.NewFields(schema)
	err = j.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		rows, err := selectTests(ctx, tx, d.Number)
		for _, row := range rows {
			if fit(row.document, fields) == nil {
				names = append(names, row.document.Name)
			}
		}
		return err
	})
	return names, err
}

// openExceptions finds the exceptions that hold, those whose time came, and the
// records whose date came.
func (e *evaluation) openExceptions(ctx context.Context, tx *db.Tx, t *judged) error {
	all, err := selectExceptions(ctx, tx, t.test.number)
	if err != nil {
		return err
	}
	for _, x := range all {
		x.test.name = t.test.document.Name
		switch {
		case x.until == nil || *x.until > e.now:
			t.exceptions[x.item] = x
		default:
			e.expired = append(e.expired, x)
			t.due[x.item] = true
		}
	}
	ask := due{e.definition.Number, e.now, e.head.Number, t.test.number}
	return eachDue(ctx, tx, ask, func(item resource.Item) { t.due[item] = true })
}

// want works out which stored records must be judged. When the rules moved, the
// exceptions are compared with the outcomes that stand.
func (e *evaluation) want(ctx context.Context) error {
	if e.head.Epoch != e.head.Judged {
		if err := e.compareExceptions(ctx); err != nil {
			return err
		}
	}
	for _, t := range e.tests {
		if t.full {
			e.wanted = resource.Wanted{All: true}
			return nil
		}
		for item := range t.due {
			e.wanted.Items = append(e.wanted.Items, item)
		}
	}
	slices.Sort(e.wanted.Items)
	e.wanted.Items = slices.Compact(e.wanted.Items)
	return nil
}

func (e *evaluation) compareExceptions(ctx context.Context) error {
	if err := e.load(ctx); err != nil {
		return err
	}
	for _, t := range e.tests {
		for item := range t.exceptions {
			if t.state(item).row() != Deactivated {
				t.due[item] = true
			}
		}
		for item, s := range t.states {
			if s.row() == Deactivated {
				if _, holds := t.exceptions[resource.Item(item)]; !holds {
					t.due[resource.Item(item)] = true
				}
			}
		}
	}
	return nil
}

// Clear takes back what was written for the items in (low, high] beyond head.
func (j *Judge) Clear(ctx context.Context, tx *db.Tx, d resource.Definition, head, low, high int64) error {
	tests, err := selectTestNumbers(ctx, tx, d.Number)
	if err != nil {
		return err
	}
	for _, test := range tests {
		if err := clearItems(ctx, tx, d.Number, test, beyond{head, low, high}); err != nil {
			return err
		}
	}
	return nil
}

// Flip commits windows and tallies with the head.
func (e *evaluation) Flip(ctx context.Context, tx *db.Tx, number int64, now time.Time) error {
	for _, t := range e.tests {
		if err := e.flip(ctx, tx, t, number, now); err != nil {
			return fmt.Errorf("flip test %s: %w", t.test.id, err)
		}
	}
	for _, test := range e.ending {
		if err := closeWindow(ctx, tx, test, number); err != nil {
			return fmt.Errorf("close the window of test %d: %w", test, err)
		}
	}
	for _, x := range e.expired {
		if err := endExpired(ctx, tx, e.definition.Workspace, x, now); err != nil {
			return err
		}
	}
	return nil
}

func (e *evaluation) flip(ctx context.Context, tx *db.Tx, t *judged, number int64, now time.Time) error {
	if t.full {
		if err := closeWindow(ctx, tx, t.test.number, number); err != nil {
			return err
		}
		if err := openWindow(ctx, tx, e.definition, t.test, number); err != nil {
			return err
		}
	}
	after := tally{counts: t.counts, flippedAt: t.tally.flippedAt, runAt: db.Millis(now), version: t.test.version}
	after.status = t.test.document.Reducer.Status(t.counts, t.test.document.OnEmpty)
	if t.broken {
		after.status = StatusInvalid
	}
	if t.tally.status != "" && t.tally.status != after.status {
		after.flippedAt = &after.runAt
	}
	return putTally(ctx, tx, e.definition, t.test.number, after)
}

func endExpired(ctx context.Context, tx *db.Tx, w caller.Workspace, x exception, now time.Time) error {
	system := caller.Caller{Kind: caller.System, Name: "muster", Workspace: w}
	if err := endException(ctx, tx, x.id, system, *x.until); err != nil {
		return err
	}
	return evidence.Append(ctx, tx, now, x.entry(system, "expired", x))
}
