// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/scim/schema"
)

// profile is what a user says that person and account have a place for, cleaned
// so that they never refuse it; "" where it says nothing.
type profile struct{ display, email, first, last, title string }

// Lengths, in characters, that directory takes.
const (
	maxDisplay = 400
	maxPart    = 200
)

// maxAddress is the longest address that mail can carry (RFC 5321 section
// 4.5.3.1.3).
const maxAddress = 254

func profileOf(obj schema.Object) profile {
	p := profile{
		display: line(text(obj, "displayName"), maxDisplay), email: addressOf(obj),
		first: line(part(obj, "name", "givenName"), maxPart), last: line(part(obj, "name", "familyName"), maxPart),
		title: line(text(obj, "title"), maxPart),
	}
	if p.display == "" {
		p.display = line(part(obj, "name", "formatted"), maxDisplay)
	}
	return p
}

// name answers what the account is called.
func (p profile) name() string {
	if p.display != "" {
		return p.display
	}
	return strings.TrimSpace(p.first + " " + p.last)
}

// attributes answers what is said of the person. What a user has never said
// stays as others have it; what it no longer says goes.
func (p profile) attributes(old profile) directory.Attributes {
	said := func(value, before string) *string {
		if value == "" && before == "" {
			return nil
		}
		return &value
	}
	return directory.Attributes{
		Display: said(p.display, old.display), Email: said(p.email, ""), First: said(p.first, old.first),
		JobTitle: said(p.title, old.title), Last: said(p.last, old.last),
	}
}

// addressOf answers the address that a user is known by: the primary one, else
// that of type work, else the userName, else any that is not private.
func addressOf(obj schema.Object) string {
	var work, other string
	list, _ := obj["emails"].([]any)
	for _, element := range list {
		one, _ := element.(schema.Object)
		value := strings.TrimSpace(text(one, "value"))
		if !isAddress(value) {
			continue
		}
		primary, _ := one["primary"].(bool)
		switch kind := schema.Fold(text(one, "type")); {
		case primary:
			return value
		case kind == "work" && work == "":
			work = value
		case kind != "work" && kind != "home" && other == "":
			other = value
		}
	}
	if name := strings.TrimSpace(text(obj, "userName")); work == "" && isAddress(name) {
		return name
	}
	if work == "" {
		return other
	}
	return work
}

// isAddress says whether people and accounts take text for an address.
func isAddress(text string) bool {
	if !strings.Contains(text, "@") || len(text) > maxAddress || strings.ContainsFunc(text, unicode.IsControl) {
		return false
	}
	address, err := mail.ParseAddress(text)
	return err == nil && address.Address == text
}

// followAccount makes the account be as a user says whom groups hold, with the
// role that is its now.
func (s *Service) followAccount(ctx context.Context, tx *db.Tx, c *call, r *Resource, p profile, groups []holding) error {
	if !r.Active && r.Account != "" {
		if err := s.forget(ctx, tx, c.dir, r, groups); err != nil {
			return err
		}
		return s.switchOff(ctx, tx, c, r)
	}
	found, err := s.resolve(ctx, tx, c.dir, *r, groups)
	if err != nil {
		return err
	}
	c.warnings = append(c.warnings, found.warnings...)
	c.warnUnattributed(*r, found)
	r.Role, r.grounds = found.role.ID, found.grounds.String()
	email, nobody, err := s.accountEmail(ctx, tx, c, r, p)
	if err != nil || email == "" {
		return err
	}
	return s.provision(ctx, tx, c, r, access.Provisioned{
		Active: r.Active, Email: email, From: found.from, Name: p.name(), Nobody: nobody, Quiet: c.newborn == r.ID, Role: r.Role,
	})
}

// warnUnattributed warns of who arrives without the attribute for roles (contract
// section 3, step 4) when no group gives a role in its stead.
func (c *call) warnUnattributed(r Resource, found resolution) {
	if c.newborn != r.ID || !found.absent || found.from != access.RoleByDefault {
		return
	}
	c.warn(warnNoAttribute, c.dir.Name, fmt.Sprintf(
		"%s came without %s, and no group gives a role in its stead, so the default role, %s, holds. Look whether the attribute is spelled here as at the provider, and has a value for everybody who is assigned.",
		r.nameOf(), c.dir.RoleAttribute, found.role.Name))
}

