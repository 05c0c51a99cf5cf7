// SPDX-License-Identifier: Apache-2.0

package rule

import "bytes"

// Memory is a Related over records that are at hand, for unit tests of rules. It
// looks at all of them each time.
type Memory struct {
	Now int64               // unix milliseconds
	Of  map[string][]Record // by the name that relations have for the definition
}

// Matches is Related's.
func (m *Memory) Matches(r *Relation, key []byte) (all Matches) {
	for _, target := range r.Targets {
		inner := target.Program.NewEvaluator()
		m.each(target, key, func(record Record) bool {
			all.Add(inner.EvalRecord(record, m.Now))
			return true
		})
	}
	return all
}

// Records is Related's.
func (m *Memory) Records(r *Relation, key []byte, fn func(*Target, Record) bool) {
	for _, target := range r.Targets {
		m.each(target, key, func(record Record) bool { return fn(target, record) })
	}
}

func (m *Memory) each(target *Target, key []byte, fn func(Record) bool) {
	reader := target.Key.NewReader()
	for _, record := range m.Of[target.Name] {
		if theirs, ok := reader.Append(nil, record); ok && bytes.Equal(theirs, key) && !fn(record) {
			return
		}
	}
}
