// SPDX-License-Identifier: Apache-2.0

package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/fault"
)

// Store keeps blobs: in a folder, or in a bucket. It is safe for concurrent use.
type Store struct {
	folder string // of blobs, or of what is on its way to a bucket
	limit  int64  // bytes of one blob
	place  place
}

// place is where whole files go, by name.
type place interface {
	keep(ctx context.Context, from, name string) error
	open(ctx context.Context, name string) (io.ReadCloser, error) // fs.ErrNotExist when it is not there
}

// New answers the store in a folder, which is made when something is put there;
// limit is how many bytes a blob may have.
func New(folder string, limit int64) *Store {
	return &Store{folder: folder, limit: limit, place: directory(folder)}
}

// Limited answers the same store with another limit of a blob, in bytes.
func (s *Store) Limited(limit int64) *Store {
	other := *s
	other.limit = limit
	return &other
}

// Limit answers how many bytes a blob may have.
func (s *Store) Limit() int64 { return s.limit }

var (
	errChanged = errors.New("a stored file is not what was stored")
	sumForm    = regexp.MustCompile(`^[0-9a-f]{64}$`)
	houseForm  = regexp.MustCompile(`^[0-9a-f]{24}$`)
)

// nameOf answers what a blob of a workspace, by its id, is called in its place.
func nameOf(workspace, sum string) (string, error) {
	if !houseForm.MatchString(workspace) || !sumForm.MatchString(sum) {
		return "", fmt.Errorf("no blob has the name %q in %q", sum, workspace)
	}
	return workspace + "/" + sum[:2] + "/" + sum, nil
}

// Pending is a file that has come in whole and is not kept yet. Its owner calls
// Drop in the end, whatever became of it.
type Pending struct {
	SHA256 string // in hex
	Size   int64

	path  string
	store *Store
}

// Take reads a file to its end without keeping it. TooLarge past the limit; what
// was written until an error is gone.
func (s *Store) Take(r io.Reader) (p *Pending, err error) {
	if err := os.MkdirAll(s.folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of files: %w", err)
	}
	file, err := os.CreateTemp(s.folder, coming)
	if err != nil {
		return nil, fmt.Errorf("keep a file: %w", err)
	}
	p = &Pending{path: file.Name(), store: s}
	sum := sha256.New()
	p.Size, err = io.Copy(io.MultiWriter(file, sum), io.LimitReader(r, s.limit+1))
	if err == nil && p.Size > s.limit {
		err = fault.New(fault.TooLarge, "a file may have at most %d bytes", s.limit)
	}
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, errors.Join(fmt.Errorf("keep a file: %w", err), p.Drop())
	}
	p.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return p, nil
}

// Keep puts the file where a workspace's blobs are. The same content twice is one
// blob. After an error nothing is there that was not there before.
func (p *Pending) Keep(ctx context.Context, workspace string) error {
	name, err := nameOf(workspace, p.SHA256)
	if err != nil {
		return err
	}
	if err := p.store.place.keep(ctx, p.path, name); err != nil {
		return fmt.Errorf("keep a file: %w", err)
	}
	return nil
}

// Drop forgets the file unless it was kept.
func (p *Pending) Drop() error {
	if err := os.Remove(p.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget a file: %w", err)
	}
	return nil
}

// coming is what the names of files begin with that have not come whole, or are not
// kept yet.
const coming = "coming-"

// Sweep forgets the files that were on their way when a process died: those that
// nothing was written to since an instant. It must lie so far back that no upload
// that runs is from before.
func (s *Store) Sweep(ctx context.Context, since time.Time) error {
	entries, err := os.ReadDir(s.folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for files that never came whole: %w", err)
	}
	for _, entry := range entries {
		if !entry.Type().IsRegular() || !strings.HasPrefix(entry.Name(), coming) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.ModTime().Before(since) {
			err = os.Remove(filepath.Join(s.folder, entry.Name()))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // kept or dropped meanwhile
			return fmt.Errorf("forget a file that never came whole: %w", err)
		}
	}
	return nil
}

// Put keeps what r holds for a workspace and answers its SHA-256 in hex and its
// size: Take, Keep and Drop in one.
func (s *Store) Put(ctx context.Context, workspace string, r io.Reader) (sum string, size int64, err error) {
	p, err := s.Take(r)
	if err != nil {
		return "", 0, err
	}
	defer func() { err = errors.Join(err, p.Drop()) }()
	return p.SHA256, p.Size, p.Keep(ctx, workspace)
}

// Open answers the content of a blob of a workspace; NotFound when it is not
// there. Where the content is not what was stored, the last read fails in place of
// io.EOF. The caller closes it.
func (s *Store) Open(ctx context.Context, workspace, sum string) (io.ReadCloser, error) {
	name, err := nameOf(workspace, sum)
	if err != nil {
		return nil, err
	}
	content, err := s.place.open(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "the file is not in the store of this server")
	}
	if err != nil {
		return nil, fmt.Errorf("read a file: %w", err)
	}
	return &checked{ReadCloser: content, hash: sha256.New(), want: sum}, nil
}

// Get answers a blob of a workspace whole. An error that it was changed comes
// instead of the content.
func (s *Store) Get(ctx context.Context, workspace, sum string) (content []byte, err error) {
	r, err := s.Open(ctx, workspace, sum)
	if err != nil {
		return nil, err
	}
	content, err = io.ReadAll(r)
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, fmt.Errorf("read a file: %w", err)
	}
	return content, nil
}

// checked hashes what is read, and ends well only with the right sum.
type checked struct {
	io.ReadCloser
	hash hash.Hash
	want string
}

// Read is of io.Reader.
func (c *checked) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	_, _ = c.hash.Write(p[:n]) // never fails
	if errors.Is(err, io.EOF) && hex.EncodeToString(c.hash.Sum(nil)) != c.want {
		return n, fmt.Errorf("%w: %s", errChanged, c.want)
	}
	return n, err
}

// directory is a place on this machine.
type directory string

func (d directory) keep(_ context.Context, from, name string) error {
	path := filepath.Join(string(d), filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := os.Rename(from, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func (d directory) open(_ context.Context, name string) (io.ReadCloser, error) {
	return os.Open(filepath.Join(string(d), filepath.FromSlash(name)))
}

// syncFolder makes a new name in a folder durable.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
