// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// UserID names a user.
type UserID string

// Status says whether a user may sign in.
type Status string

// The states of a user (doc.go draws them).
const (
	Active      Status = "active"
	Deactivated Status = "deactivated"
	Invited     Status = "invited"
)

// Source says who decides what a user is called and whether they may sign in.
type Source string

// The sources, as existing clients know them.
const (
	SCIM  Source = "SCIM"  // an identity provider
	Typed Source = "VANTA" // people here
)

// RoleFrom says what decides on the role of a user.
type RoleFrom string

// What decides. A role that a default gave may be changed here; then people here
// decide.
const (
	RoleByAttribute RoleFrom = "attribute" // that a directory's provider sends
	RoleByDefault   RoleFrom = "default"   // of a directory
	RoleByMapping   RoleFrom = "mapping"   // of a directory's groups
	RoleHere        RoleFrom = ""          // people here
)

// User is one person's membership of one workspace, with one role there.
type User struct {
	ActivatedAt   *time.Time // when they first became active; nil while only invited
	CreatedAt     time.Time
	DeactivatedAt *time.Time // nil unless deactivated
	Email         string
	ID            UserID
	Name          string // as shown; "" when none was given
	Role          Role
	RoleFrom      RoleFrom
	Source        Source
	Status        Status
	UpdatedAt     time.Time
	Window        *caller.Window // of an Auditor: the only span whose evidence they read; nil for none
}

// Label answers what people know the user by: the name, else the e-mail.
func (u User) Label() string {
	if u.Name != "" {
		return u.Name
	}
	return u.Email
}

// Caller answers the user as who is asking, in the user's own workspace. The
// session and the address are for the one who knows them to fill in. An Auditor
// reads evidence only inside a window, so without one none at all.
func (u User) Caller(w caller.Workspace) caller.Caller {
	c := caller.Caller{
		Grants: u.Role.Grants, ID: string(u.ID), Kind: caller.User, MayOwn: u.Role.MayOwn, Name: u.Label(), Role: u.Role.Name, Workspace: w,
	}
	if u.Role.ID != Auditor {
		return c
	}
	if c.Window = u.Window; c.Window == nil {
		c.Grants = slices.DeleteFunc(slices.Clone(c.Grants), func(p caller.Permission) bool { return p != caller.OwnAccount })
	}
	return c
}

// NewUser is what a user is made from.
type NewUser struct {
	Email  string // required
	Name   string // "" for none
	Role   string // id, slug or name; required
	Source Source // "" = Typed
	Status Status // Invited or Active; "" = Invited
}

// Options are what a Service is made of.
type Options struct {
	DB       *db.DB           // required
	Entrance Entrance         // see Service
	Logger   *slog.Logger     // nil: nothing is logged
	Now      func() time.Time // nil: time.Now
}

// Service holds roles and users, and guards the last Admin. It is safe for
// concurrent use once Entrance is set.
type Service struct {
	// Entrance knows who can sign in. It may be set after New, before the first
	// call; while it is nil everybody active counts as able to.
	Entrance Entrance

	db  *db.DB
	log *slog.Logger
	now func() time.Time
}

// New answers a service on a database.
func New(o Options) *Service {
	s := &Service{Entrance: o.Entrance, db: o.DB, log: o.Logger, now: o.Now}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	return s
}

// instant answers the present as rows keep it.
func (s *Service) instant() time.Time { return db.Time(db.Millis(s.now())) }

// Create makes a user in the actor's workspace. Faults: Invalid for e-mail,
// name, role or status, Conflict when the e-mail is there already.
func (s *Service) Create(ctx context.Context, actor caller.Caller, in NewUser) (User, error) {
	now := s.instant()
	user, err := in.check(now)
	if err != nil {
		return User{}, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		// Held, so that a custom role does not go while it is given.
		if err := holdWorkspace(ctx, tx, actor.Workspace.Number); err != nil {
			return err
		}
		if user.Role, err = s.FindRole(ctx, tx, actor.Workspace.Number, in.Role); err != nil {
			return at("/role", err)
		}
		if err := insertUser(ctx, tx, actor.Workspace.Number, user); err != nil {
			return err
		}
		return appendUser(ctx, tx, user, deed{actor, now, "created", userChanges(User{}, user)})
	})
	if err != nil {
		return User{}, userError(err, user.Email)
	}
	return user, nil
}

// check answers the user that in describes, but for the role.
func (in NewUser) check(now time.Time) (User, error) {
	user := User{CreatedAt: now, ID: UserID(db.NewID(now)), Source: in.Source, Status: in.Status, UpdatedAt: now}
	var err error
	if user.Email, err = checkEmail(in.Email); err != nil {
		return User{}, err
	}
	if user.Name, err = checkName(in.Name); err != nil {
		return User{}, err
	}
	if user.Source == "" {
		user.Source = Typed
	}
	switch user.Status {
	case Active:
		user.ActivatedAt = &now
	case "", Invited:
		user.Status = Invited
	default:
		return User{}, fault.At(fault.Problem{Pointer: "/status", Message: fmt.Sprintf("must be invited or active, not %q", user.Status)})
	}
	return user, nil
}

