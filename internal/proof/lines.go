// SPDX-License-Identifier: Apache-2.0

package proof

import (
	"bufio"
	"errors"
	"io"
)

var (
	errCut  = errors.New("the last line has no line feed")
	errLong = errors.New("the line is too long")
)

// lineReader reads lines that end with a line feed, and holds one at a time.
type lineReader struct {
	in   *bufio.Reader
	long []byte // a line that does not fit into in's buffer
	line int64  // number of the line last read, from 1
}

func newLineReader(r io.Reader) *lineReader {
	return &lineReader{in: bufio.NewReaderSize(r, 1<<16)}
}

// next answers the next line without its line feed, valid until the next call. Its
// errors are io.EOF at the end, errCut, errLong and those of the reader.
func (l *lineReader) next() ([]byte, error) {
	l.line++
	part, err := l.in.ReadSlice('\n')
	if err == nil {
		return part[:len(part)-1], nil
	}
	l.long = append(l.long[:0], part...)
	for errors.Is(err, bufio.ErrBufferFull) {
		if len(l.long) > maxLine {
			return nil, errLong
		}
		part, err = l.in.ReadSlice('\n')
		l.long = append(l.long, part...)
	}
	switch {
	case err == nil:
		return l.long[:len(l.long)-1], nil
	case errors.Is(err, io.EOF) && len(l.long) > 0:
		return nil, errCut
	}
	return nil, err
}
