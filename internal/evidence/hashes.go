// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"context"
	"fmt"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/proof"
)

// hashReader reads stored hashes for package proof, each call in a short
// transaction of its own: stored hashes never change, so calls agree. It holds
// a context because package proof, which does no I/O, hands none through.
type hashReader struct {
	ctx       context.Context
	db        *db.DB
	workspace int64
}

// ReadHashes answers the hashes in the order they were asked for. A hash that is
// not there is an error: the tree is damaged.
func (r hashReader) ReadHashes(indexes []int64) (hashes []proof.Hash, err error) {
	if len(indexes) == 0 {
		return nil, nil
	}
	err = r.db.Read(r.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if consecutive(indexes) {
			hashes, err = r.readRange(ctx, tx, indexes)
		} else {
			hashes, err = r.readSingle(ctx, tx, indexes)
		}
		return err
	})
	return hashes, err
}

func consecutive(indexes []int64) bool {
	for i, index := range indexes {
		if index != indexes[0]+int64(i) {
			return false
		}
	}
	return len(indexes) > hashesAtOnce
}

func (r hashReader) readRange(ctx context.Context, tx *db.Tx, indexes []int64) ([]proof.Hash, error) {
	hashes := make([]proof.Hash, len(indexes))
	found, err := selectHashRange(ctx, tx, r.workspace, indexes[0], hashes)
	if err != nil {
		return nil, err
	}
	if found != len(indexes) {
		return nil, fmt.Errorf("the tree is damaged: %d of the %d hashes from %d on are missing",
			len(indexes)-found, len(indexes), indexes[0])
	}
	return hashes, nil
}

func (r hashReader) readSingle(ctx context.Context, tx *db.Tx, indexes []int64) ([]proof.Hash, error) {
	known := make(map[int64]proof.Hash, len(indexes))
	for at := 0; at < len(indexes); at += hashesAtOnce {
		part := indexes[at:min(at+hashesAtOnce, len(indexes))]
		if err := selectHashes(ctx, tx, r.workspace, part, known); err != nil {
			return nil, err
		}
	}
	hashes := make([]proof.Hash, len(indexes))
	for i, index := range indexes {
		var ok bool
		if hashes[i], ok = known[index]; !ok {
			return nil, fmt.Errorf("the tree is damaged: hash %d is missing", index)
		}
	}
	return hashes, nil
}
