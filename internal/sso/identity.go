// SPDX-License-Identifier: Apache-2.0

package sso

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"time"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// Identity is a subject of a provider and the user that it is.
type Identity struct {
	Email       string // the user's
	FirstUsedAt time.Time
	LastUsedAt  time.Time
	Subject     string
	User        access.UserID
}

// claim is what a provider proved about somebody.
type claim struct {
	assertion digest    // of SAML: the assertion's id
	email     string    // "" when it sent none that is an address
	expires   time.Time // of SAML: when the assertion would be refused anyway
	name      string    // "" for none
	subject   string
	verified  verified
}

// verified is what a provider says about an e-mail: that it belongs to the person,
// that it may not, or nothing.
type verified int

const (
	unsaid verified = iota
	confirmed
	denied
)

// maxSubject bounds a subject in bytes; OpenID Connect allows 255 (Core 1.0 section
// 8), a SAML persistent NameID 256 (Core section 8.3.7), and some send more.
const maxSubject = 1000

// bareEmail answers an e-mail as rows could keep it, or "".
func bareEmail(text string) string {
	const maxEmail = 254 // RFC 5321 section 4.5.3.1.3
	address, err := mail.ParseAddress(text)
	if err != nil || address.Address != text || len(text) > maxEmail || !simple(text) {
		return ""
	}
	return text
}

// errUnknown says that nobody is known by a claim, but somebody could be made of it.
var errUnknown = errors.New("nobody has this e-mail")

// admit answers the user of a claim: known by subject, linked by e-mail, or made.
// Faults are Forbidden and say what to do.
func (s *Service) admit(ctx context.Context, p Provider, cl claim, visitor caller.Caller) (access.User, error) {
	if cl.subject == "" || len(cl.subject) > maxSubject || !web.Storable(cl.subject) {
		return access.User{}, fault.New(fault.Forbidden, "%s does not say who you are in a form that can be kept", p.Name)
	}
	user, err := s.recognise(ctx, p, cl, visitor)
	if errors.Is(err, errUnknown) {
		if err = s.enrol(ctx, p, cl, visitor); err != nil {
			return access.User{}, err
		}
		user, err = s.recognise(ctx, p, cl, visitor)
	}
	if db.IsUnique(err) { // another request linked the same subject meanwhile
		user, err = s.recognise(ctx, p, cl, visitor)
	}
	if errors.Is(err, errUnknown) { // it could not be made, and yet it is not there
		return access.User{}, fault.New(fault.Forbidden, "%s cannot be told apart from the address of another user; ask an Admin of %s",
			cl.email, p.Workspace.Name)
	}
	return user, err
}

// recognise is one try at admit in one transaction.
func (s *Service) recognise(ctx context.Context, p Provider, cl claim, visitor caller.Caller) (user access.User, err error) {
	now := s.instant()
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		known, err := selectUser(ctx, tx, p, cl.subject)
		switch {
		case errors.Is(err, db.ErrNoRow):
			user, err = s.link(ctx, tx, p, cl, visitor, now)
		case err == nil:
			user, err = s.again(ctx, tx, p, cl, known, now)
		}
		if err != nil {
			return err
		}
		if user.Status == access.Invited { // they came, which is what an invitation is for
			if user, err = s.access.Activate(ctx, tx, actor(user, p, visitor), user.ID); err != nil {
				return err
			}
		}
		return spend(ctx, tx, p, cl)
	})
	return user, err
}

// spend makes sure that an assertion counts once.
func spend(ctx context.Context, tx *db.Tx, p Provider, cl claim) error {
	if p.Kind != SAML {
		return nil
	}
	first, err := noteSeen(ctx, tx, p, cl.assertion, cl.expires)
	if err == nil && !first {
		return fault.New(fault.Forbidden, "this answer of %s has been used already; start again", p.Name)
	}
	return err
}

// actor is a user who signs in, as the one who did it.
func actor(user access.User, p Provider, visitor caller.Caller) caller.Caller {
	c := user.Caller(p.Workspace)
	c.Address = visitor.Address
	return c
}

// again takes a user in who has come by this subject before.
func (s *Service) again(ctx context.Context, tx *db.Tx, p Provider, cl claim, known access.UserID, now time.Time) (access.User, error) {
	user, err := s.access.ByID(ctx, tx, p.Workspace.Number, known)
	if err != nil {
		return user, fmt.Errorf("find linked user: %w", err)
	}
	if err := permit(p, user); err != nil {
		return user, err
	}
	return user, touchIdentity(ctx, tx, p, cl.subject, now)
}

// permit checks what holds of a user however they were found.
func permit(p Provider, user access.User) error {
	if user.Status == access.Deactivated {
		return fault.New(fault.Forbidden, "your account in %s is deactivated; ask an Admin", p.Workspace.Name)
	}
	if !p.vouches(user.Email) {
		return fault.New(fault.Forbidden, "%s may not vouch for the e-mail domain of %s here; ask an Admin of %s", p.Name, user.Email, p.Workspace.Name)
	}
	return nil
}

