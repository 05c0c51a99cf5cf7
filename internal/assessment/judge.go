// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
)

// Judge evaluates the tests of a definition for the sync engine. It implements
// resource.Judge and is safe for concurrent use.
type Judge struct {
	db       *db.DB
	judged   atomic.Int64
	mu       sync.Mutex
	programs map[programKey]*program
}

// Judged answers how often this process judged a record by a rule.
func (j *Judge) Judged() int64 { return j.judged.Load() }

// programKey names a compiled version: a schema edit compiles it anew, also one of
// what it relates to.
type programKey struct {
	test, version, schema int64
	related               string
}

// NewJudge makes the judge that package resource is given.
func NewJudge(d *db.DB) *Judge {
	return &Judge{db: d, programs: map[programKey]*program{}}
}

// Open loads the tests of a definition and says what must be judged beside the
// records that change.
func (j *Judge) Open(ctx context.Context, d resource.Definition, head resource.Head, now time.Time) (resource.Evaluation, error) {
	e := &evaluation{ahead: newAhead(d, db.Millis(now)), db: j.db, definition: d, head: head, judge: j, now: db.Millis(now)}
	err := j.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		var err error
		if e.ending, err = selectEnding(ctx, tx, d.Number); err != nil {
			return err
		}
		if err := e.openKeys(ctx, tx); err != nil {
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
	t := &judged{test: row, due: map[resource.Item]bool{}, exceptions: map[resource.Item]Exception{}}
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
	if err := e.openClocks(ctx, tx, t); err != nil {
		return nil, err
	}
	all, err := selectExceptions(ctx, tx, row.number)
	if err != nil {
		return nil, err
	}
	holding := slices.DeleteFunc(slices.Clone(all), func(x Exception) bool { return !x.holds(e.now) })
	if t.program, err = j.excepting(ctx, tx, row, e.definition, holding); err != nil {
		return nil, err
	}
	if t.clauses, err = selectHasClauses(ctx, tx, row.number); err != nil {
		return nil, err
	}
	names, err := relativesOf(ctx, tx, e.definition.Workspace, row.document)
	if err != nil {
		return nil, err
	}
	e.arm(t, names, window.schema)
	if err := e.openDecisions(ctx, tx, t); err != nil {
		return nil, err
	}
	return t, e.openExceptions(ctx, tx, t, all)
}

// arm makes a test ready, or marks it broken when its rule does not fit the
// schema. A schema that changed since the last evaluation, of the records or of
// what they are related to, is a reason to judge everything again.
func (e *evaluation) arm(t *judged, names relatives, evaluatedUnder int64) {
	if evaluatedUnder != e.definition.SchemaVersion {
		t.full = true
	}
	related := slices.Collect(maps.Values(names))
	if t.program != nil {
		related = t.program.definitions()
	}
	for _, d := range related {
		if v, ok := e.views[d.Number]; !ok || v.schema != d.SchemaVersion {
			t.full = true
		}
	}
	if t.broken = t.program == nil; t.broken {
		return
	}
	if t.late = t.program.late; !t.late {
		t.evaluator = t.program.evaluator()
	}
}

// program answers the compiled rule; nil when it does not fit the schema, or what
// it relates to is no more.
func (j *Judge) program(ctx context.Context, tx *db.Tx, row testRow, d resource.Definition) (*program, error) {
	names, err := relativesOf(ctx, tx, d.Workspace, row.document)
	if err != nil {
		return nil, err
	}
	key := programKey{row.number, row.version, d.SchemaVersion, names.version()}
	j.mu.Lock()
	defer j.mu.Unlock()
	if p, ok := j.programs[key]; ok {
		return p, nil
	}
	p, err := fit(row.document, d, names)
	if err != nil {
		return nil, err
	}
	j.programs[key] = p
	return p, nil
}

// fit compiles a document that still fits the schemas, else answers nil.
func fit(d Document, on resource.Definition, names relatives) (*program, error) {
	fields, err := fieldsOf(on, names.find)
	if err != nil {
		return nil, err
	}
	for _, node := range []*rule.Node{d.Scope, d.PassWhen, d.FailWhen} {
		if node != nil && len(node.Check(fields)) > 0 {
			return nil, nil //nolint:nilnil // a rule that fits no more is an answer
		}
	}
	for _, due := range d.Due {
		if len(due.check(fields)) > 0 {
			return nil, nil //nolint:nilnil // as above
		}
	}
	return compile(d, on, names)
}

// Misfits names the active tests whose rules would not fit the definition, those
// that relate to it too.
func (j *Judge) Misfits(ctx context.Context, d resource.Definition) (names []string, err error) {
	err = j.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		names = nil
		numbers, err := selectDependents(ctx, tx, d)
		if err != nil {
			return err
		}
		if !slices.Contains(numbers, d.Number) {
			numbers = append(numbers, d.Number)
		}
		for _, number := range numbers {
			misfits, err := misfits(ctx, tx, number, d)
			if err != nil {
				return err
			}
			names = append(names, misfits...)
		}
		return nil
	})
	return names, err
}

