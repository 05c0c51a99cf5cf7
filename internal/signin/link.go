// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"context"
	"errors"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
)

// kind says what a link is for.
type kind string

const (
	linkInvitation kind = "invitation"
	linkMagic      kind = "magic_link"
	linkReset      kind = "reset"
	linkSetUp      kind = "setup"
)

// life is how long a link of a kind works.
func (k kind) life() time.Duration {
	switch k {
	case linkInvitation:
		return 7 * 24 * time.Hour
	case linkSetUp:
		return 24 * time.Hour
	case linkReset:
		return time.Hour
	default:
		return 15 * time.Minute
	}
}

// page is where a link of a kind leads. The token follows as a fragment: it is
// in no request line, and so in no log and no Referer.
func (k kind) page() string {
	switch k {
	case linkInvitation:
		return "/invitation"
	case linkMagic:
		return "/sign-in"
	case linkReset:
		return "/reset"
	default:
		return "/setup"
	}
}

// link is a one-time URL.
type link struct {
	expires   time.Time
	id        string
	kind      kind
	user      access.UserID // "" for the first admin to be, or for nobody
	workspace caller.Workspace
}

// Link is a one-time URL, shown once.
type Link struct {
	ExpiresAt time.Time
	Sent      bool // it is on its way by mail
	URL       string
}

// makeLink draws a link. Invitations and set-up links that there were end; those
// that anybody can ask for do not, or asking would be a way to keep somebody out.
// send puts it into the mail, sealed until then.
func (s *Service) makeLink(ctx context.Context, tx *db.Tx, k kind, w caller.Workspace, user access.UserID, send bool) (string, link, error) {
	now, token := s.instant(), newSecret()
	if user != "" { // else two that are made at once would both work
		if err := holdUser(ctx, tx, w.Number, user); err != nil {
			return "", link{}, err
		}
	}
	l := link{expires: now.Add(k.life()), id: db.NewID(now), kind: k, user: user, workspace: w}
	if k == linkInvitation || k == linkSetUp || user == "" {
		if err := dropLinks(ctx, tx, w.Number, k, user); err != nil {
			return "", l, err
		}
	}
	sealed := ""
	if send {
		var err error
		if sealed, err = s.Sealer.Seal(sealLink(l.id), []byte(token)); err != nil {
			return "", l, err
		}
	}
	return token, l, insertLink(ctx, tx, l, hashOf(token), sealed, now)
}

// EndLinks takes away the links of a user that nobody has used yet; package access
// calls it where the user is no longer who they were made for.
func (s *Service) EndLinks(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID) error {
	if err := holdUser(ctx, tx, workspace, user); err != nil {
		return err
	}
	return dropAllLinks(ctx, tx, workspace, user)
}

// sealLink is what a link's token is sealed for while it waits.
func sealLink(id string) string { return "signin_link.token " + id }

func (s *Service) linkURL(ctx context.Context, k kind, token string) (string, error) {
	base, err := s.BaseURL(ctx)
	if err != nil {
		return "", err
	}
	return base + k.page() + "#" + token, nil
}

// dead is what an unknown, used and expired link hears.
func dead() error {
	return fault.New(fault.Unauthorized, "this link does not work any more; ask for a new one")
}

// take uses a link of a kind up; dead when it does not work.
func (s *Service) take(ctx context.Context, tx *db.Tx, k kind, token string) (link, error) {
	l, err := s.look(ctx, tx, k, token)
	if err != nil {
		return l, err
	}
	if err = useLink(ctx, tx, l.id, s.instant()); errors.Is(err, db.ErrNoRow) { // another request was faster
		err = dead()
	}
	return l, err
}

// look finds a link of a kind that still works.
func (s *Service) look(ctx context.Context, tx *db.Tx, k kind, token string) (link, error) {
	l, err := selectLink(ctx, tx, hashOf(token), s.instant())
	if errors.Is(err, db.ErrNoRow) || err == nil && l.kind != k {
		return link{}, dead()
	}
	return l, err
}

