// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"
)

// exchange is what the house keeps about one request.
type exchange struct {
	address string // of the client
	agent   string // what the client calls itself
	caller  string // id, once known
	cookie  string // of a session, "" when none
	done    []func()
	id      string
	path    string // the route's path, for metrics; "" when none
	route   *mounted
	server  *Server
}

type exchangeKey struct{}

// exchangeOf answers the request's exchange; an empty one outside a request.
func exchangeOf(ctx context.Context) *exchange {
	if ex, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return ex
	}
	return &exchange{}
}

func (ex *exchange) logger() *slog.Logger {
	if ex.server == nil {
		return slog.New(slog.DiscardHandler)
	}
	return ex.server.log
}

// RequestID answers the id under which the request is logged; "" outside one.
func RequestID(ctx context.Context) string { return exchangeOf(ctx).id }

// observe wraps everything: request id, metrics, log, security headers, panics.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		ex := &exchange{
			address: clientAddress(r, s.options.TrustedProxies, s.options.ForwardedHeader), agent: Shorten(strings.ToValidUTF8(r.UserAgent(), "?")),
			cookie: s.cookieOf(r), id: requestID(r.Header.Get("X-Request-Id")), server: s,
		}
		ctx := context.WithValue(r.Context(), exchangeKey{}, ex)
		out := &recorder{ResponseWriter: w, control: http.NewResponseController(w)}
		out.begin(r, s.options.ReadPatience)
		s.setSecurityHeaders(out.Header(), r.URL.Path)
		out.Header().Set("X-Request-Id", ex.id)
		s.metrics.inFlight.Inc()
		defer func() {
			for _, done := range ex.done {
				done()
			}
			s.metrics.inFlight.Dec()
			took := time.Since(began)
			s.metrics.count(ex.path, r.Method, out.finalStatus(), took)
			s.logAccess(ctx, r, ex, out, took)
		}()
		defer s.rescue(ctx, out, ex)
		next.ServeHTTP(out, r.WithContext(ctx))
	})
}

// rescue answers a panic as an internal error; when the answer has begun, the
// connection is cut, so that the client does not take half for whole.
func (s *Server) rescue(ctx context.Context, out *recorder, ex *exchange) {
	cause := recover()
	if cause == nil {
		return
	}
	if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(http.ErrAbortHandler)
	}
	s.log.LogAttrs(ctx, slog.LevelError, "panic", slog.String("request_id", ex.id),
		slog.String("cause", fmt.Sprint(cause)), slog.String("stack", string(debug.Stack())))
	if out.status != 0 {
		panic(http.ErrAbortHandler)
	}
	say(http.StatusInternalServerError, internalError).write(out)
}

const maxRequestID = 128

// requestID takes the client's own when it is a plain word.
func requestID(given string) string {
	if given == "" || len(given) > maxRequestID {
		return rand.Text()
	}
	for i := range len(given) {
		c := given[i]
		plain := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("._:-", c) >= 0
		if !plain {
			return rand.Text()
		}
	}
	return given
}

func (s *Server) setSecurityHeaders(h http.Header, path string) {
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	if s.Secure() {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	if guarded(path) {
		h.Set("Cache-Control", "no-store")
	}
}

func (s *Server) logAccess(ctx context.Context, r *http.Request, ex *exchange, out *recorder, took time.Duration) {
	level := slog.LevelInfo
	if ex.path == "/healthz" || ex.path == "/readyz" || ex.path == "/metrics" {
		level = slog.LevelDebug // asked every few seconds
	}
	if !s.log.Enabled(ctx, level) {
		return
	}
	s.log.LogAttrs(ctx, level, "request",
		slog.String("request_id", ex.id),
		slog.String("method", r.Method),
		slog.String("path", r.URL.Path),
		slog.String("query", safeQuery(r.URL.RawQuery)),
		slog.Int("status", out.finalStatus()),
		slog.Int64("bytes", out.bytes),
		slog.Duration("took", took),
		slog.String("address", ex.address),
		slog.String("caller", ex.caller))
}

// safeQuery answers a query string in which only values that cannot be secrets
// are shown.
func safeQuery(raw string) string {
	if raw == "" {
		return ""
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return "unreadable"
	}
	for name := range values {
		switch name {
		case "asOf", "dryRun", "entityStatus", "pageSize", "resourceId":
		default:
			values[name] = []string{"…"}
		}
	}
	text, err := url.QueryUnescape(values.Encode())
	if err != nil {
		return "unreadable"
	}
	return text
}

// recorder notes what is answered, and gives up on a client that does not read.
type recorder struct {
	http.ResponseWriter

	bytes   int64
	control *http.ResponseController
	gone    bool      // the client has left: nothing is written any more
	patient time.Time // until when the write deadline need not be renewed
	status  int
}

// Unwrap is for http.ResponseController.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader notes the first final status; later ones are dropped.
func (w *recorder) WriteHeader(status int) {
	if status == statusGone {
		w.gone = true
	}
	if w.gone || w.status != 0 {
		return
	}
	if status >= http.StatusOK {
		w.status = status
	}
	w.renew()
	w.ResponseWriter.WriteHeader(status)
}

// How long a client may leave an answer unread.
const (
	writePatience = time.Minute
	renewEvery    = 10 * time.Second
)

// Write passes an answer on.
func (w *recorder) Write(p []byte) (int, error) {
	if w.gone {
		return len(p), nil
	}
	if w.status == 0 {
		w.status = http.StatusOK
	}
	w.renew()
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// begin takes the write deadline of the connection's former request away, and
// sets one for a body that nobody may come to read: net/http reads on to its end.
func (w *recorder) begin(r *http.Request, patience time.Duration) {
	// Not every writer has deadlines; then the server's own must do.
	_ = w.control.SetWriteDeadline(time.Time{})
	if r.ContentLength != 0 {
		_ = w.control.SetReadDeadline(time.Now().Add(patience))
	}
}

func (w *recorder) renew() {
	if now := time.Now(); now.After(w.patient) {
		_ = w.control.SetWriteDeadline(now.Add(writePatience)) // as in begin
		w.patient = now.Add(renewEvery)
	}
}

// finalStatus answers what the client has read; statusGone when nothing.
func (w *recorder) finalStatus() int {
	switch {
	case w.gone:
		return statusGone
	case w.status == 0:
		return http.StatusOK // net/http says so for who says nothing
	}
	return w.status
}