// misfits names those of the tests on a definition that would not fit an edited one.
func misfits(ctx context.Context, tx *db.Tx, number resource.Number, edited resource.Definition) (names []string, err error) {
	on, err := resource.LookUp(ctx, tx, number)
	if err != nil {
		return nil, err
	}
	if number == edited.Number {
		on = edited
	}
	rows, err := selectTests(ctx, tx, number)
	for _, row := range rows {
		related, err := relativesOf(ctx, tx, on.Workspace, row.document)
		if err != nil {
			return nil, err
		}
		for name, d := range related {
			if d.Number == edited.Number {
				related[name] = edited
			}
		}
		p, err := fit(row.document, on, related)
		if err != nil {
			return nil, err
		}
		if p == nil {
			names = append(names, row.document.Name)
		}
	}
	return names, err
}

// Related answers the definitions that the tests of one relate to.
func (j *Judge) Related(ctx context.Context, tx *db.Tx, d resource.Number) (numbers []resource.Number, err error) {
	links, err := selectLinksFrom(ctx, tx, d)
	for _, l := range links {
		numbers = append(numbers, l.related)
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), err
}

// Reads says whether any test is about the records of a definition, or relates to
// them.
func (j *Judge) Reads(ctx context.Context, tx *db.Tx, d resource.Number) (bool, error) {
	tests, err := selectTestNumbers(ctx, tx, d)
	if err != nil || len(tests) > 0 {
		return len(tests) > 0, err
	}
	links, err := selectLinksTo(ctx, tx, d)
	return len(links) > 0, err
}

// want compares the exceptions with the outcomes that stand, when the rules moved.
func (e *evaluation) want(ctx context.Context) error {
	if e.head.Epoch == e.head.Judged {
		return nil
	}
	if err := e.compareExceptions(ctx); err != nil {
		return err
	}
	for _, t := range e.tests {
		if err := e.wantClocks(ctx, t); err != nil {
			return err
		}
	}
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
	keys, err := selectKeys(ctx, tx, d.Number)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if err := clearValues(ctx, tx, d.Number, k.number, beyond{head, low, high}); err != nil {
			return err
		}
	}
	tests, err := selectTestNumbers(ctx, tx, d.Number)
	if err != nil {
		return err
	}
	for _, test := range tests {
		if err := clearItems(ctx, tx, d.Number, test, beyond{head, low, high}); err != nil {
			return err
		}
		if err := clearRemediations(ctx, tx, d.Number, test, beyond{head, low, high}); err != nil {
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
	if err := e.flipScoped(ctx, tx); err != nil {
		return err
	}
	if err := e.flipKeys(ctx, tx, number); err != nil {
		return err
	}
	for _, test := range e.ending {
		if err := closeWindow(ctx, tx, test, number); err != nil {
			return fmt.Errorf("close the window of test %d: %w", test, err)
		}
		if err := putDayOff(ctx, tx, test, DayOf(now)); err != nil {
			return fmt.Errorf("note that test %d is off: %w", test, err)
		}
	}
	return e.flipExceptions(ctx, tx, number, now)
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
	after := t.tally
	after.counts, after.runAt, after.version = t.counts, db.Millis(now), t.test.version
	if err := e.flipClocks(ctx, tx, t, &after); err != nil {
		return err
	}
	if err := e.flipDecisions(ctx, tx, t); err != nil {
		return err
	}
	after.status = t.test.document.Reducer.Status(t.counts, t.test.document.OnEmpty)
	if t.broken {
		after.status = StatusInvalid
	}
	t.after = after.status
	if t.tally.status != "" && t.tally.status != after.status {
		after.flippedAt = &after.runAt
	}
	if err := e.flipDay(ctx, tx, t, after); err != nil {
		return err
	}
	return putTally(ctx, tx, e.definition, t.test.number, after)
}
