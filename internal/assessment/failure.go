// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
)

// FailureID names a failure with a deadline: eight digits say in which second it
// was detected, six the test, ten the item, with its highest bit set: so that it is
// never the id of a record, which is made alike. Two failures of one record may begin
// in one second; then the first has ended, in time, and the id means the last.
type FailureID string

// failureBit distinguishes failures from records; ids of older programs go without.
const failureBit = 0x80

// Failure is a failure of a record under a test: open, or ended with a deadline.
type Failure struct {
	Definition resource.Number
	Detected   int64  // ms
	Due        *int64 // ms; nil: no deadline
	Ended      string // fixed, gone or out_of_scope; "" while it is open
	EndedAt    int64  // ms; 0 while it is open
	Item       resource.Item
	Result     string // of one that ended: ResultWithin, ResultMissed or ResultExcepted
	SLA        string // that it went by; of an open one, the test's
	Test       TestRef

	// Filled by Failures and Failure only.
	Entity string // the record's public id
	Miss   *Miss  // what somebody said of a due time that passed; nil: nobody did
	Name   string // of the record; its uniqueId when it is gone
	Unique string

	number int64 // that ended it
}

// Miss is what somebody has to say about a due time that passed.
type Miss struct {
	At      int64 // ms
	By      Actor
	Comment string
}

// ID answers the failure's name.
func (f *Failure) ID() FailureID {
	var id [12]byte
	binary.BigEndian.PutUint32(id[:4], uint32(f.Detected/1000))
	id[4], id[5], id[6] = byte(f.Test.Number>>16), byte(f.Test.Number>>8), byte(f.Test.Number)
	id[7] = byte(f.Item>>32) | failureBit
	binary.BigEndian.PutUint32(id[8:], uint32(f.Item))
	return FailureID(hex.EncodeToString(id[:]))
}

// failureRef is what an id says.
type failureRef struct {
	item   resource.Item
	second int64
	test   int64
}

func (id FailureID) parse() (failureRef, bool) {
	raw, err := hex.DecodeString(string(id))
	if err != nil || !db.ValidID(string(id)) {
		return failureRef{}, false
	}
	return failureRef{
		item:   resource.Item(raw[7]&^failureBit)<<32 | resource.Item(binary.BigEndian.Uint32(raw[8:])),
		second: int64(binary.BigEndian.Uint32(raw[:4])),
		test:   int64(raw[4])<<16 | int64(raw[5])<<8 | int64(raw[6]),
	}, true
}

// Overdue says whether an open failure is past its due time at an instant in ms.
func (f *Failure) Overdue(now int64) bool { return f.EndedAt == 0 && f.Due != nil && *f.Due < now }

// missed says whether the due time passed.
func (f *Failure) missed(now int64) bool { return f.Overdue(now) || f.Result == ResultMissed }

// OpenFailures answers the failures of records that are open at a number, by
// item, the soonest due first; those of tests that are switched off are left out.
// It is for views over records. The
// number is a head of the definition that the caller read in the same
// transaction.
func OpenFailures(ctx context.Context, tx *db.Tx, d resource.Number, number int64, items []resource.Item) (map[resource.Item][]Failure, error) {
	found, err := selectOpenFailures(ctx, tx, d, number, items)
	if err != nil {
		return nil, fmt.Errorf("read open failures: %w", err)
	}
	return found, nil
}

// EndedFailures answers the failures of records that had a deadline and ended up
// to a number, by item, oldest first.
func EndedFailures(ctx context.Context, tx *db.Tx, d resource.Number, number int64, items []resource.Item) (map[resource.Item][]Failure, error) {
	found, err := selectEndedFailures(ctx, tx, d, number, items)
	if err != nil {
		return nil, fmt.Errorf("read failures that ended: %w", err)
	}
	return found, nil
}

// FailureState is what a list of failures asks for.
type FailureState string

// The states. Open and overdue ones have a deadline; they come by due time, the
// others by when they ended, the newest first.
const (
	FailuresEnded    FailureState = "ended"
	FailuresExcepted FailureState = "excepted"
	FailuresMissed   FailureState = "missed"
	FailuresOpen     FailureState = "open"
	FailuresOverdue  FailureState = "overdue"
	FailuresWithin   FailureState = "within"
)

func (s FailureState) open() bool { return s == FailuresOpen || s == FailuresOverdue }

