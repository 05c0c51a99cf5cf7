// SPDX-License-Identifier: Apache-2.0

package resource

import "sync"

// shapes keeps the compiled schemas of definitions: compiling one costs more
// than a small push.
type shapes struct {
	mu   sync.Mutex
	kept map[Number]versionedShape
}

type versionedShape struct {
	shape   *Shape
	version int64
}

func newShapes() *shapes { return &shapes{kept: map[Number]versionedShape{}} }

// of answers the compiled schema of a definition as it stands.
func (s *shapes) of(d Definition) (*Shape, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kept, ok := s.kept[d.Number]; ok && kept.version == d.SchemaVersion {
		return kept.shape, nil
	}
	schema, err := d.RecordSchema()
	if err != nil {
		return nil, err
	}
	shape, err := NewShape(schema)
	if err != nil {
		return nil, err
	}
	s.kept[d.Number] = versionedShape{shape, d.SchemaVersion}
	return shape, nil
}
