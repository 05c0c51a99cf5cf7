// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/egress"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/feed"
)

const (
	batch       = 500             // messages of a connection
	atOnce      = 8               // streams that are sent to at the same time
	rounds      = 20              // batches of a stream in one pass
	longestWait = 5 * time.Minute // between two tries of a stream that fails
)

// HasWork says whether some stream has something to get and may be tried.
func (s *Service) HasWork(ctx context.Context) (bool, error) {
	list, err := s.ready(ctx)
	return len(list) > 0, err
}

// ready answers the streams that have something to get and may be tried.
func (s *Service) ready(ctx context.Context) (list []Stream, err error) {
	err = s.DB.Glance(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, err = selectReady(ctx, tx, db.Millis(s.Now()))
		return err
	})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	heads, err := s.Feed.Heads(ctx)
	return slices.DeleteFunc(list, func(x Stream) bool { return heads[x.workspace.Number] < x.Cursor.Position }), err
}

// Send is a pass: it sends each stream what it has not had.
func (s *Service) Send(ctx context.Context) error {
	list, err := s.ready(ctx)
	if err != nil {
		return fmt.Errorf("look for streams: %w", err)
	}
	var all sync.WaitGroup
	free, errs := make(chan struct{}, atOnce), make([]error, len(list))
	for i, x := range list {
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			errs[i] = s.send(ctx, x)
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// send sends a stream batches until it has had all. A receiver that fails is noted on
// the stream; an error is of the database.
func (s *Service) send(ctx context.Context, x Stream) error {
	for range rounds {
		events, next, err := s.Feed.After(ctx, x.workspace, x.Cursor, feed.Want{Types: x.Types}, batch)
		if err != nil {
			return fmt.Errorf("stream %s: %w", x.ID, err)
		}
		if next == x.Cursor {
			return nil
		}
		after := x
		if failed := s.deliver(ctx, x, events); failed != nil {
			if ctx.Err() != nil {
				return nil //nolint:nilerr // the server stops; nothing was noted
			}
			after.fail(failed, s.Now())
			s.Logger.LogAttrs(ctx, slog.LevelWarn, "stream failed", slog.String("stream", x.ID), slog.String("name", x.Name), slog.Any("error", failed))
		} else {
			after.succeed(next, len(events), s.Now())
		}
		err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return moveStream(ctx, tx, x, after) })
		if errors.Is(err, db.ErrNoRow) || after.Failing != nil && err == nil {
			return nil // deleted, or another process was faster; or to be tried later
		}
		if err != nil {
			return fmt.Errorf("note how far stream %s has come: %w", x.ID, err)
		}
		x = after
	}
	return nil
}

func (x *Stream) succeed(next feed.Cursor, sent int, now time.Time) {
	ms := db.Millis(now)
	x.Cursor, x.failures, x.Failing, x.LastError, x.NextAt = next, 0, nil, "", ms
	if sent > 0 {
		x.Sent, x.SentAt = x.Sent+int64(sent), &ms
	}
}

// fail puts the next try off: 1, 2, 4 … seconds, five minutes at most.
func (x *Stream) fail(err error, now time.Time) {
	ms := db.Millis(now)
	x.failures++
	if x.Failing == nil {
		x.Failing = &ms
	}
	wait := min(longestWait, time.Second<<min(x.failures-1, 20))
	x.LastError, x.NextAt = shorten(err.Error(), 500), ms+wait.Milliseconds()
}

// deliver sends events over one connection and answers nil when the receiver took them.
func (s *Service) deliver(ctx context.Context, x Stream, events []feed.Event) (err error) {
	if len(events) == 0 {
		return nil
	}
	conn, h, err := s.dial(ctx, x)
	if err != nil {
		return err
	}
	defer func() {
		if closed := conn.Close(); err == nil && closed != nil && !errors.Is(closed, net.ErrClosed) && h.network == egress.UDP {
			err = closed
		}
	}()
	var buffer []byte
	for i, e := range events {
		buffer = append(buffer, frame(h.network, h.message(e))...)
		if h.network != egress.UDP && len(buffer) < 64<<10 && i+1 < len(events) {
			continue
		}
		if err := s.within(ctx, conn, func() error { return write(conn, buffer) }); err != nil {
			return fmt.Errorf("send: %w", bare(err))
		}
		buffer = buffer[:0]
	}
	if h.network == egress.UDP {
		return nil
	}
	return s.within(ctx, conn, func() error { return finish(conn) })
}

// within does a step with a connection, for at most the service's Timeout. A stop of the
// server ends it at once.
func (s *Service) within(ctx context.Context, conn net.Conn, step func() error) error {
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	return step()
}

func write(conn net.Conn, text []byte) error {
	_, err := conn.Write(text)
	return err
}

// finish says that this was all and waits until the receiver closes its side, too: what
// it did not read by then would have broken the connection.
func finish(conn net.Conn) error {
	half, ok := conn.(interface{ CloseWrite() error })
	if !ok {
		return errors.New("the connection cannot be closed on one side")
	}
	if err := half.CloseWrite(); err != nil {
		return fmt.Errorf("end the connection: %w", bare(err))
	}
	switch _, err := io.Copy(io.Discard, conn); {
	case isTimeout(err):
		return errors.New("the receiver did not close the connection after the last message, so that it may not have read it")
	case err != nil:
		return fmt.Errorf("the connection broke before the receiver had read all: %w", bare(err))
	}
	return nil
}

// dial connects, and answers what all messages of the stream begin with.
func (s *Service) dial(ctx context.Context, x Stream) (net.Conn, header, error) {
	a, err := parseAddress(x.URL)
	if err != nil {
		return nil, header{}, err
	}
	roots, err := parseAuthority(x.Authority)
	if err != nil {
		return nil, header{}, err
	}
	base, err := s.Host(ctx)
	if err != nil {
		return nil, header{}, fmt.Errorf("read the server's name: %w", err)
	}
	h := header{facility: x.Facility, network: a.network, workspace: x.workspace}
	if u, err := url.Parse(base); err == nil {
		h.host = u.Hostname()
	}
	conn, err := egress.Options{AllowPrivate: s.AllowPrivate, Roots: roots, Timeout: s.Timeout}.Dial(ctx, a.network, a.dialed())
	if err != nil {
		return nil, h, bare(err)
	}
	return conn, h, nil
}

// bare answers what went wrong, without addresses inside the network.
func bare(err error) error {
	var refused *egress.Refused
	if errors.As(err, &refused) {
		return refused
	}
	var dns *net.DNSError
	if errors.As(err, &dns) && !dns.IsTimeout {
		return errors.New("the host of the address was not found")
	}
	var op *net.OpError
	switch {
	case !errors.As(err, &op) || op.Err == nil:
		return err
	case op.Op == "dial":
		return fmt.Errorf("nobody takes connections there: %w", rootOf(op))
	}
	return op.Err
}

// rootOf answers the innermost reason of a failed connection, which holds no address.
func rootOf(err error) error {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return err
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// Test sends a stream a message that says that it is a test. It moves no cursor. Invalid
// with what went wrong when the receiver does not take it.
func (s *Service) Test(ctx context.Context, c caller.Caller, ref string) (Stream, error) {
	x, err := s.Get(ctx, c, ref)
	if err != nil {
		return x, err
	}
	if err := s.deliver(ctx, x, []feed.Event{trial(x, c, s.Now())}); err != nil {
		return x, fault.New(fault.Impossible, "%s: %s", x.URL, err.Error())
	}
	return x, nil
}
