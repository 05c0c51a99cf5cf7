// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

// wire is a connection that speaks just enough HTTP/1.1 to ask and to hear: the
// caller shares the cores with the server, so what it costs counts against both.
type wire struct {
	body   []byte // of the last answer; valid until the next
	conn   net.Conn
	host   string
	reader *bufio.Reader
	send   bytes.Buffer
	token  string
}

func dial(base, token string) (*wire, error) {
	host := strings.TrimPrefix(base, "http://")
	conn, err := net.Dial("tcp", host) //nolint:noctx // loopback, and the benchmark's own process ends with it
	if err != nil {
		return nil, err
	}
	return &wire{conn: conn, host: host, reader: bufio.NewReaderSize(conn, 64<<10), token: token}, nil
}

// ask sends a request and answers the status.
func (w *wire) ask(method, path, body string) (int, error) {
	w.send.Reset()
	w.send.WriteString(method + " " + path + " HTTP/1.1\r\nHost: " + w.host + "\r\n")
	if w.token != "" {
		w.send.WriteString("Authorization: Bearer " + w.token + "\r\n")
	}
	if body != "" {
		w.send.WriteString("Content-Type: application/scim+json\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n")
	}
	w.send.WriteString("\r\n" + body)
	if _, err := w.conn.Write(w.send.Bytes()); err != nil {
		return 0, err
	}
	return w.hear()
}

// must is ask for what has to be a success.
func (w *wire) must(method, path, body string) error {
	status, err := w.ask(method, path, body)
	if err == nil && status/100 != 2 {
		err = fmt.Errorf("%s %s: %d: %.300s", method, path, status, w.body)
	}
	return err
}

// hear reads one answer.
func (w *wire) hear() (int, error) {
	line, err := w.reader.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < len("HTTP/1.1 200") {
		return 0, errors.New("that is no answer")
	}
	status, err := strconv.Atoi(string(line[9:12]))
	if err != nil {
		return 0, err
	}
	length := 0
	for {
		if line, err = w.reader.ReadSlice('\n'); err != nil {
			return 0, err
		}
		if len(line) <= 2 {
			break
		}
		if name, value, _ := bytes.Cut(line, []byte(": ")); bytes.EqualFold(name, []byte("content-length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, err
			}
		}
	}
	if cap(w.body) < length {
		w.body = make([]byte, length)
	}
	w.body = w.body[:length]
	_, err = io.ReadFull(w.reader, w.body)
	return status, err
}

func (w *wire) close() error { return w.conn.Close() }
