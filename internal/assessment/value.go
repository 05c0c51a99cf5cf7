// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/jtd"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
	"github.com/passmuster/muster/internal/web"
)

// definition answers a definition that rules may be about, by its resourceId.
func (s *Service) definition(ctx context.Context, tx *db.Tx, c caller.Caller, id string) (resource.Definition, error) {
	missing := fault.New(fault.NotFound, "resourceId not found")
	if !db.ValidID(id) {
		return resource.Definition{}, missing
	}
	d, err := resource.LookUpByID(ctx, tx, c.Workspace, resource.ID(id))
	if errors.Is(err, db.ErrNoRow) || err == nil && d.Base == resource.SystemRecord {
		return resource.Definition{}, missing // people are no business of whoever reads tests
	}
	return d, err
}

// Fields answers what rules may name on the records of a definition.
func (s *Service) Fields(ctx context.Context, c caller.Caller, id string) (list []rule.Field, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := s.definition(ctx, tx, c, id)
		if err != nil {
			return err
		}
		fields, err := fieldsOf(d, nil)
		if err != nil {
			return err
		}
		list = fields.List()
		return nil
	})
	return list, err
}

// Values are the values that a field has on records, the most frequent first.
type Values struct {
	List    []ValueCount
	Looked  int64 // records that were looked at
	Records int64 // that exist
	Sampled bool  // not all records were looked at, or not all values remembered

	keys []string // where it stands; nil: in no document
}

// ValueCount is a value and on how many of the records it stands; an element counts
// once for each time that it stands in an array.
type ValueCount struct {
	Count int64
	Value json.Value
}

const (
	sampleParts    = 20   // stretches that a sample is made of
	sampleRecords  = 5000 // that one request looks at
	shownValues    = 20
	knownValues    = 10_000 // that one request remembers
	longestValue   = 200    // bytes
	longestElement = 100    // of an array that is looked at
)

// Values answers which values a field has on the records of a definition now; only
// those whose text has a part, whatever the case. Of a large definition it looks at
// stretches all over, and says so.
func (s *Service) Values(ctx context.Context, c caller.Caller, id, name, part string) (v Values, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := s.definition(ctx, tx, c, id)
		if err != nil {
			return err
		}
		fields, err := fieldsOf(d, nil)
		if err != nil {
			return err
		}
		if v.keys, err = fields.Keys(name); err != nil {
			return web.InQuery("path", "%v", err)
		}
		return v.look(ctx, tx, d.Number, strings.ToLower(part))
	})
	return v, err
}

func (v *Values) look(ctx context.Context, tx *db.Tx, d resource.Number, part string) error {
	head, err := resource.HeadOf(ctx, tx, d)
	if err != nil {
		return fmt.Errorf("read head: %w", err)
	}
	v.Records = head.Current
	counts := map[string]int64{}
	for _, at := range stretches(d, head) {
		if err := resource.EachDocument(ctx, tx, at, func(_ resource.Item, document []byte) error {
			v.Looked++
			v.count(counts, valueAt(document, v.keys), part)
			return nil
		}); err != nil {
			return fmt.Errorf("read records: %w", err)
		}
	}
	v.Sampled = v.Sampled || v.Looked < v.Records
	for _, text := range slices.Collect(maps.Keys(counts)) {
		v.List = append(v.List, ValueCount{counts[text], json.Value(text)})
	}
	slices.SortFunc(v.List, func(a, b ValueCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(string(a.Value), string(b.Value)))
	})
	v.List = v.List[:min(len(v.List), shownValues)]
	return nil
}

// stretches answers what to look at: all records, or stretches at even distances.
func stretches(d resource.Number, head resource.Head) []resource.Stretch {
	last := resource.Item(head.Items)
	if head.Current <= sampleRecords {
		return []resource.Stretch{{Definition: d, Last: last, Limit: sampleRecords, Number: head.Number}}
	}
	list := make([]resource.Stretch, sampleParts)
	for i := range list {
		list[i] = resource.Stretch{
			After: last * resource.Item(i) / sampleParts, Definition: d, Last: last * resource.Item(i+1) / sampleParts,
			Limit: sampleRecords / sampleParts, Number: head.Number,
		}
	}
	return list
}

// count counts a value, or the elements of an array.
func (v *Values) count(counts map[string]int64, value json.Value, part string) {
	if value == nil {
		return
	}
	if value.Kind() == '[' {
		var elements []json.Value
		if json.Unmarshal(value, &elements) == nil {
			for _, element := range elements[:min(len(elements), longestElement)] {
				if element.Kind() != '[' {
					v.count(counts, element, part)
				}
			}
		}
		return
	}
	if value.Kind() == '{' || len(value) > longestValue || part != "" && !strings.Contains(strings.ToLower(textOf(value)), part) {
		return
	}
	if _, known := counts[string(value)]; !known && len(counts) == knownValues {
		v.Sampled = true
		return
	}
	counts[string(value)]++
}

// textOf answers a value as people read it.
func textOf(value json.Value) string {
	if text, err := json.Unquote(value); value.Kind() == '"' && err == nil {
		return text
	}
	return string(value)
}

// valueAt answers what stands below keys in a document, nil when nothing does.
func valueAt(document []byte, keys []string) json.Value {
	if keys == nil {
		return nil
	}
	for _, key := range keys {
		if len(document) == 0 || document[0] != '{' {
			return nil
		}
		var found []byte
		for members := jtd.MembersOf(document); members.Next(); {
			if jtd.Unquote(members.Name()) == key {
				found = members.Value()
				break
			}
		}
		if found == nil {
			return nil
		}
		document = found
	}
	return json.Value(document)
}
