// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"errors"
	"io"
	"strings"

	"github.com/passmuster/muster/internal/access"
)

type adminUserCmd struct {
	Create userCreateCmd `cmd:"" help:"Make a user."`
	List   userListCmd   `cmd:"" help:"List the users."`
}

type userCreateCmd struct {
	Email         string `help:"E-mail address." placeholder:"E" required:""`
	Role          string `default:"employee" help:"Id, slug or name of a role: admin, editor, employee, view-only-admin, …" placeholder:"R"`
	PasswordStdin bool   `help:"Read the password from standard input: its first line."`
}

// Run makes a user.
func (c *userCreateCmd) Run(a *adminContext) error {
	password := ""
	if c.PasswordStdin {
		var err error
		if password, err = firstLine(a.sys.stdin); err != nil {
			return err
		}
	}
	return a.change(func() error {
		user, err := a.Access.Create(a.sys.ctx, a.actor, access.NewUser{Email: c.Email, Password: password, Role: c.Role})
		if err != nil {
			return err
		}
		err = a.answer(toUserJSON(user), "%s is made, with the role %s", user.Email, user.Role.Name)
		if err == nil && !user.HasPassword {
			a.sys.say("muster: no password was set, so %s cannot sign in by password", user.Email)
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
	HasPassword bool   `json:"hasPassword"`
}

func toUserJSON(u access.User) userJSON {
	return userJSON{ID: string(u.ID), Email: u.Email, Role: u.Role.Slug, RoleID: string(u.Role.ID), HasPassword: u.HasPassword}
}

type userListCmd struct{}

// Run lists the users.
func (c *userListCmd) Run(a *adminContext) error {
	return a.open(func() error {
		users, err := a.Access.List(a.sys.ctx, a.actor)
		if err != nil {
			return err
		}
		rows := [][]string{{"ID", "E-MAIL", "ROLE", "PASSWORD"}}
		list := []userJSON{}
		for _, user := range users {
			password := "none"
			if user.HasPassword {
				password = "set"
			}
			list = append(list, toUserJSON(user))
			rows = append(rows, []string{string(user.ID), user.Email, user.Role.Name, password})
		}
		return a.answer(list, "%s", table(rows))
	})
}
