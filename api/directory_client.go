// SPDX-License-Identifier: Apache-2.0

package api

import "github.com/passmuster/muster/internal/json"

// DirectoryClient is a client that comes for tokens of an hour by itself, without
// its secrets.
type DirectoryClient struct {
	ClientID   string                      `json:"clientId"`
	Name       string                      `json:"name"`
	CreatedAt  string                      `json:"createdAt" format:"date-time"`
	LastUsedAt *string                     `json:"lastUsedAt" format:"date-time" doc:"When it last got a token; null for never."`
	Secrets    []DirectoryClientSecretInfo `json:"secrets" doc:"The newest first."`
	Keys       []DirectoryClientKey        `json:"keys" doc:"Public keys that sign its assertions."`
}

// DirectoryClientSecretInfo is a client's secret without itself.
type DirectoryClientSecretInfo struct {
	ID         string  `json:"id"`
	Hint       string  `json:"hint" doc:"How it begins."`
	CreatedAt  string  `json:"createdAt" format:"date-time"`
	ExpiresAt  *string `json:"expiresAt" format:"date-time" doc:"Null for never."`
	LastUsedAt *string `json:"lastUsedAt" format:"date-time" doc:"Null for never."`
}

// DirectoryClientKey is a public key of a client.
type DirectoryClientKey struct {
	KeyID      string   `json:"keyId" doc:"The kid that assertions may name; the thumbprint where the key had none."`
	Kind       string   `json:"kind" doc:"Such as RSA 2048, P-256 or Ed25519."`
	Algorithms []string `json:"algorithms" doc:"With which it may sign: RS256, PS256, ES256, EdDSA."`
	Thumbprint string   `json:"thumbprint" doc:"SHA-256 as of RFC 7638, base64url."`
}

// DirectoryKeys are public keys, as a JWK set or one JWK, as PEM, or both.
type DirectoryKeys struct {
	JWKS json.Value `json:"jwks,omitempty" doc:"A JWK set or one JWK: RSA from 2048 bits, P-256 or Ed25519; public halves only."`
	PEM  string     `json:"pem,omitempty" maxLength:"65536" doc:"Public keys or certificates, one after the other."`
}

// DirectoryClientInput makes a client. With keys and nothing said it gets no
// secret, without keys it gets one.
type DirectoryClientInput struct {
	DirectoryKeys
	Name      string  `json:"name,omitempty" doc:"The directory's name when absent."`
	Secret    *bool   `json:"secret,omitempty" doc:"Whether it gets a secret."`
	ExpiresAt *string `json:"expiresAt,omitempty" format:"date-time" doc:"When the secret stops working; never when absent."`
}

// DirectoryClientCreated is a new client with its secret, which nobody can read
// again.
type DirectoryClientCreated struct {
	DirectoryClient
	ClientSecret *string `json:"clientSecret" doc:"Shown only now; null for a client that only signs assertions."`
	TokenURL     string  `json:"tokenUrl" doc:"Where it gets its tokens, and what its assertions name as aud."`
}

// DirectoryClientSecret is a new secret, which nobody can read again.
type DirectoryClientSecret struct {
	ID           string  `json:"id"`
	ClientID     string  `json:"clientId"`
	ClientSecret string  `json:"clientSecret"`
	Hint         string  `json:"hint"`
	CreatedAt    string  `json:"createdAt" format:"date-time"`
	ExpiresAt    *string `json:"expiresAt" format:"date-time"`
}
