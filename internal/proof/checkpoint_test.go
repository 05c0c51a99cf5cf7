// SPDX-License-Identifier: Apache-2.0

package proof

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"
)

func TestKeys(t *testing.T) {
	secret, public, err := GenerateKey(bytes.NewReader(bytes.Repeat([]byte{1}, 32)), "muster-test")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ParseSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	if signer.Verifier().String() != public || signer.String() != public {
		t.Errorf("%s is not %s", signer, public)
	}
	if got, want := signer.Verifier().Fingerprint(), "SHA256:NHUPmL1Z/PyUbaRaqr6TO+FUpLUJThxKv0KGZQXzyX4"; got != want {
		t.Errorf("fingerprint %s, want %s", got, want)
	}
	if _, err := note.NewVerifier(public); err != nil {
		t.Error(err)
	}
	for range 200 { // base64 with and without plus signs
		secret, public, err := GenerateKey(rand.Reader, "muster-test")
		if err != nil {
			t.Fatal(err)
		}
		if signer, err := ParseSigner(secret); err != nil || signer.Verifier().String() != public {
			t.Fatalf("%s, %v", public, err)
		}
	}
	for _, name := range []string{"", "a b", "a+b", "a\nb", "\xff"} {
		if _, _, err := GenerateKey(rand.Reader, name); err == nil {
			t.Errorf("%q is a name", name)
		}
	}
	if _, _, err := GenerateKey(bytes.NewReader(nil), "short"); err == nil {
		t.Error("a key from nothing")
	}
}

func TestKeysHaveOneSpelling(t *testing.T) {
	secret, public, _ := GenerateKey(bytes.NewReader(bytes.Repeat([]byte{1}, 32)), "muster-test")
	for i := range len(public) {
		for _, c := range []byte("Aa0+ =\n") {
			changed := public[:i] + string(c) + public[i+1:]
			if _, err := ParseVerifier(changed); err == nil && changed != public {
				t.Errorf("%q is a key", changed)
			}
		}
	}
	for _, bad := range []string{"", "x", secret, public + "\n", strings.ToUpper(public)} {
		if _, err := ParseVerifier(bad); err == nil {
			t.Errorf("%q is a public key", bad)
		}
	}
	for _, bad := range []string{"", "x", public, secret[:len(secret)-5], strings.Replace(secret, "+muster", "+m", 1)} {
		if _, err := ParseSigner(bad); err == nil || strings.Contains(err.Error(), "AQEB") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestCheckpointForm(t *testing.T) {
	signer := testSigner(t, 1)
	c := Checkpoint{Origin: "muster/w1", Size: 20, Root: Hash{1, 2, 3}, Time: testStart + 7}
	signed := signCheckpoint(t, signer, c)
	want := "muster/w1\n20\nAQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\ntime 2026-01-01T00:00:00.007Z\n\n— muster-test "
	if !strings.HasPrefix(string(signed), want) {
		t.Errorf("%s", signed)
	}
	got, err := signer.Verifier().Open(signed)
	if diff := cmp.Diff(c, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	c.Time = 0
	signed = signCheckpoint(t, signer, c)
	if got, err := signer.Verifier().Open(signed); err != nil || got != c {
		t.Error(got, err)
	}
}

func TestCheckpointRefused(t *testing.T) {
	signer, other := testSigner(t, 1), testSigner(t, 2)
	c := Checkpoint{Origin: "muster/w1", Size: 20, Root: Hash{1, 2, 3}, Time: testStart}
	good := string(signCheckpoint(t, signer, c))
	change := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("no %q in %s", old, good)
		}
		return strings.Replace(good, old, new, 1)
	}
	signature := good[strings.Index(good, "\n\n")+2:]
	cases := map[string]struct {
		text string
		want error
	}{
		"other key":           {string(signCheckpoint(t, other, c)), ErrOtherKey},
		"other text":          {change("\n20\n", "\n21\n"), ErrSignature},
		"other time":          {change("00.000Z", "00.001Z"), ErrSignature},
		"other workspace":     {change("/w1", "/w2"), ErrSignature},
		"no signature":        {change(signature, ""), ErrCheckpoint},
		"signed twice":        {good + signature, ErrCheckpoint},
		"co-signed":           {good + strings.Replace(signature, "muster-test", "witness", 1), ErrCheckpoint},
		"size with zero":      {change("\n20\n", "\n020\n"), ErrCheckpoint},
		"negative size":       {change("\n20\n", "\n-20\n"), ErrCheckpoint},
		"size beyond 2^53":    {change("\n20\n", "\n9007199254740992\n"), ErrCheckpoint},
		"idle bits of root":   {change("AAA=\n", "AAB=\n"), ErrCheckpoint},
		"another origin":      {change("muster/", "monster/"), ErrCheckpoint},
		"blank in origin":     {change("muster/", "muster/ "), ErrCheckpoint},
		"unknown extension":   {change("time ", "date "), ErrCheckpoint},
		"one more extension":  {change("Z\n", "Z\nmore\n"), ErrCheckpoint},
		"one line feed less":  {change("Z\n\n", "Z\n"), ErrCheckpoint},
		"nothing":             {"", ErrCheckpoint},
		"far too long":        {good + strings.Repeat(signature, 60), ErrCheckpoint},
		"carriage return":     {change("\n20\n", "\n20\r\n"), ErrCheckpoint},
		"a control character": {change("muster-test", "muster\x01test"), ErrCheckpoint},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := signer.Verifier().Open([]byte(c.text)); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	if _, err := signer.Verifier().Open([]byte(good)); err != nil {
		t.Error(err)
	}
}

// TestCheckpointBytes flips every bit of a signed checkpoint.
func TestCheckpointBytes(t *testing.T) {
	signer := testSigner(t, 1)
	good := sign(t, signer, growTree(t, 3), 3)
	for i := range good {
		for bit := range 8 {
			bad := bytes.Clone(good)
			bad[i] ^= 1 << bit
			if _, err := signer.Verifier().Open(bad); err == nil {
				t.Fatalf("bit %d of byte %d may change", bit, i)
			}
		}
	}
}

func TestSignRefuses(t *testing.T) {
	for _, c := range []Checkpoint{
		{},
		{Origin: "muster/"},
		{Origin: "muster/a b"},
		{Origin: "muster/a\nb"},
		{Origin: "muster/\xff"},
		{Origin: "other/w"},
		{Origin: "muster/w", Size: -1},
		{Origin: "muster/w", Time: -1},
		{Origin: "muster/w", Time: 1 << 60},
	} {
		if signed, err := testSigner(t, 1).Sign(c); err == nil {
			t.Errorf("signed %s", signed)
		}
	}
}

func FuzzCheckpoint(f *testing.F) {
	signer := testSigner(f, 1)
	good := sign(f, signer, growTree(f, 3), 3)
	f.Add(good)
	f.Add(good[:bytes.Index(good, []byte("\n\n"))+1])
	f.Fuzz(func(t *testing.T, text []byte) {
		if c, err := ParseCheckpoint(text); err == nil {
			again, err := c.Text()
			if err != nil || !bytes.Equal(again, text) {
				t.Errorf("%q became %q, %v", text, again, err)
			}
		}
		if c, err := signer.Verifier().Open(text); err == nil {
			if again := signCheckpoint(t, signer, c); !bytes.Equal(again, text) {
				t.Errorf("%q became %q", text, again)
			}
		}
	})
}
