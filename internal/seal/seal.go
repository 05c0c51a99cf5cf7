// SPDX-License-Identifier: Apache-2.0

package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// KeySize is the length of the secrets key in bytes.
const KeySize = 32

// version opens every sealed text; another cipher would get another one.
const version = "v1."

// ErrKey says that a sealed text does not open. Which of key, purpose and text is
// the wrong one cannot be told.
var ErrKey = errors.New("the secrets key is not the one that this was sealed with")

// Sealer seals and opens texts under one secrets key. It is safe for concurrent use.
type Sealer struct {
	aead        cipher.AEAD
	fingerprint string
}

// New makes a sealer of a secrets key of [KeySize] bytes. The key is not kept.
func New(key []byte) (*Sealer, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("the secrets key has %d bytes; it needs %d", len(key), KeySize)
	}
	sealing, err := hkdf.Key(sha256.New, key, nil, "muster seal v1", KeySize)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	fingerprint, err := hkdf.Key(sha256.New, key, nil, "muster fingerprint v1", 16)
	if err != nil {
		return nil, fmt.Errorf("derive fingerprint: %w", err)
	}
	block, err := aes.NewCipher(sealing)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	return &Sealer{aead: aead, fingerprint: hex.EncodeToString(fingerprint)}, nil
}

// Fingerprint answers 32 hex digits that are the same for the same key and tell
// nothing of it. The app stores them, so that it notices another key at its start
// and not when somebody signs in.
func (s *Sealer) Fingerprint() string { return s.fingerprint }

// Seal answers the sealed text of plain, for one purpose. The purpose should name
// the column and the row that the text will stand in; it must not be empty. The
// same plain text is sealed differently each time.
func (s *Sealer) Seal(purpose string, plain []byte) (string, error) {
	if purpose == "" {
		return "", errors.New("seal: the purpose is empty")
	}
	sealed := s.aead.Seal(nil, nil, plain, additional(purpose))
	return version + base64.RawURLEncoding.EncodeToString(sealed), nil
}

// Open answers what was sealed for this purpose; [ErrKey] when the key or the
// purpose is another one or the text was changed.
func (s *Sealer) Open(purpose, sealed string) ([]byte, error) {
	text, ok := strings.CutPrefix(sealed, version)
	if !ok || purpose == "" {
		return nil, ErrKey
	}
	// Strict, and without the line feeds that base64 passes over: each sealed text
	// has one spelling.
	if strings.ContainsAny(text, "\r\n") {
		return nil, ErrKey
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, ErrKey
	}
	plain, err := s.aead.Open(nil, nil, raw, additional(purpose))
	if err != nil {
		return nil, ErrKey
	}
	return plain, nil
}

// additional binds a text to its version and purpose.
func additional(purpose string) []byte { return []byte(version + purpose) }
