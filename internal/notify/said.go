// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"context"

	"github.com/passmuster/muster/internal/json"
)

// said is a section of a message as the log keeps it. Rows hold it as JSON: members may be
// added, and are never given another meaning.
type said struct {
	More   string      `json:"more,omitzero"`
	Things []saidThing `json:"things,omitzero"`
	Title  string      `json:"title"`
}

// saidThing is what a message said of one thing.
type saidThing struct {
	Name      string   `json:"name"`
	Path      string   `json:"path,omitzero"`
	Sentences []string `json:"sentences,omitzero"`
}

func (l letter) said() (all []said) {
	for _, s := range l.Sections {
		one := said{More: s.MoreText(), Title: s.Title}
		for _, i := range s.Items {
			one.Things = append(one.Things, saidThing{Name: i.Name, Path: i.Path, Sentences: i.Sentences})
		}
		all = append(all, one)
	}
	return all
}

// saidOnly answers the content of a batch without all that is sent: what it says stays,
// the link that ends mail goes.
func saidOnly(content string) (string, error) {
	if content == "" {
		return "", nil
	}
	var m written
	if err := json.Unmarshal([]byte(content), &m); err != nil {
		return "", err
	}
	kept, err := json.Marshal(written{Said: m.Said, Subject: m.Subject})
	return string(kept), err
}

// saidOf answers what a batch says: as it was written, or as it would be now.
func (s *Service) saidOf(ctx context.Context, b batch) ([]said, error) {
	m, err := s.written(ctx, &b)
	return m.Said, err
}
