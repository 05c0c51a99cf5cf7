// SPDX-License-Identifier: Apache-2.0

package seal

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// File is the name of the file with the secrets key in the data folder.
const File = "secrets.key"

// Open makes a sealer of the key that the operator gave as text: base64 or hex of
// 32 bytes. Without one ("") it reads the file secrets.key in dir, and makes it when
// it is not there. With a text, dir is not looked at. No error repeats the text.
func Open(dir, text string) (*Sealer, error) {
	if text != "" {
		key, err := parse(text)
		if err != nil {
			return nil, fmt.Errorf("the secrets key: %w", err)
		}
		return New(key)
	}
	path := filepath.Join(dir, File)
	key, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = create(dir, path); err == nil {
			key, err = read(path)
		}
	}
	if err != nil {
		return nil, err
	}
	return New(key)
}

// parse reads a key in hex or in either alphabet of base64, padded or not. Hex
// comes first: its 64 digits are also good base64, of 48 bytes.
func parse(text string) ([]byte, error) {
	text = strings.TrimSpace(text)
	if len(text) == hex.EncodedLen(KeySize) {
		if key, err := hex.DecodeString(text); err == nil {
			return key, nil
		}
	}
	plain := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	key, err := base64.RawStdEncoding.DecodeString(plain)
	if err != nil {
		return nil, errors.New("it is neither base64 nor hex; 32 random bytes are needed, as `openssl rand -base64 32` prints them")
	}
	if len(key) != KeySize {
		return nil, fmt.Errorf("it has %d bytes; 32 random bytes are needed, as `openssl rand -base64 32` prints them", len(key))
	}
	return key, nil
}

func read(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read secrets key: %w", err)
	}
	key, err := parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("the secrets key in %s: %w", path, err)
	}
	return key, nil
}

// create puts a new key at path, unless another process was faster: then its key
// stays. The file is never there without its whole content.
func create(dir, path string) (err error) {
	temp, err := os.CreateTemp(dir, "."+File+"-*") // O_EXCL, mode 0600
	if err != nil {
		return fmt.Errorf("make secrets key: %w", err)
	}
	defer func() {
		if removed := os.Remove(temp.Name()); err == nil && removed != nil {
			err = fmt.Errorf("make secrets key: %w", removed)
		}
	}()
	if err := errors.Join(write(temp), temp.Close()); err != nil {
		return fmt.Errorf("make secrets key: %w", err)
	}
	if err := os.Link(temp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make secrets key: the folder's file system has no hard links; give the key by the environment: %w", err)
	}
	return syncFolder(dir)
}

func write(file *os.File) error {
	key := make([]byte, KeySize)
	rand.Read(key) // never fails: it ends the program instead
	if _, err := file.WriteString(base64.StdEncoding.EncodeToString(key) + "\n"); err != nil {
		return err
	}
	return file.Sync()
}

// syncFolder makes the new name last, so that nothing sealed outlives its key.
func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("make secrets key: %w", err)
	}
	if err := errors.Join(folder.Sync(), folder.Close()); err != nil {
		return fmt.Errorf("make secrets key: %w", err)
	}
	return nil
}
