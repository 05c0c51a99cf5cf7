// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"context"
	"fmt"
	"io"
	"math"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/proof"
)

// page is how many entries an export reads at once. The longest entry has
// proof.MaxEntry bytes; common ones have about one thousand.
const page = 64

// Summary says what a pack holds.
type Summary struct {
	Checkpoints int64  // all of them, the pack's own included
	Entries     int64  // the size of the tree
	Fingerprint string // of the key that signed
	Root        proof.Hash
	Signed      int64 // when the checkpoint was signed, unix milliseconds
}

// Export writes a workspace's evidence as a pack, up to a checkpoint over
// everything that was committed before the call, and every earlier checkpoint.
// It reads in short transactions and holds one page. What is stored is written as it
// is, even when it is damaged: to judge is for proof.Verify. NotFound when the
// workspace has no evidence yet.
func (s *Service) Export(ctx context.Context, w caller.Workspace, out io.Writer) (Summary, error) {
	if err := s.Drain(ctx); err != nil {
		return Summary{}, err
	}
	newest, err := s.Checkpoint(ctx, w)
	if err != nil {
		return Summary{}, err
	}
	header := proof.PackHeader{Checkpoint: newest.Note, Key: s.Key(), WorkspaceID: w.ID, WorkspaceName: w.Name}
	pack, err := proof.NewPackWriter(out, header, s.reader(ctx, w.Number))
	if err != nil {
		return Summary{}, err
	}
	if err := s.exportEntries(ctx, w.Number, pack, newest.Size); err != nil {
		return Summary{}, err
	}
	earlier, err := s.exportCheckpoints(ctx, w.Number, pack, newest.Size)
	if err != nil {
		return Summary{}, err
	}
	return Summary{
		Checkpoints: earlier + 1, Entries: newest.Size, Fingerprint: s.Key().Fingerprint(),
		Root: newest.Root, Signed: newest.Time,
	}, pack.Close()
}

// exportEntries writes the entries below size.
func (s *Service) exportEntries(ctx context.Context, workspace int64, pack *proof.PackWriter, size int64) error {
	for from := int64(0); from < size; from += page {
		to := min(from+page, size)
		var rows []documentRow
		err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			rows, err = selectDocuments(ctx, tx, workspace, from, to)
			return err
		})
		if err != nil {
			return fmt.Errorf("read the entries from %d on: %w", from, err)
		}
		if err := appendPage(pack, rows, from, to); err != nil {
			return err
		}
	}
	return nil
}

// appendPage writes the entries from from to to, all of which must be there: a
// pack has no gaps.
func appendPage(pack *proof.PackWriter, rows []documentRow, from, to int64) error {
	for i := range to - from {
		if i >= int64(len(rows)) || rows[i].position != from+i {
			return fmt.Errorf("the evidence is damaged: entry %d is missing", from+i)
		}
		if err := pack.Append(rows[i].document); err != nil {
			return err
		}
	}
	return nil
}

// exportCheckpoints writes the checkpoints of smaller trees and answers how many.
func (s *Service) exportCheckpoints(ctx context.Context, workspace int64, pack *proof.PackWriter, size int64) (int64, error) {
	count, after := int64(0), int64(math.MinInt64)
	for {
		var notes [][]byte
		last := after
		err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			notes, last, err = selectCheckpoints(ctx, tx, workspace, after, size)
			return err
		})
		if err != nil {
			return 0, fmt.Errorf("read the checkpoints after %d: %w", after, err)
		}
		if len(notes) == 0 {
			return count, nil
		}
		for _, note := range notes {
			if err := pack.Checkpoint(note); err != nil {
				return 0, err
			}
		}
		count, after = count+int64(len(notes)), last
	}
}