func (s *Service) provision(ctx context.Context, tx *db.Tx, c *call, r *Resource, in access.Provisioned) error {
	user, made, err := s.Access.Provision(ctx, tx, c.actor, r.Account, in)
	switch {
	case errors.Is(err, access.ErrLocal):
		c.warn(warnLocal, r.nameOf(), localWords(*r, user))
		return nil
	case fault.KindOf(err) == fault.Invalid: // nothing was written
		c.warn(warnAccount, r.nameOf(), fmt.Sprintf("The account of %s stays as it is: %s.", r.nameOf(), err.Error()))
		return nil
	case err != nil:
		return err
	}
	r.Account = user.ID
	if made && in.Quiet {
		c.bring("user", string(user.ID), user.Label())
	}
	return nil
}

func localWords(r Resource, user access.User) string {
	if !r.Active && user.Status != access.Deactivated {
		return fmt.Sprintf("%s is deactivated at the provider, but the account %s was made here and stays open. "+
			"Deactivate it under Users, or hand it over to the directory.", r.nameOf(), user.Email)
	}
	return fmt.Sprintf("There is an account with the e-mail %s that was made here, so %s gets none from the directory. "+
		"An Admin can hand it over to the directory; until then it is managed here.", user.Email, r.nameOf())
}

// switchOff deactivates an account and changes nothing else of it, so that there
// is nothing that could be refused but by the guard.
func (s *Service) switchOff(ctx context.Context, tx *db.Tx, c *call, r *Resource) error {
	user, err := s.Access.ByID(ctx, tx, c.dir.Workspace.Number, r.Account)
	if errors.Is(err, db.ErrNoRow) {
		r.Account = ""
		return nil
	}
	if err != nil {
		return err
	}
	return s.provision(ctx, tx, c, r, access.Provisioned{Email: user.Email, From: user.RoleFrom, Name: user.Name, Role: user.Role.ID})
}

// accountEmail answers the e-mail that the account of a user may have, "" when
// there can be no account, and whether nobody has it. An account keeps its own
// while another has the new one.
func (s *Service) accountEmail(ctx context.Context, tx *db.Tx, c *call, r *Resource, p profile) (email string, nobody bool, err error) {
	if p.email == "" {
		email, err = s.ownEmail(ctx, tx, c, *r)
		return email, false, err
	}
	other, err := s.Access.ByEmail(ctx, tx, c.dir.Workspace.Number, p.email)
	switch {
	case errors.Is(err, db.ErrNoRow):
		return p.email, true, nil
	case err != nil:
		return "", false, err
	case other.ID == r.Account:
		return p.email, false, nil
	case r.Account != "":
		c.warn(warnEmailTaken, r.nameOf(), fmt.Sprintf(
			"Another account has the e-mail %s; that of %s stays as it is. Take it from one of the two.", p.email, r.nameOf()))
		email, err = s.ownEmail(ctx, tx, c, *r)
		return email, false, err
	}
	free, err := s.accountFree(ctx, tx, c, r, other)
	if err != nil || !free {
		return "", false, err
	}
	return p.email, false, nil
}

// accountFree says whether a user may ask for an account with its e-mail. The
// account of an active user, of this directory or another, it may not; that of
// one who is deactivated moves over, and one that was handed back when its user
// was deleted is taken again, unless it has been switched on here since.
func (s *Service) accountFree(ctx context.Context, tx *db.Tx, c *call, r *Resource, account access.User) (bool, error) {
	holder, found, err := selectAccountHolder(ctx, tx, c.dir, account.ID, r.ID)
	switch {
	case err != nil:
		return false, err
	case found && holder.active:
		c.warnTaken(*r, account.Email)
		return false, nil
	case found:
		return true, clearAccount(ctx, tx, c.dir, holder.id)
	case account.Source != access.Typed || account.Status != access.Deactivated:
		return true, nil
	}
	again, err := takeReleased(ctx, tx, c.dir, account.ID)
	if again {
		r.Account = account.ID
	}
	return true, err
}

