// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/proof"
)

// keyFile is the name of the key's file in the data folder.
const keyFile = "evidence.key"

// keyName stands in every signature.
const keyName = "muster-evidence"

// ErrOtherKey says that the database's evidence is signed by another key than
// the one at hand. Only a rotation, a command of its own, changes the key.
var ErrOtherKey = errors.New("this is not the key that signs the evidence of this database")

// keyring finds the key and makes it agree with the database.
type keyring struct {
	db   *db.DB
	dir  string
	log  *slog.Logger
	now  func() time.Time
	rand io.Reader
	text string // the key as it was handed in, "" for the file
}

// open answers the key that signs. The first process that needs one makes it,
// the first that has one tells the database.
func (k keyring) open(ctx context.Context) (*proof.Signer, error) {
	known, err := k.known(ctx)
	if err != nil {
		return nil, err
	}
	signer, err := k.find(ctx, known)
	if err != nil {
		return nil, err
	}
	if known == "" {
		if known, err = k.register(ctx, signer); err != nil {
			return nil, err
		}
	}
	return signer, k.compare(signer, known)
}

// known answers the public key that the database knows, "" for none.
func (k keyring) known(ctx context.Context) (public string, err error) {
	err = k.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		public, err = selectKey(ctx, tx)
		return err
	})
	if errors.Is(err, db.ErrNoRow) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the evidence key: %w", err)
	}
	return public, nil
}

// find answers the key at hand. It makes one only while the database knows none.
func (k keyring) find(ctx context.Context, known string) (*proof.Signer, error) {
	if k.text != "" {
		return proof.ParseSigner(strings.TrimSpace(k.text))
	}
	path := filepath.Join(k.dir, keyFile)
	signer, err := k.read(ctx, path)
	if !errors.Is(err, fs.ErrNotExist) {
		return signer, err
	}
	if known != "" {
		return nil, fmt.Errorf("the evidence of this database is signed by the key %s, and %s is not there: "+
			"put the file back, or set MUSTER_EVIDENCE_KEY or MUSTER_EVIDENCE_KEY_FILE", fingerprint(known), path)
	}
	if err := k.create(path); err != nil {
		return nil, fmt.Errorf("make the evidence key: %w", err)
	}
	return k.read(ctx, path)
}

func (k keyring) read(ctx context.Context, path string) (*proof.Signer, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		k.log.WarnContext(ctx, "others may read the evidence key: chmod 600", slog.String("file", path))
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	signer, err := proof.ParseSigner(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return signer, nil
}

// create writes a new key, unless another process is faster. The file appears
// whole or not at all.
func (k keyring) create(path string) error {
	text, _, err := proof.GenerateKey(k.rand, keyName)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		return err
	}
	temporary, err := writeTemporary(k.dir, []byte(text+"\n"))
	if err != nil {
		return err
	}
	err = os.Link(temporary, path) // unlike a rename, it replaces nothing
	if errors.Is(err, fs.ErrExist) {
		err = nil
	}
	return errors.Join(err, os.Remove(temporary), syncFolder(k.dir))
}

// register tells the database the first key and answers the one that it knows
// now: another process may have been faster with its own.
func (k keyring) register(ctx context.Context, signer *proof.Signer) (public string, err error) {
	err = k.db.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if err := insertFirstKey(ctx, tx, signer.Verifier().String(), db.Millis(k.now())); err != nil {
			return err
		}
		public, err = selectKey(ctx, tx)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("store the evidence key: %w", err)
	}
	return public, nil
}

func (k keyring) compare(signer *proof.Signer, known string) error {
	if signer.Verifier().String() == known {
		return nil
	}
	source := filepath.Join(k.dir, keyFile)
	if k.text != "" {
		source = "MUSTER_EVIDENCE_KEY"
	}
	return fmt.Errorf("%w: %s holds %s, the database knows %s",
		ErrOtherKey, source, signer.Verifier().Fingerprint(), fingerprint(known))
}

// fingerprint answers the fingerprint of a public key's text.
func fingerprint(public string) string {
	verifier, err := proof.ParseVerifier(public)
	if err != nil {
		return "(unreadable: " + err.Error() + ")"
	}
	return verifier.Fingerprint()
}