// results answers those that a state takes.
func (s FailureState) results() []string {
	if s == FailuresEnded {
		return []string{ResultExcepted, ResultMissed, ResultWithin}
	}
	return []string{string(s)}
}

// FailureQuery asks for a page of failures with a deadline.
type FailureQuery struct {
	After *FailurePlace // nil: from the first
	Limit int
	Owner string // id of a user: of tests that are theirs; "": of all
	State FailureState
	Test  string // id or slug; "": of all

	since, until int64 // ms, of the due time or the end; ends of a span, both included
	test         int64 // number; 0: all
}

// FailurePlace is where a list of failures goes on.
type FailurePlace struct{ At, Item, Number, Test int64 }

// Place answers where a list goes on after a failure.
func (f *Failure) Place() FailurePlace {
	p := FailurePlace{At: f.EndedAt, Item: int64(f.Item), Number: f.number, Test: f.Test.Number}
	if f.EndedAt == 0 {
		p.At = *f.Due
	}
	return p
}

// Failures answers a page of failures with a deadline and whether more follow.
func (s *Service) Failures(ctx context.Context, c caller.Caller, q FailureQuery) (list []Failure, more bool, err error) {
	now := db.Millis(s.Now())
	q.until = never
	if q.State == FailuresOverdue {
		q.until = now - 1
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		if q.Test != "" {
			t, err := selectTest(ctx, tx, c.Workspace, q.Test)
			if errors.Is(err, db.ErrNoRow) {
				return errNoTest(q.Test)
			}
			if err != nil {
				return err
			}
			q.test = t.Number
		}
		if list, err = findFailures(ctx, tx, c.Workspace.Number, q); err != nil {
			return err
		}
		more = len(list) > q.Limit
		list = list[:min(len(list), q.Limit)]
		return s.nameFailures(ctx, tx, c.Workspace, list)
	})
	if err != nil {
		return nil, false, fmt.Errorf("list failures: %w", err)
	}
	return list, more, nil
}

// findFailures answers one more than a page.
func findFailures(ctx context.Context, tx *db.Tx, workspace int64, q FailureQuery) (list []Failure, err error) {
	if q.State.open() {
		if list, err = selectDueOpen(ctx, tx, workspace, q); err != nil {
			return nil, err
		}
		// What a push that runs has closed ahead is open until it flips.
		closed, err := selectDueClosed(ctx, tx, workspace, q)
		if err != nil {
			return nil, err
		}
		return merge(list, closed, q.Limit+1, func(a, b Failure) int { return a.Place().compare(b.Place()) }), nil
	}
	for _, result := range q.State.results() {
		part, err := selectEnded(ctx, tx, workspace, result, q)
		if err != nil {
			return nil, err
		}
		list = merge(list, part, q.Limit+1, func(a, b Failure) int { return b.Place().compare(a.Place()) })
	}
	return list, nil
}

func (p FailurePlace) compare(other FailurePlace) int {
	return slices.Compare([]int64{p.At, p.Test, p.Item, p.Number}, []int64{other.At, other.Test, other.Item, other.Number})
}

func merge(a, b []Failure, limit int, compare func(a, b Failure) int) []Failure {
	all := slices.Concat(a, b)
	slices.SortFunc(all, compare)
	return all[:min(len(all), limit)]
}

// nameFailures adds what tests and records are called, and what was said.
func (s *Service) nameFailures(ctx context.Context, tx *db.Tx, w caller.Workspace, list []Failure) error {
	var numbers []int64
	items := map[resource.Number][]resource.Item{}
	for _, f := range list {
		numbers = append(numbers, f.Test.Number)
		items[f.Definition] = append(items[f.Definition], f.Item)
	}
	slices.Sort(numbers)
	tests, err := selectTestNames(ctx, tx, w.Number, slices.Compact(numbers))
	if err != nil {
		return err
	}
	for d, of := range items {
		slices.Sort(of)
		if err := nameRecords(ctx, tx, d, slices.Compact(of), list); err != nil {
			return err
		}
	}
	for i := range list {
		f := &list[i]
		t := tests[f.Test.Number]
		f.Test = t.TestRef
		if f.EndedAt == 0 {
			f.SLA = t.sla
		}
	}
	return nil
}

