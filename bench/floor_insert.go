// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/sha256"
	"io"
	"net/http"
	"strconv"
	"sync/atomic"
)

// inserter is the floor of a small write: a row a request, durable before the
// answer, where requests that come at once share a commit.
type inserter struct {
	number  atomic.Int64
	store   floorStore
	waiting chan insertion
}

type insertion struct {
	done chan error
	row  record
}

// insertions is how many rows share a commit at most.
const insertions = 64

func newInserter(store floorStore) *inserter {
	return &inserter{store: store, waiting: make(chan insertion, insertions)}
}

// run commits what waits until ctx ends.
func (i *inserter) run(ctx context.Context) {
	for {
		var group []insertion
		select {
		case <-ctx.Done():
			return
		case one := <-i.waiting:
			group = append(group, one)
		}
		for more := true; more && len(group) < insertions; {
			select {
			case one := <-i.waiting:
				group = append(group, one)
			default:
				more = false
			}
		}
		rows := make([]record, len(group))
		for j, one := range group {
			rows[j] = one.row
		}
		batches := make(chan []record, 1)
		batches <- rows
		close(batches)
		err := i.store.write(ctx, -1, batches)
		for _, one := range group {
			one.done <- err
		}
	}
}

func (i *inserter) insert(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err == nil {
		sum := sha256.Sum256(body)
		one := insertion{done: make(chan error, 1), row: record{
			digest: digest(sum[:16]), document: body, uniqueID: strconv.FormatInt(i.number.Add(1), 10),
		}}
		i.waiting <- one
		err = <-one.done
	}
	answer(w, []byte(`{"success":true}`), err)
}