// Invite makes a link by which a user, named by id or e-mail, takes the account
// up and sets a password. It is mailed where mail is set up, and answered in any
// case. Conflict for who is deactivated. Whoever makes a link to an account that is
// in use must have proved to be there lately: it gives that account away.
func (s *Service) Invite(ctx context.Context, c caller.Caller, ref string) (Link, error) {
	var token string
	var made link
	send := s.mails()
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		user, err := s.Access.Find(ctx, tx, c.Workspace.Number, ref)
		if err != nil {
			return err
		}
		if user.Status == access.Deactivated {
			return fault.New(fault.Conflict, "%s is deactivated; reactivate the account first", user.Label())
		}
		if user.Status == access.Active {
			if err := s.checkRecent(ctx, tx, c); err != nil {
				return err
			}
		}
		if token, made, err = s.makeLink(ctx, tx, linkInvitation, c.Workspace, user.ID, send); err != nil {
			return err
		}
		return s.noteCredential(ctx, tx, c, user.ID, "invitation", "created")
	})
	if err != nil {
		return Link{}, err
	}
	url, err := s.linkURL(ctx, linkInvitation, token)
	return Link{ExpiresAt: made.expires, Sent: send, URL: url}, err
}

// Invited is what somebody who opens an invitation or a reset may see.
type Invited struct {
	Email     string
	Name      string
	Password  bool // a password can be set
	Role      string
	Workspace string
}

// LookInvitation answers whom an invitation is for.
func (s *Service) LookInvitation(ctx context.Context, token string) (in Invited, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		l, err := s.look(ctx, tx, linkInvitation, token)
		if err != nil {
			return err
		}
		user, err := s.Access.ByID(ctx, tx, l.workspace.Number, l.user)
		if err != nil {
			return err
		}
		set, err := settings(ctx, tx, l.workspace.Number)
		in = Invited{Email: user.Email, Name: user.Name, Password: set.Enabled[Password], Role: user.Role.Name, Workspace: l.workspace.Name}
		return err
	})
	return in, err
}

// Accept takes an invitation up: the user becomes active, has the password (""
// sets none, where the workspace has another way in) and is signed in. A new
// password ends the sessions that there were.
func (s *Service) Accept(ctx context.Context, token, password string, from From) (out Outcome, err error) {
	l, hash, err := s.prepare(ctx, linkInvitation, token, password)
	if err != nil {
		return Outcome{}, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.take(ctx, tx, linkInvitation, token); err != nil {
			return err
		}
		user, err := s.Access.ByID(ctx, tx, l.workspace.Number, l.user)
		if err != nil {
			return err
		}
		actor := user.Caller(l.workspace)
		actor.Address = from.Visitor.Address
		if _, err := s.Access.Activate(ctx, tx, actor, user.ID); err != nil {
			return err
		}
		if err := s.replacePassword(ctx, tx, actor, user.ID, hash); err != nil {
			return err
		}
		if err := s.mustReturn(ctx, tx, l.workspace, user.ID); err != nil {
			return err
		}
		out, err = s.proceed(ctx, tx, Arrival{
			Agent: from.Agent, Cookie: from.Cookie, Method: Invitation, User: user.ID, Visitor: from.Visitor, Workspace: l.workspace,
		})
		return err
	})
	return out, err
}

// mustReturn refuses to let somebody in who could not come back.
func (s *Service) mustReturn(ctx context.Context, tx *db.Tx, w caller.Workspace, user access.UserID) error {
	can, err := s.CanSignIn(ctx, tx, w.Number, user)
	if err != nil || can {
		return err
	}
	set, err := settings(ctx, tx, w.Number)
	if err != nil {
		return err
	}
	if !set.Enabled[Password] {
		return fault.New(fault.Impossible, "%s has no way to sign in for you yet; ask an Admin", w.Name)
	}
	return fault.At(fault.Problem{Pointer: "/password", Message: "set a password: there is no other way to sign in yet"})
}

