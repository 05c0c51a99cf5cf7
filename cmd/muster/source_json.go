// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/passmuster/muster/internal/json"
)

// readNDJSON reads a sequence of JSON values, usually one a line.
func (s *source) readNDJSON(t *text, yield func([]byte, error) bool) error {
	d := json.NewDecoder(t)
	for {
		value, err := d.ReadValue()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return s.place(err, d, t)
		case !yield(value, nil):
			return errEnough
		}
	}
}

// readArray reads one JSON array.
func (s *source) readArray(t *text, yield func([]byte, error) bool) error {
	d := json.NewDecoder(t)
	if d.PeekKind() != '[' {
		return fmt.Errorf("%s: must be an array of records, or --format %s", s.name, formatNDJSON)
	}
	if _, err := d.ReadToken(); err != nil {
		return s.place(err, d, t)
	}
	for d.PeekKind() != ']' {
		value, err := d.ReadValue()
		if err != nil {
			return s.place(err, d, t)
		}
		if !yield(value, nil) {
			return errEnough
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return s.place(err, d, t)
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		if err == nil {
			err = errors.New("something follows the array")
		}
		return s.place(err, d, t)
	}
	return nil
}

// place says at which line and column the decoder gave up.
func (s *source) place(err error, d *json.Decoder, t *text) error {
	offset := d.InputOffset()
	message := err.Error()
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		offset, message = syntax.ByteOffset, syntax.Err.Error()
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		message = "the text ends in the middle of a value"
	}
	line, column, failure := s.lineOf(offset + t.mark)
	if failure != nil {
		return errors.Join(err, failure)
	}
	return s.malformed(line, column, "%s", message)
}

// lineOf finds the line and column, in bytes, of an offset into the file.
func (s *source) lineOf(offset int64) (line, column int, err error) {
	t, err := s.text()
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	r := bufio.NewReader(io.LimitReader(t, offset-t.mark))
	line, column = 1, 1
	buf := make([]byte, 64<<10)
	for {
		n, err := r.Read(buf)
		part := buf[:n]
		if i := bytes.LastIndexByte(part, '\n'); i >= 0 {
			line += bytes.Count(part, []byte{'\n'})
			column, part = 1, part[i+1:]
		}
		column += len(part)
		if errors.Is(err, io.EOF) {
			return line, column, nil
		}
		if err != nil {
			return 0, 0, err
		}
	}
}
