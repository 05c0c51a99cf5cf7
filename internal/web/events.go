// SPDX-License-Identifier: Apache-2.0

package web

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
)

// EventStreamType is the media type of server-sent events.
const EventStreamType = "text/event-stream"

// Beat is how often a stream of events says something, so that proxies do not hang up.
const Beat = 15 * time.Second

// writeLimit is how long a client may read nothing before its stream is cut.
const writeLimit = 30 * time.Second

// EventStream writes server-sent events (HTML standard, section 9.2). Once something
// could not be written, nothing is.
type EventStream struct {
	control *http.ResponseController
	err     error
	w       http.ResponseWriter
}

// OpenEventStream begins the answer.
func OpenEventStream(ctx huma.Context) *EventStream {
	_, w := humago.Unwrap(ctx)
	w.Header().Set("Content-Type", EventStreamType)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // for a proxy that would collect it
	w.WriteHeader(http.StatusOK)
	return &EventStream{control: http.NewResponseController(w), w: w}
}

// Event writes one; data becomes JSON, which has no line breaks.
func (st *EventStream) Event(id, kind string, data any) {
	text, err := json.Marshal(data)
	if err != nil {
		st.err = err
		return
	}
	st.write(fmt.Sprintf("id: %s\nevent: %s\ndata: %s\n\n", id, kind, text))
}

// Comment writes what clients pass over.
func (st *EventStream) Comment() { st.write(":\n\n") }

// Reached tells clients, without an event, where a stream would go on.
func (st *EventStream) Reached(id string) { st.write(":\nid: " + id + "\n\n") }

// Err answers why nothing is written any more; nil while all is well.
func (st *EventStream) Err() error { return st.err }

func (st *EventStream) write(text string) {
	if st.err != nil {
		return
	}
	// A writer without deadlines, as in a test, blocks nobody but itself.
	_ = st.control.SetWriteDeadline(time.Now().Add(writeLimit))
	if _, st.err = st.w.Write([]byte(text)); st.err == nil {
		st.err = st.control.Flush()
	}
}

// DescribeEventStream documents an answer of events.
func DescribeEventStream(op *huma.Operation) {
	op.Responses["200"].Content = map[string]*huma.MediaType{EventStreamType: {Schema: &huma.Schema{Type: huma.TypeString}}}
}

const (
	maxStreams    = 1000 // of a server, of one kind
	maxOwnStreams = 20   // of a caller
)

// Streams counts the answers of one kind that stay open. It is safe for concurrent use;
// Close ends them all.
type Streams struct {
	done   chan struct{}
	mu     sync.Mutex
	closed bool
	own    map[string]int // by caller
	total  int
}

// NewStreams answers one without any.
func NewStreams() *Streams { return &Streams{done: make(chan struct{}), own: map[string]int{}} }

// Enter counts one more of a caller, until leave is called; Unavailable where there are
// enough, or the server stops.
func (s *Streams) Enter(who string) (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return nil, fault.Later(time.Second, "the server stops")
	case s.own[who] >= maxOwnStreams:
		return nil, fault.Later(time.Minute, "you have %d streams of events open already", s.own[who])
	case s.total >= maxStreams:
		return nil, fault.Later(time.Minute, "too many streams of events are open")
	}
	s.own[who]++
	s.total++
	return sync.OnceFunc(func() { s.left(who) }), nil
}

func (s *Streams) left(who string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.total--
	if s.own[who]--; s.own[who] == 0 {
		delete(s.own, who)
	}
}

// Done is closed when the streams end.
func (s *Streams) Done() <-chan struct{} { return s.done }

// Close ends all streams, and lets none begin.
func (s *Streams) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		close(s.done)
	}
}
