// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"fmt"
	"strconv"
)

// Outcome is what a test says of one record. The numbers stand in rows.
type Outcome uint8

// The outcomes (contract tests-and-rules.md section 2). OutcomeNone is that of
// a record that a test has not judged or that does not exist.
const (
	OutcomeNone Outcome = iota
	Passing
	Failing
	InProgress // unknown, where the test says so
	Deactivated
	OutOfScope
	outcomes // how many there are
)

var outcomeWords = [outcomes]string{"NONE", "PASSING", "FAILING", "IN_PROGRESS", "DEACTIVATED", "OUT_OF_SCOPE"}

// String answers the word of the wire.
func (o Outcome) String() string {
	if o >= outcomes {
		return "outcome " + strconv.Itoa(int(o))
	}
	return outcomeWords[o]
}

// ParseOutcome takes a word of the wire.
func ParseOutcome(word string) (Outcome, error) {
	for o := Passing; o < outcomes; o++ {
		if outcomeWords[o] == word {
			return o, nil
		}
	}
	return OutcomeNone, fmt.Errorf("%q is none of PASSING, FAILING, IN_PROGRESS, DEACTIVATED, OUT_OF_SCOPE", word)
}

// Counts say how many records have each outcome.
type Counts [outcomes]int64

// Evaluated answers passing, failing and in progress together: what a reducer
// looks at.
func (c Counts) Evaluated() int64 { return c[Passing] + c[Failing] + c[InProgress] }

// Status is what a test says as a whole.
type Status string

// The statuses (contract tests-and-rules.md section 2).
const (
	StatusDeactivated    Status = "DEACTIVATED"
	StatusInProgress     Status = "IN_PROGRESS"
	StatusInvalid        Status = "INVALID"
	StatusNeedsAttention Status = "NEEDS_ATTENTION"
	StatusNotApplicable  Status = "NOT_APPLICABLE"
	StatusOK             Status = "OK"
)
