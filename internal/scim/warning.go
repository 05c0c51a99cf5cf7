// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// Warning is something to look at, by kind and by whom it is about. It comes
// again when its cause does.
type Warning struct {
	Count           int64 // how often it came
	FirstAt, LastAt time.Time
	ID              string
	Kind            string // unknown_role, pending_member, lockout, …
	Message         string
	Subject         string // by name
}

// Warnings answers the warnings of a directory, the newest first, at most 200.
func (s *Service) Warnings(ctx context.Context, c caller.Caller, id DirectoryID) (all []Warning, err error) {
	if err := s.FlushLog(ctx); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := s.find(ctx, tx, c, id)
		if err != nil {
			return err
		}
		all, err = selectWarnings(ctx, tx, d.Number)
		return err
	})
	return all, err
}

// DismissWarning takes a warning away. Faults: NotFound.
func (s *Service) DismissWarning(ctx context.Context, c caller.Caller, id DirectoryID, warning string) error {
	now := s.instant()
	return s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := s.find(ctx, tx, c, id)
		if err != nil {
			return err
		}
		all, err := selectWarnings(ctx, tx, d.Number)
		if err != nil {
			return err
		}
		for _, w := range all {
			if w.ID != warning {
				continue
			}
			if err := deleteWarning(ctx, tx, d.Number, warning); err != nil && !errors.Is(err, db.ErrNoRow) {
				return err
			}
			return appendDirectory(ctx, tx, d, deed{c, now, "warning dismissed", []evidence.Change{{Field: "warning", Before: w.Message}}})
		}
		return fault.New(fault.NotFound, "there is no warning %q", web.Shorten(warning))
	})
}

// advice says what an administrator can do about an answer; "" for nothing.
func (l Logged) advice(p Provider) string {
	switch {
	case l.Status < 400:
		return ""
	case l.Path == tokenPath && l.Status == 401:
		return "The client id, its secret or its key is not one of this directory, or is revoked or expired. Make a new one here and enter it at the provider, without spaces around it."
	case l.Path == tokenPath:
		return "The provider asks for a token in a way that cannot be met. Enter the token URL of this directory, choose client credentials, and let the provider try again."
	case l.Status == 400:
		return "The provider sends something that cannot be taken. Correct the value or the attribute mapping that the message names, then let the provider try again" + where(p) + "."
	case l.Status == 401:
		return "The token is not one of this directory, or it is revoked or expired. Make a new token here and paste it at the provider, without spaces around it."
	case l.Status == 403:
		return "Muster refused it on purpose. If provisioning is switched off here, switch it on; if the lock-out guard refused it, make somebody else an Admin who can sign in, then let the provider try again."
	case l.Status == 404:
		return "The provider holds an id that is not here any more. Unassign and assign the user again, or unlink and push the group again, so that the provider looks it up by name."
	case l.Status == 405 || l.Status == 501:
		return "The provider asks for something that this directory does not do. Look at the base URL and at which actions are switched on."
	case l.Status == 409:
		return "There is one of that name already, or an account that was made here by hand. Link the provider's user or group to the one that is there, or rename one of the two."
	case l.Status == 412:
		return "It was changed meanwhile; the provider reads it again and repeats the change by itself."
	case l.Status == 413:
		return "The request is too large. Push fewer members or operations at a time."
	case l.Status == 429:
		return "The provider was too fast; it comes again by itself."
	case l.Status >= 500:
		return fmt.Sprintf("The fault is on this side. Repeat the request %s; if it fails again, look into the server's log at its time.", l.ID)
	}
	return "Read what the provider was told, correct it there, and let the provider try again."
}

// where says at which place a provider repeats what failed.
func where(p Provider) string {
	switch p {
	case Okta:
		return ": Okta lists it under Dashboard, Tasks"
	case Entra:
		return ": Entra ID does so at its next cycle, or by Provision on demand"
	case OneLogin:
		return ": OneLogin lists it under Users, Provisioning"
	default:
		return ""
	}
}
