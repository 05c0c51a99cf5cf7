// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
)

// MaxElement bounds one element of a set in bytes: the only part of a body that
// is held in memory whole.
const MaxElement = 8 << 20

// readStep bounds one read, so that the decoder is never far ahead of the
// element it works on.
const readStep = 64 << 10

// sink takes the elements of a set in order. The bytes are valid until it
// returns.
type sink func(element []byte) error

// intake reads the body of a PUT: one object with resourceId, resources and
// perhaps sourceId, in any order.
type intake struct {
	decoder    *json.Decoder
	lines      *lineReader
	maxRecords int64 // 0: none
	open       func(resourceID string) (sink, error)

	id      string
	idRead  bool
	spool   *bufio.Writer // into spooled
	spooled *os.File      // elements that came before the id
	fed     bool          // elements were seen
}

// readSet reads a body to its end. It calls open once, with the resourceId,
// before the first element and in any case, and the sink that open answers for
// each element. Elements that come before the id wait in a temporary file.
// Errors of the body are faults with line, column and byte offset.
func readSet(body io.Reader, maxRecords int64, open func(resourceID string) (sink, error)) (err error) {
	lines := &lineReader{reader: body, limit: MaxElement}
	in := &intake{decoder: json.NewDecoder(lines), lines: lines, maxRecords: maxRecords, open: open}
	defer func() { err = errors.Join(err, in.discard()) }()
	if err := in.members(); err != nil {
		return in.locate(err)
	}
	if _, err := in.decoder.ReadToken(); !errors.Is(err, io.EOF) {
		if err == nil {
			err = in.invalid("there is more after the body's object")
		}
		return in.locate(err)
	}
	return in.feedSpooled()
}

func (in *intake) members() error {
	if kind := in.decoder.PeekKind(); kind != '{' && kind != 0 {
		return in.invalid("the body must be an object with resourceId and resources")
	}
	if _, err := in.decoder.ReadToken(); err != nil {
		return err
	}
	for in.decoder.PeekKind() != '}' {
		name, err := in.decoder.ReadToken()
		if err != nil {
			return err
		}
		if err := in.member(name.String()); err != nil {
			return err
		}
	}
	if _, err := in.decoder.ReadToken(); err != nil {
		return err
	}
	if !in.idRead {
		return missing("resourceId")
	}
	if !in.fed {
		return missing("resources")
	}
	return nil
}

func missing(name string) error {
	return fault.At(fault.Problem{Message: "must have property '" + name + "'"})
}

func (in *intake) member(name string) error {
	switch name {
	case "resourceId":
		id, err := in.text(name)
		in.id, in.idRead = id, true
		return err
	case "resources":
		in.fed = true
		return in.resources()
	case "sourceId": // older clients send it; the credential decides
		_, err := in.decoder.ReadValue()
		return err
	}
	return fault.At(fault.Problem{Pointer: "/" + cut(name), Message: "must not be there; the body has resourceId and resources"})
}

func (in *intake) text(name string) (string, error) {
	if kind := in.decoder.PeekKind(); kind != '"' && kind != 0 {
		return "", fault.At(fault.Problem{Pointer: "/" + name, Message: "must be string"})
	}
	token, err := in.decoder.ReadToken()
	if err != nil {
		return "", err
	}
	return token.String(), nil
}

func (in *intake) resources() error {
	if kind := in.decoder.PeekKind(); kind != '[' && kind != 0 {
		return fault.At(fault.Problem{Pointer: "/resources", Message: "must be array"})
	}
	take, err := in.sink()
	if err != nil {
		return err
	}
	if _, err := in.decoder.ReadToken(); err != nil {
		return err
	}
	for count := int64(1); in.decoder.PeekKind() != ']'; count++ {
		in.lines.release(in.decoder.InputOffset())
		element, err := in.decoder.ReadValue()
		if err != nil {
			return err
		}
		if in.maxRecords > 0 && count > in.maxRecords {
			return fault.New(fault.TooLarge, "a PUT takes at most %d records", in.maxRecords)
		}
		if err := take(element); err != nil {
			return err
		}
	}
	_, err = in.decoder.ReadToken()
	return err
}

