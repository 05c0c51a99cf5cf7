// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/passmuster/muster/internal/app"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/config"
	"github.com/passmuster/muster/internal/telemetry"
)

// adminCmd is what works on the data itself. Its flags may stand anywhere.
type adminCmd struct {
	config.Storage

	Config    string `help:"JSON file of settings, by the names of the flags ($MUSTER_CONFIG)." placeholder:"FILE" type:"existingfile"`
	JSON      bool   `help:"Machine output."`
	Workspace string `default:"default" env:"MUSTER_WORKSPACE" help:"Slug or id of the workspace." placeholder:"SLUG"`

	Account      adminAccountCmd      `cmd:"" help:"Accounts in the systems that applications push."`
	App          adminAppCmd          `cmd:"" help:"Applications, which call the API."`
	Control      adminControlCmd      `cmd:"" help:"Controls: what is done so that requirements are met."`
	Evidence     adminEvidenceCmd     `cmd:"" help:"What happened, so that anyone can check it."`
	Directory    adminDirectoryCmd    `cmd:"" help:"Directories: identity providers that provision people by SCIM."`
	Document     adminDocumentCmd     `cmd:"" help:"Documents: files and links that are evidence, and when they are too old."`
	Policy       adminPolicyCmd       `cmd:"" help:"Policies: what is written down, who approved it, who accepted it."`
	Doctor       doctorCmd            `cmd:"" help:"Check data folder, database, key, disk and clock."`
	Exception    adminExceptionCmd    `cmd:"" help:"Exceptions: what tests leave out, why and until when."`
	Framework    adminFrameworkCmd    `cmd:"" help:"Frameworks: requirements to meet, and what is missing."`
	Migrate      migrateCmd           `cmd:"" help:"Bring the database's schema up to date."`
	Notification adminNotificationCmd `cmd:"" help:"Notifications by e-mail and Slack: what is told, where, and what was sent."`
	Person       adminPersonCmd       `cmd:"" help:"People: who works here, whether they sign in or not."`
	Resource     adminResourceCmd     `cmd:"" help:"Resources, which applications push."`
	Review       adminReviewCmd       `cmd:"" help:"Access reviews: what runs, and its report."`
	SignIn       adminSignInCmd       `cmd:"" help:"How users get in."`
	Test         adminTestCmd         `cmd:"" help:"Tests, and the settings of built-in ones."`
	Scope        adminScopeCmd        `cmd:"" help:"Scopes: which records a framework is about."`
	SLA          adminSLACmd          `cmd:"" help:"Deadlines: how long what fails may stay so." name:"sla"`
	User         adminUserCmd         `cmd:"" help:"Users: who may sign in, and with which role."`
	Webhook      adminWebhookCmd      `cmd:"" help:"Webhooks: addresses that are told what happens, and what became of it."`

	Link   adminConnectionCmd `cmd:"" help:"Connections: what installed applications of others may push." name:"connection"`
	Houses adminWorkspaceCmd  `cmd:"" help:"Workspaces, each with users and data of its own." name:"workspace"`
}

// adminContext is what an administration command works with.
type adminContext struct {
	*app.App

	actor caller.Caller // the command line, in the workspace that was named
	flags *adminCmd
	sys   *system
}

// open opens the data for a command, and closes it afterwards.
func (a *adminContext) open(work func() error) (err error) {
	log, err := telemetry.NewLogger(a.sys.stderr, telemetry.LogOptions{Level: "warn"})
	if err != nil {
		return err
	}
	_, absent := os.Stat(a.flags.Data)
	a.App, err = app.Open(a.sys.ctx, app.Options{
		Logger: log, Now: a.sys.now, Storage: a.flags.Storage, Version: version(),
	})
	if errors.Is(absent, fs.ErrNotExist) {
		a.sayMade()
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	w, err := a.Workspaces.Get(a.sys.ctx, a.flags.Workspace)
	if err != nil {
		return err
	}
	a.actor = caller.Caller{Kind: caller.CommandLine, Name: "muster admin", Workspace: w.Caller()}
	return work()
}

// sayMade says that there is a data folder now: its name may be a mistake.
func (a *adminContext) sayMade() {
	if _, err := os.Stat(a.flags.Data); err == nil {
		a.sys.say("muster: made a new data folder at %s", a.flags.Data)
	}
}

// change is open for a command that changes something: what it did gets its
// place in the evidence at once, also where no server runs.
func (a *adminContext) change(work func() error) error {
	return a.open(func() error {
		if err := work(); err != nil {
			return err
		}
		if err := a.Evidence.Sequence(a.sys.ctx); err != nil {
			a.sys.say("muster: done, but the evidence could not be signed: %v", err)
		}
		return nil
	})
}

// answer prints a result: v for machines, or the text for people.
func (a *adminContext) answer(v any, format string, args ...any) error {
	if a.flags.JSON {
		return a.sys.printJSON(v)
	}
	return a.sys.write(format+"\n", args...)
}

// next suggests a command to people.
func (a *adminContext) next(command string) {
	if !a.flags.JSON {
		a.sys.say("next: %s", command)
	}
}

// again answers the flags that lead another administration command here.
func (a *adminContext) again() string {
	flags := storageFlags(a.flags.Storage)
	if a.flags.Workspace != "default" {
		flags += " --workspace " + shellQuote(a.flags.Workspace)
	}
	return flags
}

// isDefaultData says whether a folder is the one that is taken without --data.
func isDefaultData(folder string) bool {
	standard, err := filepath.Abs("muster-data")
	return err == nil && folder == standard
}

// shellQuote writes a word as a shell takes it.
func shellQuote(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,="
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
