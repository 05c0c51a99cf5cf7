// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/passmuster/muster/internal/proof"
)

// signedFolder lies beside the key and holds, for each workspace, the last
// checkpoint that was signed or seen. The files are what a database that was
// rolled back cannot take back.
const signedFolder = "evidence.signed"

// Signed is a checkpoint with its signature.
type Signed struct {
	proof.Checkpoint

	Note []byte // the signed note
}

// memory keeps the last signed checkpoints in files.
type memory struct {
	dir      string // the data folder
	verifier proof.Verifier
}

func (m memory) path(workspace string) string {
	return filepath.Join(m.dir, signedFolder, workspace)
}

// get answers what was signed last, the zero Signed when nothing was.
func (m memory) get(workspace string) (Signed, error) {
	note, err := os.ReadFile(m.path(workspace))
	if errors.Is(err, fs.ErrNotExist) {
		return Signed{}, nil
	}
	if err != nil {
		return Signed{}, err
	}
	s, err := openNote(m.verifier, workspace, note)
	if err != nil {
		return Signed{}, fmt.Errorf("%w: %s: %w", ErrRefused, m.path(workspace), err)
	}
	return s, nil
}

// put remembers a checkpoint durably before it answers.
func (m memory) put(workspace string, s Signed) error {
	folder := filepath.Join(m.dir, signedFolder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	temporary, err := writeTemporary(folder, s.Note)
	if err != nil {
		return err
	}
	if err := os.Rename(temporary, m.path(workspace)); err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	return errors.Join(syncFolder(folder), syncFolder(m.dir))
}

// writeTemporary writes a file that only its owner may read, durable under a
// name that nobody looks for.
func writeTemporary(folder string, text []byte) (name string, err error) {
	file, err := os.CreateTemp(folder, ".new-*") // mode 0600
	if err != nil {
		return "", err
	}
	_, err = file.Write(text)
	err = errors.Join(err, file.Sync(), file.Close())
	if err != nil {
		return "", errors.Join(err, os.Remove(file.Name()))
	}
	return file.Name(), nil
}

// syncFolder makes the names in a folder durable.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
