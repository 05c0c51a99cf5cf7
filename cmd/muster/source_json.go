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

// blank is the white space of JSON (RFC 8259 section 2).
const blank = " \t\r\n"

// readNDJSON reads one JSON value a line; blank lines are skipped. A line is
// read for itself: what is cut off must not be finished by the next one.
func (s *source) readNDJSON(t *text, yield func([]byte, error) bool) error {
	var buf []byte
	for number := 1; ; number++ {
		line, err := readLine(t.Reader, buf[:0])
		buf = line
		last := errors.Is(err, io.EOF)
		if err != nil && !last {
			return err
		}
		if value := json.Value(bytes.Trim(line, blank)); len(value) > 0 {
			s.line = number
			if !value.IsValid() {
				return s.badLine(number, line)
			}
			if !yield(value, nil) {
				return errEnough
			}
		}
		if last {
			return nil
		}
	}
}

// readLine appends a line, whatever its length, to buf; io.EOF comes with the
// last one.
func readLine(r *bufio.Reader, buf []byte) ([]byte, error) {
	for {
		part, err := r.ReadSlice('\n')
		buf = append(buf, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return buf, err
		}
	}
}

// badLine says where and why a line is no record.
func (s *source) badLine(number int, line []byte) error {
	line = bytes.TrimRight(line, blank)
	d := json.NewDecoder(bytes.NewReader(line))
	if _, err := d.ReadValue(); err != nil {
		offset, message := stopped(err, d)
		if errors.Is(err, io.ErrUnexpectedEOF) {
			offset, message = int64(len(line)), "the line ends in the middle of a value; each record stands on one line"
		}
		return s.malformed(number, int(offset)+1, "%s", message)
	}
	offset := d.InputOffset()
	offset += int64(len(line[offset:]) - len(bytes.TrimLeft(line[offset:], blank)))
	return s.malformed(number, int(offset)+1, "something follows the record; each record stands on a line of its own")
}

// stopped answers at which byte a decoder gave up, and why.
func stopped(err error, d *json.Decoder) (offset int64, message string) {
	offset, message = d.InputOffset(), err.Error()
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		offset, message = syntax.ByteOffset, syntax.Err.Error()
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		message = "the text ends in the middle of a value"
	}
	return offset, message
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
	offset, message := stopped(err, d)
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
