// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/proof"
)

// ErrRefused says that a tree is not what was signed before, so that nothing is
// added to it and nothing signed: the database was rolled back, or somebody wrote
// into it.
var ErrRefused = errors.New("the evidence is not what was signed before")

// errRaced says that another process numbers entries, too: our lease ran out.
var errRaced = errors.New("another process extends the tree")

// batch is how many entries get their places in one transaction. On SQLite, where
// every other writer waits for it, that takes about 5 ms.
const batch = 200

// batches is how many of them there are at most before the tree is signed.
const batches = 50

// tend does what a workspace wants: see what was signed last, give the waiting
// entries their places, sign.
func (s *Service) tend(ctx context.Context, workspace int64) error {
	found, err := s.last(ctx, workspace)
	at := found.state
	if errors.Is(err, ErrRefused) {
		s.remember(workspace, outlook{refused: true, hashes: at.hashes, signed: at.signed, size: at.size})
	}
	if err != nil {
		return fmt.Errorf("workspace %s: %w", at.id, err)
	}
	last, err := s.agree(ctx, found)
	if err != nil {
		return fmt.Errorf("workspace %s: keep the last checkpoint: %w", at.id, err)
	}
	for more := true; more; {
		if at.size, more, err = s.extend(ctx, at); err != nil {
			return fmt.Errorf("workspace %s: extend the tree: %w", at.id, err)
		}
		if last, err = s.sign(ctx, at, last); err != nil {
			return fmt.Errorf("workspace %s: sign the tree: %w", at.id, err)
		}
	}
	s.remember(workspace, outlook{signed: last.Size})
	return nil
}

// found is what a workspace's tree is, and what was signed of it.
type found struct {
	filed  Signed // by the file
	state  state
	stored Signed // by the database
}

// last reads what was signed last, and fails with ErrRefused when the tree is not
// a continuation of it. The file comes first: what it says was committed before,
// so a later look at the database must show it, whoever else is at work.
func (s *Service) last(ctx context.Context, workspace int64) (f found, err error) {
	if f.state, err = s.state(ctx, workspace); err != nil {
		return f, err
	}
	if f.filed, err = s.memory.get(f.state.id); err != nil {
		return f, err
	}
	if f.stored, f.state, err = s.stored(ctx, workspace); err != nil {
		return f, err
	}
	at, reader := f.state, s.reader(ctx, workspace)
	if want := proof.HashCount(at.size); at.hashes != want {
		return f, fmt.Errorf("%w: %d hashes are stored for %d entries instead of %d", ErrRefused, at.hashes, at.size, want)
	}
	if err := proof.Extends(f.filed.Checkpoint, at.size, reader); err != nil {
		return f, refusal(err, s.memory.path(at.id))
	}
	if f.stored.Checkpoint != f.filed.Checkpoint {
		if err := proof.Extends(f.stored.Checkpoint, at.size, reader); err != nil {
			return f, refusal(err, "the newest checkpoint in the database")
		}
	}
	return f, nil
}

// agree answers the last signed checkpoint, after making the file and the
// database know the same one. The file is written first when we sign, so a file
// that is ahead is a crash in between, and the database gets the same note; a
// database that is ahead was signed by another process.
func (s *Service) agree(ctx context.Context, f found) (Signed, error) {
	switch {
	case f.stored.Size > f.filed.Size:
		return f.stored, s.memory.put(f.state.id, f.stored)
	case f.filed.Size > f.stored.Size:
		return f.filed, s.publish(ctx, f.state, f.filed)
	}
	return f.filed, nil
}

// refusal tells a tree that is another one from a failure to read it.
func refusal(err error, source string) error {
	if errors.Is(err, proof.ErrShrunk) || errors.Is(err, proof.ErrRewritten) {
		return fmt.Errorf("%w: %w; %s holds what was signed (was an older copy of the database put back?)", ErrRefused, err, source)
	}
	return err
}

