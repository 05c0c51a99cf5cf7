// SPDX-License-Identifier: Apache-2.0

package facet

import (
	"context"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/db"
)

// Words names the table of the words that searches find the rows of a view by:
// "account_word", with the columns of its Columns as its key.
type Words string

// Columns answers the columns of a table of words, for InsertMany.
func (Words) Columns() []string { return []string{"workspace", "word", "definition", "item"} }

// maxWord is how many bytes of a word searches compare.
const maxWord = 100

// Searched answers a text as searches compare it.
func Searched(text string) string {
	text = strings.ToLower(strings.TrimSpace(text))
	return text[:min(len(text), maxWord)]
}

// Beginnings answers what a search for a beginning finds a row by, sorted: each of
// the texts that no other begins with.
func Beginnings(texts []string) (words []string) {
	all := make([]string, len(texts))
	for i, text := range texts {
		all[i] = Searched(text)
	}
	slices.Sort(all)
	for i, word := range all {
		if word != "" && (i == len(all)-1 || !strings.HasPrefix(all[i+1], word)) {
			words = append(words, word)
		}
	}
	return words
}

// Begins says whether one of the words begins with a prefix; "" always.
func Begins(words []string, prefix string) bool {
	return prefix == "" || slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(word, prefix) })
}

// Move brings the words of a row from one sorted list to another.
func (t Words) Move(ctx context.Context, tx *db.Tx, workspace int64, k Key, before, after []string) error {
	for _, change := range []struct {
		here, there []string
		write       func(context.Context, *db.Tx, int64, string, Key) error
	}{{before, after, t.remove}, {after, before, t.insert}} {
		for _, word := range change.here {
			if _, both := slices.BinarySearch(change.there, word); both {
				continue
			}
			if err := change.write(ctx, tx, workspace, word, k); err != nil {
				return err
			}
		}
	}
	return nil
}

// Find answers the keys of rows that have a word with a beginning, sorted and each
// once, if they are at most so many; more says that there are others.
func (t Words) Find(ctx context.Context, tx *db.Tx, workspace int64, prefix string, most int) (keys []Key, more bool, err error) {
	keys, err = t.selectKeys(ctx, tx, workspace, prefix, most+1)
	if err != nil || len(keys) > most {
		return nil, true, err
	}
	slices.SortFunc(keys, Key.Compare)
	return slices.Compact(keys), false, nil
}