// link finds the user of a new subject by e-mail, and ties the two.
func (s *Service) link(ctx context.Context, tx *db.Tx, p Provider, cl claim, visitor caller.Caller, now time.Time) (access.User, error) {
	if err := p.checkEmail(cl); err != nil {
		return access.User{}, err
	}
	user, err := s.access.ByEmail(ctx, tx, p.Workspace.Number, cl.email)
	if errors.Is(err, db.ErrNoRow) || err == nil && !sameEmail(user.Email, cl.email) {
		return access.User{}, errUnknown
	}
	if err != nil {
		return access.User{}, err
	}
	if err := permit(p, user); err != nil {
		return user, err
	}
	other, err := selectSubject(ctx, tx, p, user.ID)
	if err == nil && other == cl.subject {
		return user, nil // another tab was faster
	}
	if err == nil {
		return user, fault.New(fault.Forbidden, "%s is linked to another account at %s. If that one is yours, use it; "+
			"if the address has a new owner, an Admin can take the old link away", user.Email, p.Name)
	}
	if !errors.Is(err, db.ErrNoRow) {
		return user, err
	}
	if err := insertIdentity(ctx, tx, p, cl.subject, user.ID, now); err != nil {
		return user, err
	}
	return user, appendLink(ctx, tx, deed{actor(user, p, visitor), now, linked}, p, user)
}

// checkEmail says why the e-mail of a claim finds nobody.
func (p Provider) checkEmail(cl claim) error {
	switch {
	case cl.email == "":
		return fault.New(fault.Forbidden, "%s sent no e-mail address, which is needed at the first sign-in; ask an Admin to let it send one", p.Name)
	case cl.verified == denied || cl.verified == unsaid && !p.TrustEmail:
		return fault.New(fault.Forbidden, "%s does not say that %s is verified; verify the address there, or ask an Admin", p.Name, cl.email)
	case !p.vouches(cl.email):
		return fault.New(fault.Forbidden, "%s may not vouch for the e-mail domain of %s here; ask an Admin of %s", p.Name, cl.email, p.Workspace.Name)
	}
	return nil
}

// sameEmail compares without regard to the case of ASCII letters only: package
// access folds more, and a provider could be talked into confirming an address that
// folds into somebody else's.
func sameEmail(a, b string) bool { return lower(a) == lower(b) }

// enrol turns the person of a claim into a user.
func (s *Service) enrol(ctx context.Context, p Provider, cl claim, visitor caller.Caller) error {
	if !p.CreateUsers {
		return fault.New(fault.Forbidden, "nobody in %s has the e-mail %s; ask an Admin to invite you", p.Workspace.Name, cl.email)
	}
	name := cl.name
	const maxName = 200 // as package access has it
	if utf8.RuneCountInString(name) > maxName || !simple(name) {
		name = ""
	}
	maker := caller.Caller{Kind: caller.System, Name: "single sign-on by " + p.Name, Address: visitor.Address, Workspace: p.Workspace}
	_, err := s.access.Create(ctx, maker, access.NewUser{
		Email: cl.email, Name: name, Role: string(access.Employee), Status: access.Active,
	})
	if fault.KindOf(err) == fault.Conflict {
		return nil // made meanwhile, or the address folds into somebody else's: a second look tells
	}
	return err
}

// Identities answers up to limit users who are linked to a provider, after a user's
// id, and whether there are more.
func (s *Service) Identities(
	ctx context.Context, c caller.Caller, id ProviderID, after string, limit int,
) (all []Identity, more bool, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, err := find(ctx, tx, c, id)
		if err != nil {
			return err
		}
		if all, err = selectIdentities(ctx, tx, p, after, limit+1); err != nil {
			return err
		}
		for i := range all {
			user, err := s.access.ByID(ctx, tx, p.Workspace.Number, all[i].User)
			if err != nil {
				return err
			}
			all[i].Email = user.Email
		}
		return nil
	})
	if err != nil {
		return nil, false, fmt.Errorf("list linked users: %w", err)
	}
	if len(all) > limit {
		return all[:limit], true, nil
	}
	return all, false, nil
}

// Unlink takes the link between a user and a provider away; the next sign-in by it
// may link them again, by e-mail. Faults: NotFound, and Impossible when no Admin
// could sign in any more.
func (s *Service) Unlink(ctx context.Context, c caller.Caller, id ProviderID, user access.UserID) error {
	now := s.instant()
	var p Provider
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.access.Guarded(ctx, tx, c.Workspace, func() (err error) {
			if p, err = find(ctx, tx, c, id); err != nil {
				return err
			}
			u, err := s.access.ByID(ctx, tx, c.Workspace.Number, user)
			if err == nil {
				err = deleteIdentity(ctx, tx, p, user)
			}
			if errors.Is(err, db.ErrNoRow) {
				return fault.New(fault.NotFound, "%s has no link to a user %q", p.Name, web.Shorten(string(user)))
			}
			if err != nil {
				return err
			}
			return appendLink(ctx, tx, deed{c, now, unlinked}, p, u)
		})
	})
	if err = s.refused(ctx, c, "removal of a link to "+p.Name, err); err != nil {
		return fmt.Errorf("unlink user: %w", err)
	}
	return nil
}
