// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/jobs"
	"github.com/passmuster/muster/internal/proof"
)

// Options are what a Service works with.
type Options struct {
	DB  *db.DB           // required
	Dir string           // the data folder: evidence.key and evidence.signed lie there; required
	Key string           // the text of the signing key; "" reads or makes Dir/evidence.key
	Log *slog.Logger     // required
	Now func() time.Time // required

	Rand io.Reader // for a new key; nil is crypto/rand
}

// Service puts entries into the trees, signs checkpoints and reads both back.
// Its methods are safe for concurrent use.
type Service struct {
	db     *db.DB
	leases *jobs.Leases
	log    *slog.Logger
	memory memory
	now    func() time.Time
	signer *proof.Signer

	running  chan struct{} // holds one token while this service has the lease
	numbered atomic.Int64
	signed   atomic.Int64

	mu   sync.Mutex
	seen map[int64]outlook // by workspace number
}

// outlook is how a pass left a workspace, so that the next one comes when
// something is different.
type outlook struct {
	refused              bool
	hashes, signed, size int64 // hashes and size are for what was refused
}

// Counts are for metrics: what this process did since it started.
type Counts struct {
	Numbered int64 // entries
	Signed   int64 // checkpoints
}

// New answers a service. It finds the key, or makes the first one, and fails
// when the database's evidence is signed by another (ErrOtherKey). Entries of an
// older program get what the audit trail is asked for.
func New(ctx context.Context, o Options) (*Service, error) {
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	keys := keyring{db: o.DB, dir: o.Dir, log: o.Log, now: o.Now, rand: o.Rand, text: o.Key}
	signer, err := keys.open(ctx)
	if err != nil {
		return nil, err
	}
	s := &Service{
		db:      o.DB,
		leases:  jobs.NewLeases(o.DB, o.Now), // not the runner's, which must keep this service out as well
		log:     o.Log,
		memory:  memory{dir: o.Dir, verifier: signer.Verifier()},
		now:     o.Now,
		running: make(chan struct{}, 1),
		seen:    map[int64]outlook{},
		signer:  signer,
	}
	if err := s.fillTrail(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// Key answers the public key; its String is for files, its Fingerprint for two
// people to compare.
func (s *Service) Key() proof.Verifier { return s.signer.Verifier() }

// Counts answers what this process did.
func (s *Service) Counts() Counts {
	return Counts{Numbered: s.numbered.Load(), Signed: s.signed.Load()}
}

// Checkpoint answers the newest signed checkpoint of a workspace; NotFound
// before the first.
func (s *Service) Checkpoint(ctx context.Context, w caller.Workspace) (Signed, error) {
	newest, _, err := s.stored(ctx, w.Number)
	if err != nil {
		return Signed{}, fmt.Errorf("read the checkpoint of workspace %s: %w", w.ID, err)
	}
	if newest.Note == nil {
		return Signed{}, fault.New(fault.NotFound, "workspace %s has no evidence yet", w.ID)
	}
	return newest, nil
}

// Entry answers the entry at a position of a workspace's tree; NotFound beyond
// its end. It says what is stored; whether that is what was signed, Verify says.
func (s *Service) Entry(ctx context.Context, w caller.Workspace, position int64) (proof.Entry, error) {
	var rows []documentRow
	err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		rows, err = selectDocuments(ctx, tx, w.Number, position, position+1)
		return err
	})
	if err != nil {
		return proof.Entry{}, fmt.Errorf("read entry %d: %w", position, err)
	}
	if len(rows) == 0 {
		return proof.Entry{}, fault.New(fault.NotFound, "there is no entry %d", position)
	}
	entry, err := proof.Decode(rows[0].document)
	if err != nil {
		return proof.Entry{}, fmt.Errorf("entry %d is damaged: %w", position, err)
	}
	return entry, nil
}

// states answers how far each workspace has come.
func (s *Service) states(ctx context.Context) (all []state, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = selectStates(ctx, tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the state of the evidence: %w", err)
	}
	return all, nil
}

// state answers how far one workspace has come.
func (s *Service) state(ctx context.Context, workspace int64) (at state, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		at, err = selectState(ctx, tx, workspace)
		return err
	})
	return at, err
}

// stored answers the newest checkpoint in the database, the zero Signed before
// the first, and the state at the same moment.
func (s *Service) stored(ctx context.Context, workspace int64) (newest Signed, at state, err error) {
	var note []byte
	err = s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if at, err = selectState(ctx, tx, workspace); err != nil || at.signed == 0 {
			note = nil
			return err
		}
		note, err = selectCheckpoint(ctx, tx, workspace)
		return err
	})
	if err != nil || note == nil {
		return Signed{}, at, err
	}
	newest, err = openNote(s.Key(), at.id, note)
	if err != nil {
		err = fmt.Errorf("%w: newest checkpoint in the database: %w", ErrRefused, err)
	}
	return newest, at, err
}

// openNote checks that a note is our signature over a tree of the workspace.
func openNote(key proof.Verifier, workspace string, note []byte) (Signed, error) {
	checkpoint, err := key.Open(note)
	if err != nil {
		return Signed{}, err
	}
	if checkpoint.Origin != proof.Origin(workspace) {
		return Signed{}, fmt.Errorf("the checkpoint is of %s, not of %s", checkpoint.Origin, proof.Origin(workspace))
	}
	return Signed{Checkpoint: checkpoint, Note: note}, nil
}

func (s *Service) reader(ctx context.Context, workspace int64) proof.HashReader {
	return hashReader{ctx: ctx, db: s.db, workspace: workspace}
}
