// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"fmt"
	"strconv"

	"github.com/passmuster/muster/internal/json"
)

// Reducer turns the outcomes of records into the status of a test. N is the
// number of atLeast and atMostFailing, the share of percentPassing.
type Reducer struct {
	Kind string
	N    float64
}

// The reducers.
const (
	reduceAll            = "all"
	reduceAny            = "any"
	reduceAtLeast        = "atLeast"
	reduceAtMostFailing  = "atMostFailing"
	reduceNone           = "none"
	reducePercentPassing = "percentPassing"
)

const reducerForms = `must be "all", "any", "none", {"atLeast": n}, {"atMostFailing": n} or {"percentPassing": p}`

// UnmarshalJSON reads a word, or an object with one member.
func (r *Reducer) UnmarshalJSON(text []byte) error {
	var word string
	if json.Unmarshal(text, &word) == nil {
		switch word {
		case reduceAll, reduceAny, reduceNone:
			*r = Reducer{Kind: word}
			return nil
		}
		return fmt.Errorf("%s", reducerForms)
	}
	var object map[string]float64
	if err := json.Unmarshal(text, &object); err != nil || len(object) != 1 {
		return fmt.Errorf("%s", reducerForms)
	}
	for kind, n := range object {
		*r = Reducer{Kind: kind, N: n}
	}
	return r.check()
}

func (r Reducer) check() error {
	whole := r.N == float64(int64(r.N))
	switch {
	case r.Kind == reduceAtLeast && (!whole || r.N < 1):
		return fmt.Errorf("atLeast must be a whole number from 1")
	case r.Kind == reduceAtMostFailing && (!whole || r.N < 0):
		return fmt.Errorf("atMostFailing must be a whole number from 0")
	case r.Kind == reducePercentPassing && (r.N < 0 || r.N > 100):
		return fmt.Errorf("percentPassing must lie between 0 and 100")
	case r.Kind != reduceAtLeast && r.Kind != reduceAtMostFailing && r.Kind != reducePercentPassing:
		return fmt.Errorf("%s", reducerForms)
	}
	return nil
}

// MarshalJSON writes what UnmarshalJSON reads.
func (r Reducer) MarshalJSON() ([]byte, error) {
	switch r.Kind {
	case reduceAll, reduceAny, reduceNone:
		return json.Marshal(r.Kind)
	}
	return []byte(`{"` + r.Kind + `":` + strconv.FormatFloat(r.N, 'f', -1, 64) + `}`), nil
}

// holds says whether the reducer is content with p passing and f failing of n.
func (r Reducer) holds(p, f, n int64) bool {
	switch r.Kind {
	case reduceAny:
		return p >= 1
	case reduceNone:
		return p == 0
	case reduceAtLeast:
		return p >= int64(r.N)
	case reduceAtMostFailing:
		return f <= int64(r.N)
	case reducePercentPassing:
		return 100*float64(p) >= r.N*float64(n)
	}
	return f == 0
}

// Status answers what counts mean: IN_PROGRESS when the records in progress
// could still turn it, onEmpty when nothing is evaluated.
func (r Reducer) Status(c Counts, onEmpty string) Status {
	p, f, i := c[Passing], c[Failing], c[InProgress]
	if p+f+i == 0 {
		switch onEmpty {
		case "pass":
			return StatusOK
		case "fail":
			return StatusNeedsAttention
		}
		return StatusNotApplicable
	}
	best, worst := r.holds(p+i, f, p+f+i), r.holds(p, f+i, p+f+i)
	switch {
	case best != worst:
		return StatusInProgress
	case best:
		return StatusOK
	}
	return StatusNeedsAttention
}
