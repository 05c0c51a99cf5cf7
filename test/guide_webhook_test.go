// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const guideToWebhooks = "../docs/guide/webhooks.md"

// TestGuideToWebhooks runs the receivers of docs/guide/webhooks.md as they stand there:
// each must take what Muster sends, and refuse what it did not.
func TestGuideToWebhooks(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(guideToWebhooks)
	if err != nil {
		t.Fatal(err)
	}
	p := place{data: t.TempDir()}
	p.serve(t, "--allow-private-addresses")
	for language, how := range map[string][]string{"go": {"receiver.go", "go"}, "js": {"receiver.cjs", "node"}, "python": {"receiver.py", "python3"}} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			need(t, how[1])
			_, rest, found := strings.Cut(string(text), "\n```"+language+"\n")
			code, _, ended := strings.Cut(rest, "\n```")
			if !found || !ended {
				t.Fatal("the guide has no such receiver")
			}
			file := filepath.Join(t.TempDir(), how[0])
			if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
				t.Fatal(err)
			}
			run := []string{how[1], file}
			if language == "go" {
				run = []string{filepath.Join(filepath.Dir(file), "receiver")}
				build := exec.CommandContext(t.Context(), "go", "build", "-o", run[0], file)
				if out, err := build.CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
			}
			receives(t, p, language, run)
		})
	}
}

// receives starts a receiver for a webhook and tries it.
func receives(t *testing.T, p place, name string, program []string) {
	t.Helper()
	free, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	_ = free.Close()
	_, port, _ := strings.Cut(address, ":")
	var made struct{ Secret string }
	p.admin(t, &made, "webhook", "create", name, "http://"+address+"/", "--types", "user.*")
	out := &shared{}
	command := exec.CommandContext(t.Context(), program[0], program[1:]...)
	command.Env = append(os.Environ(), "SECRET="+made.Secret, "PORT="+port)
	command.Stdout, command.Stderr = out, out
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = command.Process.Kill(); _ = command.Wait() })
	await(t, address, out)
	var sent struct{ ID, State string }
	p.admin(t, &sent, "webhook", "test", name)
	if sent.State != "DELIVERED" || !strings.Contains(out.String(), "received "+sent.ID) {
		t.Errorf("got %+v, and the receiver said %s", sent, out)
	}
	forged, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/", strings.NewReader(`{"type":"webhook.test"}`))
	if err != nil {
		t.Fatal(err)
	}
	forged.Header = http.Header{
		"Webhook-Id": {"msg_1"}, "Webhook-Timestamp": {fmt.Sprint(time.Now().Unix())}, "Webhook-Signature": {"v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="},
	}
	response, err := http.DefaultClient.Do(forged)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusBadRequest {
		t.Errorf("what is not signed was answered %d", response.StatusCode)
	}
}

// await waits until somebody listens.
func await(t *testing.T, address string, out fmt.Stringer) {
	t.Helper()
	limit := time.After(patience)
	for poll := time.NewTicker(50 * time.Millisecond); ; {
		connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
		if err == nil {
			_ = connection.Close()
			poll.Stop()
			return
		}
		select {
		case <-poll.C:
		case <-limit:
			t.Fatalf("nobody listens at %s: %s", address, out)
		}
	}
}

// shared is a buffer that a process writes into while a test reads it.
type shared struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

// String answers what has come so far.
func (s *shared) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}
