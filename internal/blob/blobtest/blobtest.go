// SPDX-License-Identifier: Apache-2.0

// Package blobtest starts a real S3 server for tests.
package blobtest

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Key and Secret are what the server knows its one client by.
const (
	Key    = "key"
	Secret = "secret"
)

// Bucket is the name of the one that there is.
const Bucket = "evidence"

// Start starts a real S3 server over a folder, with a bucket, and answers where it listens
// and the folder of the bucket. Its program is built from tools, which is tools/versitygw
// as seen from the test, or named by MUSTER_TEST_S3_SERVER.
func Start(t *testing.T, tools string) (address, folder string) {
	t.Helper()
	if testing.Short() {
		t.Skip("builds and starts an S3 server")
	}
	dir := t.TempDir()
	program := os.Getenv("MUSTER_TEST_S3_SERVER")
	if program == "" {
		program = filepath.Join(dir, "versitygw")
		build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "github.com/versity/versitygw/cmd/versitygw")
		build.Dir = tools
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("build the S3 server: %v\n%s", err, out)
		}
	}
	root := filepath.Join(dir, "objects")
	if err := os.MkdirAll(filepath.Join(root, Bucket), 0o700); err != nil {
		t.Fatal(err)
	}
	for tries := 10; address == ""; tries-- {
		if address = startGateway(t, program, root); address == "" && tries == 0 {
			t.Fatal("the S3 server ends at once")
		}
	}
	return address, filepath.Join(root, Bucket)
}

// startGateway answers where the server listens, "" when it ended: packages are tested
// side by side, and another one may have got its port first.
func startGateway(t *testing.T, program, root string) string {
	t.Helper()
	address := freeAddress(t)
	server := exec.CommandContext(context.WithoutCancel(t.Context()), program, "--access", Key, "--secret", Secret, "--port", address, "posix", "--nometa", root)
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
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// reached waits until the server takes requests, as no other does, or has ended.
func reached(t *testing.T, address string, ended <-chan struct{}) bool {
	t.Helper()
	client := &http.Client{Timeout: time.Minute}
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
		response, err := client.Do(request)
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
