// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"context"
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
)

// Guesses in a span before a counter closes for the rest of it.
const (
	attemptSpan      = 15 * time.Minute
	attemptsAccount  = 10 // from addresses that the account was never used from
	attemptsKnown    = 10 // from one that it was used from
	attemptsAddress  = 50
	knownAddressTime = 90 * 24 * time.Hour
)

// guess is an attempt in the counters that it belongs to.
type guess []counter

type counter struct {
	limit   int64
	subject string
}

// guessAt answers the counters of an attempt on an account. user is "" when
// nobody has the e-mail.
func guessAt(ctx context.Context, tx *db.Tx, workspace int64, email string, user access.UserID, address string, now time.Time) (guess, error) {
	known := false
	if user != "" {
		var err error
		if known, err = selectKnownAddress(ctx, tx, workspace, user, address, now.Add(-knownAddressTime)); err != nil {
			return nil, err
		}
	}
	subject := "account:" + account(workspace, email)
	if known {
		return guess{{attemptsKnown, subject + "@" + address}}, nil
	}
	return guess{{attemptsAccount, subject}, {attemptsAddress, "address:" + network(address)}}, nil
}

// account names an account in a counter, whether there is one or not. Anybody
// can type anything, so it is hashed.
func account(workspace int64, email string) string {
	return strconv.FormatInt(workspace, 10) + ":" + hex.EncodeToString(hashOf(strings.ToLower(strings.TrimSpace(email))))
}

// network is what one guesser can be taken to have: an IPv4 address, or the /64
// of an IPv6 one.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Is4() {
		return address
	}
	const host = 64
	prefix, err := a.Prefix(host)
	if err != nil {
		return address
	}
	return prefix.String()
}

// count counts the attempt, or answers RateLimited when a counter is closed.
func (g guess) count(ctx context.Context, tx *db.Tx, now time.Time) error {
	for _, c := range g {
		count, since, err := countAttempt(ctx, tx, c.subject, now, now.Add(-attemptSpan))
		if err != nil {
			return err
		}
		if count > c.limit {
			wait := since.Add(attemptSpan).Sub(now)
			refusal := fault.New(fault.RateLimited, "too many attempts; wait %s, or sign in another way", wait.Round(time.Minute)+time.Minute)
			refusal.RetryAfter = wait
			return refusal
		}
	}
	return nil
}

// forgive takes the attempt back: it was right.
func (g guess) forgive(ctx context.Context, tx *db.Tx) error {
	for _, c := range g {
		if err := forgiveAttempt(ctx, tx, c.subject); err != nil {
			return err
		}
	}
	return nil
}

// closing says whether this very attempt was the last one that is let through.
func (g guess) closing(ctx context.Context, tx *db.Tx) (bool, error) {
	for _, c := range g {
		count, err := selectAttempts(ctx, tx, c.subject)
		if err != nil || count == c.limit {
			return err == nil, err
		}
	}
	return false, nil
}
