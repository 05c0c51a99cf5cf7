// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/fault"
)

type adminUserCmd struct {
	Create            userCreateCmd      `cmd:"" help:"Make a user."`
	Deactivate        userDeactivateCmd  `cmd:"" help:"Keep a user from signing in; sessions end at once."`
	Delete            userDeleteCmd      `cmd:"" help:"Delete a user."`
	Invite            userInviteCmd      `cmd:"" help:"Make a one-time link by which a user sets a password."`
	List              userListCmd        `cmd:"" help:"List the users."`
	Reactivate        userReactivateCmd  `cmd:"" help:"Let a user sign in again."`
	ResetSecondFactor userResetFactorCmd `cmd:"" help:"Take away the device of a user who has lost it."`
	SetPassword       userPasswordCmd    `cmd:"" help:"Set a user's password; sessions end at once."`
	SetRole           userRoleCmd        `cmd:"" help:"Give a user another role."`
}

type userCreateCmd struct {
	Email         string `help:"E-mail address." placeholder:"E" required:""`
	Name          string `help:"Name, as shown." placeholder:"N"`
	Role          string `default:"employee" help:"Id, slug or name of a role: admin, editor, employee, view-only-admin, …" placeholder:"R"`
	PasswordStdin bool   `help:"Read the password from standard input: its first line."`
}

// Run makes a user: active with a password, and else invited.
func (c *userCreateCmd) Run(a *adminContext) error {
	password := ""
	if c.PasswordStdin {
		var err error
		if password, err = firstLine(a.sys.stdin); err != nil {
			return err
		}
	}
	return a.change(func() error {
		in := access.NewUser{Email: c.Email, Name: c.Name, Role: c.Role}
		if password != "" {
			in.Status = access.Active
			if err := a.SignIn.CheckPassword(password, c.Email, c.Name); err != nil {
				return err
			}
		}
		user, err := a.Access.Create(a.sys.ctx, a.actor, in)
		if err != nil {
			return err
		}
		if password != "" {
			if err := a.SignIn.PutPassword(a.sys.ctx, a.actor, string(user.ID), password); err != nil {
				return err
			}
		}
		err = a.answer(toUserJSON(user, password != ""), "%s is made, with the role %s", user.Email, user.Role.Name)
		if err == nil && password == "" {
			a.next("muster admin user invite " + shellQuote(user.Email) + a.again())
		}
		return err
	})
}

// firstLine reads a secret that was piped in.
func firstLine(r io.Reader) (string, error) {
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", usagef("--password-stdin: standard input holds no password")
	}
	return line, nil
}

type userJSON struct {
	ID          string `json:"id"`
	Email       string `json:"email"`
	Role        string `json:"role"` // slug
	RoleID      string `json:"roleId"`
	Status      string `json:"status"`
	HasPassword bool   `json:"hasPassword"`
}

func toUserJSON(u access.User, hasPassword bool) userJSON {
	return userJSON{
		ID: string(u.ID), Email: u.Email, Role: u.Role.Slug, RoleID: string(u.Role.ID), Status: string(u.Status), HasPassword: hasPassword,
	}
}

// userName is what most commands take.
type userName struct {
	User string `arg:"" help:"E-mail or id of the user." name:"user"`
}

type userInviteCmd struct{ userName }

// Run makes a link.
func (c *userInviteCmd) Run(a *adminContext) error {
	return a.change(func() error {
		link, err := a.SignIn.Invite(a.sys.ctx, a.actor, c.User)
		if err != nil {
			return err
		}
		return a.answer(struct {
			URL       string `json:"url"`
			ExpiresAt string `json:"expiresAt"`
		}{link.URL, timeText(link.ExpiresAt.UnixMilli())}, "%s\nThe link works once, until %s.", link.URL, link.ExpiresAt.Format(time.RFC1123))
	})
}

type userPasswordCmd struct {
	userName
	PasswordStdin bool `help:"Read the password from standard input: its first line." required:""`
}

