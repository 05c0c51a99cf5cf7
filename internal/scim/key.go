// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	_ "crypto/sha256" // for thumbprints
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
)

// PublicKey is a key that signs a client's assertions, as people see it.
type PublicKey struct {
	Algorithms []string // RS256, PS256, ES256 or EdDSA
	ID         string   // kid; the thumbprint of RFC 7638 where the client named none
	Kind       string   // RSA 2048, P-256, Ed25519
	Thumbprint string   // RFC 7638, SHA-256
}

// Limits of keys.
const (
	maxKeys    = 10
	minRSABits = 2048
	maxRSABits = 8192
	maxKID     = 200
)

// signers are what may sign an assertion: nothing symmetric, and nothing that is
// not widely checked.
func signers() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.RS256, jose.PS256, jose.ES256, jose.EdDSA}
}

// NewKeys is what a client's keys are read from: a JWK set or one JWK, or PEM.
// Both at once add up; neither means none.
type NewKeys struct {
	JWKS []byte // JSON; nil for none
	PEM  string
}

// read answers the keys, cleaned of everything that does not matter. Faults:
// Invalid with the place.
func (in NewKeys) read() ([]jose.JSONWebKey, error) {
	keys, err := readJWKS(in.JWKS)
	if err != nil {
		return nil, err
	}
	more, err := readPEM(in.PEM)
	if err != nil {
		return nil, err
	}
	keys = append(keys, more...)
	if len(keys) > maxKeys {
		return nil, fault.At(fault.Problem{Pointer: "/jwks", Message: fmt.Sprintf("must have at most %d keys", maxKeys)})
	}
	seen := map[string]bool{}
	for _, key := range keys {
		if seen[key.KeyID] {
			return nil, fault.At(fault.Problem{Pointer: "/jwks", Message: fmt.Sprintf("must not have the key %q twice", key.KeyID)})
		}
		seen[key.KeyID] = true
	}
	return keys, nil
}

