// SPDX-License-Identifier: Apache-2.0

package passkey

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/signin"
	"github.com/passmuster/muster/internal/web"
)

const maxPasskeys = 20 // of one user

// holder is a user as the library knows one.
type holder struct {
	credentials []webauthn.Credential
	display     string
	id          access.UserID
	name        string
}

// WebAuthnID is the user handle: opaque, and unique in the installation.
func (h holder) WebAuthnID() []byte { return []byte(h.id) }

// WebAuthnName tells accounts of one site apart, for people.
func (h holder) WebAuthnName() string { return h.name }

// WebAuthnDisplayName is for people.
func (h holder) WebAuthnDisplayName() string { return h.display }

// WebAuthnCredentials are those that the holder has.
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.credentials }

// BeginRegistration answers what the caller's browser makes a passkey with.
// Faults: Forbidden when passkeys are switched off or the session has not proved
// itself lately, Conflict when the caller has as many as one may have,
// Impossible where browsers offer none.
func (s *Service) BeginRegistration(ctx context.Context, c caller.Caller) (Challenge, error) {
	party, err := s.mayRegister(ctx, c)
	if err != nil {
		return Challenge{}, err
	}
	var h holder
	err = s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		h, err = s.holder(ctx, tx, c)
		return err
	})
	if err != nil {
		return Challenge{}, fmt.Errorf("begin a passkey: %w", err)
	}
	if err := room(len(h.credentials)); err != nil {
		return Challenge{}, err
	}
	options, session, err := party.BeginRegistration(h,
		webauthn.WithCredentialParameters(webauthn.CredentialParametersRecommendedL3()),
		webauthn.WithExclusions(webauthn.Credentials(h.credentials).CredentialDescriptors()))
	if err != nil {
		return Challenge{}, fmt.Errorf("begin a passkey: %w", err)
	}
	ch := challenge{kind: toRegister, session: *session, user: h.id, workspace: c.Workspace.Number}
	return s.issue(ctx, ch, options.Response)
}

// mayRegister checks what holds for both halves of a registration.
func (s *Service) mayRegister(ctx context.Context, c caller.Caller) (*webauthn.WebAuthn, error) {
	if err := s.signIn.CheckRecent(ctx, c); err != nil {
		return nil, err
	}
	on, err := s.signIn.Enabled(ctx, c.Workspace.Number, signin.Passkey)
	if err != nil {
		return nil, err
	}
	if !on {
		return nil, fault.New(fault.Forbidden, "passkeys are switched off in this workspace; an Admin may switch them on")
	}
	return s.site(ctx)
}

// holder reads the caller with all passkeys.
func (s *Service) holder(ctx context.Context, tx *db.Tx, c caller.Caller) (holder, error) {
	user, err := s.access.ByID(ctx, tx, c.Workspace.Number, access.UserID(c.ID))
	if err != nil {
		return holder{}, err
	}
	own, err := selectOwn(ctx, tx, c.Workspace.Number, user.ID)
	if err != nil {
		return holder{}, err
	}
	// One person may be a user of several workspaces at one site.
	h := holder{display: user.Name, id: user.ID, name: fmt.Sprintf("%s (%s)", user.Email, c.Workspace.Name)}
	if h.display == "" {
		h.display = user.Email
	}
	for _, r := range own {
		h.credentials = append(h.credentials, r.credential)
	}
	return h, nil
}

func room(count int) error {
	if count < maxPasskeys {
		return nil
	}
	return fault.New(fault.Conflict, "you have %d passkeys, and nobody may have more; remove one first", count)
}

// NewPasskey is what a passkey is made from.
type NewPasskey struct {
	Credential json.Value // the authenticator's answer
	Name       string
	Ticket     string
}

// Register stores the passkey that the caller's authenticator made. Faults: those
// of BeginRegistration; Invalid for name, ticket and an answer that does not fit;
// Conflict for an authenticator that is registered already.
func (s *Service) Register(ctx context.Context, c caller.Caller, in NewPasskey) (Passkey, error) {
	name, err := checkName(in.Name)
	if err != nil {
		return Passkey{}, err
	}
	party, err := s.mayRegister(ctx, c)
	if err != nil {
		return Passkey{}, err
	}
	ch, err := s.take(ctx, in.Ticket, toRegister)
	switch {
	case errors.Is(err, errTicket), err == nil && (ch.workspace != c.Workspace.Number || string(ch.user) != c.ID):
		return Passkey{}, fault.At(fault.Problem{Pointer: "/ticket", Message: "must be a ticket that you got within five minutes and have not used; ask for a new challenge"})
	case err != nil:
		return Passkey{}, err
	}
	credential, err := attest(party, ch, in.Credential)
	if err != nil {
		s.log.LogAttrs(ctx, slog.LevelInfo, "passkey not registered", slog.String("request_id", web.RequestID(ctx)),
			slog.String("user", c.ID), slog.String("reason", reason(err)))
		return Passkey{}, fault.At(fault.Problem{
			Pointer: "/credential",
			Message: "must be the answer of an authenticator to this challenge, made at this site, with the user verified; ask for a new challenge and try again",
		})
	}
	return s.store(ctx, c, name, *credential)
}

// attest checks an answer (WebAuthn Level 3 section 7.1).
func attest(party *webauthn.WebAuthn, ch challenge, answer json.Value) (*webauthn.Credential, error) {
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return nil, err
	}
	return party.CreateCredential(holder{id: ch.user}, ch.session, parsed)
}

// store keeps a credential that was proved.
func (s *Service) store(ctx context.Context, c caller.Caller, name string, credential webauthn.Credential) (Passkey, error) {
	now := s.instant()
	r := record{
		Passkey:    Passkey{CreatedAt: now, ID: ID(db.NewID(now)), Name: name},
		credential: credential, user: access.UserID(c.ID), workspace: c.Workspace,
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		count, err := countOwn(ctx, tx, c.Workspace.Number, r.user)
		if err != nil {
			return err
		}
		if err := room(count); err != nil {
			return err
		}
		if err := insertCredential(ctx, tx, handleOf(credential.ID), r); err != nil {
			return err
		}
		return appendAdded(ctx, tx, now, c, name)
	})
	if db.IsUnique(err) {
		return Passkey{}, fault.New(fault.Conflict, "this passkey is registered already")
	}
	if err != nil {
		return Passkey{}, fmt.Errorf("store passkey: %w", err)
	}
	return r.Passkey, nil
}

// handleOf answers a credential id as rows keep it.
func handleOf(id []byte) string { return base64.RawURLEncoding.EncodeToString(id) }

// reason answers why an answer was refused, for the log. What the library adds
// for developers names what was expected and what came.
func reason(err error) string {
	var known *protocol.Error
	if errors.As(err, &known) && known.DevInfo != "" {
		return web.Shorten(known.Details + ": " + known.DevInfo)
	}
	return web.Shorten(err.Error())
}
