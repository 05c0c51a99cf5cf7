// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
)

// The formats of a source.
const (
	formatAuto   = "auto"
	formatCSV    = "csv"
	formatJSON   = "json"
	formatNDJSON = "ndjson"
)

// source is a file of records that can be read several times.
type source struct {
	format  string
	name    string // for messages
	path    string
	sheet   *sheet // how cells become values; for CSV
	line    int    // where the record began that was read last; 0: not known
	discard func() error
}

// openSource makes a source of a file, or of standard input when name is "-".
// The caller calls discard when it is done.
func openSource(name, format string, stdin io.Reader, s *sheet) (*source, error) {
	src := &source{discard: func() error { return nil }, format: format, name: name, path: name, sheet: s}
	if name == "-" {
		src.name = "standard input"
		if err := src.spool(stdin); err != nil {
			return nil, fmt.Errorf("read standard input: %w", err)
		}
	}
	if format != formatAuto {
		return src, nil
	}
	err := src.sniff()
	if err != nil {
		err = errors.Join(err, src.discard())
	}
	return src, err
}

// spool copies what can be read once only to a temporary file.
func (s *source) spool(r io.Reader) (err error) {
	file, err := os.CreateTemp("", "muster-push-*")
	if err != nil {
		return err
	}
	s.path = file.Name()
	s.discard = func() error { return os.Remove(file.Name()) }
	_, err = io.Copy(file, r)
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, s.discard())
	}
	return nil
}

// sniff finds the format by the file's extension, else by its first byte.
func (s *source) sniff() error {
	extension := strings.ToLower(filepath.Ext(s.name))
	switch extension {
	case ".csv":
		s.format = formatCSV
		return nil
	case ".ndjson", ".jsonl":
		s.format = formatNDJSON
		return nil
	}
	text, err := s.text()
	if err != nil {
		return err
	}
	defer func() { _ = text.Close() }() // was only read
	first, err := firstByte(text.Reader)
	switch {
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%s is empty; an empty set is written [] in JSON", s.name)
	case err != nil:
		return err
	case first == '[':
		s.format = formatJSON
	case first == '{' || extension == ".json":
		s.format = formatNDJSON
	default:
		s.format = formatCSV
	}
	return nil
}

func firstByte(r *bufio.Reader) (byte, error) {
	for {
		b, err := r.ReadByte()
		if err != nil || !bytes.ContainsRune([]byte(" \t\r\n"), rune(b)) {
			return b, err
		}
	}
}

// text is an open source.
type text struct {
	*bufio.Reader
	io.Closer
	mark int64 // bytes of the byte order mark that were skipped
}

// text opens the file behind its byte order mark.
func (s *source) text() (*text, error) {
	file, err := os.Open(s.path)
	if err != nil {
		return nil, err
	}
	t := &text{Closer: file, Reader: bufio.NewReaderSize(file, 256<<10)}
	start, err := t.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.Join(err, file.Close())
	}
	switch {
	case bytes.HasPrefix(start, []byte("\xEF\xBB\xBF")):
		t.mark = 3
		_, err = t.Discard(3)
	case bytes.HasPrefix(start, []byte("\xFF\xFE")), bytes.HasPrefix(start, []byte("\xFE\xFF")):
		err = fmt.Errorf("%s is UTF-16; save it as UTF-8", s.name)
	default:
		err = nil
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return t, nil
}

// records reads the source from its beginning: each element is the JSON text of
// one record, valid until the next is asked for. The first error ends it.
func (s *source) records() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		t, err := s.text()
		if err != nil {
			yield(nil, err)
			return
		}
		defer func() { _ = t.Close() }() // was only read
		s.line = 0
		read := s.readNDJSON
		switch s.format {
		case formatCSV:
			read = s.readCSV
		case formatJSON:
			read = s.readArray
		}
		if err := read(t, yield); err != nil && !errors.Is(err, errEnough) {
			yield(nil, err)
		}
	}
}

// errEnough says that the reader wants no more.
var errEnough = errors.New("enough")

// count reads the whole source and answers how many records it has, or the
// first error: nothing is pushed of a file that cannot be read to its end. No
// records at all are more often a broken export than a set that became empty,
// and would take everything away: only JSON says [] without a doubt.
func (s *source) count(empty emptiness) (int64, error) {
	var n int64
	for _, err := range s.records() {
		if err != nil {
			return n, err
		}
		n++
	}
	if n > 0 || empty == emptyAllowed || s.format == formatJSON {
		return n, nil
	}
	if s.format == formatCSV {
		return 0, fmt.Errorf("%s has a header and no rows, which would remove every record; pass --allow-empty if that is meant", s.name)
	}
	return 0, fmt.Errorf("%s is empty; an empty set is written [] in JSON, or pass --allow-empty", s.name)
}

// emptiness says what a source without records is.
type emptiness int

const (
	emptyRefused emptiness = iota
	emptyAllowed
)

// lines answers at which lines the records of these indices begin, for a source
// whose lines are known: it is read once more.
func (s *source) lines(indices map[int64]int) error {
	if s.format == formatJSON || len(indices) == 0 {
		return nil
	}
	left, n := len(indices), int64(0)
	for _, err := range s.records() {
		if err != nil {
			return err
		}
		if _, asked := indices[n]; asked {
			indices[n] = s.line
			if left--; left == 0 {
				return nil
			}
		}
		n++
	}
	return nil
}

// malformed is a place in a source that cannot be read.
func (s *source) malformed(line, column int, format string, args ...any) error {
	return fmt.Errorf("%s: line %d, column %d: %s", s.name, line, column, fmt.Sprintf(format, args...))
}
