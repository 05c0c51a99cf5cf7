// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"

	"github.com/passmuster/muster/internal/signin"
)

type adminSignInCmd struct {
	Disable signInDisableCmd `cmd:"" help:"Switch a sign-in method off."`
	Enable  signInEnableCmd  `cmd:"" help:"Switch a sign-in method on."`
	List    signInListCmd    `cmd:"" help:"List the sign-in methods."`
}

type methodName struct {
	Method string `arg:"" help:"password, passkey, magic_link, oidc or saml." name:"method"`
}

type signInEnableCmd struct{ methodName }

// Run switches a method on.
func (c *signInEnableCmd) Run(a *adminContext) error { return a.switchMethod(c.Method, "on") }

type signInDisableCmd struct{ methodName }

// Run switches a method off, unless the last Admin needs it.
func (c *signInDisableCmd) Run(a *adminContext) error { return a.switchMethod(c.Method, "off") }

func (a *adminContext) switchMethod(name, to string) error {
	return a.change(func() error {
		method := signin.Method(strings.ReplaceAll(strings.ToLower(name), "-", "_"))
		set, err := a.SignIn.Configure(a.sys.ctx, a.actor, signin.Change{Enabled: map[signin.Method]bool{method: to == "on"}})
		if err != nil {
			return err
		}
		return a.answer(set.Enabled, "%s is %s", method, to)
	})
}

type signInListCmd struct{}

// Run lists the methods.
func (c *signInListCmd) Run(a *adminContext) error {
	return a.open(func() error {
		set, err := a.SignIn.Settings(a.sys.ctx, a.actor)
		if err != nil {
			return err
		}
		rows := [][]string{{"METHOD", "STATE"}}
		for _, method := range signin.Methods() {
			state := "off"
			if set.Enabled[method] {
				state = "on"
			}
			rows = append(rows, []string{string(method), state})
		}
		return a.answer(set.Enabled, "%s", table(rows))
	})
}
