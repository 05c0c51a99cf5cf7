// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
)

// UserID names a user.
type UserID string

// User is one person with a role.
type User struct {
	CreatedAt   time.Time
	Email       string
	HasPassword bool // false: the account cannot sign in by password yet
	ID          UserID
	Role        Role
	UpdatedAt   time.Time
}

// NewUser is what a user is made from.
type NewUser struct {
	Email    string // required
	Password string // "" for none
	Role     string // id, slug or name; required
}

// Service makes and finds users.
type Service struct {
	db  *db.DB
	now func() time.Time
}

// New answers a service on a database.
func New(d *db.DB, now func() time.Time) *Service {
	return &Service{db: d, now: now}
}

// Create makes a user in the actor's workspace. Faults: Invalid for e-mail,
// role or password, Conflict when the e-mail is there already.
func (s *Service) Create(ctx context.Context, actor caller.Caller, in NewUser) (User, error) {
	email, err := checkEmail(in.Email)
	if err != nil {
		return User{}, err
	}
	role, err := FindRole(in.Role)
	if err != nil {
		return User{}, err
	}
	hash := ""
	if in.Password != "" {
		if hash, err = HashPassword(in.Password); err != nil {
			return User{}, err
		}
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	user := User{
		CreatedAt: now, Email: email, HasPassword: hash != "", ID: UserID(db.NewID(now)), Role: role, UpdatedAt: now,
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := insertUser(ctx, tx, actor.Workspace.Number, user, hash); err != nil {
			return err
		}
		return appendRole(ctx, tx, now, actor, user)
	})
	if db.IsUnique(err) {
		return User{}, fault.New(fault.Conflict, "there is a user with the e-mail %s already", email)
	}
	if err != nil {
		return User{}, fmt.Errorf("create user: %w", err)
	}
	return user, nil
}

// List answers the users of the actor's workspace, oldest first.
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

// HasAdmin says whether a workspace has a user with the role Admin.
func (s *Service) HasAdmin(ctx context.Context, w caller.Workspace) (bool, error) {
	var count int64
	err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		count, err = countRole(ctx, tx, w.Number, Admin)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("count admins: %w", err)
	}
	return count > 0, nil
}

// maxEmail is the longest address that mail can carry (RFC 5321 section 4.5.3.1.3).
const maxEmail = 254

// checkEmail answers an address without white space around it, or an Invalid
// fault. A display name is refused: the bare address is what accounts are
// matched by.
func checkEmail(text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", fault.New(fault.Invalid, "the e-mail is missing")
	}
	address, err := mail.ParseAddress(text)
	if err != nil || address.Address != text || len(text) > maxEmail {
		return "", fault.New(fault.Invalid, "%q is not an e-mail address such as ada@example.com", text)
	}
	return text, nil
}
