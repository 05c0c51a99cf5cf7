// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"context"
	"fmt"
	"strings"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
)

// purposeUnsubscribe binds tokens to what they are for.
const purposeUnsubscribe = "notify unsubscribe"

// unsubscribePath is where a message's link leads, without a sign-in.
const unsubscribePath = "/v1/notifications/unsubscribe"

// unsubscribeURL answers the address that ends mail to a batch's recipient. The token in
// it does that and nothing else, and tells nothing to who does not have the server's key.
func (s *Service) unsubscribeURL(base string, b batch) (string, error) {
	token, err := s.Sealer.Seal(purposeUnsubscribe, []byte(b.workspace.ID+" "+b.To.Kind+" "+b.To.ID))
	if err != nil {
		return "", err
	}
	return base + unsubscribePath + "?token=" + token, nil
}

// subscriber is whom a token is of.
type subscriber struct {
	ref

	workspace caller.Workspace
}

// subscriberOf reads a token. Faults: NotFound.
func (s *Service) subscriberOf(ctx context.Context, token string) (who subscriber, err error) {
	plain, err := s.Sealer.Open(purposeUnsubscribe, token)
	parts := strings.Split(string(plain), " ")
	if err != nil || len(parts) != 3 {
		return who, fault.New(fault.NotFound, "this link is not one of ours, or not whole; sign in to choose what you hear of")
	}
	who.ref = ref{parts[1], parts[2]}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		all, err := selectWorkspaces(ctx, tx)
		for _, w := range all {
			if w.ID == parts[0] {
				who.workspace = w
			}
		}
		return err
	})
	if err == nil && who.workspace.ID == "" {
		err = fault.New(fault.NotFound, "the workspace of this link is not there any more")
	}
	return who, err
}

// Unsubscribe ends all mail to whom a token is of, who need not be signed in. Doing so
// again changes nothing. Faults: NotFound.
func (s *Service) Unsubscribe(ctx context.Context, c caller.Caller, token string) error {
	who, err := s.subscriberOf(ctx, token)
	if err != nil {
		return err
	}
	c.Workspace, c.Name = who.workspace, "who has the link in a notification"
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := selectPreference(ctx, tx, who.workspace.Number, who.ref)
		if err != nil {
			return err
		}
		after := before
		after.MailOff = true
		return s.putPreference(ctx, tx, c, who.ref, before, after)
	})
	if err != nil {
		return fmt.Errorf("unsubscribe: %w", err)
	}
	return nil
}
