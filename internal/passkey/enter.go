// SPDX-License-Identifier: Apache-2.0

package passkey

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

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

const maxWanted = 100 // characters of a workspace's slug or id

// BeginSignIn answers what a browser asks for any passkey of this site with.
// workspace is the slug or id of the only one to sign in to, "" for any; whether
// there is one of that name is not told. The fault is Impossible where browsers
// offer no passkeys.
func (s *Service) BeginSignIn(ctx context.Context, workspace string) (Challenge, error) {
	workspace = strings.ToLower(strings.TrimSpace(workspace))
	if len(workspace) > maxWanted || !web.Storable(workspace) {
		return Challenge{}, fault.At(fault.Problem{Pointer: "/workspace", Message: "must be the slug of a workspace, such as acme"})
	}
	party, err := s.site(ctx)
	if err != nil {
		return Challenge{}, err
	}
	options, session, err := party.BeginDiscoverableLogin()
	if err != nil {
		return Challenge{}, fmt.Errorf("begin a sign-in: %w", err)
	}
	return s.issue(ctx, challenge{kind: toSignIn, session: *session, wanted: workspace}, options.Response)
}

// Answer is what a browser brings to sign in with.
type Answer struct {
	Agent      string     // the browser, for the list of sessions
	Cookie     string     // its session cookie, "" for none
	Credential json.Value // the authenticator's answer
	Ticket     string
}

// refusal is why a sign-in came to nothing. Only the log has the reason.
type refusal struct{ why string }

// Error answers the reason.
func (r *refusal) Error() string { return r.why }

func refuse(format string, args ...any) error { return &refusal{why: fmt.Sprintf(format, args...)} }

// SignIn opens a session for the user whose passkey answered. Every failure that
// a visitor can cause is the same Unauthorized fault.
func (s *Service) SignIn(ctx context.Context, visitor caller.Caller, in Answer) (signin.Opened, error) {
	opened, err := s.enter(ctx, visitor, in)
	var refused *refusal
	if !errors.As(err, &refused) {
		return opened, err
	}
	s.log.LogAttrs(ctx, slog.LevelInfo, "passkey refused", slog.String("request_id", web.RequestID(ctx)),
		slog.String("reason", web.Shorten(refused.why)))
	return signin.Opened{}, fault.New(fault.Unauthorized, "this passkey does not open anything here; try again, or sign in another way")
}

func (s *Service) enter(ctx context.Context, visitor caller.Caller, in Answer) (signin.Opened, error) {
	party, err := s.site(ctx)
	if err != nil {
		return signin.Opened{}, err
	}
	ch, err := s.take(ctx, in.Ticket, toSignIn)
	if errors.Is(err, errTicket) {
		return signin.Opened{}, refuse("%v", err)
	}
	if err != nil {
		return signin.Opened{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(in.Credential)
	if err != nil {
		return signin.Opened{}, refuse("%s", reason(err))
	}
	r, user, err := s.owner(ctx, ch, parsed.RawID)
	if err != nil {
		return signin.Opened{}, err
	}
	used, err := assert(party, ch, r, parsed)
	if err != nil {
		return signin.Opened{}, err
	}
	visitor.Workspace = r.workspace
	u := use{count: parsed.Response.AuthenticatorData.Counter, record: r, used: *used, user: user, visitor: visitor}
	if err := s.note(ctx, u); err != nil {
		return signin.Opened{}, err
	}
	opened, err := s.signIn.Open(ctx, signin.Arrival{
		Agent: in.Agent, Cookie: in.Cookie, Method: signin.Passkey, User: r.user, Visitor: visitor, Workspace: r.workspace,
	})
	if fault.KindOf(err) == fault.Forbidden { // switched off or deactivated a moment ago
		return signin.Opened{}, refuse("%v", err)
	}
	return opened, err
}

// owner answers the passkey with a credential id and its user, who may sign in
// with it to the workspace that is wanted.
func (s *Service) owner(ctx context.Context, ch challenge, credentialID []byte) (r record, user access.User, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if r, err = selectByHandle(ctx, tx, handleOf(credentialID)); err != nil {
			return err
		}
		user, err = s.access.ByID(ctx, tx, r.workspace.Number, r.user)
		return err
	})
	switch {
	case errors.Is(err, db.ErrNoRow):
		return record{}, access.User{}, refuse("nobody has this passkey")
	case err != nil:
		return record{}, access.User{}, fmt.Errorf("find passkey: %w", err)
	case ch.wanted != "" && ch.wanted != r.slug && ch.wanted != r.workspace.ID:
		return record{}, access.User{}, refuse("passkey %s belongs to another workspace", r.ID)
	case user.Status != access.Active:
		return record{}, access.User{}, refuse("user %s is not active", user.ID)
	}
	on, err := s.signIn.Enabled(ctx, r.workspace.Number, signin.Passkey)
	if err == nil && !on {
		err = refuse("passkeys are switched off in workspace %s", r.workspace.ID)
	}
	return r, user, err
}

// assert checks an answer against the one passkey it names (WebAuthn Level 3
// section 7.2) and answers the credential as it is after it.
func assert(party *webauthn.WebAuthn, ch challenge, r record, parsed *protocol.ParsedCredentialAssertionData) (*webauthn.Credential, error) {
	h := holder{credentials: []webauthn.Credential{r.credential}, id: r.user}
	_, used, err := party.ValidatePasskeyLogin(func([]byte, []byte) (webauthn.User, error) { return h, nil }, ch.session, parsed)
	if err != nil {
		return nil, refuse("passkey %s: %s", r.ID, reason(err))
	}
	return used, nil
}

// use is a sign-in that the passkey has proved.
type use struct {
	count   uint32 // that the authenticator signed
	record  record // as it was before
	used    webauthn.Credential
	user    access.User
	visitor caller.Caller // in the workspace of the user
}

// note writes a sign-in down, or refuses it where the sign count did not rise.
func (s *Service) note(ctx context.Context, u use) error {
	now, copied := s.instant(), u.used.Authenticator.CloneWarning
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if copied {
			return appendRefused(ctx, tx, now, u)
		}
		return updateUsed(ctx, tx, u.record, u.used, now)
	})
	switch {
	case errors.Is(err, db.ErrNoRow):
		return refuse("passkey %s was used or deleted at the same moment", u.record.ID)
	case err != nil:
		return fmt.Errorf("use passkey %s: %w", u.record.ID, err)
	case copied:
		return refuse("passkey %s: its sign count did not rise", u.record.ID)
	}
	return nil
}
