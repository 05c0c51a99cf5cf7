// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// A client comes for tokens of an hour by itself, where a token would be pasted
// otherwise (contract 1.11):
//
//	client_id + secret     ──▶ token endpoint (grant.go) ──▶ token beside the
//	client_id + assertion  ──▶                               pasted ones
//
// Its secrets and keys are several, so that they change without a gap. What a
// secret or a key got dies with it.

// Client is a client of a directory without its secrets.
type Client struct {
	CreatedAt  time.Time
	ID         string
	Keys       []PublicKey
	LastUsedAt *time.Time // nil: never
	Name       string
	Secrets    []Secret // the newest first
}

// Secret is a client's secret as people see it: without itself.
type Secret struct {
	CreatedAt  time.Time
	ExpiresAt  *time.Time // nil: never
	Hint       string     // its first letters
	ID         string
	LastUsedAt *time.Time // nil: never
}

// ClientRef names a client.
type ClientRef struct {
	Client    string // its client_id
	Directory DirectoryID
}

// NewClient is what a client is made from.
type NewClient struct {
	Expires  *time.Time // of the secret; nil: never
	Keys     NewKeys
	Name     string // "": the directory's
	NoSecret bool   // it signs assertions only
}

// MadeClient is a new client, with its secret, which nobody can read again; "" for
// one that only signs.
type MadeClient struct {
	Client
	Directory Directory
	Secret    string
}

// Prefixes by which people and scanners know what they see.
const (
	clientPrefix = "mcl_"
	grantPrefix  = "mat_"
	secretPrefix = "mcs_"
)

const (
	maxClientName = 100
	maxClients    = 10
	maxSecrets    = 5 // of a client
)

// tokenPath of the token endpoint, after the base URL.
const tokenPath = "/oauth/token"

// TokenURL answers where clients of a directory get their tokens.
func (s *Service) TokenURL(ctx context.Context, d Directory) string {
	return s.baseURL(ctx, d) + tokenPath
}

// MakeClient makes a client. Faults: NotFound, Invalid with every place, Conflict.
func (s *Service) MakeClient(ctx context.Context, c caller.Caller, id DirectoryID, in NewClient) (made MadeClient, err error) {
	now := s.instant()
	expires, err := ahead(in.Expires, now)
	if err != nil {
		return made, err
	}
	keys, err := in.Keys.read()
	if err != nil {
		return made, err
	}
	if in.NoSecret && len(keys) == 0 {
		return made, fault.At(fault.Problem{Pointer: "/secret", Message: "must not be false without a key: the client could not prove who it is"})
	}
	err = s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := s.held(ctx, tx, c, id)
		if err != nil {
			return err
		}
		made = MadeClient{Client: Client{CreatedAt: now, ID: clientPrefix + db.NewID(now), Name: strings.TrimSpace(in.Name)}, Directory: d}
		if made.Name == "" {
			made.Name = d.Name
		}
		if err := s.checkClient(ctx, tx, made); err != nil {
			return err
		}
		if err := insertClient(ctx, tx, d, made.Client, keys); err != nil {
			return err
		}
		changes := []evidence.Change{{Field: "client", After: made.Name}}
		if !in.NoSecret {
			secret, err := made.addSecret(ctx, tx, d, now, expires)
			if err != nil {
				return err
			}
			changes = append(changes, evidence.Change{Field: "secret", After: secret.Hint + "…"})
		}
		changes = append(changes, keyChanges(nil, keys)...)
		if made.Keys, err = shownKeys(keys); err != nil {
			return err
		}
		return appendDirectory(ctx, tx, d, deed{c, now, "client made", changes})
	})
	return made, err
}

// checkClient refuses a name that does not fit, and one client too many.
func (s *Service) checkClient(ctx context.Context, tx *db.Tx, made MadeClient) error {
	if line(made.Name, maxClientName) != made.Name || !web.Storable(made.Name) {
		return fault.At(fault.Problem{Pointer: "/name", Message: fmt.Sprintf("must be one line of at most %d characters", maxClientName)})
	}
	clients, err := selectClients(ctx, tx, made.Directory)
	if err != nil {
		return err
	}
	if len(clients) >= maxClients {
		return fault.New(fault.Conflict, "there are %d clients already; delete one that is not used any more", maxClients)
	}
	return nil
}

// addSecret makes a secret of the client.
func (made *MadeClient) addSecret(ctx context.Context, tx *db.Tx, d Directory, now time.Time, expires *time.Time) (Secret, error) {
	made.Secret = secretPrefix + rand.Text() + rand.Text()[:14]
	secret := Secret{CreatedAt: now, ExpiresAt: expires, Hint: made.Secret[:hintLetters], ID: db.NewID(now)}
	made.Secrets = append([]Secret{secret}, made.Secrets...)
	return secret, insertSecret(ctx, tx, d, made.ID, secret, tokenHash(made.Secret))
}

// ahead answers when something expires, as rows keep it. Invalid for the past.
func ahead(expires *time.Time, now time.Time) (*time.Time, error) {
	if expires == nil {
		return nil, nil //nolint:nilnil // nil is never
	}
	if !expires.After(now) {
		return nil, fault.At(fault.Problem{Pointer: "/expiresAt", Message: "must lie in the future"})
	}
	exact := db.Time(db.Millis(*expires))
	return &exact, nil
}

// Clients answers the clients of a directory, the newest first. Faults: NotFound.
func (s *Service) Clients(ctx context.Context, c caller.Caller, id DirectoryID) (d Directory, all []Client, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		if d, err = s.find(ctx, tx, c, id); err != nil {
			return err
		}
		all, err = selectClients(ctx, tx, d)
		return err
	})
	return d, all, err
}

