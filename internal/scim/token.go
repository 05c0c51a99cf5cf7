// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/scim/schema"
)

// Token is a bearer token of a directory as people see it: without itself.
type Token struct {
	CreatedAt  time.Time
	ExpiresAt  *time.Time // nil: never
	Hint       string     // its first letters
	ID         string
	LastUsedAt *time.Time // nil: never
}

// tokenPrefix lets people and scanners know a token when they see one.
const tokenPrefix = "mst_"

// hintLetters of a token are kept, prefix included.
const hintLetters = 10

func tokenHash(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// newToken makes a token beside those that there are; it is shown once.
func (s *Service) newToken(ctx context.Context, tx *db.Tx, d Directory, expires *time.Time) (string, Token, error) {
	now := s.instant()
	text := tokenPrefix + rand.Text() + rand.Text()[:14]
	t := Token{CreatedAt: now, ExpiresAt: expires, Hint: text[:hintLetters], ID: db.NewID(now)}
	return text, t, insertToken(ctx, tx, d, t, tokenHash(text))
}

// errCredential is what a missing, wrong or dead token hears.
func errCredential() error {
	return &schema.Error{Status: statusUnauthorized, Detail: "The bearer token is missing, wrong, expired or revoked. Paste a token of this directory from its set-up page."}
}

// authenticate answers the directory that a token is for. The id in the URL must
// be its own.
func (s *Service) authenticate(ctx context.Context, id, token string) (Directory, []byte, error) {
	hash := tokenHash(token)
	now := s.Now()
	found, generation, remembered := s.known.get(hash, now)
	if !remembered {
		err := s.DB.Glance(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			found.directory, found.expires, err = selectDirectoryByToken(ctx, tx, hash)
			return err
		})
		if errors.Is(err, db.ErrNoRow) {
			return Directory{}, nil, errCredential()
		}
		if err != nil {
			return Directory{}, nil, fmt.Errorf("find directory: %w", err)
		}
		s.known.put(hash, generation, found, now)
	}
	if string(found.directory.ID) != id || found.expires != nil && !now.Before(*found.expires) {
		return Directory{}, nil, errCredential()
	}
	return found.directory, hash, nil
}

// change runs what changes a directory, a token or what was learned.
func (s *Service) change(ctx context.Context, fn func(context.Context, *db.Tx) error) error {
	err := s.DB.Write(ctx, fn)
	s.known.forget()
	return err
}

// lastUse gathers when tokens were used, so that a request writes nothing for it.
type lastUse struct {
	mu   sync.Mutex
	used map[string]time.Time // by hash
}

func newLastUse() *lastUse { return &lastUse{used: map[string]time.Time{}} }

func (l *lastUse) note(hash []byte, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.used[string(hash)] = at
}

func (l *lastUse) take() map[string]time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	taken := l.used
	l.used = map[string]time.Time{}
	return taken
}
