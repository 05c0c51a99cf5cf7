// SPDX-License-Identifier: Apache-2.0

package breach

import (
	"bytes"
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"os"
)

// window is how much of the file is read through instead of being bisected further.
const window = 1024

// file is a breached file, ordered by hash.
type file struct {
	closer io.Closer
	name   string
	reader io.ReaderAt
	size   int64 // bytes when it was opened
}

// open opens the breached file and checks that it is one.
func open(name string) (*file, error) {
	info, err := os.Stat(name) // before opening: opening a pipe waits
	if err != nil {
		return nil, fmt.Errorf("open breached passwords: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("breached passwords: %s is not a regular file", name)
	}
	opened, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open breached passwords: %w", err)
	}
	f := &file{closer: opened, name: name, reader: opened, size: info.Size()}
	if err := f.check(); err != nil {
		return nil, errors.Join(err, opened.Close())
	}
	return f, nil
}

func (f *file) close() error { return f.closer.Close() }

// has says whether the file lists the password, exactly as it was typed.
func (f *file) has(password string) (bool, error) {
	var buffer [128]byte // no allocation for passwords of usual length
	return f.find(sha1.Sum(append(buffer[:0], password...)))
}

// find bisects the file. The lines before low have smaller hashes than want, those
// from high on have larger ones; both are where a line starts.
func (f *file) find(want hash) (bool, error) {
	var buffer [window]byte
	low, high := int64(0), f.size
	for high-low > window {
		at, err := f.lineAt(buffer[:2*maxLine], low+(high-low)/2)
		if err != nil {
			return false, err
		}
		switch order := bytes.Compare(at.hash[:], want[:]); {
		case order == 0:
			return true, nil
		case order < 0:
			low = at.end
		default:
			high = at.start
		}
	}
	text, err := f.read(buffer[:high-low], low)
	if err != nil {
		return false, err
	}
	return f.scan(text, low, want)
}

// scan reads the lines of text, which stands at an offset, one after another.
func (f *file) scan(text []byte, offset int64, want hash) (bool, error) {
	for len(text) > 0 {
		at, err := f.parse(text, offset)
		if err != nil {
			return false, err
		}
		if at.hash == want {
			return true, nil
		}
		text, offset = text[at.end-offset:], at.end
	}
	return false, nil
}

// lineAt answers the line that the byte at offset belongs to. The buffer must hold
// two lines.
func (f *file) lineAt(buffer []byte, offset int64) (line, error) {
	start := max(0, offset-maxLine)
	text, err := f.read(buffer, start)
	if err != nil {
		return line{}, err
	}
	skip := bytes.LastIndexByte(text[:offset-start], '\n') + 1
	if skip == 0 && start > 0 {
		return line{}, f.wrong(fmt.Sprintf("around offset %d", offset), errForm)
	}
	return f.parse(text[skip:], start+int64(skip))
}

// read fills the buffer from offset on; only the end of the file leaves less in it.
func (f *file) read(buffer []byte, offset int64) ([]byte, error) {
	buffer = buffer[:min(int64(len(buffer)), f.size-offset)]
	n, err := f.reader.ReadAt(buffer, offset)
	switch {
	case n == len(buffer):
		return buffer, nil
	case errors.Is(err, io.EOF):
		err = errors.New("the file became shorter after it was opened")
	}
	return nil, fmt.Errorf("read breached passwords: %s at offset %d: %w", f.name, offset, err)
}

// parse reads the line at the beginning of text, which stands at an offset.
func (f *file) parse(text []byte, offset int64) (line, error) {
	h, length, err := parseLine(text, offset+int64(len(text)) == f.size)
	if err != nil {
		return line{}, f.wrong(fmt.Sprintf("line at offset %d", offset), err)
	}
	return line{hash: h, start: offset, end: offset + int64(length)}, nil
}

// wrong says that the file is not as it should be, and where.
func (f *file) wrong(place string, why error) error {
	return fmt.Errorf("breached passwords: %s, %s: %w", f.name, place, why)
}