// client answers a client of a directory, or a NotFound fault.
func client(ctx context.Context, tx *db.Tx, d Directory, id string) (Client, error) {
	clients, err := selectClients(ctx, tx, d)
	if err != nil {
		return Client{}, err
	}
	for _, one := range clients {
		if one.ID == id {
			return one, nil
		}
	}
	return Client{}, fault.New(fault.NotFound, "there is no client %q", web.Shorten(id))
}

// alter runs a change of a client in a transaction that ends with an entry.
func (s *Service) alter(
	ctx context.Context, c caller.Caller, ref ClientRef,
	fn func(ctx context.Context, tx *db.Tx, d Directory, one Client) (what string, changes []evidence.Change, err error),
) error {
	now := s.instant()
	return s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := s.held(ctx, tx, c, ref.Directory)
		if err != nil {
			return err
		}
		one, err := client(ctx, tx, d, ref.Client)
		if err != nil {
			return err
		}
		what, changes, err := fn(ctx, tx, d, one)
		if err != nil || what == "" {
			return err
		}
		changes = append([]evidence.Change{{Field: "client", After: one.Name}}, changes...)
		return appendDirectory(ctx, tx, d, deed{c, now, what, changes})
	})
}

// DeleteClient takes a client away, and the tokens that it got. Faults: NotFound.
func (s *Service) DeleteClient(ctx context.Context, c caller.Caller, ref ClientRef) error {
	return s.alter(ctx, c, ref, func(ctx context.Context, tx *db.Tx, d Directory, one Client) (string, []evidence.Change, error) {
		return "client deleted", nil, deleteClient(ctx, tx, d, one.ID)
	})
}

// MakeSecret makes a secret beside those that a client has. Faults: NotFound,
// Invalid, Conflict.
func (s *Service) MakeSecret(ctx context.Context, c caller.Caller, ref ClientRef, expires *time.Time) (text string, secret Secret, err error) {
	now := s.instant()
	if expires, err = ahead(expires, now); err != nil {
		return "", secret, err
	}
	err = s.alter(ctx, c, ref, func(ctx context.Context, tx *db.Tx, d Directory, one Client) (string, []evidence.Change, error) {
		if len(one.Secrets) >= maxSecrets {
			return "", nil, fault.New(fault.Conflict, "the client has %d secrets already; revoke one that is not used any more", maxSecrets)
		}
		made := MadeClient{Client: one}
		secret, err = made.addSecret(ctx, tx, d, now, expires)
		text = made.Secret
		return "client secret made", []evidence.Change{{Field: "secret", After: secret.Hint + "…"}}, err
	})
	return text, secret, err
}

// RevokeSecret ends a secret at once, and the tokens that it got. Faults: NotFound.
func (s *Service) RevokeSecret(ctx context.Context, c caller.Caller, ref ClientRef, secret string) error {
	return s.alter(ctx, c, ref, func(ctx context.Context, tx *db.Tx, _ Directory, one Client) (string, []evidence.Change, error) {
		for _, known := range one.Secrets {
			if known.ID == secret {
				return "client secret revoked", []evidence.Change{{Field: "secret", Before: known.Hint + "…"}}, deleteSecret(ctx, tx, one.ID, secret)
			}
		}
		return "", nil, fault.New(fault.NotFound, "there is no secret %q", web.Shorten(secret))
	})
}

// PutKeys replaces the keys of a client. Tokens that assertions got die when a key
// goes. Faults: NotFound, Invalid, Conflict for a client that could not prove who
// it is any more.
func (s *Service) PutKeys(ctx context.Context, c caller.Caller, ref ClientRef, in NewKeys) (after Client, err error) {
	keys, err := in.read()
	if err != nil {
		return after, err
	}
	shown, err := shownKeys(keys)
	if err != nil {
		return after, err
	}
	err = s.alter(ctx, c, ref, func(ctx context.Context, tx *db.Tx, d Directory, one Client) (string, []evidence.Change, error) {
		if len(keys) == 0 && len(one.Secrets) == 0 {
			return "", nil, fault.New(fault.Conflict, "the client has no secret, so it needs a key")
		}
		after = one
		after.Keys = shown
		changes := keyChanges(one.Keys, keys)
		if len(changes) == 0 {
			return "", nil, nil
		}
		return "client keys changed", changes, updateKeys(ctx, tx, d, one.ID, keys)
	})
	return after, err
}

func shownKeys(keys []jose.JSONWebKey) ([]PublicKey, error) {
	shown := make([]PublicKey, len(keys))
	for i, key := range keys {
		var err error
		if shown[i], err = shownKey(key); err != nil {
			return nil, err
		}
	}
	return shown, nil
}

// keyChanges tells which keys came and went, by their thumbprints.
func keyChanges(before []PublicKey, after []jose.JSONWebKey) (changes []evidence.Change) {
	is, err := shownKeys(after)
	if err != nil {
		return []evidence.Change{{Field: "keys"}}
	}
	words := func(k PublicKey) string { return k.Kind + " " + k.Thumbprint + " as " + k.ID }
	was, now := map[string]bool{}, map[string]bool{}
	for _, k := range before {
		was[words(k)] = true
	}
	for _, k := range is {
		now[words(k)] = true
		if !was[words(k)] {
			changes = append(changes, evidence.Change{Field: "key", After: words(k)})
		}
	}
	for _, k := range before {
		if !now[words(k)] {
			changes = append(changes, evidence.Change{Field: "key", Before: words(k)})
		}
	}
	return changes
}

// errNoGrant says that a credential was taken away meanwhile.
var errNoGrant = errors.New("the credential is gone")