// prepare checks a link and hashes the password that comes with it, outside the
// transaction that uses both.
func (s *Service) prepare(ctx context.Context, k kind, token, password string) (l link, hashed string, err error) {
	var user access.User
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if l, err = s.look(ctx, tx, k, token); err != nil || l.user == "" {
			return err
		}
		user, err = s.Access.ByID(ctx, tx, l.workspace.Number, l.user)
		return err
	})
	if err != nil || password == "" {
		return l, "", err
	}
	if err := s.checkStrength(password, user); err != nil {
		return l, "", err
	}
	hashed, err = s.hashed(password)
	return l, hashed, err
}

// SendMagicLink mails a link that signs in, if the e-mail is that of an active
// user. The answer and its time are the same when it is not. Impossible where
// nothing can be mailed or the method is off.
func (s *Service) SendMagicLink(ctx context.Context, workspace, email string, from From) error {
	return s.sendLink(ctx, linkMagic, MagicLink, workspace, email, from)
}

// SendReset mails a link that sets a new password, as SendMagicLink does.
func (s *Service) SendReset(ctx context.Context, workspace, email string, from From) error {
	return s.sendLink(ctx, linkReset, Password, workspace, email, from)
}

func (s *Service) sendLink(ctx context.Context, k kind, m Method, ref, email string, from From) error {
	if !s.mails() {
		return fault.New(fault.Impossible, "this server sends no mail; ask an Admin for a new invitation")
	}
	w, err := s.workspace(ctx, ref)
	if err != nil && fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	now := s.instant()
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		set, err := settings(ctx, tx, w.Number)
		if err != nil {
			return err
		}
		if !set.Enabled[m] {
			return fault.New(fault.Impossible, "%s does not let anybody in by %s", w.Name, m)
		}
		user, err := s.Access.ByEmail(ctx, tx, w.Number, email)
		if err != nil && !errors.Is(err, db.ErrNoRow) {
			return err
		}
		g, wrong := guessAt(ctx, tx, ofMail(w.Number, email), guesser{from.Visitor.Address, user.ID, w.Number}, now)
		if wrong != nil {
			return wrong
		}
		if _, wrong := g.count(ctx, tx, now); wrong != nil {
			return wrong
		}
		if err != nil || user.Status != access.Active {
			user.ID = "" // drawn and kept like any other, and never sent
		}
		_, _, err = s.makeLink(ctx, tx, k, w.Caller(), user.ID, user.ID != "")
		return err
	})
}

// EnterByLink signs in who holds a magic link.
func (s *Service) EnterByLink(ctx context.Context, token string, from From) (out Outcome, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		l, err := s.take(ctx, tx, linkMagic, token)
		if err != nil {
			return err
		}
		if l.user == "" {
			return dead()
		}
		out, err = s.proceed(ctx, tx, Arrival{
			Agent: from.Agent, Cookie: from.Cookie, Method: MagicLink, User: l.user, Visitor: from.Visitor, Workspace: l.workspace,
		})
		return err
	})
	return out, err
}

// Reset sets a new password by a mailed link; every session of the user ends.
// The second factor, if there is one, stays. A link made before passwords were
// switched off is dead.
func (s *Service) Reset(ctx context.Context, token, password string, from From) error {
	if password == "" {
		return fault.At(fault.Problem{Pointer: "/password", Message: "the new password is missing"})
	}
	l, hash, err := s.prepare(ctx, linkReset, token, password)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.take(ctx, tx, linkReset, token); err != nil {
			return err
		}
		user, err := s.Access.ByID(ctx, tx, l.workspace.Number, l.user)
		if err != nil {
			return err
		}
		set, err := settings(ctx, tx, l.workspace.Number)
		if err != nil {
			return err
		}
		if user.Status != access.Active || !set.Enabled[Password] {
			return dead()
		}
		actor := user.Caller(l.workspace)
		actor.Address = from.Visitor.Address
		return s.replacePassword(ctx, tx, actor, user.ID, hash)
	})
}