// Run sets a password, for who is locked out.
func (c *userPasswordCmd) Run(a *adminContext) error {
	password, err := firstLine(a.sys.stdin)
	if err != nil {
		return err
	}
	return a.changeUser(c.User, "%s has a new password", func() error {
		return a.SignIn.PutPassword(a.sys.ctx, a.actor, c.User, password)
	})
}

type userRoleCmd struct {
	userName
	Role string `arg:"" help:"Id, slug or name of a role." name:"role"`
}

// Run gives a user a role.
func (c *userRoleCmd) Run(a *adminContext) error {
	return a.changeUser(c.User, "%s has another role", func() error {
		user, err := a.Access.Update(a.sys.ctx, a.actor, c.User, access.Changes{Role: &c.Role})
		if err == nil && (user.RoleFrom == access.RoleByAttribute || user.RoleFrom == access.RoleByMapping) {
			a.sys.say("muster: the %s of their directory decides on this role, and takes it back with its next message; change it there, too", user.RoleFrom)
		}
		return err
	})
}

type userDeactivateCmd struct{ userName }

// Run deactivates a user.
func (c *userDeactivateCmd) Run(a *adminContext) error {
	return a.changeUser(c.User, "%s cannot sign in any more", func() error {
		_, err := a.Access.Deactivate(a.sys.ctx, a.actor, c.User)
		return err
	})
}

type userReactivateCmd struct{ userName }

// Run reactivates a user.
func (c *userReactivateCmd) Run(a *adminContext) error {
	return a.changeUser(c.User, "%s can sign in again", func() error {
		_, err := a.Access.Reactivate(a.sys.ctx, a.actor, c.User)
		return err
	})
}

type userResetFactorCmd struct{ userName }

// Run takes a device away.
func (c *userResetFactorCmd) Run(a *adminContext) error {
	return a.changeUser(c.User, "%s signs in without a device now", func() error {
		return a.SignIn.ResetTOTP(a.sys.ctx, a.actor, c.User)
	})
}

// changeUser makes a change and answers the user as it is then.
func (a *adminContext) changeUser(ref, format string, change func() error) error {
	return a.change(func() error {
		if err := change(); err != nil {
			return err
		}
		account, err := a.SignIn.Account(a.sys.ctx, a.actor, ref)
		if err != nil {
			return err
		}
		return a.answer(toUserJSON(account.User, account.Password), format, account.User.Email)
	})
}

type userDeleteCmd struct{ userName }

// Run deletes a user.
func (c *userDeleteCmd) Run(a *adminContext) error {
	return a.change(func() error {
		account, err := a.SignIn.Account(a.sys.ctx, a.actor, c.User)
		if err != nil {
			return err
		}
		if err := a.Access.Delete(a.sys.ctx, a.actor, string(account.User.ID)); err != nil {
			return err
		}
		return a.answer(toUserJSON(account.User, account.Password), "%s is gone", account.User.Email)
	})
}

type userListCmd struct{}

// Run lists the users.
func (c *userListCmd) Run(a *adminContext) error {
	return a.open(func() error {
		users, err := a.Access.List(a.sys.ctx, a.actor)
		if err != nil {
			return err
		}
		rows := [][]string{{"ID", "E-MAIL", "ROLE", "STATUS", "PASSWORD"}}
		list := []userJSON{}
		for _, user := range users {
			account, err := a.SignIn.Account(a.sys.ctx, a.actor, string(user.ID))
			if fault.KindOf(err) == fault.NotFound && err != nil {
				continue // deleted meanwhile
			}
			if err != nil {
				return err
			}
			password := "none"
			if account.Password {
				password = "set"
			}
			list = append(list, toUserJSON(user, account.Password))
			rows = append(rows, []string{string(user.ID), user.Email, user.Role.Name, string(user.Status), password})
		}
		return a.answer(list, "%s", table(rows))
	})
}
