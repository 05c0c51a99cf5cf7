// SPDX-License-Identifier: Apache-2.0

package proof

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// signerPrefix opens the text of a private key, as package note writes it.
const signerPrefix = "PRIVATE+KEY+"

// ed25519Mark is the first byte of an Ed25519 key in a note's key text.
const ed25519Mark = 1

// GenerateKey makes an Ed25519 key from 32 bytes of rand. Both answers are one
// line: signerText is the secret, verifierText (name+hash+base64) may be given to
// anybody. The name stands in every signature; it has no spaces and no plus signs.
func GenerateKey(rand io.Reader, name string) (signerText, verifierText string, err error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(rand, seed); err != nil {
		return "", "", fmt.Errorf("generate key: %w", err)
	}
	verifierText, err = publicText(name, seed)
	if err != nil {
		return "", "", fmt.Errorf("generate key: %w", err)
	}
	hash, _, _ := strings.Cut(strings.TrimPrefix(verifierText, name+"+"), "+")
	secret := base64.StdEncoding.EncodeToString(append([]byte{ed25519Mark}, seed...))
	signerText = signerPrefix + name + "+" + hash + "+" + secret
	if _, err := ParseSigner(signerText); err != nil {
		return "", "", fmt.Errorf("generate key named %q: %w", name, err)
	}
	return signerText, verifierText, nil
}

// publicText answers the text of the public key that belongs to seed.
func publicText(name string, seed []byte) (string, error) {
	public, ok := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	if !ok {
		return "", errors.New("the key is no Ed25519 key")
	}
	return note.NewEd25519VerifierKey(name, public)
}

// Signer signs checkpoints. It holds a secret: never print it.
type Signer struct {
	signer   note.Signer
	verifier Verifier
}

// ParseSigner reads the secret text of GenerateKey. Its errors do not repeat the
// text.
func ParseSigner(text string) (*Signer, error) {
	signer, err := note.NewSigner(text)
	if err != nil {
		return nil, errors.New("the text is no evidence signing key")
	}
	// PRIVATE+KEY+name+hash+secret; the secret's base64 may have plus signs, too.
	parts := strings.SplitN(text, "+", 5)
	secret, err := base64.StdEncoding.DecodeString(parts[len(parts)-1])
	if err != nil || len(secret) != 1+ed25519.SeedSize {
		return nil, errors.New("the text is no evidence signing key")
	}
	public, err := publicText(signer.Name(), secret[1:])
	if err != nil {
		return nil, err
	}
	verifier, err := ParseVerifier(public)
	if err != nil {
		return nil, err
	}
	return &Signer{signer: signer, verifier: verifier}, nil
}

// Verifier answers the public half.
func (s *Signer) Verifier() Verifier { return s.verifier }

// String answers the public half, so that a secret is not printed by mistake.
func (s *Signer) String() string { return s.verifier.String() }

// Sign answers the checkpoint as a signed note. The duty to ask [Extends] first
// is the caller's.
func (s *Signer) Sign(c Checkpoint) ([]byte, error) {
	text, err := c.Text()
	if err != nil {
		return nil, err
	}
	signed, err := note.Sign(&note.Note{Text: string(text)}, s.signer)
	if err != nil {
		return nil, fmt.Errorf("sign checkpoint: %w", err)
	}
	return signed, nil
}

// Verifier checks checkpoints against one public key. Compare two with ==.
type Verifier struct {
	text string
}

// ParseVerifier reads the public text of GenerateKey; there is one spelling a key.
func ParseVerifier(text string) (Verifier, error) {
	if _, err := note.NewVerifier(text); err != nil {
		return Verifier{}, fmt.Errorf("%q is no evidence key: %w", text, err)
	}
	v := Verifier{text: text}
	again, err := note.NewEd25519VerifierKey(v.Name(), v.public())
	if err != nil {
		return Verifier{}, fmt.Errorf("%q is no evidence key: %w", text, err)
	}
	if again != text {
		return Verifier{}, fmt.Errorf("%q is no evidence key: it is not in its usual spelling", text)
	}
	return v, nil
}

// Fingerprint answers the SHA-256 of the public key in base64, for two people to
// compare: "SHA256:…" and 43 characters.
func (v Verifier) Fingerprint() string {
	sum := sha256.Sum256(v.public())
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}

// Name answers the key's name, as it stands in signatures.
func (v Verifier) Name() string {
	name, _, _ := strings.Cut(v.text, "+")
	return name
}

// String answers the key on one line, as [ParseVerifier] reads it.
func (v Verifier) String() string { return v.text }

// public answers the 32 bytes of the key, nil for the zero Verifier.
func (v Verifier) public() ed25519.PublicKey {
	parts := strings.SplitN(v.text, "+", 3)
	if len(parts) != 3 {
		return nil
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 1+ed25519.PublicKeySize {
		return nil
	}
	return key[1:]
}
