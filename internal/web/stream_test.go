// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

func zipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zstandard(t *testing.T, plain string) string {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	text := w.EncodeAll([]byte(plain), nil)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// wideZstandard is a frame that asks its reader for a window of 16 MiB.
func wideZstandard(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b, zstd.WithWindowSize(16<<20))
	if err != nil {
		t.Fatal(err)
	}
	// Flushed before the end, so that the frame does not know its size.
	if _, err := io.WriteString(w, "abc"); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestStreamedBodies(t *testing.T) {
	f := start(t, nil) // limit 1 KiB
	full := strings.Repeat("a", 1<<10)
	emptyMember := zipped(t, "")
	for _, test := range []struct {
		name, body, path string
		headers          []string
		status           int
		want             string
	}{
		{name: "plain", body: "{}", status: 200, want: `{"bytes":2}`},
		{name: "empty", status: 200, want: `{"bytes":0}`},
		{name: "another accepted type", body: "a,b", headers: []string{kind, "text/csv"}, status: 200, want: `{"bytes":3}`},
		{name: "another type", body: "a=b", headers: []string{kind, "text/plain"}, status: 415, want: "must be application/json or text/csv"},
		{name: "at the limit", body: full, status: 200, want: `{"bytes":1024}`},
		{name: "past the limit", body: full + "a", status: 413, want: "1 KiB (1024 bytes)"},
		{name: "gzip", body: zipped(t, full), headers: []string{"Content-Encoding", "gzip"}, status: 200, want: `{"bytes":1024}`},
		{name: "gzip of too much", body: zipped(t, full+"a"), headers: []string{"Content-Encoding", "gzip"}, status: 413, want: "1 KiB"},
		{name: "gzip of nothing, again and again", body: strings.Repeat(emptyMember, 200), headers: []string{"Content-Encoding", "gzip"}, status: 413, want: "1 KiB"},
		{name: "no gzip", body: "plainly not compressed", headers: []string{"Content-Encoding", "gzip"}, status: 400, want: "the body is no gzip"},
		{name: "gzip cut off", body: zipped(t, full)[:20], headers: []string{"Content-Encoding", "gzip"}, status: 400, want: "the body is no gzip"},
		{name: "zstd", body: zstandard(t, full), headers: []string{"Content-Encoding", "ZSTD"}, status: 200, want: `{"bytes":1024}`},
		{name: "zstd of too much", body: zstandard(t, full+"a"), headers: []string{"Content-Encoding", "zstd"}, status: 413, want: "1 KiB"},
		{name: "no zstd", body: "plainly not compressed", headers: []string{"Content-Encoding", "zstd"}, status: 400, want: "the body is no zstd"},
		{name: "zstd with a wide window", body: wideZstandard(t), headers: []string{"Content-Encoding", "zstd"}, status: 400, want: `"the zstd window must be at most 8 MiB"`},
		{name: "zstd cut off", body: zstandard(t, full)[:10], headers: []string{"Content-Encoding", "zstd"}, status: 400, want: "the body is no zstd: it ends too early"},
		{name: "unknown encoding", body: "x", headers: []string{"Content-Encoding", "br"}, status: 415, want: "gzip, zstd"},
		{name: "bad query", body: "{}", path: "?dryRun=7x", status: 400, want: "query.dryRun"},
	} {
		t.Run(test.name, func(t *testing.T) {
			headers := append([]string{auth, pusher, kind, asJSON}, test.headers...)
			got := f.do(t, "PUT", "/v1/widgets/a"+test.path, test.body, headers...)
			if got.status != test.status || !strings.Contains(got.body, test.want) {
				t.Errorf("got %d %s, want %d %s", got.status, got.body, test.status, test.want)
			}
		})
	}
	t.Run("json bodies may be compressed too", func(t *testing.T) {
		got := f.do(t, "POST", "/v1/widgets/a", zipped(t, `{"name":"a"}`), auth, manager, kind, asJSON, "Content-Encoding", "gzip")
		if got.status != 201 {
			t.Errorf("got %d %s", got.status, got.body)
		}
		got = f.do(t, "POST", "/v1/widgets/a", zipped(t, strings.Repeat(" ", 300)), auth, manager, kind, asJSON, "Content-Encoding", "gzip")
		if got.status != 413 {
			t.Errorf("got %d %s, want 413: the limit counts decoded bytes", got.status, got.body)
		}
	})
}

// raw speaks to the server byte by byte and answers the head of its status line.
func raw(t *testing.T, f *fixture, text string) string {
	t.Helper()
	conn, err := net.Dial("tcp", f.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	head := make([]byte, 12)
	if _, err := io.ReadFull(conn, head); err != nil {
		t.Fatal(err)
	}
	return string(head)
}

// The credential is refused before a byte of the body was asked for.
func TestRefusedBeforeTheBodyIsSent(t *testing.T) {
	got := raw(t, start(t, nil), "PUT /v1/widgets/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\nExpect: 100-continue\r\n\r\n")
	if got != "HTTP/1.1 401" {
		t.Errorf("got %q, want a 401 at once", got)
	}
}

func TestSilentClient(t *testing.T) {
	f := start(t, func(o *web.Options) { o.ReadPatience = 10 * time.Millisecond })
	for _, test := range []struct{ name, head, want string }{
		{"json", "POST /v1/widgets/a HTTP/1.1\r\nAuthorization: Bearer manager\r\n", "HTTP/1.1 408"},
		{"stream", "PUT /v1/widgets/a HTTP/1.1\r\nAuthorization: Bearer pusher\r\n", "HTTP/1.1 408"},
		{"refused before", "PUT /v1/widgets/a HTTP/1.1\r\n", "HTTP/1.1 401"},
		{"not interested", "DELETE /healthz HTTP/1.1\r\n", "HTTP/1.1 405"},
	} {
		if got := raw(t, f, test.head+"Host: x\r\nContent-Length: 100\r\n\r\n{"); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

// Whatever undoes the encoding or reads the JSON, silence is named as it is.
func TestSilenceIsNamed(t *testing.T) {
	f := start(t, func(o *web.Options) { o.ReadPatience = 10 * time.Millisecond })
	text := `{"name":"a"}`
	for _, test := range []struct{ name, head, body string }{
		{"json", "POST /v1/widgets/a", text[:5]},
		{"json in gzip", "POST /v1/widgets/a", zipped(t, text)[:15]},
		{"json in zstd", "POST /v1/widgets/a", zstandard(t, text)[:8]},
		{"stream in gzip", "PUT /v1/widgets/a", zipped(t, text)[:15]},
		{"stream in zstd", "PUT /v1/widgets/a", zstandard(t, text)[:8]},
		{"no byte of gzip", "PUT /v1/widgets/a", ""},
		{"plain route", "POST /v1/open", text[:5]},
	} {
		token, encoding := "manager", "identity"
		if strings.HasPrefix(test.head, "PUT") {
			token = "pusher"
		}
		for _, name := range []string{"gzip", "zstd"} {
			if strings.Contains(test.name, name) {
				encoding = name
			}
		}
		got := whole(t, f, test.head+" HTTP/1.1\r\nAuthorization: Bearer "+token+"\r\nContent-Encoding: "+encoding+
			"\r\nHost: x\r\nContent-Length: 60\r\n\r\n"+test.body)
		if !strings.HasPrefix(got, "HTTP/1.1 408") || !strings.Contains(got, `"message":"the body stopped coming: nothing for 10ms"`) {
			t.Errorf("%s: got %s", test.name, got)
		}
	}
	if err := web.Malformed(fmt.Errorf("jsontext: read error: %w", fault.New(fault.Invalid, "silence")), 1, 1, 0); !strings.HasSuffix(err.Error(), "silence") {
		t.Errorf("got %v", err)
	}
}

// whole sends a text and answers all that comes back.
func whole(t *testing.T, f *fixture, text string) string {
	t.Helper()
	conn, err := net.Dial("tcp", f.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return "HTTP/1.1 " + response.Status + " " + string(body)
}

func TestStreamedAnswers(t *testing.T) {
	f := start(t, nil)
	read := func(query string) answer { return f.do(t, "GET", "/v1/lines"+query, "", auth, manager) }
	if got := read("?lines=2"); got.status != 200 || got.body != "{\"line\":0}\n{\"line\":1}\n" || got.header.Get(kind) != "application/x-ndjson" {
		t.Errorf("got %d %s as %s", got.status, got.body, got.header.Get(kind))
	}
	if got := read(""); got.status != 200 || got.body != "" || got.header.Get(kind) != "application/x-ndjson" {
		t.Errorf("empty: got %d %q as %s", got.status, got.body, got.header.Get(kind))
	}
	if got := read("?lines=9&fail=gone"); got.status != 404 || got.json(t)["message"] != "gone" || got.header.Get(kind) != asJSON {
		t.Errorf("early failure: got %d %s", got.status, got.body)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.URL+"/v1/lines?lines=9000&fail=late", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set(auth, manager)
	response, err := f.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err == nil {
		t.Error("a failure in the middle looks like a whole answer")
	}
}
