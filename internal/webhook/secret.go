// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

const (
	secretPrefix = "whsec_"
	secretSize   = 32 // bytes; the standard has 24 to 64

	// OverlapFor is how long a secret still signs after it was replaced.
	OverlapFor = 24 * time.Hour
)

func secretPurpose(endpoint string) string { return "webhook_endpoint.secret " + endpoint }

// newSecret answers a secret and its sealed text.
func (s *Service) newSecret(endpoint string) (plain, sealed string, err error) {
	raw := make([]byte, secretSize)
	if _, err := rand.Read(raw); err != nil {
		return "", "", fmt.Errorf("draw a secret: %w", err)
	}
	plain = secretPrefix + base64.StdEncoding.EncodeToString(raw)
	sealed, err = s.Sealer.Seal(secretPurpose(endpoint), []byte(plain))
	return plain, sealed, err
}

// Rotate gives an endpoint a new secret and answers it. Until OldUntil the one before
// signs as well; one that was replaced earlier is over at once.
func (s *Service) Rotate(ctx context.Context, c caller.Caller, ref string) (e Endpoint, secret string, err error) {
	e, err = s.change(ctx, c, ref, func(ctx context.Context, tx *db.Tx, e *Endpoint) error {
		plain, sealed, err := s.newSecret(e.ID)
		if err != nil {
			return err
		}
		secret = plain
		e.oldSecret, e.OldUntil, e.secret = e.secret, db.Millis(s.Now().Add(OverlapFor)), sealed
		return s.note(ctx, tx, c, *e, "secret rotated", nil)
	})
	return e, secret, err
}

// sign answers the value of the header webhook-signature: one signature, or two while
// an old secret still counts, the new one first (Standard Webhooks, "Signature scheme").
func (s *Service) sign(e Endpoint, id string, at time.Time, body []byte) (string, error) {
	sealed := []string{e.secret}
	if e.OldUntil > db.Millis(at) {
		sealed = append(sealed, e.oldSecret)
	}
	header := ""
	for _, text := range sealed {
		plain, err := s.Sealer.Open(secretPurpose(e.ID), text)
		if err != nil {
			return "", fmt.Errorf("open the secret of webhook %s: %w", e.ID, err)
		}
		hook, err := standardwebhooks.NewWebhook(string(plain))
		if err != nil {
			return "", fmt.Errorf("sign for webhook %s: %w", e.ID, err)
		}
		signature, err := hook.Sign(id, at, body)
		if err != nil {
			return "", fmt.Errorf("sign for webhook %s: %w", e.ID, err)
		}
		if header != "" {
			header += " "
		}
		header += signature
	}
	return header, nil
}
