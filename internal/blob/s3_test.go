// SPDX-License-Identifier: Apache-2.0

package blob_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/blob"
	"github.com/passmuster/muster/internal/blob/blobtest"
	"github.com/passmuster/muster/internal/fault"
)

// gateway starts a real S3 server, and answers its bucket and the folder of that.
func gateway(t *testing.T) (b blob.Bucket, folder string) {
	t.Helper()
	address, folder := blobtest.Start(t, "../../tools/versitygw")
	return blob.Bucket{
		AccessKey: blobtest.Key, Endpoint: "http://" + address, Name: blobtest.Bucket, Prefix: "muster", Region: "us-east-1", SecretKey: blobtest.Secret,
	}, folder
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
