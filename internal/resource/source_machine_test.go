// SPDX-License-Identifier: Apache-2.0

package resource_test

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/resource"
)

// interrupted is a body in whose middle something happens.
type interrupted struct {
	happens func()
	parts   []string
}

func (r *interrupted) Read(p []byte) (int, error) {
	if len(r.parts) == 0 {
		return 0, io.EOF
	}
	if len(r.parts) == 1 && r.happens != nil {
		r.happens() // the first part was understood: the push holds its claim
		r.happens = nil
	}
	n := copy(p, r.parts[0])
	if r.parts[0] = r.parts[0][n:]; r.parts[0] == "" {
		r.parts = r.parts[1:]
	}
	return n, nil
}

// told is what a source is known to have: the newest memory of each uniqueId, and which
// of them are gone.
type told struct {
	gone   map[string]bool
	memory map[string]int
}

// list is what the source reads back, sorted.
func (s told) list() []string {
	var list []string
	for id, memory := range s.memory {
		sign := ""
		if s.gone[id] {
			sign = "-"
		}
		list = append(list, fmt.Sprintf("%s%s=%d", sign, id, memory))
	}
	slices.Sort(list)
	return list
}

// push changes the model as a lenient push does, and answers its counts.
func (s told) push(set map[string]int, broken string) (want [8]int64) {
	want[0] = int64(len(set))
	if broken != "" {
		want[1] = 1
	}
	for id := range s.memory {
		_, sent := set[id]
		switch {
		case s.gone[id] || sent:
		case id == broken:
			want[7]++
		default:
			s.gone[id] = true
			want[5]++
		}
	}
	for id, memory := range set {
		was, known := s.memory[id]
		switch {
		case !known || s.gone[id]:
			want[2]++
		case was != memory:
			want[3]++
		default:
			want[4]++
		}
		s.memory[id] = memory
		delete(s.gone, id)
	}
	return want
}

// brokenOff is a body that ends in the middle.
type brokenOff struct{ rest string }

func (b *brokenOff) Read(p []byte) (int, error) {
	if b.rest == "" {
		return 0, io.ErrUnexpectedEOF
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

// TestMachineOfSources lets three sources push whole sets of the same ids, broken ones and
// broken-off ones too, and be disconnected, beside a model that knows nothing of the
// others.
func TestMachineOfSources(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		round := 0
		rapid.Check(t, func(r *rapid.T) {
			round++
			servers, err := h.service.Create(t.Context(), h.caller, resource.NewDefinition{
				Application: h.caller.ID, Base: "CustomResource", Name: fmt.Sprintf("Servers %d", round), Schema: []byte(serverSchema),
			})
			if err != nil {
				r.Fatal(err)
			}
			model := map[string]told{}
			for _, source := range []string{"", "one", "two"} {
				model[source] = told{map[string]bool{}, map[string]int{}}
			}
			for range rapid.IntRange(1, 25).Draw(r, "steps") {
				source := rapid.SampledFrom([]string{"", "one", "two"}).Draw(r, "source")
				h.step(r, h.as(h.caller, source), servers, model[source])
				for name, want := range model {
					got := strings.Fields(h.as(h.caller, name).mine(servers))
					slices.Sort(got)
					if diff := cmp.Diff(want.list(), got, cmpopts.EquateEmpty()); diff != "" {
						r.Fatalf("after a step of %q, %q reads (-want +got):\n%s", source, name, diff)
					}
				}
			}
		})
	})
}

// step does one thing to a source, and to its model.
func (h *house) step(r *rapid.T, source *house, servers resource.Definition, model told) {
	ids := []string{"a", "b", "c", "d", "e"}
	set := rapid.MapOfN(rapid.SampledFrom(ids), rapid.IntRange(1, 3), 0, len(ids)).Draw(r, "set")
	elements := []string{}
	for _, id := range slices.Sorted(maps.Keys(set)) {
		elements = append(elements, server(id, set[id]))
	}
	switch rapid.SampledFrom([]string{"push", "push", "push", "with a broken one", "broken off", "disconnect"}).Draw(r, "act") {
	case "with a broken one":
		broken := rapid.SampledFrom(ids).Draw(r, "broken")
		if _, sent := set[broken]; sent || len(set) == 0 {
			return // twice is another story, and a set of broken ones alone is refused
		}
		source.want("a broken record", source.push(servers, append(elements, server(broken, `"x"`))...), model.push(set, broken))
	case "broken off":
		body := &brokenOff{fmt.Sprintf(`{"resourceId":%q,"resources":[%s`, servers.ID, strings.Join(elements, ","))}
		if _, err := h.service.Push(h.t.Context(), source.caller, resource.Push{Base: servers.Base, Body: body, Default: resource.Lenient}); err == nil {
			r.Fatal("a body that ends in the middle was taken")
		}
	case "disconnect":
		if source.caller.Source == "" {
			return
		}
		if err := h.service.Disconnect(h.t.Context(), h.caller, h.caller.ID, source.caller.Source); err != nil {
			r.Fatal(err)
		}
		model.push(nil, "")
	default:
		source.want("a push", source.push(servers, elements...), model.push(set, ""))
	}
}