// ownEmail answers the e-mail that the account of a user has, "" without one.
func (s *Service) ownEmail(ctx context.Context, tx *db.Tx, c *call, r Resource) (string, error) {
	if r.Account == "" {
		return "", nil
	}
	user, err := s.Access.ByID(ctx, tx, c.dir.Workspace.Number, r.Account)
	if errors.Is(err, db.ErrNoRow) {
		return "", nil
	}
	return user.Email, err
}

// guardError is what a provider hears of the lock-out guard; errors.As finds the
// guard's own error in it, too.
type guardError struct {
	cause *access.LockoutError
	shown *schema.Error
}

// Error answers what the provider hears.
func (e *guardError) Error() string { return e.shown.Detail }

// Unwrap answers both.
func (e *guardError) Unwrap() []error { return []error{e.shown, e.cause} }

// refused answers an error of people and accounts as a provider hears it: what is
// a fault is told, the rest is ours.
func refused(err error) error {
	var known *schema.Error
	var locked *access.LockoutError
	var told *fault.Error
	switch {
	case err == nil || errors.As(err, &known):
		return err
	case errors.As(err, &locked):
		return &guardError{cause: locked, shown: &schema.Error{
			Status: statusForbidden, Detail: "Refused by the lock-out guard: " + locked.Error() + ". Nothing was changed.",
		}}
	case !errors.As(err, &told):
		return err
	case told.Kind == fault.Conflict:
		return &schema.Error{Status: statusConflict, ScimType: schema.UniquenessErr, Detail: sentence(told.Message)}
	case told.Kind == fault.Invalid:
		return schema.Errorf(schema.InvalidValue, "%s", sentence(told.Message))
	}
	return err
}

// sentence answers text with a capital at its start and a full stop at its end.
func sentence(text string) string {
	letters := []rune(text)
	if len(letters) == 0 {
		return ""
	}
	letters[0] = unicode.ToUpper(letters[0])
	return strings.TrimSuffix(string(letters), ".") + "."
}

// An unusual share of users has been deactivated when in an hour more than a
// fifth is, and not just a few (contract 1.11).
const (
	departedAtLeast = 5
	departedPart    = 5
	departedWithin  = time.Hour
)

// watchDepartures warns when an unusual share of those who were active an hour
// ago is deactivated; once an hour.
func (s *Service) watchDepartures(ctx context.Context, tx *db.Tx, c *call) error {
	since := c.now.Add(-departedWithin)
	if c.dir.AlertedAt != nil && c.dir.AlertedAt.After(since) {
		return nil
	}
	gone, err := selectDepartures(ctx, tx, c.dir, since)
	if err != nil || gone < departedAtLeast {
		return err
	}
	active, err := selectActive(ctx, tx, c.dir, gone*(departedPart-1))
	if err != nil || active >= gone*(departedPart-1) {
		return err
	}
	fresh, err := putAlerted(ctx, tx, c.dir, since, c.now)
	if err != nil || !fresh {
		return err
	}
	c.dir.AlertedAt = &c.now
	c.warn(warnMass, c.dir.Name, fmt.Sprintf(
		"%d of %d users were deactivated within an hour. If that is not meant, switch the directory off here and look at the provider.", gone, gone+active))
	return evidence.Append(ctx, tx, c.now, evidence.Entry{
		Actor: c.actor, Kind: "directory", Subject: c.dir.subject(),
		Body: map[string]any{"what": "mass deactivation", "deactivated": gone, "users": gone + active},
	})
}

// callOf answers a call that is not a provider's, but somebody's here.
func (s *Service) callOf(ctx context.Context, tx *db.Tx, who caller.Caller, ref DirectoryID) (*call, error) {
	d, err := s.byID(ctx, tx, who.Workspace.Number, ref)
	if errors.Is(err, db.ErrNoRow) {
		return nil, fault.New(fault.NotFound, "there is no directory with the id %s", ref)
	}
	return &call{actor: who, dir: d, now: s.instant(), service: s}, err
}

// keepWarnings writes the warnings of a call that no request log will.
func (c *call) keepWarnings(ctx context.Context, tx *db.Tx) error {
	for _, w := range c.warnings {
		key := warningKey{c.dir.Number, plainText(w.kind), plainText(w.subject)}
		said := warned{at: c.now, count: 1, workspace: c.dir.Workspace.Number, message: plainText(w.message)}
		if err := putWarning(ctx, tx, key, said); err != nil {
			return err
		}
	}
	return nil
}
