// SPDX-License-Identifier: Apache-2.0

package stream_test

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// message is a line as RFC 5424 section 6 has it, taken apart.
type message struct {
	app, host, id, text, when string
	fields                    map[string]string // of muster@32473
	priority                  int
}

// parse takes a message apart and refuses whatever the grammar does.
func parse(line string) (m message, err error) {
	priority, rest, ok := strings.Cut(strings.TrimPrefix(line, "<"), ">")
	if m.priority, err = strconv.Atoi(priority); err != nil || !ok || line[0] != '<' || m.priority > 191 {
		return m, fmt.Errorf("priority of %q", line)
	}
	parts := strings.SplitN(rest, " ", 7)
	if len(parts) != 7 || parts[0] != "1" || parts[4] != "-" {
		return m, fmt.Errorf("header of %q", line)
	}
	m.when, m.host, m.app, m.id = parts[1], parts[2], parts[3], parts[5]
	if _, err := time.Parse("2006-01-02T15:04:05.999999Z07:00", m.when); err != nil {
		return m, err
	}
	for name, limit := range map[string]int{m.host: 255, m.app: 48, m.id: 32} {
		if name == "" || len(name) > limit || strings.ContainsFunc(name, func(r rune) bool { return r < 33 || r > 126 }) {
			return m, fmt.Errorf("field %q", name)
		}
	}
	m.fields = map[string]string{}
	rest, ok = strings.CutPrefix(parts[6], "[muster@32473")
	if !ok {
		return m, fmt.Errorf("structured data of %q", parts[6])
	}
	for !strings.HasPrefix(rest, "]") {
		name, value, ok := strings.Cut(rest, `="`)
		if !ok || name[0] != ' ' || len(name) > 33 {
			return m, fmt.Errorf("parameter %q", rest)
		}
		var b strings.Builder
		i := 0
		for ; value[i] != '"'; i++ {
			if value[i] == '\\' {
				i++
			} else if value[i] == ']' {
				return m, fmt.Errorf("a bracket that is not escaped in %q", value)
			}
			b.WriteByte(value[i])
		}
		m.fields[name[1:]], rest = b.String(), value[i+1:]
	}
	rest = rest[1:]
	if rest != "" {
		if m.text, ok = strings.CutPrefix(rest, " \ufeff"); !ok {
			return m, fmt.Errorf("text %q", rest)
		}
	}
	return m, nil
}

// receiver is a syslog server over TCP or TLS.
type receiver struct {
	t        *testing.T
	address  string
	listener net.Listener

	mu     sync.Mutex
	breaks int // connections that are still to be broken after a few messages
	got    []message
	conns  sync.WaitGroup
}

// receive starts one at an address; config is nil without TLS.
func receive(t *testing.T, address string, config *tls.Config) *receiver {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	r := &receiver{t: t, address: listener.Addr().String(), listener: listener}
	if config != nil {
		r.listener = tls.NewListener(listener, config)
	}
	r.conns.Go(func() {
		for {
			conn, err := r.listener.Accept()
			if err != nil {
				return
			}
			r.conns.Go(func() { r.serve(conn) })
		}
	})
	t.Cleanup(r.stop)
	return r
}

func (r *receiver) stop() {
	_ = r.listener.Close()
	r.conns.Wait()
}

// serve reads octet counted messages (RFC 6587 section 3.4.1) to the end.
func (r *receiver) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	reader := bufio.NewReader(conn)
	for n := 0; ; n++ {
		if n == 3 && r.broken() {
			return // with the rest unread: the connection is reset
		}
		count, err := reader.ReadString(' ')
		if errors.Is(err, io.EOF) && count == "" {
			return
		}
		length, bad := strconv.Atoi(strings.TrimSuffix(count, " "))
		if err != nil || bad != nil {
			return // not for us, or broken
		}
		line := make([]byte, length)
		if _, err := io.ReadFull(reader, line); err != nil {
			return
		}
		m, err := parse(string(line))
		if err != nil {
			r.t.Error(err)
		}
		r.mu.Lock()
		r.got = append(r.got, m)
		r.mu.Unlock()
	}
}

func (r *receiver) broken() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.breaks--
	return r.breaks >= 0
}

func (r *receiver) messages() []message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.got
}
