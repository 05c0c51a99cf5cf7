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
	address := ""
	for tries := 10; address == ""; tries-- {
		if address = startGateway(t, program, root); address == "" && tries == 0 {
			t.Fatal("the S3 server ends at once")
		}
	}
	return blob.Bucket{AccessKey: "key", Endpoint: "http://" + address, Name: "evidence", Prefix: "muster", Region: "us-east-1", SecretKey: "secret"}, filepath.Join(root, "evidence")
}

// startGateway answers where the server listens, "" when it ended: packages are tested
// side by side, and another one may have got its port first.
func startGateway(t *testing.T, program, root string) string {
	t.Helper()
	address := freeAddress(t)
	server := exec.Command(program, "--access", "key", "--secret", "secret", "--port", address, "posix", "--nometa", root)
	var log bytes.Buffer
	server.Stdout, server.Stderr = &log, &log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Wait()
	}()
	t.Cleanup(func() {
		_ = server.Process.Kill()
		<-ended
		if t.Failed() {
			t.Logf("log of the S3 server:\n%s", &log)
		}
	})
	if !reached(t, address, ended) {
		return ""
	}
	return address
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

// reached waits until the server takes requests, as no other does, or has ended.
func reached(t *testing.T, address string, ended <-chan struct{}) bool {
	t.Helper()
	for {
		select {
		case <-ended:
			return false
		case <-t.Context().Done():
			t.Fatal("the S3 server does not listen")
		default:
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			continue
		}
		text, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err == nil && response.StatusCode == http.StatusForbidden && bytes.Contains(text, []byte("<Code>AccessDenied</Code>")) {
			return true
		}
	}
}

// become waits until so many files are below a folder: a server whose line was cut
// clears up after it has noticed.
func become(t *testing.T, folder string, want int) {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); ; {
		list := files(t, folder)
		if len(list) == want {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("there are %v, want %d", list, want)
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
	} else {
		become(t, folder, 1)
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
	become(t, folder, before) // not half a file more
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
