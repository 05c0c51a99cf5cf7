// SPDX-License-Identifier: Apache-2.0

package passkey_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/fxamacker/cbor/v2"
)

// Flags of authenticator data (WebAuthn Level 3 section 6.1).
const (
	userPresent  = 0x01
	userVerified = 0x04
	attested     = 0x40
)

// authenticator is a security key in software, together with the browser that
// speaks for it. Its fields may be bent to make it lie.
type authenticator struct {
	t       testing.TB
	count   uint32 // signatures so far; stays 0 when silent
	flags   byte
	handle  string // of the user; learnt when the passkey is made
	id      []byte
	key     *ecdsa.PrivateKey
	options map[string]any // of the last ceremony
	origin  string
	rpID    string
	silent  bool   // does not count
	verb    string // type of the ceremony; "" for the right one
}

func newAuthenticator(t testing.TB) *authenticator {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 32)
	if _, err := rand.Read(id); err != nil {
		t.Fatal(err)
	}
	return &authenticator{
		t: t, flags: userPresent | userVerified, id: id, key: key, origin: "https://muster.example.com", rpID: "muster.example.com",
	}
}

// credential is what a browser sends (WebAuthn Level 3 section 5.1, toJSON).
type credential struct {
	ID       string            `json:"id"`
	RawID    string            `json:"rawId"`
	Response map[string]string `json:"response"`
	Type     string            `json:"type"`
	Outputs  map[string]any    `json:"clientExtensionResults"`
}

func text(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

func (a *authenticator) encode(v any) []byte {
	a.t.Helper()
	mode, err := cbor.CTAP2EncOptions().EncMode()
	if err != nil {
		a.t.Fatal(err)
	}
	data, err := mode.Marshal(v)
	if err != nil {
		a.t.Fatal(err)
	}
	return data
}

// client answers the client data for options, which must hold a challenge.
func (a *authenticator) client(verb string, options map[string]any) []byte {
	a.t.Helper()
	a.options = options
	if a.verb != "" {
		verb = a.verb
	}
	data, err := json.Marshal(map[string]any{
		"type": verb, "challenge": options["challenge"], "origin": a.origin, "crossOrigin": false,
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return data
}

func (a *authenticator) data(flags byte, more []byte) []byte {
	var out bytes.Buffer
	sum := sha256.Sum256([]byte(a.rpID))
	out.Write(sum[:])
	out.WriteByte(flags)
	out.Write(binary.BigEndian.AppendUint32(nil, a.count))
	out.Write(more)
	return out.Bytes()
}

func (a *authenticator) answer(response map[string]string) credential {
	return credential{
		ID: text(a.id), RawID: text(a.id), Response: response, Type: "public-key", Outputs: map[string]any{"credProps": map[string]any{"rk": true}},
	}
}

// create answers creation options with a new passkey, attested by nobody.
func (a *authenticator) create(options map[string]any) credential {
	a.t.Helper()
	user, _ := options["user"].(map[string]any)
	a.handle, _ = user["id"].(string)
	point, err := a.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		a.t.Fatal(err)
	}
	public := a.encode(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	var more bytes.Buffer
	more.Write(make([]byte, 16)) // AAGUID
	more.Write(binary.BigEndian.AppendUint16(nil, uint16(len(a.id))))
	more.Write(a.id)
	more.Write(public)
	object := a.encode(map[string]any{
		"fmt": "none", "attStmt": map[string]any{}, "authData": a.data(a.flags|attested, more.Bytes()),
	})
	return a.answer(map[string]string{
		"clientDataJSON": text(a.client("webauthn.create", options)), "attestationObject": text(object),
	})
}

// get answers request options with a signature.
func (a *authenticator) get(options map[string]any) credential {
	a.t.Helper()
	if !a.silent {
		a.count++
	}
	client, data := a.client("webauthn.get", options), a.data(a.flags, nil)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(bytes.Clone(data), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, sum[:])
	if err != nil {
		a.t.Fatal(err)
	}
	return a.answer(map[string]string{
		"clientDataJSON": text(client), "authenticatorData": text(data), "signature": text(signature), "userHandle": a.handle,
	})
}
