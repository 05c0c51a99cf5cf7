// SPDX-License-Identifier: Apache-2.0

package sso

import (
	"crypto/sha256"
	"log/slog"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/seal"
	"github.com/passmuster/muster/internal/signin"
)

// Service holds identity providers and signs people in by them. It is safe for
// concurrent use.
type Service struct {
	access   *access.Service
	db       *db.DB
	issuers  *issuers
	log      *slog.Logger
	now      func() time.Time
	outbound outbound
	plain    bool
	sealer   *seal.Sealer
	sessions *signin.Service
}

// instant answers the present as rows keep it.
func (s *Service) instant() time.Time { return db.Time(db.Millis(s.now())) }

// digest is the SHA-256 of something drawn at random, so that looking it up tells
// nothing by its timing.
type digest [sha256.Size]byte

func digestOf(text string) digest { return sha256.Sum256([]byte(text)) }