func readJWKS(text []byte) (keys []jose.JSONWebKey, err error) {
	wrong := func(format string, args ...any) ([]jose.JSONWebKey, error) {
		return nil, fault.At(fault.Problem{Pointer: "/jwks", Message: fmt.Sprintf(format, args...)})
	}
	if text = bytes.TrimSpace(text); len(text) == 0 || bytes.Equal(text, []byte("null")) {
		return nil, nil
	}
	var set struct {
		Keys []json.Value `json:"keys"`
		Type string       `json:"kty"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return wrong("must be a JWK set, {\"keys\": […]}, or one JWK")
	}
	if set.Type != "" {
		set.Keys = []json.Value{text}
	}
	if len(set.Keys) == 0 {
		return wrong("must have one key at least")
	}
	for i, one := range set.Keys {
		var key jose.JSONWebKey
		if err := key.UnmarshalJSON(one); err != nil {
			return wrong("key %d cannot be read", i+1)
		}
		if key, err = checkKey(key); err != nil {
			return wrong("key %d %s", i+1, err.Error())
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// readPEM reads public keys and certificates, one after the other.
func readPEM(text string) (keys []jose.JSONWebKey, err error) {
	wrong := func(format string, args ...any) ([]jose.JSONWebKey, error) {
		return nil, fault.At(fault.Problem{Pointer: "/pem", Message: fmt.Sprintf(format, args...)})
	}
	for rest := []byte(strings.TrimSpace(text)); len(rest) > 0; rest = bytes.TrimSpace(rest) {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return wrong("must be PEM: -----BEGIN PUBLIC KEY----- or -----BEGIN CERTIFICATE-----")
		}
		public, err := fromPEM(block)
		if err != nil {
			return wrong("%s", err.Error())
		}
		key, err := checkKey(jose.JSONWebKey{Key: public})
		if err != nil {
			return wrong("the key %s", err.Error())
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func fromPEM(block *pem.Block) (any, error) {
	switch {
	case strings.Contains(block.Type, "PRIVATE KEY"):
		return nil, fault.New(fault.Invalid, "this is a private key, which nobody may see: send the public one, and make a new pair")
	case block.Type == "CERTIFICATE":
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fault.New(fault.Invalid, "the certificate cannot be read")
		}
		return certificate.PublicKey, nil
	case block.Type == "RSA PUBLIC KEY":
		key, err := x509.ParsePKCS1PublicKey(block.Bytes)
		if err != nil {
			return nil, fault.New(fault.Invalid, "the key cannot be read")
		}
		return key, nil
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the key cannot be read")
	}
	return key, nil
}

// checkKey answers a key with nothing but what checking a signature takes. Its
// error goes on after "the key".
func checkKey(key jose.JSONWebKey) (jose.JSONWebKey, error) {
	misfit := func(format string, args ...any) (jose.JSONWebKey, error) {
		return jose.JSONWebKey{}, fault.New(fault.Invalid, format, args...)
	}
	if key.Key == nil || !key.Valid() {
		return misfit("cannot be read")
	}
	if !key.IsPublic() {
		return misfit("is private or shared, and nobody may see it: send the public one, and make a new pair")
	}
	if key.Use != "" && key.Use != "sig" {
		return misfit("is not meant to sign: its use is %q", key.Use)
	}
	kind, fits := kindOf(key.Key)
	if len(fits) == 0 {
		return misfit("is %s; RSA of %d to %d bits, P-256 and Ed25519 are taken", kind, minRSABits, maxRSABits)
	}
	if key.Algorithm != "" && !slices.Contains(fits, key.Algorithm) {
		return misfit("is meant for %s; %s are taken with it", key.Algorithm, strings.Join(fits, " and "))
	}
	clean := jose.JSONWebKey{Algorithm: key.Algorithm, Key: key.Key, KeyID: key.KeyID, Use: "sig"}
	thumb, err := clean.Thumbprint(crypto.SHA256)
	if err != nil {
		return misfit("cannot be read")
	}
	if clean.KeyID == "" {
		clean.KeyID = base64.RawURLEncoding.EncodeToString(thumb)
	}
	if len(clean.KeyID) > maxKID || line(clean.KeyID, maxKID) != clean.KeyID {
		return misfit("has a kid that is too long or has odd characters")
	}
	return clean, nil
}

// kindOf answers what a key is called, and with what it may sign; nothing for one
// that is not taken.
func kindOf(key any) (kind string, algorithms []string) {
	switch key := key.(type) {
	case *rsa.PublicKey:
		bits := key.N.BitLen()
		if bits >= minRSABits && bits <= maxRSABits {
			algorithms = []string{string(jose.RS256), string(jose.PS256)}
		}
		return fmt.Sprintf("RSA %d", bits), algorithms
	case *ecdsa.PublicKey:
		if key.Curve == elliptic.P256() {
			algorithms = []string{string(jose.ES256)}
		}
		return key.Curve.Params().Name, algorithms
	case ed25519.PublicKey:
		return "Ed25519", []string{string(jose.EdDSA)}
	}
	return "of another kind", nil
}

// algorithms answers with what a stored key may sign.
func algorithms(key jose.JSONWebKey) []string {
	if key.Algorithm != "" {
		return []string{key.Algorithm}
	}
	_, fits := kindOf(key.Key)
	return fits
}

// shownKey answers a key as people see it.
func shownKey(key jose.JSONWebKey) (PublicKey, error) {
	thumb, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return PublicKey{}, fmt.Errorf("key %s: %w", key.KeyID, err)
	}
	kind, _ := kindOf(key.Key)
	return PublicKey{Algorithms: algorithms(key), ID: key.KeyID, Kind: kind, Thumbprint: base64.RawURLEncoding.EncodeToString(thumb)}, nil
}

// keysText writes keys as rows hold them.
func keysText(keys []jose.JSONWebKey) (string, error) {
	list := make([]json.Value, len(keys))
	for i, key := range keys {
		text, err := key.MarshalJSON()
		if err != nil {
			return "", fmt.Errorf("key %s: %w", key.KeyID, err)
		}
		list[i] = text
	}
	text, err := json.Marshal(list)
	return string(text), err
}

// keysOf reads what keysText wrote.
func keysOf(text string) ([]jose.JSONWebKey, error) {
	var list []json.Value
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, fmt.Errorf("keys of a client: %w", err)
	}
	keys := make([]jose.JSONWebKey, len(list))
	for i, one := range list {
		if err := keys[i].UnmarshalJSON(one); err != nil {
			return nil, fmt.Errorf("keys of a client: %w", err)
		}
	}
	return keys, nil
}
