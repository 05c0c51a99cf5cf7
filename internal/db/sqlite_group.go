// SPDX-License-Identifier: Apache-2.0

package db

import (
	"context"
	"time"
)

// Writes that come at once share a commit, since most of a short write's time is
// the fsync at its end. Each runs in a savepoint of its own, in the goroutine
// that asked for it; when it is done and others wait, it hands the open
// transaction on and waits for the commit with the rest of the group. Nobody is
// told of success before.

// liteGroup is the writes of one transaction.
type liteGroup struct {
	began time.Time
	done  chan struct{} // closed when err is final
	err   error
	size  int // writes that are in it
}

// What closes a group although others wait: everybody in it waits for all of it.
const (
	groupAge  = 10 * time.Millisecond
	groupSize = 64
)

// groupSession is one write of a group.
type groupSession struct {
	liteSession
	lite *lite
}

func (l *lite) beginWrite(ctx context.Context) (session, error) {
	l.queued.Add(1)
	defer l.queued.Add(-1)
	var c *liteConn
	select {
	case c = <-l.writer:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	s := &groupSession{lite: l, liteSession: liteSession{conn: c, home: l.writer, mode: modeWrite}}
	if c.group == nil {
		if err := c.run("BEGIN IMMEDIATE"); err != nil {
			s.release()
			return nil, err
		}
		c.group = &liteGroup{began: time.Now(), done: make(chan struct{})}
	}
	if c.group.size > 0 { // the first one needs none: its end is the group's
		if err := c.run("SAVEPOINT member"); err != nil {
			c.fail(err)
			s.release()
			return nil, err
		}
	}
	return s, nil
}

// commit hands the group on, or ends it, and answers what became of it.
func (s *groupSession) commit() error {
	c, group := s.conn, s.conn.group
	if group.size > 0 {
		if err := c.run("RELEASE member"); err != nil {
			c.fail(err)
			s.release()
			return err
		}
	}
	group.size++
	if s.lite.queued.Load() == 0 || group.size >= groupSize || time.Since(group.began) >= groupAge {
		c.settle()
		s.release()
		return group.err
	}
	s.release()
	// Those who waited may have gone meanwhile. So this one waits for the writer as
	// well, behind them: whoever gets it with the group still open ends it.
	select {
	case <-group.done:
	case c := <-s.lite.writer:
		if c.group == group {
			c.settle()
		}
		s.lite.writer <- c
		<-group.done
	}
	return group.err
}

// rollback undoes this write alone.
func (s *groupSession) rollback() {
	c := s.conn
	defer s.release()
	if c.group == nil {
		return
	}
	if c.group.size == 0 {
		c.group = nil
		_ = c.run("ROLLBACK") // SQLite may have rolled back by itself
		return
	}
	err := c.run("ROLLBACK TO member")
	if err == nil {
		err = c.run("RELEASE member")
	}
	if err != nil {
		c.fail(err) // SQLite gave the whole transaction up
	}
}

// settle commits the group that is open, if there is one.
func (c *liteConn) settle() {
	group := c.group
	if group == nil {
		return
	}
	if err := c.run("COMMIT"); err != nil {
		c.fail(err)
		return
	}
	c.group = nil
	close(group.done)
}

// fail gives the group up: none of its writes happened.
func (c *liteConn) fail(err error) {
	_ = c.run("ROLLBACK")
	c.group.err = err
	close(c.group.done)
	c.group = nil
}
