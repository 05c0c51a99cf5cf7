// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/mail"
)

// Mails go out in passes; one that fails is tried again, later each time, until
// the link has expired.
const (
	mailsAPass = 20
	retryFirst = 10 * time.Second
	retryMost  = 10 * time.Minute
)

// HasMail says whether a link is due to be mailed.
func (s *Service) HasMail(ctx context.Context) (due bool, err error) {
	if !s.hasMail() {
		return false, nil
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		due, err = hasDueLinks(ctx, tx, s.instant())
		return err
	})
	return due, err
}

// SendMail mails the links that are due.
func (s *Service) SendMail(ctx context.Context) error {
	if !s.hasMail() {
		return nil
	}
	now := s.instant()
	var due []waiting
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		due, err = selectDueLinks(ctx, tx, now, mailsAPass)
		return err
	})
	if err != nil {
		return fmt.Errorf("read links to mail: %w", err)
	}
	for _, x := range due {
		if err := s.sendOne(ctx, x, now); err != nil {
			return err
		}
	}
	return nil
}

// sendOne mails a link that still works, to who may use it. That it was mailed is noted afterwards:
// after a crash in between it comes twice rather than never.
func (s *Service) sendOne(ctx context.Context, x waiting, now time.Time) error {
	var failed error
	if now.Before(x.expires) {
		failed = s.deliver(ctx, x)
	}
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if failed == nil {
			return settleLink(ctx, tx, x.id)
		}
		return retryLink(ctx, tx, x.id, now.Add(min(retryFirst<<min(x.tries, 10), retryMost)))
	})
	if failed != nil {
		s.Logger.WarnContext(ctx, "a sign-in link was not mailed", slog.String("link", x.id), slog.Any("error", failed))
	}
	return err
}

func (s *Service) deliver(ctx context.Context, x waiting) error {
	token, err := s.Sealer.Open(sealLink(x.id), x.sealed)
	if err != nil {
		return err
	}
	url, err := s.linkURL(ctx, x.kind, string(token))
	if err != nil {
		return err
	}
	var address string
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		user, err := s.Access.ByID(ctx, tx, x.workspace.Number, x.user)
		if address = user.Email; user.Status == access.Deactivated {
			address = ""
		}
		return err
	})
	if err != nil || address == "" {
		return err
	}
	return s.Mail.Send(ctx, letter(x.link, address, url))
}

// letter writes the mail that carries a link.
func letter(l link, address, url string) mail.Message {
	m := mail.Message{To: address}
	end := fmt.Sprintf("\n\n%s\n\nThe link works once, until %s. If you did not expect it, do nothing.\n", url, l.expires.Format("2 January 2006, 15:04 UTC"))
	switch l.kind {
	case linkInvitation:
		m.Subject = "Your account in " + l.workspace.Name
		m.Text = "You were given an account in " + l.workspace.Name + " (Muster). Open this link to take it up:" + end
	case linkReset:
		m.Subject = "A new password for " + l.workspace.Name
		m.Text = "Somebody asked for a new password for your account in " + l.workspace.Name + " (Muster). Open this link to set one:" + end
	default:
		m.Subject = "Sign in to " + l.workspace.Name
		m.Text = "Open this link to sign in to " + l.workspace.Name + " (Muster):" + end
	}
	return m
}

// sessionsKept is how long a session is remembered after its end: the list of
// addresses that a user is known at.
const sessionsKept = knownAddressTime

// Purge forgets what is over.
func (s *Service) Purge(ctx context.Context) error {
	now := s.instant()
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := purge(ctx, tx, now, now.Add(-attemptSpan)); err != nil {
			return err
		}
		return purgeSessions(ctx, tx, now.Add(-sessionsKept))
	})
	if err != nil {
		return fmt.Errorf("forget what is over: %w", err)
	}
	return nil
}
