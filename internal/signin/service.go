// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/mail"
	"github.com/passmuster/muster/internal/seal"
	"github.com/passmuster/muster/internal/workspace"
)

// Breached says whether a password is known from a breach.
type Breached interface {
	Has(password string) (bool, error)
}

// Way is a method of signing in that lives in another package. Opens says
// whether the user could get in by it now, apart from the workspace's settings.
type Way interface {
	Opens(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID) (bool, error)
}

// Options are what a Service is made of.
type Options struct {
	Access     *access.Service
	BaseURL    func(context.Context) (string, error) // where links lead
	Breached   Breached
	DB         *db.DB
	Logger     *slog.Logger
	Mail       *mail.Sender // nil, or not configured: this process sends no mail
	MailBy     bool         // another process sends what is due: for administration commands
	Now        func() time.Time
	Sealer     *seal.Sealer
	Workspaces *workspace.Service

	// Ways holds passkey, OIDC and SAML. They are built after this service and
	// put in before it serves; one that is absent opens for nobody.
	Ways map[Method]Way
}

// Service lets users in and keeps their sessions. It is safe for concurrent use.
type Service struct {
	Options
	hashes  atomic.Int64  // computed since the start
	hashing chan struct{} // a hash takes 19 MiB and a core: only so many at once
}

// hashesAtOnce bounds memory and time that guesses can take from everybody.
const hashesAtOnce = 4

// New answers a service.
func New(o Options) *Service {
	return &Service{Options: o, hashing: make(chan struct{}, hashesAtOnce)}
}

// instant answers the present as rows keep it.
func (s *Service) instant() time.Time { return db.Time(db.Millis(s.Now())) }

// newSecret draws what only its holder knows: 130 bits.
func newSecret() string { return rand.Text() }

func hashOf(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// hasMail says whether this process sends mail.
func (s *Service) hasMail() bool { return s.Mail.Configured() }

// mails says whether links are mailed, by this process or by the server.
func (s *Service) mails() bool { return s.hasMail() || s.MailBy }
