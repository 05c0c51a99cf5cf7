// SPDX-License-Identifier: Apache-2.0

package passkey

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
)

// Challenge is what a browser asks an authenticator with.
type Challenge struct {
	PublicKey json.Value // creation or request options as browsers parse them
	Ticket    string     // comes back with the answer
}

// kind is the ceremony that a challenge belongs to.
type kind string

const (
	toRegister kind = "register"
	toSignIn   kind = "sign-in"
)

// Bounds of what is open.
const (
	maxRegistrations = 5      // of one user
	maxSignIns       = 10_000 // of everybody, whom nobody knows yet
	ticketBytes      = 32
	ticketLife       = 5 * time.Minute
)

// challenge is a ceremony that has begun.
type challenge struct {
	createdAt time.Time
	expiresAt time.Time
	kind      kind
	session   webauthn.SessionData
	user      access.UserID // "" for a sign-in
	wanted    string        // a sign-in: slug or id of the only workspace that will do, "" for any
	workspace int64         // 0 for a sign-in
}

// digest is the SHA-256 of a ticket.
type digest [sha256.Size]byte

func hashOf(ticket string) digest { return sha256.Sum256([]byte(ticket)) }

// issue stores a challenge and answers it with its ticket. The oldest ones give
// way when too many are open.
func (s *Service) issue(ctx context.Context, ch challenge, options any) (Challenge, error) {
	publicKey, err := json.Marshal(options)
	if err != nil {
		return Challenge{}, fmt.Errorf("options of a passkey: %w", err)
	}
	random := make([]byte, ticketBytes)
	if _, err := io.ReadFull(s.random, random); err != nil {
		return Challenge{}, fmt.Errorf("draw a ticket: %w", err)
	}
	ticket := base64.RawURLEncoding.EncodeToString(random)
	ch.createdAt = s.instant()
	ch.expiresAt = ch.createdAt.Add(ticketLife)
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := insertChallenge(ctx, tx, hashOf(ticket), ch); err != nil {
			return err
		}
		if ch.kind == toRegister {
			return trimRegistrations(ctx, tx, ch.workspace, ch.user, maxRegistrations)
		}
		return trimSignIns(ctx, tx, maxSignIns)
	})
	if err != nil {
		return Challenge{}, fmt.Errorf("store a challenge: %w", err)
	}
	return Challenge{PublicKey: publicKey, Ticket: ticket}, nil
}

// errTicket says that a ticket opens nothing, whatever the reason.
var errTicket = errors.New("the ticket is unknown, used or expired")

// take answers the challenge of a ticket and makes sure that nobody else gets
// it, whatever becomes of it. errTicket when there is none of this kind, or its
// time is up.
func (s *Service) take(ctx context.Context, ticket string, want kind) (challenge, error) {
	var ch challenge
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if ch, err = selectChallenge(ctx, tx, hashOf(ticket)); err != nil {
			return err
		}
		// Of two who hold the ticket, one deletes the row.
		return deleteChallenge(ctx, tx, hashOf(ticket))
	})
	if errors.Is(err, db.ErrNoRow) {
		return challenge{}, errTicket
	}
	if err != nil {
		return challenge{}, fmt.Errorf("take a challenge: %w", err)
	}
	if ch.kind != want || !s.now().Before(ch.expiresAt) {
		return challenge{}, errTicket
	}
	return ch, nil
}