// nameRecords adds names, and what was said, to the failures of one definition.
func nameRecords(ctx context.Context, tx *db.Tx, number resource.Number, items []resource.Item, list []Failure) error {
	d, err := resource.LookUp(ctx, tx, number)
	if err != nil {
		return err
	}
	head, err := resource.HeadOf(ctx, tx, number)
	if err != nil {
		return err
	}
	known, err := resource.Identities(ctx, tx, number, items)
	if err != nil {
		return err
	}
	records, err := resource.Entities(ctx, tx, number, head.Number, items)
	if err != nil {
		return err
	}
	misses, err := selectMisses(ctx, tx, number, list)
	if err != nil {
		return err
	}
	names := map[resource.Item]string{}
	for _, record := range records {
		names[record.Item] = record.Name()
	}
	for i := range list {
		f := &list[i]
		if f.Definition != number {
			continue
		}
		f.Miss = misses[missKey{int64(f.Item), f.Detected, f.Test.Number}]
		identity := known[f.Item]
		f.Entity, f.Unique = d.PublicID(f.Item, identity.CreatedAt, identity.UniqueID), identity.UniqueID
		if f.Name = names[f.Item]; f.Name == "" {
			f.Name = identity.UniqueID
		}
	}
	return nil
}

// Failure answers one by its id.
func (s *Service) Failure(ctx context.Context, c caller.Caller, id FailureID) (f Failure, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, err = s.findFailure(ctx, tx, c, id)
		return err
	})
	return f, err
}

func (s *Service) findFailure(ctx context.Context, tx *db.Tx, c caller.Caller, id FailureID) (Failure, error) {
	missing := fault.New(fault.NotFound, "there is no remediation %q", id)
	ref, ok := id.parse()
	if !ok {
		return Failure{}, missing
	}
	found, err := selectFailure(ctx, tx, c.Workspace.Number, ref)
	if errors.Is(err, db.ErrNoRow) {
		return Failure{}, missing
	}
	if err != nil {
		return Failure{}, fmt.Errorf("find remediation %s: %w", id, err)
	}
	one := []Failure{found}
	err = s.nameFailures(ctx, tx, c.Workspace, one)
	return one[0], err
}

// FailureOwner answers who owns the test of a failure, "" for nobody.
func (s *Service) FailureOwner(ctx context.Context, c caller.Caller, id string) (string, error) {
	f, err := s.Failure(ctx, c, FailureID(id))
	if err != nil {
		return "", err
	}
	return s.OwnerOf(ctx, c, f.Test.ID)
}

// AcknowledgeMiss notes what somebody has to say about a due time that passed, in
// place of what was said before. Impossible while it has not passed.
func (s *Service) AcknowledgeMiss(ctx context.Context, c caller.Caller, id FailureID, comment string) (f Failure, err error) {
	comment = strings.TrimSpace(comment)
	if comment == "" || utf8.RuneCountInString(comment) > maxText || strings.ContainsRune(comment, 0) {
		return Failure{}, fault.At(fault.Problem{Pointer: "/comment", Message: fmt.Sprintf("must have 1 to %d characters", maxText)})
	}
	now := s.Now()
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if f, err = s.findFailure(ctx, tx, c, id); err != nil {
			return err
		}
		if !f.missed(db.Millis(now)) {
			return fault.New(fault.Impossible, "no due time was missed: there is nothing to acknowledge")
		}
		before := ""
		if f.Miss != nil {
			before = f.Miss.Comment
		}
		if before == comment {
			return nil
		}
		f.Miss = &Miss{At: db.Millis(now), By: Actor{ID: c.ID, Kind: string(c.Kind), Name: c.Name}, Comment: comment}
		if err := putMiss(ctx, tx, c, f); err != nil {
			return err
		}
		return evidence.Append(ctx, tx, now, f.missEntry(c, before))
	})
	return f, err
}

func (f *Failure) missEntry(c caller.Caller, before string) evidence.Entry {
	var d differences
	d.add("comment", before, f.Miss.Comment)
	return evidence.Entry{
		Actor: c, Kind: "remediation", Subject: evidence.Subject{Kind: "test", ID: f.Test.ID, Name: f.Test.Name},
		Body: map[string]any{
			"what": "miss acknowledged", "remediation": string(f.ID()), "entity": map[string]any{"id": f.Entity, "name": f.Name},
			"slug": f.Test.Slug, "sla": f.SLA, "detected": f.Detected, "due": *f.Due, "reason": f.Miss.Comment, "changes": d,
		},
	}
}
