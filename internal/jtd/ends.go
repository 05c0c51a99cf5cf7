// SPDX-License-Identifier: Apache-2.0

package jtd

import "slices"

const (
	// shallow is the depth up to which skipping a value means reading it. A
	// byte is then skipped at most that often.
	shallow = 16
	// short containers are read even below that: they are not worth a row.
	short = 64
)

// ends remembers where the long containers of a text end. Without it, a text
// nested ten thousand deep would be skipped ten thousand times, each time from
// one level further in.
type ends struct {
	starts, ends []int // by start
}

// newEnds reads the whole text once.
func newEnds(b []byte) *ends {
	e := &ends{}
	var open []int // rows of the containers around i
	for i := 0; i < len(b); {
		switch b[i] {
		case '"':
			i = SkipString(b, i)
			continue
		case '{', '[':
			open = append(open, len(e.starts))
			e.starts = append(e.starts, i)
			e.ends = append(e.ends, len(b))
		case '}', ']':
			if len(open) == 0 {
				break
			}
			row := open[len(open)-1]
			open = open[:len(open)-1]
			e.ends[row] = i + 1
			if i+1-e.starts[row] <= short && row == len(e.starts)-1 {
				e.starts, e.ends = e.starts[:row], e.ends[:row]
			}
		}
		i++
	}
	return e
}

// skip answers the index after the value at i, as SkipValue does.
func (r *run) skip(i, depth int) int {
	b := r.b
	if depth <= shallow || i >= len(b) || b[i] != '{' && b[i] != '[' {
		return SkipValue(b, i)
	}
	if r.ends == nil {
		r.ends = newEnds(b)
	}
	if row, known := slices.BinarySearch(r.ends.starts, i); known {
		return r.ends.ends[row]
	}
	return SkipValue(b, i)
}