// sink answers where elements go: straight on when the id is known, else into
// a temporary file, one a line.
func (in *intake) sink() (sink, error) {
	if in.idRead {
		return in.open(in.id)
	}
	file, err := os.CreateTemp("", "muster-put-*")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(file.Name()) // the open file stays, and nothing is left by a kill; where that cannot be, discard does it
	in.spooled, in.spool = file, bufio.NewWriterSize(file, readStep)
	return func(element []byte) error {
		if _, err := in.spool.Write(element); err != nil {
			return err
		}
		return in.spool.WriteByte('\n')
	}, nil
}

func (in *intake) feedSpooled() error {
	if in.spooled == nil {
		return nil
	}
	take, err := in.open(in.id)
	if err != nil {
		return err
	}
	if err := in.spool.Flush(); err != nil {
		return err
	}
	if _, err := in.spooled.Seek(0, io.SeekStart); err != nil {
		return err
	}
	decoder := json.NewDecoder(bufio.NewReaderSize(in.spooled, readStep))
	for {
		element, err := decoder.ReadValue()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read spooled elements: %w", err)
		}
		if err := take(element); err != nil {
			return err
		}
	}
}

func (in *intake) discard() error {
	if in.spooled == nil {
		return nil
	}
	err := in.spooled.Close()
	if gone := os.Remove(in.spooled.Name()); !errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}

func (in *intake) invalid(message string) error {
	return fault.New(fault.Invalid, "%s", message)
}

// locate turns a syntax error into a fault that names line, column and offset.
func (in *intake) locate(err error) error {
	if in.lines.failed != nil {
		return in.lines.failed // not the text is wrong but its way here
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "malformed JSON: the body ends too early, at %s", in.lines.place(in.lines.offset))
	}
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return err
	}
	return fault.New(fault.Invalid, "malformed JSON at %s: %v", in.lines.place(syntax.ByteOffset), syntax.Err)
}

// lineReader counts lines, so that an error in the middle of a stream can name
// its place, and stops an element that grows past a limit.
type lineReader struct {
	reader io.Reader
	limit  int64 // bytes beyond what is released

	failed   error   // of the reader, its end aside
	breaks   []int64 // offsets of line breaks at or after released
	line     int64   // line breaks before released
	offset   int64
	released int64
	start    int64 // of the line that released stands in
}

func (l *lineReader) Read(p []byte) (int, error) {
	if l.offset-l.released > l.limit+readStep {
		l.failed = fault.New(fault.TooLarge, "one record may have at most %d bytes", l.limit)
		return 0, l.failed
	}
	n, err := l.reader.Read(p[:min(len(p), readStep)])
	for i := 0; ; i++ {
		found := bytes.IndexByte(p[i:n], '\n')
		if found < 0 {
			break
		}
		i += found
		l.breaks = append(l.breaks, l.offset+int64(i))
	}
	l.offset += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		l.failed = err
	}
	return n, err
}

// release says that no error will be placed before offset.
func (l *lineReader) release(offset int64) {
	passed := 0
	for passed < len(l.breaks) && l.breaks[passed] < offset {
		l.start = l.breaks[passed] + 1
		passed++
	}
	l.line += int64(passed)
	l.breaks = slices.Delete(l.breaks, 0, passed)
	l.released = offset
}

// place names an offset that is not released.
func (l *lineReader) place(offset int64) string {
	line, start := l.line+1, l.start
	for _, at := range l.breaks {
		if at >= offset {
			break
		}
		line, start = line+1, at+1
	}
	return fmt.Sprintf("line %d, column %d (byte offset %d)", line, offset-start+1, offset)
}
