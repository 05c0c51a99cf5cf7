// SPDX-License-Identifier: Apache-2.0

package client

import (
	"io"
	"iter"
	"sync"

	"github.com/passmuster/muster/internal/json"
)

// chunk is how much of a body is made ready at a time.
const chunk = 64 << 10

// setBody is the body of a PUT: the elements of a source, framed as
// {"resourceId": …, "resources": [ … ]}.
type setBody struct {
	mu   sync.Mutex // net/http may close a body while it is being read
	buf  []byte     // made, not yet read
	done bool
	err  error // sticky
	next func() ([]byte, error, bool)
	some bool // an element was written
	stop func()
}

// newSetBody begins a body over elements.
func newSetBody(resourceID string, elements iter.Seq2[[]byte, error]) (io.ReadCloser, error) {
	buf, err := json.AppendQuote([]byte(`{"resourceId":`), resourceID)
	if err != nil {
		return nil, err
	}
	next, stop := iter.Pull2(elements)
	return &setBody{buf: append(buf, `,"resources":[`...), next: next, stop: stop}, nil
}

// Read answers the next part; a failure of the source is a *sourceError, which
// breaks the request off, so that the server takes nothing.
func (b *setBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.buf) < chunk && !b.done && b.err == nil {
		b.fill()
	}
	if len(b.buf) == 0 {
		if b.err != nil {
			return 0, b.err
		}
		return 0, io.EOF
	}
	n := copy(p, b.buf)
	b.buf = b.buf[:copy(b.buf, b.buf[n:])]
	return n, nil
}

// fill adds one element, or the end.
func (b *setBody) fill() {
	element, err, ok := b.next()
	switch {
	case !ok:
		b.buf = append(b.buf, "]}\n"...)
		b.done = true
	case err != nil:
		b.err = &sourceError{err}
	default:
		if b.some {
			b.buf = append(b.buf, ",\n"...)
		}
		b.buf = append(b.buf, element...)
		b.some = true
	}
}

// Close ends the source; later reads fail.
func (b *setBody) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stop()
	if !b.done && b.err == nil {
		b.buf, b.err = nil, io.ErrClosedPipe
	}
	return nil
}
