// SPDX-License-Identifier: Apache-2.0

package blob_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/blob"
	"github.com/passmuster/muster/internal/fault"
)

// gateway starts a real S3 server over a folder, with a bucket, and answers it and the
// folder of the bucket. Its program is built from tools/versitygw, or named by
// MUSTER_TEST_S3_SERVER.
func gateway(t *testing.T) (b blob.Bucket, folder string) {
	t.Helper()
	if testing.Short() {
		t.Skip("builds and starts an S3 server")
	}
	dir := t.TempDir()
	program := os.Getenv("MUSTER_TEST_S3_SERVER")
	if program == "" {
		program = filepath.Join(dir, "versitygw")
		build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "github.com/versity/versitygw/cmd/versitygw")
		build.Dir = "../../tools/versitygw"
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("build the S3 server: %v\n%s", err, out)
		}
	}
	root := filepath.Join(dir, "objects")
	if err := os.MkdirAll(filepath.Join(root, "evidence"), 0o700); err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	server := exec.Command(program, "--access", "key", "--secret", "secret", "--port", address, "posix", "--nometa", root)
	var log bytes.Buffer
	server.Stdout, server.Stderr = &log, &log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	t.Cleanup(func() {
		_ = server.Process.Kill()
		t.Logf("the S3 server ended: %v", <-ended)
	})
	reached(t, address, ended, &log)
	return blob.Bucket{AccessKey: "key", Endpoint: "http://" + address, Name: "evidence", Prefix: "muster", Region: "us-east-1", SecretKey: "secret"}, filepath.Join(root, "evidence")
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// reached waits until the server takes connections.
func reached(t *testing.T, address string, ended chan error, log *bytes.Buffer) {
	t.Helper()
	dialer := net.Dialer{Timeout: time.Second}
	for {
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("the S3 server ended: %v\n%s", err, log)
		case <-t.Context().Done():
			t.Fatal("the S3 server does not listen")
		default:
		}
		conn, err := dialer.DialContext(t.Context(), "tcp", address)
		if err == nil {
			_ = conn.Close()
			return
		}
	}
}

// flaky cuts requests that put something in the middle of their bodies, some times.
type flaky struct {
	cuts  atomic.Int64 // how many are still to be cut
	onCut func()       // after one was; may be nil
}

var errCut = errors.New("the line was cut")

// RoundTrip is of http.RoundTripper.
func (f *flaky) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodPut || f.cuts.Add(-1) < 0 {
		return http.DefaultTransport.RoundTrip(r)
	}
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(io.MultiReader(io.LimitReader(r.Body, r.ContentLength/2), failing{}))
	answer, err := http.DefaultTransport.RoundTrip(r)
	if f.onCut != nil {
		f.onCut()
	}
	return answer, err
}

type failing struct{}

// Read is of io.Reader.
func (failing) Read([]byte) (int, error) { return 0, errCut }

// TestBucket keeps files on a real S3 server, also when the line is cut in the middle of
// one.
func TestBucket(t *testing.T) {
	b, folder := gateway(t)
	line := &flaky{}
	b.Transport = line
	local := t.TempDir()
	s, err := blob.NewS3(b, local, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	content := strings.Repeat("evidence ", 100_000)
	sum, size, err := s.Put(ctx, house, strings.NewReader(content))
	if err != nil || size != int64(len(content)) {
		t.Fatalf("got %d, %v", size, err)
	}
	if got, err := s.Get(ctx, house, sum); err != nil || string(got) != content {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
	if again, _, err := s.Put(ctx, house, strings.NewReader(content)); err != nil || again != sum || len(files(t, folder)) != 1 {
		t.Errorf("the same twice: %v %v", err, files(t, folder))
	}
	if _, err := s.Get(ctx, other, sum); fault.KindOf(err) != fault.NotFound {
		t.Errorf("in another workspace: %v", err)
	}
	if _, _, err := s.Put(ctx, house, strings.NewReader(strings.Repeat("x", 1<<20+1))); fault.KindOf(err) != fault.TooLarge {
		t.Errorf("too large: %v", err)
	}
	line.cuts.Store(1)
	if sum, _, err := s.Put(ctx, house, strings.NewReader("another"+content)); err == nil {
		if got, err := s.Get(ctx, house, sum); err != nil || string(got) != "another"+content {
			t.Errorf("cut once, and kept as %d bytes, %v", len(got), err)
		}
	} else if n := len(files(t, folder)); n != 1 {
		t.Errorf("cut once, refused with %v, and %d files are there", err, n)
	}
	before := len(files(t, folder))
	bounded, cancel := context.WithCancel(ctx)
	line.cuts.Store(1 << 40)
	line.onCut = cancel // one try, and then nobody waits any more
	if _, _, err = s.Put(bounded, house, strings.NewReader("lost"+content)); err == nil {
		t.Error("the line stayed cut, and the file is said to be kept")
	}
	cancel()
	line.cuts.Store(0)
	if n := len(files(t, folder)); n != before {
		t.Errorf("half a file is there: %v", files(t, folder))
	}
	if left := files(t, local); len(left) > 0 {
		t.Errorf("left behind on this machine: %v", left)
	}
	kept, _, err := s.Put(ctx, house, strings.NewReader("lost"+content))
	if err != nil || len(files(t, folder)) != before+1 {
		t.Errorf("sent again: %v, %v", err, files(t, folder))
	}
	spoil(t, folder, kept)
	if got, err := s.Get(ctx, house, kept); err == nil || got != nil {
		t.Errorf("a changed file was answered: %d bytes", len(got))
	}
}

// spoil changes a stored file behind the back of everybody.
func spoil(t *testing.T, folder, sum string) {
	t.Helper()
	path := filepath.Join(folder, "muster", house, sum[:2], sum)
	content, err := os.ReadFile(path)
	if err == nil {
		content[len(content)/2]++
		err = os.WriteFile(path, content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestBucketSettings names what is wrong with an address.
func TestBucketSettings(t *testing.T) {
	for _, endpoint := range []string{"", "s3.example.com", "ftp://s3.example.com", "https://", "https://s3.example.com/bucket"} {
		if _, err := blob.NewS3(blob.Bucket{Endpoint: endpoint, Name: "b"}, t.TempDir(), 1); err == nil {
			t.Errorf("%q is taken", fmt.Sprint(endpoint))
		}
	}
}