// extend gives waiting entries their places, at most as many as are signed
// together. It answers the size of the tree, and whether there may be more: a
// batch that is not full was all there was, and what writers commit meanwhile is
// for the next pass.
func (s *Service) extend(ctx context.Context, at state) (size int64, more bool, err error) {
	frontier, err := proof.NewFrontier(at.size, s.reader(ctx, at.number))
	if err != nil {
		return 0, false, err
	}
	for range batches {
		waiting, err := s.waiting(ctx, at.number)
		if err != nil {
			return 0, false, err
		}
		if err := s.place(ctx, at.number, frontier, waiting); err != nil {
			return 0, false, err
		}
		s.numbered.Add(int64(len(waiting)))
		if len(waiting) < batch {
			return frontier.Size(), false, nil
		}
	}
	return frontier.Size(), true, nil
}

// waiting answers the next batch in the order in which it enters the tree. It
// reads one snapshot: a stream's entries are committed in their order, so that
// who sees one sees those before it.
func (s *Service) waiting(ctx context.Context, workspace int64) (rows []waitingRow, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		rows, err = selectWaiting(ctx, tx, workspace)
		return err
	})
	sortStreams(rows)
	return rows, err
}

// sortStreams puts the entries of each stream, in the places that they have, in
// the order of their sequence. Append gives a stream rising ids, so this moves
// nothing unless two of its transactions ran at once against their duty.
func sortStreams(rows []waitingRow) {
	places := map[string][]int{}
	for i, row := range rows {
		if row.stream != "" {
			places[row.stream] = append(places[row.stream], i)
		}
	}
	for _, at := range places {
		run := make([]waitingRow, len(at))
		for i, place := range at {
			run[i] = rows[place]
		}
		slices.SortFunc(run, func(a, b waitingRow) int { return cmp.Compare(a.sequence, b.sequence) })
		for i, place := range at {
			rows[place] = run[i]
		}
	}
}

// place appends a batch to the tree in one short transaction. The frontier is
// of no use after an error.
func (s *Service) place(ctx context.Context, workspace int64, frontier *proof.Frontier, rows []waitingRow) error {
	if len(rows) == 0 {
		return nil
	}
	first := frontier.Size()
	hashes := make([]proof.Hash, 0, 2*len(rows)+1)
	for _, row := range rows {
		hashes = frontier.Append(hashes, row.leaf)
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		// The hashes first: where another process was faster, their key says so.
		if err := insertHashes(ctx, tx, workspace, proof.HashCount(first), hashes); err != nil {
			return err
		}
		at := first
		for part := range slices.Chunk(rows, positionsAtOnce) {
			if err := updatePositions(ctx, tx, part, at); err != nil {
				return err
			}
			at += int64(len(part))
		}
		return nil
	})
	if db.IsUnique(err) || errors.Is(err, db.ErrNoRow) {
		return errRaced
	}
	return err
}

// sign signs the tree when it grew, and answers what is signed last then. All of
// its entries are durable: their places were committed before, by a transaction
// that waited for the disk. The file knows of a signature before anybody can see
// it.
func (s *Service) sign(ctx context.Context, at state, last Signed) (Signed, error) {
	if at.size <= last.Size {
		return last, nil
	}
	next, err := s.note(ctx, at, last)
	if err != nil {
		return last, err
	}
	filed, err := s.memory.get(at.id)
	if err != nil {
		return last, err
	}
	if filed.Size >= next.Size { // another process on this folder; its note gets published
		return last, errRaced
	}
	if err := s.memory.put(at.id, next); err != nil {
		return last, err
	}
	s.signed.Add(1)
	return next, s.publish(ctx, at, next)
}

// note makes the signature.
func (s *Service) note(ctx context.Context, at state, last Signed) (next Signed, err error) {
	reader := s.reader(ctx, at.number)
	if err := proof.Extends(last.Checkpoint, at.size, reader); err != nil {
		return next, err
	}
	next.Checkpoint = proof.Checkpoint{Origin: proof.Origin(at.id), Size: at.size, Time: db.Millis(s.now())}
	if next.Root, err = proof.Root(at.size, reader); err != nil {
		return next, err
	}
	next.Note, err = s.signer.Sign(next.Checkpoint)
	return next, err
}

// publish stores a signed checkpoint where others read it.
func (s *Service) publish(ctx context.Context, at state, signed Signed) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return insertCheckpoint(ctx, tx, at.number, signed)
	})
}
