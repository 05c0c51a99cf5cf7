// SPDX-License-Identifier: Apache-2.0

package web

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/passmuster/muster/internal/fault"
)

// Stream is embedded in the input of a route that reads its body as it comes.
// (A field named Body would make huma read it whole.)
type Stream struct {
	header http.Header
	reader io.Reader
}

// Reader answers the body, decoded, for one pass. It fails with a fault: TooLarge
// past the limit, Invalid when its encoding is broken, the client goes away or
// sends nothing for too long.
func (s *Stream) Reader() io.Reader { return s.reader }

// Header answers the headers of the request.
func (s *Stream) Header() http.Header { return s.header }

// Resolve is called by huma after path and query were read. It reads nothing of
// the body yet.
func (s *Stream) Resolve(ctx huma.Context) []error {
	if s.reader != nil {
		return nil // huma finds the method on the embedding struct too
	}
	r, w := humago.Unwrap(ctx)
	ex := exchangeOf(r.Context())
	if err := checkType(r, ex.route.accept); err != nil {
		return []error{failureOf(r.Context(), err)}
	}
	reader, err := decoded(w, r, ex.server.options.StreamLimit)
	if err != nil {
		return []error{failureOf(r.Context(), err)}
	}
	s.header, s.reader = r.Header, reader
	return nil
}

// decoded answers the request's body without its Content-Encoding, at most limit
// bytes of it; a limit below 0 is none.
func decoded(w http.ResponseWriter, r *http.Request, limit int64) (io.Reader, error) {
	ex := exchangeOf(r.Context())
	var body io.Reader = &patient{
		body: r.Body, control: http.NewResponseController(w), patience: ex.server.options.ReadPatience,
	}
	encoding := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding")))
	if encoding == "" || encoding == "identity" {
		if limit >= 0 && r.ContentLength > limit {
			return nil, tooLarge(limit)
		}
		return &counted{body: body, left: limit, limit: limit}, nil
	}
	raw := &counted{body: body, left: rawLimit(limit), limit: limit}
	switch encoding {
	case "gzip", "x-gzip":
		body = &lazy{name: "gzip", below: raw, open: func() (io.Reader, error) { return gzip.NewReader(raw) }}
	case "zstd":
		body = &lazy{name: "zstd", below: raw, open: zstdOpener(r, raw)}
	default:
		cause := fault.New(fault.Unsupported, "the content encoding must be gzip, zstd or none")
		f := say(http.StatusUnsupportedMediaType, cause.Message)
		f.header.Set("Accept-Encoding", "gzip, zstd")
		return nil, &refused{failure: f, cause: cause}
	}
	return &counted{body: body, left: limit, limit: limit}, nil
}

// rawLimit bounds what arrives, because empty members decode to nothing for
// ever. What cannot be compressed grows a little.
func rawLimit(limit int64) int64 {
	const share, fixed = 128, 1 << 10
	return limit + limit/share + fixed
}

// zstdWindow bounds the memory that a sender can make us hold: the encoder's own
// levels use 8 MiB at most.
const zstdWindow = 8 << 20

func zstdOpener(r *http.Request, body io.Reader) func() (io.Reader, error) {
	return func() (io.Reader, error) {
		decoder, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1),
			zstd.WithDecoderMaxWindow(zstdWindow), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, err
		}
		finish(r.Context(), decoder.Close)
		return decoder, nil
	}
}

// lazy opens a decoder at the first read, because opening reads. Its own errors
// become faults; those of the body below pass as they are.
type lazy struct {
	below   *counted
	decoder io.Reader
	failed  error
	name    string
	open    func() (io.Reader, error)
}

// Read is of io.Reader.
func (l *lazy) Read(p []byte) (int, error) {
	if l.failed != nil {
		return 0, l.failed
	}
	if l.decoder == nil {
		decoder, err := l.open()
		if err != nil {
			return 0, l.fail(err)
		}
		l.decoder = decoder
	}
	n, err := l.decoder.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = l.fail(err)
	}
	return n, err
}

