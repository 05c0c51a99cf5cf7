// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"context"
	"encoding/hex"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
)

// Guesses in a span before a counter closes for the rest of it.
const (
	attemptSpan      = 15 * time.Minute
	attemptsAccount  = 10 // from each address that the account was used from, and from all others together
	attemptsAddress  = 50
	mailsAccount     = 5 // links that are mailed to one address
	knownAddressTime = 90 * 24 * time.Hour
)

// guess is an attempt in the counters that it belongs to.
type guess []counter

type counter struct {
	limit   int64
	reason  string // why it closes, for the audit trail
	subject string
}

// guessAt answers the counters of an attempt at what has a limit of its own for
// an account, whether there is one or not. Where the user is known to come from,
// nobody else's attempts count.
func guessAt(ctx context.Context, tx *db.Tx, of counter, by guesser, now time.Time) (guess, error) {
	known, err := selectAddresses(ctx, tx, by.workspace, by.user, now.Add(-knownAddressTime))
	if err != nil {
		return nil, err
	}
	from := network(by.address)
	if slices.ContainsFunc(known, func(other string) bool { return network(other) == from }) {
		of.subject += "@" + from
		return guess{of}, nil
	}
	return guess{of, fromAddress(by.address)}, nil
}

// guesser is who tries, and for which account.
type guesser struct {
	address   string
	user      access.UserID // "" for nobody
	workspace int64
}

// ofPassword, ofCode and ofMail are what can be guessed at, or asked for. Codes
// have six digits, so these are counted apart from passwords; a mail box can be
// flooded as an account can be guessed at.
func ofPassword(workspace int64, email string) counter {
	return counter{attemptsAccount, "too many wrong passwords", "account:" + account(workspace, email)}
}

func ofCode(user access.UserID) counter {
	return counter{attemptsAccount, "too many wrong codes", "code:" + string(user)}
}

func ofMail(workspace int64, email string) counter {
	return counter{mailsAccount, "too many mails", "mail:" + account(workspace, email)}
}

// proofGuess answers the counter of a proof: the session is somebody already.
func proofGuess(session string) guess {
	return guess{{attemptsAccount, "too many wrong proofs", "proof:" + session}}
}

func fromAddress(address string) counter {
	return counter{attemptsAddress, "too many attempts from this address", "address:" + network(address)}
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
	if err != nil || a.Is4() || a.Is4In6() {
		return address
	}
	const host = 64
	prefix, err := a.Prefix(host)
	if err != nil {
		return address
	}
	return prefix.String()
}

// count counts the attempt, or answers RateLimited when a counter is closed;
// the transaction must fail with it. closes says why a counter closes behind
// this very attempt, "" when none does.
func (g guess) count(ctx context.Context, tx *db.Tx, now time.Time) (closes string, err error) {
	for _, c := range g {
		count, since, err := countAttempt(ctx, tx, c.subject, now, now.Add(-attemptSpan))
		if err != nil {
			return "", err
		}
		if count > c.limit {
			wait := since.Add(attemptSpan).Sub(now)
			refusal := fault.New(fault.RateLimited, "too many attempts; wait %s, or sign in another way", minutesOf(wait))
			refusal.RetryAfter = wait
			return "", refusal
		}
		if count == c.limit && closes == "" {
			closes = c.reason
		}
	}
	return closes, nil
}

func minutesOf(wait time.Duration) string {
	if n := int64((wait + time.Minute - 1) / time.Minute); n > 1 {
		return strconv.FormatInt(n, 10) + " minutes"
	}
	return "a minute"
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

// noteClosed writes down that a counter closed. The attempts before it are not
// written down: evidence is kept for ever.
func noteClosed(ctx context.Context, tx *db.Tx, now time.Time, actor caller.Caller, user access.User, reason string) error {
	return evidence.Append(ctx, tx, now, evidence.Entry{
		Actor: actor, Kind: "session", Subject: subjectOf(user), Body: map[string]any{"what": "refused", "reason": reason},
	})
}
