// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
)

// schema is the JSON Type Definition of the records' customProperties.
const schema = `{
	"definitions": {"disk": {"properties": {"name": {"type": "string"}, "size": {"type": "uint32"}, "encrypted": {"type": "boolean"}}}},
	"properties": {
		"active": {"type": "boolean"}, "disks": {"elements": {"ref": "disk"}}, "environment": {"enum": ["development", "production", "staging"]},
		"memory": {"type": "int32"}, "note": {"type": "string", "nullable": true},
		"owner": {"properties": {"email": {"type": "string"}, "team": {"type": "string", "nullable": true}}},
		"patched": {"type": "timestamp"}, "tags": {"elements": {"type": "string"}}
	},
	"optionalProperties": {"load": {"type": "float64"}}
}`

// order says how unique ids follow one another in a body.
type order string

const (
	ascending order = "ascending"
	shuffled  order = "random"
)

// set makes bodies of one size. The same seed makes the same bytes everywhere.
type set struct {
	ids []int
}

func newSet(records int, by order) *set {
	s := &set{ids: make([]int, records)}
	for i := range s.ids {
		s.ids[i] = i
	}
	if by == shuffled {
		r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // must be the same each time
		r.Shuffle(records, func(i, j int) { s.ids[i], s.ids[j] = s.ids[j], s.ids[i] })
	}
	return s
}

// everyChanged is the step between records that differ in a changed body: 3 %.
const everyChanged = 33

// body is a set as a PUT carries it, without its beginning.
type body struct {
	rest    []byte
	records int
	changed int // records that differ from version 0
}

// head is what comes before the rest; its length does not depend on the id.
func head(resourceID string) string { return fmt.Sprintf(`{"resourceId":%q,"resources":[`, resourceID) }

// body writes the set; in version 1, 3 % of the records differ from version 0.
func (s *set) body(version int) *body {
	b := &body{records: len(s.ids)}
	var out bytes.Buffer
	out.Grow(len(s.ids) * 440)
	for i, id := range s.ids {
		if i > 0 {
			out.WriteByte(',')
		}
		seed := uint64(version)
		if version > 0 && id%everyChanged != 0 {
			seed = 0
		} else if version > 0 {
			b.changed++
		}
		writeRecord(&out, id, rand.New(rand.NewPCG(seed, uint64(id)))) //nolint:gosec // must be the same each time
	}
	out.WriteString("]}")
	b.rest = slices.Clip(out.Bytes())
	return b
}

// writeRecord writes one custom_resource of about 420 bytes with nested
// properties, nulls, escapes and arrays. Half of all records have less memory
// than the test of failing records asks for.
func writeRecord(out *bytes.Buffer, id int, r *rand.Rand) {
	memory := 4096
	if r.IntN(2) == 0 {
		memory = 8192 << r.IntN(4)
	}
	note, team := "null", `"payments"`
	if id%3 == 0 {
		note = `"rack 4\nrow \"B\""`
	}
	if id%5 == 0 {
		team = "null"
	}
	environment := []string{"development", "production", "staging"}[id%3]
	fmt.Fprintf(out, `{"uniqueId":"srv_%08d","displayName":"auth-%d.\"prod\"","externalUrl":"https:\/\/inventory.example.com\/s\/%d",`+
		`"customProperties":{"active":true,"memory":%d,"load":%.2f,"environment":%q,"note":%s,"patched":"2026-%02d-%02dT09:26:53.589Z",`+
		`"owner":{"email":"owner%d@example.com","team":%s},"tags":["web","tier \"1\"","pci"],`+
		`"disks":[{"name":"sda","size":%d,"encrypted":true},{"name":"sdb","size":2000,"encrypted":true}]}}`,
		id, id, id, memory, r.Float64(), environment, note, 1+r.IntN(12), 1+r.IntN(28), id%977, team, 100+r.IntN(900))
}

// tests are three active tests: half of the records fail the first one.
func tests() []string {
	return []string{
		`"passWhen":{"all":[{"field":"active","op":"equals","value":true},{"field":"memory","op":"gte","value":8192}]}`,
		`"passWhen":{"field":"disks","all":{"field":"encrypted","op":"equals","value":true}}`,
		`"passWhen":{"all":[{"field":"owner.email","op":"ends_with","value":"@example.com"},{"field":"tags","op":"contains","value":"web"},` +
			`{"not":{"field":"displayName","op":"is_empty"}}]}`,
	}
}
