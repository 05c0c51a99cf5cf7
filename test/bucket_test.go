// SPDX-License-Identifier: Apache-2.0

package test

import (
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/passmuster/muster/internal/blob/blobtest"
)

// line carries bytes to a server, until it is cut: then each connection ends behind the
// first bytes that it brings there.
type line struct {
	cut    atomic.Bool
	server string
}

// keptWhenCut is how much of a connection still gets through.
const keptWhenCut = 200_000

// listen answers where the line begins.
func (l *line) listen(t *testing.T) (address string) {
	t.Helper()
	here, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = here.Close() })
	go func() {
		for {
			conn, err := here.Accept()
			if err != nil {
				return
			}
			go l.carry(conn)
		}
	}()
	return here.Addr().String()
}

func (l *line) carry(client net.Conn) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial("tcp", l.server)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	go func() {
		_, _ = io.Copy(client, server)
		_ = client.Close()
	}()
	buffer, sent := make([]byte, 16_000), 0
	for {
		n, err := client.Read(buffer)
		if sent += n; l.cut.Load() && sent > keptWhenCut {
			return
		}
		if _, failed := server.Write(buffer[:n]); err != nil || failed != nil {
			return
		}
	}
}

// TestAnUploadThatTheBucketLoses sends a document's file while the line to the bucket is
// cut in the middle of it, and again.
func TestAnUploadThatTheBucketLoses(t *testing.T) {
	t.Parallel()
	gateway, folder := blobtest.Start(t, "../tools/versitygw")
	l := &line{server: gateway}
	p := place{data: t.TempDir()}
	manage := p.application(t, "Manager", "manage")
	s := p.serve(t, "--files-url=http://"+l.listen(t)+"/"+blobtest.Bucket, "--files-access-key="+blobtest.Key, "--files-secret-key="+blobtest.Secret)
	token := s.token(t, manage)
	var document struct{ ID string }
	s.call(t, "POST", "/v1/documents", `{"title":"Report","description":"yearly","timeSensitivity":"DURING_AUDIT_WINDOW","cadence":"P1Y","reminderWindow":"P3M","isSensitive":false}`, bearer(token)).into(t, &document)
	path := "/v1/documents/" + document.ID + "/uploads"
	content := strings.Repeat("all of it ", 300_000)
	upload := func() answer {
		body := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"report.txt\"\r\nContent-Type: text/plain\r\n\r\n" + content + "\r\n--b--\r\n"
		return s.call(t, "POST", path, body, bearer(token), "Content-Type: multipart/form-data; boundary=b")
	}
	l.cut.Store(true)
	if a := upload(); a.status < 500 {
		t.Errorf("the bucket has half a file, and the answer is %s", a)
	}
	if n := len(s.uploads(t, path, token)); n != 0 {
		t.Errorf("the document has %d files of a lost one", n)
	}
	l.cut.Store(false)
	if a := upload(); a.status != http.StatusCreated {
		t.Fatalf("sent again: got %s", a)
	}
	files := s.uploads(t, path, token)
	if len(files) != 1 {
		t.Fatalf("the document has %d files, want one", len(files))
	}
	if a := s.call(t, "GET", path+"/"+files[0]+"/media", "", bearer(token)); a.text != content {
		t.Errorf("read back: got %d bytes with status %d, want %d", len(a.text), a.status, len(content))
	}
	if kept := objects(t, folder); kept != 1 {
		t.Errorf("the bucket has %d objects, want one", kept)
	}
}

// uploads answers the ids of a document's files.
func (s *server) uploads(t *testing.T, path, token string) (ids []string) {
	t.Helper()
	var list struct {
		Results struct{ Data []struct{ ID string } }
	}
	s.call(t, "GET", path, "", bearer(token)).into(t, &list)
	for _, one := range list.Results.Data {
		ids = append(ids, one.ID)
	}
	return ids
}

// objects counts those of a bucket: what the server keeps of uploads that it never got to
// the end of lies under a name with a dot.
func objects(t *testing.T, folder string) (n int) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
		if err == nil && e.IsDir() && strings.HasPrefix(e.Name(), ".") {
			return filepath.SkipDir
		}
		if err == nil && !e.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
