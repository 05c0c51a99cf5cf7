// SPDX-License-Identifier: Apache-2.0

package seal_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/passmuster/muster/internal/seal"
)

func newSealer(t testing.TB) *seal.Sealer {
	t.Helper()
	key := make([]byte, seal.KeySize)
	rand.Read(key)
	s, err := seal.New(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSeal(t *testing.T) {
	s := newSealer(t)
	for _, plain := range []string{"", "x", "JBSWY3DPEHPK3PXP", strings.Repeat("long ", 10_000), "\x00\xff"} {
		sealed, err := s.Seal("signin_totp.seed 1", []byte(plain))
		if err != nil {
			t.Fatal(err)
		}
		again, err := s.Seal("signin_totp.seed 1", []byte(plain))
		if err != nil {
			t.Fatal(err)
		}
		if sealed == again {
			t.Errorf("%.20q is sealed the same way twice", plain)
		}
		if !strings.HasPrefix(sealed, "v1.") || len(plain) > 1 && strings.Contains(sealed, plain) {
			t.Errorf("sealed: %.80s", sealed)
		}
		opened, err := s.Open("signin_totp.seed 1", sealed)
		if err != nil || string(opened) != plain {
			t.Errorf("opened %.20q, %v; want %.20q", opened, err, plain)
		}
	}
	if _, err := s.Seal("", []byte("x")); err == nil {
		t.Error("an empty purpose was taken")
	}
}

// TestFormat holds the stored form: texts of today open in years.
func TestFormat(t *testing.T) {
	s, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.Fingerprint(), formatFingerprint; got != want {
		t.Errorf("fingerprint %s, want %s", got, want)
	}
	opened, err := s.Open("purpose", formatSealed)
	if err != nil || string(opened) != "a secret" {
		t.Errorf("opened %q, %v", opened, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	s := newSealer(t)
	sealed, err := s.Seal("sso_provider.client_secret", []byte("the secret"))
	if err != nil {
		t.Fatal(err)
	}
	refuse := func(name string, s *seal.Sealer, purpose, text string) {
		t.Helper()
		plain, err := s.Open(purpose, text)
		if !errors.Is(err, seal.ErrKey) || err.Error() != seal.ErrKey.Error() || plain != nil {
			t.Errorf("%s: %q, %v", name, plain, err)
		}
	}
	refuse("another key", newSealer(t), "sso_provider.client_secret", sealed)
	refuse("another purpose", s, "sso_provider.client_secret2", sealed)
	refuse("no purpose", s, "", sealed)
	refuse("no text", s, "sso_provider.client_secret", "")
	refuse("the plain text", s, "sso_provider.client_secret", "the secret")
	refuse("another version", s, "sso_provider.client_secret", "v2."+sealed[3:])
	refuse("no version", s, "sso_provider.client_secret", sealed[3:])
	refuse("padding", s, "sso_provider.client_secret", sealed+"=")
	refuse("a line feed", s, "sso_provider.client_secret", sealed+"\n")
	for i := range len(sealed) {
		refuse(fmt.Sprintf("cut at %d", i), s, "sso_provider.client_secret", sealed[:i])
		for _, c := range []byte("A-_b.") {
			if sealed[i] != c {
				refuse(fmt.Sprintf("byte %d", i), s, "sso_provider.client_secret", sealed[:i]+string(c)+sealed[i+1:])
			}
		}
	}
}

func TestFingerprint(t *testing.T) {
	one, two := newSealer(t), newSealer(t)
	if one.Fingerprint() == two.Fingerprint() || len(one.Fingerprint()) != 32 {
		t.Errorf("%s, %s", one.Fingerprint(), two.Fingerprint())
	}
	if text := fmt.Sprintf("%v %+v", one, *one); strings.Contains(text, "key") {
		t.Errorf("printed as %s", text)
	}
}

func TestNewRefuses(t *testing.T) {
	for _, size := range []int{0, 16, 31, 33, 64} {
		if _, err := seal.New(make([]byte, size)); err == nil {
			t.Errorf("a key of %d bytes was taken", size)
		}
	}
}

func TestOpenText(t *testing.T) {
	key := make([]byte, seal.KeySize)
	for i := range key {
		key[i] = byte(255 - i) // its base64 has + and /
	}
	want, err := seal.New(key)
	if err != nil {
		t.Fatal(err)
	}
	absent := filepath.Join(t.TempDir(), "absent")
	good := map[string]string{
		"base64":         base64.StdEncoding.EncodeToString(key),
		"base64, bare":   base64.RawStdEncoding.EncodeToString(key),
		"base64url":      base64.URLEncoding.EncodeToString(key),
		"base64url bare": base64.RawURLEncoding.EncodeToString(key),
		"blanks around":  " " + base64.StdEncoding.EncodeToString(key) + "\n",
		"hex":            hex.EncodeToString(key),
		"HEX":            strings.ToUpper(hex.EncodeToString(key)),
	}
	for name, text := range good {
		got, err := seal.Open(absent, text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Fingerprint() != want.Fingerprint() {
			t.Errorf("%s is another key", name)
		}
	}
	bad := map[string]string{
		"words":       "correct horse battery staple",
		"16 bytes":    hex.EncodeToString(key[:16]),
		"33 bytes":    base64.StdEncoding.EncodeToString(append(bytes.Clone(key), 1)),
		"blanks":      "   ",
		"64 no hex":   strings.Repeat("z", 64),
		"path":        "/run/secrets/key",
		"blank in it": "AAAAAAAAAAAAAAAAAAAAAA AAAAAAAAAAAAAAAAAAAAAA=",
	}
	for name, text := range bad {
		_, err := seal.Open(absent, text)
		if err == nil {
			t.Errorf("%s was taken", name)
			continue
		}
		if !strings.Contains(err.Error(), "32") || strings.Contains(err.Error(), strings.TrimSpace(text)) && strings.TrimSpace(text) != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOpenFile(t *testing.T) {
	dir := t.TempDir()
	first, err := seal.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	second, err := seal.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if first.Fingerprint() != second.Fingerprint() {
		t.Error("the second start has another key")
	}
	path := filepath.Join(dir, seal.File)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	moved, err := seal.Open("", string(text))
	if err != nil || moved.Fingerprint() != first.Fingerprint() {
		t.Errorf("the file's text as the environment's: %v", err)
	}
	onlyKey(t, dir)

	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.Open(dir, ""); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("an empty file: %v", err)
	}
	if _, err := seal.Open(filepath.Join(dir, "absent"), ""); err == nil {
		t.Error("a key was made in a folder that is not there")
	}
}

func onlyKey(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 || entries[0].Name() != seal.File {
		t.Errorf("the folder holds %v", entries)
	}
}

// TestManyAtOnce starts processes and goroutines on an empty folder: all have one
// key, and nothing else is left behind.
func TestManyAtOnce(t *testing.T) {
	if dir := os.Getenv("SEAL_TEST_DIR"); dir != "" {
		s, err := seal.Open(dir, "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprintf(os.Stdout, "fingerprint=%s\n", s.Fingerprint()); err != nil {
			t.Fatal(err)
		}
		return
	}
	dir := t.TempDir()
	seen := make([]string, 24)
	var all sync.WaitGroup
	for i := range seen {
		all.Go(func() {
			if i%4 != 0 {
				s, err := seal.Open(dir, "")
				if err != nil {
					t.Error(err)
					return
				}
				seen[i] = s.Fingerprint()
				return
			}
			cmd := exec.Command(os.Args[0], "-test.run=^TestManyAtOnce$")
			cmd.Env = append(os.Environ(), "SEAL_TEST_DIR="+dir)
			out, err := cmd.Output()
			if err != nil {
				t.Errorf("%v: %s", err, out)
				return
			}
			_, rest, _ := strings.Cut(string(out), "fingerprint=")
			seen[i], _, _ = strings.Cut(rest, "\n")
		})
	}
	all.Wait()
	for _, fingerprint := range seen {
		if fingerprint != seen[0] || len(fingerprint) != 32 {
			t.Fatalf("several keys: %q", seen)
		}
	}
	onlyKey(t, dir)
}

// FuzzOpen holds that nothing but what Seal wrote opens, and nothing panics.
func FuzzOpen(f *testing.F) {
	s := newSealer(f)
	sealed, err := s.Seal("p", []byte("plain"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add("p", sealed)
	f.Add("p", "v1.")
	f.Fuzz(func(t *testing.T, purpose, text string) {
		plain, err := s.Open(purpose, text)
		if err == nil && (purpose != "p" || text != sealed || string(plain) != "plain") {
			t.Fatalf("%q opened as %q", text, plain)
		}
	})
}

const (
	formatFingerprint = "e6b873263818044dc89c81ad3ac9a928"
	formatSealed      = "v1.A15KyuL50yC9ZjPYcY1PH3W5kGNuSGTgRWYG2NEhsMavl7ns"
)