// Get answers one user of the actor's workspace by id or e-mail, whatever its
// case; NotFound otherwise.
func (s *Service) Get(ctx context.Context, actor caller.Caller, ref string) (User, error) {
	var user User
	err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		user, err = find(ctx, tx, actor.Workspace.Number, ref)
		return err
	})
	return user, err
}

func find(ctx context.Context, tx *db.Tx, workspace int64, ref string) (User, error) {
	user, err := User{}, db.ErrNoRow
	if web.Storable(ref) {
		if ref = strings.TrimSpace(ref); strings.Contains(ref, "@") {
			user, err = selectUserByEmail(ctx, tx, workspace, ref)
		} else {
			user, err = selectUser(ctx, tx, workspace, UserID(strings.ToLower(ref)))
		}
	}
	if errors.Is(err, db.ErrNoRow) {
		return User{}, fault.New(fault.NotFound, "there is no user %q", web.Shorten(ref))
	}
	if err != nil {
		return User{}, fmt.Errorf("find user: %w", err)
	}
	return user, nil
}

// ByEmail answers the user of a workspace with an e-mail, whatever its case;
// db.ErrNoRow when there is none.
func (s *Service) ByEmail(ctx context.Context, tx *db.Tx, workspace int64, email string) (User, error) {
	if !web.Storable(email) {
		return User{}, db.ErrNoRow
	}
	return selectUserByEmail(ctx, tx, workspace, strings.TrimSpace(email))
}

// ByID answers a user of a workspace; db.ErrNoRow when there is none.
func (s *Service) ByID(ctx context.Context, tx *db.Tx, workspace int64, id UserID) (User, error) {
	return selectUser(ctx, tx, workspace, id)
}

// List answers all users of the actor's workspace, oldest first.
func (s *Service) List(ctx context.Context, actor caller.Caller) ([]User, error) {
	var users []User
	err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		users, err = selectUsers(ctx, tx, actor.Workspace.Number)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	return users, nil
}

// UserQuery asks for a page of users; what is empty is not asked for.
type UserQuery struct {
	After  UserID // "": from the first
	Limit  int
	Roles  []RoleID // one of them
	Status Status
	Text   string // part of name or e-mail, whatever its case
}

func (q UserQuery) takes(u User) bool {
	text := strings.ToLower(strings.TrimSpace(q.Text))
	return (len(q.Roles) == 0 || slices.Contains(q.Roles, u.Role.ID)) && (q.Status == "" || q.Status == u.Status) &&
		(strings.Contains(strings.ToLower(u.Name), text) || strings.Contains(strings.ToLower(u.Email), text))
}

// listStep is how many users are read at once.
const listStep = 100

// Page answers a page of the workspace's users, oldest first, and whether more
// follow.
func (s *Service) Page(ctx context.Context, actor caller.Caller, q UserQuery) (page []User, more bool, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		page = nil
		for after := q.After; len(page) <= q.Limit; {
			part, err := selectUsersAfter(ctx, tx, actor.Workspace.Number, after, listStep)
			if err != nil || len(part) == 0 {
				return err
			}
			for _, user := range part {
				if after = user.ID; q.takes(user) {
					page = append(page, user)
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, false, fmt.Errorf("list users: %w", err)
	}
	return page[:min(len(page), q.Limit)], len(page) > q.Limit, nil
}

// HasAdmin says whether a workspace has an active user with the role Admin.
func (s *Service) HasAdmin(ctx context.Context, w caller.Workspace) (bool, error) {
	var admins []User
	err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		admins, err = selectActive(ctx, tx, w.Number, Admin)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("look for an admin: %w", err)
	}
	return len(admins) > 0, nil
}

// Bounds of a user's name and e-mail. The longest address that mail can carry
// has 254 bytes (RFC 5321 section 4.5.3.1.3).
const (
	maxEmail = 254
	maxName  = 200 // characters
)

// checkEmail answers an address without white space around it, or an Invalid
// fault. A display name is refused: the bare address is what accounts are
// matched by.
func checkEmail(text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", fault.At(fault.Problem{Pointer: "/email", Message: "the e-mail is missing"})
	}
	address, err := mail.ParseAddress(text)
	if err != nil || address.Address != text || len(text) > maxEmail || !web.Storable(text) {
		return "", fault.At(fault.Problem{
			Pointer: "/email", Message: fmt.Sprintf("%q is not an e-mail address such as ada@example.com", web.Shorten(text)),
		})
	}
	return text, nil
}

func checkName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if utf8.RuneCountInString(name) > maxName || !oneLine(name) {
		return "", fault.At(fault.Problem{Pointer: "/name", Message: fmt.Sprintf("must have at most %d characters on one line", maxName)})
	}
	return name, nil
}

// at says that an Invalid fault is about a place in the request.
func at(pointer string, err error) error {
	var known *fault.Error
	if errors.As(err, &known) && known.Kind == fault.Invalid {
		return fault.At(fault.Problem{Pointer: pointer, Message: known.Message})
	}
	return err
}

func userError(err error, email string) error {
	if db.IsUnique(err) {
		return fault.New(fault.Conflict, "there is a user with the e-mail %s already", email)
	}
	if fault.KindOf(err) != fault.Internal {
		return err // it speaks for itself
	}
	return fmt.Errorf("change user: %w", err)
}