func (l *lazy) fail(err error) error {
	switch {
	case l.below.failed != nil: // whatever the decoder made of it
		err = l.below.failed
	case errors.Is(err, zstd.ErrWindowSizeExceeded):
		err = fault.New(fault.Invalid, "the zstd window must be at most %d MiB", zstdWindow/mebi)
	case errors.Is(err, zstd.ErrDecoderSizeExceeded):
		err = tooLarge(l.below.limit)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		err = fault.New(fault.Invalid, "the body is no %s: it ends too early", l.name)
	default:
		err = fault.New(fault.Invalid, "the body is no %s: %s", l.name, strings.TrimPrefix(err.Error(), l.name+": "))
	}
	l.failed = err
	return err
}

// counted fails with TooLarge as soon as one byte more than the limit comes.
type counted struct {
	body   io.Reader
	failed error // nil until a read failed otherwise than at the end
	left   int64
	limit  int64 // below 0: none
}

// Read is of io.Reader.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		c.failed = err
	}
	return n, err
}

func (c *counted) read(p []byte) (int, error) {
	if c.limit < 0 {
		return c.body.Read(p)
	}
	if c.left < 0 {
		return 0, tooLarge(c.limit)
	}
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1]
	}
	n, err := c.body.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return n - 1, tooLarge(c.limit)
	}
	return n, err
}

// readPatience is Options.ReadPatience when that is 0.
const readPatience = 30 * time.Second

// patient gives each read its own deadline: a push may take long as a whole.
type patient struct {
	body     io.Reader
	control  *http.ResponseController
	failed   error
	patience time.Duration
}

// Read is of io.Reader.
func (p *patient) Read(b []byte) (int, error) {
	if p.failed != nil {
		return 0, p.failed
	}
	// Not every writer has deadlines; then the server's own must do.
	_ = p.control.SetReadDeadline(time.Now().Add(p.patience))
	n, err := p.body.Read(b)
	if err == nil {
		return n, nil
	}
	if errors.Is(err, io.EOF) {
		// From here on net/http waits for the client to hang up; a deadline left
		// behind would look like that. Before the end it must stay: net/http reads
		// on when the handler has not read it all.
		_ = p.control.SetReadDeadline(time.Time{})
	}
	p.failed = p.failure(err)
	return n, p.failed
}

func (p *patient) failure(err error) error {
	var network net.Error
	switch {
	case errors.Is(err, io.EOF):
		return io.EOF
	case errors.As(err, &network) && network.Timeout():
		cause := fault.New(fault.Invalid, "the body stopped coming: nothing for %s", p.patience)
		return &refused{failure: say(http.StatusRequestTimeout, cause.Message), cause: cause}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fault.New(fault.Invalid, "the body ends before its announced length")
	}
	return fault.New(fault.Invalid, "the body could not be read to its end")
}

// streamBuffer is how much of a streamed answer waits before the first byte
// goes out; an error until then can still be answered as one.
const streamBuffer = 32 << 10

// StreamBody makes the Body of an output struct, func(huma.Context), which
// writes its answer as it goes. When write fails before streamBuffer bytes are
// full, the error is answered; later, the connection is cut.
func StreamBody(status int, contentType string, write func(w io.Writer) error) func(huma.Context) {
	return func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		begun := &beginning{contentType: contentType, status: status, w: w}
		buffer := bufio.NewWriterSize(begun, streamBuffer)
		err := write(buffer)
		if err == nil {
			begun.start() // an empty answer has a header too
			err = buffer.Flush()
		}
		if err == nil {
			return
		}
		f := failureOf(r.Context(), err)
		if begun.begun {
			panic(http.ErrAbortHandler)
		}
		f.write(w)
	}
}

// beginning writes the header before the first byte.
type beginning struct {
	begun       bool
	contentType string
	status      int
	w           http.ResponseWriter
}

func (b *beginning) start() {
	if b.begun {
		return
	}
	b.begun = true
	b.w.Header().Set("Content-Type", b.contentType)
	b.w.WriteHeader(b.status)
}

// Write is of io.Writer.
func (b *beginning) Write(p []byte) (int, error) {
	b.start()
	return b.w.Write(p)
}
